//! `lightest`: picks the lightest guest that exercises the code under test.

use std::process::ExitCode;

fn main() -> ExitCode {
    lightest::run(std::env::args_os())
}
