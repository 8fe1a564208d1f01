//! Reads petri's tests: the attributes that its macros accept, and what the bodies below them touch.
//!
//! - [`dialect`]: files of tests, as the linter wants them.
//! - [`grammar`]: the words and attributes that petri's macros accept, and carets for those they refuse.
//! - [`Spelled`]: a configuration in petri's words.
//! - [`rust`]: Rust source as tokens, and as a tree.
//!
//! It is the part of petri that every `check` runs, and a crate of its own so that a first build makes it alone fast; the other half is in
//! `lightest-petri`. Nothing here reads files, prints or knows another framework.

use lightest_model::config::Arch;

pub mod dialect;
pub mod grammar;
pub mod rust;
mod spelling;

pub use spelling::Spelled;

/// The architectures that petri's macros know, in the order in which answers name them.
pub const ARCHS: [Arch; 2] = [Arch::X64, Arch::Aarch64];
