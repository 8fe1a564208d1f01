//! `cargo xtask corpus --framework kubevirt DIR`: what `check` finds in KubeVirt's tests as they were before they were
//! converted, beside what the maintainers did.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Just before the conversions.
const BEFORE: &str = "5a3f415d95";
const CONVERTED: &str = "corpus/kubevirt-converted.tsv";

/// Prints the counts, and fails where a site that was converted is no longer found.
pub(crate) fn run(checkout: &str) -> Result<(), String> {
    let folder = Path::new("target/kubevirt-before");
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| error.to_string())?;
    }
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let mut archive = Command::new("git")
        .args(["-C", checkout, "archive", BEFORE, "tests", "go.mod"])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("git: {error}"))?;
    let tar = Command::new("tar")
        .arg("-x")
        .arg("-C")
        .arg(folder)
        .stdin(archive.stdout.take().ok_or("git gives nothing")?)
        .status()
        .map_err(|error| format!("tar: {error}"))?;
    if !archive.wait().map_err(|error| error.to_string())?.success() || !tar.success() {
        return Err(format!("{checkout} does not hold {BEFORE}: a full clone is needed"));
    }
    let output = Command::new("cargo")
        .args(["run", "--quiet", "--", "check", "--message-format", "short", "--rule", "heavier-than-needed"])
        .arg(folder)
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    let found: BTreeSet<(String, String)> =
        String::from_utf8_lossy(&output.stdout).lines().filter_map(place).collect();
    let text = fs::read_to_string(CONVERTED).map_err(|error| format!("{CONVERTED}: {error}"))?;
    let converted: BTreeSet<(String, String)> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .map(|(path, line)| (path.to_owned(), line.to_owned()))
        .collect();
    let hits = found.intersection(&converted).count();
    crate::run::say(&format!(
        "{hits} of {} converted sites are found, and {} others",
        converted.len(),
        found.len() - hits
    ));
    for (path, line) in converted.difference(&found) {
        crate::run::say(&format!("not found: {path}:{line}"));
    }
    if hits >= 100 && found.len() - hits <= 66 {
        Ok(())
    } else {
        Err("the reading has become worse".to_owned())
    }
}

/// The path from the top of the checkout, and the line.
fn place(line: &str) -> Option<(String, String)> {
    let at = line.find("tests/")?;
    let mut parts = line[at..].split(':');
    Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
}
