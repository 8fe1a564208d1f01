//! What nobody has shown of the toy's guests: what a yes would save, in which order that is listed, and which run settles it.

use std::path::Path;
use std::sync::Arc;

use lightest_catalog::{File, calls, load};
use lightest_lint::calls::Table;
use lightest_lint::dialect::{Conventions, Dialect};
use lightest_lint::source::Source;
use lightest_lint::unknowns::{Experiment, Unknowns, unknowns};
use lightest_model::catalog::{Catalog, Layer};
use lightest_model::space::{RowId, Space};

use super::toy::{SIDE_BY_SIDE, Toy};

/// Nobody knows whether CirrOS and Alpine have systemd, nor how much memory Alpine or no guest at all shows.
fn catalog() -> Catalog {
    catalog_with("")
}

/// The same, with more guests.
fn catalog_with(more: &str) -> Catalog {
    let text = include_str!("catalog.toml");
    let known = "when = { guest = [\"guestless\", \"cirros\", \"alpine\"] }";
    assert!(text.contains(known));
    let text = [
        &text.replace(known, "when = { guest = [\"guestless\"] }"),
        "[[capability]]\nrequirement = \"systemd\"\nsupport = \"unknown\"\nwhen = { guest = [\"alpine\"] }\n\
         because = \"nobody has looked\"\nevidence = [\"here:by hand\"]\n",
        "[[capability]]\nrequirement = \"memory\"\nsupport = \"unknown\"\nwhen = { guest = [\"alpine\", \"guestless\"] }\n\
         because = \"nobody has counted\"\nevidence = [\"here:by hand\"]\n",
        "[[quirk]]\nid = \"relabels\"\ntitle = \"boots twice\"\nwhen = { guest = [\"fedora\"] }\n\
         cost = { reboots = 1 }\nhandling = \"none\"\nadvice = \"none\"\nevidence = [\"here:by hand\"]\n",
        more,
    ]
    .concat();
    load(&[File::new(Path::new("catalog.toml"), text, Layer::User)]).expect("the catalog is sound")
}

/// A test of that name, guest and body.
fn test(name: &str, guest: &str, body: &str) -> String {
    format!("It(\"{name}\", func() {{ vm := boot({guest}); {body} }})\n")
}

const UNITS: &str = "vm.Exec(\"systemctl\")";
const MEMORY: &str = "vm.Exec(\"cat /x\"); read(vm.Memory)";

/// Looks at what is unknown to some tests, of which a variant takes that many seconds.
fn look<T>(
    conventions: Conventions,
    tests: &[&str],
    seconds: &dyn Fn(&str) -> Option<f64>,
    at: impl FnOnce(&Space<'_>, &Unknowns<'_>) -> T,
) -> T {
    look_at(&catalog(), conventions, tests, seconds, at)
}

fn look_at<T>(
    catalog: &Catalog,
    conventions: Conventions,
    tests: &[&str],
    seconds: &dyn Fn(&str) -> Option<f64>,
    at: impl FnOnce(&Space<'_>, &Unknowns<'_>) -> T,
) -> T {
    let files = [
        File::new(Path::new("catalog.toml"), include_str!("catalog.toml"), Layer::User),
        File::new(Path::new("calls.toml"), include_str!("calls.toml"), Layer::User),
    ];
    let table = Table::new(calls::load(&files, catalog).expect("the table is sound"));
    let toy = Toy(Conventions { any_arch: false, ..conventions });
    let word = String::new;
    let sources = [Source { path: word(), local: word(), package: word(), text: Arc::from(tests.concat()) }];
    let reading = toy.read(&sources, catalog, &table);
    assert_eq!(reading.tests.len(), tests.len());
    let space = Space::of_tests(catalog);
    at(&space, &unknowns(&reading.tests, &sources, &toy, &table, &space, seconds))
}

fn guest<'s>(space: &'s Space<'_>, row: RowId) -> &'s str {
    &space.row(row).guest.id
}

/// What is unknown: guest and requirement, whether a statement calls it unknown, and of each variant that waits its test, what
/// it would have today, what that saves in megabytes, boot classes and boots, and whether `check` would report it.
fn described(space: &Space<'_>, found: &Unknowns<'_>) -> Vec<String> {
    let unknown = |unknown: &lightest_lint::unknowns::Unknown<'_>| {
        let waiting = unknown.waiting.iter().map(|waiting| {
            let saving = &waiting.saving;
            let reported = unknown.findings().any(|finding| finding == waiting);
            assert_eq!(reported, waiting.silence.is_none());
            let silent = if reported { "" } else { ", silently" };
            format!(
                "; {} from {}: {} MB, {} classes, {} boots{silent}",
                waiting.test,
                guest(space, waiting.from),
                saving.image_bytes.expect("the sizes are known") / 1_000_000,
                saving.boot_classes,
                saving.quirks.reboots
            )
        });
        let stated = if unknown.statement.is_some() { ", stated" } else { "" };
        let head = format!("{} of {}{stated}", unknown.requirement, guest(space, unknown.row));
        head + &waiting.collect::<String>()
    };
    found.unknowns.iter().map(unknown).collect()
}

