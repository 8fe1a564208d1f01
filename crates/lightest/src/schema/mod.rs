//! The forms that programs read, as types: their fields are a contract, to which some may be added.

pub(crate) mod diagnostic;
pub(crate) mod sarif;

/// Raised when a key is renamed or removed; additions leave it.
pub(crate) const VERSION: u32 = 1;
