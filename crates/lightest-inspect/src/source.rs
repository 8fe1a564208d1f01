//! Bytes at an offset, within a budget: a hostile image cannot ask for more reading than an honest one needs.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::rc::Rc;

/// A full distribution is looked through with a tenth of this.
const BUDGET: u64 = 512 * 1024 * 1024;
/// The cost of the smallest read.
const LEAST: u64 = 512;

/// Something that bytes can be read from.
pub trait Source {
    /// How many there are.
    fn length(&self) -> u64;

    /// Fills the buffer from an offset.
    ///
    /// # Errors
    /// When it ends before the buffer is full.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
}

/// A source that others share.
pub(crate) type Shared = Rc<dyn Source>;

/// Reads a number of bytes.
pub(crate) fn bytes<const N: usize>(source: &dyn Source, offset: u64) -> io::Result<[u8; N]> {
    let mut buffer = [0; N];
    source.read_at(&mut buffer, offset)?;
    Ok(buffer)
}

/// An error about the content of the image.
pub(crate) fn broken(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

fn beyond() -> io::Error {
    broken("it is shorter than its own headers state")
}

impl Source for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(|_| beyond())?;
        let end = start.checked_add(buffer.len()).ok_or_else(beyond)?;
        buffer.copy_from_slice(self.get(start..end).ok_or_else(beyond)?);
        Ok(())
    }
}

/// A file whose length is asked for once.
pub(crate) struct FileSource {
    file: File,
    length: u64,
}

impl FileSource {
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file, length })
    }
}

impl Source for FileSource {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let mut file = &self.file;
        let read = file.seek(io::SeekFrom::Start(offset)).and_then(|_| file.read_exact(buffer));
        read.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => beyond(),
            _ => error,
        })
    }
}

/// A source that stops answering when too much was read.
pub(crate) struct Metered {
    inner: Shared,
    left: Cell<u64>,
}

impl Metered {
    pub(crate) fn new(inner: Shared) -> Self {
        Self { inner, left: Cell::new(BUDGET) }
    }
}

impl Source for Metered {
    fn length(&self) -> u64 {
        self.inner.length()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let cost = (buffer.len() as u64).max(LEAST);
        match self.left.get().checked_sub(cost) {
            Some(left) => self.left.set(left),
            None => return Err(broken("it asks for more reading than an honest image needs")),
        }
        self.inner.read_at(buffer, offset)
    }
}

/// A part of another source, as a partition is of a disk.
pub(crate) struct Part {
    inner: Shared,
    start: u64,
    length: u64,
}

impl Part {
    /// The part may claim more than there is: reading there fails.
    pub(crate) fn new(inner: Shared, start: u64, length: u64) -> Self {
        Self { inner, start, length }
    }
}

impl Source for Part {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let end = offset.checked_add(buffer.len() as u64).ok_or_else(beyond)?;
        if end > self.length {
            return Err(beyond());
        }
        self.inner.read_at(buffer, self.start.checked_add(offset).ok_or_else(beyond)?)
    }
}

/// Little-endian and big-endian numbers inside a slice; zero where it ends before.
pub(crate) mod number {
    fn take<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
        bytes.get(at..).and_then(|rest| rest.first_chunk::<N>()).copied().unwrap_or([0; N])
    }
    pub(crate) fn le16(bytes: &[u8], at: usize) -> u16 {
        u16::from_le_bytes(take(bytes, at))
    }
    pub(crate) fn le32(bytes: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(take(bytes, at))
    }
    pub(crate) fn le64(bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(take(bytes, at))
    }
    pub(crate) fn be32(bytes: &[u8], at: usize) -> u32 {
        u32::from_be_bytes(take(bytes, at))
    }
    pub(crate) fn be64(bytes: &[u8], at: usize) -> u64 {
        u64::from_be_bytes(take(bytes, at))
    }
}
