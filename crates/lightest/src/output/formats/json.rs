//! The form of rustc's JSON diagnostics, one a line, which editors and `rustfix` read.

use lightest_diagnostics::{Edit, Safety, Span};

use super::{Entry, Format, Report, applicability, human};
use crate::output::{json_text, path_text};
use crate::schema::VERSION;
use crate::schema::diagnostic::{Code, Diagnostic, DiagnosticSpan, Lightest, SpanLine};

/// No more of a line of source is carried, in bytes: a list may be one line of a megabyte.
const MOST: usize = 4_000;

pub(super) struct Json;

impl Format for Json {
    fn text(&self, report: &Report<'_>) -> String {
        report.entries.iter().map(|entry| one(report, entry)).collect()
    }
}

fn one(report: &Report<'_>, entry: &Entry<'_>) -> String {
    let diagnostic = entry.diagnostic;
    let labels = diagnostic.labels.iter().enumerate();
    let spans =
        labels.filter_map(|(at, label)| span(report, &label.span, at == 0, &label.text, None)).collect();
    let mut children: Vec<Diagnostic> =
        diagnostic.notes.iter().map(|note| child("note", note, Vec::new())).collect();
    if let Some(help) = &diagnostic.help {
        let edits = help.edits.iter();
        let edits = edits.filter_map(|edit| span(report, &edit.span, true, "", Some((edit, help.safety))));
        children.push(child("help", &help.message, edits.collect()));
    }
    let rendered = human::drawn(report.texts, entry);
    let value = Diagnostic {
        message_type: Some("diagnostic"),
        message: diagnostic.message.clone(),
        code: entry.rule().map(|code| Code { code: code.to_owned(), explanation: None }),
        level: entry.level.word(),
        spans,
        children,
        rendered: Some(crate::output::block(&anstream::adapter::strip_str(&rendered).to_string())),
        lightest: entry.about.map(|about| Lightest {
            schema_version: VERSION,
            test: about.test.to_owned(),
            config: about.config.map(str::to_owned),
            requirements: about.requirements.to_vec(),
            suggested: about.suggested.map(str::to_owned),
        }),
    };
    // Nothing in these types can fail to be JSON.
    let line = serde_json::to_string(&value).unwrap_or_default();
    json_text(&format!("{line}\n"))
}

fn child(level: &'static str, message: &str, spans: Vec<DiagnosticSpan>) -> Diagnostic {
    Diagnostic {
        message_type: None,
        message: message.to_owned(),
        code: None,
        level,
        spans,
        children: Vec::new(),
        rendered: None,
        lightest: None,
    }
}

fn span(
    report: &Report<'_>,
    span: &Span,
    is_primary: bool,
    label: &str,
    edit: Option<(&Edit, Safety)>,
) -> Option<DiagnosticSpan> {
    let text = report.texts.get(span)?;
    let place = report.texts.place(span)?;
    let mut lines = Vec::new();
    for number in place.line_start..=place.line_end {
        let line = text.line(number);
        let characters = || line.chars().count() + 1;
        let start = if number == place.line_start { place.column_start } else { 1 };
        if line.len() <= MOST {
            let end = if number == place.line_end { place.column_end } else { characters() };
            lines.push(SpanLine { text: line.to_owned(), highlight_start: start, highlight_end: end });
        } else {
            // The marked text alone, cut to a length that can be looked at.
            let bytes = text.line_bytes(number);
            let from = span.bytes.start.clamp(bytes.start, bytes.start + line.len());
            let to = span.bytes.end.clamp(from, (bytes.start + line.len()).min(from + MOST));
            let part = text.text.get(text.text.floor_char_boundary(from)..text.text.ceil_char_boundary(to));
            let part = part.unwrap_or_default();
            let end = part.chars().count() + 1;
            lines.push(SpanLine { text: part.to_owned(), highlight_start: 1, highlight_end: end });
        }
    }
    Some(DiagnosticSpan {
        file_name: path_text(place.path),
        byte_start: span.bytes.start,
        byte_end: span.bytes.end,
        line_start: place.line_start,
        line_end: place.line_end,
        column_start: place.column_start,
        column_end: place.column_end,
        is_primary,
        text: lines,
        label: (!label.is_empty()).then(|| label.to_owned()),
        suggested_replacement: edit.map(|(edit, _)| edit.text.clone()),
        suggestion_applicability: edit.map(|(_, safety)| applicability(safety)),
        expansion: None,
    })
}
