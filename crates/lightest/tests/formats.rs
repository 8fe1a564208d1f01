//! What other programs read is what they expect: SARIF by its official schema, JSON lines by the types of cargo's own
//! messages, as rust-analyzer reads them.

use std::fs;
use std::path::Path;

use cargo_metadata::Message;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};
use serde::Deserialize;
use serde_json::Value;

mod support;
use support::lightest;

/// Every fixture of `check` in one folder, with what is pedantic: findings of every rule, and notes.
fn checkout() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui")).expect("fixtures") {
        let path = entry.expect("a fixture").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            fs::copy(&path, folder.path().join(path.file_name().expect("a name"))).expect("copied");
        }
    }
    folder
}

#[test]
fn sarif_validates_against_the_schema_of_the_standard() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/sarif-2.1.0.json");
    // One of its patterns has a bracket that only the older mode of ECMAScript's patterns takes for itself.
    let schema = fs::read_to_string(schema).expect("the schema").replace("{2}]?$", r"{2}\\]?$");
    let schema: Value = serde_json::from_str(&schema).expect("it is JSON");
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    let folder = checkout();
    fs::write(folder.path().join("none.rs"), "fn main() {}\n").expect("written");
    for (args, at_least) in [(&["."][..], 20), (&[".", "--pedantic"], 22), (&["none.rs"], 0)] {
        let args = [&["check", "--message-format", "sarif"], args].concat();
        let result = lightest(folder.path(), &args);
        assert_ne!(result.code, 2, "{args:?}: {}", result.err);
        let log: Value = serde_json::from_str(&result.out).expect("it is JSON");
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{args:?}: {errors:#?}");
        let results = log["runs"][0]["results"].as_array().expect("results");
        assert!(results.len() >= at_least, "{args:?}: {} results", results.len());
    }
    // The schema refuses a wrong document.
    assert!(!validator.is_valid(&serde_json::json!({"version": "2.1.0", "runs": [{"results": [{}]}]})));
}

/// What rust-analyzer tries a line of `check.overrideCommand` as, in this order.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Cargo(Box<Message>),
    Rustc(Box<Diagnostic>),
}

#[test]
fn each_line_of_json_is_a_diagnostic_as_rust_analyzer_reads_it() {
    let folder = checkout();
    let result = lightest(folder.path(), &["check", "--pedantic", "--message-format", "json"]);
    let (mut findings, mut notes, mut fixes) = (0, 0, 0);
    for line in result.out.lines() {
        let diagnostic = match serde_json::from_str(line).expect("one of the two") {
            Line::Rustc(diagnostic) => diagnostic,
            Line::Cargo(message) => panic!("taken for a message of cargo: {message:?}"),
        };
        match diagnostic.level {
            DiagnosticLevel::Warning | DiagnosticLevel::Error => {
                findings += 1;
                assert!(diagnostic.code.is_some(), "{line}");
            }
            DiagnosticLevel::Note => notes += 1,
            level => panic!("{level:?}: {line}"),
        }
        assert_eq!(diagnostic.spans.iter().filter(|span| span.is_primary).count(), 1, "{line}");
        for span in diagnostic.spans.iter().chain(diagnostic.children.iter().flat_map(|child| &child.spans)) {
            // rust-analyzer joins it with the folder that the command runs in.
            assert!(!span.file_name.starts_with(['/', '.']), "{}", span.file_name);
            let text = fs::read_to_string(folder.path().join(&span.file_name)).expect("the file is there");
            let bytes = span.byte_start as usize..span.byte_end as usize;
            assert!(text.get(bytes).is_some(), "{line}");
            assert!(span.line_start >= 1 && span.line_end <= text.lines().count().max(1) + 1, "{line}");
            fixes += usize::from(span.suggested_replacement.is_some());
        }
        assert!(diagnostic.rendered.is_some_and(|text| !text.contains('\u{1b}')), "colours: {line}");
    }
    assert!(findings >= 20 && notes >= 2 && fixes >= 10, "{findings} findings, {notes} notes, {fixes} fixes");
}
