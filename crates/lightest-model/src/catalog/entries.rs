//! The entries of the catalog's files.

use serde::{Deserialize, Serialize};

use crate::config::{Arch, Form, Isolation};

use super::{Cost, Evidence, Os, When};

/// Whether a configuration gives something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Support {
    /// It is known to.
    Yes,
    /// It is known not to.
    No,
    /// Nobody has shown either. Never treated as yes or as no.
    Unknown,
}

impl Support {
    /// The word in the catalog and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// Where evidence comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Identifier.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Web address of its repository or document.
    #[serde(default)]
    pub url: Option<String>,
    /// The commit that line numbers refer to.
    #[serde(default)]
    pub commit: Option<String>,
    /// The day it was read, `YYYY-MM-DD`.
    #[serde(default)]
    pub date: Option<String>,
    /// Whether it is read at a commit of the past on purpose, for facts about the past: its lines are not followed.
    #[serde(default)]
    pub past: bool,
}

/// A virtual machine monitor (backend).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vmm {
    /// Identifier, and the prefix of configurations.
    pub id: String,
    /// Name.
    pub title: String,
    /// Whether the repository whose tests these are builds it.
    pub in_repo: bool,
    /// Whether only `lightest boot` drives it.
    #[serde(default)]
    pub lab: bool,
    /// Operating systems of hosts it runs on.
    pub hosts: Vec<String>,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

/// A boot method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BootMethod {
    /// Identifier, and the word in configurations.
    pub id: String,
    /// Name.
    pub title: String,
    /// The word in test names.
    pub name_part: String,
    /// Architectures that it is accepted with.
    pub archs: Vec<Arch>,
    /// Architectures that the framework refuses by name, with its reason.
    #[serde(default)]
    pub refused_archs: std::collections::BTreeMap<String, String>,
    /// Forms of guests that it accepts.
    pub forms: Vec<Form>,
    /// Isolation modes that it accepts as options; `None` where no options are read.
    #[serde(default)]
    pub isolation: Vec<Isolation>,
    /// Whether the paravisor is present.
    #[serde(default)]
    pub openhcl: bool,
    /// Virtual machine generation, 1 or 2, where guests differ by it.
    #[serde(default)]
    pub generation: Option<u8>,
    /// Whether a disk image of another architecture is refused.
    #[serde(default)]
    pub checks_guest_arch: bool,
    /// The identifier of its boot class.
    pub boot_class: String,
    /// How many variants of the corpus use it.
    #[serde(default)]
    pub variants: Option<u32>,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

/// An isolation mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IsolationMode {
    /// The mode.
    pub id: Isolation,
    /// Name.
    pub title: String,
    /// The hardware or host that it needs.
    pub needs: String,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

/// A guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guest {
    /// Identifier, and the word in configurations.
    pub id: String,
    /// How it is named in configurations.
    pub form: Form,
    /// Name.
    pub title: String,
    /// Name without version and architecture, for tables; `None` where the title is short enough.
    #[serde(default)]
    pub short: Option<String>,
    /// Guests that differ only by architecture, version or preparation share a family.
    pub family: String,
    /// The operating system in it.
    pub os: Os,
    /// Its architecture; `None` where it has none of its own.
    #[serde(default)]
    pub arch: Option<Arch>,
    /// The identifier of its boot class.
    pub boot_class: String,
    /// The part of test names; `None` where it is the identifier, empty where it has none.
    #[serde(default)]
    pub name_part: Option<String>,
    /// The only VMMs that boot it; empty where any does.
    #[serde(default)]
    pub lab: Vec<String>,
    /// How many variants of the corpus use it.
    #[serde(default)]
    pub variants: Option<u32>,
    /// How the agent gets into it.
    #[serde(default)]
    pub agent: Option<String>,
    /// The memory that a machine with it has where a test asks for none, as the framework writes it.
    #[serde(default)]
    pub memory: Option<String>,
    /// Its images.
    #[serde(default, rename = "image")]
    pub images: Vec<Image>,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

/// An image of a guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Virtual machine generation; `None` where it boots in either.
    #[serde(default)]
    pub generation: Option<u8>,
    /// Architecture, where one guest word has an image for each.
    #[serde(default)]
    pub arch: Option<Arch>,
    /// The artifact's name in the source.
    #[serde(default)]
    pub artifact: Option<String>,
    /// File name.
    #[serde(default)]
    pub file: Option<String>,
    /// Size in bytes.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// Why the size is not known.
    #[serde(default)]
    pub bytes_note: Option<String>,
    /// Whether it is downloaded, rather than made.
    pub hosted: bool,
    /// Whether it is fetched block by block as the guest reads it.
    pub lazy_fetch: bool,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

/// An ordinal class of boot time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BootClass {
    /// Identifier.
    pub id: String,
    /// Name.
    pub title: String,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

/// A kind of host, by what it can run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// Identifier.
    pub id: String,
    /// Name.
    pub title: String,
    /// The configurations that need it.
    pub when: When,
    /// The machines that are such a host; empty where nobody has stated it.
    #[serde(default)]
    pub machines: Vec<Machines>,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

/// Machines that are a host of some kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machines {
    /// Their operating system.
    pub os: String,
    /// Hypervisors of which they must offer one; empty where machines are emulated.
    #[serde(default)]
    pub hypervisors: Vec<String>,
    /// Their architecture; empty where any will do.
    #[serde(default)]
    pub arch: Vec<Arch>,
    /// A further condition that no program can check: a half sentence.
    #[serde(default)]
    pub provided: Option<String>,
}

