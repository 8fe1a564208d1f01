//! Reads a VMM project's own source and says which facts it states, and where the catalog says otherwise.
//!
//! Text in, facts and differences out: nothing here reads files, prints, or knows a version control system.

pub mod catalog_text;
pub mod compare;
mod corpus;
pub mod evidence;
pub mod facts;
mod items;
pub mod timeline;
mod tokens;
pub mod watch;

pub use compare::{Difference, RULES, Report, Spot, compare};
pub use corpus::{Corpus, MAX_BYTES, Place, ROOTS, SourceFile, is_wanted, line_of};
pub use facts::Facts;
