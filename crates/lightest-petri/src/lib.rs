//! Petri, the framework of OpenVMM's tests, in Rust: how its attributes read, what its tests' bodies touch, and which facts
//! OpenVMM's own source states.
//!
//! - [`Petri`]: the dialect that the linter reads tests with.
//! - [`guide`]: the pages on choosing a guest.
//! - [`grammar`]: the words and attributes that petri's macros accept, and carets for those they refuse.
//! - [`Spelled`]: a configuration in petri's words.
//! - [`attribute`]: the attribute to paste for a choice.
//! - [`openvmm`]: the facts that OpenVMM's source states, and the gaps where it cannot be read.
//! - [`sync`]: those facts compared with the catalog.
//!
//! Attributes and bodies are read by `lightest-petri-reader`. Nothing here reads files, prints or knows another framework.

mod dialect;
pub mod guide;
pub mod openvmm;
mod paste;
pub mod sync;

pub use dialect::Petri;
pub use lightest_petri_reader::{ARCHS, Spelled, grammar};
pub use paste::attribute;
