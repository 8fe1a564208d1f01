//! Reads FAT12, FAT16 and FAT32. The `fatfs` crate, which writes ours, trusts the numbers of clusters and panics on hostile ones.

use std::io;

use crate::source::{Shared, broken, bytes, number};

/// The most entries that a directory is believed to have.
const MOST_ENTRIES: usize = 65_536;
const DIRECTORY: u8 = 0x10;
const VOLUME_LABEL: u8 = 0x08;
const LONG_NAME: u8 = 0x0f;
const DELETED: u8 = 0xe5;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    Twelve,
    Sixteen,
    ThirtyTwo,
}

pub(crate) struct Fat {
    volume: Shared,
    width: Width,
    cluster: u64,
    table: u64,
    /// The root directory of FAT12 and FAT16: its place and length.
    root: (u64, u64),
    root_cluster: u32,
    data: u64,
    clusters: u32,
}

#[derive(Clone)]
struct Entry {
    name: String,
    directory: bool,
    cluster: u32,
    bytes: u64,
}

impl Fat {
    /// `None` when it is no FAT file system.
    pub(crate) fn open(volume: Shared) -> Option<Self> {
        let boot: [u8; 512] = bytes(&*volume, 0).ok()?;
        let sector = u64::from(number::le16(&boot, 11));
        let (per_cluster, reserved) = (u64::from(boot[13]), u64::from(number::le16(&boot, 14)));
        let (copies, root_entries) = (u64::from(boot[16]), u64::from(number::le16(&boot, 17)));
        let jumps = boot[0] == 0xeb || boot[0] == 0xe9;
        let plausible = jumps
            && boot[510..] == [0x55, 0xaa]
            && (512..=4096).contains(&sector)
            && sector.is_power_of_two()
            && per_cluster.is_power_of_two()
            && reserved > 0
            && (1..=4).contains(&copies);
        if !plausible {
            return None;
        }
        let either = |short: u16, long: u32| if short == 0 { u64::from(long) } else { u64::from(short) };
        let sectors = either(number::le16(&boot, 19), number::le32(&boot, 32));
        let table_sectors = either(number::le16(&boot, 22), number::le32(&boot, 36));
        let root_sectors = (root_entries * 32).div_ceil(sector);
        let before_data = reserved + copies * table_sectors + root_sectors;
        let clusters = u32::try_from(sectors.checked_sub(before_data)? / per_cluster).ok()?;
        if clusters == 0 || table_sectors == 0 {
            return None;
        }
        // The width follows from the number of clusters and from nothing else.
        let width = match clusters {
            0..4085 => Width::Twelve,
            4085..65_525 => Width::Sixteen,
            _ => Width::ThirtyTwo,
        };
        Some(Self {
            volume,
            width,
            cluster: per_cluster * sector,
            table: reserved * sector,
            root: ((reserved + copies * table_sectors) * sector, root_entries * 32),
            root_cluster: number::le32(&boot, 44),
            data: before_data * sector,
            clusters,
        })
    }

    fn next(&self, cluster: u32) -> io::Result<Option<u32>> {
        let at = u64::from(cluster);
        let (next, last) = match self.width {
            Width::Twelve => {
                let pair = number::le16(&bytes::<2>(&*self.volume, self.table + at * 3 / 2)?, 0);
                (u32::from(if cluster.is_multiple_of(2) { pair & 0xfff } else { pair >> 4 }), 0xff8)
            }
            Width::Sixteen => {
                (number::le16(&bytes::<2>(&*self.volume, self.table + at * 2)?, 0).into(), 0xfff8)
            }
            Width::ThirtyTwo => {
                (number::le32(&bytes::<4>(&*self.volume, self.table + at * 4)?, 0) & 0x0fff_ffff, 0x0fff_fff8)
            }
        };
        Ok((next < last).then_some(next))
    }

    fn place(&self, cluster: u32) -> io::Result<u64> {
        match cluster.checked_sub(2) {
            Some(index) if index < self.clusters => Ok(self.data + u64::from(index) * self.cluster),
            _ => Err(broken(format!("there is no cluster {cluster}"))),
        }
    }

