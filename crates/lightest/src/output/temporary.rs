//! Files that are not finished: in a folder beside the finished ones, of which a signal leaves nothing.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::{fs, io};

use super::signals::before_the_end;

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
        Self::make(folder, tempfile::Builder::new().prefix(".lightest-").suffix(".tmp"))
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
        fs::write(folder.path().join(".gitignore"), "*\n")?;
        Ok(Self { folder, is_kept: false })
    }

    /// Makes a file in it, while no signal empties it.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        let _undisturbed = undisturbed();
        File::create_new(self.path().join(name))
    }

    /// Leaves it where it is.
    pub(super) fn keep(mut self) {
        self.folder.disable_cleanup(true);
        self.is_kept = true;
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let mut folders = undisturbed();
        folders.retain(|folder| folder != self.folder.path());
        if !self.is_kept {
            // A signal that comes now finds it gone.
            let _ = fs::remove_dir_all(self.folder.path());
        }
    }
}

/// While this is held, a signal waits.
pub(super) fn undisturbed() -> MutexGuard<'static, Vec<PathBuf>> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}
