//! The programs that run for the host: streams, status, and the reaping of every orphan when the agent is PID 1.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::message::{ProgramEnd, Reply, Run};
use crate::port::Outbox;
use crate::sys;

/// How many programs may run at a time.
const MAX_JOBS: usize = 64;
/// How long a finished program's streams may stay open in other hands (a daemon it left behind).
const STREAM_GRACE: Duration = Duration::from_secs(1);
const PIECE: usize = 16 * 1024;
const SIGKILL: u8 = 9;

struct Job {
    group: u32,
    stdin: Option<SyncSender<Vec<u8>>>,
    status: SyncSender<ProgramEnd>,
}

#[derive(Default)]
struct Table {
    by_number: HashMap<u32, Job>,
}

/// All running programs.
#[derive(Clone)]
pub(crate) struct Jobs {
    table: Arc<(Mutex<Table>, Condvar)>,
    outbox: Outbox,
}

impl Jobs {
    pub(crate) fn new(outbox: Outbox) -> Self {
        let jobs = Self { table: Arc::default(), outbox };
        let reaper = jobs.clone();
        thread::spawn(move || reaper.reap());
        jobs
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes every child's status: ours goes to its job, an orphan's is dropped.
    fn reap(&self) {
        loop {
            if let Some((pid, ended)) = sys::wait_any() {
                // A job is entered under this lock, so one that ended at once is there already.
                if let Some(job) = self.lock().by_number.values().find(|job| job.group == pid) {
                    let _ = job.status.try_send(ended);
                }
            } else {
                let table = self.lock();
                let wait = self.table.1.wait_timeout(table, Duration::from_millis(500));
                drop(wait);
            }
        }
    }

    /// Starts a program; `ProgramEnd` reports its end, and `Failed` that it could not start.
    pub(crate) fn start(&self, number: u32, run: &Run) {
        if let Err(why) = self.try_start(number, run) {
            let _ = self.outbox.send(number, &Reply::Failed(why.into_bytes()));
        }
    }

    fn try_start(&self, number: u32, run: &Run) -> Result<(), String> {
        let mut argv = run.argv.iter().map(|arg| OsStr::from_bytes(arg));
        let program = argv.next().ok_or("no program was named")?;
        let mut command = Command::new(program);
        command.args(argv);
        for variable in &run.env {
            let split = variable.iter().position(|byte| *byte == b'=');
            let (name, value) = variable.split_at(split.ok_or("a variable has no `=`")?);
            command.env(OsStr::from_bytes(name), OsStr::from_bytes(&value[1..]));
        }
        let cwd = if run.cwd.is_empty() { b"/" } else { &*run.cwd };
        command
            .current_dir(OsStr::from_bytes(cwd))
            .stdin(if run.stdin { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);

        let mut table = self.lock();
        if table.by_number.contains_key(&number) {
            return Err(format!("job {number} is running already"));
        }
        if table.by_number.len() >= MAX_JOBS {
            return Err(format!("{MAX_JOBS} programs are running already"));
        }
        let mut child =
            command.spawn().map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        let (status, ended) = mpsc::sync_channel(1);
        let stdin = child.stdin.take().map(|pipe| self.feed(number, pipe));
        table.by_number.insert(number, Job { group: child.id(), stdin, status });
        drop(table);
        self.table.1.notify_all();

        let (closed, streams) = mpsc::channel();
        let stdout = child.stdout.take();
        let stderr = child.stderr.take();
        self.forward(number, stdout, Reply::Stdout, closed.clone());
        self.forward(number, stderr, Reply::Stderr, closed);
        let jobs = self.clone();
        thread::spawn(move || {
            let Ok(ended) = ended.recv() else { return };
            // Both ends of stream, or the grace; a sender that is gone counts as an end.
            for _ in 0..2 {
                if streams.recv_timeout(STREAM_GRACE).is_err() {
                    break;
                }
            }
            jobs.lock().by_number.remove(&number);
            let _ = jobs.outbox.send(number, &Reply::Ended(ended));
        });
        Ok(())
    }

    fn feed(&self, number: u32, mut pipe: impl Write + Send + 'static) -> SyncSender<Vec<u8>> {
        let (sender, pieces) = mpsc::sync_channel::<Vec<u8>>(16);
        let outbox = self.outbox.clone();
        thread::spawn(move || {
            while let Ok(piece) = pieces.recv() {
                if piece.is_empty() {
                    break;
                }
                // A program that closed its input is no error of the host's: the piece counts as taken.
                let _ = pipe.write_all(&piece);
                let _ = outbox.send(number, &Reply::Done);
            }
        });
        sender
    }

    fn forward(
        &self,
        number: u32,
        stream: Option<impl Read + Send + 'static>,
        wrap: fn(Vec<u8>) -> Reply,
        closed: mpsc::Sender<()>,
    ) {
        let outbox = self.outbox.clone();
        thread::spawn(move || {
            let Some(mut stream) = stream else { return };
            let mut piece = vec![0; PIECE];
            while let Ok(read) = stream.read(&mut piece) {
                if read == 0 || outbox.send(number, &wrap(piece[..read].to_vec())).is_err() {
                    break;
                }
            }
            let _ = closed.send(());
        });
    }

    /// Passes input on; a host that sends faster than it is answered loses the job.
    pub(crate) fn stdin(&self, number: u32, piece: Vec<u8>) {
        let mut table = self.lock();
        let Some(job) = table.by_number.get_mut(&number) else {
            return;
        };
        let end = piece.is_empty();
        let sent = match &job.stdin {
            Some(sender) => sender.try_send(piece),
            None => return,
        };
        if end || matches!(sent, Err(TrySendError::Disconnected(_))) {
            job.stdin = None;
        } else if sent.is_err() {
            let group = job.group;
            drop(table);
            let _ = sys::signal_group(group, SIGKILL);
        }
    }

    /// Sends a signal to a program and what it started.
    pub(crate) fn signal(&self, number: u32, signal: u8) {
        if let Some(job) = self.lock().by_number.get(&number) {
            let _ = sys::signal_group(job.group, signal);
        }
    }

    /// Ends every program: the host that started them is gone.
    pub(crate) fn kill_all(&self) {
        for job in self.lock().by_number.values() {
            let _ = sys::signal_group(job.group, SIGKILL);
        }
    }
}
