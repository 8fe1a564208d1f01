//! `lightest pick` at a terminal: it asks, and answers.
#![cfg(unix)]

use std::process::Command;

use rexpect::session::{PtySession, spawn_command};

const QUESTIONS: [&str; 5] = [
    "What does the test do inside the virtual machine?",
    "Which firmware behaviour does it depend on?",
    "Which devices does it touch?",
    "Does it exercise the paravisor (OpenHCL)?",
    "Must the guest be isolated from its host?",
];
const ESC: &str = "\x1b";
const DOWN: &str = "\x1b[B";

/// Starts a shell command at a terminal, with the program as `$lightest`; its code and the terminal's modes follow its output.
fn at_a_terminal(script: &str) -> PtySession {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("before=$(stty -g); {script}; code=$?; echo; echo \"code=$code\"; echo \"modes=$before=$(stty -g)=\"")]);
    shell.env("lightest", env!("CARGO_BIN_EXE_lightest")).env("TERM", "xterm-256color").env("NO_COLOR", "1");
    shell.current_dir(std::env::temp_dir());
    spawn_command(shell, Some(60_000)).expect("a terminal")
}

/// Waits for each question, and answers it with some keys; what was printed after the last.
fn answer(mut session: PtySession, keys: &[&str]) -> String {
    for (question, keys) in QUESTIONS.iter().zip(keys) {
        session.exp_string(question).unwrap_or_else(|error| panic!("{question}: {error}"));
        // The help stands below the answers, so that the list is complete when it is there.
        session.exp_string("]").expect("the help");
        session.send(keys).and_then(|_| session.flush()).expect("the terminal takes keys");
    }
    session.exp_eof().expect("it ends")
}

#[test]
fn enter_skips_every_question() {
    let text = answer(at_a_terminal("$lightest pick"), &["\r"; 5]);
    assert!(text.contains("#[vmm_test(") && text.contains("openvmm_linux_direct_x64"), "{text}");
    assert!(text.contains("Repeat with: lightest pick --arch x64,aarch64"), "{text}");
    assert!(text.contains("code=0"), "{text}");
}

#[test]
fn letters_filter_space_chooses_and_escape_skips() {
    let keys = ["windows \r", ESC, ESC, ESC, ESC];
    let text = answer(at_a_terminal("$lightest pick"), &keys);
    assert!(text.contains("Repeat with: lightest pick --requires windows-shell"), "{text}");
}

#[test]
fn arrows_move_and_several_answers_are_kept() {
    // Secure Boot and a TPM are the second and the third of the answers that ask for something.
    let firmware = format!("{DOWN} {DOWN} \r");
    let isolation = format!("{DOWN}\r");
    let text = answer(at_a_terminal("$lightest pick"), &["\r", &firmware, "\r", "\r", &isolation]);
    assert!(text.contains("Repeat with: lightest pick --requires secure-boot,tpm,vbs"), "{text}");
}

#[test]
fn the_best_answer_so_far_follows_each_reply() {
    let mut session = at_a_terminal("$lightest pick");
    let before = session.exp_string(QUESTIONS[0]).expect("the first question");
    assert!(before.contains("so far: openvmm_linux_direct_x64"), "{before}");
    session.exp_string("]").expect("the help");
    session.send("windows \r").and_then(|_| session.flush()).expect("the terminal takes keys");
    let between = session.exp_string(QUESTIONS[1]).expect("the second question");
    assert!(between.contains("so far: openvmm_uefi_x64(vhd(windows_"), "{between}");
}

#[test]
fn ctrl_c_leaves_quietly_and_the_terminal_sane() {
    let text = answer(at_a_terminal("$lightest pick"), &["\r", "\x03"]);
    assert!(text.contains("code=2"), "{text}");
    assert!(!text.contains("vmm_test") && !text.contains("error"), "{text}");
    let modes: Vec<&str> = text.rsplit_once("modes=").expect("the modes").1.split('=').collect();
    assert_eq!(modes[0], modes[1], "the terminal's modes before and after");
    let shown = text.rfind("\x1b[?25h");
    assert!(
        text.rfind("\x1b[?25l").is_none_or(|hidden| shown.is_some_and(|shown| shown > hidden)),
        "{text:?}"
    );
}

#[test]
fn a_signal_during_a_question_leaves_the_terminal_sane() {
    for (signal, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let mut session = at_a_terminal("sh -c 'echo pid=$$=; exec \"$lightest\" pick'");
        session.exp_string("pid=").expect("a process");
        let pid = session.exp_string("=").expect("its number");
        session.exp_string(QUESTIONS[0]).expect("the first question");
        session.exp_string("]").expect("the help");
        let sent = Command::new("kill").args(["-s", signal, pid.trim()]).status().expect("it starts");
        assert!(sent.success(), "{pid}");
        let text = session.exp_eof().expect("it ends");
        assert!(text.contains(&format!("code={code}")), "{signal}: {text}");
        let modes: Vec<&str> = text.rsplit_once("modes=").expect("the modes").1.split('=').collect();
        assert_eq!(modes[0], modes[1], "{signal}: the terminal's modes before and after");
        assert!(text.contains("\x1b[?25h"), "{signal}: the cursor is shown: {text:?}");
    }
}

#[test]
fn a_framework_without_questions_asks_none() {
    let text = at_a_terminal("$lightest --framework kubevirt pick").exp_eof().expect("it ends");
    assert!(text.contains("libvmifact.New") && text.contains("code=0"), "{text}");
    assert!(!text.contains("Arrow keys") && !text.contains("so far:"), "{text}");
}

#[test]
fn nothing_is_asked_where_nobody_can_answer() {
    for script in [
        "$lightest pick | cat",
        "$lightest pick < /dev/null",
        "TERM=dumb $lightest pick",
        "$lightest pick 2> /dev/null",
    ] {
        let text = at_a_terminal(script).exp_eof().expect("it ends");
        assert!(text.contains("#[vmm_test("), "{script}: {text}");
        assert!(!QUESTIONS.iter().any(|question| text.contains(question)), "{script}: {text}");
    }
}
