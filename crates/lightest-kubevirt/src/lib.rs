//! Reads KubeVirt's end-to-end tests.
//!
//! - [`go`]: from Go's text to a tree; the only place that knows the parser.
//! - [`suite`]: what tests touch, through helpers and closures, and where they get their guests.
//! - [`table`]: what that asks of a guest.

pub mod go;
pub mod suite;
pub mod table;
