//! Parts of several answers.

use crate::output::places::Texts;
use lightest_model::catalog;
use serde::Serialize;

/// Whether a configuration provides something.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum Support {
    /// It is known to.
    Yes,
    /// It is known not to.
    No,
    /// Nobody has shown either.
    Unknown,
}

impl From<catalog::Support> for Support {
    fn from(support: catalog::Support) -> Self {
        match support {
            catalog::Support::Yes => Self::Yes,
            catalog::Support::No => Self::No,
            catalog::Support::Unknown => Self::Unknown,
        }
    }
}

/// Costs of one run of a configuration.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Price<'c> {
    /// Size of the disk image in bytes; null where it is unknown or there is no image.
    pub(crate) image_bytes: Option<u64>,
    /// Identifier of the class of boot time.
    pub(crate) boot: &'c str,
    #[serde(flatten)]
    pub(crate) quirks: catalog::Cost,
    /// Identifier of the kind of host that it needs.
    pub(crate) host: &'c str,
}

impl<'c> From<&lightest_model::space::Price<'c>> for Price<'c> {
    fn from(price: &lightest_model::space::Price<'c>) -> Self {
        Self { image_bytes: price.image_bytes, boot: price.boot, quirks: price.quirks, host: price.host }
    }
}

/// A report of test results that was read.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Run<'a> {
    /// The report's file.
    pub(crate) file_name: String,
    /// The run in words.
    pub(crate) title: &'a str,
    /// Day of the run, `YYYY-MM-DD`; null where it is unknown.
    pub(crate) date: Option<&'a str>,
    /// The commit that was tested; null where it is unknown.
    pub(crate) commit: Option<&'a str>,
    /// Number of test cases, setup aside.
    pub(crate) cases: u64,
}

/// Cases of reports that belong to no variant of the tree.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Unmatched<'a> {
    /// How many there are.
    pub(crate) count: u64,
    /// The first of their names.
    pub(crate) names: Vec<&'a str>,
}

/// A range of a file.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Span<'a> {
    /// The file, relative to the working directory.
    pub(crate) file_name: &'a str,
    /// First byte of the range, from 0.
    pub(crate) byte_start: usize,
    /// The byte after the range.
    pub(crate) byte_end: usize,
    /// Line of the range's start, from 1.
    pub(crate) line_start: usize,
    /// Line of the range's end, from 1.
    pub(crate) line_end: usize,
    /// Column of the range's start in characters, from 1.
    pub(crate) column_start: usize,
    /// Column after the range's end in characters, from 1.
    pub(crate) column_end: usize,
}

/// Something that is not known about a test.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Unresolved<'a> {
    /// The unknown.
    pub(crate) what: &'a str,
    /// Where it stands.
    pub(crate) span: Option<Span<'a>>,
}

impl<'a> Span<'a> {
    /// Of a place in one of some files; `None` where it is in none of them.
    pub(crate) fn of(span: &lightest_diagnostics::Span, texts: &Texts<'a>) -> Option<Self> {
        let place = texts.place(span)?;
        Some(Self {
            file_name: place.path.to_str()?,
            byte_start: span.bytes.start,
            byte_end: span.bytes.end,
            line_start: place.line_start,
            line_end: place.line_end,
            column_start: place.column_start,
            column_end: place.column_end,
        })
    }
}
