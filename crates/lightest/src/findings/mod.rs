//! Shared parts of `check`, `requirements` and `sync`: reading sources, the table of calls, and baselines.

pub(crate) mod baseline;
pub(crate) mod fix;
mod packages;
pub(crate) mod sources;
pub(crate) mod summary;
pub(crate) mod table;
pub(crate) mod view;

use lightest_diagnostics::{Diagnostic, Span};
use lightest_lint::change::Changes;
use lightest_lint::facts::Test;
use lightest_lint::finding::Finding;
use lightest_lint::linter::Options;
use lightest_lint::rules::Rule;
use lightest_lint::source::Source;

/// The sources, tests and findings of a run, with its options.
pub(crate) struct Report<'a> {
    pub(crate) sources: &'a [Source],
    pub(crate) tests: &'a [Test],
    pub(crate) findings: &'a [Finding],
    pub(crate) notes: &'a [Diagnostic],
    /// Files of which nothing was read.
    pub(crate) unread: &'a [usize],
    pub(crate) options: &'a Options,
    pub(crate) rules: &'static [Rule],
    /// What `tests` are, where a dialect judges something else.
    pub(crate) unit: Option<&'static str>,
    /// The change that is reported on, where it is not everything.
    pub(crate) changes: Option<&'a Changes>,
}

impl Report<'_> {
    /// The path of the file that a span lies in.
    pub(crate) fn path(&self, span: &Span) -> &str {
        self.sources.get(span.file).map_or("", |source| &source.path)
    }
}
