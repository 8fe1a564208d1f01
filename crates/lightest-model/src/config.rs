//! A configuration: one choice of VMM, boot method, architecture, isolation and guest. How it is spelled is its framework's.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A machine architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arch {
    /// x86-64.
    X64,
    /// 64-bit Arm.
    Aarch64,
    /// IBM Z.
    S390x,
}

impl Arch {
    /// Every architecture, in the order in which answers name them. [`Catalog::archs`](crate::catalog::Catalog::archs) has
    /// those of a framework.
    pub const ALL: [Self; 3] = [Self::X64, Self::Aarch64, Self::S390x];

    /// The word used in configurations and test names.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::X64 => "x64",
            Self::Aarch64 => "aarch64",
            Self::S390x => "s390x",
        }
    }

    /// The architecture of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|arch| arch.word() == word)
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How a guest's memory is kept from its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Isolation {
    /// Virtualization-based security.
    Vbs,
    /// AMD SEV-SNP.
    Snp,
    /// Intel TDX.
    Tdx,
}

impl Isolation {
    /// Every mode, in the order in which they are listed.
    pub const ALL: [Self; 3] = [Self::Vbs, Self::Snp, Self::Tdx];

    /// The word used in options and test names.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Vbs => "vbs",
            Self::Snp => "snp",
            Self::Tdx => "tdx",
        }
    }

    /// The mode of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }
}

impl fmt::Display for Isolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How a guest is named in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// The kernel and initrd of Linux Direct: nothing is written.
    Direct,
    /// `vhd(..)`: a disk image.
    Vhd,
    /// `iso(..)`: an optical image.
    Iso,
    /// A UEFI application built in the tree, written as a bare word.
    UefiApp,
    /// `none`: firmware with nothing to boot.
    None,
}

impl Form {
    /// The word in the catalog.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Vhd => "vhd",
            Self::Iso => "iso",
            Self::UefiApp => "uefi-app",
            Self::None => "none",
        }
    }
}

/// The guest of a configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GuestRef {
    /// How it is named.
    pub form: Form,
    /// The guest's identifier in the catalog.
    pub id: String,
}

/// One choice of VMM, boot method, architecture, isolation and guest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Config {
    /// The VMM's identifier; `None` where the declaration around it names the VMM.
    pub vmm: Option<String>,
    /// The boot method's identifier in the catalog.
    pub boot: String,
    /// The virtual machine's architecture.
    pub arch: Arch,
    /// The isolation mode, if any.
    pub isolation: Option<Isolation>,
    /// The guest.
    pub guest: GuestRef,
    /// Further artifacts that this configuration needs, as paths.
    pub extra_deps: Vec<String>,
}

impl Config {
    /// The same configuration without the artifacts that a test adds to it.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self { extra_deps: Vec::new(), ..self.clone() }
    }
}
