//! The facts about KubeVirt's guests agree with each other.

use lightest_catalog::{embedded, load};
use lightest_kubevirt::table::Table;
use lightest_model::catalog::{Catalog, Support};
use lightest_model::space::{ALWAYS, Asked, RowId, Space};

fn catalog() -> Catalog {
    load(&embedded(&["kubevirt"])).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

#[test]
fn every_guest_has_an_answer_to_every_requirement() {
    let catalog = catalog();
    let space = Space::of_tests(&catalog);
    assert_eq!(space.rows().len(), 12, "six guests on two architectures");
    for (row, data) in space.enumerate() {
        for requirement in catalog.requirements.iter().map(|known| known.id.as_str()).chain(ALWAYS) {
            let index = space.requirement(requirement).expect("it is known");
            let answer = space.answer(row, index, &Asked::default());
            assert!(answer.statement.is_some(), "nothing is stated of {requirement} on {}", data.guest.id);
        }
    }
}

#[test]
fn a_provider_of_a_requirement_provides_its_implications() {
    let catalog = catalog();
    let space = Space::of_tests(&catalog);
    let gives = |row: RowId, word: &str| {
        let index = space.requirement(word).expect("it is known");
        space.answer(row, index, &Asked::default()).support == Support::Yes
    };
    for requirement in &catalog.requirements {
        for implied in &requirement.implies {
            for (row, data) in space.enumerate() {
                assert!(
                    !gives(row, &requirement.id) || gives(row, implied),
                    "{} gives {} but not {implied}",
                    data.guest.id,
                    requirement.id
                );
            }
        }
    }
}

#[test]
fn the_table_names_known_requirements_and_states_one_thing_each() {
    let catalog = catalog();
    let files = embedded(&["kubevirt"]);
    let calls = files.iter().filter(|file| file.is_of_calls());
    let table = Table::read(calls.map(|file| &*file.text)).expect("it is sound");
    let mut entries = 0;
    for entry in table.entries() {
        entries += 1;
        let stated =
            usize::from(!entry.requires.is_empty()) + usize::from(entry.neutral) + usize::from(entry.unknown);
        assert_eq!(stated, 1, "{entry:?}");
        assert!(!entry.because.is_empty() && !entry.evidence.is_empty(), "{entry:?}");
        for word in &entry.requires {
            assert!(catalog.requirement(word).is_some(), "{word} is not in the catalog");
        }
        for place in &entry.evidence {
            let source = place.split(':').next().unwrap_or_default();
            assert!(catalog.source(source).is_some(), "{place} names no source");
        }
    }
    assert!(entries > 40, "{entries}");
}
