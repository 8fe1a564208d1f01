//! The decision tree agrees with the chooser.

mod common;
mod made_up;

use lightest_model::catalog::{ClaimState, Layer, Section};
use lightest_model::chooser::{Interaction, Query, Tree, choose, lightest_for};
use lightest_model::config::Arch;
use lightest_model::space::{Asked, RequirementId, RowId, Space};

fn chosen(space: &Space<'_>, needs: &[RequirementId], arch: Arch) -> Option<RowId> {
    let ids = needs.iter().map(|need| space.requirement_id(*need));
    let asked = Asked::new(space.catalog(), ids).expect("they are requirements");
    lightest_for(space, &asked, arch)
}

fn needs(tree: &Tree<'_>) -> Vec<RequirementId> {
    tree.branches.iter().flat_map(|branch| branch.needs.iter().copied()).collect()
}

/// What leads to a row is what the whole answer picks.
#[test]
fn the_lightest_is_the_pick_without_its_reasons() {
    let catalog = common::catalog();
    let space = Space::of_tests(&catalog);
    for arch in catalog.archs() {
        for known in catalog.requirements.iter().filter(|known| !catalog.is_place(&known.id)) {
            let query = Query { requires: vec![known.id.clone()], archs: vec![arch], vmms: Vec::new() };
            let pick = choose(&space, &query).expect("it is known").parts.remove(0).pick;
            let need = space.requirement(&known.id).expect("it is known");
            assert_eq!(chosen(&space, &[need], arch), pick.map(|pick| pick.row), "{} on {arch}", known.id);
        }
    }
}

#[test]
fn each_need_by_itself_leads_where_the_chooser_leads() {
    let catalog = common::catalog();
    let space = Space::of_tests(&catalog);
    for arch in catalog.archs() {
        let tree = Tree::of(&space, arch);
        for need in needs(&tree) {
            assert_eq!(tree.walk(&[need]), chosen(&space, &[need], arch), "{}", space.requirement_id(need));
        }
        for need in &tree.nowhere {
            assert_eq!(chosen(&space, &[*need], arch), None, "{}", space.requirement_id(*need));
        }
    }
}

#[test]
fn every_requirement_but_the_places_is_on_a_branch_or_nowhere() {
    let catalog = common::catalog();
    let space = Space::of_tests(&catalog);
    for arch in catalog.archs() {
        let tree = Tree::of(&space, arch);
        let mut all = needs(&tree);
        all.extend(&tree.nowhere);
        all.sort_unstable();
        let places = |index: &RequirementId| {
            let id = space.requirement_id(*index);
            Arch::from_word(id).is_none() && catalog.vmm(id).is_none()
        };
        let expected: Vec<RequirementId> = RequirementId::all(&catalog).filter(places).collect();
        assert_eq!(all, expected);
    }
}

#[test]
fn any_two_needs_that_are_not_set_apart_and_can_meet_lead_where_the_chooser_leads() {
    let catalog = common::catalog();
    let space = Space::of_tests(&catalog);
    for arch in catalog.archs() {
        let tree = Tree::of(&space, arch);
        let calm: Vec<RequirementId> =
            needs(&tree).into_iter().filter(|need| !tree.apart.contains(need)).collect();
        // If nearly all were set apart, the tree would be of little use.
        assert!(calm.len() * 2 > needs(&tree).len(), "{arch}: {} of {}", calm.len(), needs(&tree).len());
        let mut met = 0;
        for first in 0..calm.len() {
            for second in first + 1..calm.len() {
                let pair = [calm[first], calm[second]];
                if let Some(row) = chosen(&space, &pair, arch) {
                    met += 1;
                    let ids = pair.map(|need| space.requirement_id(need));
                    assert_eq!(tree.walk(&pair), Some(row), "{arch}: {ids:?}");
                }
            }
        }
        assert!(met > 100, "{met} pairs could meet");
    }
}

