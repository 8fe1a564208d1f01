//! Findings in one line each.

use std::path::Path;

use lightest_lint::finding::Finding;

use super::Report;
use crate::output;

/// `path:line:column: warning[rule]: message`.
pub(crate) fn finding(report: &Report<'_>, finding: &Finding) -> String {
    let place = report.place(finding.span());
    format!(
        "{}:{}:{}: {}[{}]: {}\n",
        output::shown(Path::new(place.path)),
        place.line_start,
        place.column_start,
        report.level(finding),
        finding.rule(),
        output::line(&finding.diagnostic.message)
    )
}
