//! Compares the facts that OpenVMM's source states with those of the catalog.
//!
//! Facts and catalog text in, differences out: nothing here reads files, prints, or knows a version control system.

pub mod catalog_text;
pub mod compare;
pub mod evidence;
pub mod timeline;
pub mod watch;

pub use compare::{Difference, RULES, Report, Spot, compare};
