//! Where a disk's partitions are: GPT, or the older table in the first sector. The `gpt` crate asserts on hostile bytes.

use std::io;

use serde::Serialize;

use crate::source::{Source, bytes, number};

/// Most entries of a table that are read.
const MOST: u32 = 256;
const MBR_EXTENDED: [u8; 3] = [0x05, 0x0f, 0x85];
/// A GPT's stand-in in the older table.
const MBR_PROTECTIVE: u8 = 0xee;
/// How the lab names the types that matter for booting; others by their number.
const KNOWN: &[(&str, &str)] = &[
    ("c12a7328-f81f-11d2-ba4b-00a0c93ec93b", ESP),
    ("21686148-6449-6e6f-744e-656564454649", BIOS_BOOT),
    ("ef", ESP),
    ("0fc63daf-8483-4772-8e79-3d69d8477de4", LINUX),
    ("4f68bce3-e8cd-4db1-96e7-fbcaf984b709", LINUX),
    ("b921b045-1df0-41c3-af44-4c6f280d3fae", LINUX),
    ("bc13c2ff-59e6-4262-a352-b275fd6f7172", LINUX),
    ("83", LINUX),
    ("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7", "Windows data"),
    ("e3c9e316-0b5c-4db8-817d-f92df00215ae", "Microsoft reserved"),
    ("07", "Windows data"),
    ("516e7cb6-6ecf-11d6-8ff8-00022d09712b", "FreeBSD UFS"),
];
pub(crate) const ESP: &str = "EFI system partition";
const LINUX: &str = "Linux";
pub(crate) const BIOS_BOOT: &str = "BIOS boot partition";

/// The kind of table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Table {
    /// UEFI's.
    Gpt,
    /// The older one.
    Mbr,
    /// One file system and no partitions, or nothing that is known.
    None,
}

/// A partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Partition {
    /// From 1; 0 is the whole disk.
    pub number: u32,
    /// Its first byte.
    pub start: u64,
    /// Its length in bytes.
    pub bytes: u64,
    /// The name of its type, or the type itself.
    pub kind: String,
    /// Whether a BIOS takes it for the one to boot.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub active: bool,
}

/// Reads the table.
pub(crate) fn read(disk: &dyn Source) -> io::Result<(Table, Vec<Partition>)> {
    for sector in [512, 4096] {
        if let Some(found) = gpt(disk, sector) {
            return found.map(|partitions| (Table::Gpt, partitions));
        }
    }
    let first: [u8; 512] = match bytes(disk, 0) {
        Ok(first) => first,
        Err(_) => return Ok((Table::None, Vec::new())),
    };
    match mbr(disk, &first) {
        partitions if partitions.is_empty() => Ok((Table::None, partitions)),
        partitions => Ok((Table::Mbr, partitions)),
    }
}

fn named(kind: &str) -> String {
    KNOWN.iter().find(|(id, _)| *id == kind).map_or(kind, |(_, name)| name).to_owned()
}

fn gpt(disk: &dyn Source, sector: u64) -> Option<io::Result<Vec<Partition>>> {
    let header: [u8; 92] = bytes(disk, sector).ok()?;
    header.starts_with(b"EFI PART").then(|| {
        let (first, count) = (number::le64(&header, 72), number::le32(&header, 80).min(MOST));
        let size = u64::from(number::le32(&header, 84)).max(128);
        let mut partitions = Vec::new();
        for index in 0..count {
            let place =
                first.checked_mul(sector).and_then(|start| start.checked_add(u64::from(index) * size));
            let Some(place) = place else { break };
            let entry: [u8; 128] = bytes(disk, place)?;
            let (from, to) = (number::le64(&entry, 32), number::le64(&entry, 40));
            if entry[..16] == [0; 16] || to < from {
                continue;
            }
            partitions.push(Partition {
                number: index + 1,
                start: from.saturating_mul(sector),
                bytes: (to - from).saturating_add(1).saturating_mul(sector),
                kind: named(&guid(&entry)),
                active: false,
            });
        }
        Ok(partitions)
    })
}

/// As it is written: the first three parts lie with their lowest byte first.
fn guid(bytes: &[u8]) -> String {
    let hex = |part: &[u8]| part.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!(
        "{:08x}-{:04x}-{:04x}-{}-{}",
        number::le32(bytes, 0),
        number::le16(bytes, 4),
        number::le16(bytes, 6),
        hex(&bytes[8..10]),
        hex(&bytes[10..16])
    )
}

/// The four entries of a sector that look like partitions of this disk.
fn entries(disk: &dyn Source, sector: &[u8; 512], base: u64) -> Vec<(u8, Partition)> {
    if sector[510..] != [0x55, 0xaa] {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, entry) in (1..).zip(sector[446..510].chunks_exact(16)) {
        let (kind, size) = (entry[4], u64::from(number::le32(entry, 12)) * 512);
        let start = base + u64::from(number::le32(entry, 8)) * 512;
        // A boot sector of a file system ends with the same mark.
        if kind == 0 || kind == MBR_PROTECTIVE || size == 0 || entry[0] & 0x7f != 0 || start >= disk.length()
        {
            continue;
        }
        let active = entry[0] == 0x80;
        found.push((
            kind,
            Partition { number: index, start, bytes: size, kind: named(&format!("{kind:02x}")), active },
        ));
    }
    found
}

fn mbr(disk: &dyn Source, first: &[u8; 512]) -> Vec<Partition> {
    let mut partitions = Vec::new();
    for (kind, partition) in entries(disk, first, 0) {
        if MBR_EXTENDED.contains(&kind) {
            logical(disk, partition.start, &mut partitions);
        } else {
            partitions.push(partition);
        }
    }
    partitions.sort_by_key(|partition| partition.number);
    partitions
}

/// A chain of tables, each with one partition and the place of the next table.
fn logical(disk: &dyn Source, extended: u64, partitions: &mut Vec<Partition>) {
    let mut here = extended;
    for number in 5..64 {
        let Ok(sector) = bytes::<512>(disk, here) else { return };
        if sector[510..] != [0x55, 0xaa] {
            return;
        }
        let (own, next) = (&sector[446..462], &sector[462..478]);
        if own[4] != 0 {
            partitions.push(Partition {
                number,
                start: here + u64::from(number::le32(own, 8)) * 512,
                bytes: u64::from(number::le32(own, 12)) * 512,
                kind: named(&format!("{:02x}", own[4])),
                active: false,
            });
        }
        if next[4] == 0 {
            return;
        }
        here = extended + u64::from(number::le32(next, 8)) * 512;
    }
}

/// Whether the first sector contains code for a BIOS.
pub(crate) fn has_bios_code(disk: &dyn Source) -> bool {
    bytes::<512>(disk, 0)
        .is_ok_and(|first| first[510..] == [0x55, 0xaa] && first[..440].iter().any(|byte| *byte != 0))
}
