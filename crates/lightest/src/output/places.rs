//! Places in texts as lines and columns, by an index of each text: asking for many places costs no more than reading once.

use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use lightest_diagnostics::{Diagnostic, Span, line_start};
use lightest_lint::source::Source;

/// The texts that diagnostics point into, by the index that spans have.
#[derive(Debug, Default)]
pub(crate) struct Texts<'a> {
    texts: Vec<Text<'a>>,
}

/// A text, and where it is from.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    /// The file, or the name of an argument.
    pub(crate) path: &'a Path,
    pub(crate) text: &'a str,
    index: OnceLock<Index>,
}

/// A place as people and programs name it: lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) path: &'a Path,
    pub(crate) line_start: usize,
    pub(crate) column_start: usize,
    pub(crate) line_end: usize,
    pub(crate) column_end: usize,
}

#[derive(Debug)]
struct Index {
    /// Where each line begins, the first one behind the byte order mark.
    lines: Vec<usize>,
    /// How many characters are before each [`STEP`] bytes; empty where every character is a byte.
    characters: Vec<usize>,
}

/// So many bytes are counted anew for a place.
const STEP: usize = 1024;

impl<'a> Texts<'a> {
    /// Texts with their paths.
    pub(crate) fn new(texts: impl IntoIterator<Item = (&'a Path, &'a str)>) -> Self {
        let text = |(path, text)| Text { path, text, index: OnceLock::new() };
        Self { texts: texts.into_iter().map(text).collect() }
    }

    /// Files that were read.
    pub(crate) fn of(sources: &'a [Source]) -> Self {
        Self::new(sources.iter().map(|source| (Path::new(&source.path), &*source.text)))
    }

    /// The text that a span points into.
    pub(crate) fn get(&self, span: &Span) -> Option<&Text<'a>> {
        self.texts.get(span.file)
    }

    /// Where a span lies; `None` where it points into no text.
    pub(crate) fn place(&self, span: &Span) -> Option<Place<'a>> {
        let text = self.get(span)?;
        let (line_start, column_start) = text.line_column(span.bytes.start);
        let (line_end, column_end) = text.line_column(span.bytes.end);
        Some(Place { path: text.path, line_start, column_start, line_end, column_end })
    }

    /// Where a span begins, as `file:line:column`; empty where it points into no text.
    pub(crate) fn named(&self, span: &Span) -> String {
        let Some(place) = self.place(span) else { return String::new() };
        format!("{}:{}:{}", super::shown(place.path), place.line_start, place.column_start)
    }

    /// The place and the message of a diagnostic: `src/tests.rs:3:5: not understood`.
    pub(crate) fn in_line(&self, diagnostic: &Diagnostic) -> String {
        let place = diagnostic.primary().map_or_else(String::new, |span| self.named(span));
        format!("{place}: {}", diagnostic.message)
    }
}

impl<'a> Text<'a> {
    /// Line and column of a byte.
    pub(crate) fn line_column(&self, at: usize) -> (usize, usize) {
        let index = self.index();
        let at = self.text.floor_char_boundary(at.min(self.text.len())).max(index.lines[0]);
        let line = index.lines.partition_point(|start| *start <= at);
        let start = index.lines[line - 1];
        (line, index.before(self.text, at) - index.before(self.text, start) + 1)
    }

    /// Where a line begins, and where the next one does; the line counts from 1.
    pub(crate) fn line_bytes(&self, line: usize) -> Range<usize> {
        let lines = &self.index().lines;
        let start = lines.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        start..lines.get(line).copied().unwrap_or(self.text.len())
    }

    /// A line without its line break.
    pub(crate) fn line(&self, line: usize) -> &'a str {
        let text = &self.text[self.line_bytes(line)];
        let text = text.strip_suffix('\n').unwrap_or(text);
        text.strip_suffix('\r').unwrap_or(text)
    }

    /// A span that lies within the lines of the text and on its character boundaries, whatever was asked for.
    pub(crate) fn within(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(span.start.min(self.text.len())).max(self.index().lines[0]);
        let end = self.text.ceil_char_boundary(span.end.min(self.text.len())).max(start);
        start..end
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes());
            let lines = std::iter::once(line_start(self.text, 0)).chain(breaks.map(|at| at + 1)).collect();
            let mut characters = Vec::new();
            if !self.text.is_ascii() {
                let mut count = 0;
                let mut from = 0;
                for step in (STEP..).step_by(STEP) {
                    characters.push(count);
                    let to = self.text.ceil_char_boundary(step);
                    count += self.text[from..to].chars().count();
                    from = to;
                    if step >= self.text.len() {
                        break;
                    }
                }
                characters.push(count);
            }
            Index { lines, characters }
        })
    }
}

impl Index {
    /// How many characters are before a byte at which one begins.
    fn before(&self, text: &str, at: usize) -> usize {
        match self.characters.get(at / STEP) {
            None => at,
            Some(before) => before + text[text.ceil_char_boundary(at / STEP * STEP)..at].chars().count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use lightest_diagnostics::line_column;

    use super::*;

    #[test]
    fn the_index_agrees_with_counting() {
        let long = "é\u{1f980}x".repeat(700);
        for text in [
            "",
            "\n",
            "a\nb",
            "über\r\nö x\n\n",
            "\u{feff}a\n\u{feff}b",
            "\u{feff}",
            "plain\n".repeat(500).as_str(),
            &format!("a{long}\n{long}b\n"),
        ] {
            let texts = Texts::new([(Path::new("a"), text)]);
            for at in 0..text.len() + 2 {
                let place = texts.place(&Span::new(0, at..at)).expect("a text");
                assert_eq!((place.line_start, place.column_start), line_column(text, at), "{at}");
            }
        }
    }

    #[test]
    fn lines_are_found_by_their_number() {
        let texts = Texts::new([(Path::new("a"), "one\r\ntwo\n\nfour")]);
        let text = texts.get(&Span::new(0, 0..0)).expect("a text");
        assert_eq!([1, 2, 3, 4, 5].map(|line| text.line(line)), ["one", "two", "", "four", ""]);
    }
}
