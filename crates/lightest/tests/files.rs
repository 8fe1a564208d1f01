//! What is named as a file or a folder may be anything: nothing waits, nothing is half written, and each mistake is named
//! with what to do.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

#[path = "support/heavy.rs"]
mod heavy;
use heavy::TEST;

const REPORT: &str =
    "<testsuites><testsuite name=\"s\"><testcase name=\"answers\" classname=\"a\"/></testsuite></testsuites>";

/// A name that would command a terminal.
const ESCAPES: &str = "e\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}2J\u{202e}x";
/// A name that would command a GitHub workflow.
const NEWLINE: &str = "a\n::error file=x::b";

/// Where the commands run: a repository, and beside it everything that is no file of the right kind.
fn room() -> tempfile::TempDir {
    let room = tempfile::tempdir().expect("a folder");
    let path = |name: &str| room.path().join(name);
    fs::create_dir_all(path("repo/tests")).expect("a folder");
    fs::create_dir_all(path("w/folder")).expect("a folder");
    fs::write(path("repo/Cargo.toml"), "[package]\nname = \"p\"\n").expect("written");
    fs::write(path("repo/tests/a.rs"), TEST).expect("written");
    fs::create_dir_all(path("w/guide/src")).expect("a folder");
    let contents = "# Summary\n\n- [VMM Tests](./dev_guide/tests/vmm.md)\n";
    fs::write(path("w/guide/src/SUMMARY.md"), contents).expect("written");
    fs::write(path("w/junit.xml"), REPORT).expect("written");
    fs::write(path("w/text"), "not what is wanted\n").expect("written");
    fs::write(path("w/secret"), "not to be read\n").expect("written");
    fs::set_permissions(path("w/secret"), fs::Permissions::from_mode(0o000)).expect("set");
    for name in [ESCAPES, NEWLINE] {
        fs::write(path("w").join(name), "hello \u{1b}[2J\n").expect("written");
    }
    symlink("loop", path("w/loop")).expect("linked");
    symlink("/dev/zero", path("w/zero")).expect("linked");
    symlink("nowhere", path("w/dangling")).expect("linked");
    fs::File::create(path("w/sparse")).and_then(|file| file.set_len(3 << 30)).expect("made large");
    let made = Command::new("mkfifo").arg(path("w/fifo")).status();
    assert!(made.is_ok_and(|status| status.success()), "no pipe was made");
    room
}

/// Names of files to try.
const NAMES: [&[u8]; 20] = [
    b"fifo",
    b"/dev/zero",
    b"/dev/null",
    b"/dev/stdin",
    b"zero",
    b"folder",
    b"loop",
    b"dangling",
    b"secret",
    b"text",
    b"sparse",
    b"no/such/file",
    b"text/below",
    ESCAPES.as_bytes(),
    NEWLINE.as_bytes(),
    b"new\x1b[2J\n::warning::x",
    b"bad\xff\xfe",
    b"",
    b"..",
    b"folder/",
];

/// Every option and argument that takes a path, which `@` stands for.
const COMMANDS: &[&[&str]] = &[
    &["--catalog", "@", "pick", "--requires", "tpm"],
    &["check", "@"],
    &["check", "../repo", "--baseline", "@"],
    &["check", "../repo", "--baseline", "@", "--update-baseline"],
    &["check", "@", "--since", "HEAD"],
    &["check", "@", "--fix"],
    &["fill", "@"],
    &["fill", "@", "--write"],
    &["requirements", "@"],
    &["list", "tests", "@"],
    &["unknowns", "@"],
    &["suite", "../repo", "--junit", "@"],
    &["suite", "@", "--junit", "junit.xml"],
    &["learn", "@", "--tests", "../repo"],
    &["learn", "junit.xml", "--tests", "@"],
    &["learn", "junit.xml", "--tests", "../repo", "--into", "@"],
    &["pick", "--from", "@"],
    &["guide", "--out", "@"],
    &["guide", "--out", "@", "--check"],
    &["guide", "--out", "guide", "--check", "--openvmm", "@"],
    &["--framework", "kubevirt", "guide", "--out", "@"],
    &["sync", "--repo", "@"],
    &["sync", "--repo", "../repo", "--facts", "@"],
    &["probe", "--image", "@"],
];

