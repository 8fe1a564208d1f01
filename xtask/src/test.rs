//! `cargo xtask test`: every test, in the order in which a failure is cheapest to find.

use std::process::Command;

use crate::run::{cargo, run, step};
use crate::{browser, empty_root, generated, licences, packages, windows};

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
    step("licences", licences::check)?;
    step("generated files", || generated::run(true))?;
    // The tests boot real guests; they install nothing themselves.
    step("the list of packages in an empty root", empty_root::check)?;
    step("packages", || packages::install(&packages::PURPOSES))?;
    step("the lab's guests", || {
        run(with(cargo(), &["run", "--quiet", "--package", "lightest", "--", "image", "build"]))
    })?;
    step("the test runner whose reports are read", nextest)?;
    step("tests", || {
        let features = "lightest/lab-tests,lightest-lab/lab-tests";
        let mut command = with(cargo(), &["test", "--workspace", "--features", features]);
        // A snapshot that differs is a failure, not something to be accepted by itself.
        command.env("INSTA_UPDATE", "no");
        run(command)
    })?;
    step("other systems: Windows under Wine, and what its and Apple's compilers accept", windows::check)?;
    if let Some(checkout) = std::env::var_os("OPENVMM_REPO") {
        step("the catalog against OpenVMM's source", || {
            let mut command =
                with(cargo(), &["run", "--quiet", "--package", "lightest", "--", "sync", "--check"]);
            command.arg("--openvmm").arg(&checkout);
            run(command)
        })?;
    }
    // As the tests were built: a longer run builds for speed first.
    step("fuzzing, in short", || {
        run(with(cargo(), &["run", "--quiet", "--package", "lightest-fuzz", "--", "1000"]))
    })?;
    step("the book, and the picker page in a browser", browser::test)
}

/// The version of cargo-nextest that the tests were written with.
const NEXTEST: &str = "0.9.143";

/// Installs cargo-nextest where there is none.
fn nextest() -> Result<(), String> {
    let found = with(cargo(), &["nextest", "--version"]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    run(with(cargo(), &["install", "cargo-nextest", "--locked", "--version", NEXTEST]))
}
