//! The Guide's page: its contents, and how it gets into a Guide.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use lightest_catalog::{OPENVMM, embedded, load};
use lightest_model::catalog::Catalog;
use lightest_model::chooser::{Query, choose};
use lightest_model::space::Space;
use lightest_petri::Spelled;
use lightest_petri::grammar::Grammar;

fn lightest(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lightest")).args(args).output().expect("it starts")
}

fn printed(args: &[&str]) -> String {
    String::from_utf8(lightest(args).stdout).expect("it is text")
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn catalog() -> Catalog {
    load(&embedded(OPENVMM)).expect("the catalog has no mistakes")
}

/// The page with everything that the first leaves out; a test below compares the committed one with what is generated.
fn reference() -> String {
    let path = root().join("docs/book/src/guest_selection_reference.md");
    fs::read_to_string(path).expect("it is committed")
}

/// The requirements of a claim lead to its configuration, and the page shows that.
fn leads(id: &str) {
    let catalog = catalog();
    let space = Space::of_tests(&catalog);
    let claim = catalog.claims.iter().find(|claim| claim.id == id).expect("the request has it");
    let query = Query { requires: claim.requires.clone(), archs: Vec::new(), vmms: Vec::new() };
    let choice = choose(&space, &query).expect("they are requirements");
    let picks: Vec<String> = choice
        .parts
        .iter()
        .filter_map(|part| part.pick.as_ref())
        .map(|pick| Spelled(&space.row(pick.row).config).to_string())
        .collect();
    let config = claim.config.clone().expect("it says where it leads");
    assert!(picks.contains(&config), "{id} leads to {picks:?}, not to {config}");
    assert!(printed(&["guide"]).contains(&format!("`{config}`")), "{config} is not on the page");
}

macro_rules! leads {
    ($($name:ident, $id:literal;)+) => { $(
        #[test]
        fn $name() {
            leads($id);
        }
    )+ };
}

leads! {
    basic_devices_lead_to_linux_direct, "tree-basic-devices";
    firmware_leads_to_the_uefi_application, "tree-uefi-firmware";
    a_quick_operating_system_is_alpine, "tree-quick-os";
    full_integration_leads_to_ubuntu, "tree-full-integration";
    windows_leads_to_windows_server, "tree-windows";
    the_paravisor_leads_to_openhcl, "tree-openhcl";
    confidential_isolation_leads_to_hyperv, "tree-confidential";
    the_lightest_guest_is_linux_direct, "guideline-lightest";
    without_a_full_system_linux_direct_does, "guideline-no-full-os";
    both_architectures_have_linux_direct, "guideline-cross-architecture";
    only_windows_needs_windows, "guideline-windows-is-expensive";
    openhcl_has_a_variant_beside_it, "guideline-keep-plain-variant";
}

#[test]
fn each_quirk_of_the_request_is_on_the_page_or_has_been_lifted() {
    let (catalog, page) = (catalog(), printed(&["guide"]).replace("\n  ", " "));
    for claim in catalog.claims.iter().filter(|claim| claim.id.starts_with("quirk-")) {
        let shared = |evidence: &[lightest_model::catalog::Evidence]| {
            evidence.iter().any(|place| claim.evidence.contains(place))
        };
        let quirk = catalog.quirks.iter().find(|quirk| shared(&quirk.evidence));
        let lifted =
            catalog.blockers.iter().any(|blocker| blocker.since.is_some() && shared(&blocker.evidence));
        assert!(quirk.is_some() || lifted, "{}", claim.id);
        if let Some(quirk) = quirk {
            assert!(page.contains(&quirk.title[1..]), "{}", quirk.title);
        }
    }
}

#[test]
fn the_committed_pages_are_those_that_the_generator_makes() {
    let book = root().join("docs/book");
    let output = lightest(&["guide", "--check", "--book", book.to_str().expect("it is text")]);
    let diff = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "run `cargo xtask gen`:\n{diff}");
}

#[test]
fn the_page_keeps_the_style_of_the_guide() {
    let (page, reference) = (printed(&["guide"]), reference());
    assert!(page.lines().count() <= 170, "{} lines", page.lines().count());
    assert!(page.len() <= 14 * 1024, "{} bytes", page.len());
    assert!(reference.lines().count() < 400, "{} lines", reference.lines().count());
    assert_eq!(page.matches("guest_selection_reference.md").count(), 1, "the rest is linked once");
    keeps_the_style(&page);
    keeps_the_style(&reference);
}

fn keeps_the_style(page: &str) {
    assert_eq!(page.lines().filter(|line| line.starts_with("# ")).count(), 1);
    let mut fence: Option<usize> = None;
    for (at, line) in page.lines().enumerate() {
        assert_eq!(line, line.trim_end(), "line {}", at + 1);
        match (line.strip_prefix("```"), fence) {
            (Some(label), None) => {
                assert!(!label.is_empty(), "line {}: a fence without a label", at + 1);
                fence = Some(at);
            }
            (Some(_), Some(start)) => {
                assert!(at - start <= 31, "line {}: a long fence", at + 1);
                fence = None;
            }
            _ => {}
        }
        let exempt = line.starts_with('|')
            || line.starts_with("[^")
            || fence.is_some()
            || one_word(line)
            || leaf(line);
        assert!(exempt || line.chars().count() <= 80, "line {}: {line}", at + 1);
    }
}

