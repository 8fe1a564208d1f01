//! Files are written whole, together, or not at all; nothing temporary is left, and nobody's edits are lost.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

mod support;
use support::lightest;
#[path = "support/heavy.rs"]
mod heavy;
use heavy::TEST;

fn put(folder: &Path, name: impl AsRef<Path>, text: &str) {
    fs::write(folder.join(name), text).expect("written");
}

fn is_fixed(path: &Path) -> bool {
    fs::read_to_string(path).expect("UTF-8").starts_with("#[openvmm_test(linux_direct_x64)]")
}

/// Every name in a folder and below, but for `.git`.
fn names(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && name != ".git" {
            names.extend(self::names(&entry.path()).into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            names.push(name);
        }
    }
    names.sort();
    names
}

#[test]
fn a_file_whose_name_is_not_unicode_is_fixed_in_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = std::ffi::OsStr::from_bytes(b"bad\xff\xfe.rs");
    put(folder.path(), name, TEST);
    let result = lightest(folder.path(), &["check", "--fix"]);
    assert_eq!(result.code, 1, "the gap between architectures is left: {} {}", result.out, result.err);
    assert!(is_fixed(&folder.path().join(name)));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "there is no file beside it");
}

#[test]
fn a_read_only_file_among_several_leaves_all_as_they_were() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, test) in [("a.rs", "one"), ("b.rs", "two"), ("c.rs", "three")] {
        put(folder.path(), name, &TEST.replace("answers", test));
    }
    fs::set_permissions(folder.path().join("b.rs"), fs::Permissions::from_mode(0o444)).expect("set");
    let result = lightest(folder.path(), &["check", "--fix"]);
    assert_eq!(result.code, 2);
    assert_eq!(
        result.err.lines().collect::<Vec<_>>(),
        [
            "error: b.rs cannot be written: it is read-only",
            " |",
            " = note: nothing was written",
            " = help: allow writing it, or name another place"
        ]
    );
    assert!(["a.rs", "c.rs"].iter().all(|name| !is_fixed(&folder.path().join(name))));
}

#[test]
fn a_new_baseline_has_the_usual_permissions_and_a_link_stays_one() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "a.rs", TEST);
    put(folder.path(), "usual", "");
    symlink("real.toml", folder.path().join("known.toml")).expect("linked");
    let result = lightest(folder.path(), &["check", "--baseline", "known.toml", "--update-baseline"]);
    assert_eq!(result.code, 0, "{}", result.err);
    let mode = |name: &str| fs::metadata(folder.path().join(name)).expect("there").permissions().mode();
    assert_eq!(mode("real.toml"), mode("usual"));
    assert!(fs::symlink_metadata(folder.path().join("known.toml")).is_ok_and(|one| one.is_symlink()));
}

/// Starts `check --fix` on many files, and ends it by a signal after a while; `shell` is run before it.
fn interrupted(files: usize, shell: &str, signal: &str, after: Duration) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..files {
        put(folder.path(), format!("t{number}.rs"), &TEST.replace("answers", &format!("answers_{number}")));
    }
    let mut child = Command::new("sh")
        .args(["-c", &format!("{shell}exec \"$0\" check --fix"), env!("CARGO_BIN_EXE_lightest")])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    // As soon as something temporary is there, the writing has begun. What cannot be handled may come before git is kept from it.
    let has_begun = |name: &String| {
        let is_filled = || fs::metadata(folder.path().join(name)).is_ok_and(|file| file.len() > 0);
        name.starts_with(".lightest-") && (signal != "-KILL" || is_filled())
    };
    for _ in 0..3_000 {
        if names(folder.path()).iter().any(has_begun) {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(after);
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.is_ok(), "kill cannot be started");
    child.wait().expect("it ends");
    folder
}

#[test]
fn a_signal_leaves_nothing_temporary_and_all_files_or_none_changed() {
    for (signal, after) in [
        ("-INT", 0),
        ("-TERM", 3),
        ("-INT", 12),
        ("-TERM", 30),
        ("-HUP", 1),
        ("-QUIT", 2),
        ("-USR1", 0),
        ("-XCPU", 1),
    ] {
        let folder = interrupted(60, "", signal, Duration::from_millis(after));
        let names = names(folder.path());
        assert!(names.iter().all(|name| name.ends_with(".rs")), "{signal} after {after} ms: {names:?}");
        let fixed = names.iter().filter(|name| is_fixed(&folder.path().join(name))).count();
        assert!(fixed == 0 || fixed == 60, "{signal} after {after} ms: {fixed} of 60 fixed");
    }
}

