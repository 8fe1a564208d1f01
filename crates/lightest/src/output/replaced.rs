//! The file that a new one replaces: its place, whether it may be replaced, and the attributes that stay.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use crate::input;

/// Why a file cannot be written, and what to do about it.
pub(super) struct Reason {
    pub(super) text: String,
    pub(super) help: &'static str,
}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Self {
        Self { text: input::reason(&error), help: input::advice(&error) }
    }
}

/// The file that is replaced; `None` where there is none yet.
pub(super) fn old(target: &Path) -> Result<Option<Metadata>, Reason> {
    match fs::symlink_metadata(target) {
        Ok(metadata) if !metadata.is_file() => Err(Reason {
            text: "it is not a regular file".to_owned(),
            help: "name a regular file, or one that is not there yet",
        }),
        // A file that is put in its place would not ask.
        Ok(metadata) if metadata.permissions().readonly() => Err(Reason {
            text: "it is read-only".to_owned(),
            help: "allow writing it, or name another place",
        }),
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The device and the number of a file that has several names (hard links).
#[cfg(unix)]
pub(super) fn shared(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
}

/// The standard library does not report it: there, each name becomes a file of its own.
#[cfg(not(unix))]
pub(super) fn shared(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// Sees that a file may be written, and has room for so many bytes, before its contents change.
pub(super) fn make_room(target: &Path, bytes: usize) -> io::Result<()> {
    let file = File::options().write(true).open(target)?;
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::KEEP_SIZE, 0, bytes as u64)
        && [rustix::io::Errno::NOSPC, rustix::io::Errno::DQUOT].contains(&error)
    {
        return Err(error.into());
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, bytes);
    Ok(())
}

/// Gives a new file the owner and the permissions of the one that it replaces, and what else its system keeps with it: lists
/// of access, labels.
pub(super) fn keep(file: &File, target: &Path, old: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        let new = file.metadata()?;
        if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
            // Only root may give files away; for others it is theirs from now on.
            let _ = fchown(file, Some(old.uid()), Some(old.gid()));
        }
    }
    file.set_permissions(old.permissions())?;
    #[cfg(target_os = "linux")]
    keep_attributes(file, target);
    #[cfg(not(target_os = "linux"))]
    let _ = target;
    Ok(())
}

/// Copies the extended attributes of a file. What a system does not let be copied is its own affair.
#[cfg(target_os = "linux")]
fn keep_attributes(file: &File, target: &Path) {
    use rustix::buffer::spare_capacity;
    use rustix::fs::{XattrFlags, fsetxattr, getxattr, listxattr};
    /// The largest that Linux keeps.
    const MOST: usize = 64 << 10;
    let mut names: Vec<u8> = Vec::with_capacity(MOST);
    if listxattr(target, spare_capacity(&mut names)).is_err() {
        return;
    }
    for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let mut value: Vec<u8> = Vec::with_capacity(MOST);
        if getxattr(target, name, spare_capacity(&mut value)).is_ok() {
            let _ = fsetxattr(file, name, &value, XattrFlags::empty());
        }
    }
}

/// Where links lead, even to nothing.
pub(super) fn target(path: &Path) -> io::Result<PathBuf> {
    /// As many links as Linux follows.
    const MOST: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST {
        match fs::read_link(&path) {
            Ok(next) => path = path.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many links"))
}