/// A line with one word of code, which cannot be wrapped.
fn one_word(line: &str) -> bool {
    line.trim_start_matches([' ', '-']).split_whitespace().count() == 1
}

/// A leaf of the short decision tree: a short text, then its configurations on the same line.
fn leaf(line: &str) -> bool {
    let text: String = line.split('`').step_by(2).collect();
    line.starts_with("   - ") && line.ends_with('`') && text.chars().count() <= 80
}

#[test]
fn every_footnote_is_there_and_used() {
    let page = reference();
    let (body, notes) = page.split_at(page.find("\n[^1]: ").expect("it has footnotes"));
    let defined: Vec<&str> =
        notes.lines().filter_map(|line| line.split_once("]: ")).map(|(mark, _)| mark).collect();
    for mark in &defined {
        assert!(body.contains(&format!("{mark}]")), "{mark}] is not used");
    }
    assert!(!body.contains(&format!("[^{}]", defined.len() + 1)));
}

#[test]
fn every_example_is_accepted_by_the_macros() {
    let catalog = catalog();
    let grammar = Grammar::new(&catalog);
    for page in [printed(&["guide"]), reference()] {
        let mut examples = 0;
        for fence in page.split("```rust,ignore\n").skip(1) {
            let text = fence.split("\n```").next().expect("it ends");
            // The short page has several in a fence, each below a comment.
            for text in text.split("// ").filter(|text| !text.is_empty()) {
                let text =
                    if text.starts_with('#') { text } else { text.split_once('\n').expect("it goes on").1 };
                let text = text.trim_end();
                let attribute =
                    grammar.parse_attribute(text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
                assert_eq!(attribute.to_string(), text);
                examples += 1;
            }
        }
        assert_eq!(examples, 7);
    }
}

const CONTENTS: &str = "# Summary\r\n\r\n- [Testing](./dev_guide/tests.md)\r\n  \
    - [VMM Tests](./dev_guide/tests/vmm.md)\r\n    - [Images](./dev_guide/tests/vmm/images.md)";

#[test]
fn a_guide_gets_the_page_and_its_line_once_and_is_stale_when_either_differs() {
    let guide = tempfile::tempdir().expect("a folder");
    let source = guide.path().join("src");
    fs::create_dir_all(&source).expect("it can be made");
    fs::write(source.join("SUMMARY.md"), CONTENTS).expect("it can be written");
    let out = guide.path().to_str().expect("it is text");
    let code = |args: &[&str]| lightest(args).status.code();
    assert_eq!(code(&["guide", "--check", "--out", out]), Some(1));
    assert_eq!(fs::read_to_string(source.join("SUMMARY.md")).expect("it is there"), CONTENTS);
    for _ in 0..2 {
        assert_eq!(code(&["guide", "--out", out]), Some(0));
        let lines = "\r\n    - [Choosing a Guest](./dev_guide/tests/vmm/guest_selection.md)\
             \r\n    - [Guest Selection Reference](./dev_guide/tests/vmm/guest_selection_reference.md)";
        let contents = fs::read_to_string(source.join("SUMMARY.md")).expect("it is there");
        assert_eq!(contents, format!("{CONTENTS}{lines}"));
    }
    assert_eq!(code(&["guide", "--check", "--out", out]), Some(0));
    let reference = source.join("dev_guide/tests/vmm/guest_selection_reference.md");
    assert!(fs::read_to_string(reference).expect("it is there").starts_with("<!-- Generated"));
    let page = source.join("dev_guide/tests/vmm/guest_selection.md");
    let text = fs::read_to_string(&page).expect("it is there");
    let style =
        text.split("href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("it names a style");
    let style = page.with_file_name(style);
    let css = fs::read_to_string(&style).expect("it is there");
    fs::write(&style, css.replace("columns: 2", "columns: 3")).expect("it can be written");
    assert_eq!(code(&["guide", "--check", "--out", out]), Some(1));
    fs::write(&style, css).expect("it can be written");
    assert_eq!(code(&["guide", "--check", "--out", out]), Some(0));
    assert!(text.contains("[VMM Tests](../vmm.md), [Images](./images.md)"));
    assert!(!text.replace("\r\n", "").contains('\n'), "the page has the line ends of its neighbours");
    fs::write(&page, text.replace("lightest", "heaviest")).expect("it can be written");
    assert_eq!(code(&["guide", "--check", "--out", out]), Some(1));
}

#[test]
fn a_folder_that_is_no_guide_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = lightest(&["guide", "--out", folder.path().to_str().expect("it is text")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("SUMMARY.md"));
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0, "nothing is left behind");
}
