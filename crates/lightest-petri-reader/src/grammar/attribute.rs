//! The contents of an attribute: `vmm_test`, `vmm_test_with`, `openvmm_test`, `openvmm_test_no_agent`, and those of past releases.

use lightest_model::config::Config;

use super::config::{Entry, Reason};

/// Which macro.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttributeKind {
    /// `#[vmm_test(..)]`.
    VmmTest,
    /// `#[vmm_test_with(.., configs(..))]`.
    VmmTestWith,
    /// `#[openvmm_test(..)]`.
    OpenvmmTest,
    /// `#[openvmm_test_no_agent(..)]`.
    OpenvmmTestNoAgent,
    /// `#[vmm_test_no_agent(..)]`, of July 2025 to March 2026.
    VmmTestNoAgent,
    /// `#[hyperv_test(..)]`, of early 2025 and of October 2025 to March 2026.
    HypervTest,
}

impl AttributeKind {
    /// Every macro of today.
    pub const ALL: [Self; 4] =
        [Self::VmmTest, Self::VmmTestWith, Self::OpenvmmTest, Self::OpenvmmTestNoAgent];

    /// Macros of the past, which release branches still use.
    pub const FORMER: [Self; 2] = [Self::VmmTestNoAgent, Self::HypervTest];

    /// The macro's name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::VmmTest => "vmm_test",
            Self::VmmTestWith => "vmm_test_with",
            Self::OpenvmmTest => "openvmm_test",
            Self::OpenvmmTestNoAgent => "openvmm_test_no_agent",
            Self::VmmTestNoAgent => "vmm_test_no_agent",
            Self::HypervTest => "hyperv_test",
        }
    }

    /// The macro of that name, of today or of the past.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().chain(Self::FORMER).find(|kind| kind.word() == word)
    }
}

/// A host CPU vendor that a test is restricted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vendor {
    /// AMD.
    Amd,
    /// Intel.
    Intel,
}

impl Vendor {
    /// The word in an attribute.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Amd => "amd",
            Self::Intel => "intel",
        }
    }

    /// The vendor of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Amd, Self::Intel].into_iter().find(|vendor| vendor.word() == word)
    }
}

/// A parsed attribute. [`Display`](std::fmt::Display) writes it as rustfmt would, with lines of at most 100 columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Which macro.
    pub kind: AttributeKind,
    /// The VMM that `vmm_test_with` names.
    pub vmm: Option<String>,
    /// Whether `noagent` is given.
    pub noagent: bool,
    /// The host CPU vendor.
    pub vendor: Option<Vendor>,
    /// The words of `requires(..)`.
    pub requires: Vec<String>,
    /// Why the whole attribute is skipped by default.
    pub ignored: Option<Reason>,
    /// Why no failure blocks.
    pub unstable: Option<Reason>,
    /// The configurations.
    pub entries: Vec<Entry>,
}

/// One configuration of an attribute, with everything that applies to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant<'a> {
    /// The configuration, its VMM named.
    pub config: Config,
    /// As it stands in the attribute.
    pub entry: &'a Entry,
    /// Whether the agent runs in the guest.
    pub agent: bool,
    /// Why it is skipped by default.
    pub ignored: Option<&'a Reason>,
    /// Why its failures do not block.
    pub unstable: Option<&'a Reason>,
}

impl Attribute {
    /// An attribute with nothing but configurations.
    #[must_use]
    pub fn of(configs: impl IntoIterator<Item = Config>) -> Self {
        let entries = configs
            .into_iter()
            .map(|config| Entry { config, config_span: 0..0, span: 0..0, ignored: None, unstable: None })
            .collect();
        Self {
            kind: AttributeKind::VmmTest,
            vmm: None,
            noagent: false,
            vendor: None,
            requires: Vec::new(),
            ignored: None,
            unstable: None,
            entries,
        }
    }

    /// The common VMM of all configurations.
    #[must_use]
    pub fn common_vmm(&self) -> Option<&str> {
        match self.kind {
            AttributeKind::OpenvmmTest | AttributeKind::OpenvmmTestNoAgent => Some("openvmm"),
            AttributeKind::HypervTest => Some("hyperv"),
            AttributeKind::VmmTest | AttributeKind::VmmTestWith | AttributeKind::VmmTestNoAgent => {
                self.vmm.as_deref()
            }
        }
    }

    /// Whether the agent runs in the guests.
    #[must_use]
    pub fn agent(&self) -> bool {
        let without = [AttributeKind::OpenvmmTestNoAgent, AttributeKind::VmmTestNoAgent];
        !without.contains(&self.kind) && !self.noagent
    }

    /// Each configuration, with everything that applies to it.
    pub fn variants(&self) -> impl Iterator<Item = Variant<'_>> {
        self.entries.iter().map(|entry| {
            let mut config = entry.config.clone();
            if config.vmm.is_none() {
                config.vmm = self.common_vmm().map(str::to_owned);
            }
            Variant {
                config,
                entry,
                agent: self.agent(),
                ignored: entry.ignored.as_ref().or(self.ignored.as_ref()),
                unstable: entry.unstable.as_ref().or(self.unstable.as_ref()),
            }
        })
    }
}
