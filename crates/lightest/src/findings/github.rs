//! Findings as commands to a GitHub workflow, which shows them beside the change.

use lightest_lint::finding::Finding;

use super::Report;
use crate::output;

/// `::warning file=..,line=..::message`.
pub(crate) fn finding(report: &Report<'_>, finding: &Finding) -> String {
    let place = report.place(finding.span());
    let mut text = finding.diagnostic.message.clone();
    for note in &finding.diagnostic.notes {
        text.push_str(&format!("\nnote: {note}"));
    }
    if let Some(help) = &finding.diagnostic.help {
        text.push_str(&format!("\nhelp: {}", help.message));
    }
    format!(
        "::{} file={},line={},endLine={},col={},endColumn={},title={}::{}\n",
        report.level(finding),
        output::github_property(place.path),
        place.line_start,
        place.line_end,
        place.column_start,
        place.column_end,
        output::github_property(finding.rule()),
        output::github_data(&text)
    )
}
