//! Several files that are written as one: a run that was killed in the middle is finished by the next.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::escape::shown;
use super::files::{Files, with_line_ends_of};
use super::lock::Lock;
use super::temporary::{Folder, lock_signals};
use crate::failure::Failure;
use crate::input;

/// The folder of the journal, within that of the files. Git ignores what is in it.
const FOLDER: &str = ".lightest-journal.tmp";
const FILE: &str = "journal.json";

/// The work of an interrupted run.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journal {
    files: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Relative to the folder.
    path: PathBuf,
    was: String,
    new: String,
}

/// The state that an interrupted run left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Recovery {
    /// Nothing.
    Nothing,
    /// Some files were written and others were not; so many have been written now.
    Finished(usize),
}

impl Journal {
    /// Adds a file within the folder whose content must still be `was`. Its line ends stay as they are.
    pub(crate) fn replace(&mut self, path: &Path, was: &str, new: &str) {
        let new = with_line_ends_of(was, new).into_owned();
        self.files.push(Entry { path: path.to_owned(), was: was.to_owned(), new });
    }

    /// Writes the files of a folder whose lock is held.
    ///
    /// # Errors
    ///
    /// Those of [`Files::write`]. When some files were written before one could not be, the journal stays, and the next run
    /// finishes it.
    pub(crate) fn write(&self, folder: &Path, lock: &Lock) -> Result<(), Failure> {
        if self.files.is_empty() {
            return Ok(());
        }
        let cannot = |error: std::io::Error| {
            Failure::new(format!("{} cannot be written: {}", shown(folder), input::reason(&error)))
                .note("nothing was written")
        };
        let text = serde_json::to_string(self).map_err(|error| cannot(error.into()))?;
        let mut place = Folder::named(folder, FOLDER).map_err(cannot)?;
        let files = self.files(folder);
        let prepared = files.prepare()?;
        let _locks = prepared.lock(Some(lock));
        // From here on a signal waits, so that it leaves no journal of what was not begun, nor none of what was.
        let mut folders = lock_signals();
        let (whole, part) = (place.path().join(FILE), place.path().join("part"));
        let noted = fs::write(&part, &text).and_then(|()| fs::rename(&part, &whole)).map_err(cannot);
        let written = noted.and_then(|()| prepared.put());
        if written.is_err() && self.is_begun(folder) {
            place.keep(&mut folders);
        } else {
            place.remove(&mut folders);
        }
        // Before what is prepared goes, which waits for the same.
        drop(folders);
        written
    }

    /// Whether some file has its new content already.
    fn is_begun(&self, folder: &Path) -> bool {
        self.files.iter().any(|entry| {
            input::text(&folder.join(&entry.path)).is_ok_and(|is| is == entry.new && entry.new != entry.was)
        })
    }

    fn files(&self, folder: &Path) -> Files {
        let mut files = Files::default();
        for entry in &self.files {
            files.replace(&folder.join(&entry.path), entry.was.as_bytes(), entry.new.as_bytes());
        }
        files
    }
}

/// Whether a run that wrote to a folder was interrupted in the middle. One that is writing is waited for.
pub(crate) fn is_unfinished(folder: &Path) -> bool {
    is_there(folder) && {
        let _lock = Lock::of(folder);
        is_there(folder)
    }
}

fn is_there(folder: &Path) -> bool {
    fs::symlink_metadata(folder.join(FOLDER).join(FILE)).is_ok()
}

