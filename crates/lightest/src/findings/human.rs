//! Findings as rustc draws them.

use lightest_diagnostics::{Label, Safety};
use lightest_lint::facts::Note;
use lightest_lint::finding::{Cost, Finding};

use super::Report;
use crate::render::{self, Drawing, Patch};
use crate::words;

/// A finding, with terminal colours in it.
pub(crate) fn finding(report: &Report<'_>, finding: &Finding) -> String {
    let mut labels = finding.diagnostic.labels.clone();
    if let (Some(primary), Some(cost)) = (labels.first_mut(), &finding.cost) {
        let cost = price(cost);
        primary.text = if primary.text.is_empty() { cost } else { format!("{}: {cost}", primary.text) };
    }
    let mut help = finding.diagnostic.help.as_ref().map(|help| help.message.clone());
    if let (Some(help), Some(cost)) = (&mut help, &finding.cost_after) {
        help.push_str(&format!(" ({})", price(cost)));
    }
    let patches = finding.diagnostic.help.as_ref().map_or(&[][..], |help| &help.edits[..]);
    if let (Some(text), Some(Safety::DisplayOnly)) =
        (&mut help, finding.diagnostic.help.as_ref().map(|help| help.safety))
        && !patches.is_empty()
    {
        text.push_str(", in a declaration of its own");
    }
    render::drawing(&Drawing {
        level: report.level(finding),
        rule: Some(finding.rule()),
        message: &finding.diagnostic.message,
        labels: &labels.iter().map(|label| at(report, label)).collect::<Vec<_>>(),
        notes: &finding.diagnostic.notes,
        help: help.as_deref(),
        patches: &patches
            .iter()
            .filter(|_| {
                finding.diagnostic.help.as_ref().is_some_and(|help| help.safety != Safety::DisplayOnly)
            })
            .filter_map(|edit| {
                let source = report.sources.get(edit.span.file)?;
                Some(Patch {
                    origin: &source.path,
                    text: &source.text,
                    span: edit.span.bytes.clone(),
                    new: &edit.text,
                })
            })
            .collect::<Vec<_>>(),
    })
}

/// A note on the source.
pub(crate) fn note(report: &Report<'_>, note: &Note) -> String {
    let label = Label { span: note.span.clone(), text: String::new() };
    render::drawing(&Drawing {
        level: "note",
        rule: None,
        message: &note.message,
        labels: &[at(report, &label)],
        notes: &[],
        help: note.help.as_deref(),
        patches: &[],
    })
}

fn at<'a>(report: &'a Report<'_>, label: &'a Label) -> render::Labelled<'a> {
    let source = report.sources.get(label.span.file);
    render::Labelled {
        origin: source.map_or("", |source| &source.path),
        source: source.map_or("", |source| &source.text),
        span: label.span.bytes.clone(),
        text: &label.text,
    }
}

/// A cost in a few words: `3.8 GB image, medium boot`.
pub(crate) fn price(cost: &Cost) -> String {
    let image = match (cost.has_image, cost.image_bytes) {
        (true, Some(bytes)) => format!("{} image", words::bytes(bytes)),
        (true, None) => "image of unknown size".to_owned(),
        (false, _) => "no disk image".to_owned(),
    };
    let mut text = format!("{image}, {} boot", cost.boot);
    if cost.reboots > 0 {
        text.push_str(&format!(", {} more", words::count(cost.reboots as usize, "boot")));
    }
    if cost.waits_s > 0 {
        text.push_str(&format!(", {} s of waiting", cost.waits_s));
    }
    text
}
