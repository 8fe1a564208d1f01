//! The lightest factory for some requirements, as the chooser finds it in the catalog.

use lightest_catalog::{embedded, load};
use lightest_kubevirt::{KubeVirt, facts};
use lightest_lint::dialect::Dialect;
use lightest_model::catalog::Catalog;
use lightest_model::chooser::{Choice, Query, choose};
use lightest_model::space::{RowId, Space};

fn catalog() -> Catalog {
    load(&embedded(facts::FOLDERS)).expect("the catalog is sound")
}

fn chosen<'c>(space: &Space<'c>, words: &[&str]) -> Choice<'c> {
    let requires = words.iter().chain(KubeVirt.conventions().asks).map(|word| (*word).to_owned());
    let query = Query { requires: requires.collect(), archs: Vec::new(), vmms: Vec::new() };
    choose(space, &query).expect("known words")
}

#[test]
fn each_need_leads_to_the_lightest_guest_that_is_known_to_meet_it() {
    let catalog = catalog();
    let space = Space::of_tests(&catalog);
    for (words, factory) in [
        (&[][..], "libvmifact.NewGuestless()"),
        (&["boot-disk"], "libvmifact.NewAlpine()"),
        (&["login"], "libvmifact.NewAlpine()"),
        (&["agent"], "libvmifact.NewAlpineWithTestTooling()"),
        (&["user-data"], "libvmifact.NewAlpineWithTestTooling()"),
        (&["agent", "acpi"], "libvmifact.NewFedora()"),
        (&["tools"], "libvmifact.NewFedora()"),
    ] {
        let choice = chosen(&space, words);
        let picks = choice.parts.iter().flat_map(|part| &part.pick);
        let rows: Vec<(RowId, &[String])> = picks.map(|pick| (pick.row, &[][..])).collect();
        assert_eq!(rows.len(), 2, "{words:?}: one for each architecture");
        assert_eq!(KubeVirt.paste(&space, &rows, &choice.asked).as_deref(), Some(factory), "{words:?}");
    }
}

#[test]
fn refusals_have_reasons() {
    let catalog = catalog();
    let space = Space::of_tests(&catalog);
    let choice = chosen(&space, &["agent", "acpi"]);
    let part = &choice.parts[0];
    let names = |rows: Vec<RowId>| -> Vec<String> {
        rows.into_iter().map(|row| KubeVirt.name_of(&space.row(row).config)).collect()
    };
    let refused = names(part.refused.iter().map(|refusal| refusal.row).collect());
    assert_eq!(refused, ["NewGuestless", "NewAlpine", "NewCirros"]);
    assert_eq!(
        names(part.unproven.iter().map(|refusal| refusal.row).collect()),
        ["NewAlpineWithTestTooling"]
    );
    let because = part.refused[1].missing.statement.map(|statement| statement.because.as_str());
    assert_eq!(because, Some("the image has no qemu-guest-agent"));
}

#[test]
fn a_guest_that_new_tests_may_not_use_is_never_picked() {
    let catalog = catalog();
    let space = Space::of_tests(&catalog);
    for requirement in &catalog.requirements {
        let choice = chosen(&space, &[&requirement.id]);
        for pick in choice.parts.iter().flat_map(|part| &part.pick) {
            assert_ne!(space.row(pick.row).guest.id, "NewCirros", "{}", requirement.id);
        }
    }
}
