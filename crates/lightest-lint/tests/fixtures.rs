//! The rules on the fixtures of `check`, which are what its users see of them: rule, message, labels, notes and advice of each
//! finding stand in what is printed, and the edits lead to the file that is expected.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use lightest_catalog::{OPENVMM, calls, embedded, load};
use lightest_diagnostics::Safety;
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

/// What the first line of a fixture asks for.
fn options(text: &str) -> Options {
    let mut options = Options::default();
    let flags = text.lines().next().and_then(|line| line.strip_prefix("// flags: ")).unwrap_or_default();
    let words: Vec<&str> = flags.split_whitespace().collect();
    options.pedantic = words.contains(&"--pedantic");
    if let Some(at) = words.iter().position(|word| *word == "--rule") {
        let others = RULES.iter().filter(|rule| rule.name != words[at + 1]);
        options.levels = others.map(|rule| (rule.name.to_owned(), Level::Allow)).collect();
    }
    options
}

fn findings(text: &str) -> Vec<Finding> {
    let source = Source {
        path: "fixture.rs".to_owned(),
        local: "fixture.rs".to_owned(),
        package: String::new(),
        text: Arc::from(text),
    };
    let sources = [source];
    let reading = Petri.read(&sources, &CATALOG, &TABLE);
    linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &options(text))
}

/// A text without what sets its lines.
fn words(text: &str) -> String {
    text.split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ")
}

/// What a finding says that is not in what is printed of it.
fn missing(finding: &Finding, printed: &str) -> Vec<String> {
    let printed = words(printed);
    let diagnostic = &finding.diagnostic;
    let mut all = vec![format!("warning[{}]: {}", finding.rule(), diagnostic.message)];
    all.extend(diagnostic.labels.iter().map(|label| label.text.clone()));
    all.extend(diagnostic.notes.iter().map(|note| format!("note: {note}")));
    all.extend(diagnostic.help_message().map(|help| format!("help: {help}")));
    all.into_iter().map(|text| words(&text)).filter(|text| !printed.contains(text)).collect()
}

#[test]
fn findings_are_what_is_printed_of_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lightest/tests/ui");
    let mut wrong = Vec::new();
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in fs::read_dir(&folder).expect("fixtures") {
        let path = entry.expect("a fixture").path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("UTF-8");
        let printed = fs::read_to_string(path.with_extension("stdout")).unwrap_or_default();
        // Each finding ends with an empty line.
        let blocks: Vec<&str> = printed.split("\n\n").filter(|block| block.starts_with("warning[")).collect();
        let found = findings(&text);
        if found.len() != blocks.len() {
            wrong.push(format!("{}: {} findings, {} are printed", path.display(), found.len(), blocks.len()));
        }
        for (finding, block) in found.iter().zip(&blocks) {
            *by_rule.entry(finding.rule()).or_default() += 1;
            let missing = missing(finding, block);
            if !missing.is_empty() {
                wrong.push(format!("{}: {missing:#?}\n{block}", path.display()));
            }
        }
        let fixed = fs::read_to_string(path.with_extension("fixed")).unwrap_or_else(|_| text.clone());
        let edits = found.iter().filter_map(|finding| finding.diagnostic.help.as_ref());
        for edit in edits.filter(|help| help.safety != Safety::DisplayOnly).flat_map(|help| &help.edits) {
            if !words(&fixed).contains(&words(&edit.text)) {
                wrong.push(format!("{}: `{}` is not in the fixed file", path.display(), edit.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let silent: Vec<&str> =
        RULES.iter().map(|rule| rule.name).filter(|rule| !by_rule.contains_key(rule)).collect();
    assert!(silent.is_empty(), "no fixture fires for {silent:?}");
}
