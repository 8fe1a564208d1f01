//! Paths that a file of a tree names, in its text or as a link, stay in that tree.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::text::{self, ReadError};

/// A folder whose files are read.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    /// Without links.
    root: PathBuf,
}

impl Tree {
    /// The tree at a folder.
    pub(crate) fn at(folder: &Path) -> Self {
        Self { root: real(folder) }
    }

    /// The repository that a folder lies in, or else the folder alone.
    pub(crate) fn around(folder: &Path) -> Self {
        let top = folder.ancestors().find(|folder| folder.join(".git").exists());
        Self::at(top.unwrap_or(folder))
    }

    /// Whether a path lies in the tree, wherever links lead. What does not exist counts by the folders above it.
    pub(crate) fn contains(&self, path: &Path) -> bool {
        real(path).starts_with(&self.root)
    }

    /// The text of a file of the tree.
    pub(crate) fn text(&self, path: &Path) -> Result<String, ReadError> {
        // Most names that are looked for are not there.
        fs::symlink_metadata(path)?;
        if self.contains(path) { text::text(path) } else { Err(ReadError::Outside) }
    }
}

/// A path without links and without `..`, as far as it exists.
pub(crate) fn real(path: &Path) -> PathBuf {
    follow(&absolute(path), 0)
}

/// An absolute path whose every part is a folder of its own: `..` is followed, with the links before it.
pub(crate) fn whole(path: &Path) -> PathBuf {
    let path = absolute(path);
    let parts: Vec<Component<'_>> = path.components().collect();
    match parts.iter().rposition(|part| *part == Component::ParentDir) {
        None => path,
        Some(at) => {
            let (way, rest) = parts.split_at(at + 1);
            follow(&way.iter().collect::<PathBuf>(), 0).join(rest.iter().collect::<PathBuf>())
        }
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn follow(path: &Path, links: usize) -> PathBuf {
    /// As many links as Linux follows.
    const MOST: usize = 40;
    let mut real = PathBuf::new();
    let mut parts = path.components();
    while let Some(part) = parts.next() {
        match part {
            Component::ParentDir => {
                real.pop();
            }
            part => real.push(part),
        }
        if links < MOST
            && let Ok(target) = fs::read_link(&real)
        {
            real.pop();
            // Windows writes where a link leads in a form that programs such as git do not take.
            return follow(&real.join(dunce::simplified(&target)).join(parts.as_path()), links + 1);
        }
    }
    real
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_and_dots_out_of_a_tree_are_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path("tree/inner")).expect("a folder");
        fs::write(path("secret"), "secret").expect("written");
        fs::write(path("tree/own"), "own").expect("written");
        symlink("../secret", path("tree/out")).expect("linked");
        symlink("../nowhere", path("tree/dangling")).expect("linked");
        symlink("../own", path("tree/inner/link")).expect("linked");
        symlink("..", path("tree/above")).expect("linked");
        symlink("circle", path("tree/circle")).expect("linked");
        let tree = Tree::at(&path("tree"));
        for inside in ["tree", "tree/own", "tree/new", "tree/inner/link", "tree/inner/../own", "tree/circle"]
        {
            assert!(tree.contains(&path(inside)), "{inside}");
        }
        for outside in ["secret", "tree/out", "tree/dangling", "tree/../secret", "tree/above/secret"] {
            assert!(!tree.contains(&path(outside)), "{outside}");
        }
        assert_eq!(tree.text(&path("tree/inner/link")).expect("read"), "own");
        assert!(matches!(tree.text(&path("tree/out")), Err(ReadError::Outside)));
    }
}
