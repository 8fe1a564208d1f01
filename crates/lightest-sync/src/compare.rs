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
    /// Its state; `None` when the source does not tell.
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
            .help("look at what changed there; Lightest must learn the new form before its facts are safe");
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
