//! Holds the catalog against the facts of a source: every difference, at its place in both.

mod blockers;
mod boots;
mod cited;
mod guests;
mod hosts;
mod quirks;

use std::ops::Range;

use lightest_model::catalog::Catalog;

use crate::catalog_text::{CatalogPlace, CatalogText, Edit, Target};
use crate::evidence::Evidences;
use lightest_petri::openvmm::facts::Facts;
use lightest_petri::openvmm::{Corpus, Place};

pub use blockers::{Derived, Witness, written};

/// A place in the source, by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Path from the top of the checkout.
    pub path: String,
    /// Byte range in that file's text.
    pub span: Range<usize>,
}

/// Where the catalog and the source disagree, or where the source cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The kind of difference, one of [`RULES`].
    pub rule: &'static str,
    /// What differs: lower-case start, no full stop.
    pub message: String,
    /// Where the source says so; `None` when it says nothing anywhere.
    pub source: Option<Spot>,
    /// What is said there.
    pub source_label: String,
    /// The catalog's place.
    pub catalog: Option<CatalogPlace>,
    /// What the catalog says there.
    pub catalog_label: String,
    /// What to know.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// What `--write` changes; empty when a person must decide.
    pub edits: Vec<Edit>,
}

/// Every kind of difference, with what it means.
pub const RULES: [(&str, &str); 19] = [
    ("cannot-read", "the source states this in a way that is not understood, or not at all any more"),
    ("vmm-missing", "configurations may name a VMM that the catalog does not have"),
    ("vmm-gone", "the catalog has a VMM that no configuration may name"),
    ("guest-missing", "configurations may name a guest that the catalog does not have"),
    ("guest-gone", "the catalog has a guest that no configuration may name"),
    ("guest-differs", "the source says something else of a guest"),
    ("image-differs", "the source says something else of an image"),
    ("boot-method-missing", "configurations may name a boot method that the catalog does not have"),
    ("boot-method-gone", "the catalog has a boot method that no configuration may name"),
    ("boot-method-differs", "the source says something else of a boot method"),
    ("host-differs", "the source asks something else of a host"),
    ("capability-differs", "`requires(..)` accepts other words"),
    (
        "compat-differs",
        "a backend refuses a configuration that the catalog says runs, or the other way round",
    ),
    ("quirk-differs", "a guest waits or reboots otherwise than the catalog says"),
    ("blocker-lifted", "what the catalog calls blocked runs by now"),
    ("blocker-reopened", "what the catalog calls lifted is ignored again"),
    ("blocker-missing", "a test holds a configuration back for a reason that the catalog does not have"),
    ("evidence-moved", "a file that facts rest on has another name now"),
    ("evidence-changed", "the lines that a fact rests on read differently now"),
];

/// What a comparison works on.
pub(crate) struct Compare<'a> {
    pub(crate) corpus: &'a Corpus,
    pub(crate) facts: &'a Facts,
    pub(crate) catalog: &'a Catalog,
    pub(crate) text: &'a CatalogText,
    pub(crate) evidence: &'a Evidences,
    pub(crate) found: Vec<Difference>,
}

/// The result of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Every difference, gaps included, by place in the source.
    pub differences: Vec<Difference>,
    /// The state of each blocker by the source, in the catalog's order.
    pub blockers: Vec<Derived>,
}

/// Compares.
#[must_use]
pub fn compare(
    corpus: &Corpus,
    facts: &Facts,
    catalog: &Catalog,
    text: &CatalogText,
    evidence: &Evidences,
) -> Report {
    let mut work = Compare { corpus, facts, catalog, text, evidence, found: Vec::new() };
    work.gaps();
    guests::compare(&mut work);
    boots::compare(&mut work);
    hosts::compare(&mut work);
    quirks::compare(&mut work);
    let blockers = blockers::compare(&mut work);
    cited::compare(&mut work);
    work.found.sort_by_cached_key(|difference| {
        let spot = difference.source.as_ref().map(|spot| (spot.path.clone(), spot.span.start));
        (spot, difference.rule, difference.message.clone())
    });
    work.found.dedup();
    Report { differences: work.found, blockers }
}

/// A difference under way.
pub(crate) struct Draft<'w, 'a> {
    work: &'w mut Compare<'a>,
    difference: Difference,
}

impl<'a> Compare<'a> {
    fn gaps(&mut self) {
        for gap in &self.facts.gaps {
            let difference = Difference {
                rule: "cannot-read",
                message: format!("{} cannot be read from the source", gap.what),
                source: gap.place.as_ref().map(|place| self.spot(place)),
                source_label: gap.because.clone(),
                catalog: None,
                catalog_label: String::new(),
                notes: if gap.place.is_none() { vec![gap.because.clone()] } else { Vec::new() },
                help: Some(
                    "look at what changed there; Lightest must learn the new form before its facts are safe"
                        .to_owned(),
                ),
                edits: Vec::new(),
            };
            self.found.push(difference);
        }
    }

    pub(crate) fn spot(&self, place: &Place) -> Spot {
        Spot { path: self.corpus.files()[place.file].path.clone(), span: place.span() }
    }

    pub(crate) fn differ(&mut self, rule: &'static str, message: impl Into<String>) -> Draft<'_, 'a> {
        Draft {
            work: self,
            difference: Difference {
                rule,
                message: message.into(),
                source: None,
                source_label: String::new(),
                catalog: None,
                catalog_label: String::new(),
                notes: Vec::new(),
                help: None,
                edits: Vec::new(),
            },
        }
    }
}

impl Draft<'_, '_> {
    pub(crate) fn source(mut self, place: Option<&Place>, label: impl Into<String>) -> Self {
        self.difference.source = place.map(|place| self.work.spot(place));
        self.difference.source_label = label.into();
        self
    }

    pub(crate) fn spot(mut self, spot: Option<Spot>, label: impl Into<String>) -> Self {
        self.difference.source = spot;
        self.difference.source_label = label.into();
        self
    }

    pub(crate) fn catalog(mut self, target: &Target, label: impl Into<String>) -> Self {
        self.difference.catalog = self.work.text.locate(target);
        self.difference.catalog_label = label.into();
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.difference.notes.push(note.into());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.difference.help = Some(help.into());
        self
    }

    pub(crate) fn edit(mut self, edit: Edit) -> Self {
        self.difference.edits.push(edit);
        self
    }

    pub(crate) fn done(self) {
        self.work.found.push(self.difference);
    }
}

/// Words in backticks, comma between.
pub(crate) fn quoted<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{}`", word.as_ref())).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
