//! The host's programs, firmware files, and the exact list of missing packages.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

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
    /// The purpose.
    #[serde(rename = "for")]
    pub needed_for: Vec<String>,
}

/// Packages to install first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this host lacks {}{}", things.join(", "), in_packages(packages))]
pub struct Missing {
    /// Debian's names.
    pub packages: Vec<String>,
    /// The programs and files that were looked for.
    pub things: Vec<String>,
    /// The environment variable that can name it, when it is no package's.
    pub variable: Option<String>,
}

fn in_packages(packages: &[String]) -> String {
    if packages.is_empty() { String::new() } else { format!(" (packages: {})", packages.join(" ")) }
}

impl Missing {
    /// A program that no package of the distribution brings.
    #[must_use]
    pub fn program(name: &str) -> Self {
        Self { packages: Vec::new(), things: vec![name.to_owned()], variable: None }
    }

    /// The same, where an environment variable could name it.
    #[must_use]
    pub fn or_named_in(mut self, name: &str) -> Self {
        self.variable = Some(format!("{PREFIX}{name}"));
        self
    }

    /// The command to type.
    #[must_use]
    pub fn command(&self) -> String {
        if let Some(variable) = &self.variable {
            return format!("put it on PATH, or name it in the environment variable {variable}");
        }
        if self.packages.is_empty() {
            return "put it on PATH".to_owned();
        }
        format!("on Debian: apt-get install --no-install-recommends {}", self.packages.join(" "))
    }
}

/// The host that boots machines.
#[derive(Clone, Debug)]
pub struct Host {
    path: Vec<PathBuf>,
    packages: Vec<Package>,
    /// The user's own programs and files, from environment variables that begin with `LIGHTEST_`, without that prefix.
    named: BTreeMap<String, PathBuf>,
}

/// The prefix of environment variables that name a program or a file.
pub const PREFIX: &str = "LIGHTEST_";

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
        let mut host = Self::with_path(path);
        host.named = env::vars_os()
            .filter_map(|(name, value)| Some((name.to_str()?.strip_prefix(PREFIX)?.to_owned(), value.into())))
            .collect();
        host
    }

    /// The same host, where the user named a program or a file so.
    #[must_use]
    pub fn naming(mut self, name: &str, path: impl Into<PathBuf>) -> Self {
        self.named.insert(name.to_owned(), path.into());
        self
    }

    /// The user's program or file of that name, from the environment variable with the prefix `LIGHTEST_`.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Path> {
        self.named.get(name).map(PathBuf::as_path)
    }

    /// A program that the user named, or that lies on PATH under one of these names.
    ///
    /// # Errors
    /// When there is none; what the user named is not replaced by another.
    pub fn named_program(&self, name: &str, usual: &[&str]) -> Result<PathBuf, Missing> {
        if let Some(named) = self.named(name) {
            // The VMM runs in a directory of its own.
            let place = std::path::absolute(named).unwrap_or_else(|_| named.to_owned());
            return if place.is_file() {
                Ok(place)
            } else {
                Err(Missing::program(&format!("{} (from {PREFIX}{name})", named.display())).or_named_in(name))
            };
        }
        let found = usual.iter().find_map(|name| self.program(name));
        found.ok_or_else(|| Missing::program(&usual.join(" or ")).or_named_in(name))
    }

    /// The first line that a program prints.
    #[must_use]
    pub fn first_line(&self, program: &Path, args: &[&str]) -> Option<String> {
        let output = Command::new(program).args(args).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().next().filter(|_| output.status.success())?;
        Some(line.trim().to_owned())
    }

    /// A host whose programs are looked for in these directories.
    ///
    /// # Panics
    /// Never: a test reads the embedded list.
    #[must_use]
    pub fn with_path(path: Vec<PathBuf>) -> Self {
        let list: PackageList = toml::from_str(PACKAGES).expect("guests/packages.toml is read by a test");
        Self { path, packages: list.package, named: BTreeMap::new() }
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
            Err(Missing { packages: packages.into_iter().collect(), things, variable: None })
        }
    }
}

/// Memory that new machines can have, in MiB; `None` where the host does not report it.
#[must_use]
pub fn free_memory_mib() -> Option<u32> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim_end().parse().ok()?;
    u32::try_from(kib / 1024).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_host_gets_the_exact_list_of_packages() {
        let host = Host::with_path(Vec::new());
        let missing = host.require(&["tpm", "disk"]).expect_err("nothing is there");
        assert_eq!(missing.to_string(), "this host lacks qemu-img, swtpm (packages: qemu-utils swtpm)");
    }

    #[test]
    fn free_memory_is_read_on_linux() {
        assert!(free_memory_mib().is_some_and(|mib| mib > 16));
    }

    #[test]
    fn unneeded_packages_are_not_missing() {
        assert_eq!(Host::with_path(Vec::new()).require(&[]), Ok(()));
    }
}
