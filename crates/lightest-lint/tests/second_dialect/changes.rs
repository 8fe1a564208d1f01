//! What a change touches: the tests on whose lines it is, those that share what it is on, and the findings there.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use lightest_catalog::{File, calls, load};
use lightest_lint::calls::Table;
use lightest_lint::change::{Change, Changes};
use lightest_lint::dialect::Dialect;
use lightest_lint::linter::{self, Options};
use lightest_lint::source::Source;
use lightest_model::catalog::Layer;

use super::toy::{SIDE_BY_SIDE, Toy};

/// Two tests that share a guest, and one with a guest of its own; each guest is too heavy.
const TEXT: &str = "\
// What both need.
BeforeEach(func() { vm = boot(NewFedora()) })
// The first.
It(\"one\", func() { vm.Exec(\"cat /x\") })
It(\"two\", func() { vm.Exec(\"cat /y\") })

// The third.
It(\"three\", func() { vm := boot(NewFedora()); vm.Exec(\"cat /z\") })
";

fn line(text: &str) -> Range<usize> {
    let start = TEXT.find(text).expect("it is there");
    start..start + TEXT[start..].find('\n').map_or(0, |at| at + 1)
}

/// The tests that a change of some lines touches, and the lines of the findings that it does.
fn touched(lines: Range<usize>) -> (Vec<usize>, Vec<usize>) {
    let file = |name: &str, text: &'static str| File::new(Path::new(name), text, Layer::User);
    let files =
        [file("catalog.toml", include_str!("catalog.toml")), file("calls.toml", include_str!("calls.toml"))];
    let catalog = load(&files).expect("the catalog is sound");
    let table = Table::new(calls::load(&files, &catalog).expect("the table is sound"));
    let word = String::new;
    let sources = [Source { path: word(), local: word(), package: word(), text: Arc::from(TEXT) }];
    let toy = Toy(SIDE_BY_SIDE);
    let reading = toy.read(&sources, &catalog, &table);
    let findings = linter::check(&reading, &sources, &toy, &catalog, &table, &Options::default());
    assert_eq!(findings.len(), 2, "the shared guest and the own one");
    let mut changes = Changes::to(toy.leading());
    changes.set(0, vec![Change::New(lines)]);
    let touched = changes.touched(&reading, &sources);
    for (index, test) in reading.tests.iter().enumerate() {
        let place = changes.place_for(test, &sources);
        assert!(place.is_none() || touched.has_test(index, &reading));
        // The guest of the third is its own, so that all that touches it has a place.
        assert!(index != 2 || place.is_some() == touched.has_test(index, &reading));
    }
    let tests = (0..reading.tests.len()).filter(|test| touched.has_test(*test, &reading)).collect();
    let found = findings.iter().filter(|finding| touched.has_finding(finding, &reading));
    let at = found.map(|finding| TEXT[..finding.span().bytes.start].matches('\n').count() + 1);
    (tests, at.collect())
}

#[test]
fn a_change_of_shared_code_touches_each_test() {
    assert_eq!(touched(line("BeforeEach")), (vec![0, 1], vec![2]));
    // The guest stands behind other code on its line, so that nothing above the line is known to be about it.
    assert_eq!(touched(line("// What both need")), (vec![], vec![]));
    // With one of them changes what the guest is shared for.
    assert_eq!(touched(line("It(\"one\"")), (vec![0, 1], vec![2]));
    assert_eq!(touched(line("// The first")), (vec![0, 1], vec![2]));
    assert_eq!(touched(line("It(\"two\"")), (vec![0, 1], vec![2]));
}

/// A comment on what tests share stands beside it, not within.
#[test]
fn a_finding_on_a_comment_belongs_to_the_commented_item() {
    let unused = "// lightest: expect(lacks-what-it-uses): it is tried";
    let setup = |guest: &str| format!("BeforeEach(func() {{ vm = boot({guest}) }}) {unused}\n");
    let reads = "It(\"one\", func() { vm.Exec(\"cat /x\") })\n\n";
    let text = [setup("NewFedora()").as_str(), reads, setup("NewCirros()").as_str(), reads].concat();
    let (catalog, table) = super::facts();
    let sources = [super::source(&text)];
    let toy = Toy(SIDE_BY_SIDE);
    let reading = toy.read(&sources, &catalog, &table);
    let findings = linter::check(&reading, &sources, &toy, &catalog, &table, &Options::default());
    let unused: Vec<_> = findings.iter().filter(|finding| finding.rule() == "unused-suppression").collect();
    assert_eq!(unused.len(), 2);
    for (at, guest) in ["NewFedora", "NewCirros"].into_iter().enumerate() {
        let start = text.find(guest).expect("it is there");
        let mut changes = Changes::to(toy.leading());
        changes.set(0, vec![Change::New(start..start + guest.len())]);
        let touched = changes.touched(&reading, &sources);
        let found: Vec<_> = (0..2).filter(|other| touched.has_finding(unused[*other], &reading)).collect();
        assert_eq!(found, [at], "{guest}");
    }
}

#[test]
fn a_change_of_one_test_touches_no_other() {
    assert_eq!(touched(line("It(\"three\"")), (vec![2], vec![8]));
    assert_eq!(touched(line("// The third")), (vec![2], vec![8]));
    let blank = TEXT.find("\n\n").expect("a blank line") + 1;
    assert_eq!(touched(blank..blank + 1), (vec![], vec![]));
    assert_eq!(touched(0..TEXT.len()), (vec![0, 1, 2], vec![2, 8]));
}
