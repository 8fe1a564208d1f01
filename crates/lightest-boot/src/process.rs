//! The VMM's process: in a group of its own, and gone with its files when we are gone, however we go.
//!
//! A signal to our terminal does not reach the group, and a killed parent runs no destructor. So a small shell waits on a
//! pipe that only we hold: when it closes without the word `done`, the shell kills the group and removes the room.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rustix::process::{Pid, Signal, kill_process_group};

const UNDERTAKER: &str = r#"
trap '' INT TERM HUP QUIT
read -r word
if [ "$word" != done ]; then kill -s KILL -- "-$1" 2>/dev/null; fi
cd / && rm -rf -- "$2"
"#;
const STDERR_KEPT: usize = 16 * 1024;

/// A program to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// The program.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
}

impl CommandLine {
    /// Program and arguments.
    #[must_use]
    pub fn to_vec(&self) -> Vec<String> {
        std::iter::once(&self.program).chain(&self.args).cloned().collect()
    }
}

/// A process group that does not outlive us.
#[derive(Debug)]
pub struct Group {
    child: Arc<Mutex<Child>>,
    group: Pid,
    stderr: Arc<Mutex<VecDeque<u8>>>,
    stderr_reader: Option<JoinHandle<()>>,
    undertaker: Undertaker,
}

impl Group {
    /// Starts the program; `room` is the directory to remove when it is over, `ended` is called when the program closes its
    /// streams, as it does at its end.
    ///
    /// # Errors
    /// When the program or the shell cannot be started.
    pub fn spawn(line: &CommandLine, room: &Path, ended: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let mut child = Command::new(&line.program)
            .args(&line.args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .current_dir(room)
            .process_group(0)
            .spawn()?;
        let group = Pid::from_child(&child);
        let undertaker = match Undertaker::start(group, room) {
            Ok(undertaker) => undertaker,
            Err(error) => {
                let _ = kill_process_group(group, Signal::KILL);
                let _ = child.wait();
                return Err(error);
            }
        };
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        let stderr_reader = child.stderr.take().map(|pipe| {
            let kept = Arc::clone(&stderr);
            thread::spawn(move || {
                keep_last(pipe, &kept);
                ended();
            })
        });
        Ok(Self { child: Arc::new(Mutex::new(child)), group, stderr, stderr_reader, undertaker })
    }

    /// The program's process identifier.
    #[must_use]
    pub fn id(&self) -> i32 {
        self.group.as_raw_nonzero().get()
    }

    /// The program's status; call it when the program closed its streams, or it may take long.
    #[must_use]
    pub fn status(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        child.wait().ok()
    }

    /// The program's status if it ended.
    #[must_use]
    pub fn ended(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        child.try_wait().ok().flatten()
    }

    /// Ends all of the group and waits for the program.
    pub fn kill(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // Once the child was waited for, its number may be another's.
        if child.try_wait().ok().flatten().is_none() {
            let _ = kill_process_group(self.group, Signal::KILL);
            let _ = child.wait();
        }
    }

    /// The program's last messages.
    #[must_use]
    pub fn stderr_tail(&mut self, lines: usize) -> Vec<String> {
        if self.ended().is_some()
            && let Some(reader) = self.stderr_reader.take()
        {
            // The pipe closes with the process: what it said last is in then.
            let _ = reader.join();
        }
        let kept = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let mut all: Vec<_> = text.lines().map(str::to_owned).collect();
        all.split_off(all.len().saturating_sub(lines))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        self.undertaker.dismiss();
    }
}

fn keep_last(mut pipe: impl Read, kept: &Mutex<VecDeque<u8>>) {
    let mut piece = [0; 4096];
    while let Ok(read) = pipe.read(&mut piece) {
        if read == 0 {
            return;
        }
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(&piece[..read]);
        let over = kept.len().saturating_sub(STDERR_KEPT);
        kept.drain(..over);
    }
}

#[derive(Debug)]
struct Undertaker {
    shell: Child,
    word: Option<ChildStdin>,
}

impl Undertaker {
    fn start(group: Pid, room: &Path) -> io::Result<Self> {
        let mut shell = Command::new("/bin/sh")
            .args(["-c", UNDERTAKER, "lightest-undertaker"])
            .arg(group.as_raw_nonzero().to_string())
            .arg(room)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()?;
        let word = shell.stdin.take();
        Ok(Self { shell, word })
    }

    /// All is over: the shell only removes the room.
    fn dismiss(&mut self) {
        if let Some(mut word) = self.word.take() {
            let _ = word.write_all(b"done\n");
        }
        let _ = self.shell.wait();
    }
}
