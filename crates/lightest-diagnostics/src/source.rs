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

/// One-based line, and one-based column in characters, of a byte position.
///
/// A position outside the text, or inside a character, counts as the nearest one before it.
#[must_use]
pub fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at.min(text.len()))];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
    (line, before[line_start..].chars().count() + 1)
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
