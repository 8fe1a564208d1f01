//! Frames on the byte stream between host and guest, with a decoder that finds its feet again after rubbish.
//!
//! A frame is a header of 12 bytes and a payload: magic (2), kind (1), check (1), job (4, little-endian), length
//! (4, little-endian). A reset of the guest may cut a frame anywhere, so a decoder that meets a header it cannot believe
//! drops one byte and looks again. Memory is bounded by one frame plus one read.

/// The two bytes that every frame begins with.
pub const MAGIC: [u8; 2] = [0x4c, 0xa7];
/// The longest payload that either side accepts.
pub const MAX_PAYLOAD: usize = 64 * 1024;
/// The bytes before the payload.
pub const HEADER: usize = 12;

/// One message as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its kind: see [`crate::message`].
    pub kind: u8,
    /// Which job it belongs to; the host chooses the number.
    pub job: u32,
    /// The rest, at most [`MAX_PAYLOAD`] bytes.
    pub payload: Vec<u8>,
}

impl Frame {
    /// Appends the frame's bytes.
    ///
    /// A payload over the limit is cut: callers split what can be long.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        let payload = &self.payload[..self.payload.len().min(MAX_PAYLOAD)];
        let length = u32::try_from(payload.len()).unwrap_or(0);
        out.extend_from_slice(&MAGIC);
        out.push(self.kind);
        out.push(check(self.kind, self.job, length));
        out.extend_from_slice(&self.job.to_le_bytes());
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(payload);
    }

    /// The frame's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER + self.payload.len());
        self.write_to(&mut out);
        out
    }
}

fn check(kind: u8, job: u32, length: u32) -> u8 {
    let bytes = job.to_le_bytes().into_iter().chain(length.to_le_bytes());
    bytes.fold(kind ^ 0x5a, |sum, byte| sum.rotate_left(3) ^ byte)
}

/// Turns bytes, in pieces of any size, into frames.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    start: usize,
    skipped: u64,
}

impl Decoder {
    /// Takes in what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Forgets what is half read: the other side began anew.
    pub fn reset(&mut self) {
        self.skipped += (self.buffer.len() - self.start) as u64;
        self.buffer.clear();
        self.start = 0;
    }

    /// How many bytes belonged to no frame so far.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The next whole frame, if there is one; call until `None` after each [`Decoder::push`].
    #[expect(
        clippy::should_implement_trait,
        reason = "more frames may come after None, which an iterator does not promise"
    )]
    pub fn next(&mut self) -> Option<Frame> {
        loop {
            let rest = &self.buffer[self.start..];
            let plausible = rest.iter().zip(MAGIC.iter()).all(|(have, want)| have == want);
            if rest.is_empty() || (plausible && rest.len() < HEADER) {
                return None;
            }
            let header: Option<[u8; HEADER]> = rest.get(..HEADER).and_then(|head| head.try_into().ok());
            if let (true, Some(head)) = (plausible, header) {
                let job = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
                let length = u32::from_le_bytes([head[8], head[9], head[10], head[11]]);
                if head[3] == check(head[2], job, length) && length as usize <= MAX_PAYLOAD {
                    let end = HEADER + length as usize;
                    if rest.len() < end {
                        return None;
                    }
                    let frame = Frame { kind: head[2], job, payload: rest[HEADER..end].to_vec() };
                    self.start += end;
                    return Some(frame);
                }
            }
            self.start += 1;
            self.skipped += 1;
        }
    }
}
