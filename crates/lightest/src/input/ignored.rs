//! Ignore files, checked before the walk opens them: it would wait for a pipe, and read a device without end.

use std::fs;
use std::path::{Path, PathBuf};

use super::text::{MAX_BYTES, ReadError};
use super::tree::{Tree, whole};

/// The names that the walk reads in each folder.
const NAMES: [&str; 2] = [".ignore", ".gitignore"];
/// What it reads of a repository.
const EXCLUDE: &str = ".git/info/exclude";

/// The first of a folder's own files that the walk must not open, and why.
pub(crate) fn unreadable(folder: &Path) -> Option<(PathBuf, ReadError)> {
    NAMES.iter().find_map(|name| unreadable_file(folder, name))
}

/// The same, of a folder that is named and of those above it.
pub(crate) fn unreadable_above(folder: &Path) -> Option<(PathBuf, ReadError)> {
    let folder = whole(folder);
    let files = |folder: &Path| {
        let mut names = NAMES.iter().chain([&EXCLUDE]);
        names.find_map(|name| wrong(folder.join(name)))
    };
    // Above the repository, files are their owner's, who may link them as he likes.
    let top = folder.ancestors().position(|folder| folder.join(".git").exists()).unwrap_or(0);
    let own = |folder: &Path| unreadable(folder).or_else(|| unreadable_file(folder, EXCLUDE));
    let inside = folder.ancestors().take(top + 1).find_map(own);
    inside.or_else(|| folder.ancestors().find_map(files))
}

/// A file that must not be opened, or a link that leads out of the tree that it comes with.
fn unreadable_file(folder: &Path, name: &str) -> Option<(PathBuf, ReadError)> {
    let path = folder.join(name);
    // Most folders have none of these files, and each is asked for all of them: one look answers.
    let is_link = fs::symlink_metadata(&path).ok()?.is_symlink();
    let is_outside = is_link && !Tree::around(folder).contains(&path);
    wrong(path.clone()).or_else(|| is_outside.then_some((path, ReadError::Outside)))
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
