//! A disk image's format, found by its content and never by its name.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::Serialize;

/// An image's format, found by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

/// The format of an image.
///
/// # Errors
/// When the file cannot be read.
pub fn of_file(path: &Path) -> io::Result<ImageFormat> {
    let mut file = File::open(path)?;
    let mut head = [0; 8];
    let read = file.read(&mut head)?;
    if head[..read].starts_with(b"QFI\xfb") {
        return Ok(ImageFormat::Qcow2);
    }
    if &head[..read] == b"vhdxfile" {
        return Ok(ImageFormat::Vhdx);
    }
    // A dynamic VHD has a copy of its footer in front, a fixed one only at the end.
    if &head[..read] == VHD_FOOTER {
        return Ok(ImageFormat::Vhd);
    }
    let length = file.metadata()?.len();
    if length >= 512 {
        file.seek(SeekFrom::Start(length - 512))?;
        let read = file.read(&mut head)?;
        if &head[..read] == VHD_FOOTER {
            return Ok(ImageFormat::Vhd);
        }
    }
    Ok(ImageFormat::Raw)
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
