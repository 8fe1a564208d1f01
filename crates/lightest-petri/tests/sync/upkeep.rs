//! Keeping the catalog: edits leave comments and order alone, evidence goes where its lines went.

use std::collections::BTreeMap;

use crate::orchard::{ARTIFACTS, MACHINES, TESTS, catalog, evidence, stated, tree, with};
use lightest_sync::SourcePlace;
use lightest_sync::catalog_text::{CatalogText, Edit, New, Step, Target};
use lightest_sync::compare::Witness;
use lightest_sync::evidence::{cited_paths, rewrite, unsourced};

fn target(kind: &str, index: usize, path: &[&str]) -> Target {
    let step = |word: &&str| word.parse().map_or_else(|_| Step::Key((*word).to_owned()), Step::At);
    Target { kind: kind.to_owned(), index, path: path.iter().map(step).collect() }
}

#[test]
fn an_edit_changes_its_value_and_nothing_else() {
    let text = "# head\n\n[[a]]\nid = \"x\" # name\nlist = [\n    \"one\", # first\n    \"two\",\n]\n\n# between\n[[a]]\nid = \"y\"\nin = { n = 1 }\n[[a.image]]\nbytes = 7 # small\n";
    let catalog = CatalogText::new(vec![("a.toml".to_owned(), text.to_owned())]).expect("it is TOML");
    let edits = [
        Edit { target: target("a", 0, &["list", "1"]), new: New::Str("zwei".to_owned()) },
        Edit { target: target("a", 1, &["in", "n"]), new: New::Int(2) },
        Edit { target: target("a", 1, &["image", "0", "bytes"]), new: New::Int(8) },
        Edit { target: target("a", 1, &["more"]), new: New::Bool(true) },
    ];
    let (changed, refused) = catalog.apply(&edits);
    assert_eq!(refused, []);
    let expected = text
        .replace("\"two\"", "\"zwei\"")
        .replace("n = 1", "n = 2")
        .replace("bytes = 7", "bytes = 8")
        .replace("in = { n = 2 }\n", "in = { n = 2 }\nmore = true\n");
    assert_eq!(changed, [("a.toml".to_owned(), expected)]);
}

#[test]
fn an_edit_without_target_is_returned() {
    let catalog =
        CatalogText::new(vec![("a.toml".to_owned(), "[[a]]\nid = \"x\"\n".to_owned())]).expect("it is TOML");
    let edits = [
        Edit { target: target("b", 0, &["id"]), new: New::Int(1) },
        Edit { target: target("a", 1, &["id"]), new: New::Int(1) },
        Edit { target: target("a", 0, &["list", "0"]), new: New::Int(1) },
        Edit { target: target("a", 0, &["gone"]), new: New::Gone },
    ];
    let (changed, refused) = catalog.apply(&edits);
    assert_eq!((changed, refused), (Vec::new(), edits.to_vec()));
}

#[test]
fn differing_facts_of_the_source_are_written() {
    let now = with(ARTIFACTS, "1_000_512", "1_000_513");
    let (known, text) = catalog();
    let report = stated(&now).compare(&known, &text, &evidence(&text, &now, &[]));
    let edits: Vec<Edit> = report.differences.into_iter().flat_map(|difference| difference.edits).collect();
    let (changed, _) = text.apply(&edits);
    let was = text.text("all.toml").expect("it is there");
    assert_eq!(
        changed,
        [("all.toml".to_owned(), was.replace("bytes = 1000512 # small", "bytes = 1000513 # small"))]
    );
}

