//! `cargo lightest`: the same as `lightest`, found by cargo.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Cargo calls `cargo-lightest lightest ARGS..`.
    let args = wild::args_os().enumerate();
    lightest::run(args.filter(|(at, arg)| *at != 1 || arg != "lightest").map(|(_, arg)| arg))
}
