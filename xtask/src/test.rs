//! `cargo xtask test`: every test, in the order in which a failure is cheapest to find.

use std::process::Command;

use crate::generated;
use crate::run::{cargo, run, step};

fn with(mut command: Command, args: &[&str]) -> Command {
    command.args(args);
    command
}

/// Runs everything, up to the first failure.
pub(crate) fn all() -> Result<(), String> {
    step("format", || run(with(cargo(), &["fmt", "--all", "--check"])))?;
    step("lints", || {
        run(with(cargo(), &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
    })?;
    step("generated files", || generated::run(true))?;
    step("tests", || {
        let mut command = with(cargo(), &["test", "--workspace"]);
        // A snapshot that differs is a failure, not something to be accepted by itself.
        command.env("INSTA_UPDATE", "no");
        run(command)
    })
}
