//! Differences between the catalog and a source, each at its place in both.

use std::ops::Range;

use lightest_model::catalog::{BlockerState, Catalog};

use crate::catalog_text::{CatalogPlace, CatalogText, Edit, Target};
use crate::cited;
use crate::evidence::Evidences;

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
    ("cannot-read", "the source no longer states this, or states it in a form that is not understood"),
    ("vmm-missing", "configurations may name a VMM that the catalog does not have"),
    ("vmm-gone", "the catalog has a VMM that no configuration may name"),
    ("guest-missing", "configurations may name a guest that the catalog does not have"),
    ("guest-gone", "the catalog has a guest that no configuration may name"),
    ("guest-differs", "a guest differs from the source"),
    ("image-differs", "an image differs from the source"),
    ("boot-method-missing", "configurations may name a boot method that the catalog does not have"),
    ("boot-method-gone", "the catalog has a boot method that no configuration may name"),
    ("boot-method-differs", "a boot method differs from the source"),
    ("host-differs", "the requirements of a host differ from the source"),
    ("capability-differs", "the words of `requires(..)` differ from the source"),
    ("compat-differs", "catalog and source disagree whether a configuration runs"),
    ("quirk-differs", "the waits or reboots of a guest differ from the source"),
    ("blocker-lifted", "a blocker of the catalog no longer blocks"),
    ("blocker-reopened", "a lifted blocker blocks again"),
    ("blocker-missing", "a test disables a configuration for a reason that is not in the catalog"),
    ("evidence-moved", "a cited file was renamed"),
    ("evidence-changed", "cited lines have changed"),
];

/// A configuration of a test that shows a blocker's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The test.
    pub test: String,
    /// The configuration, as its framework writes it.
    pub config: String,
    /// Where it is named.
    pub spot: Spot,
}

/// A blocker's state by the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// The blocker.
    pub id: String,
    /// Its state; `None` when the source does not show it.
    pub state: Option<BlockerState>,
    /// What shows it.
    pub witness: Option<Witness>,
    /// In words.
    pub because: String,
}

/// The result of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Every difference, gaps included, by place in the source.
    pub differences: Vec<Difference>,
    /// The state of each blocker by the source, in the catalog's order.
    pub blockers: Vec<Derived>,
}

/// A comparison under way.
#[derive(Debug)]
pub struct Compare<'a> {
    /// The facts.
    pub catalog: &'a Catalog,
    /// The files that they stand in.
    pub text: &'a CatalogText,
    /// What became of the lines that they rest on.
    pub evidence: &'a Evidences,
    /// What was found so far.
    pub found: Vec<Difference>,
}

impl<'a> Compare<'a> {
    /// A comparison that has found nothing yet.
    #[must_use]
    pub const fn new(catalog: &'a Catalog, text: &'a CatalogText, evidence: &'a Evidences) -> Self {
        Self { catalog, text, evidence, found: Vec::new() }
    }

    /// A difference, to be given its places and then [done](Draft::done).
    pub fn differ(&mut self, rule: &'static str, message: impl Into<String>) -> Draft<'_, 'a> {
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

    /// Reports what the source states in a way that is not understood.
    pub fn gap(&mut self, what: &str, because: &str, spot: Option<Spot>) {
        let notes = if spot.is_none() { vec![because.to_owned()] } else { Vec::new() };
        let mut draft = self
            .differ("cannot-read", format!("{what} cannot be read from the source"))
            .spot(spot, because)
            .help(
                "look at what changed there: Lightest cannot check these facts until it reads the new form",
            );
        draft.difference.notes = notes;
        draft.done();
    }

    /// Follows the cited lines, too, and puts all differences in order.
    #[must_use]
    pub fn finish(mut self, blockers: Vec<Derived>) -> Report {
        cited::compare(&mut self);
        self.found.sort_by_cached_key(|difference| {
            let spot = difference.source.as_ref().map(|spot| (spot.path.clone(), spot.span.start));
            (spot, difference.rule, difference.message.clone())
        });
        self.found.dedup();
        Report { differences: self.found, blockers }
    }
}

/// A difference under way.
#[derive(Debug)]
pub struct Draft<'w, 'a> {
    work: &'w mut Compare<'a>,
    difference: Difference,
}

impl Draft<'_, '_> {
    /// Where the source says so, and what.
    #[must_use]
    pub fn spot(mut self, spot: Option<Spot>, label: impl Into<String>) -> Self {
        self.difference.source = spot;
        self.difference.source_label = label.into();
        self
    }

    /// The place in the catalog, and what it says.
    #[must_use]
    pub fn catalog(mut self, target: &Target, label: impl Into<String>) -> Self {
        self.difference.catalog = self.work.text.locate(target);
        self.difference.catalog_label = label.into();
        self
    }

    /// What to know.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.difference.notes.push(note.into());
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.difference.help = Some(help.into());
        self
    }

    /// What `--write` changes.
    #[must_use]
    pub fn edit(mut self, edit: Edit) -> Self {
        self.difference.edits.push(edit);
        self
    }

    /// Reports it.
    pub fn done(self) {
        self.work.found.push(self.difference);
    }
}

/// Words in backticks, comma between.
#[must_use]
pub fn quoted<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{}`", word.as_ref())).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
