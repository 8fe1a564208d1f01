//! A buffered reader that counts lines, looks a few bytes ahead, and limits the size of one piece of markup.

use std::io::{self, BufRead, Read};

/// Bytes that are in view unless the input ends, enough to identify any markup.
pub(crate) const AHEAD: usize = 16;

/// A buffered reader.
pub(crate) struct Window<R> {
    inner: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    ended: bool,
    /// Bytes consumed so far.
    pub(crate) offset: u64,
    /// Line breaks consumed so far.
    pub(crate) lines: u64,
    /// Bytes that may still be consumed.
    pub(crate) budget: usize,
}

/// The budget is used up.
#[derive(Debug)]
pub(crate) struct TooLong;

impl std::fmt::Display for TooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("one tag is too long")
    }
}

impl std::error::Error for TooLong {}

impl<R: Read> Window<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self {
            inner,
            buffer: vec![0; 64 << 10].into_boxed_slice(),
            start: 0,
            end: 0,
            ended: false,
            offset: 0,
            lines: 0,
            budget: usize::MAX,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.end - self.start >= AHEAD || self.ended {
            return Ok(());
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while self.end < AHEAD {
            match self.inner.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(more) => self.end += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl<R: Read> BufRead for Window<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.fill()?;
        let held = self.end - self.start;
        if held > 0 && self.budget == 0 {
            return Err(io::Error::other(TooLong));
        }
        Ok(&self.buffer[self.start..self.start + held.min(self.budget)])
    }

    fn consume(&mut self, amount: usize) {
        let amount = amount.min(self.end - self.start);
        let bytes = &self.buffer[self.start..self.start + amount];
        self.lines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.offset += amount as u64;
        self.budget = self.budget.saturating_sub(amount);
        self.start += amount;
    }
}

impl<R: Read> Read for Window<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let held = self.fill_buf()?;
        let amount = held.len().min(room.len());
        room[..amount].copy_from_slice(&held[..amount]);
        self.consume(amount);
        Ok(amount)
    }
}
