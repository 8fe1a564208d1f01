//! The facts: what there is to choose from, what it gives, what it costs, and where each of that is known from.
//!
//! `catalog/README.md` describes the files; the types here are their entries, one to one.

mod address;
mod cost;
mod entries;
mod evidence;
mod guidance;
mod when;

use serde::{Deserialize, Serialize};

use crate::config::Arch;

pub use address::{Address, is_web};
pub use cost::{Cost, UNITS, Unit};
pub use entries::{
    Blocker, BlockerScope, BlockerState, BootClass, BootMethod, Capability, Guest, Host, Hypervisor, Image,
    IsolationMode, Layer, Measured, Quirk, Requirement, Source, Support, TestCapability, Timing, Vmm,
};
pub use evidence::Evidence;
pub use guidance::{Answer, Claim, ClaimState, Question, Section};
pub use when::{Os, When};

/// Every fact, in the order of the files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalog {
    /// Where evidence comes from.
    pub sources: Vec<Source>,
    /// Virtual machine monitors.
    pub vmms: Vec<Vmm>,
    /// Boot methods.
    pub boot_methods: Vec<BootMethod>,
    /// Isolation modes.
    pub isolation: Vec<IsolationMode>,
    /// Guests.
    pub guests: Vec<Guest>,
    /// Ordinal classes of boot time, fastest first.
    pub boot_classes: Vec<BootClass>,
    /// How scarce hosts are, commonest first.
    pub hosts: Vec<Host>,
    /// The hypervisors that machines may offer.
    pub hypervisors: Vec<Hypervisor>,
    /// The requirements.
    pub requirements: Vec<Requirement>,
    /// Statements on what configurations give.
    pub capabilities: Vec<Capability>,
    /// Behaviour that surprises an author.
    pub quirks: Vec<Quirk>,
    /// Limits that somebody means to lift.
    pub blockers: Vec<Blocker>,
    /// The sentences of the request, and whether they are still true.
    pub claims: Vec<Claim>,
    /// The questions of `pick`.
    pub questions: Vec<Question>,
    /// Words by which a declaration asks something of the host.
    pub test_capabilities: Vec<TestCapability>,
    /// How long variants took.
    #[serde(default)]
    pub timings: Vec<Timing>,
}

impl Catalog {
    /// The architectures that its boot methods accept, in the order in which answers name them.
    pub fn archs(&self) -> impl Iterator<Item = Arch> {
        Arch::ALL.into_iter().filter(|arch| self.boot_methods.iter().any(|boot| boot.archs.contains(arch)))
    }

    /// The VMM of that identifier.
    #[must_use]
    pub fn vmm(&self, id: &str) -> Option<&Vmm> {
        self.vmms.iter().find(|vmm| vmm.id == id)
    }

    /// The boot method of that identifier.
    #[must_use]
    pub fn boot_method(&self, id: &str) -> Option<&BootMethod> {
        self.boot_methods.iter().find(|boot| boot.id == id)
    }

    /// The guest of that identifier. Where a `vhd` and an `iso` share one, the form distinguishes them.
    #[must_use]
    pub fn guest(&self, form: crate::config::Form, id: &str) -> Option<&Guest> {
        self.guests.iter().find(|guest| guest.form == form && guest.id == id)
    }

    /// The requirement of that identifier or alias.
    #[must_use]
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements
            .iter()
            .find(|requirement| requirement.id == id || requirement.aliases.iter().any(|alias| alias == id))
    }

    /// The requirement that an unknown word is nearest to in meaning, by identifier.
    #[must_use]
    pub fn related(&self, word: &str) -> Option<&str> {
        let same = |known: &String| known.eq_ignore_ascii_case(word);
        let related = self.requirements.iter().find(|requirement| requirement.related.iter().any(same));
        related.map(|requirement| requirement.id.as_str())
    }

    /// Whether a word names an architecture or a VMM, which is asked for otherwise than by a requirement.
    #[must_use]
    pub fn is_place(&self, word: &str) -> bool {
        Arch::from_word(word).is_some() || self.vmm(word).is_some()
    }

    /// The hypervisor of that identifier.
    #[must_use]
    pub fn hypervisor(&self, id: &str) -> Option<&Hypervisor> {
        self.hypervisors.iter().find(|hypervisor| hypervisor.id == id)
    }

    /// The quirk of that identifier.
    #[must_use]
    pub fn quirk(&self, id: &str) -> Option<&Quirk> {
        self.quirks.iter().find(|quirk| quirk.id == id)
    }

    /// The source of that identifier.
    #[must_use]
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }
}
