//! The files of a catalog, and what can be wrong in them.

use std::ops::Range;

use super::entries::Layer;

/// One file of a catalog.
#[derive(Clone, Debug)]
pub struct File {
    /// Name, for messages.
    pub name: String,
    /// Its TOML text.
    pub text: String,
    /// Whose it is.
    pub layer: Layer,
}

/// A place in a catalog file, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Index into the files given to [`load`](super::load).
    pub file: usize,
    /// Byte range in that file's text.
    pub span: Range<usize>,
    /// What is to be said; may be empty.
    pub text: String,
}

/// A mistake in a catalog. The first label is the place of the mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
}
