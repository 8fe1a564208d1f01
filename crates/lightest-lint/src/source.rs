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
