//! `lightest sync` on a real git repository: the orchard of `lightest-petri`'s tests, with a catalog of its own and a table
//! of calls that cites it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository and a catalog that agrees with its only commit.
struct Orchard {
    folder: tempfile::TempDir,
}

/// Exit code and everything that was printed, without what differs from run to run.
struct Said {
    code: i32,
    text: String,
}

const MACHINES: &str = "petri/src/vm/mod.rs";

impl Orchard {
    fn new() -> Self {
        let orchard = Self { folder: tempfile::tempdir().expect("a folder") };
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lightest-petri/tests/sync/tree");
        copy(&fixture.join("now"), &orchard.repository());
        orchard.git(&["init", "--quiet", "--initial-branch=main"]);
        let commit = orchard.commit("The orchard");
        let catalog = fs::read_to_string(fixture.join("catalog/all.toml")).expect("the fixture");
        fs::create_dir_all(orchard.catalog().join("calls")).expect("a folder");
        fs::write(orchard.catalog().join("all.toml"), catalog.replace("aaaaaaaaa", &commit))
            .expect("written");
        let line = orchard.line_of("fn quirks");
        fs::write(
            orchard.catalog().join("calls/vm.toml"),
            format!(
                "# Calls.\n\n[[call]]\nnames = [\"quirks\"]\non = \"vm\"\nneutral = true\nevidence = [\"openvmm:{MACHINES}:{line}\"]\n"
            ),
        )
        .expect("written");
        orchard
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("orchard")
    }

    fn catalog(&self) -> PathBuf {
        self.folder.path().join("facts")
    }

    fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"])
            .args(args)
            .current_dir(self.repository())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
            .output()
            .expect("git starts");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    }

    /// Commits everything, and returns the commit's short name.
    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.git(&["rev-parse", "--short=9", "HEAD"])
    }

    fn edit(&self, path: &str, change: impl FnOnce(String) -> String) {
        let path = self.repository().join(path);
        let text = fs::read_to_string(&path).expect("the file");
        fs::write(&path, change(text)).expect("written");
    }

    fn line_of(&self, words: &str) -> usize {
        let text = fs::read_to_string(self.repository().join(MACHINES)).expect("the file");
        text.lines().position(|line| line.contains(words)).expect("the words") + 1
    }

    fn calls(&self) -> String {
        fs::read_to_string(self.catalog().join("calls/vm.toml")).expect("the table")
    }

    fn sync(&self, more: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_lightest"))
            .arg("sync")
            .arg("--openvmm")
            .arg(self.repository())
            .arg("--facts")
            .arg(self.catalog())
            .args(more)
            .output()
            .expect("it starts");
        let text = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        Said {
            code: output.status.code().expect("it exits"),
            text: text.replace(&self.folder.path().display().to_string(), ""),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the fixture") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

#[test]
fn a_catalog_that_agrees_with_its_commit_has_no_drift() {
    let said = Orchard::new().sync(&[]);
    assert_eq!(said.code, 0, "{}", said.text);
    assert!(said.text.contains("the catalog agrees"), "{}", said.text);
}

#[test]
fn lines_that_moved_are_followed_in_the_facts_and_in_the_table_of_calls() {
    let orchard = Orchard::new();
    let was = orchard.line_of("fn quirks");
    orchard.edit(MACHINES, |text| format!("// One line more.\n{text}"));
    let commit = orchard.commit("Say more");
    assert_eq!(orchard.sync(&[]).code, 0, "lines that only moved are no drift");
    let said = orchard.sync(&["--write"]);
    assert_eq!(said.code, 0, "{}", said.text);
    let calls = orchard.calls();
    assert!(calls.contains(&format!("openvmm:{MACHINES}:{}\"", was + 1)), "{calls}");
    assert!(calls.starts_with("# Calls.\n"), "comments stay: {calls}");
    let facts = fs::read_to_string(orchard.catalog().join("all.toml")).expect("the facts");
    assert!(facts.contains(&format!("commit = \"{commit}\"")), "{facts}");
    assert_eq!(orchard.sync(&["--write"]).text.lines().next(), Some("nothing to write"));
}

#[test]
fn a_call_that_is_gone_is_drift_and_is_pinned_when_written() {
    let orchard = Orchard::new();
    let first = orchard.git(&["rev-parse", "--short=9", "HEAD"]);
    orchard.edit(MACHINES, |text| text.replace("fn quirks", "fn habits"));
    orchard.commit("Rename");
    let said = orchard.sync(&["--message-format", "short"]);
    assert_eq!(said.code, 1, "{}", said.text);
    assert!(said.text.contains("evidence-changed"), "{}", said.text);
    orchard.sync(&["--write"]);
    assert!(orchard.calls().contains(&format!("openvmm-{first}:{MACHINES}")), "{}", orchard.calls());
}

#[test]
fn what_is_read_at_a_commit_of_the_past_is_not_followed() {
    let orchard = Orchard::new();
    let path = orchard.catalog().join("all.toml");
    let facts = fs::read_to_string(&path).expect("the facts");
    let first = orchard.git(&["rev-parse", "--short=9", "HEAD"]);
    let past = format!(
        "[[source]]\nid = \"openvmm-then\"\ntitle = \"then\"\nurl = \"https://example.org/orchard\"\ncommit = \"{first}\"\npast = true\n\n"
    );
    fs::write(&path, past + &facts).expect("written");
    let calls = orchard.calls().replace("openvmm:", "openvmm-then:");
    fs::write(orchard.catalog().join("calls/vm.toml"), &calls).expect("written");
    // The name changes in a line that no fact rests on.
    orchard.edit(MACHINES, |text| text.replace("fn quirks", "fn quirks /* that */"));
    orchard.commit("Remark");
    let said = orchard.sync(&[]);
    assert_eq!(said.code, 0, "what the past line reads like now is no drift: {}", said.text);
    // The same line is drift where it is not of the past.
    let facts = fs::read_to_string(&path).expect("the facts").replace("past = true\n", "");
    fs::write(&path, facts).expect("written");
    let said = orchard.sync(&[]);
    assert_eq!(said.code, 1, "{}", said.text);
    assert!(said.text.contains("evidence-changed"), "{}", said.text);
}

#[test]
fn a_checkout_with_changes_cannot_be_recorded() {
    let orchard = Orchard::new();
    orchard.edit(MACHINES, |text| format!("// Not committed.\n{text}"));
    let said = orchard.sync(&["--write"]);
    assert_eq!(said.code, 2, "{}", said.text);
    assert!(said.text.contains("commit or undo the changes"), "{}", said.text);
}

#[test]
fn without_the_recorded_commit_evidence_cannot_be_followed_and_it_says_so() {
    let orchard = Orchard::new();
    fs::remove_dir_all(orchard.repository().join(".git")).expect("removed");
    let said = orchard.sync(&[]);
    assert_eq!(said.code, 1, "{}", said.text);
    assert!(said.text.contains("the catalog's evidence cannot be followed"), "{}", said.text);
}
