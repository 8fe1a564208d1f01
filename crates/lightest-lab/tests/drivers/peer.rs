//! A peer that follows a scripted dialogue over a socket, and checks every message of the driver.
//!
//! A file of a dialogue has one step a line; empty lines and those that begin with `#` are for readers:
//!
//! ```text
//! ! WHAT            the driver is asked to do this (in a thread of its own, one after the other)
//! ! WHAT in MS      likewise, with so many milliseconds at most
//! > TEXT            the driver must send this line now, JSON in any order of keys
//! >- TEXT           the driver must send this now, byte for byte
//! < TEXT            the peer sends this line;            <- TEXT  likewise, without a line end
//! flood N TEXT      the peer sends the text so many times
//! wait              the peer sends nothing more, and waits until the driver goes
//! ```
//!
//! `\r`, `\n` and `\e` are control characters.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::Sender;
use std::time::Duration;

/// Far longer than any dialogue takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The request to the driver.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) what: String,
    pub(crate) limit: Duration,
}

#[derive(Debug)]
enum Step {
    Expect(Vec<u8>),
    ExpectLine(String),
    Say(Vec<u8>),
    Flood(usize, Vec<u8>),
    Wait,
}

/// A dialogue, read from its file.
pub(crate) struct Dialogue {
    pub(crate) calls: Vec<Call>,
    steps: Vec<Step>,
}

fn bytes(text: &str, end: &str) -> Vec<u8> {
    let text = text.replace("\\r", "\r").replace("\\n", "\n").replace("\\e", "\u{1b}");
    format!("{text}{end}").into_bytes()
}

impl Dialogue {
    pub(crate) fn read(file: &str) -> Self {
        let (mut calls, mut steps) = (Vec::new(), Vec::new());
        for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "!" => {
                    let (what, limit) = match rest.split_once(" in ") {
                        Some((what, ms)) => (what, Duration::from_millis(ms.parse().expect("milliseconds"))),
                        None => (rest, PATIENCE),
                    };
                    calls.push(Call { what: what.to_owned(), limit });
                }
                ">" => steps.push(Step::ExpectLine(rest.to_owned())),
                ">-" => steps.push(Step::Expect(bytes(rest, ""))),
                "<" => steps.push(Step::Say(bytes(rest, "\n"))),
                "<-" => steps.push(Step::Say(bytes(rest, ""))),
                "flood" => {
                    let (times, text) = rest.split_once(' ').expect("a number and a text");
                    steps.push(Step::Flood(times.parse().expect("a number"), bytes(text, "")));
                }
                "wait" => steps.push(Step::Wait),
                _ => panic!("no step: {line}"),
            }
        }
        Self { calls, steps }
    }

    /// Plays it to its end; what went wrong otherwise. `sends` is dropped when nothing more is sent.
    pub(crate) fn play(self, mut socket: UnixStream, sends: Sender<()>) -> Result<(), String> {
        let mut sends = Some(sends);
        let last = self.steps.len().saturating_sub(1);
        socket.set_read_timeout(Some(PATIENCE)).map_err(|error| error.to_string())?;
        socket.set_write_timeout(Some(PATIENCE)).map_err(|error| error.to_string())?;
        for (at, step) in self.steps.into_iter().enumerate() {
            match step {
                Step::Expect(expected) => {
                    let mut got = vec![0; expected.len()];
                    let mut have = 0;
                    while have < got.len() {
                        let read = socket.read(&mut got[have..]).map_err(|error| {
                            let (got, want) =
                                (String::from_utf8_lossy(&got[..have]), String::from_utf8_lossy(&expected));
                            format!("{error}: got {got:?}, wanted {want:?}")
                        })?;
                        if read == 0 {
                            return Err(format!(
                                "the driver went; wanted {:?}",
                                String::from_utf8_lossy(&expected)
                            ));
                        }
                        have += read;
                    }
                    if got != expected {
                        let (got, want) = (String::from_utf8_lossy(&got), String::from_utf8_lossy(&expected));
                        return Err(format!("got {got:?}, wanted {want:?}"));
                    }
                }
                Step::ExpectLine(expected) => {
                    let got = line(&mut socket).map_err(|why| format!("{why}, wanted {expected:?}"))?;
                    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
                    if got != expected && (json(&got) != json(&expected) || json(&got).is_none()) {
                        return Err(format!("got {got:?}, wanted {expected:?}"));
                    }
                }
                Step::Say(bytes) => socket.write_all(&bytes).map_err(|error| error.to_string())?,
                Step::Flood(times, bytes) => {
                    // A driver that gives up may leave the rest unread.
                    if at == last {
                        drop(sends.take());
                    }
                    let many = bytes.repeat(4096_usize.div_ceil(bytes.len()));
                    let mut left = times * bytes.len();
                    while left > 0 {
                        let piece = many.len().min(left);
                        // A driver that hangs up on a flood is right to do so.
                        if socket.write_all(&many[..piece]).is_err() {
                            return Ok(());
                        }
                        left -= piece;
                    }
                }
                Step::Wait => {
                    drop(sends.take());
                    let mut rest = Vec::new();
                    let _ = socket.read_to_end(&mut rest);
                }
            }
        }
        Ok(())
    }
}

/// The next line from the driver, without its end.
fn line(socket: &mut UnixStream) -> Result<String, String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while socket.read(&mut byte).map_err(|error| error.to_string())? == 1 {
        if byte == [b'\n'] {
            return String::from_utf8(line).map_err(|error| error.to_string());
        }
        line.push(byte[0]);
    }
    Err(format!("the driver went after {:?}", String::from_utf8_lossy(&line)))
}
