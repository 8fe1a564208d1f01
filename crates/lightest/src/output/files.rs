//! The one writer of whole files, for every command.
//!
//! All new contents are written beside their places first; then each is renamed into its place, so that nobody ever sees half
//! a file, and a full disk or a folder that cannot be written changes nothing. What is replaced keeps its permissions and its
//! owner, a link stays a link, a read-only file stays as it is. A file that changed since it was read is not overwritten.
//! On Unix, a file with several names is the exception: it is written in place, so that it stays one file, and gets its old contents back
//! where that fails.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use lightest_diagnostics::MARK;

use super::escape::shown;
use super::lock::Lock;
use super::replaced::{Reason, keep, make_room, old, shared, target};
use super::temporary::{Folder, lock_signals};
use crate::failure::Failure;
use crate::input;

/// So many files are named in one message.
const NAMED: usize = 10;

/// Files that are written together.
#[derive(Debug, Default)]
pub(crate) struct Files {
    files: Vec<Change>,
}

#[derive(Debug)]
struct Change {
    path: PathBuf,
    /// What was read, where that decides.
    was: Option<Vec<u8>>,
    new: Vec<u8>,
}

/// A file that is ready to be renamed.
struct Ready<'a> {
    change: &'a Change,
    /// Where links lead.
    target: PathBuf,
    temporary: PathBuf,
    /// The device and the number of a file that has other names.
    shared: Option<(u64, u64)>,
}

/// Files that lie beside their places. What was not put there goes when this is dropped.
pub(super) struct StagedFiles<'a> {
    ready: Vec<Ready<'a>>,
    _folders: HashMap<PathBuf, Folder>,
}

/// The identity of a file.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Identity {
    Path(PathBuf),
    Shared(u64, u64),
}

/// Writes one file of text, whatever is there, and the folders that it lies in. Its line ends stay as they are.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    // A file that cannot be read is handled when it is written.
    let old = input::text(path).unwrap_or_default();
    let mut files = Files::default();
    files.put(path, with_line_ends_of(&old, text).as_bytes());
    files.write()
}

/// The same for a text that was derived from the file's old text, `was`; empty where there was no file. A file that another
/// run has written meanwhile is left alone. `held` is the lock of its folder, if it is held since the file was read.
pub(crate) fn write_over(path: &Path, was: &str, text: &str, held: Option<&Lock>) -> Result<(), Failure> {
    let mut files = Files::default();
    files.replace(path, was.as_bytes(), with_line_ends_of(was, text).as_bytes());
    files.write_under(held)
}

/// A text with the line ends of the one that it replaces (CR LF where every line of that ends so), and with its byte order mark.
pub(crate) fn with_line_ends_of<'a>(old: &str, new: &'a str) -> Cow<'a, str> {
    let is_long = old.contains('\n') && old.matches('\n').count() == old.matches("\r\n").count();
    let new = if is_long { new.replace("\r\n", "\n").replace('\n', "\r\n").into() } else { Cow::from(new) };
    if old.starts_with(MARK) && !new.starts_with(MARK) { format!("{MARK}{new}").into() } else { new }
}

/// Checks that a file could be written, before the work whose result it is for. Creates nothing.
///
/// # Errors
///
/// A place with something other than a regular file, or where no file can be.
pub(crate) fn can_be_written(path: &Path) -> Result<(), Failure> {
    let parent = |target: &Path| match target.parent().map(fs::metadata) {
        Some(Ok(metadata)) if !metadata.is_dir() => {
            Err(Reason::from(io::Error::from(io::ErrorKind::NotADirectory)))
        }
        Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(Reason::from(error)),
        _ => Ok(()),
    };
    let seen = target(path).map_err(Reason::from).and_then(|target| {
        parent(&target)?;
        old(&target)
    });
    seen.map(|_| ()).map_err(|reason| cannot(path, &reason))
}

fn cannot(path: &Path, reason: &Reason) -> Failure {
    Failure::new(format!("{} cannot be written: {}", shown(path), reason.text))
        .note("nothing was written")
        .help(reason.help)
}

impl Files {
    /// Adds a file, whatever is there.
    pub(crate) fn put(&mut self, path: &Path, new: &[u8]) {
        self.files.push(Change { path: path.to_owned(), was: None, new: new.to_owned() });
    }

