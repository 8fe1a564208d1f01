//! Adds lines to a file that others may add to at the same time.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use super::escape::shown;
use crate::failure::Failure;
use crate::input;

/// A file that lines are added to. It keeps its permissions, and a link stays a link.
#[derive(Debug)]
pub(crate) struct Appender {
    path: PathBuf,
}

impl Appender {
    /// Sees that a file could be opened, before anything is done for it. Nothing is made.
    ///
    /// # Errors
    ///
    /// Where it could not be written.
    pub(crate) fn can_open(path: &Path) -> Result<(), Failure> {
        match fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() => return Err(no_file(path)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(path, &error)),
            _ => {}
        }
        let whole = input::whole(path);
        let place = whole.ancestors().find(|place| place.exists()).unwrap_or(&whole);
        rustix::fs::access(place, rustix::fs::Access::WRITE_OK).map_err(|error| failed(path, &error.into()))
    }

    /// Makes the file where there is none, before the work begins whose result it is for.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|error| failed(path, &error))?;
        let appender = Self { path: path.to_owned() };
        appender.file()?;
        Ok(appender)
    }

    /// Makes a file that is nobody else's: of that name, or with a number before its ending.
    ///
    /// # Errors
    ///
    /// Where none can be made.
    pub(crate) fn new(path: &Path) -> Result<Self, Failure> {
        let ending = path.extension().unwrap_or_default();
        let mut number = 1;
        let mut own = path.to_owned();
        loop {
            match File::create_new(&own) {
                Ok(_) => return Ok(Self { path: own }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    number += 1;
                    let mut ending_too = OsString::from(number.to_string());
                    ending_too.push(".");
                    ending_too.push(ending);
                    own = path.with_extension(ending_too);
                }
                Err(error) => return Err(failed(&own, &error)),
            }
        }
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the file as it is now: another may lie there since the work began.
    fn file(&self) -> Result<File, Failure> {
        match fs::metadata(&self.path) {
            // A pipe would be waited for.
            Ok(metadata) if !metadata.is_file() => return Err(no_file(&self.path)),
            _ => {}
        }
        let opened = OpenOptions::new().create(true).append(true).open(&self.path);
        opened.map_err(|error| failed(&self.path, &error))
    }

    /// Adds whole lines of JSON, one for each value, under a lock that other processes heed.
    ///
    /// # Errors
    ///
    /// Where they cannot be written; then none is.
    pub(crate) fn json_lines<T: serde::Serialize>(&self, values: &[T]) -> Result<(), Failure> {
        let mut text = String::new();
        for value in values {
            let line =
                serde_json::to_string(value).map_err(|error| cannot(&self.path, &error.to_string()))?;
            text.push_str(&line);
            text.push('\n');
        }
        let file = self.file()?;
        // The end of the file unlocks it.
        let written = file.lock().and_then(|()| self.add(&file, &text));
        written.map_err(|error| cannot(&self.path, &input::reason(&error)))
    }

    /// Adds whole lines, while the file is locked.
    fn add(&self, mut file: &File, text: &str) -> io::Result<()> {
        let length = file.metadata()?.len();
        // A line that somebody did not finish stays one of its own.
        let text = if self.ends_in_a_line(length) { Cow::from(text) } else { Cow::from(format!("\n{text}")) };
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).inspect_err(|_| {
            // The first failure is the one to report.
            let _ = file.set_len(length);
        })
    }

    /// Whether the file ends with its last line. What cannot be read is believed to.
    fn ends_in_a_line(&self, length: u64) -> bool {
        let mut last = [b'\n'];
        if let (Some(at), Ok(mut file)) = (length.checked_sub(1), File::open(&self.path)) {
            let _ = file.seek(io::SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut last));
        }
        last == *b"\n"
    }
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    cannot(path, &input::reason(error)).help(input::advice(error))
}

fn no_file(path: &Path) -> Failure {
    cannot(path, "it is not a regular file").help("name a regular file, or one that is not there yet")
}

fn cannot(path: &Path, reason: &str) -> Failure {
    Failure::new(format!("{} cannot be written: {reason}", shown(path)))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn lines_are_added_through_a_link_and_permissions_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("real"), "[0]\n").expect("written");
        fs::set_permissions(path("real"), fs::Permissions::from_mode(0o640)).expect("set");
        symlink("real", path("link")).expect("linked");
        Appender::open(&path("link")).expect("opened").json_lines(&[[1], [2]]).expect("written");
        assert_eq!(fs::read_to_string(path("real")).expect("read"), "[0]\n[1]\n[2]\n");
        assert_eq!(fs::metadata(path("real")).expect("there").permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(path("link")).is_ok_and(|one| one.is_symlink()));
    }

    #[test]
    fn an_unwritable_file_is_found_before_the_work() {
        let folder = tempfile::tempdir().expect("a folder");
        for wrong in [folder.path(), Path::new("/dev/null/x"), Path::new("/dev/null")] {
            assert!(Appender::can_open(wrong).is_err(), "{}", wrong.display());
            assert!(Appender::open(wrong).is_err(), "{}", wrong.display());
        }
        let new = folder.path().join("new/folder/file");
        assert!(Appender::can_open(&new).is_ok() && !folder.path().join("new").exists(), "nothing is made");
        assert!(Appender::open(&new).is_ok() && Appender::can_open(&new).is_ok());
    }

    #[test]
    fn an_unfinished_line_spoils_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lines");
        fs::write(&path, "[1]\n[2").expect("written");
        Appender::open(&path).expect("opened").json_lines(&[[3], [4]]).expect("written");
        assert_eq!(fs::read_to_string(&path).expect("read"), "[1]\n[2\n[3]\n[4]\n");
    }

    #[test]
    fn a_file_of_ones_own_is_nobody_elses() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl.partial");
        let all = [(); 3].map(|()| Appender::new(&path).expect("made"));
        let names =
            all.each_ref().map(|one| one.path().file_name().expect("a name").to_str().expect("UTF-8"));
        assert_eq!(names, ["a.jsonl.partial", "a.jsonl.2.partial", "a.jsonl.3.partial"]);
        assert!(Appender::new(Path::new("/dev/null/x")).is_err());
    }

    #[test]
    fn a_file_that_was_put_in_the_place_of_another_is_added_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let file = Appender::open(&path("a")).expect("opened");
        fs::write(path("b"), "[1]\n").expect("written");
        fs::rename(path("b"), path("a")).expect("renamed");
        file.json_lines(&[[2]]).expect("written");
        assert_eq!(fs::read_to_string(path("a")).expect("read"), "[1]\n[2]\n");
    }

    #[test]
    fn two_at_once_lose_no_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("both");
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    let file = Appender::open(path).expect("opened");
                    for line in 0..25 {
                        file.json_lines(&[(writer, line)]).expect("written");
                    }
                });
            }
        });
        let text = fs::read_to_string(&path).expect("read");
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), 100);
    }
}
