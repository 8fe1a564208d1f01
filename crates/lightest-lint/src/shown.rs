//! The requirements that a passing run of a variant proves.
//!
//! A pass proves that the configuration runs, and that it provides everything that the test's body is certain to have
//! asked for: nothing that the name alone mentions, nothing in a branch that may not have been taken, nothing whose
//! failure the test tolerates. It proves this for that one configuration.

use lightest_model::catalog::{Capability, Support};
use lightest_model::space::{Asked, Space};

use crate::facts::Variant;
use crate::needs::Needs;

/// The proof of one requirement by a passing run.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown<'c> {
    /// The requirement, or `runs`.
    pub requirement: &'c str,
    /// The catalog's answer before.
    pub before: Support,
    /// The statement behind that answer; `None` where none covers it.
    pub statement: Option<&'c Capability>,
    /// Requirements that must be asked for as well, where the catalog doubts the configuration only then.
    pub with: Vec<String>,
}

/// The proofs of a passing run of a variant; none where the variant's configuration is not in the space.
#[must_use]
pub fn shown<'c>(needs: &Needs, variant: &Variant, space: &Space<'c>) -> Vec<Shown<'c>> {
    let Some(row) = space.position(&variant.config) else { return Vec::new() };
    let catalog = space.catalog();
    let words = needs.shown_of(space.row(row)).map(|need| need.requirement.as_str());
    let asked = asked(catalog, words);
    // In whose presence: everything that was certainly asked, and whether the agent was wanted.
    let agent = variant.agent.map(|agent| if agent { "agent" } else { "no-agent" });
    let words = needs.shown_of(space.row(row)).map(|need| need.requirement.as_str());
    let present = self::asked(catalog, words.chain(agent));
    let indices = asked.indices().iter().copied().chain([space.runs()]);
    indices
        .map(|index| {
            let answer = space.answer(row, index, &present);
            let requirement = space.requirement_id(index);
            let mut with: Vec<String> = Vec::new();
            if answer.support == Support::Unknown {
                let own = space.row(row);
                let doubts = catalog.capabilities.iter().filter(|statement| {
                    statement.requirement == requirement
                        && statement.support == Support::Unknown
                        && own.is_selected_by(&statement.when)
                });
                for word in doubts.flat_map(|statement| &statement.when.with) {
                    let in_force = space.requirement(word).is_some_and(|index| present.contains(index));
                    if in_force && !with.contains(word) {
                        with.push(word.clone());
                    }
                }
            }
            Shown { requirement, before: answer.support, statement: answer.statement, with }
        })
        .collect()
}

fn asked<'w>(catalog: &lightest_model::catalog::Catalog, words: impl Iterator<Item = &'w str>) -> Asked {
    let known = words.filter(|word| catalog.requirement(word).is_some());
    Asked::new(catalog, known).unwrap_or_default()
}
