//! Meets the VMM on its sockets and turns what comes into signals on one queue.

use std::io::{self, Read};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::{Duration, Instant};

use lightest_agent::message::Hello;

use crate::agent::Agent;
use crate::driver::{CannotStart, ChannelEvent, Control, Driver, Endpoint, EventSink, Prepared};
use crate::line::Line;
use crate::timeline::EventKind;

/// How many signals may wait: then the guest's console has to wait too.
pub(crate) const MAX_SIGNALS: usize = 1024;
/// How long console bytes may gather: the error of an event that is read off the console.
const GATHER: Duration = Duration::from_millis(1);
/// How often to look for a socket that the VMM makes.
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// A VMM that does not open its sockets by then has failed in another way already.
const MEET_LIMIT: Duration = Duration::from_secs(30);

/// Something that one of the threads saw.
pub(crate) enum SignalKind {
    Vmm(EventKind),
    Control(Arc<dyn Control>),
    /// A console is connected: from now on none of its output is lost.
    ConsoleMet,
    Console {
        number: usize,
        bytes: Vec<u8>,
    },
    Agent(Agent),
    Hello(Hello),
    Ended,
}

/// With the instant at which the thread saw it.
pub(crate) struct Signal {
    pub(crate) when: Instant,
    pub(crate) kind: SignalKind,
}

/// Called with a connection once it is established.
type OnConnect = Box<dyn FnOnce(Line) + Send>;

/// The connections of one machine; dropping it ends the threads that still wait for a VMM.
pub(crate) struct Channels {
    over: Arc<AtomicBool>,
    listening: Vec<PathBuf>,
    own_streams: Vec<OnConnect>,
}

impl Drop for Channels {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        for path in &self.listening {
            // Whoever still waits in accept() is woken by us.
            let _ = UnixStream::connect(path);
        }
    }
}

impl Channels {
    /// Opens what must be open before the VMM starts, and begins to wait for it.
    pub(crate) fn open(
        driver: &'static dyn Driver,
        prepared: &Prepared,
        queue: &SyncSender<Signal>,
    ) -> Result<Self, CannotStart> {
        let mut channels = Self { over: Arc::default(), listening: Vec::new(), own_streams: Vec::new() };
        let send = queue.clone();
        channels.meet(&prepared.control, move |line| {
            if let Ok(control) = driver.attach(line, event_sink(&send)) {
                put(&send, Instant::now(), SignalKind::Control(control));
            }
        })?;
        for (number, endpoint) in prepared.consoles.iter().enumerate() {
            let send = queue.clone();
            channels.meet(endpoint, move |line| {
                put(&send, Instant::now(), SignalKind::ConsoleMet);
                // Nothing is typed, but a console whose writer is dropped is closed.
                let Line { reader, writer: _writer } = line;
                read_console(reader, number, &send);
            })?;
        }
        if let Some(endpoint) = &prepared.agent {
            let send = queue.clone();
            channels.meet(endpoint, move |line| {
                let sink = send.clone();
                let agent = Agent::start(line, move |when, hello| {
                    put(&sink, when, SignalKind::Hello(hello));
                });
                put(&send, Instant::now(), SignalKind::Agent(agent));
            })?;
        }
        Ok(channels)
    }

    /// The VMM runs: here are our ends of its own streams.
    pub(crate) fn started(&mut self, streams: Option<Line>) {
        if let (Some(met), Some(line)) = (self.own_streams.pop(), streams) {
            thread::spawn(move || met(line));
        }
    }

    fn meet(
        &mut self,
        endpoint: &Endpoint,
        met: impl FnOnce(Line) + Send + 'static,
    ) -> Result<(), CannotStart> {
        let over = Arc::clone(&self.over);
        match endpoint {
            Endpoint::WeListen(path) => {
                let what = format!("cannot listen on {}", path.display());
                let listener = UnixListener::bind(path).map_err(CannotStart::io(what))?;
                self.listening.push(path.clone());
                thread::spawn(move || {
                    if let Ok((stream, _)) = listener.accept()
                        && !over.load(Ordering::SeqCst)
                        && let Ok(line) = Line::socket(stream)
                    {
                        met(line);
                    }
                });
            }
            Endpoint::VmmListens(path) => {
                let path = path.clone();
                thread::spawn(move || {
                    if let Ok(line) = connect_when_there(&path, &over).and_then(Line::socket) {
                        met(line);
                    }
                });
            }
            Endpoint::OwnStreams => self.own_streams.push(Box::new(met)),
        }
        Ok(())
    }
}

fn event_sink(queue: &SyncSender<Signal>) -> EventSink {
    let queue = queue.clone();
    Box::new(move |when, event| {
        let kind = match event {
            ChannelEvent::Event(kind) => SignalKind::Vmm(kind),
            ChannelEvent::Console(bytes) => SignalKind::Console { number: 0, bytes },
        };
        put(&queue, when, kind);
    })
}

/// Waits for a socket that another process makes.
pub(crate) fn connect_when_there(path: &Path, over: &AtomicBool) -> io::Result<UnixStream> {
    let started = Instant::now();
    loop {
        match UnixStream::connect(path) {
            Ok(stream) => return Ok(stream),
            Err(error) if started.elapsed() > MEET_LIMIT || over.load(Ordering::SeqCst) => {
                return Err(error);
            }
            Err(_) => thread::sleep(LOOK_AGAIN),
        }
    }
}

fn put(queue: &SyncSender<Signal>, when: Instant, kind: SignalKind) {
    // Nobody listens any more when the machine is over.
    let _ = queue.send(Signal { when, kind });
}

fn read_console(mut stream: impl Read, number: usize, queue: &SyncSender<Signal>) {
    let mut piece = vec![0; 16 * 1024];
    while let Ok(read) = stream.read(&mut piece) {
        if read == 0 {
            return;
        }
        let bytes = piece[..read].to_vec();
        put(queue, Instant::now(), SignalKind::Console { number, bytes });
        // A serial port comes byte by byte; waking up for each would take time from the guest that is being watched.
        thread::sleep(GATHER);
    }
}
