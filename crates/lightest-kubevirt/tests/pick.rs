//! The lightest factory for some requirements.

use lightest_catalog::{embedded, load};
use lightest_kubevirt::facts;
use lightest_kubevirt::pick::{call, choose, text};

fn pick(words: &[&str]) -> Option<String> {
    let catalog = load(&embedded(facts::FOLDERS)).expect("the catalog is sound");
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    choose(&catalog, &words).expect("known words").pick.map(call)
}

#[test]
fn each_need_leads_to_the_lightest_guest_that_is_known_to_meet_it() {
    for (words, factory) in [
        (&[][..], "libvmifact.NewGuestless()"),
        (&["boot-disk"], "libvmifact.NewAlpine()"),
        (&["login"], "libvmifact.NewAlpine()"),
        (&["agent"], "libvmifact.NewAlpineWithTestTooling()"),
        (&["user-data"], "libvmifact.NewAlpineWithTestTooling()"),
        (&["agent", "acpi"], "libvmifact.NewFedora()"),
        (&["tools"], "libvmifact.NewFedora()"),
    ] {
        assert_eq!(pick(words).as_deref(), Some(factory), "{words:?}");
    }
}

#[test]
fn what_is_refused_is_named_with_its_reason() {
    let catalog = load(&embedded(facts::FOLDERS)).expect("the catalog is sound");
    let choice = choose(&catalog, &["agent".to_owned(), "acpi".to_owned()]).expect("known words");
    let refused: Vec<&str> = choice.refused.iter().map(|(guest, _)| guest.id.as_str()).collect();
    assert_eq!(refused, ["NewGuestless", "NewAlpine", "NewCirros"]);
    let unknown: Vec<&str> = choice.unknown.iter().map(|(guest, _)| guest.id.as_str()).collect();
    assert_eq!(unknown, ["NewAlpineWithTestTooling"]);
    let text = text(&choice, &catalog);
    assert!(text.starts_with("libvmifact.NewFedora()\n"), "{text}");
    assert!(text.contains("not NewAlpine: `agent`: the image has no qemu-guest-agent"), "{text}");
}

#[test]
fn a_word_that_is_no_requirement_is_told_from_its_neighbour() {
    let catalog = load(&embedded(facts::FOLDERS)).expect("the catalog is sound");
    let error = choose(&catalog, &["agnet".to_owned()]).expect_err("no requirement");
    assert_eq!((error.word.as_str(), error.near.as_deref()), ("agnet", Some("agent")));
}
