//! The output of `learn --format json`.

use serde::Serialize;

use super::shared::{Run, Unmatched};

/// Facts that test results show.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Answer<'a> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// The reports that were read.
    pub(crate) runs: Vec<Named<'a>>,
    /// Facts that the catalog does not have.
    pub(crate) facts: Vec<Fact<'a>>,
    /// Statements that the catalog had already.
    pub(crate) confirmed: usize,
    /// Statements of the catalog that a result contradicts.
    pub(crate) contradictions: Vec<Contradiction<'a>>,
    /// Variants that failed, each with its first failure; a failure shows nothing by itself.
    pub(crate) failed: Vec<Result<'a>>,
    /// Variants whose pass may hide a failure.
    pub(crate) masked: Vec<Result<'a>>,
    /// Results that were not understood.
    pub(crate) unclear: Vec<Result<'a>>,
    /// Variants that were skipped.
    pub(crate) skipped: usize,
    /// Cases that belong to no variant.
    pub(crate) unmatched: Unmatched<'a>,
    /// Names that variants of several tests share; their results count for none.
    pub(crate) ambiguous: Vec<&'a str>,
}

/// A report, under the identifier that facts name it by.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Named<'a> {
    /// Identifier of the run, from its report, its time, or the name of its file.
    pub(crate) id: &'a str,
    #[serde(flatten)]
    pub(crate) run: Run<'a>,
}

/// Something that a configuration was seen to provide.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Fact<'a> {
    /// The configuration.
    pub(crate) config: String,
    /// Identifier of the requirement; `runs` where it was seen to run.
    pub(crate) requirement: &'a str,
    /// Requirements that were asked as well.
    pub(crate) with: &'a [String],
    /// The variants that showed it.
    pub(crate) shown_by: Vec<Shown<'a>>,
}

/// A variant that showed a fact.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Shown<'a> {
    /// The variant as the test runner names it.
    pub(crate) variant: &'a str,
    /// Identifiers of the runs in which it passed.
    pub(crate) runs: Vec<&'a str>,
}

/// A statement of the catalog that a result contradicts.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Contradiction<'a> {
    /// The configuration.
    pub(crate) config: String,
    /// Identifier of the requirement.
    pub(crate) requirement: &'a str,
    /// The variant that passed, as the test runner names it.
    pub(crate) variant: &'a str,
    /// How many more variants show the same.
    pub(crate) more_variants: usize,
    /// Where the result is.
    pub(crate) place: Place<'a>,
    /// The catalog's statement, in words.
    pub(crate) because: &'a str,
    /// Places that bear the statement out, separated by `; `; `no statement in the catalog` where there is none.
    pub(crate) evidence: String,
}

/// The result of a variant.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Result<'a> {
    /// The variant as the test runner names it.
    pub(crate) variant: &'a str,
    /// Where the result is.
    pub(crate) place: Place<'a>,
}

/// A place in a report.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Place<'a> {
    /// The report's file.
    pub(crate) file_name: String,
    /// Line of the case, from 1.
    pub(crate) line: u64,
    /// The start of the case's message; empty where it has none.
    pub(crate) message: &'a str,
}
