//! Files that are not finished: in a folder beside the finished ones, of which a signal leaves nothing.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;
use std::{fs, io};

use super::signals::before_the_end;

/// The parts of a name, with random letters and digits between.
const PREFIX: &str = ".lightest-";
const RANDOM: usize = 6;
const SUFFIX: &str = ".tmp";
/// What keeps git from it.
const IGNORED: &str = "*\n";
/// No run takes so long between the first file and the last rename.
const LEFT_BEHIND: Duration = Duration::from_secs(60 * 60);

/// What is there now. Who holds the lock is not interrupted.
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static HANDLER: Once = Once::new();

/// A folder for files that are renamed when they are finished.
///
/// Git ignores what is in it, in case the process is killed in a way that it cannot handle.
#[derive(Debug)]
pub(super) struct Folder {
    folder: tempfile::TempDir,
    is_kept: bool,
}

impl Folder {
    /// Makes one in a folder.
    pub(super) fn within(folder: &Path) -> io::Result<Self> {
        sweep(folder);
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
                let folders = undisturbed();
                for folder in folders.iter() {
                    let _ = fs::remove_dir_all(folder);
                }
                // Nothing more is written.
                std::mem::forget(folders);
            });
        });
        let mut folders = undisturbed();
        let folder = name.tempdir_in(folder).map_err(|error| {
            let text = error.to_string();
            // The folder that could not be made is nobody's business.
            let reason = text.split_once(" at path ").map_or(text.as_str(), |(reason, _)| reason);
            io::Error::new(error.kind(), reason)
        })?;
        folders.push(folder.path().to_owned());
        fs::write(folder.path().join(".gitignore"), IGNORED)?;
        Ok(Self { folder, is_kept: false })
    }

    /// Makes a file in it, while no signal empties it.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        let _undisturbed = undisturbed();
        File::create_new(self.path().join(name))
    }

    /// Has it survive a signal from now on, and this value.
    pub(super) fn keep(&mut self, undisturbed: &mut Undisturbed) {
        self.folder.disable_cleanup(true);
        self.is_kept = true;
        self.forget(undisturbed);
    }

    /// Removes it.
    pub(super) fn remove(mut self, undisturbed: &mut Undisturbed) {
        self.forget(undisturbed);
        let _ = fs::remove_dir_all(self.folder.path());
        self.folder.disable_cleanup(true);
        self.is_kept = true;
    }

    fn forget(&self, undisturbed: &mut Undisturbed) {
        undisturbed.retain(|folder| folder != self.folder.path());
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is kept or gone is nobody's any more; the lock may be held.
        if !self.is_kept {
            let mut undisturbed = undisturbed();
            self.forget(&mut undisturbed);
            // A signal that comes now finds it gone.
            let _ = fs::remove_dir_all(self.folder.path());
        }
    }
}

/// Removes what runs left in a folder that were killed long ago. What cannot be removed stays.
fn sweep(folder: &Path) {
    let is_ours = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let random = name.to_str()?.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
        let is_old = entry.metadata().ok()?.modified().ok()?.elapsed().ok()? > LEFT_BEHIND;
        let is_named = random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_folder = entry.file_type().ok()?.is_dir();
        let is_ignored =
            || fs::read(entry.path().join(".gitignore")).ok().filter(|text| text == IGNORED.as_bytes());
        (is_named && is_old && is_folder).then(is_ignored).flatten()
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_ours(&entry).is_some() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// While this is held, a signal waits.
pub(super) type Undisturbed = MutexGuard<'static, Vec<PathBuf>>;

/// Waits until nothing else is to be left undisturbed.
pub(super) fn undisturbed() -> Undisturbed {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn what_a_killed_run_left_long_ago_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let aged = |name: &str, hours: u64, ignored: &str| {
            fs::create_dir(path(name)).expect("made");
            fs::write(path(name).join(".gitignore"), ignored).expect("written");
            let then = SystemTime::now() - Duration::from_secs(hours * 60 * 60);
            File::open(path(name)).and_then(|folder| folder.set_modified(then)).expect("set");
        };
        aged(".lightest-abc123.tmp", 2, IGNORED);
        aged(".lightest-Abc123.tmp", 0, IGNORED);
        aged(".lightest-aBc123.tmp", 2, "own\n");
        aged(".lightest-journal.tmp", 2, IGNORED);
        aged("lightest-abc123.tmp", 2, IGNORED);
        symlink(".lightest-journal.tmp", path(".lightest-link00.tmp")).expect("linked");
        drop(Folder::within(folder.path()).expect("made"));
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .collect();
        left.sort();
        assert_eq!(
            left,
            [
                ".lightest-Abc123.tmp",
                ".lightest-aBc123.tmp",
                ".lightest-journal.tmp",
                ".lightest-link00.tmp",
                "lightest-abc123.tmp"
            ]
        );
    }
}
