//! The seam for projects whose own source states facts of the catalog.

use std::collections::BTreeMap;

use lightest_model::catalog::Catalog;

use crate::catalog_text::{CatalogText, Target};
use crate::compare::{Report, Witness};
use crate::evidence::Evidences;
use crate::timeline::Timeline;

/// A source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path from the top of the checkout, with `/` between its parts.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The largest file that is read, in bytes. The largest that states a fact today has some 130 thousand.
pub const MAX_BYTES: usize = 4 << 20;

/// A project whose source states facts.
pub trait Project: Sync {
    /// The name of this project's source in the catalog.
    fn source(&self) -> &'static str;

    /// Its name, for messages.
    fn title(&self) -> &'static str;

    /// Where it can be cloned from.
    fn url(&self) -> &'static str;

    /// Folders of a checkout below which facts are stated. A checkout has at least one of them.
    fn folders(&self) -> &'static [&'static str];

    /// Whether facts may be stated in the file at `path`, from the top of the checkout, with `/` between its parts.
    fn may_state_facts(&self, path: &str) -> bool;

    /// Reads what files state. It never fails: what it does not understand is a gap, which the comparison reports.
    fn stated(&self, files: Vec<SourceFile>) -> Box<dyn Stated>;

    /// How its facts came and went; `None` where it has no timeline.
    fn timeline(&self) -> Option<&dyn Timeline> {
        None
    }
}

/// The facts of the files of one commit or checkout.
pub trait Stated {
    /// The files, sorted by path; those that are not wanted are left out.
    fn files(&self) -> &[SourceFile];

    /// Compares the catalog with it: every difference, at its place in both.
    fn compare(&self, catalog: &Catalog, text: &CatalogText, evidence: &Evidences) -> Report;

    /// Counts of the facts: `42 guests, 5 boot methods`.
    fn summary(&self) -> String;

    /// Places of what was read anew, for evidence whose lines read differently: by the entry whose evidence it is.
    fn fresh(&self, catalog: &Catalog) -> BTreeMap<Target, String> {
        let _ = catalog;
        BTreeMap::new()
    }

    /// Whether a test still runs the configuration that shows a blocker's state.
    fn is_live(&self, witness: &Witness) -> bool {
        let _ = witness;
        false
    }
}

/// The one-based line of a byte offset.
#[must_use]
pub fn line_of(text: &str, offset: usize) -> u32 {
    let before = &text.as_bytes()[..offset.min(text.len())];
    u32::try_from(before.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX - 1) + 1
}