    /// Adds a file whose content must still be `was`.
    pub(crate) fn replace(&mut self, path: &Path, was: &[u8], new: &[u8]) {
        self.files.push(Change { path: path.to_owned(), was: Some(was.to_owned()), new: new.to_owned() });
    }

    /// Writes them all.
    ///
    /// # Errors
    ///
    /// A failure that names the file and the reason, and which files were written before it, if any.
    pub(crate) fn write(&self) -> Result<(), Failure> {
        self.write_under(None)
    }

    /// Writes them all while a lock is held.
    ///
    /// # Errors
    ///
    /// The same.
    pub(super) fn write_under(&self, held: Option<&Lock>) -> Result<(), Failure> {
        let prepared = self.prepare()?;
        let _locks = prepared.lock(held);
        // From here on a signal waits: either all are renamed, or none is.
        let _signals = lock_signals();
        prepared.put()
    }

    /// Writes the new contents beside their places.
    pub(super) fn prepare(&self) -> Result<StagedFiles<'_>, Failure> {
        let mut folders: HashMap<PathBuf, Folder> = HashMap::new();
        let mut ready: Vec<Ready<'_>> = Vec::with_capacity(self.files.len());
        let mut known: HashMap<Identity, usize> = HashMap::with_capacity(self.files.len());
        for (number, change) in self.files.iter().enumerate() {
            let one =
                prepare(change, &mut folders, number).map_err(|reason| cannot(&change.path, &reason))?;
            match known.entry(one.identity()) {
                Entry::Vacant(place) => {
                    place.insert(ready.len());
                    ready.push(one);
                }
                Entry::Occupied(other) => {
                    let other = ready[*other.get()].change;
                    if other.new != change.new {
                        return Err(Failure::new(format!(
                            "{} and {} are the same file, and would be written differently",
                            shown(&other.path),
                            shown(&change.path)
                        ))
                        .note("nothing was written")
                        .help("name it once"));
                    }
                }
            }
        }
        Ok(StagedFiles { ready, _folders: folders })
    }
}

impl StagedFiles<'_> {
    /// Locks the folders of the files, except one whose lock is held: no other run changes a file between the comparison and
    /// the replacement. A signal may interrupt the wait.
    pub(super) fn lock(&self, held: Option<&Lock>) -> Vec<Lock> {
        Lock::of_others(self.ready.iter().map(|one| parent(&one.target)), held)
    }

    /// Puts all in their places, whose folders are locked.
    pub(super) fn put(&self) -> Result<(), Failure> {
        for one in &self.ready {
            one.is_as_read().map_err(|failure| failure.note("nothing was written"))?;
        }
        for (at, one) in self.ready.iter().enumerate() {
            let put = || {
                one.put().map_err(|error| {
                    Failure::new(format!(
                        "{} cannot be written: {}",
                        shown(&one.change.path),
                        input::reason(&error)
                    ))
                    .help(input::advice(&error))
                })
            };
            one.is_as_read()
                .and_then(|()| put())
                .map_err(|failure| failure.note(written(&self.ready[..at])))?;
        }
        Ok(())
    }
}

impl Ready<'_> {
    fn identity(&self) -> Identity {
        match self.shared {
            Some((device, number)) => Identity::Shared(device, number),
            None => Identity::Path(self.target.clone()),
        }
    }

    /// Puts the new contents in their place.
    fn put(&self) -> io::Result<()> {
        if self.shared.is_none() {
            return fs::rename(&self.temporary, &self.target);
        }
        // A file that is renamed would leave the other names with the old contents.
        let was = fs::read(&self.target)?;
        let mut file = File::options().write(true).open(&self.target)?;
        overwrite(&mut file, &self.change.new).map_err(|error| match overwrite(&mut file, &was) {
            Ok(()) => error,
            Err(_) => io::Error::other(format!("{error}; it may hold a part of the new contents")),
        })
    }

    /// Checks that the file's content is still the one that was read, where there is one.
    fn is_as_read(&self) -> Result<(), Failure> {
        let Some(was) = &self.change.was else { return Ok(()) };
        let is_same = match fs::metadata(&self.target) {
            Ok(metadata) if metadata.len() != was.len() as u64 => false,
            Ok(_) => input::bytes(&self.target).map_err(|error| error.failure(&self.change.path))? == *was,
            Err(error) => was.is_empty() && error.kind() == io::ErrorKind::NotFound,
        };
        if is_same { Ok(()) } else { Err(changed(&self.change.path)) }
    }
}

