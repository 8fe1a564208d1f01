//! The output of `parse --format json`.

use serde::Serialize;

use super::shared::Support;

/// The parsed argument: one configuration, or those of an attribute.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum Answer<'c> {
    /// A configuration.
    Config(Parsed<'c>),
    /// A whole attribute.
    Attribute(Attribute<'c>),
}

/// The variants of an attribute.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Attribute<'c> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// The configurations, in the attribute's order.
    pub(crate) variants: Vec<Parsed<'c>>,
}

/// The parts of a configuration.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Parsed<'c> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// The configuration as petri writes it.
    pub(crate) config: String,
    /// The VMM; null where the attribute around it names one.
    pub(crate) vmm: Option<&'c str>,
    /// Identifier of the boot method.
    pub(crate) boot: &'c str,
    /// Architecture.
    pub(crate) arch: &'static str,
    /// Isolation: `vbs`, `snp` or `tdx`; null for none.
    pub(crate) isolation: Option<&'static str>,
    /// Whether the paravisor is present.
    pub(crate) openhcl: bool,
    /// Identifier of the guest.
    pub(crate) guest: &'c str,
    /// Kind of guest: a disk image of some form, an application, none, or the kernel of Linux Direct.
    pub(crate) guest_kind: &'static str,
    /// Further artifacts, as the configuration names them.
    pub(crate) extra_deps: &'c [String],
    /// The start of the variant's name in the test runner; null where the VMM is open.
    pub(crate) test_name_prefix: Option<String>,
    /// Whether the configuration can run anywhere; absent where it names no VMM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) runs: Option<Runs>,
}

/// Whether a configuration can run anywhere.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Runs {
    /// The answer.
    pub(crate) support: Support,
    /// The statement that decides, in words.
    pub(crate) because: String,
    /// Places that bear the statement out, separated by `; `; `no statement in the catalog` where there is none.
    pub(crate) evidence: String,
}