#[test]
fn unknowns_are_ordered_by_waiting_tests_and_savings() {
    let listed = |tests: &[&str]| look(SIDE_BY_SIDE, tests, &|_| None, described);
    let units = test("lists", "NewFedora()", UNITS);
    let memory = test("counts", "NewFedora()", MEMORY);
    let alpine = "systemd of alpine, stated; 0 from fedora: 490 MB, 1 classes, 1 boots";
    let cirros = "systemd of cirros; 0 from fedora: 480 MB, 1 classes, 1 boots";
    assert_eq!(listed(&[&units]), [alpine, cirros]);
    // CirrOS is known to do for what reads the memory: only what Alpine saves beside it counts.
    let counted = "memory of alpine, stated; 0 from cirros: 10 MB, 0 classes, 0 boots";
    assert_eq!(listed(&[&memory]), [counted]);
    // What has no image has none to be saved.
    let alone = test("counts", "NewFedora()", "read(vm.Memory)");
    let guestless = "memory of guestless, stated; 0 from cirros: 20 MB, 1 classes, 0 boots";
    assert_eq!(listed(&[&alone]), [guestless, counted]);
    let more = |one: &str, test: usize| one.replace("; 0 ", &format!("; {test} "));
    assert_eq!(listed(&[&memory, &units]), [more(alpine, 1), more(cirros, 1), counted.to_owned()]);
    // Two small findings are worth more than a large one.
    let twice = format!("{counted}{}", &more(counted, 1)["memory of alpine, stated".len()..]);
    assert_eq!(listed(&[&memory, &memory, &units]), [twice, more(alpine, 2), more(cirros, 2)]);
    // What would not be reported counts only after everything that would, and waits behind it.
    let named = test("fedora_lists", "NewFedora()", UNITS);
    let silent = |one: &str, test: usize| more(one, test) + ", silently";
    assert_eq!(
        listed(&[&named, &named, &memory]),
        [
            more(counted, 2),
            silent(alpine, 0) + &silent(alpine, 1)["systemd of alpine, stated".len()..],
            silent(cirros, 0) + &silent(cirros, 1)["systemd of cirros".len()..],
        ]
    );
    assert_eq!(
        listed(&[&named, &units])[0],
        more(alpine, 1) + &silent(alpine, 0)["systemd of alpine, stated".len()..]
    );
}

#[test]
fn an_open_test_waits_for_no_unknown() {
    let open = test("asks", "NewFedora()", "vm.Exec(\"frobnicate\")");
    let found = look(SIDE_BY_SIDE, &[&open, &test("lists", "NewFedora()", UNITS)], &|_| None, |_, found| {
        (found.open, found.unknowns.iter().map(|unknown| unknown.waiting.len()).collect::<Vec<_>>())
    });
    assert_eq!(found, (1, vec![1, 1]));
}

#[test]
fn a_guest_that_is_no_lighter_or_lacks_more_than_one_thing_is_not_worth_a_run() {
    let listed =
        |body: &str, guest: &str| look(SIDE_BY_SIDE, &[&test("x", guest, body)], &|_| None, described).len();
    assert_eq!(listed(UNITS, "NewAlpine()"), 0, "nothing lighter may have it");
    assert_eq!(listed(UNITS, "NewCirros()"), 1, "Alpine alone");
    assert_eq!(
        listed(&format!("{UNITS}; read(vm.Memory)"), "NewFedora()"),
        1,
        "of Alpine, two things are unknown"
    );
    assert_eq!(listed("vm.Exec(\"cat /x\")", "NewFedora()"), 0, "all of it is known");
}

/// The run that settles whether Alpine has systemd.
fn experiment(
    conventions: Conventions,
    tests: &[&str],
    seconds: &dyn Fn(&str) -> Option<f64>,
) -> Option<Experiment> {
    look(conventions, tests, seconds, of_alpine)
}

fn of_alpine(space: &Space<'_>, found: &Unknowns<'_>) -> Option<Experiment> {
    let is_it = |unknown: &&lightest_lint::unknowns::Unknown<'_>| {
        unknown.requirement == "systemd" && guest(space, unknown.row) == "alpine"
    };
    found.unknowns.iter().find(is_it).expect("it is unknown").experiment.clone()
}

