//! The output of `list --format json`.

use lightest_model::catalog::Cost;
use serde::Serialize;

use super::shared::{Price, Support};
use super::vmms::Vmm;

/// Entries of one kind.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Answer<'c> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    #[serde(flatten)]
    pub(crate) list: List<'c>,
}

/// The entries, under the name of their kind.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum List<'c> {
    /// Configurations, the lightest first.
    Configs(Vec<Config<'c>>),
    /// Guests, in the order of the catalog.
    Guests(Vec<Guest<'c>>),
    /// Variants of the tests of a tree, in the order of their places.
    Tests(Vec<Variant>),
    /// Requirements, by group.
    Requirements(Vec<Requirement<'c>>),
    /// Quirks, in the order of the catalog.
    Quirks(Vec<Quirk<'c>>),
    /// Blockers, in the order of the catalog.
    Blockers(Vec<Blocker<'c>>),
    /// Rules of `check`, in the order in which they report.
    Rules(Vec<Rule>),
    /// The VMMs that the lab has a driver for.
    Vmms(Vec<Vmm>),
}

/// A configuration.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Config<'c> {
    /// The configuration as its framework writes it.
    pub(crate) config: String,
    /// Costs of a run.
    pub(crate) cost: Price<'c>,
    /// Whether it can run anywhere.
    pub(crate) runs: Support,
    /// The statement that decides, in words.
    pub(crate) because: &'c str,
    /// Places that bear the statement out, separated by `; `; `no statement in the catalog` where there is none.
    pub(crate) evidence: String,
}

/// A test with one configuration.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Variant {
    /// Name of the test, with its modules.
    pub(crate) test: String,
    /// Name of the variant, as the test runner prints it.
    pub(crate) variant: String,
    /// The configuration as its framework writes it.
    pub(crate) config: String,
    /// Path of the file that contains the test.
    pub(crate) file: String,
    /// Line of the test's name, from 1.
    pub(crate) line: usize,
    /// Why it is skipped by default, where it is.
    pub(crate) ignored: Option<String>,
}

/// A disk image, application or kernel that tests boot.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Guest<'c> {
    /// Identifier of the guest.
    pub(crate) id: &'c str,
    /// How configurations name it: as a disk image of some form, an application, none, or with the boot method.
    pub(crate) form: &'static str,
    /// Name of the guest.
    pub(crate) title: &'c str,
    /// Family of the guest, such as `ubuntu`.
    pub(crate) family: &'c str,
    /// Operating system: `linux`, `windows`, `freebsd`, `uefi` or `none`.
    pub(crate) os: &'static str,
    /// Architecture of the image; null where the guest has several.
    pub(crate) arch: Option<&'static str>,
    /// Identifier of the class of boot time.
    pub(crate) boot: &'c str,
    /// Size of its largest image in bytes; null where it is unknown or there is no image.
    pub(crate) image_bytes: Option<u64>,
    /// The lab's guests that stand for it.
    pub(crate) lab: &'c [String],
    /// Places that bear the entry out, separated by `; `.
    pub(crate) evidence: String,
}

/// Something that a test may ask of its environment.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Requirement<'c> {
    /// Identifier of the requirement.
    pub(crate) id: &'c str,
    /// Group of the requirement.
    pub(crate) group: &'c str,
    /// Name of the requirement.
    pub(crate) title: &'c str,
    /// The requirement in one sentence.
    pub(crate) meaning: &'c str,
    /// Requirements that follow from this one.
    pub(crate) implies: &'c [String],
    /// Other words for it, which `--requires` does not take.
    pub(crate) aliases: &'c [String],
}

/// Behaviour that surprises an author.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Quirk<'c> {
    /// Identifier of the quirk.
    pub(crate) id: &'c str,
    /// Name of the quirk.
    pub(crate) title: &'c str,
    #[serde(flatten)]
    pub(crate) cost: Cost,
    /// How the framework handles it.
    pub(crate) handling: &'c str,
    /// Advice to an author.
    pub(crate) advice: &'c str,
    /// Places that bear the entry out, separated by `; `.
    pub(crate) evidence: String,
}

/// A limit that somebody means to lift.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Blocker<'c> {
    /// Identifier of the blocker.
    pub(crate) id: &'c str,
    /// Name of the blocker.
    pub(crate) title: &'c str,
    /// The issue, as `owner/repository#number`, or words.
    pub(crate) issue: &'c str,
    /// `open`, or since when it is lifted.
    pub(crate) state: String,
    /// The commit that lifted it; null while it is in force.
    pub(crate) since: Option<&'c str>,
    /// Places that bear the entry out, separated by `; `.
    pub(crate) evidence: String,
}

/// A rule of `check`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Rule {
    /// Name of the rule.
    pub(crate) id: &'static str,
    /// Earlier names of the rule, which still work.
    pub(crate) aliases: &'static [&'static str],
    /// Whether only `--pedantic` turns the rule on.
    pub(crate) pedantic: bool,
    /// The rule in one sentence, without a full stop.
    pub(crate) summary: &'static str,
}
