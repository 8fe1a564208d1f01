//! The files of a catalog.

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
