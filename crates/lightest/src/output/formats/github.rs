//! Commands to a GitHub workflow, which shows them beside the change.

use super::{Entry, Format, Level, Report};
use crate::output::{github_data, github_property};

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
    if let Some(place) = report.place(entry.diagnostic) {
        let path = place.path.to_string_lossy();
        let path = if cfg!(windows) { path.replace('\\', "/") } else { path.into_owned() };
        properties.push(format!("file={}", github_property(path.strip_prefix("./").unwrap_or(&path))));
        properties.push(format!("line={},endLine={}", place.line_start, place.line_end));
        properties.push(format!("col={},endColumn={}", place.column_start, place.column_end));
    }
    properties.extend(entry.rule().map(|rule| format!("title={}", github_property(rule))));
    format!("::{word} {}::{}", properties.join(","), github_data(&entry.lines()))
}
