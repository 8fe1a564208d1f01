//! Applies every rule to every test.

use std::borrow::Cow;
use std::collections::BTreeMap;

use lightest_model::catalog::Catalog;
use lightest_model::space::Space;

use crate::calls::Table;
use crate::dialect::Dialect;
use crate::facts::{Reading, Site, Test};
use crate::finding::Finding;
use crate::name::{self, requirement_names};
use crate::needs::Needs;
use crate::parallel;
use crate::reasons;
use crate::rules::{RULES, Rule, heavier_than_needed, known_limit, lacks_what_it_uses};
use crate::source::Source;
use crate::subject::{Context, SharingTest, Subject};
use crate::suppress;
use lightest_diagnostics::Span;

/// How a rule's findings are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Not at all.
    Allow,
    /// As warnings.
    Warn,
    /// As errors.
    Deny,
}

/// Options of a run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether pedantic rules run, and others report matters of taste.
    pub pedantic: bool,
    /// Levels of rules by name, where they differ from the usual.
    pub levels: BTreeMap<String, Level>,
    /// Whether places that tests lead to are wanted ([`Test::reached`]), for a dialect in which gathering them takes time.
    pub reach: bool,
}

impl Options {
    /// The level of a rule.
    #[must_use]
    pub fn level(&self, rule: &Rule) -> Level {
        let named = std::iter::once(rule.name.as_str()).chain(rule.aliases.iter().copied());
        named
            .into_iter()
            .find_map(|name| self.levels.get(name).copied())
            .unwrap_or(if rule.pedantic && !self.pedantic { Level::Allow } else { Level::Warn })
    }
}

/// The findings on some tests and on the guests that they share, in the order of their places.
#[must_use]
pub fn check(
    reading: &Reading,
    sources: &[Source],
    dialect: &dyn Dialect,
    catalog: &Catalog,
    table: &Table,
    options: &Options,
) -> Vec<Finding> {
    let own = reading.tests.iter().map(|test| Unit { test: Cow::Borrowed(test), sharing: Vec::new() });
    let shared = reading.sites.iter().map(|site| Unit::of(site, &reading.tests));
    let units: Vec<Unit<'_>> = own.chain(shared).collect();
    let judged = parallel::map(
        &units,
        || (Space::of_tests(catalog), requirement_names(catalog)),
        |(space, requirement_names), unit| {
            let needs = Needs::of(&unit.test, table);
            let sharing: Vec<SharingTest<'_>> =
                unit.sharing.iter().map(|test| SharingTest { test, needs: Needs::of(test, table) }).collect();
            let context = Context { space, sources, dialect, requirement_names, pedantic: options.pedantic };
            let subject = Subject::new(&unit.test, &needs, &sharing, context);
            judge(&subject, options)
        },
    );
    let mut all: Vec<Finding> = judged.into_iter().flatten().collect();
    // A stable sort: findings at one place stay in the order of the rules.
    all.sort_by_key(|finding| (finding.span().file, finding.span().bytes.start));
    all
}

/// A unit of judgement: a test with the guests that it declares, or a guest with the tests that share it.
struct Unit<'a> {
    test: Cow<'a, Test>,
    sharing: Vec<&'a Test>,
}

impl<'a> Unit<'a> {
    /// A guest that several tests share, as one test with the requirements of all.
    fn of(site: &Site, tests: &'a [Test]) -> Self {
        let sharing: Vec<&Test> = site.tests.iter().filter_map(|index| tests.get(*index)).collect();
        let first = sharing.first();
        let mut comments: Vec<_> =
            sharing.iter().flat_map(|test| test.body_comments.iter().cloned()).collect();
        comments.sort_by_key(|comment| (comment.span.file, comment.span.bytes.start));
        let test = Test {
            name: first.map(|test| test.name.clone()).unwrap_or_default(),
            module: first.map(|test| test.module.clone()).unwrap_or_default(),
            name_span: site.declaration.span.clone(),
            span: site.declaration.span.clone(),
            declarations: vec![site.declaration.clone()],
            bare: Vec::new(),
            unread: Vec::new(),
            usages: sharing.iter().flat_map(|test| test.usages.iter().cloned()).collect(),
            unresolved: sharing.iter().flat_map(|test| test.unresolved.iter().cloned()).collect(),
            reached: Vec::new(),
            comments: site.comments.clone(),
            body_comments: comments,
            doc: first.and_then(|test| test.doc.clone()),
            preface: first.and_then(|test| test.preface.clone()),
            intents: sharing.iter().flat_map(|test| test.intents.iter().cloned()).collect(),
            asks: sharing.iter().flat_map(|test| test.asks.iter().cloned()).collect(),
            bound_to: Vec::new(),
            takes: Vec::new(),
        };
        Self { test: Cow::Owned(test), sharing }
    }
}

