//! A toy dialect of another language, with guests of its own, goes through the same inference and rules.
//!
//! Its guests have no agent to ask for, live side by side, are shared by several tests, and run on three architectures.

mod changes;
mod toy;
mod unknowns;

use std::path::Path;
use std::sync::Arc;

use lightest_catalog::{File, calls, load};
use lightest_diagnostics::{Diagnostic, Safety, Span};
use lightest_lint::calls::Table;
use lightest_lint::dialect::{Conventions, Dialect};
use lightest_lint::facts::{BareDeclaration, Reading, Test};
use lightest_lint::finding::Finding;
use lightest_lint::linter::{self, Options};
use lightest_lint::rules::RULES;
use lightest_lint::source::Source;
use lightest_model::catalog::{Catalog, Layer};
use lightest_model::config::Arch;
use lightest_model::space::{Asked, Space};

use toy::{SIDE_BY_SIDE, Toy};

fn check(text: &str) -> Vec<Finding> {
    check_with(SIDE_BY_SIDE, &Options::default(), text)
}

/// The guests of the toy, and what its tests touch.
fn facts() -> (Catalog, Table) {
    let file = |name: &str, text: &'static str| File::new(Path::new(name), text, Layer::User);
    let files =
        [file("catalog.toml", include_str!("catalog.toml")), file("calls.toml", include_str!("calls.toml"))];
    let catalog = load(&files).expect("the catalog is sound");
    assert_eq!(catalog.archs().collect::<Vec<_>>(), Arch::ALL);
    let table = Table::new(calls::load(&files, &catalog).expect("the table is sound"));
    (catalog, table)
}

fn source(text: &str) -> Source {
    Source {
        path: "tests/vm_test.go".to_owned(),
        local: "tests/vm_test.go".to_owned(),
        package: String::new(),
        text: Arc::from(text),
    }
}

fn check_with(conventions: Conventions, options: &Options, text: &str) -> Vec<Finding> {
    let toy = Toy(conventions);
    let (catalog, table) = facts();
    let sources = [source(text)];
    let reading = toy.read(&sources, &catalog, &table);
    let tests = text.lines().filter(|line| line.starts_with("It(")).count();
    assert_eq!(reading.tests.len(), tests, "every line is read");
    linter::check(&reading, &sources, &toy, &catalog, &table, options)
}

/// The rule and the message of each finding.
fn messages(findings: &[Finding]) -> Vec<(&str, &str)> {
    findings.iter().map(|finding| (finding.rule(), finding.diagnostic.message.as_str())).collect()
}

/// The replaced text and the replacement of a finding, and whether the edit is safe.
fn edit<'a>(text: &'a str, finding: &'a Finding) -> (&'a str, &'a str, Safety) {
    let help = finding.diagnostic.help.as_ref().expect("help");
    let [edit] = &help.edits[..] else { panic!("{help:?}") };
    (&text[edit.span.bytes.clone()], edit.text.as_str(), help.safety)
}

const READS: &str =
    "It(\"reads the version\", func() { vm := boot(NewFedora()); vm.Exec(\"cat /proc/version\") })";

#[test]
fn a_guest_of_another_framework_is_found_too_heavy_and_replaced_in_its_own_words() {
    let findings = check(READS);
    // Alpine is lighter than CirrOS, but has no image for one of the architectures.
    let message = "this test boots NewFedora(), but asks for nothing that NewCirros() lacks";
    assert_eq!(messages(&findings), [("heavier-than-needed", message)]);
    assert_eq!(edit(READS, &findings[0]), ("NewFedora()", "NewCirros()", Safety::Unsafe));
}

#[test]
fn a_guest_that_lacks_a_requirement_is_too_light() {
    let findings =
        check("It(\"lists units\", func() { vm := boot(NewCirros()); vm.Exec(\"systemctl -a\") })");
    assert_eq!(
        messages(&findings),
        [("lacks-what-it-uses", "this configuration lacks what the test uses: systemd")]
    );
}

#[test]
fn a_test_that_asks_for_nothing_needs_no_guest() {
    let text = "It(\"is migrated\", func() { vm := boot(NewFedora()) })";
    let findings = check(text);
    let message = "this test boots NewFedora(), but asks for nothing that NewGuestless() lacks";
    assert_eq!(messages(&findings), [("heavier-than-needed", message)]);
    assert_eq!(edit(text, &findings[0]), ("NewFedora()", "NewGuestless()", Safety::Safe));
}

#[test]
fn a_field_that_is_read_and_a_text_are_needs() {
    assert!(check("It(\"has a disk\", func() { vm := boot(NewCirros()); read(vm.Disks[0]) })").is_empty());
    let findings = check("It(\"has disks\", func() { vm := boot(NewCirros()); read(vm.Disks) })");
    assert_eq!(findings.len(), 1, "only an index asks for a disk: {findings:?}");
    assert!(check("It(\"x\", func() { vm := boot(NewFedora()); expect(\"systemd is up\") })").is_empty());
}

