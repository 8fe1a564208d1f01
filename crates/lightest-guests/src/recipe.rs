//! How a guest is made: the recipes of `guests/recipes`, embedded.

use std::collections::BTreeMap;

use serde::Deserialize;

use lightest_model::config::Arch;

/// Name and text of each file of `guests/recipes`, found when this crate is built.
const RECIPES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/recipes.rs"));

/// A recipe.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Recipe {
    /// A kernel and its initial file system.
    LinuxDirect(LinuxDirect),
    /// The UEFI test application.
    UefiApp(UefiApp),
    /// A small disk that firmware boots.
    SmallDisk(SmallDisk),
    /// A disk with a general-purpose distribution.
    FullDisk(FullDisk),
}

/// How a disk with a distribution is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FullDisk {
    /// The guest's architecture.
    pub arch: Arch,
    /// The kernel's command line.
    pub cmdline: String,
    /// The boot loader or application that UEFI firmware starts.
    pub uefi_loader: Loader,
    /// The release of the distribution.
    pub suite: String,
    /// Packages installed beside those of every installation.
    pub packages: Vec<String>,
    /// The size of the root file system.
    pub root_mib: u32,
    /// Files of ours in the root file system, by their paths in it.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Where the kernel comes from.
    pub kernel: Kernel,
    /// The contents of the initial file system.
    pub initrd: Initrd,
}

/// How the UEFI test application is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UefiApp {
    /// The guest's architecture.
    pub arch: Arch,
}

/// How a small disk is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmallDisk {
    /// The guest's architecture.
    pub arch: Arch,
    /// The kernel's command line.
    pub cmdline: String,
    /// The boot loader or application that UEFI firmware starts.
    pub uefi_loader: Loader,
    /// Whether a BIOS can boot it too.
    pub bios: bool,
    /// Where the kernel comes from.
    pub kernel: Kernel,
    /// The contents of the initial file system.
    pub initrd: Initrd,
}

/// A boot loader from a package.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loader {
    /// The package.
    pub package: String,
    /// Its path in the package.
    pub file: String,
    /// Its path on the disk.
    pub place: String,
}

/// How a Linux Direct pair is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinuxDirect {
    /// The guest's architecture.
    pub arch: Arch,
    /// The kernel's command line.
    pub cmdline: String,
    /// Where the kernel comes from.
    pub kernel: Kernel,
    /// The contents of the initial file system.
    pub initrd: Initrd,
}

/// A kernel from a package.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kernel {
    /// The package, or a meta-package that depends on it.
    pub package: String,
}

/// The content of an initial file system.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Initrd {
    /// The package that brings a static busybox.
    pub busybox: String,
    /// Modules that are loaded before the agent answers.
    pub boot_modules: Vec<String>,
    /// Modules that are there for `modprobe`.
    pub modules: Vec<String>,
    /// A script at `/sbin/first`, for a guest that does something before its agent starts.
    #[serde(default)]
    pub first_program: Option<String>,
}

/// The names of all recipes.
#[must_use]
pub fn names() -> Vec<&'static str> {
    RECIPES.iter().map(|(name, _)| *name).collect()
}

/// The names of the guests whose build does not take minutes.
#[must_use]
pub fn light() -> Vec<&'static str> {
    names().into_iter().filter(|name| read(name).is_some_and(|recipe| !recipe.is_heavy())).collect()
}

/// A recipe's text.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    let found = RECIPES.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text)
}

/// A recipe.
///
/// # Panics
/// Never: a test reads each embedded text.
#[must_use]
pub fn read(name: &str) -> Option<Recipe> {
    text(name).map(|text| toml::from_str(text).expect("a test reads every recipe"))
}

impl Recipe {
    /// Whether building it takes minutes, so that nothing builds it unless it is named.
    #[must_use]
    pub fn is_heavy(&self) -> bool {
        matches!(self, Self::FullDisk(_))
    }
}

/// Whether the guest gets its agent by a seed, as a cloud image does.
#[must_use]
pub fn wants_seed(name: &str) -> bool {
    matches!(read(name), Some(Recipe::FullDisk(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_can_be_read() {
        for name in names() {
            assert!(read(name).is_some(), "{name}");
        }
    }
}