/// How heavy one variant is, compared with the lightest that is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Nothing lighter is known to do.
    Lightest,
    /// No configuration of this kind is known to provide everything that the body asks for.
    Unknown,
    /// Something lighter is known to do.
    Heavier {
        /// The lighter configuration.
        lighter: String,
        /// Why `heavier-than-needed` does not report it, as a half sentence; `None` where it does.
        silence: Option<&'static str>,
    },
}

/// The requirements that a test's name and modules mention, which count as asked for where something lighter is sought.
#[must_use]
pub fn named<'c>(test: &Test, catalog: &'c Catalog) -> Vec<&'c str> {
    name::named(test, &requirement_names(catalog))
}

/// Weighs every variant of a test, in the order of its declarations, against the lightest configuration that keeps its
/// VMM, architecture, paravisor and isolation.
#[must_use]
pub fn weigh(
    test: &Test,
    needs: &Needs,
    sources: &[Source],
    dialect: &dyn Dialect,
    space: &Space<'_>,
) -> Vec<Weight> {
    let names = requirement_names(space.catalog());
    let context = Context { space, sources, dialect, requirement_names: &names, pedantic: false };
    let subject = Subject::new(test, needs, &[], context);
    let weigh = |placed| match heavier_than_needed::weigh(&subject, placed) {
        heavier_than_needed::Weight::Lightest => Weight::Lightest,
        heavier_than_needed::Weight::Unknown => Weight::Unknown,
        heavier_than_needed::Weight::Heavier { best, silence } => Weight::Heavier {
            lighter: subject.named_config(best),
            silence: silence.map(heavier_than_needed::Silence::reason),
        },
    };
    subject.placed.iter().map(weigh).collect()
}

/// The findings on one test.
fn judge(subject: &Subject<'_, '_>, options: &Options) -> Vec<Finding> {
    let mut findings = Vec::new();
    let asked = |rule: &&Rule| options.level(rule) != Level::Allow && subject.dialect.applies(rule);
    for rule in RULES.iter().filter(asked) {
        (rule.check)(subject, &mut findings);
    }
    reasons::apply_reasons(subject, &mut findings);
    // A variant that cannot run, or is too light already, is not also called too heavy.
    let lacking: Vec<Span> = findings
        .iter()
        .filter(|finding| lacks_what_it_uses::RULE == finding.rule() || known_limit::RULE == finding.rule())
        .map(|finding| finding.span().clone())
        .collect();
    findings
        .retain(|finding| heavier_than_needed::RULE != finding.rule() || !lacking.contains(finding.span()));
    let mut kept = suppress::apply(subject.test, subject.sources, findings, &RULES, |rule| {
        options.level(rule) != Level::Allow
    });
    // Unused suppressions are findings of a rule as well.
    kept.retain(|finding| {
        Rule::named(finding.rule()).is_some_and(|rule| options.level(rule) != Level::Allow)
    });
    keep_line_ends(&mut kept, subject.sources);
    kept
}

/// Gives edits the line ends of their place, so that none leaves a file with two kinds.
pub fn keep_line_ends(findings: &mut [Finding], sources: &[Source]) {
    let helps = findings.iter_mut().filter_map(|finding| finding.diagnostic.help.as_mut());
    for edit in helps.flat_map(|help| &mut help.edits) {
        if let Some(source) = sources.get(edit.span.file) {
            edit.text = source.with_line_ends(std::mem::take(&mut edit.text), edit.span.bytes.start);
        }
    }
}
