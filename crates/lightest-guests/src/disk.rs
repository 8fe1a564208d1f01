//! A boot disk: a partition table and one FAT file system, the same bytes each time.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::Command;

use crate::ImageError;
use crate::host::Host;
use crate::toolchain::run;

const SECTOR: usize = 512;
/// Where the partition begins, as everybody aligns it.
const START: usize = 2048 * SECTOR;
const MIB: usize = 1024 * 1024;
/// Any number will do, as long as it is always the same.
const VOLUME: u32 = 0x4c69_6768;
/// An EFI system partition, which old BIOS boot code takes as well when it is marked active.
const TYPE_ESP: u8 = 0xef;
const TYPE_LINUX: u8 = 0x83;
/// Debian's `syslinux-common`, which `syslinux` only recommends.
const MBR_CODE: &str = "/usr/lib/syslinux/mbr/mbr.bin";

/// The files of a boot disk.
#[derive(Default)]
pub(crate) struct BootDisk {
    files: BTreeMap<String, Vec<u8>>,
}

impl BootDisk {
    pub(crate) fn file(&mut self, path: &str, content: Vec<u8>) {
        self.files.insert(path.to_owned(), content);
    }

    /// The whole disk, for UEFI.
    pub(crate) fn write(&self, near: &Path) -> Result<Vec<u8>, ImageError> {
        let content: usize = self.files.values().map(Vec::len).sum();
        // Room for the file system's own tables, and a size that looks like a disk's.
        let partition = (content + content / 8 + 4 * MIB).next_multiple_of(MIB);
        let mut disk = vec![0; START + partition + MIB];
        let view = Cursor::new(&mut disk[START..START + partition]);
        file_system(view, *b"LIGHTEST   ", START, &self.files).map_err(ImageError::io(near))?;
        partition_table(&mut disk, partition);
        Ok(disk)
    }

    /// The same disk with syslinux installed, for a BIOS too.
    pub(crate) fn write_for_bios(&self, near: &Path, host: &Host) -> Result<Vec<u8>, ImageError> {
        let disk = self.write(near)?;
        let aside = tempfile::NamedTempFile::new_in(near).map_err(ImageError::io(near))?;
        let path = aside.path();
        std::fs::write(path, disk).map_err(ImageError::io(path))?;
        // mtools, which syslinux calls, takes the time of new files from here.
        run(Command::new(host.program_or_name("syslinux"))
            .env("SOURCE_DATE_EPOCH", "315532800")
            .env("TZ", "UTC")
            .arg("--install")
            .arg("--offset")
            .arg(START.to_string())
            .arg(path))?;
        let mut disk = std::fs::read(path).map_err(ImageError::io(path))?;
        let code = Path::new(MBR_CODE);
        let code = std::fs::read(code).map_err(ImageError::io(code))?;
        if code.len() > 440 {
            return Err(ImageError::Tool { what: format!("{MBR_CODE} does not fit in a boot sector") });
        }
        disk[..code.len()].copy_from_slice(&code);
        Ok(disk)
    }
}

/// A FAT file system over the whole of the view.
fn file_system(
    mut view: Cursor<&mut [u8]>,
    label: [u8; 11],
    hidden: usize,
    files: &BTreeMap<String, Vec<u8>>,
) -> std::io::Result<()> {
    let options = fatfs::FormatVolumeOptions::new().volume_id(VOLUME).volume_label(label).drive_num(0x80);
    fatfs::format_volume(&mut view, options)?;
    let hidden = u32::try_from(hidden / SECTOR).unwrap_or(0).to_le_bytes();
    view.get_mut()[0x1c..0x20].copy_from_slice(&hidden);
    view.set_position(0);
    // Without a clock every file is of 1980.
    let volume = fatfs::FileSystem::new(&mut view, fatfs::FsOptions::new())?;
    let root = volume.root_dir();
    for (path, content) in files {
        for (end, _) in path.match_indices('/') {
            root.create_dir(&path[..end])?;
        }
        root.create_file(path)?.write_all(content)?;
    }
    drop(root);
    volume.unmount()
}

/// A disk that is one file system and has no partitions.
pub(crate) fn volume(label: [u8; 11], files: &BTreeMap<String, Vec<u8>>) -> std::io::Result<Vec<u8>> {
    let content: usize = files.values().map(Vec::len).sum();
    let mut disk = vec![0; (content + content / 8 + 4 * MIB).next_multiple_of(MIB)];
    file_system(Cursor::new(&mut disk[..]), label, 0, files)?;
    Ok(disk)
}

/// The disk with another file system behind what it has, as its second partition.
pub(crate) fn with_second_partition(mut disk: Vec<u8>, content: &[u8]) -> Vec<u8> {
    let start = disk.len().next_multiple_of(MIB);
    disk.resize(start, 0);
    disk.extend_from_slice(content);
    let size = content.len().next_multiple_of(SECTOR);
    disk.resize(start + size + MIB, 0);
    entry(&mut disk, 1, TYPE_LINUX, start, size);
    disk
}

fn partition_table(disk: &mut [u8], partition: usize) {
    disk[440..444].copy_from_slice(&VOLUME.to_le_bytes());
    entry(disk, 0, TYPE_ESP, START, partition);
    disk[446] = 0x80;
    disk[510..512].copy_from_slice(&[0x55, 0xaa]);
}

fn entry(disk: &mut [u8], number: usize, kind: u8, start: usize, size: usize) {
    let sectors = |bytes: usize| u32::try_from(bytes / SECTOR).unwrap_or(u32::MAX).to_le_bytes();
    let entry = &mut disk[446 + 16 * number..462 + 16 * number];
    // Heads and cylinders are obsolete: the largest values mean "see the sector numbers".
    entry[1..4].copy_from_slice(&[0xfe, 0xff, 0xff]);
    entry[4] = kind;
    entry[5..8].copy_from_slice(&[0xfe, 0xff, 0xff]);
    entry[8..12].copy_from_slice(&sectors(start));
    entry[12..16].copy_from_slice(&sectors(size));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_reproducible_and_contains_its_files() {
        let mut disk = BootDisk::default();
        disk.file("EFI/BOOT/BOOTX64.EFI", vec![7; 100_000]);
        disk.file("loader/loader.conf", b"timeout 0\n".to_vec());
        let one = disk.write(Path::new("/")).expect("a disk");
        let two = disk.write(Path::new("/")).expect("a disk");
        assert!(one == two);
        let view = Cursor::new(one[START..].to_vec());
        let volume = fatfs::FileSystem::new(view, fatfs::FsOptions::new()).expect("a file system");
        let names: Vec<_> = volume
            .root_dir()
            .open_dir("EFI/BOOT")
            .expect("a directory")
            .iter()
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        assert_eq!(names, [".", "..", "BOOTX64.EFI"]);
    }
}
