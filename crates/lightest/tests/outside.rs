//! Text from outside is no more than text: in names, in sources and in settings, on standard output and on standard error.
//! What may be read is a regular file of a sane size, and lies in the tree whose file names it.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

mod support;
use support::lightest;
#[path = "support/heavy.rs"]
mod heavy;
use heavy::TEST;

fn put(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("written");
}

/// Control characters, what changes the direction of text, a workflow's command at the start of a line.
const HOSTILE: &str = "x\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}1A\u{202e}\n::error file=a::PWNED";

fn is_harmless(text: &str) -> bool {
    text.lines().all(|line| !line.trim_start().starts_with("::error"))
        && !text.contains("##[error]")
        && !text.chars().any(|letter| {
            (letter.is_control() && letter != '\n')
                || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
}

/// What is wrong with the arguments is written in the program's own lines and colours.
#[test]
fn hostile_arguments_are_repeated_as_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let option = format!("--{HOSTILE}");
    for args in [
        &[HOSTILE][..],
        &["check", &option],
        &["check", "--message-format", HOSTILE],
        &["pick", "--arch", HOSTILE],
        &["guide", "--framework", HOSTILE],
        &["completions", HOSTILE],
        &["image", HOSTILE],
    ] {
        let result = lightest(folder.path(), args);
        assert_eq!((result.code, result.out.as_str()), (2, ""), "{args:?}: {:?}", result.err);
        let first = result.err.lines().next().unwrap_or_default();
        let repeated = "x\\u{1b}]0;title\\u{7}\\u{1b}[2J\\u{9b}1A\\u{202e}\\n::error file";
        assert!(first.starts_with("error: ") && first.contains(repeated), "{args:?}: {:?}", result.err);
        assert!(is_harmless(&result.err), "{args:?}: {:?}", result.err);
    }
    let long = lightest(folder.path(), &["check", "--message-format", &"x".repeat(100_000)]);
    assert!(long.err.len() < 3_000, "{} bytes", long.err.len());
    let mut coloured = Command::new(env!("CARGO_BIN_EXE_lightest"));
    coloured.args(["\u{1b}[32mgreen"]).env("CLICOLOR_FORCE", "1").env_remove("NO_COLOR");
    let err = String::from_utf8(coloured.output().expect("it starts").stderr).expect("UTF-8");
    assert!(err.contains("\u{1b}[1m\u{1b}[31merror:") && err.contains("\\u{1b}[32mgreen"), "{err:?}");
    assert!(!err.contains("\u{1b}[32mgreen"), "{err:?}");
}

#[test]
fn hostile_names_reach_no_terminal_in_any_form() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), &format!("{HOSTILE}.rs").replace('/', "_"), TEST);
    put(folder.path(), "::error::first.rs", &TEST.replace("answers", "replies"));
    put(folder.path(), "##[error]older.rs", &TEST.replace("answers", "greets"));
    put(folder.path(), &format!("{HOSTILE}-latin.rs"), "");
    fs::write(folder.path().join(format!("{HOSTILE}-latin.rs")), b"#[vmm_test(x)]\nfn \xe9() {}\n")
        .expect("written");
    for form in ["human", "short", "json", "sarif", "junit"] {
        let result = lightest(folder.path(), &["check", "--message-format", form]);
        assert_eq!(result.code, 2, "one file is not UTF-8");
        assert!(is_harmless(&result.out), "{form}: {:?}", result.out);
        assert!(is_harmless(&result.err), "{form}: {:?}", result.err);
    }
    for args in [
        &["requirements"][..],
        &["requirements", "--format", "json"],
        &["list", "tests"],
        &["list", "tests", "--format", "json"],
        &["unknowns"],
    ] {
        let result = lightest(folder.path(), args);
        assert!(
            is_harmless(&result.out) && is_harmless(&result.err),
            "{args:?}: {:?} {:?}",
            result.out,
            result.err
        );
    }
    // These are commands to a workflow, and nothing else in them is.
    let result = lightest(folder.path(), &["check", "--message-format", "github"]);
    assert!(
        result
            .out
            .lines()
            .all(|line| line.starts_with("::warning file=") || line.starts_with("::error file=")),
        "{}",
        result.out
    );
    assert!(!result.out.contains('\u{1b}') && is_harmless(&result.err), "{:?}", result.out);
}

