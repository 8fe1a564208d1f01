//! The seam for test frameworks: what a dialect reads, and what it hands on.
//!
//! A dialect knows a language and a framework: how a test looks, how it names its guests, how calls follow from calls.
//! Nothing in this crate assumes either.

use lightest_diagnostics::{Edit, Safety};
use lightest_model::catalog::Catalog;
use lightest_model::config::Config;
use lightest_model::space::{Asked, RowId, Space};

use crate::calls::Table;
use crate::change::LeadingLines;
use crate::facts::{BareDeclaration, Declaration, Reading, Test, Variant};
use crate::finding::Finding;
use crate::guide::Guide;
use crate::linter::Options;
use crate::needs::Needs;
use crate::proposal::Proposed;
use crate::rules::{RULES, Rule};
use crate::source::Source;
use crate::spelling::Spelling;

/// Whether a file matters to a dialect, judged by its bytes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relevance {
    /// It cannot matter.
    None,
    /// It may define what tests call.
    Helpers,
    /// It may contain tests.
    Tests,
}

/// Common properties of the tests of a framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conventions {
    /// Whether the guests of a declaration are alternatives, of which each run of a test takes one. Otherwise they live side
    /// by side, and each is judged for itself.
    pub alternatives: bool,
    /// Whether a test may have no other point than that its guest boots, so that a body which asks for nothing is meant so.
    pub boot_tests: bool,
    /// A requirement without which a body shows too little of its guest for it to be called too heavy.
    pub shown_by: Option<&'static str>,
    /// Requirements that every guest of a new test must meet, asked for or not.
    pub asks: &'static [&'static str],
    /// Whether a declaration stands for every architecture, whichever its configuration names: what takes its place must do
    /// on all of them.
    pub any_arch: bool,
    /// Whether a test may stand without its list of guests, which can then be written for it.
    pub bare: bool,
}

/// One guest in the place of another.
#[derive(Clone, Copy, Debug)]
pub struct Replacement<'a> {
    /// The variant whose configuration is replaced.
    pub variant: &'a Variant,
    /// The declaration that it stands in.
    pub declaration: &'a Declaration,
    /// The replacement.
    pub config: &'a Config,
    /// The needs of the declaration's tests, so that an edit can keep options of the old guest.
    pub needs: &'a Needs,
    /// The sources that spans point into.
    pub sources: &'a [Source],
}

/// How a declaration asks its host for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostWord {
    /// The declaration's text.
    pub written: String,
    /// The declaration that takes it.
    pub within: &'static str,
}

/// A language and a framework.
pub trait Dialect: Sync {
    /// Its name, by which `--framework` chooses it.
    fn name(&self) -> &'static str;

    /// Whose tests it reads, for the list of frameworks.
    fn about(&self) -> &'static str;

    /// A description of its tests, for when there are none.
    fn looks_for(&self) -> &'static str;

    /// The file that marks the top of a package, within which helpers are followed.
    fn package_file(&self) -> &'static str;

