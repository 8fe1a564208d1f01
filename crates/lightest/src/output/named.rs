//! Names of paths for a reader: with `/` between the parts, relative to the current folder.
//!
//! Only the text of a path decides, never the file system: that is cheap, and keeps the user's own spelling.

use std::env;
use std::path::{self, Path, PathBuf};
use std::sync::LazyLock;

/// The folder that commands run in; the system gives it without links.
static HERE: LazyLock<Option<PathBuf>> = LazyLock::new(|| env::current_dir().ok());

/// The folder from which GitHub names files, in a workflow.
static WORKSPACE: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    env::var_os("GITHUB_WORKSPACE").map(PathBuf::from).filter(|folder| folder.is_absolute())
});

/// A path as it is seen from the current folder. What shares no folder with it is named in full.
pub(crate) fn named(path: &Path) -> Vec<u8> {
    // What goes up goes up from where we stand; `..` further on may follow a link, and stays.
    let upwards = path.components().next() == Some(path::Component::ParentDir);
    let whole = if upwards { full(path) } else { None };
    seen(whole.as_deref().unwrap_or(path), HERE.as_deref())
}

/// A path as it is seen from some folder.
pub(crate) fn named_from(path: &Path, folder: &Path) -> Vec<u8> {
    seen(full(path).as_deref().unwrap_or(path), full(folder).as_deref())
}

/// The path of what lies within a folder, from there; `None` for what lies elsewhere.
fn within(path: &Path, folder: &Path) -> Option<Vec<u8>> {
    let name = named_from(path, folder);
    (!is_elsewhere(&name)).then_some(name)
}

/// Whether a name leads out of the folder that it is seen from.
pub(super) fn is_elsewhere(name: &[u8]) -> bool {
    Style::HERE.is_absolute(name) || name == b".." || name.starts_with(b"../")
}

/// A path as a GitHub workflow names files: from its workspace, for files that lie in it.
pub(crate) fn named_for_github(path: &Path) -> Vec<u8> {
    let inside = WORKSPACE.as_deref().and_then(|workspace| within(path, workspace));
    inside.unwrap_or_else(|| named(path))
}

fn seen(path: &Path, folder: Option<&Path>) -> Vec<u8> {
    let plain = |path: &Path| Style::HERE.plain(path.as_os_str().as_encoded_bytes());
    let text = plain(path);
    folder.and_then(|folder| Style::HERE.relative(&text, &plain(folder))).unwrap_or(text)
}

/// An absolute path, without a `..` at its start.
fn full(path: &Path) -> Option<PathBuf> {
    let mut full = HERE.clone()?;
    let mut parts = path.components();
    let mut rest = parts.as_path();
    while let Some(part @ (path::Component::ParentDir | path::Component::CurDir)) = parts.next() {
        if part == path::Component::ParentDir {
            full.pop();
        }
        rest = parts.as_path();
    }
    full.push(rest);
    Some(full)
}

/// How a system spells paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    #[cfg_attr(all(windows, not(test)), expect(dead_code, reason = "tests try both on every system"))]
    Unix,
    Windows,
}

impl Style {
    #[cfg(windows)]
    const HERE: Self = Self::Windows;
    #[cfg(not(windows))]
    const HERE: Self = Self::Unix;

