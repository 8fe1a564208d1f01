//! `cargo xtask book`: builds docs/book with the versions of mdBook and mdbook-admonish that OpenVMM's Guide pins.

use std::path::PathBuf;
use std::process::Command;
use std::{fs, io};

use crate::run::{cargo, root, run};

/// Builds the builder where it is not built yet, then the book with the picker page in it, into target/site/book.
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
    let mut site = cargo();
    site.args(["run", "--quiet", "--package", "lightest", "--bin", "lightest", "--"]);
    site.args(["guide", "--site", "target/site"]);
    run(site)?;
    let source = source_with_picker().map_err(|error| format!("target/book cannot be written: {error}"))?;
    let program =
        root().join("target/tools/debug").join(format!("book-builder{}", std::env::consts::EXE_SUFFIX));
    let mut book = Command::new(program);
    book.arg(source).arg("target/site/book");
    run(book)
}

/// A copy of the book's source with the picker page, which is made anew each time and so lies beside no other page.
fn source_with_picker() -> io::Result<PathBuf> {
    let copy = root().join("target/book");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        fs::create_dir_all(copy.join(&folder))?;
        for entry in fs::read_dir(root().join("docs/book").join(&folder))? {
            let entry = entry?;
            let name = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(name);
            } else {
                fs::copy(entry.path(), copy.join(name))?;
            }
        }
    }
    fs::copy(root().join("target/site/picker.md"), copy.join("src/picker.md"))?;
    let contents = copy.join("src/SUMMARY.md");
    let listed = fs::read_to_string(&contents)?.replacen(
        "# Guidance\n",
        "# Guidance\n\n- [Picking a guest](picker.md)",
        1,
    );
    fs::write(contents, listed)?;
    Ok(copy)
}
