//! Reads whole files: regular ones, up to a limit.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use crate::failure::Failure;
use crate::output::shown;

/// No file that a person wrote for this program is larger, in bytes.
pub(super) const MAX_BYTES: usize = 16 << 20;
/// Room for most files, so that one read is enough.
const ROOM: usize = 64 << 10;

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// There is none of that name.
    Missing,
    /// A folder, pipe, socket or device.
    NotAFile,
    /// Larger than [`MAX_BYTES`].
    TooLarge,
    /// The first line, from 1, that is not UTF-8.
    NotUtf8(usize),
    /// It lies outside the tree whose file names it.
    Outside,
    /// The system's reason.
    Io(io::Error),
}

impl ReadError {
    /// The same, in words.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Missing => "there is no such file".to_owned(),
            Self::NotAFile => "it is not a regular file".to_owned(),
            Self::TooLarge => format!("larger than {} MiB", MAX_BYTES >> 20),
            Self::NotUtf8(line) => format!("not UTF-8 in line {line}"),
            Self::Outside => "it lies outside the folder that it belongs to".to_owned(),
            Self::Io(error) => reason(error),
        }
    }

    /// The same, as the failure of a command.
    pub(crate) fn failure(&self, path: &Path) -> Failure {
        let failure = Failure::new(format!("{} cannot be read: {}", shown(path), self.reason()));
        match self {
            Self::NotUtf8(_) => failure.help("save it as UTF-8"),
            Self::Outside => failure.help("copy it there, or name it on the command line"),
            Self::Missing => failure.help(SEEN_FROM),
            Self::NotAFile => failure.help("name a regular file"),
            Self::TooLarge => {
                failure.help("what people write is smaller: see whether it is the file that was meant")
            }
            Self::Io(error) => failure.help(advice(error)),
        }
    }
}

const SEEN_FROM: &str = "names are seen from the folder that the command runs in";

/// Advice on the system's reason.
pub(crate) fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => SEEN_FROM,
        io::ErrorKind::PermissionDenied => "allow it to whoever runs the command, or name another place",
        io::ErrorKind::NotADirectory => "a part of its path is a file: name a folder there",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room, or name another place",
        _ => "name another place",
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            // What would have had its reader wait.
            io::ErrorKind::IsADirectory | io::ErrorKind::WouldBlock => Self::NotAFile,
            _ => Self::Io(error),
        }
    }
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> Result<String, ReadError> {
    String::from_utf8(bytes(path)?).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..good].iter().filter(|byte| **byte == b'\n').count() + 1;
        ReadError::NotUtf8(line)
    })
}

/// A regular file of any size, for what is read piece by piece.
pub(crate) fn open(path: &Path) -> Result<File, ReadError> {
    open_sized(path).map(|(file, _)| file)
}

/// The same with its length in bytes, which may change before it is read.
fn open_sized(path: &Path) -> Result<(File, u64), ReadError> {
    // Asked first, since some devices act when they are opened.
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(ReadError::NotAFile);
    }
    Ok((at_once(path)?, metadata.len()))
}

/// Opens a file whose reading never waits: some files of `/proc` call themselves regular, and are pipes.
fn at_once(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    options.open(path)
}

/// The bytes of a file.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    let (file, length) = open_sized(path)?;
    // With a byte more, the end is found without growing.
    let mut room = Vec::with_capacity(usize::try_from(length).unwrap_or(MAX_BYTES).min(MAX_BYTES) + 1);
    read(file, &mut room)?;
    Ok(room)
}

/// Reads a file that is known to be a regular one into a buffer that is used again.
pub(crate) fn fill(path: &Path, room: &mut Vec<u8>) -> Result<(), ReadError> {
    room.clear();
    room.reserve(ROOM);
    read(at_once(path)?, room)
}

fn read(file: File, room: &mut Vec<u8>) -> Result<(), ReadError> {
    match file.take(MAX_BYTES as u64 + 1).read_to_end(room)? {
        length if length > MAX_BYTES => Err(ReadError::TooLarge),
        _ => Ok(()),
    }
}

/// Why the system could not, in its own words, which begin lower-case here.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_a_sane_size_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("good"), "good").expect("written");
        fs::write(path("latin"), b"one\n\xe9").expect("written");
        File::create(path("large")).and_then(|file| file.set_len(1 << 30)).expect("made large");
        assert_eq!(text(&path("good")).expect("read"), "good");
        assert!(matches!(text(&path("latin")), Err(ReadError::NotUtf8(2))));
        assert!(matches!(bytes(&path("large")), Err(ReadError::TooLarge)));
        assert!(matches!(bytes(&path("none")), Err(ReadError::Missing)));
        assert!(matches!(bytes(&path("good/below")), Err(ReadError::Missing)));
        assert!(matches!(bytes(folder.path()), Err(ReadError::NotAFile)));
    }

    #[cfg(unix)]
    #[test]
    fn no_device_and_no_pipe_is_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let zero = folder.path().join("zero");
        std::os::unix::fs::symlink("/dev/zero", &zero).expect("linked");
        assert!(matches!(bytes(&zero), Err(ReadError::NotAFile)));
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.is_ok_and(|status| status.success()), "no pipe was made");
        assert!(matches!(bytes(&pipe), Err(ReadError::NotAFile)));
    }
}