#[test]
fn an_edit_keeps_needed_options_of_the_old_guest() {
    let text = "It(\"is resized\", func() { vm := boot(NewFedora()); read(vm.Memory) })";
    let findings = check(text);
    let kept = "NewGuestless(WithMemory(\"512Mi\"))";
    assert_eq!(edit(text, &findings[0]), ("NewFedora()", kept, Safety::Unsafe));
}

#[test]
fn a_shared_guest_is_too_heavy_only_if_no_test_needs_it() {
    let setup = "BeforeEach(func() { vm = boot(NewFedora()) })\n";
    let cat = "It(\"reads\", func() { vm.Exec(\"cat /x\") })\n";
    let units = "It(\"lists\", func() { vm.Exec(\"systemctl\") })\n";
    let text = [setup, cat, cat].concat();
    let findings = check(&text);
    let message = "2 tests share NewFedora(), but none of them asks for anything that NewCirros() lacks";
    assert_eq!(messages(&findings), [("heavier-than-needed", message)]);
    assert_eq!(edit(&text, &findings[0]), ("NewFedora()", "NewCirros()", Safety::Unsafe));
    assert!(check(&[setup, cat, units].concat()).is_empty());
    // Behind an empty line nothing is shared.
    assert_eq!(check(&[setup, cat, "\n", units].concat()).len(), 1);
}

#[test]
fn needs_found_by_the_dialect_count_for_a_shared_guest() {
    let setup = "BeforeEach(func() { vm = boot(NewFedora()) })\n";
    let cat = "It(\"reads\", func() { vm.Exec(\"cat /x\") })\n";
    let asks = "It(\"asks\", func() { needs(\"systemd\") })\n";
    assert_eq!(check(&[setup, cat].concat()).len(), 1);
    assert!(check(&[setup, cat, asks].concat()).is_empty());
}

#[test]
fn of_a_shared_guest_that_is_too_light_the_test_that_asks_is_named() {
    let text = concat!(
        "BeforeEach(func() { vm = boot(NewCirros()) })\n",
        "It(\"reads\", func() { vm.Exec(\"cat /x\") })\n",
        "It(\"lists\", func() { vm.Exec(\"systemctl\") })\n",
    );
    let findings = check(text);
    assert_eq!(
        messages(&findings),
        [("lacks-what-it-uses", "this configuration lacks what the test uses: systemd")]
    );
    let notes = &findings[0].diagnostic.notes;
    assert!(notes.contains(&"2 tests share this guest; only `lists` asks for it".to_owned()), "{notes:?}");
    // Where all of them ask for it, none is named.
    let findings = check(&text.replace("cat /x", "systemctl"));
    let notes = &findings[0].diagnostic.notes;
    assert!(notes.iter().all(|note| !note.contains("share this guest")), "{notes:?}");
}

#[test]
fn guests_that_live_side_by_side_are_no_alternatives() {
    let both = "It(\"x\", func() { a := boot(NewFedora()); b := boot(NewCirros()); a.Exec(\"cat /x\") })";
    let findings = check(both);
    let message = "this test boots NewFedora(), but asks for nothing that NewCirros() lacks";
    assert_eq!(
        messages(&findings),
        [("heavier-than-needed", message)],
        "though the test boots CirrOS as well"
    );
}

#[test]
fn fitting_and_unknown_guests_are_not_reported() {
    let findings = check(concat!(
        "It(\"lists units\", func() { vm := boot(NewFedora()); vm.Exec(\"systemctl list-units\") })\n",
        "It(\"prints the version\", func() { vm := boot(NewCirros()); vm.Exec(\"cat /proc/version\") })\n",
        "It(\"frobnicates\", func() { vm := boot(NewFedora()); vm.Exec(\"frobnicate\") })\n",
    ));
    assert!(findings.is_empty(), "{findings:?}");
}

/// How many findings there are without `--pedantic`, and with it.
fn counts(conventions: Conventions, text: &str) -> (usize, usize) {
    let count = |pedantic| {
        let options = Options { pedantic, ..Options::default() };
        check_with(conventions, &options, text).len()
    };
    (count(false), count(true))
}

#[test]
fn an_image_that_boots_no_faster_is_a_matter_of_taste() {
    let one_arch = Conventions { any_arch: false, ..SIDE_BY_SIDE };
    // Alpine's image is smaller than CirrOS's, and both boot fast.
    let cirros = "It(\"reads\", func() { vm := boot(NewCirros()); vm.Exec(\"cat /x\") })";
    assert_eq!(counts(one_arch, cirros), (0, 1));
    let fedora = "It(\"reads\", func() { vm := boot(NewFedora()); vm.Exec(\"cat /x\") })";
    assert_eq!(counts(one_arch, fedora), (1, 1));
}

