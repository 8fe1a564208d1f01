//! Prints what differs: for people, for grep, and as rustc's diagnostics for programs.

use lightest_sync::compare::Difference;
use lightest_sync::evidence::Fate;
use lightest_sync::line_of;
use serde_json::{Value, json};

use super::Compared;
use crate::args::MessageFormat;
use crate::failure::{Failure, Place};
use crate::{output, render};

/// Prints every difference.
pub(super) fn print(compared: &Compared, format: MessageFormat) -> Result<(), Failure> {
    let mut text = String::new();
    for difference in &compared.report.differences {
        match format {
            MessageFormat::Human => {
                text.push_str(&render::finding(&drawn(compared, difference)));
                text.push_str("\n\n");
            }
            MessageFormat::Short => text.push_str(&short(compared, difference)),
            MessageFormat::Json => text.push_str(&format!("{}\n", as_json(compared, difference))),
        }
    }
    output::data(&text)
}

/// A finding as the renderer wants it.
fn drawn(compared: &Compared, difference: &Difference) -> render::Finding {
    let mut places = Vec::new();
    if let Some(spot) = &difference.source
        && let Some(text) = source_text(compared, &spot.path)
    {
        let label = (spot.span.clone(), difference.source_label.clone());
        places.push(Place { origin: spot.path.clone(), text, labels: vec![label] });
    }
    if let Some(place) = &difference.catalog
        && let Some(text) = compared.text.text(&place.file)
    {
        let label = (place.span.clone(), difference.catalog_label.clone());
        places.push(Place { origin: place.file.clone(), text: text.to_owned(), labels: vec![label] });
    }
    render::Finding {
        rule: difference.rule.to_owned(),
        message: difference.message.clone(),
        places,
        notes: difference.notes.clone(),
        help: difference.help.clone(),
    }
}

fn source_text(compared: &Compared, path: &str) -> Option<String> {
    match compared.corpus.find(path) {
        Some(index) => Some(compared.corpus.files()[index].text.clone()),
        None => compared.checkout.text(path),
    }
}

/// `path:line:column` of an offset.
fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let offset = text.floor_char_boundary(offset.min(text.len()));
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let column = text[start..offset].chars().count() + 1;
    (line_of(text, offset), u32::try_from(column).unwrap_or(u32::MAX))
}

fn short(compared: &Compared, difference: &Difference) -> String {
    let in_source = difference
        .source
        .as_ref()
        .and_then(|spot| Some((spot.path.clone(), source_text(compared, &spot.path)?, spot.span.start)));
    let in_catalog = difference.catalog.as_ref().and_then(|place| {
        Some((place.file.clone(), compared.text.text(&place.file)?.to_owned(), place.span.start))
    });
    let place = match in_source.or(in_catalog) {
        Some((path, text, start)) => {
            let (line, column) = line_and_column(&text, start);
            format!("{path}:{line}:{column}: ")
        }
        None => String::new(),
    };
    format!("{place}error[{}]: {}\n", difference.rule, difference.message)
}

/// One of rustc's diagnostics.
fn as_json(compared: &Compared, difference: &Difference) -> Value {
    let drawn = drawn(compared, difference);
    let spans: Vec<Value> = drawn
        .places
        .iter()
        .enumerate()
        .flat_map(|(at, place)| place.labels.iter().map(move |(span, label)| (at == 0, place, span, label)))
        .map(|(primary, place, span, label)| {
            let (line_start, column_start) = line_and_column(&place.text, span.start);
            let (line_end, column_end) = line_and_column(&place.text, span.end);
            json!({
                "file_name": place.origin,
                "byte_start": span.start,
                "byte_end": span.end,
                "line_start": line_start,
                "line_end": line_end,
                "column_start": column_start,
                "column_end": column_end,
                "is_primary": primary,
                "label": label,
            })
        })
        .collect();
    let child = |level: &str, message: &str| json!({"message": message, "level": level, "code": null, "spans": [], "children": []});
    let mut children: Vec<Value> = difference.notes.iter().map(|note| child("note", note)).collect();
    children.extend(difference.help.iter().map(|help| child("help", help)));
    let meaning =
        lightest_sync::RULES.iter().find(|(rule, _)| *rule == difference.rule).map(|(_, meaning)| meaning);
    json!({
        "$message_type": "diagnostic",
        "message": difference.message,
        "code": {"code": difference.rule, "explanation": meaning},
        "level": "error",
        "spans": spans,
        "children": children,
        "rendered": anstream::adapter::strip_str(&render::finding(&drawn)).to_string(),
        "lightest": {"writes": !difference.edits.is_empty()},
    })
}

/// One line on what was looked at.
pub(super) fn summary(compared: &Compared) -> String {
    let facts = &compared.facts;
    let variants: usize = facts.tests.iter().map(|test| test.variants.len()).sum();
    let moved = compared.evidence.count(|fate| matches!(fate, Fate::Moved { .. }));
    let followed = compared.evidence.count(|fate| !matches!(fate, Fate::Unknown));
    let commit = compared.checkout.head.as_ref().map_or("no commit", |head| head.short());
    let differences = match compared.report.differences.len() {
        0 => "the catalog agrees".to_owned(),
        1 => "1 difference".to_owned(),
        many => format!("{many} differences"),
    };
    format!(
        "read at {commit}: {} guests, {} boot methods, {} images, {} tests with {variants} variants; followed {followed} places of evidence, of which {moved} moved: {differences}",
        facts.guests.len(),
        facts.boots.len(),
        facts.artifacts.len(),
        facts.tests.len(),
    )
}
