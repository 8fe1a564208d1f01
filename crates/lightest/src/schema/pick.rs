//! The output of `pick --format json`.

use serde::Serialize;

use super::shared::{Price, Span, Support, Unresolved};

/// The answer to a set of requirements.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Answer<'a> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// Identifiers of the requirements, as they were asked for.
    pub(crate) requires: &'a [String],
    /// The configurations to take.
    pub(crate) picks: Vec<Pick<'a>>,
    /// Lighter configurations that cannot be taken, each with the first requirement that it does not provide.
    pub(crate) refused: Vec<Refusal<'a>>,
    /// Lighter configurations that may do, but nobody has shown it.
    pub(crate) unknown: Vec<Refusal<'a>>,
    /// A configuration worth a try: unproven, and the lightest if it turns out to be enough.
    #[serde(rename = "try")]
    pub(crate) trials: Vec<Trial<'a>>,
    /// The next heavier configuration that also does, for each architecture.
    pub(crate) heavier: Vec<Heavier<'a>>,
    /// Requirements without which a lighter configuration would do.
    pub(crate) flips: Vec<Flip<'a>>,
    /// Requirements that cannot meet.
    pub(crate) conflicts: Vec<Conflict<'a>>,
    /// The attribute to paste; null where there is no pick.
    pub(crate) attribute: Option<String>,
    /// The command line that gives the same answer.
    pub(crate) command: String,
}

/// A configuration to take.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Pick<'a> {
    /// Architecture.
    pub(crate) arch: &'static str,
    /// The configuration as its framework writes it.
    pub(crate) config: String,
    /// Its role on the list.
    pub(crate) role: Role,
    /// Costs of a run.
    pub(crate) cost: Price<'a>,
    /// The statement that gives each requirement.
    pub(crate) why: Vec<Reason<'a>>,
    /// Identifiers of its quirks.
    pub(crate) quirks: Vec<&'a str>,
    /// Identifiers of the blockers that apply to it.
    pub(crate) limits: Vec<&'a str>,
}

/// The role of a configuration on the list.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum Role {
    /// It is the lightest.
    Lightest,
    /// A known limit blocks the lightest, and it runs until that is lifted.
    Meanwhile,
    /// It exercises the same code with the paravisor, or without it.
    Companion,
    /// The body has a branch for its operating system.
    Branch,
    /// The body distinguishes its isolation, or the test is about isolation.
    Isolation,
    /// Nobody has shown it, and it is the lightest if it does.
    Untried,
}

/// Why a configuration provides a requirement.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Reason<'a> {
    /// Identifier of the requirement.
    pub(crate) requirement: &'a str,
    /// The statement that decides, in words.
    pub(crate) because: &'a str,
    /// Places that bear the statement out, separated by `; `; `no statement in the catalog` where there is none.
    pub(crate) evidence: String,
}

/// A lighter configuration that is not taken.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Refusal<'a> {
    /// Architecture.
    pub(crate) arch: &'static str,
    /// The configuration as its framework writes it.
    pub(crate) config: String,
    /// Identifier of the first requirement that it is not known to provide.
    pub(crate) missing: &'a str,
    /// Whether it provides that.
    pub(crate) support: Support,
    /// The statement that decides, in words.
    pub(crate) because: &'a str,
    /// Places that bear the statement out, separated by `; `; `no statement in the catalog` where there is none.
    pub(crate) evidence: String,
}

/// A configuration that nobody has shown to do, and that is the lightest if it does.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Trial<'a> {
    /// Architecture.
    pub(crate) arch: &'static str,
    /// The configuration as its framework writes it.
    pub(crate) config: String,
    /// Costs of a run.
    pub(crate) cost: Price<'a>,
    /// Its unproven requirements.
    pub(crate) unshown: Vec<Reason<'a>>,
    /// The configuration to take until it is shown; null where there is none.
    pub(crate) until_then: Option<String>,
}

/// A heavier configuration that also does.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Heavier<'a> {
    /// Architecture.
    pub(crate) arch: &'static str,
    /// The configuration as its framework writes it.
    pub(crate) config: String,
    /// Costs of a run.
    pub(crate) cost: Price<'a>,
    /// Identifiers of requirements that it provides beyond the pick.
    pub(crate) adds: Vec<&'a str>,
}

/// A requirement without which a lighter configuration would do.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Flip<'a> {
    /// Architecture.
    pub(crate) arch: &'static str,
    /// Identifier of the requirement.
    pub(crate) without: &'a str,
    /// The configuration that would do without it.
    pub(crate) config: String,
}

