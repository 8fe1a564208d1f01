//! No bytes make the reader panic, hang or take memory out of proportion, and none are passed over in silence.

use crate::orchard::{ARTIFACTS, MACROS, TESTS, corpus, tree};
use lightest_petri::openvmm::{Corpus, Facts};
use lightest_sync::{MAX_BYTES, SourceFile};
use proptest::prelude::*;

fn read(text: String) -> Facts {
    Facts::read(&Corpus::new([SourceFile { path: "vmm_tests/vmm_tests/x.rs".to_owned(), text }]))
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    for opening in
        ["(", "[", "{", "match x { _ => ", "fn f() {", "impl A for B { fn f() { match x {", "!(", "a && ("]
    {
        let facts = read(opening.repeat(8_000));
        assert!(!facts.gaps.is_empty());
    }
}

#[test]
fn keywords_without_end_are_not_searched_to_the_end_each_time() {
    for word in
        ["fn f ", "impl A for B ", "match x ", "const A: B = ", "#[a] ", "ignore(", "if x ", "let a = "]
    {
        read(word.repeat(8_000));
    }
}

#[test]
fn a_file_too_large_to_be_source_is_a_gap() {
    let facts = read("// tree\n".repeat(MAX_BYTES / 8 + 1));
    assert!(facts.gaps.iter().any(|gap| gap.because.contains("MiB")), "{:?}", facts.gaps);
}

#[test]
fn a_file_that_is_broken_is_a_gap_and_the_rest_is_read() {
    let mut now = tree();
    let text = now.get_mut(TESTS).expect("it exists");
    text.push_str("\nfn broken( { \"never ends");
    let facts = Facts::read(&corpus(&now));
    assert_eq!(facts.tests.len(), 2);
    assert!(facts.gaps.iter().any(|gap| gap.what.contains(TESTS)), "{:?}", facts.gaps);
}

#[test]
fn delegation_in_a_circle_ends_as_a_gap() {
    let mut now = tree();
    let text = now.get_mut(ARTIFACTS).expect("it exists");
    *text = text.replace(
        "const ARCH: MachineArch = MachineArch::X86_64;",
        "const ARCH: MachineArch = PLUM_1_X64::ARCH;",
    );
    let facts = Facts::read(&corpus(&now));
    assert!(
        facts.gaps.iter().any(|gap| gap.what.contains("`ARCH` of `test_vhd::PLUM_1_X64`")),
        "{:?}",
        facts.gaps
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic(text in ".{0,400}") {
        read(text);
    }

    #[test]
    fn any_cut_of_a_real_file_is_read_without_a_panic(which in 0_usize..3, at in 0.0_f64..1.0, length in 0_usize..200, put in "[\\PC\n]{0,6}") {
        let path = [ARTIFACTS, MACROS, TESTS][which];
        let mut now = tree();
        let text = now.get_mut(path).expect("it exists");
        let start = text.floor_char_boundary((text.len() as f64 * at) as usize);
        let end = text.floor_char_boundary((start + length).min(text.len()));
        text.replace_range(start..end, &put);
        let found = crate::orchard::report(&now, &[]);
        for difference in &found.differences {
            for label in &difference.diagnostic.labels {
                let file = found.sources.get(label.span.file);
                prop_assert!(file.is_some_and(|file| file.text.get(label.span.bytes.clone()).is_some()), "{difference:?}");
            }
        }
    }
}
