//! Source text that was read, and places in it.

use std::ops::Range;
use std::sync::Arc;

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its path, for messages.
    pub path: String,
    /// Its path within its package, with `/` between parts; module paths are derived from it.
    pub local: String,
    /// The package that it belongs to: calls are followed within one package.
    pub package: String,
    /// Its text.
    pub text: Arc<str>,
}

/// A place: a file by its index, and a byte range.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// Index into the sources given.
    pub file: usize,
    /// Byte range of its text.
    pub bytes: Range<usize>,
}

impl Span {
    /// A place.
    #[must_use]
    pub const fn new(file: usize, bytes: Range<usize>) -> Self {
        Self { file, bytes }
    }
}

/// One-based line, and one-based column in characters, of a byte position.
#[must_use]
pub fn line_column(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
    (line, before[line_start..].chars().count() + 1)
}
