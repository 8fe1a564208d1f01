//! Source text that was read.

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

impl Source {
    /// How the lines of the file end near a place: as the one before does, or else the next one.
    #[must_use]
    pub fn line_end(&self, at: usize) -> &'static str {
        let before = self.text.get(..at).and_then(|before| before.rfind('\n'));
        let end = before.or_else(|| self.text.get(at..)?.find('\n').map(|end| at + end));
        let is_long = end.is_some_and(|end| self.text.as_bytes()[..end].ends_with(b"\r"));
        if is_long { "\r\n" } else { "\n" }
    }

    /// A text with line ends as they are near a place, so that an edit leaves no file with two kinds.
    #[must_use]
    pub fn with_line_ends(&self, text: String, at: usize) -> String {
        if !text.contains('\n') {
            return text;
        }
        text.replace("\r\n", "\n").replace('\n', self.line_end(at))
    }
}
