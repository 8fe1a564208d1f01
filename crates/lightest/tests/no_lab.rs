//! A build without the lab has its commands, and refuses them with one line: `cargo test --no-default-features --test no_lab`.
#![cfg(not(all(unix, feature = "lab")))]

use std::process::{Command, Output};

fn lightest(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lightest")).args(args).output().expect("it starts")
}

#[test]
fn the_labs_commands_are_in_the_help() {
    let help = lightest(&["--help"]);
    let text = String::from_utf8(help.stdout).expect("UTF-8");
    for command in ["boot", "measure", "probe", "verify", "image"] {
        assert!(text.lines().any(|line| line.trim_start().starts_with(command)), "no {command} in {text}");
    }
}

#[test]
fn the_labs_commands_exit_with_4_and_one_line() {
    let commands: [&[&str]; 6] = [
        &["boot", "openvmm_linux_direct_x64"],
        &["measure", "openvmm_linux_direct_x64"],
        &["probe", "openvmm_linux_direct_x64"],
        &["verify"],
        &["image", "list"],
        &["list", "vmms"],
    ];
    for args in commands {
        let output = lightest(args);
        let text = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(4), "{args:?}: {text}");
        assert_eq!(text.trim_end().lines().count(), 1, "{args:?}: {text}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}