#[test]
fn evidence_goes_where_its_lines_went_and_the_rest_is_pinned() {
    let mut now = with(
        ARTIFACTS,
        "//! A small orchard of images, written for these tests.\n",
        "//! An orchard.\n\n// New.\n",
    );
    let text = now.get_mut(ARTIFACTS).expect("it exists");
    *text = text.replace("from_secs(7)", "from_secs(9)").replace("1_000_512", "1_000_513");
    let (known, text) = catalog();
    let followed = evidence(&text, &now, &[]);
    let fresh = stated(&now).fresh(&known);
    let (edits, left) = rewrite(&text, &followed, "openvmm", "openvmm-old", &fresh);
    let (changed, refused) = text.apply(&edits);
    assert_eq!(refused, []);
    let was: Vec<&str> = text.text("all.toml").expect("it is there").lines().collect();
    let is: Vec<&str> = changed[0].1.lines().collect();
    assert_eq!(was.len(), is.len());
    let differ: Vec<String> =
        was.iter().zip(&is).filter(|(was, is)| was != is).map(|(_, is)| (*is).to_owned()).collect();
    assert_eq!(
        differ,
        [
            // Moved by two lines.
            "evidence = [\"openvmm:vmm_tests/artifacts/src/lib.rs:7-10\"]",
            "evidence = [\"openvmm:vmm_tests/artifacts/src/lib.rs:7-10\"]",
            "evidence = [\"openvmm:vmm_tests/artifacts/src/lib.rs:14-22\"]",
            // Read anew: the image's own declaration.
            "evidence = [\"openvmm:vmm_tests/artifacts/src/lib.rs:24-44\"]",
            "evidence = [\"openvmm:vmm_tests/artifacts/src/lib.rs:47-68\"]",
            "evidence = [\"openvmm:vmm_tests/artifacts/src/lib.rs:70-82\"]",
            "evidence = [\"openvmm:vmm_tests/artifacts/src/lib.rs:86-100\"]",
            // For a person: the quirk's lines read differently.
            "evidence = [\"openvmm-old:vmm_tests/artifacts/src/lib.rs:30-35\"]",
            "evidence = [\"openvmm-old:vmm_tests/artifacts/src/lib.rs:30-35\"]",
            "evidence = [\"openvmm:vmm_tests/artifacts/src/lib.rs:56-61\"]",
        ]
    );
    assert_eq!(left, 2);
}

#[test]
fn evidence_of_a_file_that_is_gone_is_gone() {
    let mut now = crate::orchard::tree();
    now.remove(MACHINES);
    let (_, text) = catalog();
    let followed = evidence(&text, &now, &[]);
    assert_eq!(followed.count(|status| *status == lightest_sync::evidence::EvidenceStatus::Gone), 2);
}

#[test]
fn evidence_of_every_kind_of_entry_is_followed() {
    let entry = |kind: &str, file: &str| format!("[[{kind}]]\nevidence = [\"openvmm:{file}.rs:1\"]\n");
    let entries = [entry("call", "a"), entry("artifact", "b"), entry("kind_of_tomorrow", "c")].concat()
        + "[[guest]]\nid = \"g\"\n"
        + &entry("guest.image", "d");
    let text = CatalogText::new(vec![("all.toml".to_owned(), entries)]).expect("it is TOML");
    assert_eq!(cited_paths(&text, "openvmm"), ["a.rs", "b.rs", "c.rs", "d.rs"]);
}

#[test]
fn a_variant_whose_failures_do_not_count_is_not_live() {
    let variant = "hyperv_uefi_aarch64(vhd(pear_2_aarch64))";
    let witness = Witness {
        test: "grows".to_owned(),
        config: variant.to_owned(),
        spot: SourcePlace { path: TESTS.to_owned(), span: 0..0 },
    };
    assert!(stated(&tree()).is_live(&witness));
    for held in ["ignore", "unstable"] {
        let now = with(TESTS, variant, &format!("{held}(reason = \"pears\", {variant})"));
        assert!(!stated(&now).is_live(&witness), "{held}");
    }
}

#[test]
fn a_citation_beyond_the_end_of_a_file_is_unknown() {
    let (known, text) = catalog();
    let file = lightest_sync::evidence::CitedFile {
        was: Some("one line\n".to_owned()),
        is: Some((MACHINES.to_owned(), "one line\n".to_owned())),
    };
    let files = BTreeMap::from([(MACHINES.to_owned(), file)]);
    let followed = lightest_sync::evidence::Evidences::default().follow(&text, "openvmm", &files);
    let machines: Vec<_> =
        known.quirks[0].evidence.iter().map(|evidence| followed.status_of(evidence)).collect();
    assert_eq!(machines, [Some(&lightest_sync::evidence::EvidenceStatus::Unknown)]);
}

#[test]
fn facts_without_a_source_line_are_listed() {
    let (known, _) = catalog();
    assert_eq!(unsourced(&known, "openvmm"), [("boot_class".to_owned(), "fast".to_owned())]);
}
