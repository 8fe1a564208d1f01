//! The seam for test frameworks: what a dialect reads, and what it hands on.
//!
//! A dialect knows a language and a framework: how a test looks, how it names its guests, how calls follow from calls.
//! Nothing in this crate assumes either.

use lightest_model::catalog::Catalog;
use lightest_model::config::Config;
use lightest_model::space::{Asked, Space};

use crate::calls::Table;
use crate::facts::{Bare, Declaration, Note, Test};
use crate::source::Source;

/// Whether a file matters to a dialect, told from its bytes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// It cannot matter.
    None,
    /// It may define what tests call.
    Helpers,
    /// It may hold tests.
    Tests,
}

/// A language and a framework.
pub trait Dialect: Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// What its tests look like, for when there are none.
    fn looks_for(&self) -> &'static str;

    /// The file that marks the top of a package, within which helpers are followed.
    fn package_file(&self) -> &'static str;

    /// How the names of its files end, without the dot.
    fn extension(&self) -> &'static str;

    /// Whether a file of these bytes may hold tests; worth a way of its own where that is told sooner than whether it matters.
    fn holds_tests(&self, bytes: &[u8]) -> bool {
        self.interest(bytes) == Interest::Tests
    }

    /// Whether a file of these bytes matters.
    fn interest(&self, bytes: &[u8]) -> Interest;

    /// Reads files. It never fails: what it did not understand is in the notes.
    fn read(&self, sources: &[Source], catalog: &Catalog, table: &Table) -> (Vec<Test>, Vec<Note>);

    /// A configuration as it would be written in a declaration; `None` where it cannot be, so that no edit is proposed.
    fn spell(&self, config: &Config, declaration: &Declaration) -> Option<String>;

    /// A configuration as it stands in a declaration, kept from running by default for that reason; `None` where the
    /// framework has no words for it.
    fn hold_back(&self, _written: &str, _reason: &str) -> Option<String> {
        None
    }

    /// A declaration with its list: `bare` as it is, with these configurations, and the words that what is asked needs;
    /// `None` where the framework cannot spell it.
    fn declare(&self, space: &Space<'_>, bare: &Bare, rows: &[usize], asked: &Asked) -> Option<String> {
        let _ = (space, bare, rows, asked);
        None
    }
}
