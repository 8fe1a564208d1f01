//! The agent's main loop: requests come in over the port, each is done or handed to a thread.

use std::fs::{self, File};
use std::io::Read;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::files::{self, Incoming};
use crate::jobs::Jobs;
use crate::message::{Hello, Reply, Request, VERSION};
use crate::port::{self, Channel, Outbox};
use crate::wire::Decoder;
use crate::{init, sys};

/// How long to wait before looking again for a host that went away.
const HOST_AWAY: Duration = Duration::from_millis(20);

pub(crate) fn main() {
    let started_ns = sys::boot_clock();
    let first = std::process::id() == 1;
    if first {
        init::prepare();
    }
    let (mut channel, writer) = open();
    let outbox = Outbox::new(writer);
    let mut agent =
        Agent { jobs: Jobs::new(outbox.clone()), outbox, started_ns, first, session: None, incoming: None };
    agent.hello(0);
    if first {
        init::finish();
    }
    let mut decoder = Decoder::default();
    let mut piece = vec![0; 32 * 1024];
    loop {
        match channel.file.read(&mut piece) {
            // The host is away; the port stays.
            Ok(0) if !channel.ends => thread::sleep(HOST_AWAY),
            Ok(read @ 1..) => {
                decoder.push(&piece[..read]);
                while let Some(frame) = decoder.next() {
                    match Request::from_frame(&frame) {
                        Ok(request) => agent.handle(frame.job, request),
                        Err(_) => agent.reply(frame.job, &Reply::Failed(b"malformed request".to_vec())),
                    }
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => {
                let (again, writer) = open();
                channel = again;
                agent.outbox.replace(writer);
                decoder.reset();
                agent.hello(0);
            }
        }
    }
}

fn open() -> (Channel, File) {
    loop {
        let channel = port::open();
        match channel.file.try_clone() {
            Ok(twin) => return (channel, twin),
            Err(error) => eprintln!("lightest-agent: {error}"),
        }
        thread::sleep(HOST_AWAY);
    }
}

struct Agent {
    jobs: Jobs,
    outbox: Outbox,
    started_ns: u64,
    first: bool,
    session: Option<u64>,
    incoming: Option<(u32, Incoming)>,
}

impl Agent {
    fn reply(&self, job: u32, reply: &Reply) {
        let _ = self.outbox.send(job, reply);
    }

    fn hello(&self, job: u32) {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let hello = Hello {
            version: VERSION,
            boot_id: parse_uuid(&read("/proc/sys/kernel/random/boot_id")),
            uptime_ns: sys::boot_clock(),
            started_ns: self.started_ns,
            pid: std::process::id(),
            kernel: read("/proc/sys/kernel/osrelease").trim_end().into(),
        };
        self.reply(job, &Reply::Hello(hello));
    }

    fn handle(&mut self, job: u32, request: Request) {
        match request {
            Request::Hello { session } => {
                if self.session.is_some_and(|known| known != session) {
                    self.jobs.kill_all();
                    self.incoming = None;
                }
                self.session = Some(session);
                self.hello(job);
            }
            Request::Ping => self.reply(job, &Reply::Pong),
            Request::Run(run) => self.jobs.start(job, &run),
            Request::Stdin(piece) => self.jobs.stdin(job, piece),
            Request::Signal(signal) => self.jobs.signal(job, signal),
            Request::Read { path } => {
                let outbox = self.outbox.clone();
                thread::spawn(move || files::send(&path, job, &outbox));
            }
            Request::Write { path, mode } => {
                self.incoming = Some((job, Incoming::open(&path, mode)));
            }
            Request::Data(piece) => match self.incoming.take() {
                Some((owner, incoming)) if owner == job && piece.is_empty() => {
                    self.reply(job, &incoming.finish());
                }
                Some((owner, mut incoming)) if owner == job => {
                    incoming.data(&piece);
                    self.incoming = Some((owner, incoming));
                }
                other => {
                    self.incoming = other;
                    self.reply(job, &Reply::Failed(b"no file is being written".to_vec()));
                }
            },
            Request::Sync => {
                sys::sync_disks();
                self.reply(job, &Reply::Done);
            }
            Request::PowerOff => self.leave(job, "poweroff", sys::power_off),
            Request::Reboot => self.leave(job, "reboot", sys::restart),
        }
    }

    /// PID 1 does it itself; a service asks the system that it is part of.
    fn leave(&self, job: u32, program: &str, now: fn() -> std::io::Error) {
        self.reply(job, &Reply::Done);
        if self.first {
            sys::sync_disks();
            let error = now();
            self.reply(job, &Reply::Failed(error.to_string().into_bytes()));
        } else if let Err(error) = Command::new(program).spawn() {
            self.reply(job, &Reply::Failed(format!("{program}: {error}").into_bytes()));
        }
    }
}

fn parse_uuid(text: &str) -> [u8; 16] {
    let mut out = [0; 16];
    let mut digits = text.chars().filter_map(|digit| digit.to_digit(16));
    for byte in &mut out {
        let (Some(high), Some(low)) = (digits.next(), digits.next()) else {
            break;
        };
        *byte = u8::try_from(high * 16 + low).unwrap_or(0);
    }
    out
}
