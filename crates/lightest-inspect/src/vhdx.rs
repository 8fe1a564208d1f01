//! Hyper-V's newer format: regions, metadata, and a table of blocks.

use std::io;

use crate::container::{Extent, Map, Place};
use crate::source::{Shared, Source, broken, bytes, number};

const KIB: u64 = 1024;
const HEADERS: [u64; 2] = [64 * KIB, 128 * KIB];
const REGIONS: [u64; 2] = [192 * KIB, 256 * KIB];
/// Identifiers of regions and metadata, as they lie in the file.
const TABLE: [u8; 16] = guid(0x2dc2_7766, 0xf623, 0x4200, 0x9d64_115e_9bfd_4a08);
const METADATA: [u8; 16] = guid(0x8b7c_a206, 0x4790, 0x4b9a, 0xb8fe_575f_050f_886e);
const PARAMETERS: [u8; 16] = guid(0xcaa1_6737, 0xfa36, 0x4d43, 0xb3b6_33f0_aa44_e76b);
const SIZE: [u8; 16] = guid(0x2fa5_4224, 0xcd1b, 0x4876, 0xb211_5dbe_d83b_f4b8);
const SECTOR: [u8; 16] = guid(0x8141_bf1d, 0xa96f, 0x4709, 0xba47_f233_a8fa_ab5f);

/// The first three parts lie in the file with their lowest byte first.
const fn guid(a: u32, b: u16, c: u16, rest: u64) -> [u8; 16] {
    let (a, b, c, rest) = (a.to_le_bytes(), b.to_le_bytes(), c.to_le_bytes(), rest.to_be_bytes());
    let [r0, r1, r2, r3, r4, r5, r6, r7] = rest;
    [a[0], a[1], a[2], a[3], b[0], b[1], c[0], c[1], r0, r1, r2, r3, r4, r5, r6, r7]
}

pub(crate) struct Vhdx {
    file: Shared,
    size: u64,
    block: u64,
    /// After so many blocks the table has an entry of another kind.
    chunk: u64,
    table: u64,
    table_length: u64,
}

impl Vhdx {
    pub(crate) fn open(file: Shared) -> io::Result<Self> {
        closed_cleanly(&*file)?;
        let (table, table_length) = region(&*file, TABLE)?;
        let (metadata, _) = region(&*file, METADATA)?;
        let parameters = item(&*file, metadata, PARAMETERS)?;
        if number::le32(&parameters, 4) & 0b10 != 0 {
            return Err(broken("it is only what changed since another image, its parent"));
        }
        let block = u64::from(number::le32(&parameters, 0));
        let size = number::le64(&item(&*file, metadata, SIZE)?, 0);
        let sector = u64::from(number::le32(&item(&*file, metadata, SECTOR)?, 0));
        if !block.is_power_of_two() || !(KIB * KIB..=256 * KIB * KIB).contains(&block) {
            return Err(broken(format!("blocks of {block} bytes do not exist")));
        }
        if ![512, 4096].contains(&sector) {
            return Err(broken(format!("sectors of {sector} bytes do not exist")));
        }
        let chunk = ((1 << 23) * sector / block).max(1);
        Ok(Self { file, size, block, chunk, table, table_length })
    }
}

/// With a log that is not empty, the tables may be halfway between two states.
fn closed_cleanly(file: &dyn Source) -> io::Result<()> {
    let headers = HEADERS.into_iter().filter_map(|at| bytes::<4096>(file, at).ok());
    let newest =
        headers.filter(|header| header.starts_with(b"head")).max_by_key(|header| number::le64(header, 8));
    let newest = newest.ok_or_else(|| broken("it has no header"))?;
    if newest[48..64] == [0; 16] {
        return Ok(());
    }
    Err(broken(
        "it was not closed cleanly: its log must be replayed first, which `qemu-img check -r all` does",
    ))
}

fn region(file: &dyn Source, wanted: [u8; 16]) -> io::Result<(u64, u64)> {
    for at in REGIONS {
        let table: [u8; 4096] = bytes(file, at)?;
        if !table.starts_with(b"regi") {
            continue;
        }
        let entries = table[16..].chunks_exact(32).take(number::le32(&table, 8) as usize);
        for entry in entries {
            if entry.starts_with(&wanted) {
                return Ok((number::le64(entry, 16), number::le32(entry, 24).into()));
            }
        }
    }
    Err(broken("a region that every VHDX has is missing"))
}

fn item(file: &dyn Source, metadata: u64, wanted: [u8; 16]) -> io::Result<[u8; 8]> {
    let table: [u8; 4096] = bytes(file, metadata)?;
    if !table.starts_with(b"metadata") {
        return Err(broken("its metadata have no table"));
    }
    let mut entries = table[32..].chunks_exact(32).take(number::le16(&table, 10).into());
    let entry = entries.find(|entry| entry.starts_with(&wanted));
    let entry = entry.ok_or_else(|| broken("a piece of metadata that every VHDX has is missing"))?;
    let at =
        metadata.checked_add(number::le32(entry, 16).into()).ok_or_else(|| broken("no such metadata"))?;
    let length = (number::le32(entry, 20) as usize).min(8);
    let mut value = [0; 8];
    file.read_at(&mut value[..length], at)?;
    Ok(value)
}

impl Map for Vhdx {
    fn size(&self) -> u64 {
        self.size
    }

    fn locate(&self, offset: u64) -> io::Result<Extent> {
        let (block, inside) = (offset / self.block, offset % self.block);
        let index = (block + block / self.chunk) * 8;
        if index >= self.table_length {
            return Err(broken("a block lies behind its table"));
        }
        let place = self.table.checked_add(index).ok_or_else(|| broken("no such table"))?;
        let entry = u64::from_le_bytes(bytes(&*self.file, place)?);
        let place = match entry & 0b111 {
            // Whole, in units of 1 MiB.
            6 => Place::At((entry >> 20 << 20).checked_add(inside).ok_or_else(|| broken("no such block"))?),
            7 => return Err(broken("a block needs its parent image")),
            _ => Place::Zeros,
        };
        Ok(Extent { place, length: self.block - inside })
    }
}
