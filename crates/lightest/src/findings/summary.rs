//! The summary of a run: one line, or a table by rule.

use lightest_diagnostics::Safety;
use lightest_lint::finding::Finding;
use lightest_model::catalog::Cost;

use super::Report;
use crate::words;

/// How much was read and found, and what the fixes would save.
pub(crate) fn line(report: &Report<'_>, looked_at: usize) -> String {
    let judged = words::count(report.tests.len(), report.unit.unwrap_or("test"));
    let variants: usize =
        report.tests.iter().flat_map(|test| &test.declarations).map(|list| list.variants.len()).sum();
    let of = if report.unit.is_none() {
        format!("{} of ", words::count(variants, "variant"))
    } else {
        String::new()
    };
    let mut text = format!(
        "read {of}{judged} ({} looked at): {}",
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
    let saved =
        report.findings.iter().filter_map(RunSavings::by).fold(RunSavings::default(), RunSavings::and);
    let parts = saved.parts();
    if !parts.is_empty() {
        text.push_str(&format!("; the replacements save {}", words::list(&parts, "and")));
    }
    text
}

fn fixes(finding: &Finding, safety: Safety) -> bool {
    finding.diagnostic.help.as_ref().is_some_and(|help| help.safety == safety && !help.edits.is_empty())
}

/// The savings of one run when configurations are replaced by lighter ones. Boot time is left out, since it is only known
/// as a class.
#[derive(Clone, Copy, Default)]
struct RunSavings {
    image_bytes: u64,
    quirks: Cost,
}

impl RunSavings {
    /// By following one finding; `None` where it replaces nothing.
    fn by(finding: &Finding) -> Option<Self> {
        let (before, after) = (finding.cost.as_ref()?, finding.cost_after.as_ref()?);
        (finding.rule() == "heavier-than-needed").then(|| Self {
            image_bytes: before.image_bytes.unwrap_or(0).saturating_sub(after.image_bytes.unwrap_or(0)),
            quirks: before.quirks.combined(after.quirks, u32::saturating_sub),
        })
    }

    fn and(self, other: Self) -> Self {
        Self {
            image_bytes: self.image_bytes.saturating_add(other.image_bytes),
            quirks: self.quirks.combined(other.quirks, u32::saturating_add),
        }
    }

    /// The savings above zero, in words.
    fn parts(self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.image_bytes > 0 {
            parts.push(format!("{} of images", words::bytes(self.image_bytes)));
        }
        parts.extend(self.quirks.brief());
        parts
    }
}

/// How often each rule fired.
pub(crate) fn statistics(report: &Report<'_>) -> String {
    let mut text = String::new();
    let width = report.rules.iter().map(|rule| rule.name.as_str().len()).max().unwrap_or(0);
    for rule in report.rules {
        let of_rule: Vec<&Finding> =
            report.findings.iter().filter(|finding| rule.name == finding.rule()).collect();
        if of_rule.is_empty() {
            continue;
        }
        let fixable = of_rule.iter().filter(|finding| fixes(finding, Safety::Safe)).count();
        text.push_str(&format!("{:width$}  {:4}  {fixable:4} fixable\n", rule.name.as_str(), of_rule.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Cost, RunSavings};

    #[test]
    fn savings_are_added_up_and_worded() {
        let one = RunSavings { image_bytes: 6_500_000_000, quirks: Cost { waits_s: 20, ..Cost::default() } };
        let other = RunSavings { image_bytes: 0, quirks: Cost { reboots: 1, ..Cost::default() } };
        let all = ["13 GB of images", "1 boot", "40 s"];
        assert_eq!(one.and(one).and(other).parts(), all);
        assert_eq!(RunSavings::default().parts(), Vec::<String>::new());
    }
}
