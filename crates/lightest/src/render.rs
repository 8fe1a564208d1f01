//! Draws messages with snippets of source, as rustc does; the only place that names `annotate-snippets`.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::failure::Failure;

/// A failure as text, with terminal colours in it; `anstream` strips them where they are not wanted.
pub(crate) fn failure(failure: &Failure) -> String {
    let mut group = Group::with_title(Level::ERROR.primary_title(failure.message.as_str()));
    for place in &failure.places {
        let mut snippet = Snippet::source(place.text.as_str()).path(place.origin.as_str());
        for (at, (span, label)) in place.labels.iter().enumerate() {
            let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(within(&place.text, span));
            snippet = snippet.annotation(if label.is_empty() {
                annotation
            } else {
                annotation.label(label.as_str())
            });
        }
        group = group.element(snippet);
    }
    for note in &failure.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    if let Some(help) = &failure.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    Renderer::styled().decor_style(DecorStyle::Ascii).render(&[group]).to_string()
}

/// A span that lies within a text and on its character boundaries, whatever was asked for.
fn within(text: &str, span: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.min(text.len())).max(start);
    start..end
}
