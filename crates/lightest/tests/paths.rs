//! Files are named in the same way in every form: with `/`, from the folder where the reader stands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

mod support;
use support::{Outcome, lightest};
#[path = "support/git.rs"]
mod git;
use git::git;
#[path = "support/heavy.rs"]
mod heavy;
use heavy::TEST;

/// A repository with one test, beside another folder.
struct Place {
    _folder: tempfile::TempDir,
    outside: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // Where the folder of temporary files is a link, the system names the current folder without it.
        let outside = fs::canonicalize(folder.path()).expect("a folder");
        // Modules begin at a folder of that name, but not at one above the package.
        let outside = outside.join("src");
        for name in ["repo/vmm_tests/tests", "repo/docs", "other", "repo/.git"] {
            fs::create_dir_all(outside.join(name)).expect("a folder");
        }
        fs::write(outside.join("repo/vmm_tests/Cargo.toml"), "[package]\nname = \"vmm_tests\"\n")
            .expect("written");
        fs::write(outside.join("repo/vmm_tests/tests/a.rs"), TEST).expect("written");
        Self { _folder: folder, outside }
    }

    fn path(&self, name: &str) -> String {
        self.outside.join(name).display().to_string()
    }
}

/// Where a reader stands, what is named, and how the file is called then.
fn cases(place: &Place) -> Vec<(&'static str, String, &'static str)> {
    let (file, tests) = (place.path("repo/vmm_tests/tests/a.rs"), place.path("repo/vmm_tests/tests"));
    vec![
        ("repo", ".".to_owned(), "vmm_tests/tests/a.rs"),
        ("repo", "./vmm_tests".to_owned(), "vmm_tests/tests/a.rs"),
        ("repo", "docs/../vmm_tests".to_owned(), "vmm_tests/tests/a.rs"),
        ("repo", tests.clone(), "vmm_tests/tests/a.rs"),
        ("repo", file.clone(), "vmm_tests/tests/a.rs"),
        ("repo/vmm_tests", "tests".to_owned(), "tests/a.rs"),
        ("repo/vmm_tests", "../vmm_tests/tests/a.rs".to_owned(), "tests/a.rs"),
        ("repo/vmm_tests/tests", file.clone(), "a.rs"),
        ("repo/vmm_tests/tests", "a.rs".to_owned(), "a.rs"),
        ("repo/docs", "../vmm_tests".to_owned(), "../vmm_tests/tests/a.rs"),
        ("repo/docs", file.clone(), "../vmm_tests/tests/a.rs"),
        ("", "repo".to_owned(), "repo/vmm_tests/tests/a.rs"),
        ("other", "../repo/vmm_tests".to_owned(), "../repo/vmm_tests/tests/a.rs"),
        ("other", "../repo/docs/../vmm_tests".to_owned(), "../repo/vmm_tests/tests/a.rs"),
        ("other", file, "../repo/vmm_tests/tests/a.rs"),
    ]
}

#[test]
fn every_form_names_a_file_from_where_the_reader_stands() {
    let place = Place::new();
    for (folder, named, name) in cases(&place) {
        let stands = place.outside.join(folder);
        for (form, mark) in [
            ("human", format!("--> {name}:1:16\n")),
            ("short", format!("{name}:1:16: warning[")),
            ("json", format!("\"file_name\":\"{name}\"")),
            ("sarif", format!("\"uri\": \"{name}\"")),
            ("github", format!("::warning file={name},line=1,")),
            ("junit", format!(" file=\"{name}\" line=\"2\"")),
        ] {
            let result = lightest(&stands, &["check", &named, "--message-format", form]);
            assert_eq!(result.code, 1, "{}", result.err);
            assert!(result.out.contains(&mark), "{form}, {named} from {folder}: {}", result.out);
            let whole = place.outside.display().to_string();
            assert!(!result.out.contains(&whole) && !result.err.contains(&whole), "{form}: {}", result.out);
        }
        let result = lightest(&stands, &["check", &named, "--diff"]);
        // Git takes no path that goes up: above the reader, files are named from the top of their repository.
        let patched = if name.starts_with("..") { "vmm_tests/tests/a.rs" } else { name };
        assert!(
            result.out.starts_with(&format!("--- a/{patched}\n+++ b/{patched}\n@@ ")),
            "{named} from {folder}: {}",
            result.out
        );
        let result = lightest(&stands, &["requirements", &named]);
        assert!(result.out.contains(&format!("{name}:")), "{named} from {folder}: {}", result.out);
        let result = lightest(&stands, &["requirements", &named, "--format", "json"]);
        assert!(result.out.contains(&format!("\"file_name\": \"{name}\"")), "{}", result.out);
    }
}

