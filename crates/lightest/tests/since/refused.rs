//! Impossible comparisons, and calls that git must not make.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::git::git;
use crate::repository::{Repository, heavy};
use crate::support::lightest;

#[test]
fn an_impossible_comparison_is_an_error_with_a_way_out() {
    let repository = Repository::new();
    let refused = |folder: &Path, args: &[&str], message: &str, help: &str| {
        let result = lightest(folder, &[&["check"], args].concat());
        assert_eq!((result.code, result.out.as_str()), (2, ""), "{args:?}: {}", result.err);
        assert!(result.err.contains(message), "{args:?}: {}", result.err);
        assert!(result.err.contains(help), "{args:?}: {}", result.err);
    };
    let top = repository.top.as_path();
    refused(top, &["--since", "mian"], "there is no commit `mian`", "did you mean `main`?");
    refused(top, &["--since", "0123456789"], "there is no commit `0123456789`", "that is fetched");
    refused(top, &["--since", "HEAD:tests"], "there is no commit `HEAD:tests`", "");
    refused(top, &["--since", "HEAD..main"], "there is no commit", "");
    refused(top, &["--since", ""], "`` is not a revision", "--since origin/main");
    refused(top, &["--since", "--output=x"], "`--output=x` is not a revision", "--since origin/main");
    refused(top, &["--since=-h"], "`-h` is not a revision", "");
    refused(top, &["--since", "a\u{1b}[31m"], "there is no commit", "");
    assert!(!top.join("x").exists());
    let outside = tempfile::tempdir().expect("a folder");
    fs::write(outside.path().join("a.rs"), heavy("one", "")).expect("written");
    refused(outside.path(), &["--since", "HEAD"], "lies in no git repository", "leave out `--since`");
    let path = outside.path().display().to_string();
    refused(top, &[&path, "--since", "HEAD"], "lies in no git repository", "leave out `--since`");
    let other = Repository::new();
    let path = other.top.display().to_string();
    refused(top, &[".", &path, "--since", "HEAD"], "several git repositories", "by itself");
    // Another repository is as good as this one.
    other.replace("tests/a.rs", "async fn one(", "async fn renamed(");
    let result = lightest(top, &["check", "--message-format", "short", &path, "--since", "HEAD"]);
    assert_eq!((result.code, result.out.lines().count()), (1, 1), "{}{}", result.out, result.err);
    // Before the first commit, everything is new.
    let empty = Repository::empty();
    empty.write("a.rs", &heavy("one", ""));
    assert_eq!(empty.touched("HEAD"), ["one"]);
    refused(&empty.top, &["--since", "main"], "there is no commit `main`", "that is fetched");
    // Histories that never met.
    repository.git(&["checkout", "--quiet", "--orphan", "other"]);
    repository.commit("another beginning");
    refused(top, &["--since", "main"], "have no commit in common", "derived from");
}

#[test]
fn a_shallow_clone_is_reported() {
    let repository = Repository::new();
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    for round in 0..2 {
        repository.write("other.txt", &round.to_string());
        repository.commit("more");
    }
    let room = tempfile::tempdir().expect("a folder");
    let from = format!("file://{}", repository.top.display());
    let clone = room.path().join("clone");
    git(room.path(), &["clone", "--quiet", "--depth", "1", "--no-single-branch", &from, "clone"]);
    for name in ["origin/main", "HEAD~1"] {
        let result = lightest(&clone, &["check", "--since", name]);
        assert_eq!(result.code, 2, "{}", result.err);
        assert!(
            result.err.contains("the clone is shallow") && result.err.contains("fetch-depth: 0"),
            "{}",
            result.err
        );
    }
    git(&clone, &["fetch", "--quiet", "--unshallow"]);
    let result = lightest(&clone, &["check", "--since", "origin/main"]);
    assert_eq!(result.code, 0, "{}", result.err);
    let result = lightest(&clone, &["check", "--since", "main"]);
    assert!(result.err.contains("did you mean `origin/main`?"), "{}", result.err);
}

#[test]
fn a_submodule_is_compared_with_the_commit_that_it_had() {
    let inner = Repository::new();
    let repository = Repository::empty();
    repository.git(&["submodule", "--quiet", "add", &inner.top.display().to_string(), "inner"]);
    repository.commit("with a submodule");
    assert_eq!(repository.touched("HEAD"), [""; 0]);
    repository.replace("inner/tests/a.rs", "async fn one(", "async fn renamed(");
    assert_eq!(repository.touched("HEAD"), ["renamed"]);
    git(&repository.top.join("inner"), &["commit", "--quiet", "--all", "--message", "moved on"]);
    assert_eq!(repository.touched("HEAD"), ["renamed"]);
    repository.commit("moved on");
    assert_eq!(repository.touched("HEAD"), [""; 0]);
    assert_eq!(repository.touched("HEAD~1"), ["renamed"]);
    // A repository within that is no submodule is new, as any folder.
    git(&repository.top, &["clone", "--quiet", &inner.top.display().to_string(), "guest"]);
    assert_eq!(repository.touched("HEAD"), ["one", "two"]);
}

/// No program that a configuration, an attribute or a variable names is started.
#[cfg(unix)]
#[test]
fn git_starts_no_program() {
    use std::os::unix::fs::PermissionsExt as _;

    let repository = Repository::new();
    let [witness, script] = ["witness", "script"].map(|name| repository.top.with_file_name(name));
    fs::write(&script, format!("#!/bin/sh\necho started >> '{}'\ncat\n", witness.display()))
        .expect("written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("set");
    let script = script.display().to_string();
    let quoted = format!("'{script}'");
    repository.write(".gitattributes", "*.rs diff=own filter=own\n");
    repository.commit("attributes");
    for key in [
        "diff.external",
        "diff.own.command",
        "diff.own.textconv",
        "filter.own.clean",
        "filter.own.smudge",
        "filter.own.process",
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
    ] {
        repository.git(&["config", key, &quoted]);
    }
    repository.git(&["config", "log.showSignature", "true"]);
    repository.git(&["config", "gpg.program", &script]);
    for hook in ["post-index-change", "reference-transaction", "fsmonitor-watchman"] {
        let hook = repository.top.join(".git/hooks").join(hook);
        fs::create_dir_all(hook.parent().expect("a folder")).expect("created");
        fs::copy(&script, hook).expect("copied");
    }
    repository.replace("tests/a.rs", "async fn one(", "async fn renamed(");
    let elsewhere = Repository::new();
    let output = Command::new(env!("CARGO_BIN_EXE_lightest"))
        .args(["check", "--message-format", "short", "--since", "HEAD"])
        .current_dir(&repository.top)
        .env("GIT_EXTERNAL_DIFF", &script)
        .env("GIT_PAGER", &script)
        .env("GIT_SSH_COMMAND", &script)
        .env("GIT_DIR", elsewhere.top.join(".git"))
        .env("GIT_WORK_TREE", &elsewhere.top)
        .env("GIT_INDEX_FILE", elsewhere.top.join("none"))
        .output()
        .expect("it starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!((output.status.code(), out.lines().count()), (Some(1), 1), "{out}{err}");
    assert!(out.contains("tests/a.rs"), "{out}");
    assert!(!witness.exists(), "a program was started");
}

#[test]
fn a_missing_git_is_reported() {
    let repository = Repository::new();
    let output = Command::new(env!("CARGO_BIN_EXE_lightest"))
        .args(["check", "--since", "HEAD"])
        .current_dir(&repository.top)
        .env("PATH", repository.top.join("tests"))
        .output()
        .expect("it starts");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("git cannot be started") && err.contains("install git"), "{err}");
}