#[test]
fn a_run_that_waits_for_a_folder_that_another_program_has_locked_can_be_interrupted() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["one", "two"] {
        fs::create_dir(folder.path().join(name)).expect("made");
        put(folder.path(), format!("{name}/a.rs"), &TEST.replace("answers", name));
    }
    let other = fs::File::open(folder.path().join("two")).expect("it opens");
    other.lock().expect("locked");
    let mut child = Command::new(env!("CARGO_BIN_EXE_lightest"))
        .args(["check", "--fix"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let mut err = BufReader::new(child.stderr.take().expect("a pipe"));
    while !line.contains("waiting for another program that has locked two") {
        line.clear();
        assert_ne!(err.read_line(&mut line).expect("UTF-8"), 0, "it ended");
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|sent| sent.success()), "kill cannot be started");
    child.wait().expect("it ends");
    assert_eq!(names(folder.path()), ["one/a.rs", "two/a.rs"]);
    assert!(!is_fixed(&folder.path().join("one/a.rs")), "both or none");
}

/// A folder with a hundred folders, each with a file to fix, and a run that may have so many files open.
fn in_a_hundred_folders(open_files: u32) -> (tempfile::TempDir, Command) {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..100 {
        fs::create_dir(folder.path().join(format!("f{number:02}"))).expect("made");
        put(folder.path(), format!("f{number:02}/a.rs"), &TEST.replace("answers", &format!("a{number}")));
    }
    let mut run = Command::new("sh");
    let limited = format!("ulimit -n {open_files}; exec \"$0\" check --fix");
    run.args(["-c", &limited, env!("CARGO_BIN_EXE_lightest")]).current_dir(folder.path());
    run.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    (folder, run)
}

#[test]
fn each_of_many_folders_is_locked() {
    let (folder, mut run) = in_a_hundred_folders(1024);
    let other = fs::File::open(folder.path().join("f99")).expect("it opens");
    other.lock().expect("locked");
    let mut child = run.spawn().expect("it starts");
    let mut line = String::new();
    let mut err = BufReader::new(child.stderr.take().expect("a pipe"));
    while !line.contains("waiting for another program that has locked f99") {
        line.clear();
        assert_ne!(err.read_line(&mut line).expect("UTF-8"), 0, "it ended");
    }
    drop(other);
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    assert!(is_fixed(&folder.path().join("f99/a.rs")));
}

#[test]
fn where_few_files_may_be_open_locks_leave_enough_for_the_work() {
    let (folder, mut run) = in_a_hundred_folders(40);
    let output = run.output().expect("it starts");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let names = names(folder.path());
    assert_eq!(names.iter().filter(|name| is_fixed(&folder.path().join(name))).count(), 100, "{names:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_its_parent_ignores_does_not_end_it() {
    let folder = interrupted(60, "trap '' HUP; ", "-HUP", Duration::ZERO);
    let names = names(folder.path());
    assert!(names.iter().all(|name| name.ends_with(".rs")), "{names:?}");
    assert_eq!(names.iter().filter(|name| is_fixed(&folder.path().join(name))).count(), 60);
}

#[test]
fn a_limit_of_the_size_of_files_is_like_a_full_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let many: String = (0..40).map(|number| TEST.replace("answers", &format!("answers_{number}"))).collect();
    put(folder.path(), "a.rs", TEST);
    put(folder.path(), "b.rs", &many);
    // In blocks of 512 bytes.
    let output = Command::new("sh")
        .args(["-c", "ulimit -f 4; exec \"$0\" check --fix", env!("CARGO_BIN_EXE_lightest")])
        .current_dir(folder.path())
        .output()
        .expect("it starts");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.starts_with("error: b.rs cannot be written: file too large"), "{message}");
    assert_eq!(names(folder.path()), ["a.rs", "b.rs"]);
    assert!(!is_fixed(&folder.path().join("a.rs")));
}

#[test]
fn leftovers_of_a_killed_process_are_ignored_by_git_and_removed_later() {
    let folder = interrupted(60, "", "-KILL", Duration::from_millis(2));
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).current_dir(folder.path()).output().expect("git starts");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    git(&["init", "--quiet"]);
    git(&["add", "-A"]);
    let added = git(&["ls-files"]);
    assert_eq!(added.lines().count(), 60, "{added}");
    assert!(added.lines().all(|name| name.ends_with(".rs")), "{added}");
    put(folder.path(), "one_more.rs", TEST);
    let result = lightest(folder.path(), &["check", "--fix"]);
    assert_eq!(result.code, 1, "{}", result.err);
    let names = names(folder.path());
    let names: Vec<&String> = names.iter().filter(|name| !name.starts_with(".git")).collect();
    assert!(names.iter().all(|name| name.ends_with(".rs")), "{names:?}");
    assert!(names.iter().all(|name| is_fixed(&folder.path().join(name))), "{names:?}");
}

#[test]
fn a_patch_applies_whatever_is_in_the_source_and_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "odd\u{1b}[2J \"name\".rs";
    put(folder.path(), name, &TEST.replace("Ok(())", "let _ = \"\u{1b}[1mx\u{9b}\u{202e}\"; Ok(())"));
    let output = Command::new(env!("CARGO_BIN_EXE_lightest"))
        .args(["check", "--diff"])
        .current_dir(folder.path())
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    fs::write(folder.path().join("p"), &output.stdout).expect("written");
    let applied =
        Command::new("git").args(["apply", "p"]).current_dir(folder.path()).output().expect("git starts");
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    assert!(is_fixed(&folder.path().join(name)));
}