/// What a test is called does not depend on where the reader stands: its modules are those below the top of its package.
#[test]
fn variants_have_the_same_names_from_every_folder() {
    let place = Place::new();
    fs::create_dir(place.outside.join("repo/vmm_tests/tests/all")).expect("a folder");
    fs::write(place.outside.join("repo/vmm_tests/tests/all/inner.rs"), TEST).expect("written");
    // Where the reader stands is a package, too.
    fs::write(place.outside.join("other/Cargo.toml"), "[package]\nname = \"other\"\n").expect("written");
    let inner = place.path("repo/vmm_tests/tests/all/inner.rs");
    for (folder, named) in [
        ("repo", "."),
        ("repo/vmm_tests/tests/all", "."),
        ("repo/vmm_tests/tests", "all/inner.rs"),
        ("repo/vmm_tests/tests/all", "inner.rs"),
        ("repo/docs", "../vmm_tests/tests/all"),
        ("other", "../repo"),
        ("other", "../repo/vmm_tests/../vmm_tests/tests/all"),
        ("other", "../repo/vmm_tests/tests/all/inner.rs"),
        ("other", &inner),
    ] {
        let result = lightest(&place.outside.join(folder), &["requirements", named]);
        assert!(result.out.contains("inner::answers (1 variant, "), "{named} from {folder}: {}", result.out);
        let stands = place.outside.join(folder);
        if named.ends_with(".rs") {
            let result = lightest(&stands, &["pick", "--from", named]);
            assert!(
                result.out.starts_with("inner::answers ("),
                "{named} from {folder}: {}{}",
                result.out,
                result.err
            );
        }
    }
}

#[test]
fn a_patch_applies_where_it_was_printed() {
    for (folder, named) in [
        ("repo", "repo/vmm_tests"),
        ("repo/vmm_tests", "repo/vmm_tests/tests/a.rs"),
        ("repo/docs", "repo/vmm_tests"),
        ("other", "repo"),
    ] {
        let place = Place::new();
        let stands = place.outside.join(folder);
        let git = |args: &[&str]| git(&stands, args);
        fs::remove_dir(place.outside.join("repo/.git")).expect("removed");
        git(&["init", "--quiet", &place.path("repo")]);
        let result = lightest(&stands, &["check", &place.path(named), "--diff"]);
        fs::write(stands.join("p"), &result.out).expect("written");
        assert_eq!(
            result.err.contains("applied in"),
            folder == "repo/docs" || folder == "other",
            "{}",
            result.err
        );
        let patch = stands.join("p").display().to_string();
        let top = place.path("repo");
        let applied_in = if result.err.contains("applied in") { top.as_str() } else { "." };
        git(&["-C", applied_in, "apply", &patch]);
        let text = fs::read_to_string(place.outside.join("repo/vmm_tests/tests/a.rs")).expect("UTF-8");
        assert!(text.starts_with("#[openvmm_test(linux_direct_x64)]"), "{folder}: {text}");
    }
}

/// As in a workflow, whose files are named from the top of the checkout whatever folder a step runs in.
fn in_workflow(place: &Place, folder: &str, form: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_lightest"))
        .args(["check", "--message-format", form])
        .arg(place.path("repo"))
        .current_dir(place.outside.join(folder))
        .env("GITHUB_WORKSPACE", place.outside.join("repo"))
        .output()
        .expect("it starts");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn annotations_of_a_workflow_name_files_from_its_checkout() {
    let place = Place::new();
    for folder in ["repo", "repo/docs", "other"] {
        let out = in_workflow(&place, folder, "github");
        assert!(
            out.lines().count() > 0
                && out.lines().all(|line| line.starts_with("::warning file=vmm_tests/tests/a.rs,line=")),
            "{folder}: {out}"
        );
        let out = in_workflow(&place, folder, "sarif");
        assert!(out.contains("\"uri\": \"vmm_tests/tests/a.rs\""), "{folder}: {out}");
    }
}

fn count(result: &Outcome) -> usize {
    result.out.lines().count()
}

#[test]
fn a_baseline_knows_its_findings_wherever_it_is_used() {
    let place = Place::new();
    let repo = place.outside.join("repo");
    let result = lightest(&repo, &["check", "--baseline", "known.toml", "--update-baseline"]);
    assert_eq!(result.code, 0, "{}", result.err);
    for (folder, named, known) in [
        ("repo", "vmm_tests", "known.toml"),
        ("repo/docs", "../vmm_tests", "../known.toml"),
        ("repo", "docs/../vmm_tests", "docs/../known.toml"),
        ("repo/vmm_tests", ".", "../known.toml"),
        ("other", &place.path("repo"), &place.path("repo/known.toml")),
    ] {
        let stands = place.outside.join(folder);
        let result = lightest(&stands, &["check", named, "--baseline", known, "--message-format", "short"]);
        assert_eq!((result.code, count(&result)), (0, 0), "{folder}: {}{}", result.out, result.err);
    }
}

#[test]
fn files_of_settings_and_facts_are_named_from_where_the_reader_stands() {
    let place = Place::new();
    let repo = place.outside.join("repo");
    fs::write(repo.join("lightest.toml"), "no-such = 1\n").expect("written");
    let at = |folder: &Path, args: &[&str], mark: &str| {
        let result = lightest(folder, args);
        assert_eq!(result.code, 2);
        assert!(result.err.contains(mark), "{args:?}: {}", result.err);
    };
    at(&repo, &["check"], "--> lightest.toml:1:1\n");
    at(&repo.join("docs"), &["check"], "--> ../lightest.toml:1:1\n");
    fs::write(repo.join("lightest.toml"), "catalog = \"facts\"\n").expect("written");
    fs::create_dir(repo.join("facts")).expect("a folder");
    fs::write(repo.join("facts/ours.toml"), "[[guest]]\nno-such = 1\n").expect("written");
    at(&repo, &["pick", "--requires", "tpm"], "--> facts/ours.toml:");
    at(&repo.join("docs"), &["pick", "--requires", "tpm"], "--> ../facts/ours.toml:");
    at(&place.outside, &["--catalog", &place.path("repo/facts"), "pick"], "--> repo/facts/ours.toml:");
}
