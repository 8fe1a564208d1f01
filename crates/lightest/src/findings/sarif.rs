//! Findings as SARIF 2.1.0, for code scanning.

use std::path::Path;

use lightest_diagnostics::Safety;
use lightest_diagnostics::Span;
use lightest_lint::finding::Finding;
use lightest_lint::rules::RULES;
use serde_json::{Value, json};

use super::Report;
use crate::output;

/// The whole document.
pub(crate) fn document(report: &Report<'_>) -> String {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.name,
                "shortDescription": {"text": rule.summary()},
                "fullDescription": {"text": rule.summary()},
                "help": {"text": rule.explanation(), "markdown": rule.explanation()},
                "defaultConfiguration": {"level": "warning", "enabled": !rule.pedantic},
            })
        })
        .collect();
    let indices: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    around(report, &rules, &indices)
}

/// The whole document, with rules that are not the linter's: names, and what they mean.
pub(crate) fn with_rules(report: &Report<'_>, rules: &[(&str, &str)]) -> String {
    let described: Vec<Value> = rules
        .iter()
        .map(|(name, meaning)| {
            json!({
                "id": name,
                "shortDescription": {"text": meaning},
                "defaultConfiguration": {"level": "error"},
            })
        })
        .collect();
    let indices: Vec<&str> = rules.iter().map(|(name, _)| *name).collect();
    around(report, &described, &indices)
}

fn around(report: &Report<'_>, rules: &[Value], indices: &[&str]) -> String {
    let results: Vec<Value> =
        report.findings.iter().map(|finding| result(report, finding, indices)).collect();
    let value = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "lightest",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    output::json_text(&format!("{value:#}\n"))
}

fn result(report: &Report<'_>, finding: &Finding, indices: &[&str]) -> Value {
    let mut text = finding.diagnostic.message.clone();
    for note in &finding.diagnostic.notes {
        text.push_str(&format!("\n{note}"));
    }
    let related: Vec<Value> = finding
        .diagnostic
        .labels
        .iter()
        .skip(1)
        .enumerate()
        .map(|(index, label)| {
            let mut place = location(report, &label.span);
            place["id"] = json!(index);
            place["message"] = json!({"text": if label.text.is_empty() { "see here" } else { &label.text }});
            place
        })
        .collect();
    let mut result = json!({
        "ruleId": finding.rule(),
        "ruleIndex": indices.iter().position(|rule| *rule == finding.rule()),
        "level": report.level(finding),
        "message": {"text": text},
        "locations": [location(report, finding.span())],
        "relatedLocations": related,
        "partialFingerprints": {
            "lightest/v1": format!("{}:{}:{}", finding.rule(), finding.test, finding.config.as_deref().unwrap_or("")),
        },
    });
    if let Some(help) = finding
        .diagnostic
        .help
        .as_ref()
        .filter(|help| help.safety != Safety::DisplayOnly && !help.edits.is_empty())
    {
        let changes: Vec<Value> = help
            .edits
            .iter()
            .map(|edit| {
                json!({
                    "artifactLocation": artifact(report, &edit.span),
                    "replacements": [{
                        "deletedRegion": region(report, &edit.span),
                        "insertedContent": {"text": edit.text},
                    }],
                })
            })
            .collect();
        result["fixes"] = json!([{"description": {"text": help.message}, "artifactChanges": changes}]);
    }
    result
}

fn location(report: &Report<'_>, span: &Span) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": artifact(report, span),
            "region": region(report, span),
        },
    })
}

fn artifact(report: &Report<'_>, span: &Span) -> Value {
    json!({"uri": output::uri(Path::new(report.place(span).path))})
}

fn region(report: &Report<'_>, span: &Span) -> Value {
    let place = report.place(span);
    json!({
        "startLine": place.line_start,
        "startColumn": place.column_start,
        "endLine": place.line_end,
        "endColumn": place.column_end,
        "byteOffset": span.bytes.start,
        "byteLength": span.bytes.len(),
    })
}
