//! What this host has: programs, firmware files, and the exact list of packages for what it lacks.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::spec::{Arch, BootSpec, FirmwareBoot, Payload};

/// Which package brings what; the same file that `cargo xtask` installs from.
const PACKAGES: &str = include_str!("../../../guests/packages.toml");

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PackageList {
    package: Vec<Package>,
}

/// A package of the host's distribution.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its name in Debian.
    pub name: String,
    /// Programs on PATH that it brings.
    #[serde(default)]
    pub programs: Vec<String>,
    /// Files that it brings.
    #[serde(default)]
    pub files: Vec<PathBuf>,
    /// What it is needed for.
    #[serde(rename = "for")]
    pub needed_for: Vec<String>,
}

/// What must be installed first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Debian's names.
    pub packages: Vec<String>,
    /// The programs and files that were looked for.
    pub things: Vec<String>,
}

impl Missing {
    /// What to type.
    #[must_use]
    pub fn command(&self) -> String {
        format!("on Debian: apt-get install --no-install-recommends {}", self.packages.join(" "))
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "this host lacks {} (packages: {})", self.things.join(", "), self.packages.join(" "))
    }
}

impl std::error::Error for Missing {}

/// The host that boots machines.
#[derive(Clone, Debug)]
pub struct Host {
    path: Vec<PathBuf>,
    packages: Vec<Package>,
}

impl Host {
    /// Looks at this host's PATH.
    ///
    /// # Panics
    /// Never: a test reads the embedded list.
    #[must_use]
    pub fn discover() -> Self {
        let mut path: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
        // Debian keeps mke2fs where an ordinary user's PATH does not look.
        for extra in ["/usr/sbin", "/sbin"] {
            if !path.iter().any(|dir| dir == Path::new(extra)) {
                path.push(extra.into());
            }
        }
        Self::with_path(path)
    }

    /// A host whose programs are looked for in these directories.
    ///
    /// # Panics
    /// Never: a test reads the embedded list.
    #[must_use]
    pub fn with_path(path: Vec<PathBuf>) -> Self {
        let list: PackageList = toml::from_str(PACKAGES).expect("guests/packages.toml is read by a test");
        Self { path, packages: list.package }
    }

    /// Where a program is.
    #[must_use]
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        let mut places = self.path.iter().map(|dir| dir.join(name));
        places.find(|place| place.is_file())
    }

    /// Where a program is, as text for a command line; its bare name when it is not there.
    #[must_use]
    pub fn program_or_name(&self, name: &str) -> String {
        let found = self.program(name).and_then(|path| path.into_os_string().into_string().ok());
        found.unwrap_or_else(|| name.to_owned())
    }

    /// Checks that everything for these purposes is there.
    ///
    /// # Errors
    /// With the packages to install.
    pub fn require(&self, purposes: &[&str]) -> Result<(), Missing> {
        let mut packages = BTreeSet::new();
        let mut things = Vec::new();
        for package in &self.packages {
            if !package.needed_for.iter().any(|what| purposes.contains(&what.as_str())) {
                continue;
            }
            let programs = package.programs.iter().filter(|name| self.program(name).is_none());
            let files = package.files.iter().filter(|file| !file.exists());
            let lacking: Vec<String> =
                programs.cloned().chain(files.map(|file| file.display().to_string())).collect();
            if !lacking.is_empty() {
                packages.insert(package.name.clone());
                things.extend(lacking);
            }
        }
        if packages.is_empty() {
            Ok(())
        } else {
            Err(Missing { packages: packages.into_iter().collect(), things })
        }
    }

    /// What the purposes of a boot with QEMU are called in the package list.
    #[must_use]
    pub fn purposes(spec: &BootSpec) -> Vec<&'static str> {
        let mut purposes = vec![spec.arch.name()];
        match (&spec.payload, spec.arch) {
            (Payload::Uefi(_), Arch::X64) => purposes.push("x64-uefi"),
            (Payload::Uefi(_), Arch::Aarch64) => purposes.push("aarch64-uefi"),
            (Payload::Pcat(FirmwareBoot::App(_) | FirmwareBoot::Disks | FirmwareBoot::Nothing), _)
            | (Payload::LinuxDirect { .. }, _) => {}
        }
        if spec.tpm {
            purposes.push("tpm");
        }
        purposes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_without_anything_is_told_exactly_what_to_install() {
        let host = Host::with_path(Vec::new());
        let missing = host.require(&["tpm", "disk"]).expect_err("nothing is there");
        assert_eq!(missing.to_string(), "this host lacks qemu-img, swtpm (packages: qemu-utils swtpm)");
    }

    #[test]
    fn what_nobody_needs_is_not_missed() {
        assert_eq!(Host::with_path(Vec::new()).require(&[]), Ok(()));
    }
}
