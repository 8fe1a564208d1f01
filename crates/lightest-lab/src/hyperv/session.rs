//! The Hyper-V driver: its dialogue with the script, one JSON object a line.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::FACTS;
use crate::driver::{ChannelEvent, Control, EventSink};
use crate::line::{Line, Writer};
use crate::options::Sign;
use crate::timeline::{EventKind, Initiator};

/// The longest line that is accepted.
const MAX_LINE: u64 = 64 * 1024;
/// Answers that nobody waits for any more.
const MAX_ANSWERS: usize = 64;

struct Channel {
    writer: Writer,
    answers: Receiver<Value>,
    next: u64,
}

/// The dialogue with PowerShell; commands may come from any thread, one after the other.
pub(super) struct Session(Mutex<Channel>);

impl Session {
    pub(super) fn start(line: Line, sink: EventSink) -> Self {
        let Line { reader, writer } = line;
        let (answer, answers) = mpsc::sync_channel(MAX_ANSWERS);
        thread::spawn(move || {
            let mut lines = BufReader::new(reader);
            while let Some(value) = next_value(&mut lines) {
                let now = Instant::now();
                if let Some(event) = parse_event(&value) {
                    sink(now, event);
                } else if value["id"].is_u64() && answer.try_send(value).is_err() {
                    return;
                }
            }
        });
        Self(Mutex::new(Channel { writer, answers, next: 0 }))
    }

    fn ask(&self, what: &str, limit: Duration) -> Result<String, String> {
        let deadline = Instant::now() + limit;
        let mut channel = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        channel.next += 1;
        let id = channel.next;
        let mut line = json!({"id": id, "do": what}).to_string();
        line.push('\n');
        let written = channel.writer.write_by(line.as_bytes(), deadline);
        written.map_err(|error| format!("{what}: PowerShell takes no command: {error}"))?;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(format!("{what}: PowerShell does not answer"));
            }
            match channel.answers.recv_timeout(left) {
                // Answers to what was not waited for any longer come first.
                Ok(value) if value["id"] != id => {}
                Ok(value) => {
                    let text = |name: &str| value[name].as_str().map(str::to_owned);
                    return match (text("answer"), text("error")) {
                        (Some(answer), _) => Ok(answer),
                        (None, Some(error)) => Err(format!("{what}: Hyper-V refused: {error}")),
                        (None, None) => Err(format!("{what}: an answer without an answer")),
                    };
                }
                Err(RecvTimeoutError::Timeout) => return Err(format!("{what}: PowerShell does not answer")),
                Err(RecvTimeoutError::Disconnected) => return Err(format!("{what}: PowerShell ended")),
            }
        }
    }
}

/// The next line that is JSON; `None` at the end or when a line is too long.
fn next_value(lines: &mut impl BufRead) -> Option<Value> {
    loop {
        let mut line = Vec::new();
        let read = lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line).ok()?;
        if read == 0 || line.last() != Some(&b'\n') {
            return None;
        }
        if let Ok(value @ Value::Object(_)) = serde_json::from_slice(&line) {
            return Some(value);
        }
    }
}

fn parse_event(value: &Value) -> Option<ChannelEvent> {
    if let Some(version) = value["ready"].as_str() {
        return Some(ChannelEvent::Event(EventKind::VmmReady { version: version.to_owned() }));
    }
    if let Some(text) = value["console"].as_str() {
        return STANDARD.decode(text).ok().map(ChannelEvent::Console);
    }
    let id = value["event"].as_u64().and_then(|id| u32::try_from(id).ok())?;
    let kind = match FACTS.numbered(id)? {
        Sign::GuestReset => EventKind::Reset { by: Initiator::Guest },
        Sign::HostReset => EventKind::Reset { by: Initiator::Host },
        Sign::GuestShutdown => EventKind::Shutdown { by: Initiator::Guest },
        Sign::HostShutdown => EventKind::Shutdown { by: Initiator::Host },
        Sign::Crash => EventKind::Panicked { what: format!("Hyper-V's event {id}") },
        Sign::NothingToBoot => EventKind::NothingToBoot,
        Sign::Boot => EventKind::Firmware,
    };
    Some(ChannelEvent::Event(kind))
}

impl Control for Session {
    fn power_button(&self, limit: Duration) -> Result<(), String> {
        self.ask("power-button", limit).map(drop)
    }

    fn state(&self, limit: Duration) -> Result<String, String> {
        self.ask("state", limit)
    }
}
