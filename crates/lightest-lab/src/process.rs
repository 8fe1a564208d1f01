//! The VMM's process: in a group of its own, and gone with its files when we are gone, however we go.
//!
//! A signal to our terminal does not reach the group, and a killed parent runs no destructor. So a small shell, the
//! reaper, makes the machine's directory, and waits on a pipe whose other end only we have. Every program is started by
//! a shell that first enters its process group in that directory. When the pipe closes, the reaper kills the groups
//! that are entered there and removes the directory.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, BufRead as _, BufReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process_group};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::console::short;
use crate::line::Line;

/// Makes the directory `$1`, reports it, and waits for the end of its input.
const REAPER: &str = r#"
trap '' INT TERM HUP QUIT PIPE
mkdir -m 700 -- "$1" || exit 1
echo made
read -r _
cd /
left=100
while [ -e "$1" ] && [ "$left" -gt 0 ]; do
    for entry in "$1"/group-*; do
        [ -e "$entry" ] && kill -s KILL -- "-${entry##*/group-}" 2>/dev/null
    done
    # A program that was being started may have made a file meanwhile.
    rm -rf -- "$1" 2>/dev/null || sleep 0.1
    left=$((left - 1))
done
"#;
/// Enters its process group, limits what it may write to one file to `$1` blocks of 512 bytes, and becomes the program. A write
/// beyond the limit fails, and does not end the program.
const START: &str = r#"
echo "$$" > "group-$$" || exit 125
trap '' XFSZ
command ulimit -f "$1" 2>/dev/null
shift
exec "$@"
"#;
/// The largest file that a helper may write, in bytes.
pub(crate) const HELPER_LIMIT: u64 = 64 << 20;
const STDERR_KEPT: usize = 16 * 1024;
/// A line of the log is looked at up to here.
const MAX_LOG_LINE: usize = 4096;

/// Standard input and output of a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Streams {
    /// Nothing.
    #[default]
    None,
    /// Pipes to us.
    Pipes,
    /// A terminal of its own, for a program that insists on one; the other end is ours.
    Terminal,
}

/// The arguments of a command line, as they are gathered.
pub(crate) struct Args(pub(crate) Vec<String>);

impl Args {
    pub(crate) fn flag(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }

    pub(crate) fn pair(&mut self, name: &str, value: impl Into<String>) {
        self.0.push(name.to_owned());
        self.0.push(value.into());
    }
}

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
    entry: PathBuf,
    stderr: Arc<Mutex<VecDeque<u8>>>,
    stderr_reader: Option<JoinHandle<()>>,
    streams: Option<Line>,
}

/// Called with a line and the instant at which it was read.
pub type OnLine = Box<dyn FnMut(Instant, &str) + Send>;

/// Called with each line of a program's standard error, and at its end.
pub struct OutputHandler {
    /// For each line.
    pub on_line: OnLine,
    /// When standard error closes, as it does at the program's end.
    pub on_end: Box<dyn FnOnce() + Send>,
}

impl OutputHandler {
    /// Drops everything.
    #[must_use]
    pub fn ignore() -> Self {
        Self { on_line: Box::new(|_, _| ()), on_end: Box::new(|| ()) }
    }
}

