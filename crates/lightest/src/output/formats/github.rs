//! Commands to a GitHub workflow, which shows them beside the change.

use super::{Entry, Format, Level, Report};
use crate::output::{github_data, github_path, github_property, shown};

pub(super) struct Github;

impl Format for Github {
    fn text(&self, report: &Report<'_>) -> String {
        report.entries.iter().map(|entry| command(report, entry) + "\n").collect()
    }
}

/// `::warning file=..,line=..::message`.
fn command(report: &Report<'_>, entry: &Entry<'_>) -> String {
    let word = match entry.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut properties = Vec::new();
    let mut text = entry.lines();
    let own = report.place(entry.diagnostic);
    let beside = entry.beside.as_ref().and_then(|span| report.texts.place(span));
    if let (Some(own), Some(_)) = (&own, &beside) {
        // GitHub shows beside a change only what lies in it.
        text = format!("{}:{}: {text}", shown(own.path), own.line_start);
    }
    if let Some(place) = beside.or(own) {
        properties.push(format!("file={}", github_path(place.path)));
        properties.push(format!("line={},endLine={}", place.line_start, place.line_end));
        properties.push(format!("col={},endColumn={}", place.column_start, place.column_end));
    }
    properties.extend(entry.rule().map(|rule| format!("title={}", github_property(rule))));
    format!("::{word} {}::{}", properties.join(","), github_data(&text))
}
