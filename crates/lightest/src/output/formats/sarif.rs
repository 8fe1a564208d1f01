//! SARIF 2.1.0, for code scanning.

use std::collections::HashMap;

use lightest_diagnostics::{Label, Safety, Span};

use super::{Entry, Format, Level, Report};
use crate::output::{json_text, uri};
use crate::schema::sarif::{
    Artifact, ArtifactChange, Configuration, Driver, Fix, Invocation, Location, Log, Message, Notification,
    PhysicalLocation, Region, Replacement, Rule, Run, SarifResult, Tool,
};

pub(super) struct Sarif;

impl Format for Sarif {
    fn text(&self, report: &Report<'_>) -> String {
        let rules: Vec<Rule> = report
            .rules
            .iter()
            .map(|rule| Rule {
                id: rule.name.to_owned(),
                short_description: Message::new(rule.summary),
                full_description: Message::new(rule.summary),
                help: (!rule.explanation.is_empty()).then(|| Message {
                    text: rule.explanation.clone(),
                    markdown: Some(rule.explanation.clone()),
                }),
                default_configuration: Configuration { level: rule.level.word(), enabled: rule.is_on },
            })
            .collect();
        let indices: HashMap<&str, usize> =
            report.rules.iter().enumerate().map(|(index, rule)| (rule.name, index)).collect();
        let is_finding = |entry: &&Entry<'_>| entry.level != Level::Note && !entry.is_unread;
        let results = report.entries.iter().filter(is_finding).map(|entry| result(report, entry, &indices));
        let notes =
            report.entries.iter().filter(|entry| !is_finding(entry)).map(|entry| notification(report, entry));
        let unread = report.unread.iter().map(|one| Notification {
            level: "error",
            message: Message::new(&format!("{} was not read: {}", one.path, one.reason)),
            locations: Vec::new(),
        });
        let is_whole = report.unread.is_empty() && !report.entries.iter().any(|entry| entry.is_unread);
        let log = Log {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: [Run {
                tool: Tool { driver: Driver { name: "lightest", version: env!("CARGO_PKG_VERSION"), rules } },
                invocations: [Invocation {
                    execution_successful: is_whole,
                    tool_execution_notifications: notes.chain(unread).collect(),
                }],
                column_kind: "unicodeCodePoints",
                results: results.collect(),
            }],
        };
        // Nothing in these types can fail to be JSON.
        let text = serde_json::to_string_pretty(&log).unwrap_or_default();
        json_text(&format!("{text}\n"))
    }
}

fn notification(report: &Report<'_>, entry: &Entry<'_>) -> Notification {
    Notification {
        level: if entry.is_unread { "error" } else { "note" },
        message: Message::new(&entry.lines()),
        locations: entry.diagnostic.primary().and_then(|span| location(report, span)).into_iter().collect(),
    }
}

fn result(report: &Report<'_>, entry: &Entry<'_>, indices: &HashMap<&str, usize>) -> SarifResult {
    let diagnostic = entry.diagnostic;
    let mut text = diagnostic.message.clone();
    for note in &diagnostic.notes {
        text.push_str(&format!("\n{note}"));
    }
    let rule = entry.rule().unwrap_or("lightest");
    let fixes =
        diagnostic.help.as_ref().filter(|help| help.safety != Safety::DisplayOnly && !help.edits.is_empty());
    SarifResult {
        rule_id: rule.to_owned(),
        rule_index: indices.get(rule).copied(),
        level: entry.level.word(),
        message: Message::new(&text),
        locations: diagnostic.primary().and_then(|span| location(report, span)).into_iter().collect(),
        related_locations: diagnostic
            .labels
            .iter()
            .skip(1)
            .enumerate()
            .filter_map(|(at, label)| related(report, at, label))
            .collect(),
        partial_fingerprints: [("lightest/v1".to_owned(), entry.fingerprint.clone())].into(),
        fixes: fixes
            .map(|help| Fix {
                description: Message::new(&help.message),
                artifact_changes: help
                    .edits
                    .iter()
                    .filter_map(|edit| {
                        Some(ArtifactChange {
                            artifact_location: artifact(report, &edit.span)?,
                            replacements: vec![Replacement {
                                deleted_region: region(report, &edit.span)?,
                                inserted_content: Message::new(&edit.text),
                            }],
                        })
                    })
                    .collect(),
            })
            .into_iter()
            .collect(),
    }
}

fn related(report: &Report<'_>, at: usize, label: &Label) -> Option<Location> {
    let text = if label.text.is_empty() { "see here" } else { &label.text };
    Some(Location { id: Some(at), message: Some(Message::new(text)), ..location(report, &label.span)? })
}

fn location(report: &Report<'_>, span: &Span) -> Option<Location> {
    let physical_location =
        PhysicalLocation { artifact_location: artifact(report, span)?, region: region(report, span)? };
    Some(Location { id: None, message: None, physical_location })
}

fn artifact(report: &Report<'_>, span: &Span) -> Option<Artifact> {
    Some(Artifact { uri: uri(report.texts.get(span)?.path) })
}

fn region(report: &Report<'_>, span: &Span) -> Option<Region> {
    let place = report.texts.place(span)?;
    Some(Region {
        start_line: place.line_start,
        start_column: place.column_start,
        end_line: place.line_end,
        end_column: place.column_end,
        byte_offset: span.bytes.start,
        byte_length: span.bytes.len(),
    })
}