#[test]
fn a_variant_that_runs_already_settles_an_unknown_by_its_result() {
    let runs = |test: usize, variant: &str| Some(Experiment::Runs { test, variant: variant.to_owned() });
    let units = test("lists", "NewFedora()", UNITS);
    let alpine = test("tries", "NewAlpine()", UNITS);
    let none = |_: &str| None;
    assert_eq!(experiment(SIDE_BY_SIDE, &[&units, &alpine], &none), runs(1, "alpine"));
    let add = Some(Experiment::Add { test: 0, beside: "fedora".to_owned(), edit: None });
    assert_eq!(experiment(SIDE_BY_SIDE, &[&units], &none), add);
    // A test that asks for nothing of the kind proves nothing about it.
    let reads = test("reads", "NewAlpine()", "vm.Exec(\"cat /x\")");
    assert_eq!(experiment(SIDE_BY_SIDE, &[&units, &reads], &none), add);
}

#[test]
fn a_variant_is_added_to_the_test_that_asks_least_beside_the_quickest() {
    let beside = |tests: &[&str], seconds: &dyn Fn(&str) -> Option<f64>| match experiment(
        SIDE_BY_SIDE,
        tests,
        seconds,
    ) {
        Some(Experiment::Add { test, beside, .. }) => (test, beside),
        other => panic!("{other:?}"),
    };
    let much = test("much", "NewFedora()", &format!("{UNITS}; read(vm.Disks[0])"));
    let little = test("little", "NewFedora()", UNITS);
    let fedora = |test: usize| (test, "fedora".to_owned());
    assert_eq!(beside(&[&much, &little], &|_| None), fedora(1));
    assert_eq!(beside(&[&little, &much], &|_| None), fedora(0));
    // CirrOS waits for Alpine as well: what is measured decides first.
    let cirros = test("lists", "NewCirros()", &format!("{UNITS}; read(vm.Disks[0])"));
    let seconds = |name: &str| Some(if name == "cirros" { 1.0 } else { 2.0 });
    assert_eq!(beside(&[&little, &cirros], &seconds), (1, "cirros".to_owned()));
    assert_eq!(beside(&[&little, &cirros], &|_| None), fedora(0));
}

#[test]
fn of_tests_that_ask_the_same_the_one_that_boots_the_same_way_is_added_to() {
    let cd = concat!(
        "[[boot_method]]\nid = \"cd\"\ntitle = \"a CD\"\nname_part = \"cd\"\narchs = [\"x64\"]\nforms = [\"iso\"]\n",
        "isolation = []\nopenhcl = false\nboot_class = \"slow\"\nevidence = [\"here:by hand\"]\n",
        "[[guest]]\nid = \"cd\"\nform = \"iso\"\ntitle = \"a live system\"\nfamily = \"live\"\nos = \"linux\"\n",
        "boot_class = \"slow\"\nevidence = [\"here:by hand\"]\n",
        "[[guest.image]]\nbytes = 900_000_000\nhosted = true\nlazy_fetch = true\nevidence = [\"here:by hand\"]\n",
        "[[capability]]\nrequirement = \"agent\"\nsupport = \"yes\"\nwhen = { form = [\"iso\"] }\n",
        "because = \"it is so here\"\nevidence = [\"here:by hand\"]\n",
        "[[capability]]\nrequirement = \"systemd\"\nsupport = \"yes\"\nwhen = { guest = [\"cd\"] }\n",
        "because = \"it boots systemd\"\nevidence = [\"here:by hand\"]\n",
    );
    let live = test("live", "NewCd()", UNITS);
    let installed = test("installed", "NewFedora()", UNITS);
    // Alpine boots from a disk.
    for (tests, at) in [([&live, &installed], 1), ([&installed, &live], 0)] {
        let tests = tests.map(String::as_str);
        let found = look_at(&catalog_with(cd), SIDE_BY_SIDE, &tests, &|_| None, of_alpine);
        assert_eq!(found, Some(Experiment::Add { test: at, beside: "fedora".to_owned(), edit: None }));
    }
}

#[test]
fn a_list_that_has_the_configuration_already_is_not_added_to() {
    let list = Conventions { alternatives: true, ..SIDE_BY_SIDE };
    let both =
        "It(\"lists\", func() { boot(NewFedora()); boot(NewCirros()); vm.Exec(\"systemctl\") })\n".to_owned();
    let experiments = |test: &str| {
        look(list, &[test], &|_| None, |space, found| {
            let one = |unknown: &lightest_lint::unknowns::Unknown<'_>| {
                (guest(space, unknown.row).to_owned(), unknown.experiment.clone())
            };
            found.unknowns.iter().map(one).collect::<Vec<_>>()
        })
    };
    let found = experiments(&both);
    let add = Experiment::Add { test: 0, beside: "cirros".to_owned(), edit: None };
    let runs = Experiment::Runs { test: 0, variant: "cirros".to_owned() };
    assert_eq!(found, [("alpine".to_owned(), Some(add)), ("cirros".to_owned(), Some(runs))]);
    // One that is skipped shows nothing, and is there already.
    let found = experiments(&both.replace("boot(NewCirros())", "skip(NewCirros())"));
    assert_eq!(found.iter().find(|(guest, _)| guest == "cirros"), Some(&("cirros".to_owned(), None)));
}
