//! The picker page in a real browser: installs what is missing, drives Chromium, and compares what it shows with the
//! library.
//!
//! `xtask/browser/` contains what drives it; this side decides what is asked, and judges the answers.

mod asked;
mod compare;
mod explained;

use std::fs;
use std::path::Path;
use std::process::Command;

use lightest_catalog::{File, OPENVMM, list_folder, load};
use lightest_model::catalog::{Catalog, Layer};
use lightest_model::space::Space;

use crate::run::{report, root, run};
use crate::{book, packages};

/// How large the page may be, in bytes.
const LARGEST: u64 = 300_000;
/// The oldest Node.js that the driver runs on.
const NODE: u32 = 18;

/// Makes the page, and tests it.
///
/// # Errors
///
/// What is missing and could not be installed, or what is wrong with the page.
pub(crate) fn test() -> Result<(), String> {
    let here = root().join("xtask/browser");
    install(&here)?;
    let site = root().join("target/site");
    book::build()?;
    small(&site.join("index.html"))?;
    let catalog = catalog(&root().join("catalog"))?;
    let space = Space::of_tests(&catalog);
    let asked = asked::all(&space);
    write(&site.join("asked.json"), &asked.to_json().to_string())?;
    let mut drive = Command::new("node");
    drive.args(["--test", "--test-concurrency=2", "--test-reporter=spec"]);
    for name in ["walk", "use", "access", "book"] {
        drive.arg(here.join(format!("{name}.test.mjs")));
    }
    drive.env("LIGHTEST_SITE", &site);
    run(drive)?;
    let answers = compare::all(&space, &asked.queries, &read(&site.join("shown.jsonl"))?)?;
    let explanations = explained::all(&space, &read(&site.join("explained.jsonl"))?)?;
    report(&format!(
        "the page shows what the library answers: {answers} questions, {explanations} configurations; pictures are in {}",
        site.join("pictures").display()
    ));
    Ok(())
}

/// The catalog, read from its files: not from what the program that made the page has embedded.
fn catalog(folder: &Path) -> Result<Catalog, String> {
    let mut files = Vec::new();
    for part in OPENVMM {
        for path in list_folder(&folder.join(part)).map_err(|error| error.to_string())? {
            files.push(File::new(&path, read(&path)?, Layer::Base));
        }
    }
    load(&files).map_err(|errors| format!("the catalog has {} mistakes", errors.len()))
}

fn small(page: &Path) -> Result<(), String> {
    let size = fs::metadata(page).map_err(|error| format!("{}: {error}", page.display()))?.len();
    if size < LARGEST { Ok(()) } else { Err(format!("the page has {size} bytes; it may have {LARGEST}")) }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Installs Chromium and Node.js from Debian and the driver from npm, or reports exactly what is missing.
fn install(here: &Path) -> Result<(), String> {
    packages::install(&["browser"])?;
    let version = Command::new("node").arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let major = version
        .as_deref()
        .ok()
        .and_then(|version| version.strip_prefix('v')?.split('.').next()?.parse().ok());
    if major.is_none_or(|major: u32| major < NODE) {
        let found = version.unwrap_or_else(|_| "none".to_owned());
        return Err(format!(
            "the browser tests need Node.js {NODE} or later with npm on the PATH; found: {found}"
        ));
    }
    // npm keeps a copy of the lock file in what it installs; where it is older, the lock file has changed.
    let changed = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    let installed = changed(&here.join("node_modules/.package-lock.json"));
    if installed.is_none() || installed < changed(&here.join("package-lock.json")) {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(here);
        run(npm).map_err(|error| {
            format!("the browser tests need playwright-core and axe-core from npm: {error}")
        })?;
    }
    Ok(())
}
