//! Places in text, and messages about them with notes, help and edits.
//!
//! Every mistake in a catalog, every syntax error, every finding and every drift report is a [`Diagnostic`]. Nothing here
//! renders, reads files or decides an exit code.
#![forbid(unsafe_code)]

mod diagnostic;
mod source;
pub mod words;

pub use diagnostic::{Diagnostic, Edit, Help, Label, RuleId, Safety};
pub use source::{MARK, SourceFile, SourceMap, Span, line_column, line_start};
