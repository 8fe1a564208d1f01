//! Reads what it can from an image without booting it: its format, partitions, boot loaders, and the Linux on it.
//!
//! Every byte may be hostile: nothing here panics on any, and a budget bounds what is read. Every result names
//! its place in the image; a part that cannot be read is unknown, never absent.

mod archive;
mod claims;
mod container;
mod fat;
pub mod format;
pub mod linux;
pub mod loader;
pub mod partitions;
mod qcow2;
mod source;
mod vhd;
mod vhdx;
mod volume;

use std::io;
use std::path::Path;
use std::rc::Rc;

use serde::Serialize;

use archive::Archive;
pub use claims::Claim;
use format::ImageFormat;
use linux::System;
use loader::BootLoader;
use partitions::{Partition, Table};
pub use source::Source;
use source::{FileSource, Metered, Part, Shared};
use volume::{Recognized, Volume};

/// More is no initial file system.
const MOST_INITRD: u64 = 256 * 1024 * 1024;
/// Where boot loaders keep the kernel's command line.
const LOADER_CONFIGS: [&str; 9] = [
    "boot/grub/grub.cfg",
    "boot/grub2/grub.cfg",
    "grub/grub.cfg",
    "grub2/grub.cfg",
    "EFI/debian/grub.cfg",
    "syslinux.cfg",
    "extlinux.conf",
    "boot/extlinux.conf",
    "boot/syslinux/syslinux.cfg",
];
const LOADER_ENTRIES: [&str; 2] = ["loader/entries", "boot/loader/entries"];

/// A partition and what is on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Found {
    /// Where it is.
    #[serde(flatten)]
    pub partition: Partition,
    /// The name of its file system, when it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_system: Option<&'static str>,
    /// Whether files in it were looked at.
    pub read: bool,
}

/// All that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Inspection {
    /// By content.
    pub format: ImageFormat,
    /// The length of the file.
    pub file_bytes: u64,
    /// The size of the disk in it, when its format could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_bytes: Option<u64>,
    /// How the disk is divided.
    pub table: Table,
    /// Its parts.
    pub partitions: Vec<Found>,
    /// Boot loaders where firmware looks by default.
    pub boot_loaders: Vec<BootLoader>,
    /// Whether there is code for a BIOS in the first sector.
    pub bios_code: bool,
    /// The kernel's command lines that boot loaders have.
    pub command_lines: Vec<String>,
    /// The Linux on it, if one was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linux: Option<System>,
    /// Its answers, in the words of the catalog.
    pub found: Vec<Claim>,
    /// Parts that could not be read, with reasons.
    pub notes: Vec<String>,
}

/// Looks at an image file.
///
/// # Errors
/// When the file cannot be opened; what is wrong inside is a note.
pub fn inspect(path: &Path) -> io::Result<Inspection> {
    let file = FileSource::new(format::open(path)?)?;
    let mut inspection = inspect_source(Rc::new(file))?;
    if let Some(note) = misnamed(path, inspection.format) {
        inspection.notes.push(note);
    }
    Ok(inspection)
}

/// Looks at an image that need not be a file.
///
/// # Errors
/// When its first or last bytes cannot be read; what is wrong inside is a note.
pub fn inspect_source(image: Rc<dyn Source>) -> io::Result<Inspection> {
    let format = format::of_source(&*image)?;
    Ok(inspection(Rc::new(Metered::new(image)), format))
}

fn misnamed(path: &Path, format: ImageFormat) -> Option<String> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let promised = match extension.as_str() {
        "qcow2" => ImageFormat::Qcow2,
        "vhd" | "vpc" => ImageFormat::Vhd,
        "vhdx" => ImageFormat::Vhdx,
        "raw" => ImageFormat::Raw,
        _ => return None,
    };
    (promised != format)
        .then(|| format!("the name ends in .{extension}, but the content is {}", format.qemu_name()))
}

fn inspection(file: Shared, format: ImageFormat) -> Inspection {
    let mut inspection = Inspection {
        format,
        file_bytes: file.length(),
        disk_bytes: None,
        table: Table::None,
        partitions: Vec::new(),
        boot_loaders: Vec::new(),
        bios_code: false,
        command_lines: Vec::new(),
        linux: None,
        found: Vec::new(),
        notes: Vec::new(),
    };
    match container::open(file, format) {
        Ok(disk) => look(&disk, &mut inspection),
        Err(error) => inspection.notes.push(format!("the image cannot be read: {error}")),
    }
    inspection.found = claims::of(&inspection);
    inspection
}

