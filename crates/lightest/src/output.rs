//! Where bytes go: data to standard output, messages to standard error.

use std::io::{self, Write};

use crate::failure::Failure;
use crate::render;

/// Writes data to standard output. A reader that went away is no failure.
pub(crate) fn data(text: &str) -> Result<(), Failure> {
    let mut out = anstream::AutoStream::auto(io::stdout().lock());
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::new(format!("standard output cannot be written: {error}"))),
    }
}

/// Writes a value as JSON to standard output.
pub(crate) fn json(value: &serde_json::Value) -> Result<(), Failure> {
    data(&format!("{value:#}\n"))
}

/// Writes a message to standard error.
pub(crate) fn message(text: &str) {
    let mut out = anstream::AutoStream::auto(io::stderr().lock());
    // Nothing is left to say it on.
    let _ = writeln!(out, "{text}");
}

/// Writes a failure to standard error.
pub(crate) fn error(failure: &Failure) {
    message(&render::failure(failure));
}
