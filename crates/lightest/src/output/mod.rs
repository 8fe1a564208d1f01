//! The one way out: data to standard output, messages to standard error, files written whole.

#[cfg(has_lab)]
mod append;
mod escape;
mod files;
pub(crate) mod formats;
pub(crate) mod journal;
mod lock;
mod named;
mod patch;
pub(crate) mod places;
mod replaced;
mod signals;
mod temporary;

#[cfg(has_lab)]
pub(crate) use append::Appender;
#[cfg(feature = "fuzz")]
pub(crate) use escape::terminal;
pub(crate) use escape::{
    block, github_data, github_path, github_property, is_unsafe, json as json_text, line, path_text,
    shell_word, shown, uri,
};
pub(crate) use files::{Files, can_be_written, with_line_ends_of, write, write_over};
pub(crate) use lock::Lock;
pub(crate) use named::named_from;
pub(crate) use patch::Patch;
#[cfg(unix)]
pub(crate) use signals::{before_the_end, ignore_file_size_signal};

use std::io::{self, IsTerminal as _, Write};

use crate::failure::Failure;
use crate::{input, render};

/// Writes an answer for people to standard output. A reader that went away is no failure.
pub(crate) fn data(text: &str) -> Result<(), Failure> {
    let mut out = anstream::AutoStream::auto(io::stdout().lock());
    let safe = safe(text, out.current_choice());
    written(write_all(&mut out, safe.as_bytes()))
}

fn safe(text: &str, colours: anstream::ColorChoice) -> String {
    if colours == anstream::ColorChoice::Never { escape::plain(text) } else { escape::terminal(text) }
}

/// Writes an answer for programs to standard output, byte for byte; its format defines how text is escaped.
pub(crate) fn raw(bytes: &[u8]) -> Result<(), Failure> {
    written(write_all(&mut io::stdout().lock(), bytes))
}

/// Writes a page, or facts as TOML: byte for byte for programs, and without commands to a terminal for people.
pub(crate) fn page(text: &str) -> Result<(), Failure> {
    diff(text.as_bytes())
}

/// Writes a diff: as it is for programs that apply it, and without commands to a terminal for people.
pub(crate) fn diff(bytes: &[u8]) -> Result<(), Failure> {
    if io::stdout().is_terminal() { data(&String::from_utf8_lossy(bytes)) } else { raw(bytes) }
}

/// Writes an answer as JSON to standard output.
pub(crate) fn json(answer: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(answer).map_err(|error| json_failure(&error))?;
    raw(escape::json(&format!("{text}\n")).as_bytes())
}

/// An answer as JSON in one line, without a line break at its end.
pub(crate) fn json_line(answer: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(answer).map_err(|error| json_failure(&error))?;
    Ok(escape::json(&text))
}

fn json_failure(error: &serde_json::Error) -> Failure {
    Failure::new(format!("the answer cannot be written as JSON: {error}"))
}

/// Writes a message to standard error.
pub(crate) fn message(text: &str) {
    let mut out = anstream::AutoStream::auto(io::stderr().lock());
    let safe = safe(text, out.current_choice());
    // There is nowhere left to report a failure to.
    let _ = writeln!(out, "{safe}");
}

/// Writes what the reader of arguments answers: help to standard output, mistakes to standard error.
pub(crate) fn arguments(text: &str, to_stderr: bool) -> Result<(), Failure> {
    if !to_stderr {
        return data(text);
    }
    message(text.trim_end_matches('\n'));
    Ok(())
}

/// Writes a failure to standard error.
pub(crate) fn error(failure: &Failure) {
    message(&render::failure(failure));
}

fn write_all(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(bytes).and_then(|()| out.flush())
}

/// Whether nobody reads any more, which is no failure of ours.
fn reader_is_gone(error: &io::Error) -> bool {
    /// Windows' `ERROR_PIPE_NOT_CONNECTED`, which the standard library has no kind for.
    const PIPE_NOT_CONNECTED: i32 = 233;
    error.kind() == io::ErrorKind::BrokenPipe
        || (cfg!(windows) && error.raw_os_error() == Some(PIPE_NOT_CONNECTED))
}

fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if !reader_is_gone(&error) => {
            Err(Failure::new(format!("standard output cannot be written: {}", input::reason(&error))))
        }
        _ => Ok(()),
    }
}
