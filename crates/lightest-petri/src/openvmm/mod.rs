//! Reads OpenVMM's own source and finds the facts that it states; a form that is not understood is a gap, never silence.

mod corpus;
pub mod facts;
mod items;

pub use corpus::{Corpus, Place, ROOTS, is_wanted};
pub use facts::Facts;
