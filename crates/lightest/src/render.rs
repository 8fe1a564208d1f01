//! Draws messages with snippets of source, as rustc does; the only place that names `annotate-snippets`.

use std::path::Path;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::failure::{Failure, Place};
use crate::output::{block, line, shown};

/// A failure as text, with terminal colours in it; `anstream` strips them where they are not wanted.
pub(crate) fn failure(failure: &Failure) -> String {
    let title = line(&failure.message).to_string();
    let notes: Vec<String> = failure.notes.iter().map(|note| block(note)).collect();
    let help = failure.help.as_deref().map(block);
    let group = Group::with_title(Level::ERROR.primary_title(title.as_str()));
    draw(group, &failure.places, &notes, help.as_deref())
}

fn draw<'a>(mut group: Group<'a>, places: &'a [Place], notes: &'a [String], help: Option<&'a str>) -> String {
    for (first, place) in places.iter().enumerate().map(|(at, place)| (at == 0, place)) {
        let mut snippet = Snippet::source(place.text.as_str()).path(line(&place.origin).to_string());
        for (at, (span, label)) in place.labels.iter().enumerate() {
            let kind = if at == 0 && first { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(within(&place.text, span));
            snippet = snippet.annotation(if label.is_empty() {
                annotation
            } else {
                annotation.label(label.as_str())
            });
        }
        group = group.element(snippet);
    }
    for note in notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    if let Some(help) = help {
        group = group.element(Level::HELP.message(help));
    }
    Renderer::styled().decor_style(DecorStyle::Ascii).render(&[group]).to_string()
}

/// A span that lies within a text and on its character boundaries, whatever was asked for.
fn within(text: &str, span: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.min(text.len())).max(start);
    start..end
}

/// Lines of a text around what is drawn of it: the renderer looks at every line that it is given.
struct Window<'a> {
    text: &'a str,
    start: usize,
    line: usize,
}

impl<'a> Window<'a> {
    /// Lines before and after, more than are shown.
    const MARGIN: usize = 8;

    fn around(text: &'a str, spans: impl IntoIterator<Item = std::ops::Range<usize>>) -> Self {
        let (start, end) = spans
            .into_iter()
            .fold((text.len(), 0), |(start, end), span| (start.min(span.start), end.max(span.end)));
        let before = text[..start.min(end)].bytes().enumerate().rev().filter(|(_, byte)| *byte == b'\n');
        let start = before.map(|(at, _)| at + 1).nth(Self::MARGIN).unwrap_or(0);
        let after = text[end..].bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let end = after.map(|(at, _)| end + at + 1).nth(Self::MARGIN).unwrap_or(text.len());
        let line = text[..start].bytes().filter(|byte| *byte == b'\n').count() + 1;
        Self { text: &text[start..end], start, line }
    }

    fn snippet<T: Clone>(&self) -> Snippet<'a, T> {
        Snippet::source(self.text).line_start(self.line)
    }

    fn span(&self, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
        span.start - self.start..span.end - self.start
    }
}

/// A message with places, to be drawn.
pub(crate) struct Drawing<'a> {
    /// `error`, `warning` or `note`.
    pub(crate) level: &'static str,
    /// The rule, in brackets.
    pub(crate) rule: Option<&'a str>,
    pub(crate) message: &'a str,
    /// The first is where it is wrong.
    pub(crate) labels: &'a [Labelled<'a>],
    pub(crate) notes: &'a [String],
    pub(crate) help: Option<&'a str>,
    /// What the help changes.
    pub(crate) patches: &'a [Patch<'a>],
}

/// A place in a text, and what is to be said of it.
pub(crate) struct Labelled<'a> {
    pub(crate) origin: &'a str,
    pub(crate) source: &'a str,
    pub(crate) span: std::ops::Range<usize>,
    pub(crate) text: &'a str,
}

/// A change of a text.
pub(crate) struct Patch<'a> {
    pub(crate) origin: &'a str,
    pub(crate) text: &'a str,
    pub(crate) span: std::ops::Range<usize>,
    pub(crate) new: &'a str,
}

/// The name of a file or an argument, for a terminal.
fn origin(name: &str) -> String {
    shown(Path::new(name)).to_string()
}

/// A message as text, with terminal colours in it.
pub(crate) fn drawing(drawing: &Drawing<'_>) -> String {
    let level = match drawing.level {
        "error" => Level::ERROR,
        "warning" => Level::WARNING,
        _ => Level::NOTE,
    };
    let message = line(drawing.message).to_string();
    let notes: Vec<String> = drawing.notes.iter().map(|note| block(note)).collect();
    let help = drawing.help.map(block);
    let mut title = level.primary_title(message);
    if let Some(rule) = drawing.rule {
        title = title.id(rule);
    }
    let mut group = Group::with_title(title);
    let mut drawn: Vec<&str> = Vec::new();
    for first in drawing.labels {
        if drawn.contains(&first.origin) {
            continue;
        }
        drawn.push(first.origin);
        let of_it = drawing.labels.iter().filter(|label| label.origin == first.origin);
        let window = Window::around(first.source, of_it.map(|label| within(label.source, &label.span)));
        let mut snippet = window.snippet().path(origin(first.origin));
        for (index, label) in
            drawing.labels.iter().enumerate().filter(|(_, label)| label.origin == first.origin)
        {
            let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(window.span(within(label.source, &label.span)));
            snippet = snippet.annotation(if label.text.is_empty() {
                annotation
            } else {
                annotation.label(label.text)
            });
        }
        group = group.element(snippet);
    }
    for note in &notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    let mut groups = Vec::new();
    match help.as_deref() {
        Some(help) if drawing.patches.is_empty() => groups.push(group.element(Level::HELP.message(help))),
        Some(help) => {
            groups.push(group);
            let mut patched = Group::with_title(Level::HELP.secondary_title(help));
            for patch in drawing.patches {
                let span = within(patch.text, &patch.span);
                let window = Window::around(patch.text, [span.clone()]);
                let change = annotate_snippets::Patch::new(window.span(span), patch.new);
                patched = patched.element(window.snippet().path(origin(patch.origin)).patch(change));
            }
            groups.push(patched);
        }
        None => groups.push(group),
    }
    Renderer::styled().decor_style(DecorStyle::Ascii).render(&groups).to_string()
}
