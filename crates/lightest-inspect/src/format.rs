//! A disk image's format, found by its content and never by its name.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::rc::Rc;

use serde::Serialize;

use crate::source::{FileSource, Source, broken};
use crate::{container, qcow2, vhd};

/// An image's format, found by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ImageFormat {
    /// Bytes as on the disk.
    Raw,
    /// QEMU's.
    Qcow2,
    /// Hyper-V's older one; QEMU calls it `vpc`.
    Vhd,
    /// Hyper-V's newer one.
    Vhdx,
}

impl ImageFormat {
    /// As people name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Qcow2 => "qcow2",
            Self::Vhd => "vhd",
            Self::Vhdx => "vhdx",
        }
    }

    /// As QEMU names it.
    #[must_use]
    pub fn qemu_name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Qcow2 => "qcow2",
            Self::Vhd => "vpc",
            Self::Vhdx => "vhdx",
        }
    }
}

const VHD_FOOTER: &[u8] = b"conectix";

/// Signatures of formats that are not read, with their places: such a file is no raw disk.
const OTHERS: [(u64, &[u8], &str); 16] = [
    (0, b"KDMV", "a VMDK image"),
    (0, b"COWD", "a VMDK image"),
    (0, b"# Disk DescriptorFile", "a VMDK descriptor, which names other files"),
    (0, b"QED\0", "a QED image"),
    (64, b"\x7f\x10\xda\xbe", "a VDI image"),
    (0, b"WithoutFreeSpace", "a Parallels image"),
    (0, b"WithouFreSpacExt", "a Parallels image"),
    (0, b"Bochs Virtual HD Image", "a Bochs image"),
    (0, b"OOOM", "a UML copy-on-write image"),
    (0, b"MZIP", "compressed"),
    (0, b"\x1f\x8b", "compressed with gzip"),
    (0, b"\xfd7zXZ\0", "compressed with xz"),
    (0, b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (0, b"BZh", "compressed with bzip2"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
];

/// Opens an image: a regular file, since anything else may make its reader wait for ever.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    if !path.metadata()?.is_file() {
        return Err(broken("it is not a regular file"));
    }
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Some files of `/proc` call themselves regular and have their readers wait.
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    options.open(path)
}

/// The format of an image.
///
/// # Errors
/// When the file is not a regular one, or cannot be read.
pub fn of_file(path: &Path) -> io::Result<ImageFormat> {
    of_source(&FileSource::new(open(path)?)?)
}

/// The format of an image that need not be a file.
pub(crate) fn of_source(image: &dyn Source) -> io::Result<ImageFormat> {
    let starts_with = |signature: &[u8], offset| {
        let mut found = [0; 8];
        let found = &mut found[..signature.len()];
        // Its length is not asked first: there are files without one that have their readers wait.
        match image.read_at(found, offset) {
            Ok(()) => Ok(found == signature),
            Err(error) if [ErrorKind::InvalidData, ErrorKind::UnexpectedEof].contains(&error.kind()) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    };
    if starts_with(b"QFI\xfb", 0)? {
        return Ok(ImageFormat::Qcow2);
    }
    if starts_with(b"vhdxfile", 0)? {
        return Ok(ImageFormat::Vhdx);
    }
    // A dynamic VHD has a copy of its footer in front, a fixed one only at the end.
    let footer = image.length().saturating_sub(512);
    if starts_with(VHD_FOOTER, 0)? || image.length() >= 512 && starts_with(VHD_FOOTER, footer)? {
        return Ok(ImageFormat::Vhd);
    }
    Ok(ImageFormat::Raw)
}

/// The format of an image that can be handed to a VMM: one that names no other file or address, in a format that is known.
///
/// # Errors
/// When the image depends on another file (a backing file, a data file, a parent), or is of another format.
pub fn standalone(path: &Path) -> io::Result<ImageFormat> {
    standalone_source(Rc::new(FileSource::new(open(path)?)?))
}

/// The same for an image that need not be a file.
///
/// # Errors
/// As above.
pub fn standalone_source(image: Rc<dyn Source>) -> io::Result<ImageFormat> {
    let format = of_source(&*image)?;
    match format {
        ImageFormat::Raw => refuse_others(&*image)?,
        ImageFormat::Qcow2 => qcow2::refuse_references(&*image)?,
        ImageFormat::Vhd => vhd::refuse_parent(&*image)?,
        ImageFormat::Vhdx => drop(container::open(image, format)?),
    }
    Ok(format)
}

/// Refuses what has the signature of a format that is not read.
pub(crate) fn refuse_others(file: &dyn Source) -> io::Result<()> {
    for (at, signature, name) in OTHERS {
        let mut found = [0; 32];
        let found = &mut found[..signature.len()];
        if file.read_at(found, at).is_ok() && found == signature {
            return Err(broken(format!("it is {name}; raw, qcow2, VHD and VHDX are read")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn format(content: &[u8]) -> ImageFormat {
        let mut file = tempfile::NamedTempFile::with_suffix(".qcow2").expect("a file");
        file.write_all(content).expect("room");
        of_file(file.path()).expect("a readable file")
    }

    #[test]
    fn the_content_counts_and_not_the_name() {
        let mut fixed = vec![0; 4096];
        fixed[4096 - 512..4096 - 504].copy_from_slice(VHD_FOOTER);
        assert_eq!(format(&fixed), ImageFormat::Vhd);
        assert_eq!(format(b"conectix"), ImageFormat::Vhd);
        assert_eq!(format(b"vhdxfile and more"), ImageFormat::Vhdx);
        assert_eq!(format(b"QFI\xfb\0\0\0\x03"), ImageFormat::Qcow2);
        assert_eq!(format(b"QFI"), ImageFormat::Raw);
        assert_eq!(format(b""), ImageFormat::Raw);
    }
}