/// A file system that was opened, and the number of its partition.
struct OpenVolume {
    number: u32,
    name: &'static str,
    volume: Volume,
}

fn look(disk: &Shared, inspection: &mut Inspection) {
    inspection.disk_bytes = Some(disk.length());
    let mut volumes = Vec::new();
    // A file system's boot sector looks like a partition table: what is a file system as a whole has no partitions.
    let whole = volume::recognize(disk);
    if whole.name.is_some() {
        let partition = Partition {
            number: 0,
            start: 0,
            bytes: disk.length(),
            kind: "whole disk".to_owned(),
            active: false,
        };
        enter(inspection, &mut volumes, partition, whole);
    } else {
        match partitions::read(&**disk) {
            Ok((table, partitions)) => {
                inspection.table = table;
                for partition in partitions {
                    let part = Part::new(Rc::clone(disk), partition.start, partition.bytes);
                    let part: Shared = Rc::new(part);
                    let recognized = volume::recognize(&part);
                    enter(inspection, &mut volumes, partition, recognized);
                }
            }
            Err(error) => inspection.notes.push(format!("the partition table cannot be read: {error}")),
        }
    }
    inspection.bios_code = partitions::has_bios_code(&**disk);
    for opened in &volumes {
        inspection.boot_loaders.extend(loader::loaders(&opened.volume, opened.number));
        command_lines(&opened.volume, &mut inspection.command_lines);
    }
    inspection.command_lines.sort();
    inspection.command_lines.dedup();
    inspection.linux = system(&volumes);
}

fn enter(inspection: &mut Inspection, volumes: &mut Vec<OpenVolume>, partition: Partition, seen: Recognized) {
    let number = partition.number;
    if let Some(trouble) = &seen.trouble {
        let name = seen.name.unwrap_or("unknown");
        inspection.notes.push(format!("partition {number}: {name} that cannot be read: {trouble}"));
    }
    let read = seen.volume.is_some();
    inspection.partitions.push(Found { partition, file_system: seen.name, read });
    if let (Some(volume), Some(name)) = (seen.volume, seen.name) {
        volumes.push(OpenVolume { number, name, volume });
    }
}

/// The root file system; without one, an initial file system that is all there is.
fn system(volumes: &[OpenVolume]) -> Option<System> {
    if let Some(root) = volumes.iter().find(|opened| linux::is_root(&opened.volume)) {
        let place = format!("partition {} ({})", root.number, root.name);
        let others: Vec<&Volume> = volumes
            .iter()
            .filter(|opened| opened.number != root.number)
            .map(|opened| &opened.volume)
            .collect();
        return Some(linux::read(&root.volume, place, &others));
    }
    for opened in volumes {
        let names = opened.volume.list("").ok().flatten().unwrap_or_default();
        for name in names.iter().filter(|name| name.to_ascii_lowercase().starts_with("init")) {
            let Ok(Some(packed)) = opened.volume.read(name, MOST_INITRD) else { continue };
            let Some(archive) = Archive::open(packed) else { continue };
            let volume = Volume::Archive(archive);
            if linux::is_root(&volume) {
                let place = format!("partition {} ({}), in /{name}", opened.number, opened.name);
                return Some(linux::read(&volume, place, &[&opened.volume]));
            }
        }
    }
    None
}

/// The words after the kernel in the configurations of GRUB, systemd-boot and syslinux.
fn command_lines(volume: &Volume, into: &mut Vec<String>) {
    let mut texts: Vec<String> = LOADER_CONFIGS.iter().filter_map(|path| volume.text(path)).collect();
    for directory in LOADER_ENTRIES {
        let names = volume.list(directory).ok().flatten().unwrap_or_default();
        texts.extend(names.iter().take(64).filter_map(|name| volume.text(&format!("{directory}/{name}"))));
    }
    for line in texts.iter().flat_map(|text| text.lines()) {
        let line = line.trim();
        let Some((word, rest)) = line.split_once(char::is_whitespace) else { continue };
        let rest = rest.trim();
        let found = match word.to_ascii_lowercase().as_str() {
            "options" | "append" => Some(rest),
            // The first word is the kernel's file.
            "linux" | "linuxefi" => rest.split_once(char::is_whitespace).map(|(_, line)| line.trim()),
            _ => None,
        };
        if let Some(line) = found.filter(|line| !line.is_empty() && into.len() < 64) {
            into.push(line.chars().take(1000).collect());
        }
    }
}
