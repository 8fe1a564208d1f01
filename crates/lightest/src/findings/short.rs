//! Findings in one line each.

use lightest_lint::finding::Finding;

use super::Report;

/// `path:line:column: warning[rule]: message`.
pub(crate) fn finding(report: &Report<'_>, finding: &Finding) -> String {
    let place = report.place(&finding.primary.span);
    format!(
        "{}:{}:{}: {}[{}]: {}\n",
        place.path,
        place.line_start,
        place.column_start,
        report.level(finding),
        finding.rule,
        finding.message
    )
}
