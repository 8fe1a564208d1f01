//! `cargo xtask book`: builds docs/book with the versions of mdBook and mdbook-admonish that OpenVMM's Guide pins.

use std::process::Command;

use crate::run::{cargo, root, run};

/// Builds the builder where it is not built yet, then the book, into target/book.
///
/// # Errors
///
/// That one of them cannot be built.
pub(crate) fn build() -> Result<(), String> {
    // A package and a target folder of its own: nothing else waits for mdBook, and the next build finds it made.
    let mut builder = cargo();
    builder.args(["build", "--quiet", "--locked", "--manifest-path", "docs/builder/Cargo.toml"]);
    builder.args(["--target-dir", "target/tools"]);
    run(builder)?;
    let program =
        root().join("target/tools/debug").join(format!("book-builder{}", std::env::consts::EXE_SUFFIX));
    let mut book = Command::new(program);
    book.args(["docs/book", "target/book"]);
    run(book)
}
