//! The seam for frameworks whose configurations are spelled in words of their own: what a text means, or where it is wrong.

use std::fmt;
use std::ops::Range;

use lightest_model::catalog::Catalog;
use lightest_model::config::Config;

/// A place that a framework refuses, and what would be legal there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong: lower-case start, no full stop.
    pub message: String,
    /// Byte range in the text that was parsed. Empty at the end of the text.
    pub span: Range<usize>,
    /// What would be legal there, as it would be written.
    pub expected: Vec<String>,
    /// What to do, where that is more than picking one of `expected`.
    pub help: Option<String>,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
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

    /// What the name of a test begins with for this configuration; `None` where that is not known.
    fn test_name_prefix(&self, catalog: &Catalog, config: &Config) -> Option<String>;
}