/// Those that boot, in builds that can, and the files that a machine starts with.
const BOOTS: [&str; 4] = ["boot", "measure", "verify", "probe"];
const STARTS_WITH: [&str; 3] = ["--image", "--kernel", "--initrd"];
/// Commands that take long do not start for a place that no file can be written to.
const MADE: [&[&str]; 2] =
    [&["guide", "--site", "@"], &["sync", "--history", "--repo", "../repo", "--output", "@"]];
/// Nor is it measured.
#[cfg(has_lab)]
const MEASURED: [&[&str]; 2] =
    [&["measure", "lab_linux_direct_x64", "--out", "@"], &["probe", "lab_linux_direct_x64", "--out", "@"]];

/// What no machine can start with, whoever runs it.
#[cfg(has_lab)]
const UNBOOTABLE: [&[u8]; 11] = [
    b"fifo",
    b"/dev/zero",
    b"/dev/null",
    b"zero",
    b"folder",
    b"loop",
    b"dangling",
    b"no/such/file",
    b"text/below",
    b"new\x1b[2J\n::warning::x",
    b"bad\xff\xfe",
];

struct Outcome {
    code: i32,
    out: String,
    err: String,
}

/// Runs a command, which ends by itself.
fn run(folder: &Path, args: &[OsString]) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lightest"));
    command.args(args).current_dir(folder).stdin(Stdio::null()).env_remove("CLICOLOR_FORCE");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let started = Instant::now();
    while child.try_wait().expect("a process").is_none() {
        if started.elapsed() > Duration::from_secs(60) {
            let _ = child.kill();
            panic!("{args:?} waits");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("its output");
    Outcome {
        code: output.status.code().unwrap_or_else(|| panic!("{args:?} was ended by a signal")),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Every file below a folder, with its kind, size and time of change.
fn files(folder: &Path) -> BTreeMap<PathBuf, (u32, u64, i64)> {
    let mut found = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let metadata = fs::symlink_metadata(&path).expect("there");
            if metadata.is_dir() {
                left.push(path);
            } else {
                found.insert(path, (metadata.mode(), metadata.size(), metadata.mtime_nsec()));
            }
        }
    }
    found
}

/// Checks the promises of every command, for any arguments.
fn check_promises(args: &[OsString], name: &[u8], result: &Outcome) {
    let text = format!("{}{}", result.out, result.err);
    assert!((0..=4).contains(&result.code), "{args:?}: {text}");
    let raw =
        |letter: char| letter.is_control() && letter != '\n' || ('\u{202a}'..='\u{202e}').contains(&letter);
    assert!(!text.contains(raw), "{args:?} prints what is more than text: {text:?}");
    assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{args:?}: {text}");
    assert!(!text.contains("panicked"), "{args:?}: {text}");
    if result.code == 2 {
        assert!(result.err.contains("error: "), "{args:?}: {text}");
        assert!(
            result.err.contains("help: ") || result.err.contains("'--help'"),
            "{args:?} says not what to do: {text}"
        );
        // Of an empty name, the option is named.
        let start: String =
            String::from_utf8_lossy(name).chars().take_while(|letter| letter.is_ascii_graphic()).collect();
        let start = start.trim_end_matches('/');
        assert!(result.err.contains(start), "{args:?} names not its place: {text}");
    }
}

fn filled(command: &[&str], name: &[u8]) -> Vec<OsString> {
    command
        .iter()
        .map(|arg| if *arg == "@" { OsStr::from_bytes(name) } else { OsStr::new(arg) }.to_owned())
        .collect()
}

#[test]
fn whatever_is_named_as_a_file_is_refused_or_read_whole() {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(command) = COMMANDS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    every_name(command);
                }
            });
        }
    });
}

