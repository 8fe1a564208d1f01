//! A small client for QEMU's machine protocol: one JSON object a line, bounded in length and time.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::line::{Line, Writer};

/// The longest line that is accepted.
const MAX_LINE: u64 = 1024 * 1024;
/// How long the first message may take.
const GREETING: Duration = Duration::from_secs(5);
/// Answers that nobody waits for any more.
const MAX_ANSWERS: usize = 64;

/// An event, which QEMU sends without being asked.
#[derive(Clone, Debug, PartialEq)]
pub struct QmpEvent {
    /// Its name.
    pub name: String,
    /// Its data, or null.
    pub data: Value,
}

/// Why a command has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QmpError {
    /// QEMU refused.
    #[error("QEMU refused: {0}")]
    Refused(String),
    /// The connection ended.
    #[error("QEMU closed its control channel")]
    Closed,
    /// The time was up.
    #[error("QEMU does not answer on its control channel")]
    TimedOut,
}

/// A connection; commands may come from any thread.
#[derive(Debug)]
pub struct Qmp {
    writer: Mutex<Writer>,
    answers: Mutex<Answers>,
}

#[derive(Debug)]
struct Answers {
    next: u64,
    inbox: Receiver<Value>,
    early: VecDeque<Value>,
}

impl Qmp {
    /// Takes over a fresh connection; `on_message` gets the greeting's version and then every event, with the instant
    /// of its arrival.
    ///
    /// # Errors
    /// When the connection cannot be used.
    pub fn start(
        line: Line,
        on_message: impl Fn(Instant, QmpMessage) + Send + 'static,
    ) -> io::Result<Arc<Self>> {
        let Line { reader, writer } = line;
        let (answer, inbox) = mpsc::sync_channel(MAX_ANSWERS);
        let qmp = Arc::new(Self {
            writer: Mutex::new(writer),
            answers: Mutex::new(Answers { next: 0, inbox, early: VecDeque::new() }),
        });
        // Negotiation needs no answer before other commands: QEMU reads in order.
        qmp.send(&json!({"execute": "qmp_capabilities", "id": "greet"}), Instant::now() + GREETING)?;
        thread::spawn(move || {
            let mut lines = BufReader::new(reader);
            while let Some(value) = read_value(&mut lines) {
                let now = Instant::now();
                if let Some(message) = parse_message(&value) {
                    on_message(now, message);
                } else if value["id"].is_u64() && answer.try_send(value).is_err() {
                    // More answers than questions: such a peer is not listened to any more.
                    break;
                }
            }
        });
        Ok(qmp)
    }

    fn send(&self, command: &Value, deadline: Instant) -> io::Result<()> {
        let mut line = command.to_string();
        line.push('\n');
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.write_by(line.as_bytes(), deadline)
    }

    /// Executes a command and waits for its answer.
    ///
    /// # Errors
    /// When QEMU refuses, is gone, or does not answer in time.
    pub fn execute(&self, name: &str, arguments: &Value, limit: Duration) -> Result<Value, QmpError> {
        let deadline = Instant::now() + limit;
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.next += 1;
        let id = answers.next;
        let mut command = json!({"execute": name, "id": id});
        if !arguments.is_null() {
            command["arguments"] = arguments.clone();
        }
        self.send(&command, deadline).map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => QmpError::TimedOut,
            _ => QmpError::Closed,
        })?;
        loop {
            let place = answers.early.iter().position(|value| value["id"] == id);
            if let Some(mut value) = place.and_then(|place| answers.early.remove(place)) {
                return match value.get_mut("return") {
                    Some(answer) => Ok(answer.take()),
                    None => Err(QmpError::Refused(
                        value["error"]["desc"].as_str().unwrap_or("no reason given").to_owned(),
                    )),
                };
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(QmpError::TimedOut);
            }
            match answers.inbox.recv_timeout(left) {
                Ok(value) => {
                    answers.early.push_back(value);
                    if answers.early.len() > MAX_ANSWERS {
                        answers.early.pop_front();
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Err(QmpError::TimedOut),
                Err(RecvTimeoutError::Disconnected) => return Err(QmpError::Closed),
            }
        }
    }
}

