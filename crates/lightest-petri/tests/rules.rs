//! The fixtures of the rules specify the linter by itself, without the command line that draws its findings.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use lightest_catalog::{OPENVMM, calls, embedded, load};
use lightest_diagnostics::line_column;
use lightest_lint::calls::Table;
use lightest_lint::dialect::Dialect;
use lightest_lint::finding::Finding;
use lightest_lint::linter::{self, Level, Options};
use lightest_lint::rules::RULES;
use lightest_lint::source::Source;
use lightest_model::catalog::Catalog;
use lightest_petri::Petri;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| load(&embedded(OPENVMM)).expect("the catalog is sound"));
static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::new(calls::load(&embedded(OPENVMM), &CATALOG).expect("the table is sound")));

fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../lightest/tests/ui")
}

/// The names of the fixtures.
fn fixtures() -> Vec<String> {
    let paths = fs::read_dir(ui()).expect("the fixtures").map(|entry| entry.expect("an entry").path());
    let rust = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut names: Vec<String> =
        rust.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// What is asked of the rules in a fixture's first line.
fn options(text: &str) -> Options {
    let flags = text.lines().next().and_then(|line| line.strip_prefix("// flags: ")).unwrap_or_default();
    let mut flags = flags.split_whitespace();
    let mut options = Options::default();
    while let Some(flag) = flags.next() {
        match flag {
            "--pedantic" => options.pedantic = true,
            "--rule" => {
                let only = flags.next().expect("a rule");
                for rule in RULES {
                    let level = if rule.name == only { Level::Warn } else { Level::Allow };
                    options.levels.insert(rule.name.to_owned(), level);
                }
            }
            other => panic!("`{other}` is for the command line only"),
        }
    }
    options
}

/// Rule and message, place, notes and help of a finding.
type Told = (String, String, Vec<String>);

/// The findings that are drawn in an expected file.
fn drawn(text: &str) -> Vec<Told> {
    let mut all: Vec<Told> = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim_start();
        if let Some(rest) = line.strip_prefix("warning[") {
            all.push((rest.replacen("]: ", ": ", 1), String::new(), Vec::new()));
        } else if line.starts_with("note:") {
            // A note on the source is no finding; what follows belongs to it.
            all.push((String::new(), "none".to_owned(), Vec::new()));
        } else if let Some((_, place, more)) = all.last_mut() {
            if let Some(first) = trimmed.strip_prefix("--> fixture.rs:").filter(|_| place.is_empty()) {
                first.clone_into(place);
            } else if let Some(note) = trimmed.strip_prefix("= note: ") {
                more.push(note.to_owned());
            } else if let Some(help) =
                trimmed.strip_prefix("= help: ").or_else(|| trimmed.strip_prefix("help: "))
            {
                // Its cost and where it goes are added by who draws it.
                let help = help.split(" (").next().unwrap_or_default();
                more.push(format!("help: {}", help.trim_end_matches(", in a declaration of its own")));
            }
        }
    }
    all.retain(|(head, ..)| !head.is_empty());
    all
}

fn told(text: &str, finding: &Finding) -> Told {
    let (line, column) = line_column(text, finding.span().bytes.start);
    let diagnostic = &finding.diagnostic;
    let mut more = diagnostic.notes.clone();
    if let Some(help) = &diagnostic.help {
        more.push(format!("help: {}", help.message.split(" (").next().unwrap_or_default()));
    }
    (format!("{}: {}", finding.rule(), diagnostic.message), format!("{line}:{column}"), more)
}

#[test]
fn each_fixture_has_the_findings_that_its_expected_file_draws() {
    let mut compared = 0;
    for name in fixtures() {
        let text = fs::read_to_string(ui().join(format!("{name}.rs"))).expect("UTF-8");
        let expected = fs::read_to_string(ui().join(format!("{name}.stdout"))).unwrap_or_default();
        let sources = [Source {
            path: "fixture.rs".to_owned(),
            local: "fixture.rs".to_owned(),
            package: String::new(),
            text: Arc::from(text.as_str()),
        }];
        let reading = Petri.read(&sources, &CATALOG, &TABLE);
        let findings = linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &options(&text));
        let found: Vec<Told> = findings.iter().map(|finding| told(&text, finding)).collect();
        assert_eq!(found, drawn(&expected), "{name}");
        compared += found.len();
    }
    assert!(compared > 40, "only {compared} findings were compared");
}
