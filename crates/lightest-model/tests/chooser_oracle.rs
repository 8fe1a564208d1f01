//! The chooser against an oracle that shares nothing with it but the catalog: every configuration is asked one by one,
//! statement by statement.

mod common;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use lightest_model::catalog::{Blocker, BlockerState, Catalog, Support, UNITS};
use lightest_model::chooser::{Query, choose};
use lightest_model::config::Arch;
use lightest_model::space::{Row, RowId, Space};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

static CATALOG: LazyLock<Catalog> = LazyLock::new(common::catalog);

fn archs() -> Vec<Arch> {
    CATALOG.archs().collect()
}

/// The query, with all implied requirements.
fn closure(requires: &[String]) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = requires.iter().cloned().collect();
    loop {
        let more: BTreeSet<String> = all
            .iter()
            .flat_map(|id| {
                CATALOG.requirements.iter().find(|known| known.id == *id).expect("known").implies.clone()
            })
            .collect();
        let before = all.len();
        all.extend(more);
        if all.len() == before {
            return all;
        }
    }
}

fn support(row: &Row<'_>, requirement: &str, asked: &BTreeSet<String>) -> Support {
    let mut supports: Vec<Support> = Vec::new();
    for statement in CATALOG.capabilities.iter().filter(|statement| statement.requirement == requirement) {
        let in_force = statement.when.with.iter().all(|word| asked.contains(word));
        if in_force && row.is_selected_by(&statement.when) {
            supports.push(statement.support);
        }
    }
    [Support::No, Support::Unknown, Support::Yes]
        .into_iter()
        .find(|support| supports.contains(support))
        .unwrap_or(Support::Unknown)
}

/// The order of lightness, part by part.
type Order = (usize, usize, u64, [u32; UNITS.len()], usize, bool, Reverse<u32>, Reverse<u32>, RowId);

/// Scarcity of the host, boot class, bytes, boots, waits, paravisor, then use and order.
fn weight(id: RowId, row: &Row<'_>, named: &[String], asked: &BTreeSet<String>) -> Order {
    let asked_for = |with: &[String]| with.iter().all(|word| asked.contains(word));
    let host = CATALOG
        .hosts
        .iter()
        .rposition(|host| asked_for(&host.when.with) && row.is_selected_by(&host.when))
        .unwrap_or(0);
    let class = |id: &str| CATALOG.boot_classes.iter().position(|class| class.id == id).expect("a class");
    let settled = |words: &[String]| words.iter().any(|word| named.contains(word));
    let quirks = CATALOG.quirks.iter().filter(|quirk| {
        asked_for(&quirk.when.with) && !settled(&quirk.unless) && row.is_selected_by(&quirk.when)
    });
    let mut costs = [0; UNITS.len()];
    for quirk in quirks {
        for (sum, amount) in costs.iter_mut().zip(quirk.cost.amounts()) {
            *sum += amount;
        }
    }
    (
        host,
        class(&row.boot.boot_class).max(class(&row.guest.boot_class)),
        row.image.and_then(|image| image.bytes).unwrap_or(0),
        costs,
        limits(row, asked).len(),
        row.boot.openhcl,
        Reverse(row.guest.variants.unwrap_or(0)),
        Reverse(row.boot.variants.unwrap_or(0)),
        id,
    )
}

/// Identifiers of the open blockers that stand against a configuration.
fn limits(row: &Row<'_>, asked: &BTreeSet<String>) -> Vec<&'static str> {
    let stands = |blocker: &&Blocker| {
        blocker.state == BlockerState::Open
            && blocker.when.with.iter().all(|word| asked.contains(word))
            && !blocker.unless.iter().any(|word| asked.contains(word))
            && row.is_selected_by(&blocker.when)
    };
    CATALOG.blockers.iter().filter(stands).map(|blocker| blocker.id.as_str()).collect()
}

fn oracle(space: &Space<'_>, requires: &[String], arch: Arch) -> Option<RowId> {
    let asked = closure(requires);
    let fits = |row: &Row<'_>| {
        row.config.arch == arch
            && asked
                .iter()
                .map(String::as_str)
                .chain(["runs", "repo-code"])
                .all(|id| support(row, id, &asked) == Support::Yes)
    };
    space
        .enumerate()
        .filter(|(_, row)| fits(row))
        .min_by_key(|(id, row)| weight(*id, row, requires, &asked))
        .map(|(id, _)| id)
}

