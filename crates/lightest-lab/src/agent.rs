//! The host's side of the agent: asks, waits with a limit, and believes no length that the guest sends.

use std::collections::HashMap;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use lightest_agent::message::{Hello, ProgramEnd, Reply, Request, Run};
use lightest_agent::wire::{Decoder, MAX_PAYLOAD};

use crate::console::short;
use crate::line::{Line, Writer};

/// Replies of one job that wait to be read; then the guest has to wait.
const MAX_WAITING: usize = 64;
/// A piece of a file or of input.
const PIECE: usize = MAX_PAYLOAD / 2;

/// How long a message may take that nobody waits for.
const LAST_WORD: Duration = Duration::from_secs(1);

/// Why the agent did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    /// The agent refused, with this reason.
    #[error("{0}")]
    Failed(String),
    /// The time was up.
    #[error("no answer in time")]
    TimedOut,
    /// The port is closed or the guest started again.
    #[error("the guest is gone or started again")]
    Gone,
    /// The answer makes no sense here.
    #[error("an answer that makes no sense")]
    Confused,
    /// The request is longer than the protocol allows.
    #[error("the request is too long for one message")]
    TooLong,
    /// The answer is longer than the caller allows.
    #[error("the answer is longer than allowed")]
    TooMuch,
}

/// Which stream a piece of output came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// All that a program wrote, up to the caller's limit, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// How.
    pub ended: ProgramEnd,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// Whether something was left out because of the limit.
    pub cut: bool,
}

impl Output {
    /// Whether it returned 0.
    #[must_use]
    pub fn success(&self) -> bool {
        self.ended == ProgramEnd::Exited(0)
    }
}

/// The jobs that wait for replies; one generation for each start of the guest.
#[derive(Default)]
struct PendingJobs(HashMap<u32, SyncSender<Reply>>);

/// A guest's agent.
pub struct Agent {
    writer: Mutex<Writer>,
    waiting: Arc<Mutex<PendingJobs>>,
    decoder: Arc<Mutex<Decoder>>,
    next: Mutex<u32>,
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Agent")
    }
}

impl Agent {
    /// Takes over the connection to the guest; `hello` gets each start of the agent.
    pub fn start(line: Line, hello: impl Fn(Instant, Hello) + Send + 'static) -> Self {
        let Line { mut reader, writer } = line;
        let waiting: Arc<Mutex<PendingJobs>> = Arc::default();
        let decoder: Arc<Mutex<Decoder>> = Arc::default();
        let (jobs, frames) = (Arc::clone(&waiting), Arc::clone(&decoder));
        thread::spawn(move || {
            let mut piece = vec![0; 64 * 1024];
            let mut known = None;
            while let Ok(read) = reader.read(&mut piece) {
                if read == 0 {
                    break;
                }
                let now = Instant::now();
                let mut whole = Vec::new();
                {
                    let mut frames = frames.lock().unwrap_or_else(PoisonError::into_inner);
                    frames.push(&piece[..read]);
                    while let Some(frame) = frames.next() {
                        whole.push(frame);
                    }
                }
                for frame in whole {
                    match Reply::from_frame(&frame) {
                        Ok(Reply::Hello(word)) if frame.job == 0 => {
                            let start = Some((word.boot_id, word.started_ns));
                            if start != known {
                                // It began anew: nobody will answer the jobs of before.
                                forget(&jobs);
                                known = start;
                            }
                            hello(now, word);
                        }
                        Ok(reply) => {
                            let job = {
                                let jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
                                jobs.0.get(&frame.job).cloned()
                            };
                            // Outside the lock: a slow reader must not hold up the others' entry.
                            if let Some(job) = job {
                                let _ = job.send(reply);
                            }
                        }
                        Err(_) => {}
                    }
                }
            }
            forget(&jobs);
        });
        Self { writer: Mutex::new(writer), waiting, decoder, next: Mutex::new(0) }
    }