    /// Folders beside a package file with what others wrote, which are not read.
    fn foreign(&self) -> &'static [&'static str] {
        &[]
    }

    /// How the names of its files end, without the dot.
    fn extension(&self) -> &'static str;

    /// Paths below the top of a checkout that only its framework's own tree has, by which it is chosen.
    fn marks(&self) -> &'static [&'static str] {
        &[]
    }

    /// The folder below the top of a checkout whose files are read together, whatever part of them is asked about: where
    /// tests share guests through helpers anywhere. `None` where a part can be read by itself.
    fn suite(&self) -> Option<&'static str> {
        None
    }

    /// Whether the linter's table of calls states what its bodies ask for; otherwise it has a table of its own.
    fn uses_table(&self) -> bool {
        true
    }

    /// How lines of its language begin that belong to what stands below them.
    fn leading(&self) -> LeadingLines;

    /// The folders of the catalog with its facts, in the order in which they are read.
    fn catalog(&self) -> &'static [&'static str];

    /// Whether a file may contain tests; worth its own implementation where that is quicker than `relevance`.
    fn has_tests(&self, bytes: &[u8]) -> bool {
        self.relevance(bytes) == Relevance::Tests
    }

    /// Whether a file matters.
    fn relevance(&self, bytes: &[u8]) -> Relevance;

    /// Reads files as tests. It never fails: what it did not understand is in the notes.
    fn read(&self, sources: &[Source], catalog: &Catalog, table: &Table) -> Reading;

    /// The tests of one file among others, which are read for the helpers in them. Worth a way of its own where the walk through
    /// all other tests takes time.
    fn read_file(&self, file: usize, sources: &[Source], catalog: &Catalog, table: &Table) -> Reading {
        let mut reading = self.read(sources, catalog, table);
        reading.keep_file(file);
        reading
    }

    /// Its reading with the findings of its own rules; `None` where the linter's rules judge the reading.
    fn judge(
        &self,
        sources: &[Source],
        catalog: &Catalog,
        options: &Options,
    ) -> Option<(Reading, Vec<Finding>)> {
        let _ = (sources, catalog, options);
        None
    }

    /// The unit that rules of its own judge, where that is not a test.
    fn unit(&self) -> Option<&'static str> {
        None
    }

    /// Its rules, in the order of every list of them.
    fn rules(&self) -> &'static [Rule] {
        &RULES
    }

    /// Whether a rule means something for its tests.
    fn applies(&self, rule: &Rule) -> bool {
        let _ = rule;
        true
    }

    /// How the guests of a declaration relate to each other, and what a body that asks for little means.
    fn conventions(&self) -> Conventions;

    /// A test's name with what lies around it, as its framework's users write it.
    fn full_name(&self, test: &Test) -> String {
        test.module.iter().chain([&test.name]).map(String::as_str).collect::<Vec<_>>().join("::")
    }

    /// A configuration as its framework's users name it, whatever stands around it.
    fn name_of(&self, config: &Config) -> String;

    /// The words in which its declarations spell configurations; `None` where a configuration is no more than its name.
    fn spelling(&self) -> Option<&dyn Spelling> {
        None
    }

    /// A configuration as it would be written in a declaration; `None` where it cannot be, so that no edit is proposed.
    fn spell(&self, config: &Config, declaration: &Declaration) -> Option<String>;

    /// A configuration as it stands in a declaration, kept from running by default for that reason; `None` where the
    /// framework has no words for it.
    fn spell_ignored(&self, _written: &str, _reason: &str) -> Option<String> {
        None
    }

    /// A declaration with its list: `bare` as it is, with these configurations, and the words that what is asked needs;
    /// `None` where the framework cannot spell it.
    fn declare(
        &self,
        space: &Space<'_>,
        bare: &BareDeclaration,
        list: &[Proposed],
        asked: &Asked,
    ) -> Option<String> {
        let _ = (space, bare, list, asked);
        None
    }

    /// What an author pastes for some configurations, each with the files that a test takes with it, and with the words that
    /// what is asked needs; `None` where there is nothing to paste.
    fn paste(&self, space: &Space<'_>, list: &[(RowId, &[String])], asked: &Asked) -> Option<String> {
        let _ = (space, list, asked);
        None
    }

    /// The guidance for its authors; `None` where it has none.
    fn guide(&self) -> Option<&'static Guide> {
        None
    }

    /// How a declaration asks its host for a capability of the catalog; `None` where the framework has no words for it.
    fn host_word(&self, _capability: &str) -> Option<HostWord> {
        None
    }

    /// The edits that put one guest in the place of another, and whether they may be applied unseen; `None` where there are
    /// none.
    fn replace(&self, replacement: &Replacement<'_>) -> Option<(Vec<Edit>, Safety)> {
        let text = self.spell(replacement.config, replacement.declaration)?;
        Some((vec![Edit { span: replacement.variant.config_span.clone(), text }], Safety::Safe))
    }

    /// A configuration as it would be written in a declaration so that its failure blocks nobody, with the reason;
    /// `None` where the framework has no such thing.
    fn spell_unstable(&self, _config: &Config, _declaration: &Declaration, _reason: &str) -> Option<String> {
        None
    }

    /// The variant that a test runner's report means by a name.
    fn variant_of<'n>(&self, reported: &'n str) -> &'n str {
        reported
    }

    /// The filter that makes a test runner run exactly those variants; `None` where there is no such thing.
    fn filter(&self, _variants: &[&str]) -> Option<String> {
        None
    }

    /// How the output of a variant whose failures block nobody shows whether it passed; `None` where a report shows its
    /// failures as failures.
    fn masking(&self) -> Option<Masking> {
        None
    }
}

/// How the output of a test shows whether it passed, where the report may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Masking {
    /// The output of a pass.
    pub passed: &'static str,
    /// The output of a failure.
    pub failed: &'static str,
    /// How a run keeps that, and how it does without; for messages.
    pub advice: &'static str,
}
