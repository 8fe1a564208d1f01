//! Holds every rule against every test.

use std::collections::BTreeMap;

use lightest_model::catalog::Catalog;
use lightest_model::space::Space;

use crate::calls::Table;
use crate::dialect::Dialect;
use crate::facts::Test;
use crate::finding::Finding;
use crate::needs::Needs;
use crate::parallel;
use crate::reasons;
use crate::rules::{RULES, Rule, heavier_than_needed, known_limit};
use crate::source::Source;
use crate::subject::{self, Subject, spoken};
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

/// What is asked of the rules.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether pedantic rules speak, and others about what is a choice.
    pub pedantic: bool,
    /// Levels of rules by name, where they differ from the usual.
    pub levels: BTreeMap<String, Level>,
}

impl Options {
    /// The level of a rule.
    #[must_use]
    pub fn level(&self, rule: &Rule) -> Level {
        let named = std::iter::once(&rule.name).chain(rule.aliases);
        named
            .into_iter()
            .find_map(|name| self.levels.get(*name).copied())
            .unwrap_or(if rule.pedantic && !self.pedantic { Level::Allow } else { Level::Warn })
    }
}

/// The findings on some tests, in the order of their places.
#[must_use]
pub fn check(
    tests: &[Test],
    sources: &[Source],
    dialect: &dyn Dialect,
    catalog: &Catalog,
    table: &Table,
    options: &Options,
) -> Vec<Finding> {
    let judged = parallel::map(
        tests,
        || (Space::of_tests(catalog), spoken(catalog)),
        |(space, spoken), test| {
            let needs = Needs::of(test, table);
            let subject = Subject::new(test, &needs, space, sources, dialect, spoken, options.pedantic);
            judge(&subject, options)
        },
    );
    let mut all: Vec<Finding> = judged.into_iter().flatten().collect();
    all.sort_by(|one, other| {
        let key = |finding: &Finding| {
            let place = finding.span();
            let rule = RULES.iter().position(|rule| rule.name == finding.rule());
            (place.file, place.bytes.start, rule, place.bytes.end)
        };
        key(one).cmp(&key(other))
    });
    all
}

/// How heavy one variant is beside what would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Nothing lighter is known to do.
    Lightest,
    /// Nothing is known to do: what the body asks for is not known of any configuration of this kind.
    Unknown,
    /// Something lighter is known to do.
    Heavier {
        /// What would do.
        lighter: String,
        /// Why `heavier-than-needed` does not say so, as a half sentence; `None` where it does.
        silence: Option<&'static str>,
    },
}

/// The requirements that a test's name and modules speak of, which count as asked for where something lighter is sought.
#[must_use]
pub fn named<'c>(test: &Test, catalog: &'c Catalog) -> Vec<&'c str> {
    subject::named(test, &spoken(catalog))
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
    let spoken = spoken(space.catalog());
    let subject = Subject::new(test, needs, space, sources, dialect, &spoken, false);
    let weigh = |placed| match heavier_than_needed::weigh(&subject, placed) {
        heavier_than_needed::Weight::Lightest => Weight::Lightest,
        heavier_than_needed::Weight::Unknown => Weight::Unknown,
        heavier_than_needed::Weight::Heavier { best, silence } => Weight::Heavier {
            lighter: subject.row(best).config.to_string(),
            silence: silence.map(heavier_than_needed::Silence::reason),
        },
    };
    subject.placed.iter().map(weigh).collect()
}

/// The findings on one test.
fn judge(subject: &Subject<'_, '_>, options: &Options) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(|rule| options.level(rule) != Level::Allow) {
        (rule.check)(subject, &mut findings);
    }
    reasons::heed(subject, &mut findings);
    // What does not run as it is, or is too light already, is not called too heavy as well.
    let lacking: Vec<Span> = findings
        .iter()
        .filter(|finding| finding.rule() == "lacks-what-it-uses" || finding.rule() == known_limit::RULE)
        .map(|finding| finding.span().clone())
        .collect();
    findings.retain(|finding| finding.rule() != "heavier-than-needed" || !lacking.contains(finding.span()));
    let mut kept =
        suppress::apply(subject.test, subject.sources, findings, |rule| options.level(rule) != Level::Allow);
    // Unused suppressions come from a rule, too.
    kept.retain(|finding| {
        Rule::named(finding.rule()).is_some_and(|rule| options.level(rule) != Level::Allow)
    });
    kept
}
