//! The disk inside an image file of any format: a format only maps pieces of the disk to places in the file.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;

use crate::format::{self, ImageFormat};
use crate::source::{Metered, Part, Shared, Source, broken};
use crate::{qcow2, vhd, vhdx};

/// How many unpacked clusters are kept: a file's clusters and their table are read in turns.
const KEPT: usize = 8;
/// How much may be unpacked in all.
const MOST_UNPACKED: u64 = 1024 * 1024 * 1024;
/// The largest disk that an image file may claim to contain, in bytes.
const MOST: u64 = 1 << 50;

/// Where a piece of the disk is, and for how many bytes from the one that was asked for.
pub(crate) struct Extent {
    pub(crate) place: Place,
    pub(crate) length: u64,
}

pub(crate) enum Place {
    /// Nowhere: it reads as zeros.
    Zeros,
    /// At an offset in the file.
    At(u64),
    /// In a compressed cluster, at an offset in what comes out; which cluster, and how to get it.
    Packed { id: u64, skip: usize },
}

/// A format's own idea of where things are.
pub(crate) trait Map {
    /// The size of the disk.
    fn size(&self) -> u64;

    /// Where the byte at an offset is.
    fn locate(&self, offset: u64) -> io::Result<Extent>;

    /// Unpacks a cluster.
    fn unpack(&self, _id: u64) -> io::Result<Vec<u8>> {
        Err(broken("this format has no compressed clusters"))
    }
}

struct Disk {
    file: Shared,
    map: Box<dyn Map>,
    /// The clusters that were unpacked last.
    unpacked: RefCell<VecDeque<(u64, Vec<u8>)>>,
    /// How much may still be unpacked.
    left: Cell<u64>,
}

impl Source for Disk {
    fn length(&self) -> u64 {
        self.map.size()
    }

    fn read_at(&self, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
        let end = offset.checked_add(buffer.len() as u64).filter(|end| *end <= self.length());
        end.ok_or_else(|| broken("it is shorter than its own headers state"))?;
        while !buffer.is_empty() {
            let piece = self.map.locate(offset)?;
            let count = usize::try_from(piece.length).unwrap_or(usize::MAX).min(buffer.len());
            if count == 0 {
                return Err(broken("a piece of the disk has no length"));
            }
            let (now, later) = buffer.split_at_mut(count);
            match piece.place {
                Place::Zeros => now.fill(0),
                Place::At(at) => self.file.read_at(now, at)?,
                Place::Packed { id, skip } => self.packed(id, skip, now)?,
            }
            buffer = later;
            offset += count as u64;
        }
        Ok(())
    }
}

impl Disk {
    fn packed(&self, id: u64, skip: usize, into: &mut [u8]) -> io::Result<()> {
        let mut kept = self.unpacked.borrow_mut();
        if kept.iter().all(|(known, _)| *known != id) {
            let cluster = self.map.unpack(id)?;
            let left = self.left.get().checked_sub(cluster.len() as u64);
            self.left
                .set(left.ok_or_else(|| broken("it asks for more unpacking than an honest image needs"))?);
            kept.truncate(KEPT - 1);
            kept.push_front((id, cluster));
        }
        let cluster = kept.iter().find(|(known, _)| *known == id).map_or(&[][..], |(_, cluster)| cluster);
        let part = skip.checked_add(into.len()).and_then(|end| cluster.get(skip..end));
        into.copy_from_slice(part.ok_or_else(|| broken("a compressed cluster is too short"))?);
        Ok(())
    }
}

/// The disk in an image of a known format.
///
/// # Errors
/// When the image does not conform to its format.
pub(crate) fn open(file: Shared, format: ImageFormat) -> io::Result<Shared> {
    let map: Box<dyn Map> = match format {
        ImageFormat::Raw => {
            format::refuse_others(&*file)?;
            return Ok(Rc::new(Metered::new(file)));
        }
        ImageFormat::Qcow2 => Box::new(qcow2::Qcow2::open(Rc::clone(&file))?),
        ImageFormat::Vhdx => Box::new(vhdx::Vhdx::open(Rc::clone(&file))?),
        ImageFormat::Vhd => match vhd::open(&file)? {
            vhd::Vhd::Fixed(size) => {
                return Ok(Rc::new(Metered::new(Rc::new(Part::new(file, 0, size)))));
            }
            vhd::Vhd::Dynamic(map) => Box::new(map),
        },
    };
    if map.size() > MOST {
        return Err(broken(format!("it claims a disk of {} bytes", map.size())));
    }
    Ok(Rc::new(Metered::new(Rc::new(Disk {
        file,
        map,
        unpacked: RefCell::default(),
        left: Cell::new(MOST_UNPACKED),
    }))))
}
