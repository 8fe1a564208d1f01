//! Changes that change the answer: a requirement less, or the next heavier configuration.

use std::collections::{HashMap, HashSet};

use crate::catalog::Catalog;
use crate::space::{Asked, Bits, Price, RequirementId, RowId, Space};

use super::{fitting, lightest};

/// A requirement without which the answer would be lighter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The requirement.
    pub requirement: RequirementId,
    /// The configuration that would do then.
    pub row: RowId,
}

/// The next heavier configuration that gives everything, and what it would add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heavier<'c> {
    /// The configuration.
    pub row: RowId,
    /// Its cost.
    pub price: Price<'c>,
    /// Requirements that it gives and the pick does not.
    pub adds: Vec<RequirementId>,
}

/// The requirements that ask for another one, itself included.
pub(super) fn implying(catalog: &Catalog, other: RequirementId) -> HashSet<RequirementId> {
    let mut implied_by: HashMap<&str, Vec<RequirementId>> = HashMap::new();
    for (requirement, id) in catalog.requirements.iter().zip(RequirementId::all(catalog)) {
        for implied in &requirement.implies {
            implied_by.entry(implied).or_default().push(id);
        }
    }
    let mut implying = HashSet::new();
    let mut pending = vec![other];
    while let Some(id) = pending.pop() {
        if let Some(requirement) = id.entry(catalog)
            && implying.insert(id)
        {
            pending.extend(implied_by.get(requirement.id.as_str()).into_iter().flatten());
        }
    }
    implying
}

/// The query without one requirement and without those that imply it.
pub(super) fn without(catalog: &Catalog, asked: &Asked, less: RequirementId) -> Asked {
    let implying = implying(catalog, less);
    Asked::of(catalog, asked.named().iter().copied().filter(|index| !implying.contains(index)))
}

/// Requirements without which another, lighter configuration would do.
pub(super) fn flips(space: &Space<'_>, asked: &Asked, here: &Bits, best: RowId) -> Vec<Flip> {
    let mut flips = Vec::new();
    for requirement in asked.named() {
        let rest = without(space.catalog(), asked, *requirement);
        let Some(row) = lightest(space, &rest, &fitting(space, &rest, here)) else { continue };
        if row != best && space.weight(row, &rest).is_lighter_than(&space.weight(best, asked)) {
            flips.push(Flip { requirement: *requirement, row });
        }
    }
    flips
}

/// The lightest of those that fit and are heavier than the pick, by another guest or boot method.
pub(super) fn heavier<'c>(space: &Space<'c>, asked: &Asked, fit: &Bits, best: RowId) -> Option<Heavier<'c>> {
    let pick = space.row(best);
    let bound = space.weight(best, asked);
    let differs = |row: &RowId| {
        let other = space.row(*row);
        (other.guest.family != pick.guest.family || other.boot.id != pick.boot.id)
            && bound.is_lighter_than(&space.weight(*row, asked))
    };
    let row = fit.iter().filter(differs).min_by_key(|row| space.weight(*row, asked))?;
    let adds = RequirementId::all(space.catalog()).filter(|requirement| {
        space.provides_alone(row, *requirement) && !space.provides_alone(best, *requirement)
    });
    let adds = adds.collect();
    Some(Heavier { row, price: space.price(row, asked), adds })
}
