//! Differences between the catalog and a source, each at its place in both.

use std::ops::Range;

use lightest_diagnostics::{Diagnostic, Label, RuleId, SourceMap, Span};
use lightest_model::catalog::{BlockerState, Catalog};

use crate::catalog_text::{CatalogPlace, CatalogText, Edit, Target};
use crate::cited;
use crate::evidence::Evidences;
use crate::project::SourceFile;
use crate::rules;

/// A place in the source, by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePlace {
    /// Path from the top of the checkout.
    pub path: String,
    /// Byte range in that file's text.
    pub span: Range<usize>,
}

/// Where the catalog and the source disagree, or where the source cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs, by one of [`rules::RULES`]. The source's place comes first, the catalog's beside it; where neither states anything,
    /// the place is the commit that the catalog records.
    pub diagnostic: Diagnostic,
    /// The edits of `--write`; empty when a person must decide.
    pub edits: Vec<Edit>,
}

impl Difference {
    /// The kind of difference, one of [`rules::RULES`].
    #[must_use]
    pub const fn rule(&self) -> Option<RuleId> {
        self.diagnostic.rule
    }
}

/// A configuration of a test that shows a blocker's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The test.
    pub test: String,
    /// The configuration, as its framework writes it.
    pub config: String,
    /// Where it is named.
    pub spot: SourcePlace,
}

/// A blocker's state by the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivedState {
    /// The blocker.
    pub id: String,
    /// Its state; `None` when the source does not show it.
    pub state: Option<BlockerState>,
    /// The place that shows it.
    pub witness: Option<Witness>,
    /// In words.
    pub because: String,
}

/// The result of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Every difference, gaps included, by place in the source.
    pub differences: Vec<Difference>,
    /// The texts that they point into: files of the source and of the catalog.
    pub sources: SourceMap,
    /// The state of each blocker by the source, in the catalog's order.
    pub blockers: Vec<DerivedState>,
}

/// A comparison under way.
#[derive(Debug)]
pub struct Compare<'a> {
    /// The facts.
    pub catalog: &'a Catalog,
    /// The files that they stand in.
    pub text: &'a CatalogText,
    /// The state of the cited lines.
    pub evidence: &'a Evidences,
    /// The differences so far.
    pub(crate) found: Vec<Difference>,
    /// The texts that it points into.
    pub(crate) sources: SourceMap,
    source: &'a str,
    files: &'a [SourceFile],
}

impl<'a> Compare<'a> {
    /// A comparison with the files of a source, which the catalog knows by that identifier; it has found nothing yet.
    #[must_use]
    pub const fn new(
        source: &'a str,
        files: &'a [SourceFile],
        catalog: &'a Catalog,
        text: &'a CatalogText,
        evidence: &'a Evidences,
    ) -> Self {
        Self { catalog, text, evidence, found: Vec::new(), sources: SourceMap::new(), source, files }
    }

    /// A difference, to be given its places and then [done](Draft::done).
    pub fn differ(&mut self, rule: RuleId, message: impl Into<String>) -> Draft<'_, 'a> {
        let diagnostic = Diagnostic::new(message).rule(rule);
        Draft { work: self, difference: Difference { diagnostic, edits: Vec::new() } }
    }

    /// Reports what the source states in a way that is not understood.
    pub fn gap(&mut self, what: &str, because: &str, spot: Option<SourcePlace>) {
        let draft = self.differ(rules::CANNOT_READ, format!("{what} cannot be read from the source")).help(
            "look at what changed there: Lightest cannot check these facts until it reads the new form",
        );
        match spot {
            Some(spot) => draft.spot(Some(spot), because),
            None => draft.note(because),
        }
        .done();
    }

    /// Follows the cited lines, too, and puts all differences in order.
    #[must_use]
    pub fn finish(mut self, blockers: Vec<DerivedState>) -> Report {
        cited::compare(&mut self);
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_cached_key(|difference| {
            let place = self.in_source(difference).map(|(path, start)| (path.to_owned(), start));
            (place, difference.rule(), difference.diagnostic.message.clone())
        });
        found.dedup();
        self.found = found;
        // What was not looked at comes last.
        cited::unfollowed(&mut self);
        Report { differences: self.found, sources: self.sources, blockers }
    }

    /// Path and start of a difference's place in the source; `None` where it has none.
    fn in_source(&self, difference: &Difference) -> Option<(&str, usize)> {
        let span = difference.diagnostic.primary()?;
        let path = self.sources.get(span.file)?.name.as_str();
        self.text.text(path).is_none().then_some((path, span.bytes.start))
    }

    /// The place of those bytes of a text, which is added where it is not known yet.
    fn place(&mut self, name: &str, text: Option<&str>, bytes: Range<usize>) -> Option<Span> {
        let file = match self.sources.position(name) {
            Some(known) => known,
            None => self.sources.add(name, text?),
        };
        Some(Span::new(file, bytes))
    }

    fn in_catalog(&mut self, place: CatalogPlace) -> Option<Span> {
        self.place(&place.file, self.text.text(&place.file), place.span)
    }
}

/// A difference under way.
#[derive(Debug)]
pub struct Draft<'w, 'a> {
    work: &'w mut Compare<'a>,
    difference: Difference,
}

impl Draft<'_, '_> {
    /// Adds the place in the source, with its label.
    #[must_use]
    pub fn spot(mut self, spot: Option<SourcePlace>, label: impl Into<String>) -> Self {
        let Some(SourcePlace { path, span }) = spot else { return self };
        let file = self.work.files.iter().find(|file| file.path == path);
        let text = file.map(|file| file.text.as_str()).or_else(|| self.work.evidence.text(&path));
        if let Some(span) = self.work.place(&path, text, span) {
            self.difference.diagnostic.labels.insert(0, Label { span, text: label.into() });
        }
        self
    }

    /// Adds the place in the catalog, with its label.
    #[must_use]
    pub fn catalog(self, target: &Target, label: impl Into<String>) -> Self {
        let place = self.work.text.locate(target);
        self.beside(place, label)
    }

    /// Adds the place where the catalog records the commit of the source, with its label.
    pub(crate) fn at_commit(self, label: &str) -> Self {
        let place = self.work.text.commit_of(self.work.catalog, self.work.source);
        self.beside(place, label)
    }

    /// A place in the catalog, if it is known.
    fn beside(mut self, place: Option<CatalogPlace>, label: impl Into<String>) -> Self {
        if let Some(span) = place.and_then(|place| self.work.in_catalog(place)) {
            self.difference.diagnostic.labels.push(Label { span, text: label.into() });
        }
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.difference.diagnostic.notes.push(note.into());
        self
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.difference.diagnostic = self.difference.diagnostic.help(help);
        self
    }

    /// Adds an edit of `--write`.
    #[must_use]
    pub fn edit(mut self, edit: Edit) -> Self {
        self.difference.edits.push(edit);
        self
    }

    /// Reports it.
    pub fn done(mut self) {
        // A difference without a place in the source is shown at the commit that the catalog records.
        if self.difference.diagnostic.labels.is_empty() {
            self = self.at_commit("");
        }
        self.work.found.push(self.difference);
    }
}

/// Words in backticks, comma between.
#[must_use]
pub fn quoted<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{}`", word.as_ref())).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
