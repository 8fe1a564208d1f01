//! Runs programs, reads and writes files of the repository, and reports progress.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use serde::de::DeserializeOwned;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    // `cargo xtask` is an alias of `cargo run`, which sets where the package lies.
    let package = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("xtask"), PathBuf::from);
    package.parent().map_or_else(|| PathBuf::from("."), PathBuf::from)
}

/// Writes a line to standard error.
pub(crate) fn report(line: &str) {
    // Without standard error, there is nowhere to report it.
    let _ = writeln!(io::stderr(), "{line}");
}

/// The cargo that runs this.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a program in the root of the workspace.
///
/// # Errors
///
/// That it could not be started, or how it ended.
pub(crate) fn run(mut command: Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let args: Vec<String> =
        command.get_args().map(OsStr::to_string_lossy).map(|arg| arg.into_owned()).collect();
    command.current_dir(root());
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name} {}` failed: {status}", args.join(" "))),
        Err(error) => Err(format!("`{name}` could not be started: {error}")),
    }
}

/// A file of the repository in TOML.
///
/// # Errors
///
/// That it cannot be read, or is not of the form.
pub(crate) fn read_toml<T: DeserializeOwned>(name: &str) -> Result<T, String> {
    let text = fs::read_to_string(root().join(name)).map_err(|error| format!("{name}: {error}"))?;
    toml::from_str(&text).map_err(|error| format!("{name}: {error}"))
}

/// Writes a committed file whole or not at all, where it is not as it should be; with `check`, reports it and the chore that
/// writes it.
///
/// # Errors
///
/// That it cannot be written or, when only checking, that it is stale.
pub(crate) fn committed(name: &str, text: &str, check: bool, chore: &str) -> Result<(), String> {
    let path = root().join(name);
    // A checkout may have lines that end in CR LF.
    if fs::read_to_string(&path).is_ok_and(|found| found.replace("\r\n", "\n") == text) {
        return Ok(());
    }
    if check {
        return Err(format!("{name} is stale: run `cargo xtask {chore}`"));
    }
    let failed = |error: io::Error| format!("{name} cannot be written: {error}");
    let part = path.with_extension("part");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(&part, text).and_then(|()| fs::rename(&part, &path)).map_err(failed)?;
    report(&format!("wrote {name}"));
    Ok(())
}

/// Does a step under a heading, and reports how long it took.
///
/// # Errors
///
/// Those of the step.
pub(crate) fn step(title: &str, work: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    report(&format!("== {title}"));
    let start = Instant::now();
    work().map_err(|error| format!("== {title}: {error}"))?;
    report(&format!("== {title}: done in {:.0} s", start.elapsed().as_secs_f64()));
    Ok(())
}

/// Runs a program in the root of the workspace, and returns what it wrote to standard output.
///
/// # Errors
///
/// That it could not be started, or how it ended.
pub(crate) fn capture(mut command: Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .current_dir(root())
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("`{name}` could not be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{name}` failed: {}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{name}` printed something that is not UTF-8"))
}
