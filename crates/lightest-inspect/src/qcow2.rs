//! QEMU's format: two levels of tables of clusters, some of them compressed.

use std::cell::RefCell;
use std::io::{self, Read};

use crate::container::{Extent, Map, Place};
use crate::source::{Shared, Source, broken, bytes, number};

const OFFSET: u64 = 0x00ff_ffff_ffff_fe00;
const COMPRESSED: u64 = 1 << 62;
const READS_AS_ZEROS: u64 = 1;
/// Incompatible features that change nothing for a reader: "dirty" and "corrupt" concern reference counts, which we do not read.
const HARMLESS: u64 = 0b11;
const OTHER_COMPRESSION: u64 = 1 << 3;

/// A bit of the incompatible features: the clusters are in another file.
const DATA_FILE: u64 = 1 << 2;

/// Refuses an image that makes its reader open another file or address.
pub(crate) fn refuse_references(file: &dyn Source) -> io::Result<()> {
    let header: [u8; 72] = bytes(file, 0)?;
    let version = number::be32(&header, 4);
    if !(2..=3).contains(&version) {
        return Err(broken(format!("version {version} of qcow2 is not known")));
    }
    if number::be64(&header, 8) != 0 || number::be32(&header, 16) != 0 {
        return Err(broken("it is only what changed since another image, its backing file"));
    }
    if version == 3 && u64::from_be_bytes(bytes(file, 72)?) & DATA_FILE != 0 {
        return Err(broken("its content is in another file, its data file"));
    }
    if number::be32(&header, 32) != 0 {
        return Err(broken("it is encrypted"));
    }
    Ok(())
}

pub(crate) struct Qcow2 {
    file: Shared,
    cluster_bits: u32,
    size: u64,
    first_table: u64,
    first_length: u64,
    zstd: bool,
    /// The table of the second level that was read last.
    table: RefCell<Option<(u64, Vec<u8>)>>,
}

impl Qcow2 {
    pub(crate) fn open(file: Shared) -> io::Result<Self> {
        let header: [u8; 105] = bytes(&*file, 0).or_else(|_| {
            // A file of version 2 may end with its header.
            bytes::<72>(&*file, 0).map(|short| {
                let mut header = [0; 105];
                header[..72].copy_from_slice(&short);
                header
            })
        })?;
        let version = number::be32(&header, 4);
        if !(2..=3).contains(&version) {
            return Err(broken(format!("version {version} of qcow2 is not known")));
        }
        if number::be64(&header, 8) != 0 {
            return Err(broken("it is only what changed since another image, its backing file"));
        }
        if number::be32(&header, 32) != 0 {
            return Err(broken("it is encrypted"));
        }
        let features = if version == 3 { number::be64(&header, 72) } else { 0 };
        if features & !(HARMLESS | OTHER_COMPRESSION) != 0 {
            return Err(broken(format!(
                "it has features that are not read (incompatible features {features:#x})"
            )));
        }
        let compression = if features & OTHER_COMPRESSION == 0 { 0 } else { header[104] };
        if compression > 1 {
            return Err(broken(format!("its compression, number {compression}, is not known")));
        }
        let cluster_bits = number::be32(&header, 20);
        if !(9..=21).contains(&cluster_bits) {
            return Err(broken(format!("clusters of 2^{cluster_bits} bytes do not exist")));
        }
        Ok(Self {
            file,
            cluster_bits,
            size: number::be64(&header, 24),
            first_table: number::be64(&header, 40),
            first_length: number::be32(&header, 36).into(),
            zstd: compression == 1,
            table: RefCell::default(),
        })
    }

    fn cluster(&self) -> u64 {
        1 << self.cluster_bits
    }

    fn entry(&self, number_of_cluster: u64) -> io::Result<u64> {
        let in_table = self.cluster() / 8;
        let (first, second) = (number_of_cluster / in_table, number_of_cluster % in_table);
        if first >= self.first_length {
            return Err(broken("a cluster lies behind its table"));
        }
        let mut kept = self.table.borrow_mut();
        if kept.as_ref().is_none_or(|(known, _)| *known != first) {
            let place = self.first_table.checked_add(first * 8).ok_or_else(|| broken("no such table"))?;
            let offset = u64::from_be_bytes(bytes(&*self.file, place)?) & OFFSET;
            let mut table = Vec::new();
            if offset != 0 {
                table.resize(1 << self.cluster_bits, 0);
                self.file.read_at(&mut table, offset)?;
            }
            *kept = Some((first, table));
        }
        let table = kept.as_ref().map_or(&[][..], |(_, table)| table);
        Ok(number::be64(table, usize::try_from(second * 8).unwrap_or(usize::MAX)))
    }
}

impl Map for Qcow2 {
    fn size(&self) -> u64 {
        self.size
    }

    fn locate(&self, offset: u64) -> io::Result<Extent> {
        let inside = offset & (self.cluster() - 1);
        let entry = self.entry(offset >> self.cluster_bits)?;
        let place = if entry & COMPRESSED != 0 {
            Place::Packed { id: entry, skip: usize::try_from(inside).unwrap_or(usize::MAX) }
        } else if entry & READS_AS_ZEROS != 0 || entry & OFFSET == 0 {
            Place::Zeros
        } else {
            Place::At((entry & OFFSET) + inside)
        };
        Ok(Extent { place, length: self.cluster() - inside })
    }

    fn unpack(&self, entry: u64) -> io::Result<Vec<u8>> {
        // The offset has as many bits as the cluster size leaves; the rest counts sectors after the first.
        let offset_bits = 62 - (self.cluster_bits - 8);
        let at = entry & ((1 << offset_bits) - 1);
        let sectors = ((entry & !COMPRESSED) >> offset_bits) & ((1 << (self.cluster_bits - 8)) - 1);
        let length = (sectors + 1) * 512 - (at & 511);
        // The last sector may lie behind the end of the file.
        let length = length.min(self.file.length().saturating_sub(at));
        let mut packed = vec![0; usize::try_from(length).unwrap_or(0)];
        self.file.read_at(&mut packed, at)?;
        let mut cluster = Vec::new();
        let reader: Box<dyn Read> = if self.zstd {
            let decoder = ruzstd::decoding::StreamingDecoder::new(&packed[..]);
            Box::new(decoder.map_err(|error| broken(format!("a compressed cluster: {error}")))?)
        } else {
            Box::new(flate2::bufread::DeflateDecoder::new(&packed[..]))
        };
        reader.take(self.cluster()).read_to_end(&mut cluster)?;
        Ok(cluster)
    }
}
