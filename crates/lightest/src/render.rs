//! Draws diagnostics with snippets of source, as rustc does; the only place that names `annotate-snippets`.

use std::ops::Range;
use std::path::Path;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Origin, Patch, Renderer, Snippet};
use lightest_diagnostics::{Diagnostic, Help, Label, Safety, Span};

use crate::failure::Failure;
use crate::output::formats::Level;
use crate::output::places::{Text, Texts};
use crate::output::{block, line, shown};

/// No more source is drawn at once, in bytes: a list may be one line of a megabyte.
const MOST: usize = 16_000;
/// Places that are further apart, in lines, are drawn as two pieces: the renderer looks at every line between.
const DISTANT: usize = 1000;

/// A failure as text, with terminal colours in it; `anstream` strips them where they are not wanted.
pub(crate) fn failure(failure: &Failure) -> String {
    let files = failure.sources.files().iter().map(|file| (Path::new(&file.name), &*file.text));
    diagnostic(&Texts::new(files), Level::Error, &failure.diagnostic)
}

/// A diagnostic as text, with terminal colours in it.
pub(crate) fn diagnostic(texts: &Texts<'_>, level: Level, diagnostic: &Diagnostic) -> String {
    let level = match level {
        Level::Error => annotate_snippets::Level::ERROR,
        Level::Warning => annotate_snippets::Level::WARNING,
        Level::Note => annotate_snippets::Level::NOTE,
    };
    let mut title = level.primary_title(line(&diagnostic.message).to_string());
    if let Some(rule) = diagnostic.rule {
        title = title.id(rule.as_str());
    }
    let mut group = Group::with_title(title);
    let mut drawn: Vec<usize> = Vec::new();
    for first in &diagnostic.labels {
        let file = first.span.file;
        if drawn.contains(&file) {
            continue;
        }
        drawn.push(file);
        let Some(text) = texts.get(&first.span) else { continue };
        let labels = diagnostic.labels.iter().enumerate().filter(|(_, label)| label.span.file == file);
        for near in clusters(text, labels) {
            let start = &near[0].1.span;
            group = match snippet(text, near.iter().copied()) {
                Some(snippet) => group.element(snippet),
                None => group.element(origin(text, start)),
            };
        }
    }
    for note in &diagnostic.notes {
        group = group.element(annotate_snippets::Level::NOTE.message(block(note)));
    }
    let groups = match &diagnostic.help {
        None => vec![group],
        Some(help) => helped(texts, group, help),
    };
    Renderer::styled().decor_style(DecorStyle::Ascii).render(&groups).to_string()
}

/// Labels on one text, those that stand far from each other apart; the first label's come first.
fn clusters<'a>(
    text: &Text<'_>,
    labels: impl Iterator<Item = (usize, &'a Label)>,
) -> Vec<Vec<(usize, &'a Label)>> {
    let line = |label: &Label| text.line_column(label.span.bytes.start).0;
    let mut labels: Vec<(usize, &Label)> = labels.collect();
    labels.sort_by_key(|(_, label)| line(label));
    let mut clusters: Vec<Vec<(usize, &Label)>> = Vec::new();
    for label in labels {
        match clusters.last_mut() {
            Some(near) if near.last().is_some_and(|last| line(label.1) - line(last.1) <= DISTANT) => {
                near.push(label);
            }
            _ => clusters.push(vec![label]),
        }
    }
    for near in &mut clusters {
        near.sort_by_key(|(at, _)| *at);
    }
    clusters.sort_by_key(|near| near[0].0);
    clusters
}

/// The places in one text, drawn; `None` where the lines are too long.
fn snippet<'a>(
    text: &Text<'a>,
    labels: impl Iterator<Item = (usize, &'a Label)> + Clone,
) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let window = Window::around(text, labels.clone().map(|(_, label)| text.within(&label.span.bytes)))?;
    let mut snippet = window.snippet().path(shown(text.path).to_string());
    for (at, label) in labels {
        let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(window.span(text.within(&label.span.bytes)));
        snippet = snippet.annotation(match label.text.as_str() {
            "" => annotation,
            words => annotation.label(line(words).to_string()),
        });
    }
    Some(snippet)
}

/// A place without its source.
fn origin(text: &Text<'_>, span: &Span) -> Origin<'static> {
    let (line, column) = text.line_column(span.bytes.start);
    Origin::path(shown(text.path).to_string()).line(line).char_column(column)
}

/// The help, with its edits drawn in place.
fn helped<'a>(texts: &Texts<'a>, group: Group<'a>, help: &'a Help) -> Vec<Group<'a>> {
    let message = block(&help.message);
    let mut patches = Vec::new();
    if help.safety != Safety::DisplayOnly {
        for edit in &help.edits {
            let Some(text) = texts.get(&edit.span) else { continue };
            let span = text.within(&edit.span.bytes);
            let Some(window) = Window::around(text, [span.clone()].into_iter()) else { continue };
            // A line of the drawing ends in one way.
            let patch = Patch::new(window.span(span), edit.text.replace("\r\n", "\n"));
            patches.push(window.snippet().path(shown(text.path).to_string()).patch(patch));
        }
    }
    if patches.is_empty() {
        return vec![group.element(annotate_snippets::Level::HELP.message(message))];
    }
    let patched = Group::with_title(annotate_snippets::Level::HELP.secondary_title(message));
    vec![group, patches.into_iter().fold(patched, Group::element)]
}

/// The lines of a text around the drawn part: the renderer looks at every line that it is given.
struct Window<'a> {
    text: &'a str,
    start: usize,
    line: usize,
}

impl<'a> Window<'a> {
    /// Lines before and after, more than are shown.
    const MARGIN: usize = 8;

    /// `None` where that is more than anybody looks at.
    fn around(text: &Text<'a>, spans: impl Iterator<Item = Range<usize>>) -> Option<Self> {
        let (start, end) =
            spans.fold((text.text.len(), 0), |(start, end), span| (start.min(span.start), end.max(span.end)));
        let (first, last) = (text.line_column(start.min(end)).0, text.line_column(end).0);
        let line = first.saturating_sub(Self::MARGIN).max(1);
        let bytes = text.line_bytes(line).start..text.line_bytes(last + Self::MARGIN).end;
        // Distant places are drawn with what is between them left out.
        let longest = (line..=last + Self::MARGIN).map(|line| text.line_bytes(line).len()).max().unwrap_or(0);
        (longest <= MOST).then(|| Self { text: &text.text[bytes.clone()], start: bytes.start, line })
    }

    fn snippet<T: Clone>(&self) -> Snippet<'a, T> {
        Snippet::source(self.text).line_start(self.line)
    }

    fn span(&self, span: Range<usize>) -> Range<usize> {
        span.start - self.start..span.end - self.start
    }
}
