//! The seam for frameworks whose configurations are spelled in words of their own: what a text means, or where it is wrong.

use std::fmt;
use std::ops::Range;

use lightest_diagnostics::{Diagnostic, Span, words};
use lightest_model::catalog::Catalog;
use lightest_model::config::Config;

/// A place that a framework refuses, and what would be legal there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The mistake. Its one place is in the text that was parsed, which is file 0; empty at the end of that text.
    pub diagnostic: Box<Diagnostic>,
    /// Legal words at that place, as they would be written.
    pub expected: Vec<String>,
}

impl SyntaxError {
    /// A mistake where nothing in particular would be legal.
    #[must_use]
    pub fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        let diagnostic = Diagnostic::new(message).label(Span::new(0, span), "");
        Self { diagnostic: Box::new(diagnostic), expected: Vec::new() }
    }

    /// Lists what would be legal there, as it would be written.
    #[must_use]
    pub fn expecting(mut self, expected: Vec<String>) -> Self {
        let label = match expected.as_slice() {
            [] => String::new(),
            [one] => format!("expected `{one}`"),
            several => {
                let legal: Vec<String> = several.iter().map(|word| format!("`{word}`")).collect();
                self.diagnostic.notes.push(format!("legal here: {}", words::list(&legal, "or")));
                "not legal here".to_owned()
            }
        };
        for place in &mut self.diagnostic.labels {
            place.text.clone_from(&label);
        }
        self.expected = expected;
        self
    }

    /// States what to do, where that is more than picking one of what is expected.
    #[must_use]
    pub fn help(mut self, help: impl Into<Option<String>>) -> Self {
        if let Some(help) = help.into() {
            *self.diagnostic = self.diagnostic.help(help);
        }
        self
    }

    /// Byte range in the text that was parsed.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.diagnostic.primary().map_or(0..0, |span| span.bytes.clone())
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnostic.fmt(f)
    }
}

impl std::error::Error for SyntaxError {}

/// The words in which a framework spells configurations.
pub trait Spelling: Sync {
    /// The configuration that a text spells, as one of a declaration's list.
    ///
    /// # Errors
    ///
    /// The first place that the framework would refuse.
    fn config(&self, catalog: &Catalog, text: &str) -> Result<Config, SyntaxError>;

    /// The configurations of a whole declaration; `None` where the text does not begin one.
    ///
    /// # Errors
    ///
    /// The first place that the framework would refuse.
    fn declaration(&self, catalog: &Catalog, text: &str) -> Option<Result<Vec<Config>, SyntaxError>>;

    /// The prefix of a test's name for this configuration; `None` where that is not known.
    fn test_name_prefix(&self, catalog: &Catalog, config: &Config) -> Option<String>;
}
