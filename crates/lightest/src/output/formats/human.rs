//! As rustc draws them.

use lightest_lint::parallel;

use super::{Entry, Format, Report};
use crate::output::places::Texts;
use crate::render;

pub(super) struct Human;

impl Format for Human {
    fn is_for_people(&self) -> bool {
        true
    }

    fn text(&self, report: &Report<'_>) -> String {
        parallel::map(&report.entries, || (), |(), entry| drawn(report.texts, entry) + "\n\n").concat()
    }
}

/// One entry, with terminal colours in it.
pub(super) fn drawn(texts: &Texts<'_>, entry: &Entry<'_>) -> String {
    render::diagnostic(texts, entry.level, entry.drawing())
}
