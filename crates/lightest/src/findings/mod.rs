//! What `check`, `requirements` and `sync` share: reading sources, the table of calls, and the forms that findings take.

pub(crate) mod baseline;
pub(crate) mod fix;
pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod junit;
mod packages;
pub(crate) mod rustc_json;
pub(crate) mod sarif;
pub(crate) mod short;
pub(crate) mod sources;
pub(crate) mod summary;
pub(crate) mod table;

use lightest_diagnostics::{Span, line_column};
use lightest_lint::facts::{Note, Test};
use lightest_lint::finding::Finding;
use lightest_lint::linter::{Level, Options};
use lightest_lint::rules::Rule;
use lightest_lint::source::Source;

/// Everything that a form of output is made from.
pub(crate) struct Report<'a> {
    pub(crate) sources: &'a [Source],
    pub(crate) tests: &'a [Test],
    pub(crate) findings: &'a [Finding],
    pub(crate) notes: &'a [Note],
    pub(crate) options: &'a Options,
}

/// A place as people and programs name it.
pub(crate) struct Place<'a> {
    pub(crate) path: &'a str,
    pub(crate) line_start: usize,
    pub(crate) column_start: usize,
    pub(crate) line_end: usize,
    pub(crate) column_end: usize,
}

impl Report<'_> {
    /// Where a span lies.
    pub(crate) fn place(&self, span: &Span) -> Place<'_> {
        let Some(source) = self.sources.get(span.file) else {
            return Place { path: "", line_start: 1, column_start: 1, line_end: 1, column_end: 1 };
        };
        let (line_start, column_start) = line_column(&source.text, span.bytes.start);
        let (line_end, column_end) = line_column(&source.text, span.bytes.end);
        Place { path: &source.path, line_start, column_start, line_end, column_end }
    }

    /// `warning` or `error`; what is no rule of the linter is an error.
    pub(crate) fn level(&self, finding: &Finding) -> &'static str {
        match Rule::named(finding.rule()).map(|rule| self.options.level(rule)) {
            Some(Level::Deny) | None => "error",
            _ => "warning",
        }
    }
}
