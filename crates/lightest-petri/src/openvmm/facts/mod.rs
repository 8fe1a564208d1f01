//! The facts that a project's source states, each with the place that states it, and the gaps where it cannot be read.

mod artifacts;
mod boots;
mod capabilities;
mod compat;
mod defaults;
mod hosts;
mod quirks;
mod resolver;
mod shutdown;
mod value;
mod variants;
mod words;

use std::collections::{BTreeMap, BTreeSet};

pub use variants::issues;

use lightest_model::config::{Arch, Config, Form, GuestRef, Isolation};

use crate::openvmm::corpus::{Corpus, Place};
use lightest_sync::MAX_BYTES;

/// A fact and the place that states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The fact.
    pub value: T,
    /// Where.
    pub place: Place,
}

impl<T> At<T> {
    pub(crate) const fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }
}

/// Something that should be readable and is not. A gap is never silence: whoever compares must fail on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The unread part, such as "the sizes of images".
    pub what: String,
    /// Why not.
    pub because: String,
    /// Where; `None` when nothing like it was found anywhere.
    pub place: Option<Place>,
}

/// When a guest reboots by itself at its first boot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reboot {
    /// On every first boot.
    Always,
    /// When the machine has a TPM.
    WithTpm,
    /// When it boots with OpenHCL and UEFI.
    WithOpenhclUefi,
}

/// The quirks of a guest on one VMM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GuestQuirks {
    /// Seconds to wait before a shutdown through the integration component.
    pub shutdown_sleep: Option<At<u64>>,
    /// When it reboots by itself.
    pub reboot: Option<At<Reboot>>,
}

/// A disk or optical image, or a UEFI application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The module that declares it, such as `test_vhd`.
    pub module: String,
    /// Its name.
    pub name: String,
    /// The word of `OsFlavor`, such as `Linux`.
    pub os: Option<At<String>>,
    /// Its architecture.
    pub arch: Option<At<Arch>>,
    /// Its file's name in the blob store, or as it is made.
    pub file: Option<At<String>>,
    /// Its size in bytes.
    pub bytes: Option<At<u64>>,
    /// Its name for downloads.
    pub download: Option<At<String>>,
    /// Whether it is downloaded, rather than made.
    pub hosted: bool,
    /// Whether it is fetched block by block.
    pub lazy_fetch: bool,
    /// The artifact that it is a copy of, where it is made from one.
    pub base: Option<String>,
    /// Its quirks on each VMM: `openvmm`, `hyperv`.
    pub quirks: BTreeMap<String, GuestQuirks>,
    /// Whether its quirks, or that it has none, could be read.
    pub quirks_known: bool,
    /// All lines that declare it.
    pub place: Place,
    /// The lines that declare its quirks.
    pub quirks_place: Option<Place>,
}

/// The meaning of a guest's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image {
    /// This artifact, as `module::NAME`.
    Artifact(String),
    /// Refused, with the macros' reason.
    Refused(String),
}

/// A guest that configurations may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestWord {
    /// The word.
    pub word: String,
    /// How it is named.
    pub form: Form,
    /// The architecture, where the macros give it.
    pub arch: Option<Arch>,
    /// What it stands for in generation 1 and 2; equal where the macros do not distinguish.
    pub images: BTreeMap<u8, At<Image>>,
    /// The text behind the word in test names.
    pub name_suffix: String,
    /// The arm that accepts it.
    pub place: Place,
}

/// A boot method that configurations may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boot {
    /// The word without its architecture.
    pub word: String,
    /// The variant of `Firmware`.
    pub firmware: String,
    /// Architectures that are accepted.
    pub archs: BTreeMap<Arch, Place>,
    /// Architectures that are refused by name, with the reason.
    pub refused: BTreeMap<Arch, At<String>>,
    /// Forms of guests that are accepted.
    pub forms: BTreeSet<Form>,
    /// The generation of its machines.
    pub generation: Option<u8>,
    /// Isolation options.
    pub isolation: BTreeMap<Isolation, Place>,
    /// Other options.
    pub options: BTreeMap<String, Place>,
    /// The part of test names.
    pub name_part: Option<At<String>>,
    /// Whether a disk image's architecture is checked.
    pub checks_guest_arch: bool,
    /// The first arm that accepts it.
    pub place: Place,
}

/// A condition on a host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// That isolation mode.
    Isolation(Isolation),
    /// No nesting.
    Baremetal,
}

/// A host requirement of some configurations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostNeed {
    /// The VMM, where it applies to one only.
    pub vmm: Option<String>,
    /// The isolation mode that it applies to.
    pub isolation: Isolation,
    /// The condition on the host.
    pub need: Need,
    /// The lines that state it.
    pub place: Place,
}

/// Configurations that a VMM's backend refuses on every host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compat {
    /// Pairs of a boot method's word and an architecture that no host runs.
    pub refused: BTreeSet<(String, Arch)>,
    /// The check.
    pub place: Place,
}

/// A configuration as a test names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The VMM.
    pub vmm: String,
    /// The boot method.
    pub boot: String,
    /// The architecture.
    pub arch: Arch,
    /// The isolation mode.
    pub isolation: Option<Isolation>,
    /// The guest's form and word; `None` for Linux Direct.
    pub guest: Option<(Form, String)>,
    /// Why it is skipped by default.
    pub ignored: Option<At<String>>,
    /// Why its failures do not count; the reason is empty where the source gives none.
    pub unstable: Option<At<String>>,
    /// Where it is named.
    pub place: Place,
}

