//! The requirements of a test, derived from the usages in its body.

use std::sync::Arc;

use foldhash::HashMap;
use lightest_model::catalog::{Evidence, When};
use lightest_model::space::Row;

use crate::calls::{Entry, Table};
use crate::facts::{Branch, Test, Unresolved, Usage, UsageKind};
use lightest_diagnostics::Span;

/// A requirement, and the place that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The requirement's identifier.
    pub requirement: String,
    /// The place that shows it.
    pub span: Span,
    /// Where the test's own body leads to it, when it stands in a helper.
    pub via: Option<Span>,
    /// The branches that it stands in.
    pub within: Vec<Branch>,
    /// The configurations that it is asked of; empty for all.
    pub when: Vec<When>,
    /// Whether a test that passes has met it for certain: it stands in no branch whose condition is not known, and a
    /// failure there fails the test.
    pub certain: bool,
    /// Whether it stands in a branch of which it is not known which configurations take it.
    pub guarded: bool,
    /// Why, in words; may be empty.
    pub because: String,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

/// A place where the body goes on with some configurations only, and fails with the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confinement {
    /// The branches that it stands in: configurations that take another branch need not provide it.
    pub within: Vec<Branch>,
    /// The configurations that the body goes on with: any of them.
    pub when: Arc<[When]>,
}

/// Everything that a test requires, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Requirements, in the order in which the body shows them.
    pub needs: Vec<Need>,
    /// Unresolved places; where there is any, nothing may be called too heavy.
    pub unresolved: Vec<Unresolved>,
    /// Where the body goes on with some configurations only.
    pub confined: Vec<Confinement>,
}

impl Needs {
    /// The requirements of a test.
    #[must_use]
    pub fn of(test: &Test, table: &Table) -> Self {
        let mut needs = Self { unresolved: test.unresolved.clone(), ..Self::default() };
        needs.confined.extend(test.usages.iter().filter_map(|usage| match &usage.what {
            // A `match` that some runs never come to fails no configuration for sure; within a branch it fails those that
            // take it.
            UsageKind::Confined(when) if !usage.uncertain => {
                Some(Confinement { within: usage.within.clone(), when: when.clone() })
            }
            _ => None,
        }));
        for intent in &test.intents {
            let Some(requirement) = &intent.requirement else {
                let what = format!("the stated requirement `{}`", intent.written);
                needs.unresolved.push(Unresolved { span: intent.span.clone(), what });
                continue;
            };
            needs.needs.push(Need {
                requirement: requirement.clone(),
                span: intent.span.clone(),
                via: None,
                within: Vec::new(),
                when: Vec::new(),
                // The author states a requirement; that does not prove that the body exercises it.
                certain: false,
                guarded: false,
                because: intent.reason.clone(),
                evidence: Vec::new(),
            });
        }
        needs.needs.extend(test.asks.iter().cloned());
        for usage in &test.usages {
            match table.judge(&usage.what) {
                Some(entry) => {
                    if let Some(what) = left_open(&usage.what, entry) {
                        needs.unresolved.push(Unresolved { span: usage.span.clone(), what });
                    }
                    needs.add(usage, entry);
                }
                None => {
                    if let Some(what) = unknown(&usage.what) {
                        needs.unresolved.push(Unresolved { span: usage.span.clone(), what });
                    }
                }
            }
        }
        needs
    }

    fn add(&mut self, usage: &Usage, entry: &Entry) {
        if usage.tolerated && matches!(usage.what, UsageKind::Program { .. } | UsageKind::Path { .. }) {
            return;
        }
        for requirement in &entry.requires {
            self.needs.push(Need {
                requirement: requirement.clone(),
                span: usage.span.clone(),
                via: usage.via.clone(),
                within: usage.within.clone(),
                when: entry.when.clone(),
                certain: !usage.uncertain && !usage.tolerated,
                guarded: usage.guarded,
                because: entry.because.clone(),
                evidence: entry.evidence.clone(),
            });
        }
    }

    /// Whether the body goes on with a configuration, rather than fail at once.
    #[must_use]
    pub fn allow(&self, row: &Row<'_>) -> bool {
        let passes_by = |branch: &Branch| !branch.is_taken_by(row);
        self.confined.iter().all(|confined| {
            confined.within.iter().any(passes_by) || confined.when.iter().any(|when| row.is_selected_by(when))
        })
    }

    /// Whether something is not known.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.unresolved.is_empty()
    }

    /// The requirements that are asked of a configuration: those outside branches that it does not take.
    pub fn asked_of<'n>(&'n self, row: &'n Row<'_>) -> impl Iterator<Item = &'n Need> {
        self.needs.iter().filter(move |need| need.applies_to(row))
    }

    /// The requirements that a passing run of a configuration proves: those asked of it, without any that the test may
    /// have skipped.
    pub fn shown_of<'n>(&'n self, row: &'n Row<'_>) -> impl Iterator<Item = &'n Need> {
        self.asked_of(row).filter(|need| need.certain)
    }

    /// The needs without those that ask the same of the same configurations as one before, by index, ascending. A guarded need
    /// does not stand for one that is not.
    #[must_use]
    pub fn distinct(&self) -> Vec<usize> {
        let mut known: HashMap<&str, Vec<usize>> = HashMap::default();
        let mut distinct = Vec::new();
        for (index, need) in self.needs.iter().enumerate() {
            let alike = known.entry(need.requirement.as_str()).or_default();
            let same = |other: &usize| {
                let other = &self.needs[*other];
                other.when == need.when && other.within == need.within && (need.guarded || !other.guarded)
            };
            if !alike.iter().any(same) {
                alike.push(index);
                distinct.push(index);
            }
        }
        distinct
    }

    /// Whether a requirement is asked of any configuration.
    #[must_use]
    pub fn ask(&self, requirement: &str) -> bool {
        self.needs.iter().any(|need| need.requirement == requirement)
    }
}

impl Need {
    /// Whether it is asked of some configurations only.
    #[must_use]
    pub fn is_conditional(&self) -> bool {
        !self.when.is_empty() || !self.within.is_empty()
    }

    /// Whether it is asked of a configuration.
    #[must_use]
    pub fn applies_to(&self, row: &Row<'_>) -> bool {
        (self.when.is_empty() || self.when.iter().any(|when| row.is_selected_by(when)))
            && self.within.iter().all(|branch| branch.is_taken_by(row))
    }
}

/// The unknown of a usage, where its entry marks it as unknown.
fn left_open(what: &UsageKind, entry: &Entry) -> Option<String> {
    if entry.unknown {
        return unknown(what);
    }
    match what {
        UsageKind::Program { name, line, .. } => {
            let option = entry.unknown_option(name, line)?;
            Some(format!("the option `{option}` of the program `{name}`"))
        }
        _ => None,
    }
}

/// The unknown of a usage that no entry covers, where it matters.
fn unknown(what: &UsageKind) -> Option<String> {
    match what {
        UsageKind::Call { on, name, .. } => Some(format!("`{name}` of the {on}")),
        UsageKind::Field { of, name, .. } => Some(format!("`{name}` of the {of}")),
        UsageKind::Program { name, .. } => Some(format!("the program `{name}`")),
        UsageKind::Path { path, .. } => Some(format!("the path `{path}`")),
        UsageKind::Build(condition) => Some(format!("what `#[cfg({condition})]` asks of a host")),
        UsageKind::Function(_)
        | UsageKind::Type(_)
        | UsageKind::Name(_)
        | UsageKind::Tested(_)
        | UsageKind::Confined(_)
        | UsageKind::Read { .. }
        | UsageKind::Text(_) => None,
    }
}
