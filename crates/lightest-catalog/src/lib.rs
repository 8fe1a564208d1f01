//! The only reader of the catalog's files: embeds ours, reads a user's, lays the one over the other and checks the whole.
//!
//! `catalog/README.md` describes the files. Every mistake is a diagnostic with its place. Nothing here decides about guests.
#![forbid(unsafe_code)]

pub mod calls;
mod files;
mod load;
mod locate;
mod merge;
mod validate;

pub use files::{File, OPENVMM, ReadError, embedded, list_folder};
pub use load::load;
