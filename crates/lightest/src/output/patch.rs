//! A change to a file, in the form that `git apply` and `patch` read.

use std::path::{Path, PathBuf};

use super::escape::shown;
use super::named::{is_elsewhere, named};
use crate::failure::Failure;
use crate::input;

/// Changes to some files. They are named from the current folder, or all from one above it where a file lies outside: no
/// program applies a patch whose paths go up.
#[derive(Debug, Default)]
pub(crate) struct Patch {
    changes: Vec<(PathBuf, Option<String>, String)>,
}

impl Patch {
    /// Adds a change; a file that is not there yet has no text before.
    pub(crate) fn add(&mut self, path: &Path, before: Option<&str>, after: &str) {
        self.changes.push((path.to_owned(), before.map(str::to_owned), after.to_owned()));
    }

    /// Writes the patch to standard output, and to standard error where it is to be applied, unless that is here.
    pub(crate) fn print(&self) -> Result<(), Failure> {
        let base = self.base();
        for (path, before, after) in &self.changes {
            let whole = input::whole(path);
            let name = base.as_ref().and_then(|base| whole.strip_prefix(base).ok());
            super::diff(&change(&named(name.unwrap_or(path)), before.as_deref(), after))?;
        }
        if let Some(base) = &base {
            super::message(&format!("note: the patch is to be applied in {}", shown(base)));
        }
        Ok(())
    }

    /// The folder that files are named from, where it is not the current one: the top of the repository that contains them
    /// all, or else their nearest common folder.
    fn base(&self) -> Option<PathBuf> {
        if !self.changes.iter().any(|(path, ..)| is_elsewhere(&named(path))) {
            return None;
        }
        let files: Vec<PathBuf> = self.changes.iter().map(|(path, ..)| input::whole(path)).collect();
        let contains_all = |folder: &&Path| files.iter().all(|file| file.starts_with(folder));
        let folders = || files[0].ancestors().skip(1).filter(contains_all);
        let top = folders().find(|folder| folder.join(".git").exists());
        top.or_else(|| folders().next()).map(Path::to_owned)
    }
}

/// The changes of a file, as a unified diff.
fn change(name: &[u8], before: Option<&str>, after: &str) -> Vec<u8> {
    let side = |mark: &str| quoted([mark.as_bytes(), name].concat());
    let old = if before.is_some() { side("a/") } else { b"/dev/null".to_vec() };
    let mut patch = [b"--- ", old.as_slice(), b"\n+++ ", &side("b/"), b"\n"].concat();
    let diff = similar::TextDiff::from_lines(before.unwrap_or_default(), after);
    patch.extend_from_slice(diff.unified_diff().context_radius(3).to_string().as_bytes());
    patch
}

/// A name as git writes it: in quotes, with escapes, where it contains what would end or change a line.
fn quoted(name: Vec<u8>) -> Vec<u8> {
    if !name.iter().any(|byte| byte.is_ascii_control() || b"\"\\".contains(byte)) {
        return name;
    }
    let mut quoted = vec![b'"'];
    for byte in name {
        match byte {
            b'"' | b'\\' => quoted.extend_from_slice(&[b'\\', byte]),
            byte if byte.is_ascii_control() => quoted.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
            byte => quoted.push(byte),
        }
    }
    quoted.push(b'"');
    quoted
}
