//! The precompiled catalog answers every query as the whole catalog does.

use std::fs;
use std::path::Path;

use lightest_catalog::{OPENVMM, calls, embedded, load};
use lightest_lint::calls::Entry;
use lightest_model::catalog::Catalog;
use lightest_model::chooser::{Query, choose};
use lightest_model::space::Space;
use lightest_precompiled::{self as precompiled, Bytes};

/// The bytes of a catalog, as a program includes them.
fn bytes(catalog: &Catalog, calls: &[Entry]) -> Bytes {
    let folder = tempfile::tempdir().expect("a folder");
    precompiled::write(catalog, calls, folder.path()).expect("written");
    let read = |name: &str| -> &'static [u8] {
        fs::read(Path::new(folder.path()).join(name)).expect("it was written").leak()
    };
    Bytes {
        whole: read("catalog.bin"),
        rest: read("catalog_rest.bin"),
        statements: read("statements.bin"),
        index: read("statements_index.bin"),
        alone: read("alone.bin"),
        calls: read("calls.bin"),
    }
}

/// The whole catalog without what no pick shows: evidence of quirks and limits, and how petri handles a quirk.
fn shown(catalog: &Catalog) -> Catalog {
    let mut catalog = catalog.clone();
    for quirk in &mut catalog.quirks {
        quirk.evidence.clear();
        quirk.handling.clear();
    }
    catalog.blockers.iter_mut().for_each(|blocker| blocker.evidence.clear());
    catalog
}

#[test]
fn one_or_two_requirements_and_some_triples_have_the_same_answer() {
    let files = embedded(OPENVMM);
    let whole = load(&files).expect("the catalog is sound");
    let calls = calls::load(&files, &whole).expect("the table is sound");
    let bytes = bytes(&whole, &calls);
    assert!(precompiled::calls(bytes).expect("it fits") == calls, "the bytes hold the table");
    assert!(precompiled::catalog(bytes).expect("it fits") == whole, "the bytes hold the catalog");
    let whole = shown(&whole);
    let space = Space::of_tests(&whole);
    let ids: Vec<String> = whole.requirements.iter().map(|requirement| requirement.id.clone()).collect();
    let mut queries: Vec<Vec<String>> = vec![Vec::new()];
    for (at, one) in ids.iter().enumerate() {
        queries.push(vec![one.clone()]);
        queries.extend(ids[at + 1..].iter().map(|other| vec![one.clone(), other.clone()]));
        // Triples with members at some distances.
        queries.extend((1..ids.len() / 2).step_by(7).map(|step| {
            let other = |times: usize| ids[(at + times * step) % ids.len()].clone();
            vec![one.clone(), other(1), other(2)]
        }));
    }
    for requires in queries {
        let (part, alone) = precompiled::about(bytes, &requires).expect("it fits");
        let about = Space::of_tests(&part).with_alone(alone);
        let query = Query { requires, archs: Vec::new(), vmms: Vec::new() };
        let answer =
            |space: &Space<'_>| format!("{:?}", choose(space, &query).expect("they are requirements"));
        assert_eq!(answer(&about), answer(&space), "{:?}", query.requires);
    }
}
