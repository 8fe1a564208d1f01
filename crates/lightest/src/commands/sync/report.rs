//! Prints what differs, in the forms that `check` has.

use std::path::Path;

use lightest_diagnostics::RuleId;
use lightest_sync::Difference;
use lightest_sync::evidence::EvidenceStatus;
use lightest_sync::rules::RULES;

use super::Compared;
use crate::failure::Failure;
use crate::output::formats::{self, Case, Entry, Level, MessageFormat, RuleText};
use crate::output::places::Texts;

/// Prints every difference.
pub(super) fn print(compared: &Compared, format: MessageFormat) -> Result<(), Failure> {
    let report = &compared.report;
    let files = report.sources.files().iter().map(|file| (Path::new(&file.name), &*file.text));
    let texts = Texts::new(files);
    let rule = |(rule, summary): &(RuleId, &'static str)| RuleText {
        name: rule.as_str(),
        summary,
        explanation: String::new(),
        level: Level::Error,
        is_on: true,
    };
    format.print(&formats::Report {
        texts: &texts,
        entries: report.differences.iter().map(entry).collect(),
        rules: RULES.iter().map(rule).collect(),
        cases: RULES.iter().map(|(rule, _)| Case { name: rule.to_string(), span: None }).collect(),
        unread: Vec::new(),
        suite: "lightest sync",
    })
}

fn entry(difference: &Difference) -> Entry<'_> {
    Entry {
        level: Level::Error,
        diagnostic: &difference.diagnostic,
        drawn: None,
        case: RULES.iter().position(|(rule, _)| difference.rule() == Some(*rule)),
        // What distinguishes one difference from another of its rule, for programs that compare two runs.
        fingerprint: difference.diagnostic.message.clone(),
        about: None,
        beside: None,
        is_unread: false,
    }
}

/// One line on what was looked at.
pub(super) fn summary(compared: &Compared) -> String {
    let moved = compared.evidence.count(|status| matches!(status, EvidenceStatus::Moved { .. }));
    let followed = compared.evidence.count(|status| !matches!(status, EvidenceStatus::Unknown));
    let commit = compared.checkout.head.as_ref().map_or("no commit", |head| head.short());
    let differences = match compared.report.differences.len() {
        0 => "the catalog agrees".to_owned(),
        1 => "1 difference".to_owned(),
        many => format!("{many} differences"),
    };
    format!(
        "read at {commit}: {}; followed {followed} places of evidence, of which {moved} moved: {differences}",
        compared.stated.summary(),
    )
}
