//! `lightest sync` on a real git repository: the orchard of `lightest-petri`'s tests, with a catalog of its own and a table
//! of calls that cites it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[path = "support/git.rs"]
mod git;
use git::git;

/// A repository and a catalog that agrees with its only commit.
struct Orchard {
    folder: tempfile::TempDir,
}

/// Exit code and everything that was printed, without what differs from run to run.
struct Outcome {
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
        git(&self.repository(), args)
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

    /// Makes the catalog a repository of its own, with everything committed.
    fn keep_catalog(&self) {
        git(&self.catalog(), &["init", "--quiet", "--initial-branch=main"]);
        git(&self.catalog(), &["add", "--all"]);
        git(&self.catalog(), &["commit", "--quiet", "--message", "The facts"]);
    }

    /// Every file of the catalog, with its text.
    fn facts(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        for folder in [self.catalog(), self.catalog().join("calls")] {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.extension().is_some_and(|extension| extension == "toml") {
                    files.insert(path.clone(), fs::read_to_string(path).expect("UTF-8"));
                }
            }
        }
        files
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lightest"));
        command.arg("sync").arg("--openvmm").arg(self.repository()).arg("--facts").arg(self.catalog());
        command.args(more);
        command
    }

    fn sync(&self, more: &[&str]) -> Outcome {
        let output = self.command(more).output().expect("it starts");
        let text = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        Outcome {
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
    let result = Orchard::new().sync(&[]);
    assert_eq!(result.code, 0, "{}", result.text);
    assert!(result.text.contains("the catalog agrees"), "{}", result.text);
}

#[test]
fn lines_that_moved_are_followed_in_the_facts_and_in_the_table_of_calls() {
    let orchard = Orchard::new();
    let was = orchard.line_of("fn quirks");
    orchard.edit(MACHINES, |text| format!("// One line more.\n{text}"));
    let commit = orchard.commit("Say more");
    assert_eq!(orchard.sync(&[]).code, 0, "lines that only moved are no drift");
    let result = orchard.sync(&["--write"]);
    assert_eq!(result.code, 0, "{}", result.text);
    let calls = orchard.calls();
    assert!(calls.contains(&format!("openvmm:{MACHINES}:{}\"", was + 1)), "{calls}");
    assert!(calls.starts_with("# Calls.\n"), "comments stay: {calls}");
    let facts = fs::read_to_string(orchard.catalog().join("all.toml")).expect("the facts");
    assert!(facts.contains(&format!("commit = \"{commit}\"")), "{facts}");
    assert_eq!(orchard.sync(&["--write"]).text.lines().next(), Some("nothing to write"));
}

#[test]
fn of_a_catalog_of_several_frameworks_only_the_projects_own_folders_are_read() {
    let orchard = Orchard::new();
    let catalog = orchard.catalog();
    let texts = orchard.facts();
    for folder in ["openvmm/calls", "lab", "kubevirt"] {
        fs::create_dir_all(catalog.join(folder)).expect("a folder");
    }
    fs::write(catalog.join("lab/none.toml"), "# None.\n").expect("written");
    for (path, text) in &texts {
        let name = path.strip_prefix(&catalog).expect("below");
        fs::rename(path, catalog.join("openvmm").join(name)).expect("moved");
        fs::write(catalog.join("kubevirt").join(name.file_name().expect("a name")), text).expect("written");
    }
    let result = orchard.sync(&[]);
    assert_eq!(result.code, 0, "{}", result.text);
    orchard.edit(MACHINES, |text| format!("// One line more.\n{text}"));
    orchard.commit("Say more");
    let result = orchard.sync(&["--write"]);
    assert_eq!(result.code, 0, "{}", result.text);
    assert!(result.text.contains("openvmm/all.toml") && !result.text.contains("kubevirt"), "{}", result.text);
}

#[test]
fn a_catalog_with_byte_order_marks_and_carriage_returns_keeps_them() {
    let orchard = Orchard::new();
    for (path, text) in orchard.facts() {
        fs::write(path, format!("\u{feff}{}", text.replace('\n', "\r\n"))).expect("written");
    }
    orchard.edit(MACHINES, |text| format!("// One line more.\n{text}"));
    orchard.commit("Say more");
    let result = orchard.sync(&["--write"]);
    assert_eq!(result.code, 0, "{}", result.text);
    for (path, text) in orchard.facts() {
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{}", path.display());
        assert_eq!(text.matches('\u{feff}').count(), 1, "{}", path.display());
    }
    assert_eq!(orchard.sync(&["--write"]).text.lines().next(), Some("nothing to write"));
}

#[test]
fn a_call_that_is_gone_is_drift_and_is_pinned_when_written() {
    let orchard = Orchard::new();
    let first = orchard.git(&["rev-parse", "--short=9", "HEAD"]);
    orchard.edit(MACHINES, |text| text.replace("fn quirks", "fn habits"));
    orchard.commit("Rename");
    let result = orchard.sync(&["--message-format", "short"]);
    assert_eq!(result.code, 1, "{}", result.text);
    assert!(result.text.contains("evidence-changed"), "{}", result.text);
    orchard.sync(&["--write"]);
    assert!(orchard.calls().contains(&format!("openvmm-{first}:{MACHINES}")), "{}", orchard.calls());
}

#[test]
fn places_in_a_past_commit_are_not_followed() {
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
    orchard.commit("Comment");
    let result = orchard.sync(&[]);
    assert_eq!(result.code, 0, "what the past line reads like now is no drift: {}", result.text);
    // The same line is drift where it is not of the past.
    let facts = fs::read_to_string(&path).expect("the facts").replace("past = true\n", "");
    fs::write(&path, facts).expect("written");
    let result = orchard.sync(&[]);
    assert_eq!(result.code, 1, "{}", result.text);
    assert!(result.text.contains("evidence-changed"), "{}", result.text);
}

#[test]
fn a_checkout_with_changes_cannot_be_recorded() {
    let orchard = Orchard::new();
    orchard.edit(MACHINES, |text| format!("// Not committed.\n{text}"));
    let result = orchard.sync(&["--write"]);
    assert_eq!(result.code, 2, "{}", result.text);
    assert!(result.text.contains("commit or undo the changes"), "{}", result.text);
}

#[test]
fn a_missing_recorded_commit_is_reported() {
    let orchard = Orchard::new();
    fs::remove_dir_all(orchard.repository().join(".git")).expect("removed");
    let result = orchard.sync(&[]);
    assert_eq!(result.code, 1, "{}", result.text);
    assert!(result.text.contains("the catalog's evidence cannot be followed"), "{}", result.text);
}

#[test]
fn a_catalog_with_changes_of_its_own_is_not_written() {
    let orchard = Orchard::new();
    orchard.keep_catalog();
    orchard.edit(MACHINES, |text| format!("// One line more.\n{text}"));
    orchard.commit("Say more");
    let all = orchard.catalog().join("all.toml");
    let committed = fs::read_to_string(&all).expect("the facts");
    fs::write(&all, format!("# Mine.\n{committed}")).expect("written");
    let before = orchard.facts();
    let result = orchard.sync(&["--write"]);
    assert_eq!(result.code, 2, "{}", result.text);
    assert!(result.text.contains("has changes of its own: all.toml"), "{}", result.text);
    assert!(result.text.contains("commit or undo them first"), "{}", result.text);
    assert_eq!(orchard.facts(), before);
    // The same with a staged file, and with one that git does not track.
    git(&orchard.catalog(), &["add", "--all"]);
    assert_eq!(orchard.sync(&["--write"]).code, 2);
    fs::write(&all, &committed).expect("written");
    git(&orchard.catalog(), &["add", "--all"]);
    fs::write(orchard.catalog().join("calls/mine.toml"), "# Mine.\n").expect("written");
    let result = orchard.sync(&["--write"]);
    assert_eq!(result.code, 2, "{}", result.text);
    assert!(result.text.contains("calls/mine.toml"), "{}", result.text);
    fs::remove_file(orchard.catalog().join("calls/mine.toml")).expect("removed");
    let result = orchard.sync(&["--write"]);
    assert_eq!(result.code, 0, "{}", result.text);
    assert_ne!(orchard.facts(), before);
}

/// An orchard whose catalog has many files, each of which the next run has to write.
fn large_orchard(files: usize) -> Orchard {
    let orchard = Orchard::new();
    for number in 0..files {
        let text = orchard.calls().replace("\"quirks\"", &format!("\"quirks_{number}\""));
        fs::write(orchard.catalog().join(format!("calls/c{number}.toml")), text).expect("written");
    }
    orchard.keep_catalog();
    orchard.edit(MACHINES, |text| format!("// One line more.\n{text}"));
    orchard.commit("Say more");
    orchard
}

#[cfg(unix)]
#[test]
fn of_two_concurrent_runs_the_second_sees_the_files_of_the_first() {
    const FILES: usize = 60;
    let clean = large_orchard(FILES);
    assert_eq!(clean.sync(&["--write"]).code, 0);
    let texts = |facts: BTreeMap<PathBuf, String>| facts.into_values().collect::<Vec<_>>();
    let new = texts(clean.facts());
    for round in 0..3 {
        let orchard = large_orchard(FILES);
        let both = std::thread::scope(|scope| {
            let runs = [(); 2].map(|()| scope.spawn(|| orchard.sync(&["--write"])));
            runs.map(|run| run.join().expect("no panic"))
        });
        let mut codes = both.each_ref().map(|result| result.code);
        codes.sort_unstable();
        assert_eq!(codes, [0, 2], "round {round}: {} {}", both[0].text, both[1].text);
        let late = both.iter().find(|result| result.code == 2).expect("one of them");
        assert!(late.text.contains("has changes of its own"), "{}", late.text);
        assert!(texts(orchard.facts()) == new, "round {round}: {} {}", both[0].text, both[1].text);
        let hidden = fs::read_dir(orchard.catalog()).expect("a folder");
        let hidden = hidden.filter(|entry| {
            entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(".lightest"))
        });
        assert_eq!(hidden.count(), 0, "round {round}");
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_in_the_middle_leaves_a_catalog_that_the_next_run_makes_whole() {
    const FILES: usize = 120;
    let clean = large_orchard(FILES);
    let old = clean.facts();
    let result = clean.sync(&["--write"]);
    assert_eq!(result.code, 0, "{}", result.text);
    let texts = |facts: BTreeMap<PathBuf, String>| facts.into_values().collect::<Vec<_>>();
    let (old, new) = (texts(old), texts(clean.facts()));
    assert!(old.iter().zip(&new).all(|(old, new)| old != new), "every file has to be written");
    // Before the first rename, among the renames, after them.
    let moments = [("-KILL", 0), ("-KILL", 1), ("-KILL", 2), ("-KILL", 4), ("-TERM", 0), ("-TERM", 2)];
    for (signal, wait) in moments {
        let orchard = large_orchard(FILES);
        let mut child = orchard
            .command(&["--write"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let journal = orchard.catalog().join(".lightest-journal.tmp/journal.json");
        let start = Instant::now();
        while !journal.exists() && child.try_wait().expect("it can be asked").is_none() {
            assert!(start.elapsed() < Duration::from_secs(120), "nothing is written");
        }
        std::thread::sleep(Duration::from_millis(wait));
        if signal == "-KILL" {
            // It may have ended.
            let _ = child.kill();
        } else {
            let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
            assert!(sent.is_ok(), "kill cannot be started");
        }
        child.wait().expect("it ends");
        let is = texts(orchard.facts());
        let case = format!("{signal} after {wait} ms");
        assert!(
            is.iter().zip(old.iter().zip(&new)).all(|(is, (old, new))| is == old || is == new),
            "{case}: half a file"
        );
        if is != old && is != new {
            assert_eq!(signal, "-KILL", "{case}: a signal waits until all is written");
            let result = orchard.sync(&[]);
            assert_eq!(result.code, 2, "{case}: {}", result.text);
            assert!(result.text.contains("was written in part"), "{case}: {}", result.text);
            assert!(result.text.contains("run `sync --write` again"), "{case}: {}", result.text);
        }
        let was_old = is == old;
        let result = orchard.sync(&["--write"]);
        let is = texts(orchard.facts());
        if result.code == 0 {
            assert!(is == new, "{case}: {}", result.text);
        } else {
            // All is written; the user commits what is not staged.
            assert!(!was_old && is == new, "{case}: {}", result.text);
            assert!(result.text.contains("has changes of its own"), "{case}: {}", result.text);
        }
        assert!(!journal.exists(), "{case}");
        let result = orchard.sync(&[]);
        assert_eq!(result.code, 0, "{case}: {}", result.text);
    }
}

/// A page that is stale does not hide facts that differ.
#[test]
fn a_stale_guide_is_compared_with_the_source_all_the_same() {
    let orchard = Orchard::new();
    let guide = orchard.folder.path().join("guide");
    fs::create_dir_all(guide.join("src")).expect("a folder");
    fs::write(guide.join("src/SUMMARY.md"), "# Summary\n\n- [VMM Tests](./dev_guide/tests/vmm.md)\n")
        .expect("written");
    let guide = |check: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lightest"));
        command.arg("guide").arg("--out").arg(&guide).args(check);
        if !check.is_empty() {
            command.arg("--openvmm").arg(orchard.repository());
        }
        let output = command.output().expect("it starts");
        let text = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        (output.status.code().expect("it exits"), text)
    };
    let (code, text) = guide(&["--check"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("+++ b/") && text.contains("error[guest-missing]"), "{text}");
    assert_eq!(guide(&[]).0, 0);
    let (code, text) = guide(&["--check"]);
    assert_eq!(code, 1, "{text}");
    assert!(!text.contains("+++ b/") && text.contains("error[guest-missing]"), "{text}");
}
