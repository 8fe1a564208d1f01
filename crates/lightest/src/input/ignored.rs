//! The files that say which files to leave out, looked at before the walk opens them: it would wait for a pipe, and read a
//! device without end.

use std::fs;
use std::path::{Path, PathBuf};

use super::text::{MAX_BYTES, ReadError};

/// The names that the walk reads in each folder.
const NAMES: [&str; 2] = [".ignore", ".gitignore"];
/// What it reads of a repository.
const EXCLUDE: &str = ".git/info/exclude";

/// The first of a folder's own files that the walk must not open, and why.
pub(crate) fn unreadable(folder: &Path) -> Option<(PathBuf, ReadError)> {
    NAMES.iter().find_map(|name| wrong(folder.join(name)))
}

/// The same, of a folder that is named and of those above it.
pub(crate) fn unreadable_above(folder: &Path) -> Option<(PathBuf, ReadError)> {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    folder.ancestors().find_map(|folder| unreadable(folder).or_else(|| wrong(folder.join(EXCLUDE))))
}

fn wrong(path: PathBuf) -> Option<(PathBuf, ReadError)> {
    // Where there is none, or no leave to ask, nothing is read.
    let metadata = fs::metadata(&path).ok()?;
    if metadata.is_dir() {
        return None;
    }
    if !metadata.is_file() {
        return Some((path, ReadError::NotAFile));
    }
    (metadata.len() > MAX_BYTES as u64).then_some((path, ReadError::TooLarge))
}
