//! The picker page: the guide as a site.
//!
//! The page contains no logic: its data is the chooser, enumerated over everything that the page can be asked, and its
//! script looks answers up. Without the script it is the whole guidance.
//!
//! - `reach`: what can be asked.
//! - `data`: everything that the script looks up, of `answers`, `ladder`, `configs`, `statements`, `places`, kept
//!   once each by `intern`, and written as `records`.
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
mod records;
mod statements;
mod tables;

use std::path::{Path, PathBuf};

use lightest_lint::guide::Book;

use crate::failure::Failure;
use crate::output;
use crate::spelled::Spelled;

/// The subject of the site.
#[derive(Clone, Copy)]
pub(crate) struct Site<'s, 'c> {
    pub(crate) spelled: Spelled<'s, 'c>,
    pub(crate) book: &'static Book,
}

/// Writes the site into a folder, which is made where it is missing: `index.html`, which needs nothing else, and
/// `picker.md`, the same as a page of an mdBook. Returns the files.
pub(crate) fn write(folder: &Path, site: &Site<'_, '_>) -> Result<Vec<PathBuf>, Failure> {
    let files = [("index.html", page::standalone(site)?), ("picker.md", page::chapter(site)?)];
    let mut written = output::Files::default();
    let mut paths = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        written.put(&path, text.as_bytes());
        paths.push(path);
    }
    written.write()?;
    Ok(paths)
}
