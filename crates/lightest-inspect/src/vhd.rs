//! Hyper-V's older format: the disk as it is with a footer, or a table of blocks.

use std::io;
use std::rc::Rc;

use crate::container::{Extent, Map, Place};
use crate::source::{Shared, Source, broken, bytes, number};

const FOOTER: u64 = 512;
const NOWHERE: u32 = u32::MAX;

pub(crate) enum Vhd {
    Fixed(u64),
    Dynamic(Dynamic),
}

pub(crate) struct Dynamic {
    file: Shared,
    size: u64,
    block: u64,
    table: u64,
    entries: u64,
}

/// Refuses an image that either of its two footers calls a difference to a parent.
pub(crate) fn refuse_parent(file: &dyn Source) -> io::Result<()> {
    let end = file.length().checked_sub(FOOTER).ok_or_else(|| broken("it is too short for a footer"))?;
    for at in [0, end] {
        let footer: [u8; 512] = bytes(file, at)?;
        if footer.starts_with(b"conectix") {
            match number::be32(&footer, 60) {
                2 | 3 => {}
                4 => return Err(broken("it is only what changed since another image, its parent")),
                other => return Err(broken(format!("a VHD of type {other} is not known"))),
            }
        }
    }
    Ok(())
}

pub(crate) fn open(file: &Shared) -> io::Result<Vhd> {
    let end = file.length().checked_sub(FOOTER).ok_or_else(|| broken("it is too short for a footer"))?;
    let mut footer: [u8; 512] = bytes(&**file, end)?;
    if !footer.starts_with(b"conectix") {
        // A dynamic one has a copy in front.
        footer = bytes(&**file, 0)?;
    }
    let size = number::be64(&footer, 48);
    match number::be32(&footer, 60) {
        2 if size <= end => Ok(Vhd::Fixed(size)),
        2 => Err(broken("its footer promises more than there is")),
        3 => {
            let header: [u8; 1024] = bytes(&**file, number::be64(&footer, 16))?;
            if !header.starts_with(b"cxsparse") {
                return Err(broken("it has no header of a dynamic disk"));
            }
            let block = number::be32(&header, 32);
            if !block.is_power_of_two() || block < 512 {
                return Err(broken(format!("blocks of {block} bytes do not exist")));
            }
            Ok(Vhd::Dynamic(Dynamic {
                file: Rc::clone(file),
                size,
                block: block.into(),
                table: number::be64(&header, 16),
                entries: number::be32(&header, 28).into(),
            }))
        }
        4 => Err(broken("it is only what changed since another image, its parent")),
        other => Err(broken(format!("a VHD of type {other} is not known"))),
    }
}

impl Map for Dynamic {
    fn size(&self) -> u64 {
        self.size
    }

    fn locate(&self, offset: u64) -> io::Result<Extent> {
        let (block, inside) = (offset / self.block, offset % self.block);
        if block >= self.entries {
            return Err(broken("a block lies behind its table"));
        }
        let place = self.table.checked_add(block * 4).ok_or_else(|| broken("no such table"))?;
        let sector = u32::from_be_bytes(bytes(&*self.file, place)?);
        let place = if sector == NOWHERE {
            Place::Zeros
        } else {
            // Before the data is a map of the sectors that were written; the others are zeros there too.
            let bitmap = (self.block / 512).div_ceil(8).next_multiple_of(512);
            Place::At(u64::from(sector) * 512 + bitmap + inside)
        };
        Ok(Extent { place, length: self.block - inside })
    }
}
