//! Conditions that select configurations.

use serde::{Deserialize, Serialize};

use crate::config::{Arch, Config, Form};

use super::Guest;

/// Selects configurations: every key that is present must match, a list by any of its members, `except` by none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// VMM identifiers.
    pub vmm: Vec<String>,
    /// Boot method identifiers.
    pub boot: Vec<String>,
    /// Architectures.
    pub arch: Vec<Arch>,
    /// Isolation modes by word, or `none`.
    pub isolation: Vec<String>,
    /// Guest identifiers.
    pub guest: Vec<String>,
    /// Identifiers of guests that are not selected.
    pub except: Vec<String>,
    /// Guest families.
    pub family: Vec<String>,
    /// Operating systems.
    pub os: Vec<Os>,
    /// How the guest is named.
    pub form: Vec<Form>,
    /// Whether the paravisor is present.
    pub openhcl: Option<bool>,
    /// Requirements that must all be asked for as well.
    pub with: Vec<String>,
    /// Whether the guest's architecture differs from the configuration's.
    pub arch_mismatch: Option<bool>,
}

/// The operating system of a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Os {
    /// Linux.
    Linux,
    /// Windows.
    Windows,
    /// FreeBSD.
    Freebsd,
    /// A UEFI application.
    Uefi,
    /// Nothing beyond firmware.
    None,
}

impl Os {
    /// The word in the catalog.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Windows => "windows",
            Self::Freebsd => "freebsd",
            Self::Uefi => "uefi",
            Self::None => "none",
        }
    }
}

fn among<T: PartialEq>(list: &[T], value: &T) -> bool {
    list.is_empty() || list.contains(value)
}

fn among_words(list: &[String], word: &str) -> bool {
    list.is_empty() || list.iter().any(|entry| entry == word)
}

impl When {
    /// Whether some configuration of a guest may be selected.
    #[must_use]
    pub fn may_select(&self, guest: &Guest) -> bool {
        self.names(guest)
            && among(&self.form, &guest.form)
            && guest.arch.is_none_or(|arch| among(&self.arch, &arch))
    }

    /// Whether what is asked of the guest itself, whatever boots it, is met.
    fn names(&self, guest: &Guest) -> bool {
        among_words(&self.guest, &guest.id)
            && !self.except.contains(&guest.id)
            && among_words(&self.family, &guest.family)
            && among(&self.os, &guest.os)
    }

    /// Whether `config`, which boots `guest` and has the paravisor or not, is selected. `with` is not looked at here.
    #[must_use]
    pub fn selects(&self, config: &Config, guest: &Guest, openhcl: bool) -> bool {
        let isolation = config.isolation.map_or("none", |mode| mode.word());
        among_words(&self.vmm, config.vmm.as_deref().unwrap_or_default())
            && among_words(&self.boot, &config.boot)
            && among(&self.arch, &config.arch)
            && among_words(&self.isolation, isolation)
            && self.names(guest)
            && among(&self.form, &config.guest.form)
            && self.openhcl.is_none_or(|wanted| wanted == openhcl)
            && self
                .arch_mismatch
                .is_none_or(|wanted| wanted == guest.arch.is_some_and(|arch| arch != config.arch))
    }
}
