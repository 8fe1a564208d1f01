//! The findings of `check`, in the form that every output format is made from.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use lightest_diagnostics::{Diagnostic, Label, Safety, Span};
use lightest_lint::change::Changes;
use lightest_lint::finding::{Cost, Finding};
use lightest_lint::linter;
use lightest_lint::rules::Rule;

use super::Report;
use super::sources::UnreadFile;
use crate::output::formats::{self, About, Case, Entry, Level, NotRead, RuleText};
use crate::output::places::Texts;
use crate::words;

/// The texts of a report, by the paths that they were read from.
pub(crate) fn texts<'a>(report: &Report<'a>, paths: &'a [PathBuf]) -> Texts<'a> {
    let path = |at: usize| paths.get(at).map_or(Path::new(""), PathBuf::as_path);
    Texts::new(report.sources.iter().enumerate().map(|(at, source)| (path(at), &*source.text)))
}

/// Everything that was found, notes first.
pub(crate) fn view<'a>(
    report: &Report<'a>,
    texts: &'a Texts<'a>,
    unread: &'a [UnreadFile],
) -> formats::Report<'a> {
    let mut cases = Vec::with_capacity(report.tests.len());
    let mut by_name: HashMap<(usize, &str), usize> = HashMap::new();
    let names: Vec<String> = report
        .tests
        .iter()
        .map(|test| test.module.iter().chain([&test.name]).cloned().collect::<Vec<_>>().join("::"))
        .collect();
    for (test, name) in report.tests.iter().zip(&names) {
        cases.push(Case { name: name.clone(), span: Some(&test.name_span) });
    }
    for (case, (test, name)) in report.tests.iter().zip(&names).enumerate() {
        by_name.entry((test.name_span.file, name)).or_insert(case);
    }
    let note = |diagnostic: &'a Diagnostic| Entry {
        level: Level::Note,
        diagnostic,
        drawn: None,
        case: None,
        fingerprint: String::new(),
        about: None,
        beside: None,
        is_unread: diagnostic.primary().is_some_and(|span| report.unread.contains(&span.file)),
    };
    let finding = |finding: &'a Finding| Entry {
        level: level(report, finding),
        diagnostic: &finding.diagnostic,
        drawn: Some(drawn(finding)),
        case: by_name.get(&(finding.span().file, finding.test.as_str())).copied(),
        fingerprint: format!(
            "{}:{}:{}",
            finding.rule(),
            finding.test,
            finding.config.as_deref().unwrap_or_default()
        ),
        about: Some(About {
            test: &finding.test,
            config: finding.config.as_deref(),
            requirements: &finding.requirements,
            suggested: finding.suggested.as_deref(),
        }),
        beside: report.changes.and_then(|changes| beside(report, changes, finding)),
        is_unread: false,
    };
    let entries = report.notes.iter().map(note).chain(report.findings.iter().map(finding));
    formats::Report {
        texts,
        entries: entries.collect(),
        rules: report.rules.iter().map(rule).collect(),
        cases,
        unread: unread.iter().map(|one| NotRead { path: &one.path, reason: &one.reason }).collect(),
        suite: "lightest",
    }
}

/// The line of a change that a finding should be shown beside, where its own place is not part of the change.
fn beside(report: &Report<'_>, changes: &Changes, finding: &Finding) -> Option<Span> {
    let own = finding.span();
    let in_change = changes.first_within(own, report.sources);
    if in_change.as_ref().is_some_and(|line| own.bytes.start < line.bytes.end) {
        return None;
    }
    let shown = || {
        finding.diagnostic.labels.iter().find_map(|label| changes.first_within(&label.span, report.sources))
    };
    let of_test = || {
        let around = report.tests.iter().filter(|test| test.contains(own));
        around.into_iter().find_map(|test| changes.place_for(test, report.sources))
    };
    in_change.or_else(shown).or_else(of_test)
}

fn rule(rule: &'static Rule) -> RuleText<'static> {
    RuleText {
        name: rule.name.as_str(),
        summary: rule.summary(),
        explanation: rule.explanation(),
        level: Level::Warning,
        is_on: !rule.pedantic,
    }
}

fn level(report: &Report<'_>, finding: &Finding) -> Level {
    match Rule::among(report.rules, finding.rule()).map(|rule| report.options.level(rule)) {
        Some(linter::Level::Deny) | None => Level::Error,
        _ => Level::Warning,
    }
}

/// A finding with the prices that people compare.
fn drawn(finding: &Finding) -> Diagnostic {
    let mut drawn = finding.diagnostic.clone();
    if let (Some(Label { text, .. }), Some(cost)) = (drawn.labels.first_mut(), &finding.cost) {
        let cost = price(cost);
        *text = if text.is_empty() { cost } else { format!("{text}: {cost}") };
    }
    if let Some(help) = &mut drawn.help {
        if let Some(cost) = &finding.cost_after {
            help.message.push_str(&format!(" ({})", price(cost)));
        }
        if help.safety == Safety::DisplayOnly && !help.edits.is_empty() {
            help.message.push_str(", in a declaration of its own");
        }
    }
    drawn
}

/// A cost in a few words: `3.8 GB image, medium boot`.
fn price(cost: &Cost) -> String {
    let image = match (cost.has_image, cost.image_bytes) {
        (true, Some(bytes)) => format!("{} image", words::bytes(bytes)),
        (true, None) => "image of unknown size".to_owned(),
        (false, _) => "no disk image".to_owned(),
    };
    let mut parts = vec![image, format!("{} boot", cost.boot)];
    parts.extend(cost.quirks.words());
    parts.join(", ")
}
