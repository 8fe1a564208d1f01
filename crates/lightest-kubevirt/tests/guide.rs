//! Each row of the page is what the chooser answers.

use lightest_catalog::{embedded, load};
use lightest_kubevirt::judge::lightest;
use lightest_kubevirt::{facts, guide};
use lightest_model::space::Space;

/// The factories of the rows, in their order.
const ANSWERS: [&str; 12] = [
    "NewGuestless",
    "NewGuestless",
    "NewGuestless",
    "NewAlpine",
    "NewAlpine",
    "NewAlpine",
    "NewAlpineWithTestTooling",
    "NewAlpineWithTestTooling",
    "NewAlpineWithTestTooling",
    "NewFedora",
    "NewFedora",
    "NewFedora",
];

#[test]
fn each_row_is_what_the_chooser_answers_and_rows_get_heavier() {
    let catalog = load(&embedded(facts::FOLDERS)).expect("the catalog is sound");
    let space = Space::of_tests(&catalog);
    let rows = guide::rows().expect("the texts are sound");
    let mut before = 0;
    assert_eq!(rows.len(), ANSWERS.len());
    for (row, answer) in rows.iter().zip(ANSWERS) {
        for word in &row.requires {
            assert!(catalog.requirement(word).is_some(), "{word} is not in the catalog");
        }
        let words = row.requires.iter().map(String::as_str);
        let guest = lightest(&space, words).expect("a factory provides it");
        assert_eq!(guest.id, answer, "{}", row.touches);
        let class = catalog.boot_classes.iter().position(|class| class.id == guest.boot_class);
        let class = class.expect("a known class");
        assert!(before <= class, "{}: the lowest row that fits decides", row.touches);
        before = class;
    }
    let page = guide::page(&space);
    for (row, answer) in rows.iter().zip(ANSWERS) {
        assert!(page.contains(&format!("| {} | `libvmifact.{answer}` |", row.touches)), "{page}");
    }
}

#[test]
fn the_page_shows_no_guest_that_new_tests_may_not_use() {
    let catalog = load(&embedded(facts::FOLDERS)).expect("the catalog is sound");
    let page = guide::page(&Space::of_tests(&catalog));
    assert!(!page.contains("NewCirros"), "{page}");
    assert!(page.contains("NewFedora") && page.contains("544Mi"), "{page}");
}