/// A hypervisor that a machine may offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hypervisor {
    /// Identifier, and the word that describes a machine with it.
    pub id: String,
    /// Name.
    pub title: String,
    /// The operating system of machines that can offer it.
    pub os: String,
    /// A file that can be opened where a machine offers it; absent where no file indicates it.
    #[serde(default)]
    pub mark: Option<String>,
    /// Whether the file must be open to writing, too.
    #[serde(default)]
    pub writes: bool,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

/// Something that a test asks of its environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Identifier, in kebab case.
    pub id: String,
    /// Group in the design's table.
    pub group: String,
    /// Name.
    pub title: String,
    /// Its meaning.
    pub meaning: String,
    /// Requirements that follow from it.
    #[serde(default)]
    pub implies: Vec<String>,
    /// Whether a sentence that names it states what a test needs: of few others is that true.
    #[serde(default)]
    pub in_prose: bool,
    /// Whether a test that asks for it is about the paravisor itself.
    #[serde(default)]
    pub paravisor: bool,
    /// The word that a declaration needs, such as `noagent`.
    #[serde(default)]
    pub attribute: Option<String>,
    /// Other names that are understood.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Words near in meaning: suggested for, never understood as, this requirement.
    #[serde(default)]
    pub related: Vec<String>,
}

/// Whose statement it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Layer {
    /// The catalog that comes with Lightest.
    #[default]
    Base,
    /// The user's own catalog, which outranks it.
    User,
}

/// A statement on what some configurations give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// Identifier, for overriding.
    #[serde(default)]
    pub id: Option<String>,
    /// The requirement, or `runs`, or `repo-code`.
    pub requirement: String,
    /// The answer.
    pub support: Support,
    /// The configurations it is stated of.
    #[serde(default)]
    pub when: When,
    /// Why, in words.
    pub because: String,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
    /// Whose statement it is.
    #[serde(default)]
    pub layer: Layer,
}

/// Behaviour that surprises an author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quirk {
    /// Identifier.
    pub id: String,
    /// Name.
    pub title: String,
    /// The configurations that have it.
    pub when: When,
    /// Its cost.
    #[serde(default)]
    pub cost: Cost,
    /// How the framework handles it.
    pub handling: String,
    /// Advice to an author.
    pub advice: String,
    /// Requirements any of which settles it when it is asked for by name.
    #[serde(default)]
    pub unless: Vec<String>,
    /// What becomes of a variant that nothing settles, as a verb phrase; absent where it runs all the same.
    #[serde(default)]
    pub stops: Option<String>,
    /// The word that a declaration then needs, such as `requires(windows_partition_reset)`.
    #[serde(default)]
    pub declare: Option<String>,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

/// Whether a blocker is still in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockerState {
    /// In force.
    Open,
    /// It is gone.
    Lifted,
}

/// A *no* that somebody means to lift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocker {
    /// Identifier.
    pub id: String,
    /// Name.
    pub title: String,
    /// The reason that an attribute gives, where the title is too long for its line.
    #[serde(default)]
    pub short: Option<String>,
    /// The configurations it blocks.
    pub when: When,
    /// Requirements any of which, asked for as well, goes around it.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Which of the variants that it selects are to be blocked; absent where it is a caution, and they run.
    #[serde(default)]
    pub holds: Option<BlockerScope>,
    /// The issue, as `owner/repository#number`, or words.
    pub issue: String,
    /// Whether it is still in force.
    pub state: BlockerState,
    /// The commit that lifted it.
    #[serde(default)]
    pub since: Option<String>,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

impl Blocker {
    /// Whether it stands, in words.
    #[must_use]
    pub fn standing(&self) -> String {
        self.since.as_ref().map_or_else(|| "open".to_owned(), |since| format!("lifted since {since}"))
    }

    /// Why a variant is blocked, as the reason in a declaration: in short or the title, and the issue where there is one.
    #[must_use]
    pub fn reason(&self) -> String {
        let is_issue = self.issue.rsplit_once('#').is_some_and(|(repository, number)| {
            repository.contains('/') && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        let words = self.short.as_ref().unwrap_or(&self.title);
        if is_issue { format!("{words} ({})", self.issue) } else { words.clone() }
    }
}

/// Which variants a blocker affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockerScope {
    /// Every variant that it selects.
    Always,
    /// Those that are not known to do what it is about.
    Unproven,
}

/// A word by which a declaration asks something of the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestCapability {
    /// The word.
    pub id: String,
    /// What it states about the host.
    pub title: String,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

/// How long a variant took, from boot to the end of its test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// Identifier.
    pub id: String,
    /// The variant, as the test runner names it.
    pub variant: String,
    /// The configuration, in its framework's spelling.
    pub config: String,
    /// Duration of each passing run, at the first attempt.
    pub measured: Vec<Measured>,
    /// Circumstances of those runs.
    pub circumstances: String,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

/// How long a variant took in one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// The identifier of the run, a source.
    pub run: String,
    /// Seconds of wall clock.
    pub seconds: f64,
}

impl Timing {
    /// The median, in seconds; `None` where nothing was measured.
    #[must_use]
    pub fn median_s(&self) -> Option<f64> {
        let mut seconds: Vec<f64> = self.measured.iter().map(|measured| measured.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        let middle = seconds.len().checked_sub(1)?;
        Some(f64::midpoint(seconds[middle / 2], seconds[seconds.len() / 2]))
    }
}
