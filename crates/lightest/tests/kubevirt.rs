//! The commands in a small tree of KubeVirt's kind: what is found, picked and read there.

mod support;

use std::fs;
use std::path::Path;

use support::lightest;

const FACTORY: &str = include_str!("kubevirt/factory.go");
const TESTS: &str = include_str!("kubevirt/sample_test.go");
/// What is found here is known only with the factory and with `client`, which are other files of the suite.
const STATUS: &str = include_str!("kubevirt/status_test.go");

/// A tree with these files.
fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fill(folder.path());
    folder
}

fn fill(folder: &Path) {
    for (path, text) in [
        ("go.mod", "module kubevirt.io/kubevirt\n"),
        ("tests/libvmifact/factory.go", FACTORY),
        ("tests/sample_test.go", TESTS),
        ("vendor/tests/other.go", "not Go"),
    ] {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
}

/// Exit code and what was printed, in the tree.
fn run(tree: &Path, args: &[&str]) -> (i32, String) {
    let result = lightest(tree, args);
    (result.code, result.out + &result.err)
}

/// A tree is the same from wherever it is named, and wherever the reader stands.
#[test]
fn findings_do_not_depend_on_where_the_reader_stands() {
    let outside = tempfile::tempdir().expect("a folder");
    let inside = outside.path().join("kubevirt");
    fs::rename(tree().keep(), &inside).expect("moved");
    for folder in ["openvmm/vmm_tests/vmm_tests", "openvmm/petri", "kubevirt/docs"] {
        fs::create_dir_all(outside.path().join(folder)).expect("made");
    }
    fs::write(inside.join("tests/status_test.go"), STATUS).expect("written");
    let check = ["check", "--message-format", "short"];
    let (code, text) = run(&inside, &check);
    assert_eq!(code, 1, "{text}");
    let (findings, _) = text.rsplit_once("read ").expect("a summary");
    assert_eq!(findings.lines().count(), 1, "{text}");
    for (folder, named, way) in [
        ("kubevirt", "tests", ""),
        ("kubevirt", "docs/../tests", ""),
        ("kubevirt/tests", ".", ""),
        ("kubevirt/docs", "../tests/status_test.go", "../"),
        ("openvmm", "../kubevirt", "../kubevirt/"),
        ("openvmm", "../kubevirt/tests", "../kubevirt/"),
        ("openvmm/petri", "../../kubevirt/docs/../tests", "../../kubevirt/"),
    ] {
        let stands = outside.path().join(folder);
        let (code, text) = run(&stands, &[&check[..], &[named]].concat());
        let own = if folder == "kubevirt/tests" {
            findings.replace("tests/", "")
        } else {
            findings.replace("tests/", &format!("{way}tests/"))
        };
        assert!(code == 1 && text.starts_with(&own), "{named} from {folder}: {text}\ninstead of {own}");
        let (_, text) = run(&stands, &["requirements", named]);
        assert_eq!(text.matches("status reads (1 variant, ").count(), 1, "{named} from {folder}: {text}");
    }
}

/// A folder above a checkout may have the name of one within it whose files others wrote.
#[test]
fn a_checkout_may_lie_in_a_folder_of_any_name() {
    let outside = tempfile::tempdir().expect("a folder");
    for above in ["staging", "vendor/more"] {
        let inside = outside.path().join(above).join("kubevirt");
        fill(&inside);
        fs::write(inside.join("tests/status_test.go"), STATUS).expect("written");
        let from_above = format!("{above}/kubevirt");
        for (folder, args) in [
            (inside.as_path(), &["check"][..]),
            (inside.as_path(), &["check", "tests/status_test.go"]),
            (outside.path(), &["check", &from_above]),
            (outside.path(), &["--framework", "kubevirt", "check", above]),
        ] {
            let (code, text) = run(folder, args);
            assert_eq!(code, 1, "{args:?} below {above}: {text}");
            // Not the file in the checkout's own `vendor`, which is no Go.
            assert!(
                text.contains("read 2 factory calls (3 files looked at): ")
                    || text.contains("read 1 factory call (3 files looked at): "),
                "{args:?}: {text}"
            );
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        let inside = outside.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
        fill(&inside);
        let (code, text) = run(&inside, &["check", "tests"]);
        assert!(code == 0 && text.contains("read 1 factory call "), "{text}");
        fs::remove_dir_all(&inside).expect("removed");
    }
    let (code, text) = run(outside.path(), &["--framework", "kubevirt", "check"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("read 4 factory calls (6 files looked at): 2 findings"), "{text}");
}

#[test]
fn pick_from_a_spec_answers_with_the_factory_call_and_its_needs() {
    let tree = tree();
    let (code, text) =
        run(tree.path(), &["pick", "--from", "tests/sample_test.go", "--test", "should know its users"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("a machine should know its users (tests/sample_test.go:30) asks for:\n  `agent` (tests/sample_test.go:31)"), "{text}");
    assert!(text.contains("\nlibvmifact.NewAlpineWithTestTooling()\n"), "{text}");
    assert!(text.ends_with("The test boots NewFedora\n"), "{text}");
}

#[test]
fn a_spec_is_found_by_a_line_and_its_unknowns_are_listed() {
    let tree = tree();
    let (code, text) = run(tree.path(), &["pick", "--from", "tests/sample_test.go", "--line", "36"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("not known: what `Tickle` asks of the guest (tests/sample_test.go:36); the answer may be too light"), "{text}");
    let (code, text) = run(tree.path(), &["pick", "--from", "tests/sample_test.go"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("has 3 tests"), "{text}");
}

#[test]
fn a_file_that_does_not_parse_is_named_where_its_test_is_asked_about() {
    let tree = tree();
    fs::write(tree.path().join("tests/broken_test.go"), "package tests\n\nfunc {").expect("written");
    for which in [&[][..], &["--test", "a machine"], &["--line", "3"]] {
        let (code, text) =
            run(tree.path(), &[&["pick", "--from", "tests/broken_test.go"][..], which].concat());
        assert_eq!(code, 2, "{text}");
        assert!(text.starts_with("error: no test found in tests/broken_test.go\n"), "{text}");
        assert!(text.contains("note: tests/broken_test.go:1:1: the file does not parse as Go"), "{text}");
    }
}

#[test]
fn the_json_of_a_spec_has_needs_places_and_unknowns() {
    let tree = tree();
    let args = ["pick", "--from", "tests/sample_test.go", "--test", "should be odd", "--format", "json"];
    let (_, text) = run(tree.path(), &args);
    let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(answer["attribute"], "libvmifact.NewGuestless()");
    assert_eq!(answer["open"][0]["what"], "what `Tickle` asks of the guest");
    assert_eq!(answer["open"][0]["span"]["line_start"], 36);
    assert_eq!(answer["test"], "a machine should be odd");
    let args = ["pick", "--from", "tests/sample_test.go", "--line", "31", "--format", "json"];
    let answer: serde_json::Value = serde_json::from_str(&run(tree.path(), &args).1).expect("JSON");
    assert_eq!(answer["needs"][0]["requirement"], "agent");
    assert_eq!(answer["needs"][0]["span"]["line_start"], 31);
    assert_eq!(answer["listed"], serde_json::json!(["NewFedora"]));
}

#[test]
fn guide_writes_its_page_and_reports_a_stale_one() {
    let tree = tree();
    fs::create_dir(tree.path().join("docs")).expect("made");
    assert_eq!(run(tree.path(), &["guide", "--out", "docs", "--check"]).0, 1, "there is no page yet");
    let (code, text) = run(tree.path(), &["guide", "--out", "docs"]);
    assert_eq!((code, text.contains("wrote docs")), (0, true), "{text}");
    let page = fs::read_to_string(tree.path().join("docs/guest-selection.md")).expect("it is written");
    assert!(page.contains("| `libvmifact.NewGuestless` |"), "{page}");
    assert_eq!(run(tree.path(), &["guide", "--out", "docs", "--check"]), (0, String::new()));
    fs::write(tree.path().join("docs/guest-selection.md"), page.replace("NewFedora", "NewWindows"))
        .expect("written");
    let (code, text) = run(tree.path(), &["guide", "--out", "docs", "--check"]);
    assert_eq!((code, text.contains("+| ")), (1, true), "{text}");
}

#[test]
fn sync_reports_differences_of_the_factories() {
    let tree = tree();
    let (code, text) =
        run(tree.path(), &["sync", "--framework", "kubevirt", "--repo", ".", "--message-format", "short"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("factory.go:10:6: error[capability-differs]: `NewAlpine` does not add"), "{text}");
    assert!(text.contains("the container disks cannot be read from the source"), "{text}");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let (code, text) = run(elsewhere.path(), &["sync", "--framework", "kubevirt", "--repo", "."]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("is not a checkout of KubeVirt"), "{text}");
}

#[test]
fn requirements_lists_each_spec_with_needs_and_places() {
    let tree = tree();
    let (code, text) = run(tree.path(), &["requirements"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(
        text,
        "\
a machine should be described (1 variant, tests/sample_test.go:25:5)
  `NewFedora`: `NewGuestless` would do
  lightest --framework kubevirt pick --from tests/sample_test.go --test 'a machine should be described'
a machine should know its users (1 variant, tests/sample_test.go:30:5)
  agent (tests/sample_test.go:31:13): the guest agent answers
  `NewFedora`: `NewAlpineWithTestTooling` would do
  lightest --framework kubevirt pick --from tests/sample_test.go --test 'a machine should know its users'
a machine should be odd (1 variant, tests/sample_test.go:35:5)
  not known: what `Tickle` asks of the guest (tests/sample_test.go:36:3)
  `NewFedora`: `NewGuestless` would do for what is known; not a finding: something in the body is unknown
  lightest --framework kubevirt pick --from tests/sample_test.go --test 'a machine should be odd'
"
    );
}

/// What `requirements` prints is answered with what the test itself is answered with.
#[test]
fn the_pick_that_requirements_prints_answers_as_the_body_does() {
    let tree = tree();
    let (_, text) = run(tree.path(), &["requirements", "--test", "should know its users"]);
    let command = text.trim_end().rsplit_once("  lightest ").expect("a command").1;
    let (options, name) = command.split_once(" '").expect("a name in quotes");
    let args: Vec<&str> = options.split(' ').chain([name.trim_end_matches('\'')]).collect();
    let (code, answer) = run(tree.path(), &args);
    assert_eq!(code, 0, "{answer}");
    assert!(answer.contains("libvmifact.NewAlpineWithTestTooling()"), "{answer}");
}

#[test]
fn specs_are_listed_with_their_factories() {
    let tree = tree();
    let (code, text) = run(tree.path(), &["list", "tests"]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.starts_with("a machine should be described (tests/sample_test.go:25)\n  NewFedora\n"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 6, "{text}");
    let none = "no test found in tests/libvmifact: looked for calls of `libvmifact.New..`\n";
    for command in [&["list", "tests", "tests/libvmifact"][..], &["check", "tests/libvmifact"]] {
        assert_eq!(run(tree.path(), command), (3, none.to_owned()));
    }
    let (code, text) = run(tree.path(), &["list", "tests", "--guest", "NewAlpine"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("nothing to list: `--guest NewAlpine` leaves none of 3 variants"), "{text}");
    let (code, text) = run(tree.path(), &["list", "tests", "--provides", "wheels"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("`lightest --framework kubevirt list requirements` lists them all"), "{text}");
    // A file that cannot be read may contain more.
    fs::write(tree.path().join("tests/broken_test.go"), "package tests\n\nfunc {").expect("written");
    let (code, text) = run(tree.path(), &["list", "tests"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("tests/broken_test.go:") && text.contains("  NewFedora\n"), "{text}");
}

#[test]
fn every_list_and_explanation_spells_guests_as_the_suite_does() {
    let (_, text) = run(Path::new("."), &["--framework", "kubevirt", "list", "configs"]);
    assert!(text.contains("NewFedora") && !text.contains("(vhd("), "{text}");
    let first = text.split("  ").next().expect("a name").to_owned();
    for what in [first.as_str(), "agent"] {
        let (code, text) = run(Path::new("."), &["--framework", "kubevirt", "explain", what]);
        assert_eq!(code, 0, "{text}");
        assert!(!text.contains("(vhd(") && !text.contains("kubevirt_"), "{what}: {text}");
    }
    let (_, text) = run(Path::new("."), &["--framework", "kubevirt", "explain", "agent"]);
    assert!(text.contains("lightest on x64: NewAlpineWithTestTooling"), "{text}");
}

#[test]
fn commands_on_results_report_that_a_result_names_no_guest() {
    let tree = tree();
    fs::write(tree.path().join("a.xml"), "<testsuites/>").expect("written");
    for args in [
        &["unknowns"][..],
        &["unknowns", "tests"],
        &["learn", "a.xml"],
        &["learn", "a.xml", "--tests", "tests"],
        &["suite", "--junit", "a.xml"],
        &["--framework", "kubevirt", "suite", "--junit", "a.xml"],
    ] {
        let (code, text) = run(tree.path(), args);
        assert_eq!(code, 2, "{args:?}: {text}");
        assert!(text.contains("`unknowns` do not read KubeVirt's end-to-end tests"), "{text}");
        assert!(text.contains("they read OpenVMM's tests, written with petri;"), "{text}");
    }
}

#[test]
fn the_nearest_checkout_determines_the_framework() {
    let tree = tree();
    fs::create_dir_all(tree.path().join("tests/vmm_tests/tests")).expect("made");
    let outer = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(outer.path().join("vmm_tests")).expect("made");
    let inner = outer.path().join("inner");
    fill(&inner);
    for (folder, args) in
        [(inner.as_path(), &["requirements"][..]), (outer.path(), &["requirements", "inner"])]
    {
        let (code, text) = run(folder, args);
        assert_eq!(code, 0, "{text}");
        assert!(text.starts_with("a machine should be described (1 variant, "), "{text}");
    }
    // The other way around: tests of OpenVMM within a checkout of KubeVirt.
    let (code, text) = run(&tree.path().join("tests/vmm_tests"), &["requirements"]);
    assert_eq!((code, text.contains("#[vmm_test(..)]")), (3, true), "{text}");
}

#[test]
fn a_part_of_one_framework_names_it_and_the_alternative() {
    let tree = tree();
    for args in [
        &["guide", "--site", "page"][..],
        &["guide", "--book", "page"],
        &["guide", "--out", "tests", "--check", "--openvmm", "."],
        &["fill"],
        &["fill", "tests/sample_test.go"],
        &["--framework", "kubevirt", "guide", "--site", "page"],
        &["--framework", "kubevirt", "parse", "NewAlpine"],
        &["sync", "--history", "--repo", "."],
    ] {
        let (code, text) = run(tree.path(), args);
        assert_eq!(code, 2, "{args:?}: {text}");
        assert!(
            text.contains(" for OpenVMM's tests, written with petri, not for KubeVirt's end-to-end tests\n"),
            "{args:?}: {text}"
        );
        let instead = [
            "--framework kubevirt guide --out DIR",
            "`check`",
            "--framework kubevirt explain NewAlpine",
            "leave out `--history`",
        ];
        assert!(instead.iter().any(|instead| text.contains(instead)), "{args:?}: {text}");
    }
    assert!(!tree.path().join("page").exists(), "nothing is written");
    // Without a folder, the page is that of the tests around the reader.
    let (code, text) = run(tree.path(), &["guide"]);
    assert!(code == 0 && text.contains("| `libvmifact.NewGuestless` |"), "{text}");
}
