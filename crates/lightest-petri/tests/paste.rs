//! What `pick` gives to paste, for every requirement and every two of them: the macros' own rules accept it, and it
//! carries every word that the answer advises.

mod common;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use lightest_model::catalog::{BlockerScope, Catalog};
use lightest_model::chooser::{Choice, Query, choose};
use lightest_model::config::Arch;
use lightest_model::space::Space;
use lightest_petri::Spelled;
use lightest_petri::attribute;
use lightest_petri::grammar::{Attribute, Grammar};

static CATALOG: LazyLock<Catalog> = LazyLock::new(common::catalog);

/// The words that the requirements and the quirks of the picks ask for.
fn advised(space: &Space<'_>, choice: &Choice<'_>) -> BTreeSet<String> {
    let asked = choice.asked.indices().iter();
    let mut words: BTreeSet<String> =
        asked.filter_map(|asked| asked.entry(space.catalog())?.attribute.clone()).collect();
    for pick in choice.parts.iter().flat_map(|part| part.pick.iter().chain(&part.companion)) {
        words.extend(pick.quirks.iter().filter_map(|quirk| quirk.declare.clone()));
    }
    words
}

fn carries(attribute: &Attribute, word: &str) -> bool {
    match word {
        "noagent" => attribute.noagent,
        "amd" | "intel" => attribute.vendor.is_some_and(|vendor| vendor.word() == word),
        _ => {
            let bare = word.strip_prefix("requires(").and_then(|word| word.strip_suffix(')'));
            bare.is_some_and(|bare| attribute.requires.iter().any(|given| given == bare))
        }
    }
}

/// Checks one answer; returns the words that its attribute carries.
fn check(space: &Space<'_>, requires: Vec<String>, archs: Vec<Arch>) -> BTreeSet<String> {
    let query = Query { requires: requires.clone(), archs, vmms: Vec::new() };
    let Ok(choice) = choose(space, &query) else { return BTreeSet::new() };
    let Some(pasted) = attribute(space, &choice) else { return BTreeSet::new() };
    let text = pasted.to_string();
    let read = Grammar::new(&CATALOG).parse_attribute(&text);
    let read = read.unwrap_or_else(|error| panic!("{requires:?}: {error} in\n{text}"));
    assert!(text.lines().all(|line| line.len() <= 180), "{requires:?}: a long line in\n{text}");
    let words = advised(space, &choice);
    for word in &words {
        assert!(carries(&read, word), "{requires:?}: the answer advises `{word}`, which is not in\n{text}");
    }
    for pick in choice.parts.iter().flat_map(|part| part.pick.iter().chain(&part.companion)) {
        let config = &space.row(pick.row).config;
        let entry = read.entries.iter().find(|entry| entry.config == *config).expect("every pick is pasted");
        let held = pick.limits.iter().find(|limit| limit.holds == Some(BlockerScope::Always));
        let reason = entry.ignored.as_ref().map(|reason| reason.text.clone());
        assert_eq!(reason, held.map(|limit| limit.reason()), "{requires:?}: {}", Spelled(config));
    }
    words
}

#[test]
fn every_need_and_every_pair_gives_an_attribute_that_the_macros_accept() {
    let space = Space::of_tests(&CATALOG);
    let ids: Vec<&str> = CATALOG.requirements.iter().map(|known| known.id.as_str()).collect();
    let mut words = BTreeSet::new();
    for (at, first) in ids.iter().enumerate() {
        for second in &ids[at..] {
            let requires = vec![(*first).to_owned(), (*second).to_owned()];
            words.extend(check(&space, requires.clone(), Vec::new()));
            words.extend(check(&space, requires, vec![Arch::X64]));
        }
    }
    // Every word that the catalog can advise is advised somewhere.
    let advisable = CATALOG.requirements.iter().filter_map(|known| known.attribute.clone());
    let advisable: BTreeSet<String> =
        advisable.chain(CATALOG.quirks.iter().filter_map(|quirk| quirk.declare.clone())).collect();
    assert_eq!(words, advisable);
}