/// Where the pairs of two branches mostly lead elsewhere than the later one, that is a twist; what leads elsewhere still is
/// set apart, and nothing else is.
#[test]
fn interactions_are_the_majority_of_pairs_and_exceptions_are_set_apart() {
    let catalog = common::catalog();
    let space = Space::of_tests(&catalog);
    for arch in catalog.archs() {
        let tree = Tree::of(&space, arch);
        let (mut count, mut disagreeing) = (0, Vec::new());
        for (later, branch) in tree.branches.iter().enumerate() {
            let mut expected = Vec::new();
            for (earlier, before) in tree.branches[..=later].iter().enumerate() {
                let pairs: Vec<_> = before
                    .needs
                    .iter()
                    .flat_map(|first| branch.needs.iter().map(move |second| [*first, *second]))
                    .collect();
                let answers: Vec<_> = pairs.iter().map(|pair| chosen(&space, pair, arch)).collect();
                let often = |row: RowId| answers.iter().filter(|answer| **answer == Some(row)).count();
                let mut rows: Vec<RowId> = answers.iter().flatten().copied().collect();
                rows.sort_unstable();
                rows.dedup();
                let most = rows.iter().map(|row| often(*row)).max();
                let first = rows.into_iter().find(|row| Some(often(*row)) == most);
                let usual = if earlier == later { Some(branch.row) } else { first };
                if usual != Some(branch.row) {
                    expected.push(Interaction { with: earlier, row: usual });
                }
                let disagree =
                    pairs.iter().zip(&answers).filter(|(_, answer)| answer.is_some() && **answer != usual);
                disagreeing.extend(disagree.map(|(pair, _)| *pair));
            }
            assert_eq!(branch.interactions, expected, "{arch}: branch {later}");
            count += expected.len();
        }
        assert!(count > 0, "{arch}: nothing twists");
        for pair in &disagreeing {
            assert!(pair.iter().any(|need| tree.apart.contains(need)), "{arch}: {pair:?}");
        }
        for need in &tree.apart {
            assert!(disagreeing.iter().any(|pair| pair.contains(need)), "{}", space.requirement_id(*need));
        }
        assert!(tree.apart.is_sorted());
    }
}

#[test]
fn branches_go_from_light_to_heavy_and_each_has_its_own_answer() {
    let catalog = common::catalog();
    let space = Space::of_tests(&catalog);
    let tree = Tree::of(&space, Arch::X64);
    let weights: Vec<_> =
        tree.branches.iter().map(|branch| space.weight(branch.row, &Asked::default())).collect();
    assert!(weights.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn every_branch_of_the_request_is_a_branch_of_the_tree() {
    let catalog = common::catalog();
    let space = Space::of_tests(&catalog);
    let tree = Tree::of(&space, Arch::X64);
    let claims: Vec<&str> =
        tree.branches.iter().flat_map(|branch| &branch.claims).map(|claim| claim.id.as_str()).collect();
    for claim in catalog.claims.iter().filter(|claim| claim.section == Section::Tree) {
        assert!(claims.contains(&claim.id.as_str()), "{}", claim.id);
        assert!(
            claim.state == ClaimState::MovedOn || claim.says.contains(": "),
            "{}: `condition: guest`",
            claim.id
        );
    }
}

#[test]
fn two_needs_of_one_branch_that_lead_elsewhere_together_are_set_apart() {
    let base = Layer::Base;
    let catalog = made_up::catalog(&[
        (base, "disk", "yes", "guest = [\"kernel\", \"old\"]"),
        (base, "network", "yes", "guest = [\"kernel\", \"old\"]"),
        (base, "disk", "no", "guest = [\"kernel\"], with = [\"network\"]"),
    ]);
    let space = Space::of_tests(&catalog);
    let tree = Tree::of(&space, Arch::X64);
    let words =
        |needs: &[RequirementId]| needs.iter().map(|id| space.requirement_id(*id)).collect::<Vec<_>>();
    let [branch] = &tree.branches[..] else { panic!("{:?}", tree.branches) };
    assert_eq!((words(&branch.needs), words(&tree.nowhere)), (vec!["disk", "network"], vec!["clock"]));
    assert_eq!(words(&tree.apart), ["disk"], "one of them is enough");
    assert!(branch.interactions.is_empty());
}