impl Variant {
    /// The reasons for which it is blocked: ignored, or unstable.
    pub fn held(&self) -> impl Iterator<Item = &At<String>> {
        self.ignored.iter().chain(&self.unstable)
    }

    /// Whether it runs by default, and its failures count.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.held().next().is_none()
    }

    /// The configuration, without further artifacts; its guest by the word that the test names.
    #[must_use]
    pub fn config(&self) -> Config {
        let (form, id) = self.guest.clone().unwrap_or((Form::Direct, String::new()));
        Config {
            vmm: Some(self.vmm.clone()),
            boot: self.boot.clone(),
            arch: self.arch,
            isolation: self.isolation,
            guest: GuestRef { form, id },
            extra_deps: Vec::new(),
        }
    }
}

/// A test function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// Its configurations.
    pub variants: Vec<Variant>,
    /// Whether the agent runs in its guests.
    pub agent: bool,
    /// The least memory that it gives a machine, in bytes, where it states one.
    pub memory: Option<At<u64>>,
    /// From its first comment or attribute to its body's end.
    pub place: Place,
}

/// A `TODO` in a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Todo {
    /// Its text.
    pub text: String,
    /// The issues that it names.
    pub issues: Vec<u64>,
    /// Boot methods and architectures that it names.
    pub configs: Vec<(String, Arch)>,
    /// The test it stands at.
    pub test: Option<String>,
    /// Where.
    pub place: Place,
}

/// Everything that the source states.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// VMMs that configurations may name, with the part of test names.
    pub vmms: BTreeMap<String, Place>,
    /// Images and UEFI applications by `module::NAME`.
    pub artifacts: BTreeMap<String, Artifact>,
    /// Every artifact that is declared, by `module::NAME`.
    pub declared: BTreeMap<String, Place>,
    /// Guests by form and word.
    pub guests: BTreeMap<(Form, String), GuestWord>,
    /// Where the words of each form of guest are listed.
    pub lists: BTreeMap<Form, Place>,
    /// Where the words of boot methods are listed.
    pub boot_list: Option<Place>,
    /// Boot methods by word.
    pub boots: BTreeMap<String, Boot>,
    /// Host requirements.
    pub host_needs: Vec<HostNeed>,
    /// Where host requirements are built.
    pub host_needs_place: Option<Place>,
    /// Refusals of each VMM's backend.
    pub compat: BTreeMap<String, Compat>,
    /// Words that `requires(..)` accepts.
    pub capabilities: BTreeMap<String, Place>,
    /// Where they are listed.
    pub capability_list: Option<Place>,
    /// Seconds that petri waits on every guest before a shutdown through the integration component.
    pub shutdown_wait: Option<At<u64>>,
    /// Variants of `Firmware` whose guests' quirks petri looks up.
    pub quirks_honoured: Option<At<BTreeSet<String>>>,
    /// Memory of a machine by default, in bytes.
    pub memory: Option<At<u64>>,
    /// Processors of a machine by default.
    pub processors: Option<At<u64>>,
    /// Seconds without a boot event after which petri resets a machine, by VMM.
    pub flaky_boot: BTreeMap<String, At<u64>>,
    /// Tests.
    pub tests: Vec<Test>,
    /// TODO comments that name an issue or a configuration.
    pub todos: Vec<Todo>,
    /// Gaps.
    pub gaps: Vec<Gap>,
}

impl Facts {
    /// Reads everything. What cannot be read is a gap.
    #[must_use]
    pub fn read(corpus: &Corpus) -> Self {
        let mut facts = Self::default();
        for (file, source) in corpus.files().iter().enumerate() {
            if source.text.len() > MAX_BYTES {
                facts.gap(
                    format!("`{}`", source.path),
                    format!("it has more than {} MiB, which no source file has", MAX_BYTES >> 20),
                    Some(Place { file, start: 0, end: 0 }),
                );
            }
            if let Some((span, why)) = corpus.broken(file) {
                facts.gap(
                    format!("all of `{}`", source.path),
                    format!("it holds {why}"),
                    Some(Place { file, start: span.start, end: span.end }),
                );
            }
        }
        artifacts::read(corpus, &mut facts);
        resolver::read(corpus, &mut facts);
        boots::read(corpus, &mut facts);
        words::read(corpus, &mut facts);
        hosts::read(corpus, &mut facts);
        capabilities::read(corpus, &mut facts);
        compat::read(corpus, &mut facts);
        shutdown::read(corpus, &mut facts);
        defaults::read(corpus, &mut facts);
        variants::read(corpus, &mut facts);
        facts
    }

    pub(crate) fn gap(&mut self, what: impl Into<String>, because: impl Into<String>, place: Option<Place>) {
        self.gaps.push(Gap { what: what.into(), because: because.into(), place });
    }

    /// Whether petri's compatibility check lets that VMM run that boot method on some host; unknown is not a refusal.
    #[must_use]
    pub fn some_host_runs(&self, vmm: &str, boot: &str, arch: Arch) -> bool {
        !self.compat.get(vmm).is_some_and(|compat| compat.refused.contains(&(boot.to_owned(), arch)))
    }
}