/// Finishes the work of an interrupted run in a folder whose lock is held. Work that was not begun, or whose files were
/// changed since, is discarded.
///
/// # Errors
///
/// Where a file cannot be read or written.
pub(crate) fn finish(folder: &Path, lock: &Lock) -> Result<Recovery, Failure> {
    let place = folder.join(FOLDER);
    let file = place.join(FILE);
    let forget = || match fs::remove_dir_all(&place) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(gone(&place, &error)),
        _ => Ok(Recovery::Nothing),
    };
    if !is_there(folder) {
        return forget();
    }
    let text = input::Tree::at(folder).text(&file).map_err(|error| error.failure(&file))?;
    // It is written in one step; half of one is not ours.
    let Ok(journal) = serde_json::from_str::<Journal>(&text) else { return forget() };
    let (mut begun, mut rest) = (false, Journal::default());
    for entry in journal.files {
        let inside = entry.path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        match input::Tree::at(folder).text(&folder.join(&entry.path)) {
            Ok(is) if inside && is == entry.new => begun = true,
            Ok(is) if inside && is == entry.was => rest.files.push(entry),
            _ => return forget(),
        }
    }
    if !begun || rest.files.is_empty() {
        return forget();
    }
    rest.files(folder).write_under(Some(lock))?;
    forget()?;
    Ok(Recovery::Finished(rest.files.len()))
}

fn gone(place: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be removed: {}", shown(place), input::reason(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("inner")).expect("a folder");
        for name in ["a", "b", "inner/c"] {
            fs::write(folder.path().join(name), "old").expect("written");
        }
        folder
    }

    fn journal() -> Journal {
        let mut journal = Journal::default();
        for name in ["a", "b", "inner/c"] {
            journal.replace(Path::new(name), "old", "new");
        }
        journal
    }

    /// As if the process was killed after so many renames.
    fn interrupted(folder: &Path, renames: usize) {
        let text = serde_json::to_string(&journal()).expect("JSON");
        fs::create_dir(folder.join(FOLDER)).expect("a folder");
        fs::write(folder.join(FOLDER).join(FILE), text).expect("written");
        for name in ["a", "b", "inner/c"].iter().take(renames) {
            fs::write(folder.join(name), "new").expect("written");
        }
    }

    fn all(folder: &Path) -> Vec<String> {
        ["a", "b", "inner/c"].map(|name| fs::read_to_string(folder.join(name)).expect("there")).to_vec()
    }

    #[test]
    fn a_whole_run_leaves_no_journal() {
        let folder = folder();
        journal().write(folder.path(), &Lock::of(folder.path())).expect("written");
        assert_eq!(all(folder.path()), ["new", "new", "new"]);
        assert!(!folder.path().join(FOLDER).exists());
    }

    #[test]
    fn a_run_that_was_killed_after_any_rename_is_finished() {
        for (renames, left) in
            [(1, Recovery::Finished(2)), (2, Recovery::Finished(1)), (3, Recovery::Nothing)]
        {
            let folder = folder();
            interrupted(folder.path(), renames);
            assert!(is_unfinished(folder.path()));
            assert_eq!(finish(folder.path(), &Lock::of(folder.path())).expect("finished"), left);
            assert_eq!(all(folder.path()), ["new", "new", "new"]);
            assert!(!folder.path().join(FOLDER).exists());
        }
    }

    #[test]
    fn unbegun_or_outdated_work_is_discarded() {
        let untouched = folder();
        interrupted(untouched.path(), 0);
        assert_eq!(
            finish(untouched.path(), &Lock::of(untouched.path())).expect("forgotten"),
            Recovery::Nothing
        );
        assert_eq!(all(untouched.path()), ["old", "old", "old"]);
        let edited = folder();
        interrupted(edited.path(), 1);
        fs::write(edited.path().join("b"), "mine").expect("written");
        assert_eq!(finish(edited.path(), &Lock::of(edited.path())).expect("forgotten"), Recovery::Nothing);
        assert_eq!(all(edited.path()), ["new", "mine", "old"]);
        let foreign = folder();
        interrupted(foreign.path(), 1);
        fs::write(
            foreign.path().join(FOLDER).join(FILE),
            "{\"files\":[{\"path\":\"../x\",\"was\":\"\",\"new\":\"\"}]}",
        )
        .expect("written");
        assert_eq!(finish(foreign.path(), &Lock::of(foreign.path())).expect("forgotten"), Recovery::Nothing);
        assert!(!foreign.path().join(FOLDER).exists());
    }
}
