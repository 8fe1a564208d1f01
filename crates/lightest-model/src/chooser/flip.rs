//! What would change the answer: a requirement less, or the next heavier configuration.

use std::collections::HashMap;

use crate::catalog::Catalog;
use crate::space::{Asked, Bits, Price, Space};

use super::{fitting, lightest};

/// A requirement without which the answer would be lighter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    /// Index of the requirement.
    pub requirement: usize,
    /// Index of the configuration that would do then.
    pub row: usize,
}

/// The next heavier configuration that gives everything, and what it would add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heavier<'c> {
    /// Index into the space's rows.
    pub row: usize,
    /// What it costs.
    pub price: Price<'c>,
    /// Indices of requirements that it gives and the pick does not.
    pub adds: Vec<usize>,
}

/// For each requirement, whether asking for it asks for another one.
pub(super) fn implying(catalog: &Catalog, other: usize) -> Vec<bool> {
    let mut implied_by: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, requirement) in catalog.requirements.iter().enumerate() {
        for implied in &requirement.implies {
            implied_by.entry(implied).or_default().push(index);
        }
    }
    let mut implying = vec![false; catalog.requirements.len()];
    let mut pending = vec![other];
    while let Some(index) = pending.pop() {
        if std::mem::replace(&mut implying[index], true) {
            continue;
        }
        pending.extend(implied_by.get(catalog.requirements[index].id.as_str()).into_iter().flatten());
    }
    implying
}

/// What is asked, without one requirement and without those that imply it.
pub(super) fn without(catalog: &Catalog, asked: &Asked, less: usize) -> Asked {
    let mut rest = Asked::default();
    let implying = implying(catalog, less);
    for index in asked.named().iter().filter(|index| !implying[**index]) {
        rest.add(catalog, *index);
    }
    rest
}

/// Requirements without which another, lighter configuration would do.
pub(super) fn flips(space: &Space<'_>, asked: &Asked, here: &Bits, best: usize) -> Vec<Flip> {
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
pub(super) fn heavier<'c>(space: &Space<'c>, asked: &Asked, fit: &Bits, best: usize) -> Option<Heavier<'c>> {
    let pick = &space.rows()[best];
    let bound = space.weight(best, asked);
    let differs = |row: &usize| {
        let other = &space.rows()[*row];
        (other.guest.family != pick.guest.family || other.boot.id != pick.boot.id)
            && bound.is_lighter_than(&space.weight(*row, asked))
    };
    let row = fit.iter().filter(differs).min_by_key(|row| space.weight(*row, asked))?;
    let all = 0..space.catalog().requirements.len();
    let adds = all
        .filter(|requirement| space.gives_alone(row, *requirement) && !space.gives_alone(best, *requirement));
    let adds = adds.collect();
    Some(Heavier { row, price: space.price(row, asked), adds })
}