/// Tries one command with every name, in a room of its own.
fn every_name(command: &[&str]) {
    let room = room();
    let here = room.path().join("w");
    let mut before = files(room.path());
    for name in NAMES {
        let args = filled(command, name);
        let result = run(&here, &args);
        check_promises(&args, name, &result);
        let after = files(room.path());
        if result.code >= 2 {
            assert_eq!(before, after, "{args:?} fails, and writes: {}", result.err);
        }
        let temporary = |path: &PathBuf| path.to_string_lossy().contains(".lightest-");
        assert!(!after.keys().any(temporary), "{args:?} leaves something behind");
        before = after;
    }
}

#[cfg(has_lab)]
#[test]
fn a_machine_starts_with_nothing_but_files() {
    let room = room();
    let here = room.path().join("w");
    let before = files(room.path());
    for command in BOOTS {
        for option in STARTS_WITH {
            for name in UNBOOTABLE {
                let args = filled(&[command, "lab_linux_direct_x64", option, "@"], name);
                let result = run(&here, &args);
                check_promises(&args, name, &result);
                assert_eq!((result.code, result.out.as_str()), (2, ""), "{args:?}: {}", result.err);
                assert!(
                    result.err.contains(&format!("it is named by `{option}`")),
                    "{args:?}: {}",
                    result.err
                );
            }
        }
    }
    for command in MEASURED {
        for name in [&b"fifo"[..], b"/dev/null", b"zero", b"loop", b"text/below", b"folder"] {
            let args = filled(command, name);
            let result = run(&here, &args);
            check_promises(&args, name, &result);
            assert!(
                result.code == 2 && result.err.contains("cannot be written: "),
                "{args:?}: {}",
                result.err
            );
        }
    }
    assert_eq!(before, files(room.path()));
}

#[test]
fn no_page_is_made_for_an_unwritable_place() {
    let room = room();
    let here = room.path().join("w");
    let before = files(room.path());
    for (command, own) in MADE.iter().zip([&b"text"[..], b"folder"]) {
        for name in [&b"fifo"[..], b"/dev/null", b"zero", b"loop", b"text/below", own] {
            let args = filled(command, name);
            let started = Instant::now();
            let result = run(&here, &args);
            check_promises(&args, name, &result);
            assert!(
                result.code == 2 && result.err.contains("cannot be written: "),
                "{args:?}: {}",
                result.err
            );
            assert!(started.elapsed() < Duration::from_secs(5), "{args:?} takes {:?}", started.elapsed());
        }
    }
    assert_eq!(before, files(room.path()));
}

/// The lists above have every option and argument of the help that takes a path.
#[test]
fn no_option_that_takes_a_path_is_forgotten() {
    let mut tried: Vec<String> = ["measure --out", "probe --out"].map(str::to_owned).to_vec();
    for option in STARTS_WITH {
        tried.extend(BOOTS.map(|command| format!("{command} {option}")));
    }
    for command in COMMANDS.iter().chain(&MADE) {
        let at = command.iter().position(|word| *word == "@").expect("a place");
        let name = command.iter().find(|word| !word.starts_with('-') && !["@", "kubevirt"].contains(word));
        let option = command[..at].last().filter(|option| option.starts_with("--")).unwrap_or(&"PATH");
        tried.push(format!("{} {option}", name.expect("a command")));
    }
    let help = |args: &[&str]| run(Path::new("."), &args.iter().map(OsString::from).collect::<Vec<_>>()).out;
    let all = help(&["--help"]);
    let commands =
        all.split("Commands:").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("the commands");
    let mut forgotten = Vec::new();
    for command in commands.lines().filter_map(|line| line.split_whitespace().next()) {
        for line in help(&[command, "--help"]).lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let takes = |word: &str| {
                ["<FILE>", "<DIR>", "<FILE>...", "<DIR>...", "[PATH]...", "<PATH>"].contains(&word)
            };
            let (option, value) = match words.as_slice() {
                [option, value] if option.starts_with("--") => (*option, *value),
                [value] => ("PATH", *value),
                _ => continue,
            };
            let one = format!("{command} {option}");
            // `--catalog` is every command's.
            if takes(value) && option != "--catalog" && !tried.contains(&one) && !forgotten.contains(&one) {
                forgotten.push(one);
            }
        }
    }
    assert_eq!(forgotten, Vec::<String>::new());
}
