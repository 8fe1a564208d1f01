//! How a guest is made: the recipes of `guests/`, embedded.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::spec::Arch;

/// Name and text of each recipe that came with the program.
const RECIPES: &[(&str, &str)] = &[
    ("linux_direct_x64", include_str!("../../../../guests/linux_direct_x64.toml")),
    ("linux_direct_generic_x64", include_str!("../../../../guests/linux_direct_generic_x64.toml")),
    ("linux_direct_aarch64", include_str!("../../../../guests/linux_direct_aarch64.toml")),
    ("guest_test_uefi_x64", include_str!("../../../../guests/guest_test_uefi_x64.toml")),
    ("guest_test_uefi_aarch64", include_str!("../../../../guests/guest_test_uefi_aarch64.toml")),
    ("small_x64", include_str!("../../../../guests/small_x64.toml")),
    ("first_boot_x64", include_str!("../../../../guests/first_boot_x64.toml")),
    ("full_x64", include_str!("../../../../guests/full_x64.toml")),
    ("small_aarch64", include_str!("../../../../guests/small_aarch64.toml")),
];

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
    pub arch: RecipeArch,
    /// The kernel's command line.
    pub cmdline: String,
    /// What UEFI firmware starts.
    pub uefi_loader: Loader,
    /// The release of the distribution.
    pub suite: String,
    /// What is installed beside what every installation has.
    pub packages: Vec<String>,
    /// The size of the root file system.
    pub root_mib: u32,
    /// Files of ours in the root file system, by their paths in it.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Where the kernel comes from.
    pub kernel: Kernel,
    /// What the initial file system holds.
    pub initrd: Initrd,
}

/// How the UEFI test application is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UefiApp {
    /// The guest's architecture.
    pub arch: RecipeArch,
}

/// How a small disk is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmallDisk {
    /// The guest's architecture.
    pub arch: RecipeArch,
    /// The kernel's command line.
    pub cmdline: String,
    /// What UEFI firmware starts.
    pub uefi_loader: Loader,
    /// Whether a BIOS can boot it too.
    pub bios: bool,
    /// Where the kernel comes from.
    pub kernel: Kernel,
    /// What the initial file system holds.
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
    pub arch: RecipeArch,
    /// The kernel's command line.
    pub cmdline: String,
    /// Where the kernel comes from.
    pub kernel: Kernel,
    /// What the initial file system holds.
    pub initrd: Initrd,
}

/// An architecture in a recipe.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum RecipeArch {
    /// `x64`
    X64,
    /// `aarch64`
    Aarch64,
}

impl From<RecipeArch> for Arch {
    fn from(arch: RecipeArch) -> Self {
        match arch {
            RecipeArch::X64 => Self::X64,
            RecipeArch::Aarch64 => Self::Aarch64,
        }
    }
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
