//! The output of `explain --format json`.

use lightest_model::catalog::Cost;
use serde::Serialize;

use super::VERSION;
use super::shared::{Price, Support};

/// Everything that the catalog knows about one thing.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Answer<'c> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    #[serde(flatten)]
    pub(crate) entry: Entry<'c>,
}

impl<'c> From<Entry<'c>> for Answer<'c> {
    fn from(entry: Entry<'c>) -> Self {
        Self { schema_version: VERSION, entry }
    }
}

/// One entry of the catalog, and the next one of the same identifier.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Entry<'c> {
    #[serde(flatten)]
    pub(crate) what: What<'c>,
    /// The next entry of the same identifier: a guest and a boot method may share one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) also: Option<Box<Entry<'c>>>,
}

impl<'c> From<What<'c>> for Entry<'c> {
    fn from(what: What<'c>) -> Self {
        Self { what, also: None }
    }
}

/// The subject of an entry.
#[derive(Debug, Serialize)]
#[serde(tag = "kind")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum What<'c> {
    /// A rule of `check`.
    #[serde(rename = "rule")]
    Rule {
        /// Name of the rule.
        id: &'c str,
        /// Earlier names of the rule, which still work.
        aliases: &'c [&'c str],
        /// Whether only `--pedantic` turns the rule on.
        pedantic: bool,
        /// The rule in one sentence, without a full stop.
        summary: &'c str,
        /// Full documentation, as Markdown.
        explanation: String,
    },
    /// Something that a test may ask of its environment.
    #[serde(rename = "requirement")]
    Requirement {
        /// Identifier of the requirement.
        id: &'c str,
        /// Name of the requirement.
        title: &'c str,
        /// The requirement in one sentence.
        meaning: &'c str,
        /// Requirements that follow from this one.
        implies: &'c [String],
        /// Every statement of the catalog about it.
        statements: Vec<Statement<'c>>,
        /// The lightest configuration that provides it, for each architecture that has one.
        lightest: Vec<Lightest>,
    },
    /// A disk image, application or kernel that tests boot.
    #[serde(rename = "guest")]
    Guest {
        #[serde(flatten)]
        entry: Titled<'c>,
        /// Family of the guest, such as `ubuntu`.
        family: &'c str,
        /// Operating system: `linux`, `windows`, `freebsd`, `uefi` or `none`.
        os: &'c str,
        /// Architecture of the image; null where the guest has several.
        arch: Option<&'c str>,
    },
    /// Behaviour that surprises an author.
    #[serde(rename = "quirk")]
    Quirk {
        #[serde(flatten)]
        entry: Titled<'c>,
        #[serde(flatten)]
        cost: Cost,
        /// How the framework handles it.
        handling: &'c str,
        /// Advice to an author.
        advice: &'c str,
        /// Identifiers of the guests that have it in some configuration.
        guests: Vec<&'c str>,
    },
    /// A limit that somebody means to lift.
    #[serde(rename = "blocker")]
    Blocker {
        #[serde(flatten)]
        entry: Titled<'c>,
        /// The issue, as `owner/repository#number`, or words.
        issue: &'c str,
        /// The commit that lifted it; null while it is in force.
        since: Option<&'c str>,
        /// `open`, or since when it is lifted.
        state: String,
    },
    /// A way to boot.
    #[serde(rename = "boot method")]
    BootMethod {
        #[serde(flatten)]
        entry: Titled<'c>,
        /// Architectures on which it exists.
        archs: Vec<&'c str>,
    },
    /// A virtual machine monitor.
    #[serde(rename = "VMM")]
    Vmm(Titled<'c>),
    /// A word that a test declares with `requires(..)`.
    #[serde(rename = "test capability")]
    TestCapability(Titled<'c>),
    /// A kind of host.
    #[serde(rename = "host")]
    Host(Titled<'c>),
    /// A class of boot time.
    #[serde(rename = "boot class")]
    BootClass(Titled<'c>),
    /// A way to isolate a guest's memory from its host.
    #[serde(rename = "isolation mode")]
    IsolationMode(Titled<'c>),
    /// A sentence of OpenVMM's documentation that is no longer true.
    #[serde(rename = "claim")]
    Claim(Titled<'c>),
    /// Guests of one family.
    #[serde(rename = "family of guests")]
    Family(Named<'c>),
    /// A repository or document that evidence points to.
    #[serde(rename = "source")]
    Source(Named<'c>),
    /// A condition that every pick meets.
    #[serde(rename = "condition of every pick")]
    Always(Named<'c>),
    /// A difference that `sync` reports.
    #[serde(rename = "difference that `sync` reports")]
    Difference(Named<'c>),
    /// One choice of VMM, boot method, architecture, isolation and guest.
    #[serde(rename = "configuration")]
    Configuration(Configuration<'c>),
    /// An issue or pull request that entries of the catalog cite.
    #[serde(rename = "issue")]
    Issue {
        /// The issue as it was asked for.
        id: &'c str,
        /// The entries that cite it.
        entries: Vec<Citing<'c>>,
    },
}

/// An entry with its evidence.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Titled<'c> {
    /// Identifier of the entry.
    pub(crate) id: &'c str,
    /// Name of the entry.
    pub(crate) title: &'c str,
    /// Places that bear the entry out, `source:place`, separated by `; `.
    pub(crate) evidence: String,
    /// Web addresses of these places, as far as they have one.
    pub(crate) links: Vec<String>,
}

/// An entry without evidence of its own.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Named<'c> {
    /// Identifier of the entry.
    pub(crate) id: &'c str,
    /// Name or meaning of the entry.
    pub(crate) title: String,
}

/// A configuration, and its answer to every requirement.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Configuration<'c> {
    /// The configuration as its framework writes it.
    pub(crate) config: String,
    /// The rest; absent where the configuration names no VMM.
    #[serde(flatten)]
    pub(crate) known: Option<Known<'c>>,
}

/// The catalog's facts about a configuration.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Known<'c> {
    /// Costs of a run.
    pub(crate) cost: Price<'c>,
    /// Its answer to every requirement.
    pub(crate) answers: Vec<Answered<'c>>,
    /// Identifiers of its quirks.
    pub(crate) quirks: Vec<&'c str>,
}

/// A configuration's answer to one requirement.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Answered<'c> {
    /// Identifier of the requirement.
    pub(crate) requirement: &'c str,
    /// Whether the configuration provides it.
    pub(crate) support: Support,
    /// The statement that decides, in words.
    pub(crate) because: &'c str,
    /// Places that bear the statement out, separated by `; `; `no statement in the catalog` where there is none.
    pub(crate) evidence: String,
    /// Web addresses of these places, as far as they have one.
    pub(crate) links: Vec<String>,
}

/// A statement of the catalog about a requirement.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Statement<'c> {
    /// Whether the configurations provide the requirement.
    pub(crate) support: Support,
    /// The configurations that the statement is about, in words.
    pub(crate) when: String,
    /// The statement in words.
    pub(crate) because: &'c str,
    /// Places that bear the statement out, separated by `; `.
    pub(crate) evidence: String,
    /// Web addresses of these places, as far as they have one.
    pub(crate) links: Vec<String>,
}

/// The lightest configuration that provides a requirement.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Lightest {
    /// Architecture.
    pub(crate) arch: &'static str,
    /// The configuration as its framework writes it.
    pub(crate) config: String,
}

/// An entry that cites an issue.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Citing<'c> {
    /// `blocker`, `quirk`, `capability`, `host` or `claim`.
    pub(crate) kind: &'static str,
    /// Identifier of the entry.
    pub(crate) id: &'c str,
    /// Name or statement of the entry.
    pub(crate) title: &'c str,
    /// More about the entry: whether a blocker is in force, how a quirk is handled; may be empty.
    pub(crate) detail: String,
}