    /// A chain of clusters, to an end: a circle of them cannot be longer than what is asked for.
    fn chain(&self, first: u32, most: u64) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        let mut here = Some(first);
        while let Some(cluster) = here.filter(|_| (content.len() as u64) < most) {
            let start = content.len();
            content.resize(start + usize::try_from(self.cluster).unwrap_or(0), 0);
            self.volume.read_at(&mut content[start..], self.place(cluster)?)?;
            here = self.next(cluster)?;
        }
        content.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(content)
    }

    fn entries(&self, directory: Option<&Entry>) -> io::Result<Vec<Entry>> {
        let most = (MOST_ENTRIES * 32) as u64;
        let content = match directory {
            Some(entry) => self.chain(entry.cluster, most)?,
            None if self.width == Width::ThirtyTwo => self.chain(self.root_cluster, most)?,
            None => {
                let mut content = vec![0; usize::try_from(self.root.1.min(most)).unwrap_or(0)];
                self.volume.read_at(&mut content, self.root.0)?;
                content
            }
        };
        let mut found = Vec::new();
        let mut long: Vec<u16> = Vec::new();
        for raw in content.chunks_exact(32).take_while(|raw| raw[0] != 0) {
            let attributes = raw[11];
            if raw[0] == DELETED {
                long.clear();
            } else if attributes & LONG_NAME == LONG_NAME {
                // The parts of a long name come last part first.
                let units = [1..11, 14..26, 28..32].into_iter().flat_map(|range| raw[range].chunks_exact(2));
                let mut part: Vec<u16> = units.map(|unit| number::le16(unit, 0)).collect();
                part.truncate(part.iter().position(|unit| *unit == 0).unwrap_or(part.len()));
                part.append(&mut long);
                part.truncate(260);
                long = part;
            } else if attributes & VOLUME_LABEL == 0 {
                let name = if long.is_empty() { short_name(raw) } else { String::from_utf16_lossy(&long) };
                long.clear();
                let high = if self.width == Width::ThirtyTwo { number::le16(raw, 20) } else { 0 };
                found.push(Entry {
                    name,
                    directory: attributes & DIRECTORY != 0,
                    cluster: u32::from(high) << 16 | u32::from(number::le16(raw, 26)),
                    bytes: number::le32(raw, 28).into(),
                });
            } else {
                long.clear();
            }
        }
        Ok(found)
    }

    fn find(&self, path: &str) -> io::Result<Option<Entry>> {
        let mut here: Option<Entry> = None;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            if here.as_ref().is_some_and(|entry| !entry.directory) {
                return Ok(None);
            }
            let entries = self.entries(here.as_ref())?;
            match entries.into_iter().find(|entry| entry.name.eq_ignore_ascii_case(name)) {
                Some(entry) => here = Some(entry),
                None => return Ok(None),
            }
        }
        Ok(here)
    }

    /// The content of a file, at most so many bytes.
    pub(crate) fn read(&self, path: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        match self.find(path)? {
            Some(entry) if !entry.directory && entry.bytes == 0 => Ok(Some(Vec::new())),
            Some(entry) if !entry.directory => self.chain(entry.cluster, entry.bytes.min(most)).map(Some),
            _ => Ok(None),
        }
    }

    /// The names in a directory.
    pub(crate) fn list(&self, path: &str) -> io::Result<Option<Vec<String>>> {
        let directory = if path.trim_matches('/').is_empty() {
            None
        } else {
            match self.find(path)? {
                Some(entry) if entry.directory => Some(entry),
                _ => return Ok(None),
            }
        };
        let names = self.entries(directory.as_ref())?.into_iter().map(|entry| entry.name);
        Ok(Some(names.filter(|name| name != "." && name != "..").collect()))
    }
}

fn short_name(raw: &[u8]) -> String {
    let text = |part: &[u8]| String::from_utf8_lossy(part).trim_end().to_owned();
    let (mut base, mut extension) = (text(&raw[..8]), text(&raw[8..11]));
    // Windows keeps "all small letters" in two bits.
    if raw[12] & 0x08 != 0 {
        base = base.to_ascii_lowercase();
    }
    if raw[12] & 0x10 != 0 {
        extension = extension.to_ascii_lowercase();
    }
    if extension.is_empty() { base } else { format!("{base}.{extension}") }
}