    /// The same path with `/`, without `.`, and without the prefix that has Windows take a path as it is.
    fn plain(self, text: &[u8]) -> Vec<u8> {
        let mut text = text.to_vec();
        if self == Self::Windows {
            text.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
            if let Some(share) = text.strip_prefix(b"//?/UNC/") {
                text = [b"//", share].concat();
            } else if let Some(rest @ [_, b':', b'/', ..]) = text.strip_prefix(b"//?/") {
                text = rest.to_vec();
            }
        }
        let (root, rest) = text.split_at(self.root(&text));
        let mut plain = root.to_vec();
        for part in rest.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".") {
            if plain.len() > root.len() {
                plain.push(b'/');
            }
            plain.extend_from_slice(part);
        }
        if plain.is_empty() && !text.is_empty() { b".".to_vec() } else { plain }
    }

    /// The length of what is before the first folder of an absolute path: `/`, `C:/`, `//server/share/`.
    fn root(self, text: &[u8]) -> usize {
        match (self, text) {
            (Self::Windows, [b'/', b'/', names @ ..]) => {
                let mut ends = names.iter().enumerate().filter(|(_, byte)| **byte == b'/');
                ends.nth(1).map_or(text.len(), |(at, _)| 2 + at + 1)
            }
            (Self::Windows, [letter, b':', b'/', ..]) if letter.is_ascii_alphabetic() => 3,
            (_, [b'/', ..]) => 1,
            _ => 0,
        }
    }

    fn is_absolute(self, text: &[u8]) -> bool {
        self.root(text) > 0
    }

    /// An absolute path relative to another; `None` where they share no folder, or where the names alone do not
    /// determine the way. Both are plain.
    fn relative(self, text: &[u8], folder: &[u8]) -> Option<Vec<u8>> {
        let same = |one: &[u8], other: &[u8]| match self {
            Self::Unix => one == other,
            Self::Windows => one.eq_ignore_ascii_case(other),
        };
        let (root, parts) = text.split_at(self.root(text));
        let (other_root, folders) = folder.split_at(self.root(folder));
        if root.is_empty() || !same(root, other_root) {
            return None;
        }
        let split = |rest: &'_ [u8]| -> Vec<Vec<u8>> {
            rest.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).map(<[u8]>::to_vec).collect()
        };
        let (parts, folders) = (split(parts), split(folders));
        if parts.iter().chain(&folders).any(|part| part == b"..") {
            return None;
        }
        let shared = parts.iter().zip(&folders).take_while(|(one, other)| same(one, other)).count();
        if shared == 0 && !folders.is_empty() {
            return None;
        }
        let up = std::iter::repeat_n(&b".."[..], folders.len() - shared);
        let down = parts[shared..].iter().map(Vec::as_slice);
        let name = up.chain(down).collect::<Vec<_>>().join(&b'/');
        Some(if name.is_empty() { b".".to_vec() } else { name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(style: Style, path: &str, folder: &str) -> String {
        let (path, folder) = (style.plain(path.as_bytes()), style.plain(folder.as_bytes()));
        String::from_utf8(style.relative(&path, &folder).unwrap_or(path)).expect("UTF-8")
    }

    #[test]
    fn absolute_paths_are_named_from_the_folder() {
        for (path, folder, name) in [
            ("/repo/tests/a.rs", "/repo", "tests/a.rs"),
            ("/repo/tests/a.rs", "/repo/tests", "a.rs"),
            ("/repo/tests/a.rs", "/repo/src/inner", "../../tests/a.rs"),
            ("/repo/tests/a.rs", "/", "repo/tests/a.rs"),
            ("/repo//tests/./a.rs", "/repo/", "tests/a.rs"),
            ("/repo", "/repo", "."),
            ("/repository/a.rs", "/repo", "/repository/a.rs"),
            ("/elsewhere/a.rs", "/repo/tests", "/elsewhere/a.rs"),
            // Where a link may lead elsewhere, the name stays as it is.
            ("/repo/link/../a.rs", "/repo", "/repo/link/../a.rs"),
            ("tests/./a.rs", "/repo", "tests/a.rs"),
            ("./a.rs", "/repo", "a.rs"),
            ("back\\slash.rs", "/repo", "back\\slash.rs"),
        ] {
            assert_eq!(seen(Style::Unix, path, folder), name, "{path} from {folder}");
        }
    }

    #[test]
    fn paths_of_windows_are_named_with_slashes() {
        for (path, folder, name) in [
            (r"C:\repo\tests\a.rs", r"C:\repo", "tests/a.rs"),
            (r"c:\Repo\tests\a.rs", r"C:\repo", "tests/a.rs"),
            (r"\\?\C:\repo\tests\a.rs", r"C:\repo\src", "../tests/a.rs"),
            (r"C:\repo\a.rs", r"\\?\C:\repo", "a.rs"),
            (r"D:\repo\a.rs", r"C:\repo", "D:/repo/a.rs"),
            (r"C:\elsewhere\a.rs", r"C:\repo", "C:/elsewhere/a.rs"),
            (r"\\server\share\repo\a.rs", r"\\server\share\repo", "a.rs"),
            (r"\\?\UNC\server\share\repo\a.rs", r"\\SERVER\share\repo\x", "../a.rs"),
            (r"\\server\share\a.rs", r"\\server\other", "//server/share/a.rs"),
            (r"\\server\share\a.rs", r"C:\repo", "//server/share/a.rs"),
            (r"\\server\share", r"C:\repo", "//server/share"),
            (r"\\?\Volume{1}\a.rs", r"C:\repo", "//?/Volume{1}/a.rs"),
            (r".\tests\a.rs", r"C:\repo", "tests/a.rs"),
            (r"..\tests\a.rs", r"\\server", "../tests/a.rs"),
        ] {
            assert_eq!(seen(Style::Windows, path, folder), name, "{path} from {folder}");
        }
    }

    #[test]
    fn parent_folders_are_relative_to_the_current_one() {
        let here = env::current_dir().expect("a folder");
        let own = Path::new(here.file_name().expect("a name"));
        assert_eq!(named(&Path::new("..").join(own).join("a.rs")), b"a.rs");
        assert_eq!(named(Path::new("../other/a.rs")), b"../other/a.rs");
        assert_eq!(named(&here.join("src/a.rs")), b"src/a.rs");
        assert_eq!(named(&here), b".");
    }
}
