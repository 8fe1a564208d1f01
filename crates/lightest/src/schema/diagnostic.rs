//! A diagnostic as rustc writes it.

use serde::Serialize;

/// One line of `--message-format json`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Diagnostic {
    /// `diagnostic`; absent in `children`.
    #[serde(rename = "$message_type", skip_serializing_if = "Option::is_none")]
    pub(crate) message_type: Option<&'static str>,
    /// The message, without the rule.
    pub(crate) message: String,
    /// The rule; null where there is none.
    pub(crate) code: Option<Code>,
    /// `error`, `warning`, `note` or `help`.
    pub(crate) level: &'static str,
    /// Places; the primary one first.
    pub(crate) spans: Vec<DiagnosticSpan>,
    /// Notes and help.
    pub(crate) children: Vec<Diagnostic>,
    /// The diagnostic as it is drawn for people, without colours; null in `children`.
    pub(crate) rendered: Option<String>,
    /// Data beyond rustc's format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lightest: Option<Lightest>,
}

/// A rule.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Code {
    /// Name of the rule.
    pub(crate) code: String,
    /// Always null: `explain` has the text.
    pub(crate) explanation: Option<String>,
}

/// A place; lines and columns count from 1, columns in characters.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct DiagnosticSpan {
    /// The file, relative to the working directory.
    pub(crate) file_name: String,
    /// First byte, from 0.
    pub(crate) byte_start: usize,
    /// The byte after the last.
    pub(crate) byte_end: usize,
    /// First line, from 1.
    pub(crate) line_start: usize,
    /// Last line, from 1.
    pub(crate) line_end: usize,
    /// Column of the first character, from 1.
    pub(crate) column_start: usize,
    /// Column after the last character, from 1.
    pub(crate) column_end: usize,
    /// Whether this is the place that the message is about.
    pub(crate) is_primary: bool,
    /// The lines of source.
    pub(crate) text: Vec<SpanLine>,
    /// Text at the place; null where there is none.
    pub(crate) label: Option<String>,
    /// The replacement; null where no edit is suggested.
    pub(crate) suggested_replacement: Option<String>,
    /// `MachineApplicable`, `MaybeIncorrect` or `Unspecified`; null where no edit is suggested.
    pub(crate) suggestion_applicability: Option<&'static str>,
    /// Always null: no macro is expanded.
    pub(crate) expansion: Option<()>,
}

/// A line of source, and its marked part.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct SpanLine {
    /// The line; of a very long one, the marked part.
    pub(crate) text: String,
    /// Column of the first marked character, from 1.
    pub(crate) highlight_start: usize,
    /// Column after the last marked character, from 1.
    pub(crate) highlight_end: usize,
}

/// The subject of a finding.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Lightest {
    /// Version of this object; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// The test.
    pub(crate) test: String,
    /// The configuration; null where the finding is about the whole test.
    pub(crate) config: Option<String>,
    /// Identifiers of the requirements that the test is known to have.
    pub(crate) requirements: Vec<String>,
    /// The configuration to take instead; null where there is none.
    pub(crate) suggested: Option<String>,
}
