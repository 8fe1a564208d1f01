//! Prints what differs, in the forms that `check` has.

use std::fmt::Write as _;
use std::sync::Arc;

use lightest_diagnostics::Span;
use lightest_diagnostics::{Diagnostic, Help, Label, RuleId, Safety};
use lightest_lint::finding::Finding;
use lightest_lint::linter::Options;
use lightest_lint::source::Source;
use lightest_sync::compare::Difference;
use lightest_sync::evidence::Fate;

use super::{Compared, store};
use crate::args::FindingFormat;
use crate::failure::Failure;
use crate::findings::{Report, github, human, junit, rustc_json, sarif, short};
use crate::output;

/// Prints every difference.
pub(super) fn print(compared: &Compared, format: FindingFormat) -> Result<(), Failure> {
    let mut sources = Sources { compared, known: Vec::new() };
    let differences = &compared.report.differences;
    let findings: Vec<Finding> =
        differences.iter().map(|difference| finding(&mut sources, difference)).collect();
    let sources = sources.known;
    let options = Options::default();
    let report = Report { sources: &sources, tests: &[], findings: &findings, notes: &[], options: &options };
    let each = |form: fn(&Report<'_>, &Finding) -> String| -> String {
        report.findings.iter().map(|finding| form(&report, finding)).collect()
    };
    let text = match format {
        FindingFormat::Human => {
            findings.iter().map(|finding| human::finding(&report, finding) + "\n\n").collect()
        }
        FindingFormat::Short => each(short::finding),
        FindingFormat::Json => each(rustc_json::finding),
        FindingFormat::Sarif => sarif::with_rules(&report, &lightest_sync::RULES),
        FindingFormat::Github => each(github::finding),
        FindingFormat::Junit => cases(&report),
    };
    match format {
        FindingFormat::Human | FindingFormat::Short => output::data(&text),
        _ => output::raw(text.as_bytes()),
    }
}

/// The texts that findings point into, each once.
struct Sources<'a> {
    compared: &'a Compared,
    known: Vec<Source>,
}

impl Sources<'_> {
    fn index(&mut self, path: &str, text: impl FnOnce(&Compared) -> Option<String>) -> Option<usize> {
        if let Some(known) = self.known.iter().position(|source| source.path == path) {
            return Some(known);
        }
        let text = text(self.compared)?;
        self.known.push(Source {
            path: path.to_owned(),
            local: path.to_owned(),
            package: String::new(),
            text: Arc::from(text.as_str()),
        });
        Some(self.known.len() - 1)
    }
}

/// A difference in the linter's form: the source comes first, the catalog's line beside it.
fn finding(sources: &mut Sources<'_>, difference: &Difference) -> Finding {
    let mut labels = Vec::new();
    if let Some(spot) = &difference.source
        && let Some(file) = sources.index(&spot.path, |compared| source_text(compared, &spot.path))
    {
        let span = Span { file, bytes: spot.span.clone() };
        labels.push(Label::new(&span, difference.source_label.clone()));
    }
    // What is said nowhere in the source is said at the commit that the catalog records.
    let anywhere = || store::commit_place(&sources.compared.catalog, &sources.compared.text);
    let place = difference.catalog.clone().or_else(|| if labels.is_empty() { anywhere() } else { None });
    if let Some(place) = place
        && let Some(file) =
            sources.index(&place.file, |compared| compared.text.text(&place.file).map(str::to_owned))
    {
        let span = Span { file, bytes: place.span };
        labels.push(Label::new(&span, difference.catalog_label.clone()));
    }
    if labels.is_empty() {
        labels.push(Label::new(&Span { file: usize::MAX, bytes: 0..0 }, ""));
    }
    Finding {
        diagnostic: Diagnostic {
            rule: Some(RuleId::new(difference.rule)),
            message: difference.message.clone(),
            labels,
            notes: difference.notes.clone(),
            help: difference.help.as_ref().map(|message| Help {
                message: message.clone(),
                edits: Vec::new(),
                safety: Safety::DisplayOnly,
            }),
        },
        // What tells one difference from another of its rule, for programs that compare two runs.
        test: difference.message.clone(),
        config: None,
        requirements: Vec::new(),
        suggested: None,
        cost: None,
        cost_after: None,
    }
}

fn source_text(compared: &Compared, path: &str) -> Option<String> {
    match compared.corpus.find(path) {
        Some(index) => Some(compared.corpus.files()[index].text.clone()),
        None => compared.checkout.text(path),
    }
}

/// JUnit XML: a test case for each kind of difference.
fn cases(report: &Report<'_>) -> String {
    let mut cases = String::new();
    let mut failed = 0;
    for (rule, meaning) in lightest_sync::RULES {
        let found: Vec<&Finding> = report.findings.iter().filter(|finding| finding.rule() == rule).collect();
        let head = format!("    <testcase name=\"{}\" classname=\"lightest sync\"", junit::escape(rule));
        if found.is_empty() {
            let _ = writeln!(cases, "{head}/>");
            continue;
        }
        failed += 1;
        let _ = writeln!(cases, "{head}>");
        for finding in found {
            let _ = writeln!(
                cases,
                "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                junit::escape(meaning),
                junit::escape(&finding.diagnostic.message),
                junit::escape(short::finding(report, finding).trim_end())
            );
        }
        let _ = writeln!(cases, "    </testcase>");
    }
    junit::suite(&cases, lightest_sync::RULES.len(), failed)
}

/// One line on what was looked at.
pub(super) fn summary(compared: &Compared) -> String {
    let facts = &compared.facts;
    let variants: usize = facts.tests.iter().map(|test| test.variants.len()).sum();
    let moved = compared.evidence.count(|fate| matches!(fate, Fate::Moved { .. }));
    let followed = compared.evidence.count(|fate| !matches!(fate, Fate::Unknown));
    let commit = compared.checkout.head.as_ref().map_or("no commit", |head| head.short());
    let differences = match compared.report.differences.len() {
        0 => "the catalog agrees".to_owned(),
        1 => "1 difference".to_owned(),
        many => format!("{many} differences"),
    };
    format!(
        "read at {commit}: {} guests, {} boot methods, {} images, {} tests with {variants} variants; followed {followed} places of evidence, of which {moved} moved: {differences}",
        facts.guests.len(),
        facts.boots.len(),
        facts.artifacts.len(),
        facts.tests.len(),
    )
}