/// Requirements other than places.
fn requirements() -> Vec<String> {
    let place = |id: &str| Arch::from_word(id).is_some() || CATALOG.vmm(id).is_some();
    CATALOG.requirements.iter().map(|known| known.id.clone()).filter(|id| !place(id)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_pick_is_the_oracles(requires in subsequence(requirements(), 0..5), arch in select(archs())) {
        let space = Space::of_tests(&CATALOG);
        let query = Query { requires: requires.clone(), archs: vec![arch], vmms: Vec::new() };
        let choice = choose(&space, &query).expect("every word is known");
        let part = &choice.parts[0];
        prop_assert_eq!(part.pick.as_ref().map(|pick| pick.row), oracle(&space, &requires, arch));
        prop_assert_eq!(part.pick.is_none(), part.conflict.is_some());

        let asked = closure(&requires);
        for refusal in &part.refused {
            let id = space.requirement_id(refusal.missing.requirement);
            prop_assert_eq!(support(space.row(refusal.row), id, &asked), Support::No);
        }
        for unproven in &part.unproven {
            let row = space.row(unproven.row);
            for id in asked.iter().map(String::as_str).chain(["runs", "repo-code"]) {
                prop_assert_ne!(support(row, id, &asked), Support::No, "{:?} is not merely unproven", row.config);
            }
        }
        for flip in &part.flips {
            let less = space.requirement_id(flip.requirement);
            let rest: Vec<String> = requires
                .iter()
                .filter(|id| !closure(&[(*id).clone()]).contains(less))
                .cloned()
                .collect();
            prop_assert_eq!(Some(flip.row), oracle(&space, &rest, arch));
        }
    }

    #[test]
    fn a_conflict_has_no_answer_and_every_part_of_it_does(requires in subsequence(requirements(), 2..6), arch in select(archs())) {
        let space = Space::of_tests(&CATALOG);
        let query = Query { requires, archs: vec![arch], vmms: Vec::new() };
        let choice = choose(&space, &query).expect("every word is known");
        let Some(conflict) = &choice.parts[0].conflict else { return Ok(()) };
        let between: Vec<String> =
            conflict.between.iter().map(|side| space.requirement_id(side.requirement).to_owned()).collect();
        let archs = conflict.arch.map_or(self::archs(), |arch| vec![arch]);
        let answered = |requires: &[String], archs: &[Arch]| archs.iter().any(|arch| oracle(&space, requires, *arch).is_some());
        prop_assert!(!answered(&between, &archs), "{between:?} can meet");
        if between.len() + usize::from(conflict.arch.is_some()) == 2 {
            for alone in &between {
                prop_assert!(answered(std::slice::from_ref(alone), &self::archs()), "`{alone}` alone has no answer");
            }
        }
    }
}

#[test]
fn every_single_requirement_and_every_pair_agrees_with_the_oracle_on_both_architectures() {
    let space = Space::of_tests(&CATALOG);
    let all = requirements();
    for (at, first) in all.iter().enumerate() {
        for second in &all[at..] {
            let requires = vec![first.clone(), second.clone()];
            let choice =
                choose(&space, &Query { requires: requires.clone(), archs: Vec::new(), vmms: Vec::new() })
                    .expect("every word is known");
            for part in choice.parts {
                assert_eq!(
                    part.pick.map(|pick| pick.row),
                    oracle(&space, &requires, part.arch),
                    "{requires:?} on {}",
                    part.arch
                );
            }
        }
    }
}

/// No configuration that gives the same at the same price has fewer known limits than the pick.
#[test]
fn no_pick_for_a_pair_is_dominated_on_any_vmm() {
    let space = Space::of_tests(&CATALOG);
    let requirements = requirements();
    let vmms: Vec<&str> = CATALOG.vmms.iter().filter(|vmm| !vmm.lab).map(|vmm| vmm.id.as_str()).collect();
    let mut compared = 0;
    for (at, first) in requirements.iter().enumerate() {
        for second in &requirements[at..] {
            for (arch, vmm) in archs().into_iter().flat_map(|arch| vmms.iter().map(move |vmm| (arch, *vmm))) {
                let requires = vec![first.clone(), second.clone()];
                let asked = closure(&requires);
                let query =
                    Query { requires: requires.clone(), archs: vec![arch], vmms: vec![vmm.to_owned()] };
                let Ok(choice) = choose(&space, &query) else { continue };
                let Some(pick) = choice.parts.first().and_then(|part| part.pick.as_ref()) else { continue };
                let own = limits(space.row(pick.row), &asked);
                for (id, row) in space.enumerate() {
                    if id == pick.row
                        || row.config.arch != choice.parts[0].arch
                        || row.config.vmm.as_deref() != Some(vmm)
                        || space.price(id, &choice.asked) != pick.price
                    {
                        continue;
                    }
                    let gives = asked
                        .iter()
                        .map(String::as_str)
                        .chain(["runs", "repo-code"])
                        .filter(|id| Arch::from_word(id).is_none() && CATALOG.vmm(id).is_none())
                        .all(|id| support(row, id, &asked) == Support::Yes);
                    compared += usize::from(gives);
                    assert!(
                        !gives || limits(row, &asked).len() >= own.len(),
                        "{first},{second} on {arch} {vmm}: {:?} has {own:?}, {:?} has fewer",
                        space.row(pick.row).config,
                        row.config
                    );
                }
            }
        }
    }
    assert!(compared > 100, "only {compared} rivals at the same price");
}
