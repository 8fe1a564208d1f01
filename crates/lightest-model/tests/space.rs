//! What the space states about single configurations: limits, what is provided alone, and which of two is lighter.

mod common;

use lightest_model::catalog::{BlockerState, Cost, Support};
use lightest_model::space::{Asked, RequirementId, RowId, Space};

#[test]
fn limits_are_the_open_blockers_that_stand_against_a_configuration() {
    let catalog = common::catalog();
    let space = Space::of_tests(&catalog);
    let mut held = 0;
    for blocker in &catalog.blockers {
        let words = blocker.when.with.iter().map(String::as_str);
        let asked = Asked::new(&catalog, words).expect("they are requirements");
        for (id, row) in space.enumerate() {
            let selected = row.is_selected_by(&blocker.when);
            let stands = selected && blocker.state == BlockerState::Open;
            let limits = space.limits(id, &asked);
            let found = limits.iter().any(|limit| limit.id == blocker.id);
            assert_eq!(found, stands, "{} against {:?}", blocker.id, row.config);
            held += usize::from(found);
        }
    }
    assert!(held > 0, "no blocker stands against anything");
}

#[test]
fn quirks_are_those_of_a_configuration_that_nothing_asked_for_settles() {
    let catalog = common::catalog();
    let space = Space::of_tests(&catalog);
    let (mut had, mut settled) = (0, 0);
    for quirk in &catalog.quirks {
        let with: Vec<&str> = quirk.when.with.iter().map(String::as_str).collect();
        let settling = quirk.unless.iter().map(|word| Some(word.as_str())).chain([None]);
        for more in settling {
            let words: Vec<&str> = with.iter().copied().chain(more).collect();
            let asked = Asked::new(&catalog, words).expect("they are requirements");
            for (id, row) in space.enumerate() {
                let expected = row.is_selected_by(&quirk.when) && more.is_none();
                let found = space.quirks(id, &asked).any(|other| other.id == quirk.id);
                assert_eq!(found, expected, "{} of {:?} with {more:?}", quirk.id, row.config);
                had += usize::from(found);
                settled += usize::from(row.is_selected_by(&quirk.when) && more.is_some());
                let costs = space.quirks(id, &asked).map(|quirk| quirk.cost);
                let sum = costs.fold(Cost::default(), |sum, cost| sum.combined(cost, |one, more| one + more));
                assert_eq!(space.price(id, &asked).quirks, sum, "{:?}", row.config);
            }
        }
    }
    assert!(had > 0 && settled > 0, "{had} had, {settled} settled");
}

#[test]
fn provided_alone_agrees_with_answers_to_single_requirements() {
    let catalog = common::catalog();
    let space = Space::of_tests(&catalog);
    let alone = Space::of_tests(&catalog).with_alone(space.alone());
    for (index, requirement) in RequirementId::all(&catalog).zip(&catalog.requirements) {
        let asked = Asked::new(&catalog, [requirement.id.as_str()]).expect("it is a requirement");
        for row in RowId::all(&space) {
            let yes = space.answer(row, index, &asked).support == Support::Yes;
            assert_eq!(space.provides_alone(row, index), yes, "{} in {row:?}", requirement.id);
            assert_eq!(
                alone.provides_alone(row, index),
                yes,
                "{} in {row:?}, as it was known",
                requirement.id
            );
        }
    }
}

#[test]
fn lighter_means_lower_cost_regardless_of_catalog_order() {
    let catalog = common::catalog();
    let space = Space::of_tests(&catalog);
    let asked = Asked::default();
    let host = |id: &str| catalog.hosts.iter().position(|host| host.id == id);
    let class = |id: &str| catalog.boot_classes.iter().position(|class| class.id == id);
    let costs = |row: RowId| {
        let price = space.price(row, &asked);
        let bytes = price.image_bytes.unwrap_or(0);
        (host(price.host), class(price.boot), bytes, price.quirks.amounts())
    };
    for one in RowId::all(&space) {
        assert!(!space.weight(one, &asked).is_lighter_than(&space.weight(one, &asked)));
        for other in RowId::all(&space).step_by(7) {
            if costs(one) < costs(other) {
                assert!(
                    space.weight(one, &asked).is_lighter_than(&space.weight(other, &asked)),
                    "{:?} beside {:?}",
                    space.row(one).config,
                    space.row(other).config
                );
            } else if costs(one) > costs(other) {
                assert!(!space.weight(one, &asked).is_lighter_than(&space.weight(other, &asked)));
            }
        }
    }
}
