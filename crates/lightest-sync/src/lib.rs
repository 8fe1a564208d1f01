//! Compares the facts that a project's own source states with those of the catalog.
//!
//! - [`project`]: the seam: what a project's source states, and what differs from the catalog.
//! - [`compare`]: differences, and how they are made.
//! - [`rules`]: the kinds of difference.
//! - [`evidence`]: the lines that facts rest on, followed from commit to commit.
//! - [`timeline`]: the seam for projects that show how their facts came and went.
//! - [`catalog_text`]: places and edits in the catalog's files.
//!
//! Texts in, differences out: nothing here reads files, prints, or knows a project or a version control system.

pub mod catalog_text;
mod cited;
pub mod compare;
pub mod evidence;
pub mod project;
pub mod rules;
pub mod timeline;

pub use compare::{Compare, Difference, Report, SourcePlace, quoted};
pub use project::{MAX_BYTES, Project, SourceFile, Stated, line_of};
pub use timeline::Timeline;
