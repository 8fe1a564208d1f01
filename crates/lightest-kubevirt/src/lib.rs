//! Reads KubeVirt's end-to-end tests.
//!
//! - [`go`]: from Go's text to a tree; the only place that knows the parser.
//! - [`suite`]: the usages of tests, through helpers and closures, and the origins of their guests.
//! - [`table`]: from usages to requirements on a guest.
//! - [`judge`]: the requirements of tests that share a guest.
//! - [`rules`]: one file each.
//! - [`check`]: from files to findings.
//! - [`dialect`]: which files matter to the linter.
//! - [`facts`]: the files of the catalog.
//! - [`guide`]: the page on which factory fits which test.
//! - [`sync`]: the facts that the factories state, compared with the catalog.

pub mod check;
pub mod dialect;
pub mod facts;
pub mod go;
pub mod guide;
pub mod judge;
pub mod rules;
pub mod suite;
pub mod sync;
pub mod table;

mod edits;

pub use dialect::KubeVirt;
