//! JSON output of the lab's commands. Reports and series are the lab's own types; these are the objects around them.

use std::collections::BTreeMap;

use lightest_lab::measure::{Boot, Circumstances, Series};
use lightest_lab::outcome::Report;
use lightest_lab::probe::Found;
use serde::Serialize;

use super::shared::Support;

/// Output of `boot --format json`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Boots<'a> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// The machines that were started, in the order of the arguments.
    pub(crate) boots: Vec<Booted<'a>>,
}

/// One machine.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Booted<'a> {
    #[serde(flatten)]
    pub(crate) report: &'a Report,
    /// Why that accelerator was taken.
    pub(crate) accelerator_reason: &'a str,
    /// The program that ran in the guest; absent where none was asked for, or none ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) program: Option<Program<'a>>,
}

/// A program that ran in the guest.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Program<'a> {
    /// Its exit code; null where a signal ended it.
    pub(crate) status: Option<i32>,
    /// The signal that ended it; null where it returned.
    pub(crate) signal: Option<i32>,
    /// Its standard output; bytes that are no UTF-8 are replaced.
    pub(crate) stdout: std::borrow::Cow<'a, str>,
    /// Its standard error; bytes that are no UTF-8 are replaced.
    pub(crate) stderr: std::borrow::Cow<'a, str>,
    /// Whether there was more output than is kept.
    pub(crate) cut: bool,
}

/// Output of `measure --format json`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Measured<'a> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// A series for each configuration; `measure --out` appends each as a line.
    pub(crate) series: &'a [Series],
}

/// A line of the file that `measure --out` keeps until its series are whole.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct MeasuredBoot<'a> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// The configuration.
    pub(crate) config: &'a str,
    /// Options beside the configuration; null where there are none.
    pub(crate) variant: Option<String>,
    /// Circumstances of the measurement.
    pub(crate) circumstances: &'a Circumstances,
    /// The boot.
    pub(crate) boot: &'a Boot,
}

/// Output of `probe CONFIG --format json`; with its circumstances, a line of `probe --out`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Probed<'a> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// The configuration.
    pub(crate) config: &'a str,
    /// Circumstances of the answers; only in the file of `--out`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) circumstances: Option<&'a Circumstances>,
    /// The guest's answers.
    pub(crate) found: &'a [Found],
}

/// Output of `verify --format json`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Verified<'a> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// Every answer of the catalog, with the observation.
    pub(crate) claims: Vec<Claim<'a>>,
    /// How many of these contradict each other.
    pub(crate) contradicted: usize,
}

/// An answer of the catalog, with the observation.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Claim<'a> {
    /// The configuration.
    pub(crate) config: &'a str,
    /// Identifier of the requirement.
    pub(crate) requirement: &'a str,
    /// The catalog's answer.
    pub(crate) says: Support,
    /// The statement that decides, in words.
    pub(crate) because: &'a str,
    /// Places that bear the statement out, separated by `; `.
    pub(crate) evidence: &'a str,
    /// Whether the guest was seen to provide it.
    pub(crate) met: bool,
    /// How it was asked.
    pub(crate) asked: &'a str,
    /// The guest's reply.
    pub(crate) answer: &'a str,
    /// Whether the two contradict each other; an unknown contradicts nothing.
    pub(crate) contradicted: bool,
}

/// Output of `image build --format json` and `image list --format json`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Images<'a> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// The guests that are built.
    pub(crate) guests: Vec<Image<'a>>,
}

/// A guest that is built.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Image<'a> {
    /// Name of its recipe.
    pub(crate) name: &'a str,
    /// Hash of all inputs; also the name of its folder.
    pub(crate) key: &'a str,
    /// The folder with its files.
    pub(crate) dir: std::borrow::Cow<'a, str>,
    /// Size of all its files, in bytes.
    pub(crate) bytes: u64,
    /// The kernel's command line, for Linux Direct; may be empty.
    pub(crate) cmdline: &'a str,
    /// Every input and its hash.
    pub(crate) inputs: &'a BTreeMap<String, String>,
    /// Every file that was made and its hash.
    pub(crate) outputs: &'a BTreeMap<String, String>,
}
