//! Finds the place of a value in a catalog file by its path.

use std::ops::Range;

use lightest_diagnostics::Span;
use toml::Spanned;
use toml::de::DeValue;

use crate::merge::{Entry, Groups};

/// A step on the way to a value.
pub(crate) enum Step {
    /// A key of a table.
    Key(&'static str),
    /// An element of an array.
    At(usize),
}

/// The place of the value at `path` in the `index`-th entry of `kind`, or of as much of the path as exists.
pub(crate) fn place(groups: &Groups<'_>, kind: &str, index: usize, path: &[Step]) -> Span {
    let Some(entry) = groups.of(kind).get(index) else {
        return Span::new(0, 0..0);
    };
    let span = span(entry, path);
    Span::new(entry.file_of(&span), span)
}

fn span(entry: &Entry<'_>, path: &[Step]) -> Range<usize> {
    let mut span = entry.span.clone();
    let mut value: Option<&Spanned<DeValue<'_>>> = None;
    for step in path {
        let next = match (step, value.map(Spanned::get_ref)) {
            (Step::Key(key), None) => entry.table.get(*key),
            (Step::Key(key), Some(DeValue::Table(table))) => table.get(*key),
            (Step::At(index), Some(DeValue::Array(array))) => array.get(*index),
            _ => None,
        };
        let Some(next) = next else { break };
        span = next.span();
        value = Some(next);
    }
    span
}
