//! Rust source: one lexer, and two views of its tokens.
//!
//! [`tokens`] is a flat list with its brackets matched. It never recurses and survives anything, so it serves attributes
//! and the facts of OpenVMM's own source, some of which stand in macros. [`cst`] is the parser's tree, for the bodies of
//! tests; it is made within [`limits`].

mod assemble;
pub(crate) mod cst;
mod lexer;
pub(crate) mod limits;
mod literal;
pub mod tokens;

pub(crate) use lexer::SyntaxKind;
pub(crate) use literal::string;
