//! Prints what differs, in the forms that `check` has.

use std::path::Path;

use lightest_diagnostics::{Diagnostic, RuleId, SourceMap, Span};
use lightest_sync::compare::Difference;
use lightest_sync::evidence::Fate;

use super::{Compared, store};
use crate::failure::Failure;
use crate::output::formats::{self, Case, Entry, Level, MessageFormat, RuleText};
use crate::output::places::Texts;

/// Prints every difference.
pub(super) fn print(compared: &Compared, format: MessageFormat) -> Result<(), Failure> {
    let mut sources = Sources { compared, known: SourceMap::new() };
    let differences = &compared.report.differences;
    let diagnostics: Vec<Diagnostic> =
        differences.iter().map(|difference| diagnostic(&mut sources, difference)).collect();
    let files = sources.known.files().iter().map(|file| (Path::new(&file.name), &*file.text));
    let texts = Texts::new(files);
    let rules = &lightest_sync::RULES;
    let entry = |diagnostic| Entry {
        level: Level::Error,
        diagnostic,
        drawn: None,
        case: diagnostic.rule.and_then(|found| rules.iter().position(|(rule, _)| found == *rule)),
        // What distinguishes one difference from another of its rule, for programs that compare two runs.
        fingerprint: diagnostic.message.clone(),
        about: None,
        beside: None,
        is_unread: false,
    };
    let rule = |(name, summary): &(&'static str, &'static str)| RuleText {
        name,
        summary,
        explanation: String::new(),
        level: Level::Error,
        is_on: true,
    };
    format.print(&formats::Report {
        texts: &texts,
        entries: diagnostics.iter().map(entry).collect(),
        rules: rules.iter().map(rule).collect(),
        cases: rules.iter().map(|(name, _)| Case { name: (*name).to_owned(), place: None }).collect(),
        unread: Vec::new(),
        suite: "lightest sync",
    })
}

/// The texts that diagnostics point into, each once.
struct Sources<'a> {
    compared: &'a Compared,
    known: SourceMap,
}

impl Sources<'_> {
    fn index(&mut self, path: &str, text: impl FnOnce(&Compared) -> Option<String>) -> Option<usize> {
        if let Some(known) = self.known.position(path) {
            return Some(known);
        }
        Some(self.known.add(path, text(self.compared)?))
    }
}

/// A difference: the source comes first, the catalog's line beside it.
fn diagnostic(sources: &mut Sources<'_>, difference: &Difference) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(difference.message.clone()).rule(RuleId::new(difference.rule));
    if let Some(spot) = &difference.source
        && let Some(file) = sources.index(&spot.path, |compared| source_text(compared, &spot.path))
    {
        diagnostic = diagnostic.label(Span::new(file, spot.span.clone()), difference.source_label.clone());
    }
    // What is said nowhere in the source is said at the commit that the catalog records.
    let anywhere = || {
        store::commit_place(
            &sources.compared.catalog,
            &sources.compared.text,
            sources.compared.project.source(),
        )
    };
    let is_bare = diagnostic.labels.is_empty();
    let place = difference.catalog.clone().or_else(|| if is_bare { anywhere() } else { None });
    if let Some(place) = place
        && let Some(file) =
            sources.index(&place.file, |compared| compared.text.text(&place.file).map(str::to_owned))
    {
        diagnostic = diagnostic.label(Span::new(file, place.span), difference.catalog_label.clone());
    }
    diagnostic.notes.clone_from(&difference.notes);
    match &difference.help {
        Some(help) => diagnostic.help(help.clone()),
        None => diagnostic,
    }
}

fn source_text(compared: &Compared, path: &str) -> Option<String> {
    compared.stated.text(path).map(str::to_owned).or_else(|| compared.checkout.text(path))
}

/// One line on what was looked at.
pub(super) fn summary(compared: &Compared) -> String {
    let moved = compared.evidence.count(|fate| matches!(fate, Fate::Moved { .. }));
    let followed = compared.evidence.count(|fate| !matches!(fate, Fate::Unknown));
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