/// Gives an open file these contents.
///
/// A process that is killed between the two steps leaves empty lines at the end, and nothing of what was there.
fn overwrite(file: &mut File, contents: &[u8]) -> io::Result<()> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    let mut padded = contents.to_owned();
    padded.resize(contents.len().max(length), b'\n');
    file.rewind()?;
    file.write_all(&padded)?;
    file.set_len(contents.len() as u64)?;
    file.sync_all()
}

fn changed(path: &Path) -> Failure {
    Failure::new(format!("{} cannot be written: it changed since it was read", shown(path)))
        .help("run the command again")
}

fn written(ready: &[Ready<'_>]) -> String {
    if ready.is_empty() {
        return "nothing was written".to_owned();
    }
    let names: Vec<String> =
        ready.iter().take(NAMED).map(|one| shown(&one.change.path).to_string()).collect();
    let more = match ready.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("written before: {}{more}", names.join(", "))
}

/// The folder that a file lies in.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes the new contents beside their place.
fn prepare<'a>(
    change: &'a Change,
    folders: &mut HashMap<PathBuf, Folder>,
    number: usize,
) -> Result<Ready<'a>, Reason> {
    let target = target(&change.path)?;
    let old = old(&target)?;
    let parent = parent(&target);
    if !folders.contains_key(parent) {
        fs::create_dir_all(parent)?;
        folders.insert(parent.to_owned(), Folder::within(parent)?);
    }
    let name = number.to_string();
    let temporary = folders[parent].path().join(&name);
    let mut file = folders[parent].create(&name)?;
    file.write_all(&change.new)?;
    if let Some(old) = &old {
        keep(&file, &target, old)?;
    }
    file.sync_all()?;
    let shared = old.as_ref().and_then(shared);
    if shared.is_some() {
        make_room(&target, change.new.len())?;
    }
    Ok(Ready { change, target, temporary, shared })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn permissions_and_links_stay_and_nothing_temporary_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("script"), "old").expect("written");
        fs::set_permissions(path("script"), fs::Permissions::from_mode(0o750)).expect("set");
        symlink("script", path("link")).expect("linked");
        symlink("new", path("dangling")).expect("linked");
        fs::write(path("plain"), "").expect("written");
        write(&path("link"), "by link").expect("written");
        write(&path("dangling"), "made").expect("written");
        write(&path("deep/er/file"), "deep").expect("written");
        assert_eq!(fs::read(path("script")).expect("read"), b"by link");
        assert_eq!(fs::read(path("new")).expect("read"), b"made");
        assert_eq!(fs::read(path("deep/er/file")).expect("read"), b"deep");
        let mode = |name: &str| fs::metadata(path(name)).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode("script"), 0o750);
        assert_eq!(mode("new"), mode("plain"), "a new file has the usual permissions");
        assert!(fs::symlink_metadata(path("link")).is_ok_and(|one| one.is_symlink()));
        assert!(fs::symlink_metadata(path("dangling")).is_ok_and(|one| one.is_symlink()));
        assert_eq!(names(folder.path()), ["dangling", "deep", "link", "new", "plain", "script"]);
        assert_eq!(names(&path("deep/er")), ["file"]);
    }

    #[test]
    fn changes_of_another_run_are_not_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        write_over(&path, "", "one", None).expect("there was none");
        for was in ["", "two"] {
            let failure = write_over(&path, was, "three", None).expect_err("its contents differ");
            assert!(failure.message().ends_with("a cannot be written: it changed since it was read"));
        }
        write_over(&path, "one", "three", None).expect("written");
        assert_eq!(fs::read(&path).expect("read"), b"three");
    }

    #[test]
    fn of_several_writers_at_one_instant_one_wins_each_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let written: usize = std::thread::scope(|scope| {
            let writer = |_| {
                scope.spawn(|| {
                    let add = || {
                        let was = fs::read_to_string(&path).unwrap_or_default();
                        write_over(&path, &was, &format!("{was}a line\n"), None)
                    };
                    (0..100).filter(|_| add().is_ok()).count()
                })
            };
            let writers: Vec<_> = (0..3).map(writer).collect();
            writers.into_iter().map(|writer| writer.join().expect("no panic")).sum()
        });
        let text = fs::read_to_string(&path).expect("read");
        assert_eq!(text, "a line\n".repeat(written), "nothing that was written is lost");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn a_file_with_two_names_keeps_both() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a"), "long before").expect("written");
        fs::hard_link(path("a"), path("b")).expect("linked");
        let mut files = Files::default();
        files.replace(&path("a"), b"long before", b"new");
        files.replace(&path("b"), b"long before", b"new");
        files.put(&path("c"), b"new");
        files.write().expect("written");
        for name in ["a", "b", "c"] {
            assert_eq!(fs::read(path(name)).expect("read"), b"new", "{name}");
        }
        files = Files::default();
        files.put(&path("a"), b"one");
        files.put(&path("b"), b"other");
        assert!(files.write().is_err());
        assert_eq!(fs::read(path("b")).expect("read"), b"new");
        assert_eq!(names(folder.path()), ["a", "b", "c"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn extended_attributes_stay() {
        use rustix::fs::{XattrFlags, getxattr, setxattr};
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        fs::write(&path, "old").expect("written");
        if let Err(error) = setxattr(&path, "user.kept", b"value", XattrFlags::empty()) {
            assert_eq!(error, rustix::io::Errno::NOTSUP);
            // Skipped where the file system keeps none.
            return;
        }
        write(&path, "new").expect("written");
        let mut value = [0; 5];
        assert_eq!(getxattr(&path, "user.kept", &mut value), Ok(5));
        assert_eq!((fs::read(&path).expect("read").as_slice(), &value), (&b"new"[..], b"value"));
    }

    #[test]
    fn line_ends_and_byte_order_marks_stay_as_they_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        for (old, new) in [
            ("a\r\nb\r\n", "b\r\nc"),
            ("a\r\nb\n", "b\nc"),
            ("a\n", "b\nc"),
            ("", "b\nc"),
            ("\u{feff}a\n", "\u{feff}b\nc"),
            ("\u{feff}a\r\n", "\u{feff}b\r\nc"),
        ] {
            fs::write(&path, old).expect("written");
            write(&path, "b\nc").expect("written");
            assert_eq!(fs::read_to_string(&path).expect("read"), new, "{old:?}");
        }
    }

    #[test]
    fn one_file_that_cannot_be_written_leaves_all_as_they_were() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        for name in ["a", "b", "c"] {
            fs::write(path(name), name).expect("written");
        }
        fs::set_permissions(path("b"), fs::Permissions::from_mode(0o444)).expect("set");
        let all = |other: &str| {
            let mut files = Files::default();
            files.replace(&path("a"), b"a", b"new");
            files.replace(&path(other), other.as_bytes(), b"new");
            files.write().expect_err("it cannot be written")
        };
        assert!(all("b").message().ends_with("b cannot be written: it is read-only"));
        fs::create_dir(path("folder")).expect("a folder");
        assert!(all("folder").message().ends_with("folder cannot be written: it is not a regular file"));
        fs::write(path("c"), "edited").expect("written");
        let failure = all("c");
        assert!(failure.message().ends_with("c cannot be written: it changed since it was read"));
        assert_eq!(failure.diagnostic.notes, ["nothing was written"]);
        assert_eq!(fs::read(path("a")).expect("read"), b"a");
        assert_eq!(fs::read(path("c")).expect("read"), b"edited");
        assert_eq!(names(folder.path()), ["a", "b", "c", "folder"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_unwritable_folder_is_named_as_given() {
        let failure = write(Path::new("/proc/self/x"), "x").expect_err("nothing can be written there");
        let message = failure.message();
        assert!(message.starts_with("/proc/self/x cannot be written: "), "{message}");
        assert!(!message.contains(".lightest-") && !message.contains(" at path "), "{message}");
        assert!(message.contains(" (os error "), "the system's own reason: {message}");
        assert!(failure.diagnostic.help.is_some());
    }

    #[test]
    fn one_file_by_two_names_is_written_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a"), "a").expect("written");
        symlink("a", path("b")).expect("linked");
        let mut files = Files::default();
        files.replace(&path("a"), b"a", b"new");
        files.replace(&path("b"), b"a", b"new");
        files.write().expect("written");
        assert_eq!(fs::read(path("a")).expect("read"), b"new");
        let mut files = Files::default();
        files.put(&path("a"), b"one");
        files.put(&path("b"), b"other");
        assert!(files.write().is_err());
        assert_eq!(fs::read(path("a")).expect("read"), b"new");
    }
}
