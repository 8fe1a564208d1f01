//! Images of disks: large, almost empty, and never copied. What is changed of one is laid over it as it is read.

use std::fmt;
use std::io;
use std::ops::Range;
use std::rc::Rc;

use lightest_inspect::Source;

use crate::rng::Rng;

/// A good image.
#[derive(Debug)]
pub(crate) struct Disk {
    name: String,
    bytes: Vec<u8>,
    /// Where it is not zero, in order.
    filled: Vec<Range<usize>>,
    /// How many bytes these are.
    count: usize,
}

/// A good image with some bytes changed.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    disk: Rc<Disk>,
    /// Places and the bytes that are read there; of two for one place, the later.
    changes: Vec<(usize, Vec<u8>)>,
    /// It may end early.
    length: usize,
}

impl Disk {
    pub(crate) fn new(name: String, bytes: Vec<u8>) -> Self {
        let mut filled: Vec<Range<usize>> = Vec::new();
        for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte != 0) {
            match filled.last_mut() {
                Some(last) if last.end == at => last.end += 1,
                _ => filled.push(at..at + 1),
            }
        }
        let count = filled.iter().map(Range::len).sum();
        Self { name, bytes, filled, count }
    }

    /// The first place from here that is not zero, or here.
    fn on(&self, at: usize) -> usize {
        let next = self.filled.get(self.filled.partition_point(|filled| filled.end <= at));
        next.map_or(at, |filled| filled.start.max(at))
    }

    /// A place that is not zero, each as likely as the others.
    fn anywhere(&self, rng: &mut Rng) -> usize {
        let mut left = rng.below(self.count);
        for filled in &self.filled {
            if left < filled.len() {
                return filled.start + left;
            }
            left -= filled.len();
        }
        0
    }
}

impl Image {
    /// The image of a number: some bytes in other values, near each other and near what is not zero, since these are the
    /// structures of a disk.
    pub(crate) fn of(number: u64, disks: &[Rc<Disk>]) -> Self {
        let mut rng = Rng::of(number);
        let disk = Rc::clone(&disks[rng.below(disks.len())]);
        let size = disk.bytes.len();
        let mut changes = Vec::new();
        let mut at = rng.below(size);
        for _ in 0..=rng.below(8) {
            match rng.below(6) {
                0 => at = rng.below(size),
                1 => at = disk.anywhere(&mut rng),
                _ => {}
            }
            at = (disk.on(at) + rng.below(16)).min(size - 1);
            let value = [0, 1, 0x7f, 0x80, 0xff, (rng.next() & 0xff) as u8][rng.below(6)];
            let count = (1 + rng.below(8)).min(size - at);
            changes.push((at, vec![value; count]));
        }
        let length = if rng.below(10) == 0 { rng.below(size).max(1) } else { size };
        Self { disk, changes, length }
    }
}

impl Source for Image {
    fn length(&self) -> u64 {
        self.length as u64
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let end = start.checked_add(buffer.len()).filter(|end| *end <= self.length);
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(&self.disk.bytes[start..end]);
        for (at, bytes) in &self.changes {
            let (from, to) = (start.max(*at), end.min(at + bytes.len()));
            if from < to {
                buffer[from - start..to - start].copy_from_slice(&bytes[from - at..to - at]);
            }
        }
        Ok(())
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.disk.name, self.length)?;
        for (at, bytes) in &self.changes {
            write!(f, ", {bytes:x?} at {at:#x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_reads_as_if_its_changes_had_been_written() {
        let disk = Rc::new(Disk::new("a".to_owned(), [[0; 8], [1; 8], [0; 8]].concat()));
        assert_eq!((disk.filled.first(), disk.filled.len(), disk.count), (Some(&(8..16)), 1, 8));
        assert_eq!([0, 8, 15, 16].map(|at| disk.on(at)), [8, 8, 15, 16]);
        for number in 1..2_000 {
            let image = Image::of(number, &[Rc::clone(&disk)]);
            let mut written = disk.bytes.clone();
            for (at, bytes) in &image.changes {
                written[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            written.truncate(image.length);
            for start in 0..24 {
                for end in start..24 {
                    let mut buffer = vec![9; end - start];
                    let read = image.read_at(&mut buffer, start as u64);
                    assert_eq!(read.ok().map(|()| &buffer[..]), written.get(start..end), "{image}");
                }
            }
        }
    }
}
