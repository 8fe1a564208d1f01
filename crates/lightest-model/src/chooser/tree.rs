//! The decision tree: the chooser's answers to one need, and to two of them.
//!
//! Nothing is decided here. Every requirement is asked by itself, those with the same answer become a branch, and then
//! every two of them are asked together. Where most pairs of two branches agree on a third answer, that is a *twist*;
//! the requirements whose pairs do not agree are set apart, so that the tree is right for any two of the others.

use std::collections::BTreeMap;

use crate::catalog::{Claim, Section};
use crate::config::Arch;
use crate::space::{Asked, RequirementId, RowId, Space};

use super::lightest_for;

/// The decision tree for one architecture.
///
/// Read from the first branch to the last: the last one that has a need of the test is its answer, or its twist with
/// the last of the other branches that have one.
#[derive(Clone, Debug)]
pub struct Tree<'c> {
    /// The architecture.
    pub arch: Arch,
    /// The branches, lightest first.
    pub branches: Vec<Branch<'c>>,
    /// Requirements that lead elsewhere when asked together with some others.
    pub apart: Vec<RequirementId>,
    /// Requirements that no configuration for this architecture is known to give.
    pub nowhere: Vec<RequirementId>,
}

/// The requirements that lead to one configuration.
#[derive(Clone, Debug)]
pub struct Branch<'c> {
    /// The configuration.
    pub row: RowId,
    /// Sentences of the request's tree whose requirements lead here.
    pub claims: Vec<&'c Claim>,
    /// The requirements that lead here, each by itself.
    pub needs: Vec<RequirementId>,
    /// Where needs of an earlier branch change the answer.
    pub interactions: Vec<Interaction>,
}

/// The answer to two branches together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interaction {
    /// Index of the earlier branch.
    pub with: usize,
    /// The answer to both; `None` where they cannot meet.
    pub row: Option<RowId>,
}

impl<'c> Tree<'c> {
    /// The tree for an architecture.
    #[must_use]
    pub fn of(space: &Space<'c>, arch: Arch) -> Self {
        let mut tree = Self::branching(space, arch);
        let exceptions = tree.irregular_pairs(space);
        tree.apart = covering(exceptions);
        tree
    }

    /// The answer of the tree; `None` for needs that no branch has, or that cannot meet.
    #[must_use]
    pub fn walk(&self, needs: &[RequirementId]) -> Option<RowId> {
        let held: Vec<usize> = (0..self.branches.len())
            .filter(|branch| self.branches[*branch].needs.iter().any(|need| needs.contains(need)))
            .collect();
        let (last, others) = held.split_last()?;
        let last = &self.branches[*last];
        let interaction = others
            .iter()
            .rev()
            .find_map(|with| last.interactions.iter().find(|interaction| interaction.with == *with));
        interaction.map_or(Some(last.row), |interaction| interaction.row)
    }

    /// Asks every requirement by itself.
    fn branching(space: &Space<'c>, arch: Arch) -> Self {
        let catalog = space.catalog();
        let mut branches: Vec<Branch<'c>> = Vec::new();
        let mut nowhere = Vec::new();
        for index in RequirementId::all(catalog) {
            if catalog.is_place(space.requirement_id(index)) {
                continue;
            }
            match answer(space, arch, &[index]) {
                Some(row) => branch_to(&mut branches, row).needs.push(index),
                None => nowhere.push(index),
            }
        }
        for claim in catalog.claims.iter().filter(|claim| claim.section == Section::Tree) {
            let asked = Asked::new(catalog, claim.requires.iter().map(String::as_str));
            let row = asked.ok().and_then(|asked| lightest_for(space, &asked, arch));
            if let Some(row) = row.filter(|_| !claim.requires.is_empty()) {
                branch_to(&mut branches, row).claims.push(claim);
            }
        }
        branches.sort_by_cached_key(|branch| space.weight(branch.row, &Asked::default()));
        Self { arch, branches, apart: Vec::new(), nowhere }
    }

    /// Asks every two requirements together; returns the pairs whose answer differs from that of their branches.
    fn irregular_pairs(&mut self, space: &Space<'c>) -> Vec<[RequirementId; 2]> {
        let mut exceptions = Vec::new();
        for later in 0..self.branches.len() {
            for earlier in 0..=later {
                let pairs = self.pairs(space, earlier, later);
                let own = self.branches[later].row;
                let usual = if earlier == later { Some(own) } else { most(&pairs) };
                if usual != Some(own) {
                    self.branches[later].interactions.push(Interaction { with: earlier, row: usual });
                }
                exceptions.extend(
                    pairs.iter().filter(|(_, row)| row.is_some() && *row != usual).map(|(pair, _)| *pair),
                );
            }
        }
        exceptions
    }

    fn pairs(
        &self,
        space: &Space<'c>,
        earlier: usize,
        later: usize,
    ) -> Vec<([RequirementId; 2], Option<RowId>)> {
        let mut pairs = Vec::new();
        for first in &self.branches[earlier].needs {
            for second in &self.branches[later].needs {
                if earlier != later || first < second {
                    let pair = [*first, *second];
                    pairs.push((pair, answer(space, self.arch, &pair)));
                }
            }
        }
        pairs
    }
}

/// The branch to a configuration, made where there is none.
fn branch_to<'b, 'c>(branches: &'b mut Vec<Branch<'c>>, row: RowId) -> &'b mut Branch<'c> {
    let at = branches.iter().position(|branch| branch.row == row).unwrap_or_else(|| {
        branches.push(Branch { row, claims: Vec::new(), needs: Vec::new(), interactions: Vec::new() });
        branches.len() - 1
    });
    &mut branches[at]
}

fn answer(space: &Space<'_>, arch: Arch, needs: &[RequirementId]) -> Option<RowId> {
    lightest_for(space, &Asked::of(space.catalog(), needs.iter().copied()), arch)
}

/// The answer that most pairs give, of those that have one; the lightest row among equals.
fn most(pairs: &[([RequirementId; 2], Option<RowId>)]) -> Option<RowId> {
    let mut counts: BTreeMap<RowId, usize> = BTreeMap::new();
    for row in pairs.iter().filter_map(|(_, row)| *row) {
        *counts.entry(row).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(row, count)| (*count, std::cmp::Reverse(*row))).map(|(row, _)| row)
}

/// A few requirements of which every pair has one, found greedily; in the order of the catalog.
fn covering(mut pairs: Vec<[RequirementId; 2]>) -> Vec<RequirementId> {
    let mut cover = Vec::new();
    loop {
        let mut counts: BTreeMap<RequirementId, usize> = BTreeMap::new();
        for need in pairs.iter().flatten() {
            *counts.entry(*need).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|(need, count)| (*count, std::cmp::Reverse(*need)));
        let Some((most, _)) = most else { break };
        cover.push(most);
        pairs.retain(|pair| !pair.contains(&most));
    }
    cover.sort_unstable();
    cover
}
