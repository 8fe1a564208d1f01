//! One line each: `path:line:column: warning[rule]: message`.

use super::{Entry, Format, Report};
use crate::output::{line, shown};

pub(super) struct Short;

impl Format for Short {
    fn is_for_people(&self) -> bool {
        true
    }

    fn text(&self, report: &Report<'_>) -> String {
        report.entries.iter().map(|entry| one(report, entry) + "\n").collect()
    }
}

/// One entry without a line break.
pub(super) fn one(report: &Report<'_>, entry: &Entry<'_>) -> String {
    let place = report.place(entry.diagnostic).map_or(String::new(), |place| {
        format!("{}:{}:{}: ", shown(place.path), place.line_start, place.column_start)
    });
    let rule = entry.rule().map_or(String::new(), |rule| format!("[{rule}]"));
    format!("{place}{}{rule}: {}", entry.level.word(), line(&entry.diagnostic.message))
}
