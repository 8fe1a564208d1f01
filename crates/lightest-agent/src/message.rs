//! Messages between the two sides, and their form as frames.

use crate::wire::Frame;

/// Bumped when a message changes its meaning or form.
pub const VERSION: u32 = 1;

/// How many arguments or variables a `Run` may carry.
pub const MAX_STRINGS: usize = 4096;

/// A program to start in the guest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The program and its arguments.
    pub argv: Vec<Vec<u8>>,
    /// Variables added to the agent's own environment, as `NAME=VALUE`.
    pub env: Vec<Vec<u8>>,
    /// The directory to start in; empty means `/`.
    pub cwd: Vec<u8>,
    /// Whether `Stdin` messages will follow; otherwise the program reads an empty input.
    pub stdin: bool,
}

/// From the host to the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Who are you? A session that the agent does not know ends the jobs of the one before.
    Hello {
        /// The host's choice.
        session: u64,
    },
    /// Answered by `Pong`.
    Ping,
    /// Start a program.
    Run(Run),
    /// Bytes for a running program, answered by `Done` when they are written; empty means the end of its input.
    Stdin(Vec<u8>),
    /// A signal for a running program.
    Signal(u8),
    /// Send a file's content.
    Read {
        /// Where it is.
        path: Vec<u8>,
    },
    /// Make or replace a file; `Data` follows, ended by an empty one.
    Write {
        /// Where it goes.
        path: Vec<u8>,
        /// Its permission bits.
        mode: u32,
    },
    /// A piece of the file being written.
    Data(Vec<u8>),
    /// Write everything to disk.
    Sync,
    /// Turn the machine off.
    PowerOff,
    /// Start the machine again.
    Reboot,
}

/// The agent's greeting, sent when it starts and whenever it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// [`VERSION`] of the guest side.
    pub version: u32,
    /// The kernel's identifier of this boot.
    pub boot_id: [u8; 16],
    /// The guest's clock since its kernel started, now.
    pub uptime_ns: u64,
    /// The same clock when the agent started.
    pub started_ns: u64,
    /// The agent's process identifier: 1 in Linux Direct.
    pub pid: u32,
    /// The kernel's release.
    pub kernel: Vec<u8>,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramEnd {
    /// It returned this status.
    Exited(i32),
    /// This signal ended it.
    Signalled(i32),
}

/// From the guest to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The agent is there.
    Hello(Hello),
    /// To `Ping`.
    Pong,
    /// Bytes from a running program.
    Stdout(Vec<u8>),
    /// Bytes from a running program's other stream.
    Stderr(Vec<u8>),
    /// The program ended and all its output was sent.
    Ended(ProgramEnd),
    /// A piece of a file; empty means its end.
    Data(Vec<u8>),
    /// The request is done.
    Done,
    /// The request could not be done.
    Failed(Vec<u8>),
}

/// Bytes that are no message of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl Request {
    /// As a frame of the job.
    #[must_use]
    pub fn to_frame(&self, job: u32) -> Frame {
        let mut body = Writer::default();
        let kind = match self {
            Self::Hello { session } => {
                body.u64(*session);
                1
            }
            Self::Ping => 2,
            Self::Run(run) => {
                body.u8(u8::from(run.stdin));
                body.bytes(&run.cwd);
                body.list(&run.argv);
                body.list(&run.env);
                3
            }
            Self::Stdin(data) => {
                body.raw(data);
                4
            }
            Self::Signal(signal) => {
                body.u8(*signal);
                5
            }
            Self::Read { path } => {
                body.raw(path);
                6
            }
            Self::Write { path, mode } => {
                body.u32(*mode);
                body.raw(path);
                7
            }
            Self::Data(data) => {
                body.raw(data);
                8
            }
            Self::Sync => 9,
            Self::PowerOff => 10,
            Self::Reboot => 11,
        };
        body.frame(kind, job)
    }

    /// From a frame.
    ///
    /// # Errors
    /// When the bytes are no request of this version.
    pub fn from_frame(frame: &Frame) -> Result<Self, Malformed> {
        let mut body = Reader(&frame.payload);
        let request = match frame.kind {
            1 => Self::Hello { session: body.u64()? },
            2 => Self::Ping,
            3 => Self::Run(Run {
                stdin: body.u8()? != 0,
                cwd: body.bytes()?,
                argv: body.list()?,
                env: body.list()?,
            }),
            4 => Self::Stdin(body.rest()),
            5 => Self::Signal(body.u8()?),
            6 => Self::Read { path: body.rest() },
            7 => Self::Write { mode: body.u32()?, path: body.rest() },
            8 => Self::Data(body.rest()),
            9 => Self::Sync,
            10 => Self::PowerOff,
            11 => Self::Reboot,
            _ => return Err(Malformed),
        };
        body.end()?;
        Ok(request)
    }
}

