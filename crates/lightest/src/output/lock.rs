//! One run at a time changes files of a folder.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::input::real;

/// How long another's lock is waited for without a word.
const SILENT: Duration = Duration::from_secs(2);
/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(5);

/// While this is held, other runs that would change files of the folder wait.
///
/// The lock is the system's, on the folder itself: nothing lies there for it, and it ends with the process. Where folders cannot
/// be locked (Windows, some network file systems), nobody waits.
#[derive(Debug)]
pub(crate) struct Lock {
    folder: PathBuf,
    /// Whose end unlocks; none where the folder cannot be locked, or was not there.
    file: Option<File>,
}

impl Lock {
    /// Waits for the lock of a folder, and reports a long wait: another program may have locked it for purposes of its own.
    pub(crate) fn of(folder: &Path) -> Self {
        Self::of_canonical(real(folder))
    }

    /// Waits for the locks of some folders, except one whose lock is held, and of at most [`most_locked`].
    pub(super) fn of_others<'p>(folders: impl Iterator<Item = &'p Path>, held: Option<&Self>) -> Vec<Self> {
        // All runs lock in one order, or two could wait for each other; and each folder once, or one could wait for itself.
        let mut folders: BTreeSet<PathBuf> = folders.map(real).collect();
        if let Some(held) = held.filter(|held| held.file.is_some()) {
            folders.remove(&held.folder);
        }
        folders.into_iter().take(most_locked()).map(Self::of_canonical).collect()
    }

    fn of_canonical(folder: PathBuf) -> Self {
        let file = open(&folder).ok().filter(|file| {
            lock_within_limit(file).unwrap_or_else(|| {
                super::message(&format!(
                    "waiting for another program that has locked {}",
                    super::shown(&folder)
                ));
                file.lock().is_ok()
            })
        });
        Self { folder, file }
    }
}

/// No more folders are locked by one run, of either kind: each lock is an open file, and half of the files that a process may
/// have open are left for everything else.
#[cfg(unix)]
pub(super) fn most_locked() -> usize {
    let open = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    open.map_or(usize::MAX, |open| usize::try_from(open / 4).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
pub(super) const fn most_locked() -> usize {
    usize::MAX
}

/// Whether a folder was locked; `None` while another program has it locked for longer than files take to write.
fn lock_within_limit(folder: &File) -> Option<bool> {
    let began = Instant::now();
    loop {
        match folder.try_lock() {
            Ok(()) => return Some(true),
            Err(TryLockError::Error(_)) => return Some(false),
            Err(TryLockError::WouldBlock) if began.elapsed() < SILENT => thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return None,
        }
    }
}

/// Opens a folder, and nothing that its reader could wait for.
#[cfg(unix)]
pub(super) fn open(folder: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::NONBLOCK;
    File::options().read(true).custom_flags(flags.bits().cast_signed()).open(folder)
}

#[cfg(not(unix))]
pub(super) fn open(folder: &Path) -> std::io::Result<File> {
    File::open(folder)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn one_waits_for_the_other_and_nothing_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let count = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let lock = Lock::of(&folder.path().join("."));
                        assert!(Lock::of_others([folder.path()].into_iter(), Some(&lock)).is_empty());
                        let now = count.load(std::sync::atomic::Ordering::SeqCst);
                        std::thread::yield_now();
                        count.store(now + 1, std::sync::atomic::Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(count.into_inner(), 200);
        let twice = [folder.path(), &folder.path().join(".")];
        assert_eq!(Lock::of_others(twice.into_iter(), None).len(), 1, "a run does not wait for itself");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        // What is not there is locked for nobody.
        drop((Lock::of(&folder.path().join("x")), Lock::of(&folder.path().join("x"))));
    }
}
