//! Source of tests: both dialects' readers, the grammar of attributes, and the reader of OpenVMM's own source.

use std::sync::Arc;

use lightest_catalog::{OPENVMM, calls, embedded, load};
use lightest_diagnostics::Diagnostic;
use lightest_kubevirt::judge::Reading;
use lightest_kubevirt::{check, go, sync};
use lightest_lint::calls::Table;
use lightest_lint::dialect::Dialect;
use lightest_lint::finding::Finding;
use lightest_lint::linter::{self, Options};
use lightest_lint::source::Source;
use lightest_model::catalog::Catalog;
use lightest_petri::Petri;
use lightest_petri::grammar::{AttributeKind, Grammar};
use lightest_petri::openvmm::{Corpus, Facts};
use lightest_sync::SourceFile;

use super::{Target, pieces, texts};

const RUST: [&str; 46] = [
    "#[vmm_test(",
    "#[openvmm_test(",
    "configs(",
    "noagent",
    "ignore(reason = \"",
    "unstable(",
    "requires(vpci)",
    "openvmm_uefi_x64(",
    "vhd(",
    "iso(",
    "none",
    "linux_direct_x64",
    "[snp]",
    "hyperv_openhcl_",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "//",
    "/*",
    "*/",
    "async fn f(",
    "PetriVmBuilder<T>",
    "config.run().await?;",
    "cmd!(sh, \"",
    "match x {",
    "=>",
    "|b| ",
    "::",
    "\u{1f980}",
    "\u{0}",
    "é",
    "r#\"",
    "\\",
    "\\\r\n",
    "\r\n",
    "let (vm, agent) = ",
    "// lightest: expect(",
    "impl A for B {",
    "const ARCH: MachineArch = ",
    "if let Some(x) = y {",
    "&mut ",
];

const GO: [&str; 46] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    ":=",
    "func",
    "func() ",
    "type",
    "struct { x ",
    "interface {",
    "map[",
    "chan ",
    "<-",
    "*",
    "&",
    "...",
    "\"",
    "`",
    "'",
    "\\",
    "/*",
    "*/",
    "//",
    "\n",
    "é",
    "It(\"x\", func() {",
    "[T any]",
    "vmi := libvmifact.NewAlpine(",
    "libvmifact.NewFedora",
    "libvmi.WithMemoryRequest(\"1Gi\"), ",
    "console.LoginToAlpine(vmi)",
    "kubevirt.Client().VirtualMachineInstance(\"ns\").",
    "UserList(nil, vmi.Name)",
    "DescribeTable(\"x\", func() {",
    "Entry(\"x\", func() {",
    "BeforeEach(func() {",
    "Expect(vmi.Spec.Domain.Resources.Requests)",
    "\"/spec/domain/devices/disks[1]\"",
    "// lightest: expect(heavier-than-needed): ",
    "var _ = Describe(\"x\", func() {\n",
    "})\n",
];

pub(super) fn all() -> Result<Vec<Target>, String> {
    let fixtures = texts("crates/lightest/tests/ui", "rs")?;
    let seeds = pieces(&fixtures);
    let files = embedded(OPENVMM);
    let catalog = load(&files).map_err(|errors| errors[0].message.clone())?;
    let catalog: &'static Catalog = Box::leak(Box::new(catalog));
    let table = Table::new(calls::load(&files, catalog).map_err(|errors| errors[0].message.clone())?);
    let grammar = Grammar::new(catalog);
    let lines = seeds.iter().flat_map(|seed| seed.lines());
    let lines =
        lines.filter(|line| line.contains("_x64") || line.contains("_aarch64")).map(str::to_owned).collect();
    let facts = texts("crates/lightest-petri/tests/sync/tree/now", "rs")?;
    let go = texts("crates/lightest-kubevirt/tests", "rs")?;
    let go = [programs(&go)?, texts("crates/lightest/tests/kubevirt", "go")?].concat();
    let go_catalog =
        load(&embedded(lightest_kubevirt::facts::FOLDERS)).map_err(|errors| errors[0].message.clone())?;
    let go_table = lightest_kubevirt::facts::table()?;
    Ok(vec![
        Target::text("petri", seeds.clone(), &RUST, move |text| petri(text, catalog, &table)),
        Target::text("grammar", lines, &RUST, move |text| {
            for kind in AttributeKind::ALL {
                let _ = grammar.parse_arguments(kind, text);
                let _ = grammar.parse_arguments_partly(kind, text);
            }
            let _ = grammar.parse_attribute(text);
            if let Err(error) = grammar.parse_entry(text) {
                assert!(text.get(error.span()).is_some(), "a caret outside of the text");
            }
        }),
        Target::text("openvmm", [seeds, pieces(&facts)].concat(), &RUST, |text| {
            // Some facts are read from petri alone, and others from tests.
            let paths = ["petri/src/vm/x.rs", "vmm_tests/vmm_tests/tests/x.rs"];
            let file = |path: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
            let _ = Facts::read(&Corpus::new(paths.map(file)));
        }),
        // Of the inputs about a third is Go, and a quarter of these has findings.
        Target::text("go", go, &GO, move |text| kubevirt(text, &go_catalog, &go_table)),
    ])
}

