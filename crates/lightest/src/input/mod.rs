//! The only way in for text that is not an argument: checks files, paths and sizes.
//!
//! Regular files only, so that no pipe is waited for and no device is read without end; a limit of size; and no path outside
//! a tree that a file of the tree names.

pub(crate) mod catalog;
mod ignored;
mod text;
mod tree;

pub(crate) use ignored::{unreadable, unreadable_above};
pub(crate) use text::{ReadError, advice, bytes, fill, open, reason, text};
pub(crate) use tree::{Tree, real, whole};