    /// The machine was reset: what is half read is not continued, and what was asked is not answered.
    pub fn machine_was_reset(&self) {
        let mut decoder = self.decoder.lock().unwrap_or_else(PoisonError::into_inner);
        decoder.reset();
        forget(&self.waiting);
    }

    fn begin(&self) -> (u32, Receiver<Reply>, JobGuard<'_>) {
        let (sender, replies) = mpsc::sync_channel(MAX_WAITING);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = next.checked_add(1).unwrap_or(1);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.0.insert(*next, sender);
        let guard = JobGuard { waiting: &self.waiting, job: *next };
        (*next, replies, guard)
    }

    fn send(&self, job: u32, request: &Request, deadline: Instant) -> Result<(), AgentError> {
        let frame = request.to_frame(job);
        if frame.payload.len() > MAX_PAYLOAD {
            return Err(AgentError::TooLong);
        }
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.write_by(&frame.to_bytes(), deadline).map_err(|error| match error.kind() {
            // The guest takes nothing in.
            std::io::ErrorKind::TimedOut => AgentError::TimedOut,
            _ => AgentError::Gone,
        })
    }

    /// Sends a request whose answer is one reply.
    fn ask(&self, request: &Request, limit: Duration) -> Result<Reply, AgentError> {
        let deadline = Instant::now() + limit;
        let (job, replies, _guard) = self.begin();
        self.send(job, request, deadline)?;
        next(&replies, deadline)
    }

    fn ask_done(&self, request: &Request, limit: Duration) -> Result<(), AgentError> {
        match self.ask(request, limit)? {
            Reply::Done => Ok(()),
            _ => Err(AgentError::Confused),
        }
    }

    /// Whether it answers; the time that it took.
    ///
    /// # Errors
    /// When it does not.
    pub fn ping(&self, limit: Duration) -> Result<Duration, AgentError> {
        let asked = Instant::now();
        match self.ask(&Request::Ping, limit)? {
            Reply::Pong => Ok(asked.elapsed()),
            _ => Err(AgentError::Confused),
        }
    }

    /// Runs a program and collects its output, at most `most` bytes a stream.
    ///
    /// # Errors
    /// When it cannot be started or does not end in time; then it is killed.
    pub fn run(&self, run: &Run, input: &[u8], most: usize, limit: Duration) -> Result<Output, AgentError> {
        let (mut stdout, mut stderr, mut cut) = (Vec::new(), Vec::new(), false);
        let ended = self.run_streaming(run, input, limit, &mut |stream, piece| {
            let kept = match stream {
                Stream::Stdout => &mut stdout,
                Stream::Stderr => &mut stderr,
            };
            let dir = most.saturating_sub(kept.len()).min(piece.len());
            cut |= dir < piece.len();
            kept.extend_from_slice(&piece[..dir]);
        })?;
        Ok(Output { ended, stdout, stderr, cut })
    }

    /// Runs a program and hands its output over as it comes.
    ///
    /// # Errors
    /// When it cannot be started or does not end in time; then it is killed.
    pub fn run_streaming(
        &self,
        run: &Run,
        input: &[u8],
        limit: Duration,
        output: &mut dyn FnMut(Stream, &[u8]),
    ) -> Result<ProgramEnd, AgentError> {
        let deadline = Instant::now() + limit;
        let mut run = run.clone();
        run.stdin = !input.is_empty();
        let (job, replies, _guard) = self.begin();
        self.send(job, &Request::Run(run.clone()), deadline)?;
        let mut pieces = input.chunks(PIECE);
        let mut feed = || match pieces.next() {
            Some(piece) => self.send(job, &Request::Stdin(piece.to_vec()), deadline),
            None => self.send(job, &Request::Stdin(Vec::new()), deadline),
        };
        if run.stdin {
            feed()?;
        }
        loop {
            match next(&replies, deadline) {
                Ok(Reply::Stdout(piece)) => output(Stream::Stdout, &piece),
                Ok(Reply::Stderr(piece)) => output(Stream::Stderr, &piece),
                Ok(Reply::Done) if run.stdin => feed()?,
                Ok(Reply::Ended(ended)) => return Ok(ended),
                Ok(_) => return Err(AgentError::Confused),
                Err(error) => {
                    if error == AgentError::TimedOut {
                        let _ = self.send(job, &Request::Signal(9), Instant::now() + LAST_WORD);
                    }
                    return Err(error);
                }
            }
        }
    }