impl Reply {
    /// As a frame of the job.
    #[must_use]
    pub fn to_frame(&self, job: u32) -> Frame {
        let mut body = Writer::default();
        let kind = match self {
            Self::Hello(hello) => {
                body.u32(hello.version);
                body.raw(&hello.boot_id);
                body.u64(hello.uptime_ns);
                body.u64(hello.started_ns);
                body.u32(hello.pid);
                body.raw(&hello.kernel);
                128
            }
            Self::Pong => 129,
            Self::Stdout(data) => {
                body.raw(data);
                130
            }
            Self::Stderr(data) => {
                body.raw(data);
                131
            }
            Self::Ended(ended) => {
                let (how, value) = match ended {
                    ProgramEnd::Exited(status) => (0, *status),
                    ProgramEnd::Signalled(signal) => (1, *signal),
                };
                body.u8(how);
                body.raw(&value.to_le_bytes());
                132
            }
            Self::Data(data) => {
                body.raw(data);
                133
            }
            Self::Done => 134,
            Self::Failed(why) => {
                body.raw(why);
                135
            }
        };
        body.frame(kind, job)
    }

    /// From a frame.
    ///
    /// # Errors
    /// When the bytes are no reply of this version.
    pub fn from_frame(frame: &Frame) -> Result<Self, Malformed> {
        let mut body = Reader(&frame.payload);
        let reply = match frame.kind {
            128 => Self::Hello(Hello {
                version: body.u32()?,
                boot_id: body.array()?,
                uptime_ns: body.u64()?,
                started_ns: body.u64()?,
                pid: body.u32()?,
                kernel: body.rest(),
            }),
            129 => Self::Pong,
            130 => Self::Stdout(body.rest()),
            131 => Self::Stderr(body.rest()),
            132 => {
                let how = body.u8()?;
                let value = i32::from_le_bytes(body.array()?);
                Self::Ended(match how {
                    0 => ProgramEnd::Exited(value),
                    1 => ProgramEnd::Signalled(value),
                    _ => return Err(Malformed),
                })
            }
            133 => Self::Data(body.rest()),
            134 => Self::Done,
            135 => Self::Failed(body.rest()),
            _ => return Err(Malformed),
        };
        body.end()?;
        Ok(reply)
    }
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn u8(&mut self, value: u8) {
        self.0.push(value);
    }
    fn u32(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }
    fn u64(&mut self, value: u64) {
        self.raw(&value.to_le_bytes());
    }
    fn raw(&mut self, data: &[u8]) {
        self.0.extend_from_slice(data);
    }
    fn bytes(&mut self, data: &[u8]) {
        self.u32(u32::try_from(data.len()).unwrap_or(u32::MAX));
        self.raw(data);
    }
    fn list(&mut self, items: &[Vec<u8>]) {
        self.u32(u32::try_from(items.len()).unwrap_or(u32::MAX));
        for item in items {
            self.bytes(item);
        }
    }
    fn frame(self, kind: u8, job: u32) -> Frame {
        Frame { kind, job, payload: self.0 }
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (head, tail) = self.0.split_first_chunk::<N>().ok_or(Malformed)?;
        self.0 = tail;
        Ok(*head)
    }
    fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }
    fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(self.array()?))
    }
    fn u64(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_le_bytes(self.array()?))
    }
    fn bytes(&mut self) -> Result<Vec<u8>, Malformed> {
        let length = self.u32()? as usize;
        let (head, tail) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = tail;
        Ok(head.to_vec())
    }
    fn list(&mut self) -> Result<Vec<Vec<u8>>, Malformed> {
        let count = self.u32()? as usize;
        if count > MAX_STRINGS {
            return Err(Malformed);
        }
        // No capacity is reserved from a number that the other side sent.
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(self.bytes()?);
        }
        Ok(items)
    }
    fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0).to_vec()
    }
    fn end(&self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}
