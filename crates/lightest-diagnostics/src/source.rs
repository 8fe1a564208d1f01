//! Texts that diagnostics point into, and places in them.

use std::ops::Range;
use std::sync::Arc;

/// A text with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path of a file, or the name of an argument.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// The texts that some diagnostics point into. A [`Span`] names one by its index.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// A map without texts.
    #[must_use]
    pub const fn new() -> Self {
        Self { files: Vec::new() }
    }

    /// A map of one text, which has index 0.
    #[must_use]
    pub fn of(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let mut map = Self::new();
        map.add(name, text);
        map
    }

    /// Adds a text; returns its index.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> usize {
        self.files.push(SourceFile { name: name.into(), text: text.into() });
        self.files.len() - 1
    }

    /// The index of the text of that name.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.files.iter().position(|file| file.name == name)
    }

    /// The text of that index.
    #[must_use]
    pub fn get(&self, file: usize) -> Option<&SourceFile> {
        self.files.get(file)
    }

    /// The texts, by index.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }
}

impl FromIterator<SourceFile> for SourceMap {
    fn from_iter<I: IntoIterator<Item = SourceFile>>(files: I) -> Self {
        Self { files: files.into_iter().collect() }
    }
}

/// A place: a text by its index, and a byte range in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// Index into the texts.
    pub file: usize,
    /// Byte range.
    pub bytes: Range<usize>,
}

impl Span {
    /// A place.
    #[must_use]
    pub const fn new(file: usize, bytes: Range<usize>) -> Self {
        Self { file, bytes }
    }

    /// Whether another place lies within it, or is the same.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.file == other.file && self.bytes.start <= other.bytes.start && other.bytes.end <= self.bytes.end
    }
}

/// The byte order mark at the start of a text; it belongs to no line.
pub const MARK: char = '\u{feff}';

/// Where the line around a byte begins, for the first one behind the byte order mark.
///
/// A position outside the text, or inside a character, counts as the nearest one before it.
#[must_use]
pub fn line_start(text: &str, at: usize) -> usize {
    let before = &text[..text.floor_char_boundary(at.min(text.len()))];
    let first = || if text.starts_with(MARK) { MARK.len_utf8() } else { 0 };
    before.rfind('\n').map_or_else(first, |newline| newline + 1)
}

/// One-based line, and one-based column in characters, of a byte position.
///
/// A position outside the text, or inside a character, counts as the nearest one before it.
#[must_use]
pub fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at.min(text.len()))];
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
    (line, before.get(line_start(text, at)..).map_or(0, |before| before.chars().count()) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_positions_are_clamped() {
        let text = "über\nö x\n";
        assert_eq!(line_column(text, 0), (1, 1));
        assert_eq!(line_column(text, 2), (1, 2));
        assert_eq!(line_column(text, 1), (1, 1), "inside a character");
        assert_eq!(line_column(text, text.find('x').expect("it occurs")), (2, 3));
        assert_eq!(line_column(text, text.len()), (3, 1));
        assert_eq!(line_column(text, 1_000), (3, 1));
        assert_eq!(line_column("", 0), (1, 1));
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let text = "\u{feff}ab\n\u{feff}cd";
        let columns = |text: &str, at: &str| line_column(text, text.find(at).expect("it occurs"));
        assert_eq!([0, 1, 3].map(|at| line_column(text, at)), [(1, 1); 3]);
        assert_eq!((columns(text, "b"), columns(text, "d")), ((1, 2), (2, 3)), "elsewhere it is a character");
        assert_eq!([0, 3, 5, 6].map(|at| line_start(text, at)), [3, 3, 3, 6]);
        assert_eq!([0, 1, 9].map(|at| line_start("a", at)), [0; 3]);
        assert_eq!(line_start("", 0), 0);
    }

    #[test]
    fn a_text_is_found_by_its_name_and_its_index() {
        let mut map = SourceMap::of("a", "one");
        assert_eq!(map.add("b", "two"), 1);
        assert_eq!(map.position("b"), Some(1));
        assert_eq!(map.position("c"), None);
        assert_eq!(map.get(0).map(|file| &*file.text), Some("one"));
        assert_eq!(map.get(2), None);
        assert_eq!(map.files().len(), 2);
    }
}