#[test]
fn a_list_of_several_guests_is_a_matter_of_taste() {
    let list = Conventions { alternatives: true, any_arch: false, ..SIDE_BY_SIDE };
    let both = "It(\"x\", func() { boot(NewFedora()); boot(NewCirros()); vm.Exec(\"cat /x\") })";
    // Alpine stands for Fedora and, by its size alone, for CirrOS: it is proposed once.
    assert_eq!(counts(list, both), (0, 1));
    let alone = "It(\"x\", func() { boot(NewFedora()); vm.Exec(\"cat /x\") })";
    assert_eq!(counts(list, alone), (1, 1));
}

/// Whether each architecture has one guest does not hang on how many architectures there are.
#[test]
fn one_guest_on_each_of_three_architectures_is_no_choice() {
    let (catalog, table) = facts();
    let toy = Toy(Conventions { alternatives: true, any_arch: false, ..SIDE_BY_SIDE });
    let text =
        "It(\"x\", func() { boot(NewFedora()); boot(NewFedora()); boot(NewCirros()); vm.Exec(\"cat /x\") })";
    let sources = [source(text)];
    let heavy = |archs: [Arch; 3]| {
        let mut reading = toy.read(&sources, &catalog, &table);
        for (variant, arch) in reading.tests[0].declarations[0].variants.iter_mut().zip(archs) {
            variant.config.arch = arch;
        }
        linter::check(&reading, &sources, &toy, &catalog, &table, &Options::default()).len()
    };
    // On s390x CirrOS is the lightest; on the others Alpine is, for each of them.
    assert_eq!(heavy([Arch::X64, Arch::Aarch64, Arch::S390x]), 2);
    assert_eq!(heavy([Arch::X64, Arch::S390x, Arch::S390x]), 0, "two guests on one of them are a choice");
}

#[test]
fn a_test_whose_point_is_that_its_guest_boots_keeps_it() {
    let boots = Conventions { boot_tests: true, ..SIDE_BY_SIDE };
    let named =
        |name: &str, body: &str| format!("It(\"{name}\", func() {{ vm := boot(NewFedora()); {body} }})");
    let found = |name: &str, body: &str| counts(boots, &named(name, body)).0;
    // A body that asks for nothing has no other point.
    assert_eq!(found("starts", ""), 0);
    assert_eq!(check(&named("starts", "")).len(), 1, "where tests may have another point");
    let answers = "vm.Exec(\"cat /x\")";
    assert_eq!(found("reads", answers), 1);
    assert_eq!(found("boot_twice", answers), 0);
    assert_eq!(found("fast_boot", answers), 0);
    assert_eq!(found("reboots", answers), 1);
    // The order of boot devices is something else, and so is a test that looks at more than the agent.
    assert_eq!(found("boot_order", answers), 1);
    assert_eq!(found("boot_twice", "vm.Exec(\"cat /x\"); read(vm.Disks[0])"), 1);
}

#[test]
fn an_edit_ends_its_lines_as_the_file_does() {
    let long = source(&format!("{READS}\r\n{READS}\r\n"));
    let mut findings = check(READS);
    let edited = |text: &str, findings: &mut Vec<Finding>| {
        let help = findings[0].diagnostic.help.as_mut().expect("help");
        help.edits[0].text = text.to_owned();
        linter::keep_line_ends(findings, std::slice::from_ref(&long));
        findings[0].diagnostic.help.as_ref().expect("help").edits[0].text.clone()
    };
    assert_eq!(edited("a\nb\n", &mut findings), "a\r\nb\r\n");
    assert_eq!(edited("a\r\nb\n", &mut findings), "a\r\nb\r\n");
    assert_eq!(edited("a", &mut findings), "a");
}

#[test]
fn a_test_that_names_its_guest_keeps_it() {
    for (name, findings) in [("fedora_reads", 0), ("reads_on_Fedora", 1), ("reads", 1), ("fedoras", 1)] {
        let text = format!("It(\"{name}\", func() {{ vm := boot(NewFedora()); vm.Exec(\"cat /x\") }})");
        assert_eq!(check(&text).len(), findings, "{name}");
    }
}

