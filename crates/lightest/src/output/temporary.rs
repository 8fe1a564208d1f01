//! Files that are not finished: in a folder beside the finished ones, of which a signal leaves nothing.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;
use std::{fs, io};

use super::lock::{most_locked, open};
use super::signals::before_the_end;
use crate::input;

/// The parts of a name, with random letters and digits between.
const PREFIX: &str = ".lightest-";
const RANDOM: usize = 6;
const SUFFIX: &str = ".tmp";
/// The file that makes git ignore it.
const IGNORED: &str = "*\n";
/// The same, in one that is in use for as long as it is locked.
const LOCKED: &str = "# In use while this folder is locked.\n*\n";
/// No run takes so long to write the first file of a folder that it has made.
const UNFINISHED: Duration = Duration::from_secs(60);
/// No run takes so long between the first file and the last rename, where it could not lock its folders.
const LEFT_BEHIND: Duration = Duration::from_secs(60 * 60);

/// The temporary folders that exist now. A holder of the lock is not interrupted.
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static HANDLER: Once = Once::new();

/// A folder for files that are renamed when they are finished.
///
/// Git ignores what is in it, in case the process is killed in a way that it cannot handle.
#[derive(Debug)]
pub(super) struct Folder {
    folder: tempfile::TempDir,
    is_kept: bool,
    /// Ends with the process, whatever ends that.
    _lock: Option<File>,
}

impl Folder {
    /// Makes one in a folder.
    pub(super) fn within(folder: &Path) -> io::Result<Self> {
        remove_leftovers(folder);
        let mut name = tempfile::Builder::new();
        Self::make(folder, name.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM))
    }

    /// Makes one of that name in a folder.
    pub(super) fn named(folder: &Path, name: &str) -> io::Result<Self> {
        Self::make(folder, tempfile::Builder::new().prefix(name).suffix("").rand_bytes(0))
    }

    fn make(folder: &Path, name: &tempfile::Builder<'_, '_>) -> io::Result<Self> {
        HANDLER.call_once(|| {
            before_the_end(|| {
                let folders = lock_signals();
                for folder in folders.iter() {
                    let _ = fs::remove_dir_all(folder);
                }
                // Nothing more is written.
                std::mem::forget(folders);
            });
        });
        let mut folders = lock_signals();
        let folder = name.tempdir_in(folder).map_err(|error| {
            let text = error.to_string();
            // The folder that could not be made is nobody's business.
            let reason = text.split_once(" at path ").map_or(text.as_str(), |(reason, _)| reason);
            io::Error::new(error.kind(), reason)
        })?;
        folders.push(folder.path().to_owned());
        let lock = (folders.len() <= most_locked()).then(|| open(folder.path()).ok()).flatten();
        let lock = lock.filter(|lock| lock.try_lock().is_ok());
        let ignored = if lock.is_some() { LOCKED } else { IGNORED };
        fs::write(folder.path().join(".gitignore"), ignored)?;
        Ok(Self { folder, is_kept: false, _lock: lock })
    }

    /// Makes a file in it, while no signal empties it.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        let _signals = lock_signals();
        File::create_new(self.path().join(name))
    }

    /// Has it survive a signal from now on, and this value.
    pub(super) fn keep(&mut self, folders: &mut SignalGuard) {
        self.folder.disable_cleanup(true);
        self.is_kept = true;
        self.forget(folders);
    }

    /// Removes it.
    pub(super) fn remove(mut self, folders: &mut SignalGuard) {
        self.forget(folders);
        let _ = fs::remove_dir_all(self.folder.path());
        self.is_kept = true;
    }

    fn forget(&self, folders: &mut SignalGuard) {
        folders.retain(|folder| folder != self.folder.path());
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that is kept or gone needs no removal; the lock may be held.
        if !self.is_kept {
            let mut folders = lock_signals();
            self.forget(&mut folders);
            // A signal that comes now finds it gone.
            let _ = fs::remove_dir_all(self.folder.path());
        }
    }
}

/// Removes what runs left in a folder that were killed. What cannot be removed stays.
fn remove_leftovers(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && entry.file_name().to_str().is_some_and(is_name) {
            remove_leftover(&entry.path());
        }
    }
}

fn is_name(name: &str) -> bool {
    let random = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    random.is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn remove_leftover(folder: &Path) {
    let modified = fs::metadata(folder).and_then(|metadata| metadata.modified());
    let age = modified.ok().and_then(|when| when.elapsed().ok()).unwrap_or_default();
    let is_left = |text: &str| match text {
        // It is written when the lock is held.
        LOCKED => open(folder).is_ok_and(|folder| folder.try_lock().is_ok()),
        IGNORED => age > LEFT_BEHIND,
        "" => age > UNFINISHED,
        _ => false,
    };
    match input::text(&folder.join(".gitignore")) {
        Ok(text) if is_left(&text) => {
            let _ = fs::remove_dir_all(folder);
        }
        // Killed before the first file was there, or after the last was gone: it goes if it is empty.
        Err(_) if age > UNFINISHED => {
            let _ = fs::remove_dir(folder);
        }
        _ => {}
    }
}

/// While this is held, a signal waits.
pub(super) type SignalGuard = MutexGuard<'static, Vec<PathBuf>>;

/// Waits for the lock; a signal waits while it is held.
pub(super) fn lock_signals() -> SignalGuard {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn only_leftovers_of_killed_runs_are_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let aged = |name: &str, minutes: u64, ignored: Option<&str>| {
            fs::create_dir(path(name)).expect("made");
            if let Some(ignored) = ignored {
                fs::write(path(name).join(".gitignore"), ignored).expect("written");
            }
            let then = SystemTime::now() - Duration::from_secs(minutes * 60);
            File::open(path(name)).and_then(|folder| folder.set_modified(then)).expect("set");
        };
        let gone = [
            ("old111", 61, Some(IGNORED)),
            ("old222", 61, Some(LOCKED)),
            ("killed", 0, Some(LOCKED)),
            ("empty1", 2, None),
            ("empty2", 2, Some("")),
        ];
        let kept = [
            ("young1", 59, Some(IGNORED)),
            ("young2", 0, None),
            ("young3", 0, Some("")),
            ("others", 61, Some("own\n")),
        ];
        for (name, minutes, ignored) in gone.into_iter().chain(kept) {
            aged(&format!(".lightest-{name}.tmp"), minutes, ignored);
        }
        aged(".lightest-journal.tmp", 61, Some(IGNORED));
        aged("lightest-abc123.tmp", 61, Some(IGNORED));
        symlink(".lightest-journal.tmp", path(".lightest-link00.tmp")).expect("linked");
        let live = Folder::within(folder.path()).expect("made");
        drop(Folder::within(folder.path()).expect("made"));
        assert!(live.path().join(".gitignore").is_file(), "one that is in use stays");
        drop(live);
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .collect();
        left.sort();
        assert_eq!(
            left,
            [
                ".lightest-journal.tmp",
                ".lightest-link00.tmp",
                ".lightest-others.tmp",
                ".lightest-young1.tmp",
                ".lightest-young2.tmp",
                ".lightest-young3.tmp",
                "lightest-abc123.tmp"
            ]
        );
    }
}
