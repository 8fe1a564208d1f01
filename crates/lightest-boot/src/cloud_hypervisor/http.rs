//! The Cloud Hypervisor driver: questions over HTTP/1.1 on one connection, bounded in length and time.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::line::{Line, Writer};

/// The longest line of a head.
const MAX_LINE: u64 = 8 * 1024;
/// How many lines a head may have.
const MAX_HEADERS: usize = 64;
/// The longest body that is accepted.
const MAX_BODY: u64 = 1024 * 1024;
/// Answers that nobody waits for any more.
const MAX_ANSWERS: usize = 16;

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

struct Talk {
    writer: Writer,
    answers: Receiver<Answer>,
    /// Questions whose answers were not waited for: they come before the next.
    owed: usize,
}

/// A connection; questions may come from any thread, one after the other.
pub(super) struct Client(Mutex<Talk>);

impl Client {
    pub(super) fn start(line: Line) -> Self {
        let Line { reader, writer } = line;
        let (send, answers) = mpsc::sync_channel(MAX_ANSWERS);
        thread::spawn(move || {
            let mut lines = BufReader::new(reader);
            while let Ok(answer) = read_answer(&mut lines) {
                // More answers than questions: whoever does that is not listened to any more.
                if send.try_send(answer).is_err() {
                    return;
                }
            }
        });
        Self(Mutex::new(Talk { writer, answers, owed: 0 }))
    }

    pub(super) fn ask(&self, method: &str, path: &str, limit: Duration) -> Result<Answer, String> {
        let deadline = Instant::now() + limit;
        let mut talk = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let question = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nContent-Length: 0\r\n\r\n"
        );
        let written = talk.writer.write_by(question.as_bytes(), deadline);
        written.map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => "Cloud Hypervisor takes no question".to_owned(),
            _ => "Cloud Hypervisor closed its API".to_owned(),
        })?;
        talk.owed += 1;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match talk.answers.recv_timeout(left) {
                Ok(answer) => {
                    talk.owed -= 1;
                    if talk.owed == 0 {
                        return Ok(answer);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err("Cloud Hypervisor does not answer on its API".to_owned());
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err("Cloud Hypervisor closed its API, or answers nonsense".to_owned());
                }
            }
        }
    }
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn read_line(lines: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Err(bad("a line without an end"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    String::from_utf8(line).map_err(|_| bad("a head that is not text"))
}

fn read_answer(lines: &mut impl BufRead) -> io::Result<Answer> {
    let first = read_line(lines)?;
    let mut words = first.split(' ');
    let version = words.next().filter(|word| word.starts_with("HTTP/1."));
    let status = words.next().and_then(|word| word.parse::<u16>().ok());
    let (Some(_), Some(status)) = (version, status) else { return Err(bad("no status")) };
    let mut length = 0;
    for _ in 0..MAX_HEADERS {
        let line = read_line(lines)?;
        if line.is_empty() {
            // These two have no body, whatever is said of its length.
            if matches!(status, 100..=199 | 204 | 304) {
                length = 0;
            }
            let mut body = Vec::new();
            lines.by_ref().take(length).read_to_end(&mut body)?;
            if body.len() as u64 != length {
                return Err(bad("a body that ends too early"));
            }
            return Ok(Answer { status, body });
        }
        let Some((name, value)) = line.split_once(':') else { return Err(bad("a header without a name")) };
        if name.eq_ignore_ascii_case("content-length") {
            let told = value.trim().parse().ok().filter(|told| *told <= MAX_BODY);
            length = told.ok_or_else(|| bad("a body that is too long"))?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(bad("a body in pieces"));
        }
    }
    Err(bad("too many headers"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_length_that_is_too_large_is_not_believed() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
        let error = read_answer(&mut &head[..]).expect_err("too long");
        assert_eq!(error.to_string(), "a body that is too long");
    }

    #[test]
    fn an_endless_head_is_given_up() {
        let mut endless = BufReader::new(io::repeat(b'x'));
        assert!(read_answer(&mut endless).is_err());
        let mut headers = BufReader::new(Read::chain(&b"HTTP/1.1 200 OK\n"[..], io::repeat(b'\n')));
        // The first empty line ends the head: nothing endless is left.
        assert_eq!(read_answer(&mut headers).expect("an answer").status, 200);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
            let mut all = b"HTTP/1.1 200 OK\r\n".to_vec();
            all.extend_from_slice(&bytes);
            let _ = read_answer(&mut &all[..]);
            let _ = read_answer(&mut &bytes[..]);
        }
    }
}
