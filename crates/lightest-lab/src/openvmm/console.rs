//! The OpenVMM driver: its interactive console, on a terminal whose other end is ours.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::console::plain;
use crate::driver::{ChannelEvent, Control, EventSink};
use crate::line::{Line, Writer};
use crate::timeline::EventKind;

/// The prompt.
const PROMPT: &str = "openvmm>";
/// Most bytes of an answer that are kept.
const KEPT: usize = 64 * 1024;
/// How many lines of an answer are shown.
const SHOWN: usize = 20;
/// How much of a line is shown.
const WIDTH: usize = 200;

/// The output since the last command.
#[derive(Default)]
struct Printed {
    text: Vec<u8>,
    /// Whether its beginning was discarded.
    cut: bool,
    closed: bool,
}

impl Printed {
    /// Whether the last thing on the terminal is the bare prompt.
    fn prompts(&self) -> bool {
        let line = self.text.rsplit(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
        plain(line).trim() == PROMPT
    }

    /// Whether a command that we typed was taken: its line ended and there is a new prompt.
    fn answered(&self) -> bool {
        (self.cut || self.text.contains(&b'\n')) && self.prompts()
    }

    /// The lines of the answer, without the echo of the command and the prompt.
    fn answer(&self, command: &str) -> Vec<String> {
        let lines = self.text.split(|byte| matches!(byte, b'\n' | b'\r')).map(plain);
        let lines = lines.map(|line| line.trim().chars().take(WIDTH).collect::<String>());
        lines
            .filter(|line| !line.is_empty() && !line.starts_with(PROMPT) && line != command)
            .take(SHOWN)
            .collect()
    }
}

#[derive(Default)]
struct Screen {
    printed: Mutex<Printed>,
    changed: Condvar,
}

impl Screen {
    fn lock(&self) -> MutexGuard<'_, Printed> {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something is so.
    fn wait(&self, deadline: Instant, so: impl Fn(&Printed) -> bool) -> Result<(), String> {
        let mut printed = self.lock();
        loop {
            if so(&printed) {
                return Ok(());
            }
            if printed.closed {
                return Err("OpenVMM closed its console".to_owned());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err("OpenVMM does not answer on its console".to_owned());
            }
            printed = self.changed.wait_timeout(printed, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// The console.
pub(super) struct Console {
    screen: Arc<Screen>,
    /// Held for a whole command.
    writer: Mutex<Writer>,
}

impl Console {
    pub(super) fn start(line: Line, sink: EventSink) -> Self {
        let screen: Arc<Screen> = Arc::default();
        let Line { mut reader, writer } = line;
        let shown = Arc::clone(&screen);
        thread::spawn(move || {
            let mut piece = [0; 4096];
            let mut ready = false;
            // A terminal whose other end is closed is an error, and the end.
            while let Ok(read @ 1..) = reader.read(&mut piece) {
                let now = Instant::now();
                let mut printed = shown.lock();
                printed.text.extend_from_slice(&piece[..read]);
                let over = printed.text.len().saturating_sub(KEPT);
                printed.cut |= over > 0;
                printed.text.drain(..over);
                let prompts = printed.prompts();
                drop(printed);
                shown.changed.notify_all();
                if prompts && !std::mem::replace(&mut ready, true) {
                    let version = "its interactive console".to_owned();
                    sink(now, ChannelEvent::Event(EventKind::VmmReady { version }));
                }
            }
            shown.lock().closed = true;
            shown.changed.notify_all();
        });
        Self { screen, writer: Mutex::new(writer) }
    }

    fn type_in(&self, writer: &mut Writer, command: &str, deadline: Instant) -> Result<(), String> {
        self.screen.wait(deadline, Printed::prompts)?;
        {
            let mut printed = self.screen.lock();
            printed.text.clear();
            printed.cut = false;
        }
        let typed = format!("{command}\r");
        let written = writer.write_by(typed.as_bytes(), deadline);
        written.map_err(|error| format!("OpenVMM's console takes no command: {error}"))
    }

    /// Types a command and waits until there is a prompt again; what it printed.
    fn command(&self, command: &str, limit: Duration) -> Result<Vec<String>, String> {
        let deadline = Instant::now() + limit;
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.type_in(&mut writer, command, deadline)?;
        self.screen.wait(deadline, Printed::answered)?;
        Ok(self.screen.lock().answer(command))
    }

    /// A command that prints nothing when all is well.
    fn silent(&self, command: &str, limit: Duration) -> Result<(), String> {
        let lines = self.command(command, limit)?;
        if lines.is_empty() { Ok(()) } else { Err(format!("{command}: {}", lines.join("; "))) }
    }
}

impl Control for Console {
    fn power_button(&self, limit: Duration) -> Result<(), String> {
        self.silent("shutdown", limit)
    }

    fn resume(&self, limit: Duration) -> Result<(), String> {
        self.silent("resume", limit)
    }

    fn state(&self, limit: Duration) -> Result<String, String> {
        let lines = self.command("inspect vm", limit)?;
        if lines.is_empty() {
            Err("OpenVMM reports nothing about the machine".into())
        } else {
            Ok(lines.join(" "))
        }
    }
}