/// Programs in Go, which stand in raw strings of the tests; a body gets the head of its file, or else the first of all.
fn programs(texts: &[String]) -> Result<Vec<String>, String> {
    let strings = |text: &'_ String| -> Vec<String> {
        let starts = text.split("r#\"").skip(1);
        starts.filter_map(|string| string.split("\"#").next()).map(str::to_owned).collect()
    };
    let files: Vec<Vec<String>> = texts.iter().map(strings).collect();
    let is_head = |text: &&String| text.starts_with("package ") && text.ends_with(")\n\n");
    let first = files.iter().flatten().find(is_head).ok_or("no test has a head for bodies in Go")?;
    let whole = |file: &Vec<String>| -> Vec<String> {
        let head = file.iter().find(is_head).unwrap_or(first);
        let is_whole = |text: &String| text.trim_start().starts_with("package ");
        file.iter().map(|text| if is_whole(text) { text.clone() } else { format!("{head}{text}") }).collect()
    };
    Ok(files.iter().flat_map(whole).collect())
}

/// Reads a file of Go and judges it.
fn kubevirt(text: &str, catalog: &Catalog, table: &lightest_kubevirt::table::Table) {
    match go::parse(text) {
        Ok(tree) => {
            for function in &tree.functions {
                let name = text.get(function.name.bytes.clone());
                assert_eq!(name, Some(function.name.name.as_str()), "a place outside of the text");
            }
        }
        Err(error) => assert!(text.get(error.bytes).is_some(), "a place outside of the text"),
    }
    let local = "tests/fuzz_test.go".to_owned();
    let sources = [Source { path: local.clone(), local, package: String::new(), text: Arc::from(text) }];
    let (suite, notes) = check::read(&sources, catalog, table);
    let reading = Reading::new(&suite, catalog, table);
    // `reach`: the text that a test reaches is worked out, too.
    let options = Options { pedantic: true, reach: true, ..Options::default() };
    let (sites, findings) = check::judge(&reading, &sources, &options);
    within(text, &notes, &findings);
    let reached = sites.iter().flat_map(|site| &site.reached);
    for span in reached.chain(check::tests(&reading, &sources).iter().map(|test| &test.name_span)) {
        assert!(text.get(span.bytes.clone()).is_some(), "a place outside of the text");
    }
    let file = |path: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
    let _ = sync::Factories::read(&[sync::FACTORIES, sync::DISKS].map(file));
}

/// Reads a file of tests and judges it.
fn petri(text: &str, catalog: &Catalog, table: &Table) {
    let sources = [Source {
        path: "fuzz.rs".to_owned(),
        local: "src/fuzz.rs".to_owned(),
        package: String::new(),
        text: Arc::from(text),
    }];
    let _ = Petri.relevance(text.as_bytes());
    let reading = Petri.read(&sources, catalog, table);
    let options = Options { pedantic: true, ..Options::default() };
    let findings = linter::check(&reading, &sources, &Petri, catalog, table, &options);
    within(text, &reading.notes, &findings);
}

/// Every place lies in the text, on the boundaries of characters.
fn within(text: &str, notes: &[Diagnostic], findings: &[Finding]) {
    for span in notes.iter().filter_map(Diagnostic::primary).chain(findings.iter().map(Finding::span)) {
        assert!(text.get(span.bytes.clone()).is_some(), "a place outside of the text");
    }
    for diagnostic in findings.iter().map(|finding| &finding.diagnostic) {
        for label in &diagnostic.labels {
            assert!(text.get(label.span.bytes.clone()).is_some(), "a label outside of the text");
        }
        for edit in diagnostic.help.iter().flat_map(|help| &help.edits) {
            assert!(text.get(edit.span.bytes.clone()).is_some(), "an edit outside of the text");
        }
    }
}
