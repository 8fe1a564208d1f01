//! The contents of a partition: file systems that are read, and those that are only named.

use std::io;
use std::rc::Rc;

use ext4_view::{Ext4, Ext4Error, Ext4Read};

use crate::archive::Archive;
use crate::fat::Fat;
use crate::source::{Shared, broken, bytes, number};

/// Longer files are no text that is of interest here.
pub(crate) const MOST_TEXT: u64 = 1024 * 1024;
/// Longer directories are cut.
const MOST_NAMES: usize = 65_536;
/// Blocks of more than 64 KiB exist on no machine that is booted here.
const LARGEST_BLOCK: u32 = 6;
/// Names, places and signatures of file systems and containers that are recognised but not read.
const NAMED: &[(&str, u64, &[u8])] = &[
    ("btrfs", 0x1_0040, b"_BHRfS_M"),
    ("xfs", 0, b"XFSB"),
    ("ntfs", 3, b"NTFS    "),
    ("exfat", 3, b"EXFAT   "),
    ("refs", 3, b"ReFS\0\0\0\0"),
    ("bitlocker", 3, b"-FVE-FS-"),
    ("luks", 0, b"LUKS\xba\xbe"),
    ("lvm", 512, b"LABELONE"),
    ("squashfs", 0, b"hsqs"),
    ("erofs", 1024, b"\xe2\xe1\xf5\xe0"),
    ("f2fs", 1024, b"\x10\x20\xf5\xf2"),
    ("iso9660", 0x8001, b"CD001"),
    ("ufs2", 0x1_055c, b"\x19\x01\x54\x19"),
    ("swap", 4086, b"SWAPSPACE2"),
];

/// A file system's content.
pub(crate) enum Volume {
    Fat(Fat),
    Ext(Ext4),
    /// An initial file system.
    Archive(Archive),
}

/// The recognized content of a partition.
pub(crate) struct Recognized {
    /// Its name, when it is known.
    pub(crate) name: Option<&'static str>,
    /// Its content, when it can be read.
    pub(crate) volume: Option<Volume>,
    /// Why it is not read although its kind could be.
    pub(crate) trouble: Option<String>,
}

struct Ext4Source(Shared);

impl Ext4Read for Ext4Source {
    fn read(
        &mut self,
        start: u64,
        into: &mut [u8],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync + 'static>> {
        self.0.read_at(into, start).map_err(Into::into)
    }
}

/// Finds out what it is by its content.
pub(crate) fn recognize(part: &Shared) -> Recognized {
    let named = |name, volume, trouble| Recognized { name, volume, trouble };
    for (name, at, signature) in NAMED {
        let mut found = [0; 16];
        let found = &mut found[..signature.len()];
        if part.read_at(found, *at).is_ok() && found == *signature {
            return named(Some(name), None, None);
        }
    }
    if let Ok(superblock) = bytes::<1024>(&**part, 1024)
        && number::le16(&superblock, 0x38) == 0xef53
    {
        // Extents are what ext4 added that every disk of today has.
        let name = if number::le32(&superblock, 0x60) & 0x40 == 0 { "ext2 or ext3" } else { "ext4" };
        if number::le32(&superblock, 0x18) > LARGEST_BLOCK {
            return named(Some(name), None, Some("its blocks are too large".to_owned()));
        }
        return match Ext4::load(Box::new(Ext4Source(Rc::clone(part)))) {
            Ok(ext) => named(Some(name), Some(Volume::Ext(ext)), None),
            Err(error) => named(Some(name), None, Some(error.to_string())),
        };
    }
    match Fat::open(Rc::clone(part)) {
        Some(fat) => named(Some("fat"), Some(Volume::Fat(fat)), None),
        None => named(None, None, None),
    }
}

fn absent<T>(error: Ext4Error) -> io::Result<Option<T>> {
    match error {
        Ext4Error::NotFound | Ext4Error::NotADirectory | Ext4Error::IsADirectory => Ok(None),
        Ext4Error::IsASpecialFile | Ext4Error::NotASymlink => Ok(None),
        other => Err(broken(other.to_string())),
    }
}

fn rooted(path: &str) -> String {
    format!("/{}", path.trim_matches('/'))
}

impl Volume {
    /// The content of a file, cut at a length; symbolic links are followed within the file system.
    pub(crate) fn read(&self, path: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Fat(fat) => fat.read(path, most),
            Self::Archive(archive) => Ok(archive.read(path, most)),
            Self::Ext(ext) => {
                let mut file = match ext.open(rooted(path).as_str()) {
                    Ok(file) => file,
                    Err(error) => return absent(error),
                };
                let mut content = Vec::new();
                let mut piece = vec![0; 64 * 1024];
                while (content.len() as u64) < most {
                    match file.read_bytes(&mut piece) {
                        Ok(0) => break,
                        Ok(read) => content.extend_from_slice(&piece[..read]),
                        Err(error) => return absent(error),
                    }
                }
                content.truncate(usize::try_from(most).unwrap_or(usize::MAX));
                Ok(Some(content))
            }
        }
    }

    /// A text file, when it is there.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        let content = self.read(path, MOST_TEXT).ok()??;
        Some(String::from_utf8_lossy(&content).into_owned())
    }

    /// The names in a directory, in order.
    pub(crate) fn list(&self, path: &str) -> io::Result<Option<Vec<String>>> {
        let names = match self {
            Self::Fat(fat) => fat.list(path)?,
            Self::Archive(archive) => archive.list(path),
            Self::Ext(ext) => match ext.read_dir(rooted(path).as_str()) {
                Err(error) => return absent(error),
                Ok(entries) => {
                    let mut names = Vec::new();
                    for entry in entries.take(MOST_NAMES) {
                        match entry {
                            Ok(entry) => names.push(entry.file_name().display().to_string()),
                            Err(error) => return Err(broken(error.to_string())),
                        }
                    }
                    names.retain(|name| name != "." && name != "..");
                    Some(names)
                }
            },
        };
        Ok(names.map(|mut names| {
            names.sort();
            names
        }))
    }

    /// Whether there is such a file or directory, through symbolic links.
    pub(crate) fn exists(&self, path: &str) -> bool {
        match self {
            Self::Fat(_) => self.read(path, 0).is_ok_and(|found| found.is_some()) || self.is_dir(path),
            Self::Archive(archive) => archive.exists(path),
            Self::Ext(ext) => ext.exists(rooted(path).as_str()).unwrap_or(false),
        }
    }

    fn is_dir(&self, path: &str) -> bool {
        self.list(path).is_ok_and(|names| names.is_some())
    }

    /// Where symbolic links lead in the end.
    pub(crate) fn real_path(&self, path: &str) -> Option<String> {
        match self {
            Self::Fat(_) => self.exists(path).then(|| rooted(path)),
            Self::Archive(archive) => archive.real_path(path),
            Self::Ext(ext) => Some(ext.canonicalize(rooted(path).as_str()).ok()?.display().to_string()),
        }
    }
}
