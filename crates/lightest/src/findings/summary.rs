//! What a run amounts to: one line, or a table by rule.

use lightest_lint::finding::{Finding, Safety};
use lightest_lint::rules::RULES;

use super::Report;
use crate::words;

/// How much was read and found, and what the fixes would save.
pub(crate) fn line(report: &Report<'_>, looked_at: usize) -> String {
    let variants: usize =
        report.tests.iter().flat_map(|test| &test.declarations).map(|list| list.variants.len()).sum();
    let mut text = format!(
        "read {} of {} ({} looked at): {}",
        words::count(variants, "variant"),
        words::count(report.tests.len(), "test"),
        words::count(looked_at, "file"),
        words::count(report.findings.len(), "finding"),
    );
    let fixable = report.findings.iter().filter(|finding| fixes(finding, Safety::Safe)).count();
    let unsafely = report.findings.iter().filter(|finding| fixes(finding, Safety::Unsafe)).count();
    match (fixable, unsafely) {
        (0, 0) => {}
        (safe, 0) => text.push_str(&format!(", {safe} fixable with --fix")),
        (safe, more) => {
            text.push_str(&format!(", {safe} fixable with --fix, {more} more with --unsafe-fixes"))
        }
    }
    let saved: u64 = report.findings.iter().map(saved_bytes).sum();
    if saved > 0 {
        text.push_str(&format!("; the replacements boot {} less of images", words::bytes(saved)));
    }
    text
}

fn fixes(finding: &Finding, safety: Safety) -> bool {
    finding.help.as_ref().is_some_and(|help| help.safety == safety && !help.edits.is_empty())
}

/// Bytes of image that one run no longer boots when a finding's configuration is replaced by a lighter one.
fn saved_bytes(finding: &Finding) -> u64 {
    let replaces = finding.rule == "heavier-than-needed";
    match (&finding.cost, &finding.cost_after) {
        (Some(before), Some(after)) if replaces => {
            before.image_bytes.unwrap_or(0).saturating_sub(after.image_bytes.unwrap_or(0))
        }
        _ => 0,
    }
}

/// How often each rule fired.
pub(crate) fn statistics(report: &Report<'_>) -> String {
    let mut text = String::new();
    let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    for rule in &RULES {
        let of_rule: Vec<&Finding> =
            report.findings.iter().filter(|finding| finding.rule == rule.name).collect();
        if of_rule.is_empty() {
            continue;
        }
        let fixable = of_rule.iter().filter(|finding| fixes(finding, Safety::Safe)).count();
        text.push_str(&format!("{:width$}  {:4}  {fixable:4} fixable\n", rule.name, of_rule.len()));
    }
    text
}
