//! The picker page: the guide as a site.
//!
//! The page holds no logic: its data is the chooser, enumerated over everything that the page can be asked, and its
//! script looks answers up. Without the script it is the whole guidance.
//!
//! - `reach`: what can be asked.
//! - `data`: everything that the script looks up, of `answers`, `ladder`, `configs`, `statements`, `places`, kept
//!   once each by `intern`.
//! - `guidance`, `tables`, `html`: what needs no script.
//! - `page`, `assets`: the page around it.

mod answers;
mod configs;
mod data;
mod guidance;
mod html;
mod intern;
mod ladder;
mod page;
mod places;
mod reach;
mod statements;
mod tables;

use std::path::{Path, PathBuf};
use std::{fs, io};

use lightest_model::catalog::Catalog;

use crate::failure::Failure;

/// Writes the site into a folder, which is made where it is missing: `index.html`, which needs nothing else, and
/// `picker.md`, the same as a page of an mdBook. Returns the files.
pub(crate) fn write(folder: &Path, catalog: &Catalog) -> Result<Vec<PathBuf>, Failure> {
    let files = [("index.html", page::standalone(catalog)?), ("picker.md", page::chapter(catalog)?)];
    let mut written = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        put(folder, &path, &text).map_err(|error| {
            Failure::new(format!("{} cannot be written: {error}", path.display()))
                .help("name a folder that can be written, or one that can be made")
        })?;
        written.push(path);
    }
    Ok(written)
}

/// Writes a file beside its place, then moves it there, so that nobody sees half of it.
fn put(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let beside = path.with_extension("new");
    fs::write(&beside, text).and_then(|()| fs::rename(&beside, path)).inspect_err(|_| {
        // Half a file is of no use to anybody.
        let _ = fs::remove_file(&beside);
    })
}
