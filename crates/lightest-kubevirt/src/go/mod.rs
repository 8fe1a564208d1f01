//! Go: from text to a tree.

mod limits;
mod lower;
mod one_line;
pub mod tree;
pub mod visit;

use std::ops::Range;

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unparsed {
    /// The mistake: lower-case start, no full stop.
    pub message: String,
    /// Where, as far as that is known; the whole of an empty file otherwise.
    pub bytes: Range<usize>,
}

/// Largest file that is read, in bytes; the largest of KubeVirt's tests has 130 kB.
const MAX_BYTES: usize = 4 << 20;

/// Parses a file.
///
/// # Errors
///
/// Where it is not Go, is larger than 4 MiB, or nests deeper than any hand would write.
pub fn parse(text: &str) -> Result<tree::File, Unparsed> {
    if text.len() > MAX_BYTES {
        return Err(Unparsed { message: "the file is larger than 4 MiB".to_owned(), bytes: 0..0 });
    }
    if let Some(at) = limits::too_deep(text) {
        return Err(Unparsed { message: "the source nests too deeply".to_owned(), bytes: at..at });
    }
    lower::file(text).or_else(|error| match one_line::with_semicolons(text) {
        Some(mended) => lower::file(&mended).map_err(|_| error),
        None => Err(error),
    })
}
