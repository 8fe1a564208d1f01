//! What the lab's tests need of a Debian machine: which packages are missing, and their installation.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

#[derive(Deserialize)]
struct Packages {
    package: Vec<Package>,
}

/// As in `guests/packages.toml`, which `lightest` reads too.
#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    programs: Vec<String>,
    #[serde(default)]
    files: Vec<PathBuf>,
    #[serde(rename = "for")]
    needed_for: Vec<String>,
}

/// What the packages are wanted for: all but the full guest, whose build takes minutes.
pub(crate) const PURPOSES: [&str; 8] =
    ["x64", "x64-uefi", "aarch64", "aarch64-uefi", "disk", "tpm", "image", "image-bios"];

/// The packages of `guests/packages.toml` that are not there, for these purposes; all purposes when none is given.
///
/// # Errors
/// When the list cannot be read.
pub(crate) fn missing(root: &Path, purposes: &[&str]) -> Result<BTreeSet<String>, String> {
    let path = root.join("guests/packages.toml");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let list: Packages = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut dirs: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    dirs.extend(["/usr/sbin", "/sbin"].map(PathBuf::from));
    let there = |name: &String| dirs.iter().any(|dir| dir.join(name).is_file());
    let wanted = |package: &&Package| {
        purposes.is_empty() || package.needed_for.iter().any(|what| purposes.contains(&what.as_str()))
    };
    let lacking = list.package.iter().filter(wanted).filter(|package| {
        !package.programs.iter().all(there) || !package.files.iter().all(|file| file.exists())
    });
    Ok(lacking.map(|package| package.name.clone()).collect())
}

/// Installs what is missing; needs root and a Debian.
///
/// # Errors
/// When a package cannot be installed.
pub(crate) fn install(root: &Path, purposes: &[&str]) -> Result<(), String> {
    let missing = missing(root, purposes)?;
    if missing.is_empty() {
        return Ok(());
    }
    apt_get(&["update"])?;
    let mut args = vec!["install", "--yes", "--no-install-recommends"];
    args.extend(missing.iter().map(String::as_str));
    apt_get(&args)
}

fn apt_get(args: &[&str]) -> Result<(), String> {
    let status = Command::new("apt-get")
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .map_err(|error| format!("apt-get cannot be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("apt-get {} failed ({status})", args.join(" "))) }
}
