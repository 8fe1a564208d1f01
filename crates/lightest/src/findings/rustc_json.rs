//! Findings in the form of rustc's JSON diagnostics, which editors and `rustfix` read.

use lightest_diagnostics::Span;
use lightest_diagnostics::{Edit, Safety};
use lightest_lint::facts::Note;
use lightest_lint::finding::Finding;
use serde_json::{Value, json};

use super::{Report, human};
use crate::output;

/// One finding as one line.
pub(crate) fn finding(report: &Report<'_>, finding: &Finding) -> String {
    let labels = finding.diagnostic.labels.iter().enumerate();
    let spans: Vec<Value> =
        labels.map(|(at, label)| span(report, &label.span, at == 0, &label.text, None)).collect();
    let mut children: Vec<Value> =
        finding.diagnostic.notes.iter().map(|note| child("note", note, Vec::new())).collect();
    if let Some(help) = &finding.diagnostic.help {
        let edits =
            help.edits.iter().map(|edit| span(report, &edit.span, true, "", Some((edit, help.safety))));
        children.push(child("help", &help.message, edits.collect()));
    }
    let value = json!({
        "$message_type": "diagnostic",
        "message": finding.diagnostic.message,
        "code": {"code": finding.rule(), "explanation": null},
        "level": report.level(finding),
        "spans": spans,
        "children": children,
        "rendered": anstream::adapter::strip_str(&human::finding(report, finding)).to_string(),
        "lightest": {
            "schema_version": 1,
            "test": finding.test,
            "config": finding.config,
            "requirements": finding.requirements,
            "suggested": finding.suggested,
        },
    });
    output::json_text(&format!("{value}\n"))
}

/// One note on the source as one line.
pub(crate) fn note(report: &Report<'_>, note: &Note) -> String {
    let children: Vec<Value> = note.help.iter().map(|help| child("help", help, Vec::new())).collect();
    let value = json!({
        "$message_type": "diagnostic",
        "message": note.message,
        "code": null,
        "level": "note",
        "spans": [span(report, &note.span, true, "", None)],
        "children": children,
        "rendered": anstream::adapter::strip_str(&human::note(report, note)).to_string(),
    });
    output::json_text(&format!("{value}\n"))
}

fn child(level: &str, message: &str, spans: Vec<Value>) -> Value {
    json!({
        "message": message,
        "code": null,
        "level": level,
        "spans": spans,
        "children": [],
        "rendered": null,
    })
}

fn span(
    report: &Report<'_>,
    span: &Span,
    primary: bool,
    label: &str,
    edit: Option<(&Edit, Safety)>,
) -> Value {
    let place = report.place(span);
    let text = report.sources.get(span.file).map_or("", |source| &source.text);
    let lines: Vec<Value> = text
        .lines()
        .enumerate()
        .skip(place.line_start - 1)
        .take(place.line_end - place.line_start + 1)
        .map(|(index, line)| {
            let start = if index + 1 == place.line_start { place.column_start } else { 1 };
            let end = if index + 1 == place.line_end { place.column_end } else { line.chars().count() + 1 };
            json!({"text": line, "highlight_start": start, "highlight_end": end})
        })
        .collect();
    let applicability = edit.map(|(_, safety)| match safety {
        Safety::Safe => "MachineApplicable",
        Safety::Unsafe => "MaybeIncorrect",
        Safety::DisplayOnly => "Unspecified",
    });
    json!({
        "file_name": place.path,
        "byte_start": span.bytes.start,
        "byte_end": span.bytes.end,
        "line_start": place.line_start,
        "line_end": place.line_end,
        "column_start": place.column_start,
        "column_end": place.column_end,
        "is_primary": primary,
        "text": lines,
        "label": (!label.is_empty()).then_some(label),
        "suggested_replacement": edit.map(|(edit, _)| edit.text.as_str()),
        "suggestion_applicability": applicability,
        "expansion": null,
    })
}
