//! A diagnostic as rustc writes it.

use serde::Serialize;

/// One line of `--message-format json`.
#[derive(Debug, Serialize)]
pub(crate) struct Diagnostic {
    #[serde(rename = "$message_type", skip_serializing_if = "Option::is_none")]
    pub(crate) message_type: Option<&'static str>,
    pub(crate) message: String,
    pub(crate) code: Option<Code>,
    /// `error`, `warning`, `note` or `help`.
    pub(crate) level: &'static str,
    pub(crate) spans: Vec<DiagnosticSpan>,
    pub(crate) children: Vec<Diagnostic>,
    pub(crate) rendered: Option<String>,
    /// What rustc has no place for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lightest: Option<Lightest>,
}

/// A rule.
#[derive(Debug, Serialize)]
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) explanation: Option<String>,
}

/// A place; lines and columns count from 1, columns in characters.
#[derive(Debug, Serialize)]
pub(crate) struct DiagnosticSpan {
    pub(crate) file_name: String,
    pub(crate) byte_start: usize,
    pub(crate) byte_end: usize,
    pub(crate) line_start: usize,
    pub(crate) line_end: usize,
    pub(crate) column_start: usize,
    pub(crate) column_end: usize,
    pub(crate) is_primary: bool,
    pub(crate) text: Vec<SpanLine>,
    pub(crate) label: Option<String>,
    pub(crate) suggested_replacement: Option<String>,
    pub(crate) suggestion_applicability: Option<&'static str>,
    pub(crate) expansion: Option<()>,
}

/// A line of source, and what of it is marked.
#[derive(Debug, Serialize)]
pub(crate) struct SpanLine {
    pub(crate) text: String,
    pub(crate) highlight_start: usize,
    pub(crate) highlight_end: usize,
}

/// What a finding is about.
#[derive(Debug, Serialize)]
pub(crate) struct Lightest {
    pub(crate) schema_version: u32,
    pub(crate) test: String,
    pub(crate) config: Option<String>,
    pub(crate) requirements: Vec<String>,
    pub(crate) suggested: Option<String>,
}
