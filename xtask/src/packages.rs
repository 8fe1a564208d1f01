//! The one list of Debian packages, `guests/packages.toml`: what is missing on this machine, and its installation.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::run::{self, read_toml};

/// Where the list lies in the repository.
pub(crate) const LIST: &str = "guests/packages.toml";
/// Where Debian keeps programs; an ordinary user's PATH lacks the second.
pub(crate) const PROGRAM_FOLDERS: [&str; 4] = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    package: Vec<Package>,
}

/// A package, as in the list, which `lightest` reads too.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Package {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) programs: Vec<String>,
    #[serde(default)]
    pub(crate) files: Vec<PathBuf>,
    #[serde(rename = "for")]
    pub(crate) needed_for: Vec<String>,
}

impl Package {
    fn is_needed_for(&self, purposes: &[&str]) -> bool {
        purposes.is_empty() || self.needed_for.iter().any(|what| purposes.contains(&what.as_str()))
    }
}

/// What `cargo xtask test` needs packages for: all but the full guest, whose build takes minutes, benchmarks, and other
/// systems, whose step does without them.
pub(crate) const PURPOSES: [&str; 12] = [
    "x64",
    "x64-uefi",
    "aarch64",
    "aarch64-uefi",
    "disk",
    "tpm",
    "image",
    "image-bios",
    "build",
    "test",
    "browser",
    "root",
];

/// The whole list.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn list() -> Result<Vec<Package>, String> {
    read_toml(LIST).map(|list: List| list.package)
}

/// The packages that are not there, for these purposes; all purposes when none is given.
fn missing(list: &[Package], purposes: &[&str]) -> BTreeSet<String> {
    let mut folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    folders.extend(PROGRAM_FOLDERS.map(PathBuf::from));
    let there = |name: &String| folders.iter().any(|folder| folder.join(name).is_file());
    let lacking = list.iter().filter(|package| package.is_needed_for(purposes)).filter(|package| {
        !package.programs.iter().all(there) || !package.files.iter().all(|file| file.exists())
    });
    lacking.map(|package| package.name.clone()).collect()
}

/// Installs what is missing; needs root and a Debian.
///
/// # Errors
/// When no package serves a purpose, or one cannot be installed: with the command to run as root.
pub(crate) fn install(purposes: &[&str]) -> Result<(), String> {
    let list = list()?;
    if let Some(unknown) =
        purposes.iter().find(|purpose| !list.iter().any(|package| package.is_needed_for(&[purpose])))
    {
        return Err(format!("{LIST} has no package for `{unknown}`"));
    }
    let missing = missing(&list, purposes);
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(String::as_str).collect();
    run::report(&format!("installing {}", names.join(" ")));
    let install = || {
        apt_get(&["update", "-qq"])?;
        apt_get(&[&["install", "--yes", "-qq", "--no-install-recommends"], names.as_slice()].concat())
    };
    install().map_err(|error| {
        format!(
            "packages are missing, and {error}; as root on Debian: apt-get install --no-install-recommends {}",
            names.join(" ")
        )
    })
}

/// Whether not every list of packages can be fetched, so that what is missing may be nowhere to be had.
pub(crate) fn update_fails() -> bool {
    apt_get(&["update", "-qq", "--error-on=any"]).is_err()
}

fn apt_get(args: &[&str]) -> Result<(), String> {
    let mut command = Command::new("apt-get");
    // Somebody else may be installing.
    command.args(["-o", "DPkg::Lock::Timeout=300"]).args(args).env("DEBIAN_FRONTEND", "noninteractive");
    run::run(command)
}

/// Whether this is a Debian on which we are root.
pub(crate) fn debian_as_root() -> bool {
    is_root() && Path::new("/etc/debian_version").exists()
}

fn is_root() -> bool {
    // The owner of `/proc/self` is the effective user, known without a program and without unsafe code.
    fs::metadata("/proc/self").is_ok_and(|meta| owner(&meta) == Some(0))
}

#[cfg(unix)]
fn owner(meta: &fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    Some(meta.uid())
}

#[cfg(not(unix))]
fn owner(_: &fs::Metadata) -> Option<u32> {
    None
}
