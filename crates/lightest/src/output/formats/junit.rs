//! JUnit XML: a test case for each thing that was looked at, failed where something was found, and an error for each that was
//! not read.

use std::fmt::Write as _;

use super::{Entry, Format, Level, Report, short};
use crate::output::{is_unsafe, path_text};

pub(super) struct Junit;

impl Format for Junit {
    fn text(&self, report: &Report<'_>) -> String {
        let mut found: Vec<Vec<&Entry<'_>>> = vec![Vec::new(); report.cases.len()];
        // What belongs to no case: notes on a file, and what is wrong nowhere in particular.
        let mut rest = Vec::new();
        for entry in &report.entries {
            match entry.case.and_then(|case| found.get_mut(case)) {
                Some(entries) => entries.push(entry),
                None => rest.push(entry),
            }
        }
        let mut cases = String::new();
        let (mut failures, mut errors) = (0, 0);
        for (case, entries) in report.cases.iter().zip(&found) {
            let mut head = format!(
                "    <testcase name=\"{}\" classname=\"{}\"",
                escape(&case.name),
                escape(report.suite)
            );
            if let Some(place) = case.span.and_then(|span| report.texts.place(span)) {
                let path = escape(&path_text(place.path));
                let _ = write!(head, " file=\"{path}\" line=\"{}\"", place.line_start);
            }
            failures += usize::from(!entries.is_empty());
            body(&mut cases, &head, entries.iter().map(|entry| failure(report, entry)));
        }
        for entry in &rest {
            let place = report.place(entry.diagnostic);
            let name = place.map_or(String::new(), |place| path_text(place.path));
            let name = if name.is_empty() { entry.rule().unwrap_or("lightest").to_owned() } else { name };
            let head =
                format!("    <testcase name=\"{}\" classname=\"{}\"", escape(&name), escape(report.suite));
            let element = if entry.is_unread {
                errors += 1;
                element("error", report, entry)
            } else if entry.level == Level::Note {
                format!("<system-out>{}</system-out>", escape(&text(report, entry)))
            } else {
                failures += 1;
                failure(report, entry)
            };
            body(&mut cases, &head, [element].into_iter());
        }
        for one in &report.unread {
            errors += 1;
            let (path, reason) = (escape(one.path), escape(one.reason));
            let head = format!("    <testcase name=\"{path}\" classname=\"{}\"", escape(report.suite));
            let error = format!("<error type=\"not-read\" message=\"{reason}\">{path}: {reason}</error>");
            body(&mut cases, &head, [error].into_iter());
        }
        let tests = report.cases.len() + rest.len() + report.unread.len();
        let count = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"");
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{0}\" {count}>\n  \
             <testsuite name=\"{0}\" {count}>\n{cases}  </testsuite>\n</testsuites>\n",
            escape(report.suite)
        )
    }
}

/// A test case, with its contents.
fn body(cases: &mut String, head: &str, elements: impl Iterator<Item = String>) {
    let inner: String = elements.map(|element| format!("      {element}\n")).collect();
    let _ = if inner.is_empty() {
        writeln!(cases, "{head}/>")
    } else {
        write!(cases, "{head}>\n{inner}    </testcase>\n")
    };
}

fn failure(report: &Report<'_>, entry: &Entry<'_>) -> String {
    element("failure", report, entry)
}

fn element(name: &str, report: &Report<'_>, entry: &Entry<'_>) -> String {
    format!(
        "<{name} type=\"{}\" message=\"{}\">{}</{name}>",
        escape(entry.rule().unwrap_or(entry.level.word())),
        escape(&entry.diagnostic.message),
        escape(&text(report, entry))
    )
}

/// The line of the short form, with notes and help.
fn text(report: &Report<'_>, entry: &Entry<'_>) -> String {
    let lines = entry.lines();
    let more = lines.get(entry.diagnostic.message.len()..).unwrap_or_default();
    short::one(report, entry) + more
}

/// Text for XML; characters that XML does not allow are replaced, those that a terminal might act on are spelled out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            // An older command to a GitHub workflow, which may stand anywhere in a line.
            '[' if text[..at].ends_with("##") => escaped.push_str("&#91;"),
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c if is_unsafe(c) => {
                let _ = write!(escaped, "&#x{:x};", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}
