//! One two-way connection to a VMM or its guest, whatever carries it; writing never takes longer than it may.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// A connection, both ways.
pub struct Line {
    /// From the other side.
    pub reader: Box<dyn Read + Send>,
    /// To the other side.
    pub writer: Writer,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("writer", &self.writer).finish_non_exhaustive()
    }
}

impl Line {
    /// Over a socket.
    ///
    /// # Errors
    /// When the socket cannot be shared.
    pub fn socket(stream: UnixStream) -> io::Result<Self> {
        Ok(Self { reader: Box::new(stream.try_clone()?), writer: Writer::Socket(stream) })
    }

    /// Over a pair of pipes or a terminal.
    #[must_use]
    pub fn files(reader: File, writer: File) -> Self {
        Self { reader: Box::new(reader), writer: Writer::File(writer) }
    }
}

/// The way to the other side.
#[derive(Debug)]
pub enum Writer {
    /// A socket: a peer that does not read cannot block us.
    Socket(UnixStream),
    /// A pipe or terminal; for commands that are far shorter than a pipe's buffer.
    File(File),
    /// Broken off in the middle of a message, so that nothing can follow.
    Broken,
}

impl Writer {
    /// Writes all bytes before the deadline, or fails.
    ///
    /// # Errors
    /// When the other side is gone, or does not take it in time.
    pub fn write_by(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            let wrote = match self {
                // A time-out of zero would mean none.
                Self::Socket(_) if left.is_zero() => Err(io::ErrorKind::TimedOut.into()),
                Self::Socket(stream) => {
                    stream.set_write_timeout(Some(left.max(Duration::from_millis(1))))?;
                    stream.write(rest)
                }
                Self::File(file) => file.write(rest),
                Self::Broken => Err(io::ErrorKind::BrokenPipe.into()),
            };
            match wrote {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(wrote) => rest = &rest[wrote..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    if rest.len() < bytes.len() {
                        self.abort();
                    }
                    let slow = matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
                    return Err(if slow { io::ErrorKind::TimedOut.into() } else { error });
                }
            }
        }
        Ok(())
    }

    fn abort(&mut self) {
        // Half a message cannot be taken back.
        *self = Self::Broken;
    }
}

impl Drop for Writer {
    /// A peer that has stopped writing has stopped reading, too: the thread that reads ends.
    fn drop(&mut self) {
        if let Self::Socket(stream) = self {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_does_not_read_cannot_block_a_writer_and_gets_no_partial_message() {
        let (ours, theirs) = UnixStream::pair().expect("a socket pair");
        let mut writer = Writer::Socket(ours);
        let message = vec![b'x'; 64 << 20];
        let late = writer.write_by(&message, Instant::now() + Duration::from_millis(50));
        assert_eq!(late.expect_err("nobody reads").kind(), io::ErrorKind::TimedOut);
        let after = writer.write_by(b"y", Instant::now() + Duration::from_secs(10));
        assert_eq!(after.expect_err("it was broken off").kind(), io::ErrorKind::BrokenPipe);
        drop(theirs);
    }
}