    /// Reads a file of at most `most` bytes.
    ///
    /// # Errors
    /// When it cannot be read, or is longer.
    pub fn read_file(&self, path: &str, most: usize, limit: Duration) -> Result<Vec<u8>, AgentError> {
        let deadline = Instant::now() + limit;
        let (job, replies, _guard) = self.begin();
        let path = path.as_bytes().to_vec();
        self.send(job, &Request::Read { path }, deadline)?;
        let mut content = Vec::new();
        loop {
            match next(&replies, deadline)? {
                Reply::Data(piece) if piece.is_empty() => return Ok(content),
                Reply::Data(piece) if content.len() + piece.len() <= most => {
                    content.extend_from_slice(&piece);
                }
                Reply::Data(_) => return Err(AgentError::TooMuch),
                _ => return Err(AgentError::Confused),
            }
        }
    }

    /// Makes or replaces a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_file(
        &self,
        path: &str,
        mode: u32,
        content: &[u8],
        limit: Duration,
    ) -> Result<(), AgentError> {
        let deadline = Instant::now() + limit;
        let (job, replies, _guard) = self.begin();
        let path = path.as_bytes().to_vec();
        self.send(job, &Request::Write { path, mode }, deadline)?;
        for piece in content.chunks(PIECE) {
            self.send(job, &Request::Data(piece.to_vec()), deadline)?;
        }
        self.send(job, &Request::Data(Vec::new()), deadline)?;
        match next(&replies, deadline)? {
            Reply::Done => Ok(()),
            _ => Err(AgentError::Confused),
        }
    }

    /// Has the guest write everything to its disks.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn sync(&self, limit: Duration) -> Result<(), AgentError> {
        self.ask_done(&Request::Sync, limit)
    }

    /// Has the guest turn the machine off; the answer comes before it does.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn power_off(&self, limit: Duration) -> Result<(), AgentError> {
        self.ask_done(&Request::PowerOff, limit)
    }

    /// Has the guest start again; the answer comes before it does.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn reboot(&self, limit: Duration) -> Result<(), AgentError> {
        self.ask_done(&Request::Reboot, limit)
    }

    /// Makes the agent introduce itself again, as after a restored snapshot.
    ///
    /// # Errors
    /// When the port is closed.
    pub fn ask_hello(&self, session: u64) -> Result<(), AgentError> {
        self.send(0, &Request::Hello { session }, Instant::now() + LAST_WORD)
    }
}

struct JobGuard<'a> {
    waiting: &'a Mutex<PendingJobs>,
    job: u32,
}

impl Drop for JobGuard<'_> {
    fn drop(&mut self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.0.remove(&self.job);
    }
}

fn forget(waiting: &Mutex<PendingJobs>) {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).0.clear();
}

fn next(replies: &Receiver<Reply>, deadline: Instant) -> Result<Reply, AgentError> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        // A guest that always has one more reply is late all the same.
        return Err(AgentError::TimedOut);
    }
    match replies.recv_timeout(left) {
        Ok(Reply::Failed(why)) => Err(AgentError::Failed(short(&String::from_utf8_lossy(&why)))),
        Ok(reply) => Ok(reply),
        Err(RecvTimeoutError::Timeout) => Err(AgentError::TimedOut),
        Err(RecvTimeoutError::Disconnected) => Err(AgentError::Gone),
    }
}
