//! A short text without an allocator.

use core::fmt;

/// At most 96 bytes; what is over is left out.
pub(crate) struct Text {
    bytes: [u8; 96],
    used: usize,
}

impl Text {
    pub(crate) fn new() -> Self {
        Self { bytes: [0; 96], used: 0 }
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        for &byte in more.as_bytes() {
            if let Some(place) = self.bytes.get_mut(self.used) {
                *place = byte;
                self.used += 1;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = core::str::from_utf8(&self.bytes[..self.used]).unwrap_or("?");
        if text.is_empty() { Ok(()) } else { write!(f, " ({text})") }
    }
}