/// Requirements that no configuration provides together.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Conflict<'a> {
    /// Architecture.
    pub(crate) arch: &'static str,
    /// The smallest set that cannot meet: requirements, then VMM and architecture where these are part of the conflict.
    pub(crate) between: Vec<String>,
    /// Whether it is unknown, rather than impossible, that they meet.
    pub(crate) unproven: bool,
    /// Each requirement of the set, with the configurations that provide it alone.
    pub(crate) explained: Vec<Explained<'a>>,
}

/// One requirement of a conflict.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Explained<'a> {
    /// Identifier of the requirement.
    pub(crate) requirement: &'a str,
    /// Families of the guests that provide it.
    pub(crate) guests: Vec<&'a str>,
    /// Titles of the boot methods that provide it.
    pub(crate) boot_methods: Vec<&'a str>,
    /// Why these boot methods do not exist on the architecture of the conflict; null where they do.
    pub(crate) refused_arch: Option<&'a str>,
    /// The statement that refuses it, in words; null where none does.
    pub(crate) because: Option<&'a str>,
    /// Places that bear the statement out, separated by `; `; null where none refuses it.
    pub(crate) evidence: Option<String>,
}

/// The answer to a test's body: `pick --from FILE`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct From<'a> {
    #[serde(flatten)]
    pub(crate) answer: Answer<'a>,
    /// The test, with its module.
    pub(crate) test: String,
    /// Requirements of the body.
    pub(crate) needs: Vec<Need<'a>>,
    /// Unresolved places of the body.
    pub(crate) open: Vec<Unresolved<'a>>,
    /// Requirements that the body does not show, and its name or signature suggests.
    pub(crate) weak: Vec<Weak<'a>>,
    /// The configurations of the attribute.
    pub(crate) list: Vec<Listed<'a>>,
    /// Artifacts that the signature takes and nothing names.
    pub(crate) unnamed: &'a [String],
    /// The configurations that the test lists today.
    pub(crate) listed: Vec<String>,
    /// Architectures for which there is no pick because on every configuration that provides the rest, the
    /// body fails or asks for more than is known.
    pub(crate) excluded: Vec<&'static str>,
}

/// A requirement, and the place that shows it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Need<'a> {
    /// Identifier of the requirement.
    pub(crate) requirement: &'a str,
    /// Where the body asks for it.
    pub(crate) span: Option<Span<'a>>,
    /// Why that asks for it; may be empty.
    pub(crate) because: &'a str,
    /// Whether only some configurations are asked.
    pub(crate) conditional: bool,
}

/// A requirement that the body does not show.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Weak<'a> {
    /// Identifier of the requirement.
    pub(crate) requirement: &'a str,
    /// Where that stands.
    pub(crate) span: Option<Span<'a>>,
    /// Whether it decides, because the body asks for nothing that does.
    pub(crate) decides: bool,
    /// The text that mentions it, in one word.
    pub(crate) origin: &'static str,
}

/// A configuration of the attribute.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Listed<'a> {
    /// Architecture.
    pub(crate) arch: &'static str,
    /// The configuration as its framework writes it.
    pub(crate) config: String,
    /// Its role on the list.
    pub(crate) role: Role,
    /// Why it stands beside the lightest; null for the lightest itself.
    pub(crate) because: Option<String>,
    /// Artifacts that the attribute names behind it.
    pub(crate) artifacts: &'a [String],
}

/// An answer, and the machine that it is for.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Placed<'a, A> {
    #[serde(flatten)]
    pub(crate) answer: A,
    /// The machine of `--here`; absent without that option.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) here: Option<Here<'a>>,
}

/// The machine, and lighter configurations that run elsewhere.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Here<'a> {
    /// Operating system.
    pub(crate) os: &'a str,
    /// Architecture; null where no guest can have it.
    pub(crate) arch: Option<&'static str>,
    /// Hypervisors that the machine has.
    pub(crate) hypervisors: Vec<&'a str>,
    /// Lighter configurations that the machine cannot run.
    pub(crate) elsewhere: Vec<Elsewhere<'a>>,
}

/// The lightest configuration for an architecture, which the machine cannot run.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Elsewhere<'a> {
    /// Architecture.
    pub(crate) arch: &'static str,
    /// The configuration as its framework writes it.
    pub(crate) config: &'a str,
    /// Identifier of the kind of host that it needs.
    pub(crate) host: &'a str,
    /// Name of that kind of host.
    pub(crate) needs: &'a str,
    /// The condition on the machine under which it runs there; null where nothing would help.
    pub(crate) runs_if: Option<&'a str>,
}