#[test]
fn its_comments_suppress() {
    let findings = check(&format!("{READS} // lightest: expect(heavier-than-needed): SELinux is watched"));
    assert!(findings.is_empty(), "{findings:?}");
    let shared = concat!(
        "BeforeEach(func() { vm = boot(NewFedora()) }) // lightest: expect(heavier-than-needed): SELinux\n",
        "It(\"reads\", func() { vm.Exec(\"cat /x\") })\n",
    );
    let findings = check(shared);
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn a_file_with_only_helpers_has_no_tests() {
    let toy = Toy(SIDE_BY_SIDE);
    assert!(toy.has_tests(b"It(\"reads\", func() {})"));
    assert!(!toy.has_tests(b"func read() {}"));
}

#[test]
fn of_several_files_one_is_kept_with_its_notes_and_those_on_files_that_were_not_read() {
    let note = |file| Diagnostic::new("not understood").label(Span::new(file, 0..1), "");
    let unplaced = Diagnostic::new("something is missing");
    let mut reading =
        Reading { notes: vec![note(0), note(1), note(2), unplaced], unread: vec![2], ..Reading::default() };
    assert_eq!([0, 1, 2].map(|at| reading.is_unread(&reading.notes[at])), [false, false, true]);
    reading.keep_file(1);
    let kept: Vec<Option<usize>> =
        reading.notes.iter().map(|note| note.primary().map(|span| span.file)).collect();
    assert_eq!(kept, [Some(1), Some(2), None]);
}

/// What the command line has for every framework is nothing for one that does not have it, rather than something empty.
#[test]
fn optional_parts_of_a_dialect_default_to_none() {
    let toy = Toy(SIDE_BY_SIDE);
    let file = File::new(Path::new("catalog.toml"), include_str!("catalog.toml").to_owned(), Layer::User);
    let catalog = load(&[file]).expect("the catalog is sound");
    let space = Space::of_tests(&catalog);
    let table = Table::new(Vec::new());
    let sources = [source(READS), source(&READS.replace("reads the version", "again"))];
    let names = |reading: Reading| reading.tests.into_iter().map(|test| test.name).collect::<Vec<_>>();
    assert_eq!(names(toy.read(&sources, &catalog, &table)), ["reads the version", "again"]);
    assert_eq!(names(toy.read_file(1, &sources, &catalog, &table)), ["again"]);
    let reading = toy.read(&sources, &catalog, &table);
    let test = &reading.tests[0];
    let (declaration, config) = (&test.declarations[0], &test.declarations[0].variants[0].config);
    assert_eq!(toy.full_name(test), "reads the version");
    let inner = Test { module: vec!["a".to_owned(), "b".to_owned()], ..test.clone() };
    assert_eq!(toy.full_name(&inner), "a::b::reads the version");
    let none = Asked::default();
    let row = space.position(config).expect("it exists");
    assert!(toy.uses_table() && toy.spelling().is_none() && toy.unit().is_none());
    assert!(toy.foreign().is_empty() && toy.marks().is_empty() && toy.suite().is_none());
    assert!(toy.judge(&sources, &catalog, &Options::default()).is_none());
    assert_eq!(toy.rules().len(), RULES.len());
    assert_eq!(toy.spell_ignored("NewFedora()", "it hangs"), None);
    assert_eq!(toy.spell_unstable(config, declaration, "it hangs"), None);
    assert!(toy.guide().is_none() && toy.host_word("vtl2").is_none());
    assert_eq!(toy.paste(&space, &[(row, &[])], &none), None);
    let bare = BareDeclaration {
        span: test.span.clone(),
        written: String::new(),
        vmm: None,
        agent: None,
        states: Vec::new(),
    };
    assert_eq!(toy.declare(&space, &bare, &[], &none), None);
    assert_eq!(toy.variant_of("its name"), "its name");
    assert_eq!(toy.filter(&["its name"]), None);
    assert!(toy.masking().is_none());
}

#[test]
fn a_negated_word_of_a_name_is_no_mention() {
    let file = File::new(Path::new("catalog.toml"), include_str!("catalog.toml").to_owned(), Layer::User);
    let catalog = load(&[file]).expect("the catalog is sound");
    let toy = Toy(SIDE_BY_SIDE);
    let test = toy.read(&[source(READS)], &catalog, &Table::new(Vec::new())).tests.remove(0);
    let named = |name: &str, module: &[&str]| {
        let module = module.iter().map(|word| (*word).to_owned()).collect();
        linter::named(&Test { name: name.to_owned(), module, ..test.clone() }, &catalog)
    };
    assert_eq!(named("lists_systemd_units", &[]), ["systemd"]);
    assert_eq!(named("Systemd", &[]), ["systemd"]);
    assert_eq!(named("disk_and_memory_of_a_disk", &[]), ["disk", "memory"]);
    assert_eq!(named("reads", &["systemd", "memory"]), ["memory", "systemd"]);
    assert_eq!(named("without_a_disk", &[]), ["disk"], "only the words beside it count");
    for other in ["systemds", "unsystemd", "no_systemd", "not-systemd", "systemd_off", "systemd missing"] {
        assert!(named(other, &[]).is_empty(), "{other}");
    }
    assert_eq!(named("no_agent", &[]), ["no-agent"]);
    for twice in ["no_disk_on_disk", "no_disk_disk"] {
        assert_eq!(named(twice, &[]), ["disk"], "the second one is not taken back");
    }
}
