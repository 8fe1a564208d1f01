//! Findings as JUnit XML: a test case for each test that was read, failed where something was found.

use std::fmt::Write as _;

use super::{Report, short};

/// The whole document.
pub(crate) fn document(report: &Report<'_>) -> String {
    let mut cases = String::new();
    let mut failed = 0;
    for test in report.tests {
        let name = test.module.iter().chain([&test.name]).cloned().collect::<Vec<_>>().join("::");
        let found: Vec<_> = report.findings.iter().filter(|finding| finding.test == name).collect();
        let place = report.place(&test.name_span);
        let head = format!(
            "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\"",
            escape(&name),
            escape("lightest"),
            escape(place.path),
            place.line_start
        );
        if found.is_empty() {
            let _ = writeln!(cases, "{head}/>");
            continue;
        }
        failed += 1;
        let _ = writeln!(cases, "{head}>");
        for finding in found {
            let mut text = short::finding(report, finding);
            for note in &finding.diagnostic.notes {
                let _ = writeln!(text, "note: {note}");
            }
            if let Some(help) = &finding.diagnostic.help {
                let _ = writeln!(text, "help: {}", help.message);
            }
            let _ = writeln!(
                cases,
                "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                escape(finding.rule()),
                escape(&finding.diagnostic.message),
                escape(text.trim_end())
            );
        }
        let _ = writeln!(cases, "    </testcase>");
    }
    suite(&cases, report.tests.len(), failed)
}

/// The document around test cases.
pub(crate) fn suite(cases: &str, tests: usize, failed: usize) -> String {
    let count = format!("tests=\"{tests}\" failures=\"{failed}\" errors=\"0\"");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lightest\" {count}>\n  \
         <testsuite name=\"lightest\" {count}>\n{cases}  </testsuite>\n</testsuites>\n"
    )
}

/// Text for XML; characters that XML cannot hold are replaced.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