/// A message that arrives unasked.
#[derive(Clone, Debug, PartialEq)]
pub enum QmpMessage {
    /// The greeting.
    Version(String),
    /// An event.
    Event(QmpEvent),
}

fn parse_message(value: &Value) -> Option<QmpMessage> {
    if let Some(name) = value["event"].as_str() {
        return Some(QmpMessage::Event(QmpEvent { name: name.to_owned(), data: value["data"].clone() }));
    }
    let version = value.get("QMP")?.get("version")?;
    let numbers = &version["qemu"];
    let package = version["package"].as_str().unwrap_or_default();
    let part = |name: &str| numbers[name].as_u64().unwrap_or_default();
    let text = format!("{}.{}.{} {package}", part("major"), part("minor"), part("micro"));
    Some(QmpMessage::Version(text.trim_end().to_owned()))
}

/// The next line that is JSON; `None` at the end or when a line is too long.
fn read_value(lines: &mut impl BufRead) -> Option<Value> {
    loop {
        let mut line = Vec::new();
        let read = lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line).ok()?;
        if read == 0 || line.last() != Some(&b'\n') {
            return None;
        }
        if let Ok(value) = serde_json::from_slice(&line) {
            return Some(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_dialogue_is_understood_whatever_comes_between() {
        let (ours, theirs) = UnixStream::pair().expect("a socket pair");
        let (send, messages) = mpsc::channel();
        let qmp = Qmp::start(Line::socket(ours).expect("a twin"), move |_, what| drop(send.send(what)))
            .expect("a client");
        let qemu = thread::spawn(move || {
            let mut lines = BufReader::new(theirs.try_clone().expect("a twin"));
            let mut out = theirs;
            let greeting = json!({"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 22}, "package": "Debian 1:7.2"}, "capabilities": []}});
            writeln!(out, "{greeting}").expect("a reader");
            let greet = read_value(&mut lines).expect("capabilities");
            assert_eq!(greet["execute"], "qmp_capabilities");
            writeln!(out, "{}", json!({"return": {}, "id": "greet"})).expect("a reader");
            let first = read_value(&mut lines).expect("a command");
            assert_eq!(first, json!({"execute": "query-status", "id": 1}));
            writeln!(out, "not json").expect("a reader");
            writeln!(out, "{}", json!({"event": "RESET", "data": {"guest": true}})).expect("a reader");
            writeln!(out, "{}", json!({"return": {"status": "running"}, "id": 1})).expect("a reader");
            read_value(&mut lines).expect("a command");
            writeln!(out, "{}", json!({"error": {"class": "GenericError", "desc": "no"}, "id": 2}))
                .expect("a reader");
        });
        let limit = Duration::from_secs(10);
        let status = qmp.execute("query-status", &Value::Null, limit).expect("an answer");
        assert_eq!(status["status"], "running");
        let refused = qmp.execute("nonsense", &Value::Null, limit);
        assert_eq!(refused.expect_err("a refusal").to_string(), "QEMU refused: no");
        qemu.join().expect("the other side agrees");
        let gone = qmp.execute("query-status", &Value::Null, limit);
        assert!(matches!(gone, Err(QmpError::Closed)));
        let all: Vec<_> = messages.iter().collect();
        assert_eq!(all[0], QmpMessage::Version("7.2.22 Debian 1:7.2".to_owned()));
        assert_eq!(
            all[1],
            QmpMessage::Event(QmpEvent { name: "RESET".to_owned(), data: json!({"guest": true}) })
        );
    }

    #[test]
    fn an_endless_line_ends_the_connection_and_not_the_memory() {
        let mut endless = BufReader::new(io::repeat(b'x'));
        assert_eq!(read_value(&mut endless), None);
    }
}