#[test]
fn hostile_arguments_and_settings_are_only_text() {
    let folder = tempfile::tempdir().expect("a folder");
    for args in [
        &[HOSTILE][..],
        &["explain", HOSTILE],
        &["parse", HOSTILE],
        &["pick", "--requires", HOSTILE],
        &["check", HOSTILE],
        &["pick", "--arch", HOSTILE],
        &["list", HOSTILE],
    ] {
        let result = lightest(folder.path(), args);
        assert_eq!(result.code, 2, "{args:?}");
        assert!(is_harmless(&result.err), "{args:?}: {:?}", result.err);
    }
    put(
        folder.path(),
        "lightest.toml",
        "catalog = \"facts\"\n[check.rules]\n\"x\\u001b[2J\\n::error::PWNED\" = \"warn\"\n",
    );
    let result = lightest(folder.path(), &["check"]);
    assert!(is_harmless(&result.err), "{:?}", result.err);
}

#[test]
fn a_name_longer_than_anybody_reads_is_cut() {
    let folder = tempfile::tempdir().expect("a folder");
    let result = lightest(folder.path(), &["explain", &"x".repeat(65_000)]);
    assert_eq!(result.code, 2);
    assert!(result.err.len() < 5_000, "{} bytes", result.err.len());
}

/// Runs the program for a few seconds at most, with little memory.
fn bounded(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -v 2000000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_lightest")])
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let start = Instant::now();
    while child.try_wait().expect("it can be waited for").is_none() {
        if start.elapsed() > Duration::from_secs(20) {
            child.kill().expect("it can be ended");
            panic!("{args:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("it ended");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status();
    assert!(made.is_ok_and(|status| status.success()), "no pipe was made");
}

#[test]
fn neither_pipes_nor_devices_are_read_wherever_they_stand() {
    let cases: [(&str, &[&str]); 17] = [
        ("lightest.toml", &["pick"]),
        (".config/lightest.toml", &["check"]),
        ("Cargo.toml", &["pick"]),
        ("known.toml", &["check", "--baseline", "known.toml"]),
        (".gitignore", &["check"]),
        (".ignore", &["check"]),
        ("inner/.gitignore", &["check"]),
        ("facts/a.toml", &["--catalog", "facts", "pick"]),
        ("a.rs", &["check", "a.rs"]),
        ("a.rs", &["pick", "--from", "a.rs"]),
        ("a.rs", &["requirements", "a.rs"]),
        ("a.xml", &["suite", ".", "--junit", "a.xml"]),
        ("a.xml", &["learn", "a.xml"]),
        ("facts/a.toml", &["sync", "--openvmm", ".", "--facts", "facts"]),
        ("facts/a.toml", &["sync", "--openvmm", ".", "--facts", "facts", "--write"]),
        ("g/src/SUMMARY.md", &["guide", "--out", "g"]),
        ("a.raw", &["probe", "--image", "a.raw"]),
    ];
    for (name, args) in cases {
        for kind in ["pipe", "device", "kernel"] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            match kind {
                "pipe" => pipe(&path),
                "device" => symlink("/dev/zero", &path).expect("linked"),
                // It calls itself a regular file, and has its readers wait.
                _ => symlink("/proc/kmsg", &path).expect("linked"),
            }
            if name != "a.rs" {
                put(folder.path(), "t.rs", TEST);
            }
            let (code, err) = bounded(folder.path(), args);
            assert_eq!(code, Some(2), "{kind} {name}: {err}");
            let file = Path::new(name).file_name().expect("a name").to_string_lossy().into_owned();
            assert!(err.contains(&file), "{kind} {name}: {err}");
        }
    }
}

#[test]
fn time_grows_with_the_length_of_a_comment_and_not_with_its_square() {
    let folder = tempfile::tempdir().expect("a folder");
    let (head, body) = TEST.split_at(TEST.find("agent.ping").expect("a call"));
    let lines = "// it needs Ubuntu because of this\n".repeat(60_000);
    put(folder.path(), "a.rs", &format!("{lines}{head}{lines}{body}"));
    let (code, err) = bounded(folder.path(), &["check"]);
    assert!(code.is_some(), "it takes too long");
    assert!(err.contains("read 1 variant of 1 test"), "{err}");
}

#[test]
fn time_grows_with_the_words_of_a_comment_and_not_with_their_square() {
    let folder = tempfile::tempdir().expect("a folder");
    let words = "tpm, ".repeat(200_000);
    put(folder.path(), "a.rs", &format!("// lightest: requires({words}tpm): the firmware measures\n{TEST}"));
    let (code, err) = bounded(folder.path(), &["check"]);
    assert!(code.is_some(), "it takes too long");
    assert!(err.contains("read 1 variant of 1 test"), "{err}");
}

#[test]
fn a_file_without_end_is_refused() {
    for (name, args) in [
        ("lightest.toml", &["pick"][..]),
        ("known.toml", &["check", "--baseline", "known.toml"]),
        (".gitignore", &["check"]),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        put(folder.path(), "t.rs", TEST);
        fs::File::create(folder.path().join(name))
            .and_then(|file| file.set_len(8 << 30))
            .expect("made large");
        let (code, err) = bounded(folder.path(), args);
        assert_eq!(code, Some(2), "{name}: {err}");
        assert!(err.contains("larger than 16 MiB"), "{name}: {err}");
    }
}

#[test]
fn files_outside_the_repository_are_not_read() {
    let outside = tempfile::tempdir().expect("a folder");
    put(outside.path(), "secret.toml", "root:x:0:0\n");
    let path = |name: &str| outside.path().join(name).display().to_string();
    let settings = [
        format!("catalog = {:?}\n", path("")),
        "catalog = \"../..\"\n".to_owned(),
        format!("[check]\nbaseline = {:?}\n", path("secret.toml")),
        "[check]\nbaseline = \"link.toml\"\n".to_owned(),
        "[check]\nbaseline = \"dangling.toml\"\n".to_owned(),
    ];
    for text in settings {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join(".git")).expect("a folder");
        put(folder.path(), "t.rs", TEST);
        put(folder.path(), "lightest.toml", &text);
        symlink(outside.path().join("secret.toml"), folder.path().join("link.toml")).expect("linked");
        symlink(outside.path().join("new.toml"), folder.path().join("dangling.toml")).expect("linked");
        let result = lightest(folder.path(), &["check", "--update-baseline"]);
        assert_eq!(result.code, 2, "{text}: {}", result.err);
        assert!(result.err.contains("outside the repository"), "{text}: {}", result.err);
        assert!(!result.err.contains("root:x"), "{text}: {}", result.err);
        assert!(!outside.path().join("new.toml").exists(), "{text}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    symlink(outside.path().join("secret.toml"), folder.path().join("lightest.toml")).expect("linked");
    let result = lightest(folder.path(), &["pick"]);
    assert_eq!(result.code, 2);
    assert!(result.err.contains("outside") && !result.err.contains("root:x"), "{}", result.err);
}

#[test]
fn requirements_that_imply_themselves_are_a_mistake_at_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("facts")).expect("a folder");
    let one = |id: &str, implies: &str| {
        format!(
            "[[requirement]]\nid = \"{id}\"\ngroup = \"g\"\ntitle = \"t\"\nmeaning = \"m\"\nimplies = [\"{implies}\"]\n\n"
        )
    };
    put(
        &folder.path().join("facts"),
        "ours.toml",
        &(one("a", "tpm") + &one("b", "c") + &one("c", "d") + &one("d", "b")),
    );
    let result = lightest(folder.path(), &["--catalog", "facts", "pick"]);
    assert_eq!(result.code, 2);
    assert!(
        result.err.starts_with("error: `b` implies itself: b -> c -> d -> b\n  --> facts/ours.toml:27:12\n"),
        "{}",
        result.err
    );
}

#[test]
fn ignore_files_outside_the_tree_are_refused() {
    let outside = tempfile::tempdir().expect("a folder");
    put(outside.path(), "patterns", "t.rs\n");
    for name in [".gitignore", ".ignore", "inner/.gitignore"] {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join(".git")).expect("a folder");
        fs::create_dir(folder.path().join("inner")).expect("a folder");
        put(folder.path(), "t.rs", TEST);
        put(folder.path(), "inner/t.rs", &TEST.replace("answers", "replies"));
        symlink(outside.path().join("patterns"), folder.path().join(name)).expect("linked");
        let result = lightest(folder.path(), &["check", "--message-format", "short"]);
        assert_eq!(result.code, 2, "{name}: {}{}", result.out, result.err);
        assert!(result.err.contains(name), "{name}: {}", result.err);
        assert!(result.err.contains("outside the folder that it belongs to"), "{name}: {}", result.err);
    }
}

#[test]
fn a_line_end_in_a_test_name_is_escaped() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "a\nb.rs", TEST);
    for args in
        [&["requirements", "a\nb.rs"][..], &["pick", "--from", "a\nb.rs"], &["list", "tests", "a\nb.rs"]]
    {
        let result = lightest(folder.path(), args);
        let first = result.out.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("a\\nb::answers") && first.contains("a\\nb.rs:"),
            "{args:?}: {}",
            result.out
        );
        assert!(!result.out.contains("a\nb"), "{args:?}: {}", result.out);
    }
}