impl Group {
    /// Starts the program in a directory that a [`Reaper`] made; `limit` is what it may write to one file, in bytes.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn spawn(
        line: &CommandLine,
        streams: Streams,
        dir: &Path,
        limit: u64,
        handler: OutputHandler,
    ) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", START, "lightest-start"]).arg((limit / 512).to_string()).arg(&line.program);
        command.args(&line.args).current_dir(dir).process_group(0).stderr(Stdio::piped());
        let terminal = match streams {
            Streams::None => {
                command.stdin(Stdio::null()).stdout(Stdio::null());
                None
            }
            Streams::Pipes => {
                command.stdin(Stdio::piped()).stdout(Stdio::piped());
                None
            }
            Streams::Terminal => {
                let (ours, theirs) = terminal()?;
                command.stdin(theirs.try_clone()?).stdout(theirs);
                Some(ours)
            }
        };
        let mut child = command.spawn()?;
        // The command has our copies of the terminal's other end, which would keep it open for ever.
        drop(command);
        let group = Pid::from_child(&child);
        let entry = dir.join(format!("group-{}", group.as_raw_nonzero()));
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        let stderr_reader = child.stderr.take().map(|pipe| {
            let kept = Arc::clone(&stderr);
            thread::spawn(move || keep_last(pipe, &kept, handler))
        });
        let streams = match (terminal, child.stdin.take(), child.stdout.take()) {
            (Some(ours), ..) => Some(Line::files(ours.try_clone()?, ours)),
            (None, Some(input), Some(output)) => {
                let (input, output) = (OwnedFd::from(input), OwnedFd::from(output));
                Some(Line::files(File::from(output), File::from(input)))
            }
            _ => None,
        };
        Ok(Self { child: Arc::new(Mutex::new(child)), group, entry, stderr, stderr_reader, streams })
    }

    /// Our ends of the program's streams, once.
    pub fn take_streams(&mut self) -> Option<Line> {
        self.streams.take()
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
        // The number may be another group's from now on.
        let _ = fs::remove_file(&self.entry);
    }

    /// The program's last messages.
    #[must_use]
    pub fn stderr_tail(&mut self, lines: usize) -> Vec<String> {
        if self.ended().is_some()
            && let Some(reader) = self.stderr_reader.take()
        {
            // The pipe closes with the process: by then its last output is in.
            let _ = reader.join();
        }
        let kept = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let mut all: Vec<_> = text.lines().map(short).collect();
        all.split_off(all.len().saturating_sub(lines))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A new terminal: our end, and the program's.
fn terminal() -> io::Result<(File, File)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    #[cfg(not(target_vendor = "apple"))]
    let flags = flags | OpenptFlags::CLOEXEC;
    let ours = openpt(flags)?;
    // Apple's systems have no such flag.
    #[cfg(target_vendor = "apple")]
    rustix::io::fcntl_setfd(&ours, rustix::io::FdFlags::CLOEXEC)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let name = ptsname(&ours, Vec::new())?;
    // It never becomes our controlling terminal: whoever starts us has one, or does not want one.
    let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC;
    let theirs =
        rustix::fs::open(Path::new(OsStr::from_bytes(name.to_bytes())), flags, rustix::fs::Mode::empty())?;
    Ok((File::from(ours), File::from(theirs)))
}

fn keep_last(mut pipe: impl Read, kept: &Mutex<VecDeque<u8>>, mut handler: OutputHandler) {
    let mut piece = [0; 4096];
    let mut line = Vec::new();
    while let Ok(read) = pipe.read(&mut piece) {
        if read == 0 {
            break;
        }
        let now = Instant::now();
        for &byte in &piece[..read] {
            if byte == b'\n' {
                (handler.on_line)(now, &String::from_utf8_lossy(&std::mem::take(&mut line)));
            } else if line.len() < MAX_LOG_LINE {
                line.push(byte);
            }
        }
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(&piece[..read]);
        let over = kept.len().saturating_sub(STDERR_KEPT);
        kept.drain(..over);
    }
    (handler.on_end)();
}

/// Owns a machine's directory: dropping it, or our end, kills what still runs there and removes it.
#[derive(Debug)]
pub struct Reaper {
    dir: PathBuf,
    shell: Child,
    input: Option<ChildStdin>,
}

impl Reaper {
    /// Makes a directory for a machine.
    ///
    /// # Errors
    /// When the shell cannot be started, or there is no place for the directory.
    pub fn start() -> io::Result<Self> {
        let random = RandomState::new().hash_one(Instant::now());
        let dir = std::env::temp_dir().join(format!("lightest-{}-{random:016x}", std::process::id()));
        let dir = std::path::absolute(dir)?;
        let mut shell = Command::new("/bin/sh")
            .args(["-c", REAPER, "lightest-reaper"])
            .arg(&dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()?;
        let input = shell.stdin.take();
        let mut made = String::new();
        if let Some(output) = shell.stdout.take() {
            BufReader::new(output).read_line(&mut made)?;
        }
        if made.trim() != "made" {
            let _ = shell.wait();
            return Err(io::Error::other(format!("{} cannot be made", dir.display())));
        }
        Ok(Self { dir, shell, input })
    }

    /// The directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.shell.wait();
    }
}
