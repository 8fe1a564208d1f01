//! The forms that programs read, as types: their fields are a contract, to which some may be added.
//!
//! `docs/book/src/schema` has the JSON schema of each, made from these types by `cargo xtask gen`; `tests/schema.rs` checks what every
//! command prints against it.

pub(crate) mod diagnostic;
pub(crate) mod explain;
pub(crate) mod inspect;
#[cfg(has_lab)]
pub(crate) mod lab;
pub(crate) mod learn;
pub(crate) mod list;
pub(crate) mod parse;
pub(crate) mod pick;
#[cfg(all(feature = "schema", has_lab))]
mod published;
pub(crate) mod requirements;
pub(crate) mod sarif;
pub(crate) mod shared;
pub(crate) mod suite;
pub(crate) mod unknowns;
pub(crate) mod vmms;

#[cfg(all(feature = "schema", has_lab))]
pub use published::published;

/// Raised when a key is renamed or removed; additions leave it.
pub(crate) const VERSION: u32 = 1;
