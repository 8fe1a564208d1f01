//! The seam between the lab and a VMM: a driver knows one VMM's command line and control channel, and nothing else.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::abilities::Abilities;
use crate::line::Line;
use crate::process::{CommandLine, Streams};
use crate::spec::{Arch, BootSpec};
use crate::timeline::EventKind;
use lightest_guests::host::{Host, Missing};

/// Whether a driver has booted real machines where its tests run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Proof {
    /// Its tests boot real guests.
    #[serde(rename = "boots real guests")]
    BootsRealGuests,
    /// Written from the VMM's source and documentation, and never run with the VMM.
    #[serde(rename = "written from the source, never run")]
    WrittenFromSource,
}

impl Proof {
    /// Whether real guests were seen.
    #[must_use]
    pub fn proven(self) -> bool {
        self == Self::BootsRealGuests
    }

    /// For people; `None` where there is nothing to warn of.
    #[must_use]
    pub fn warning(self) -> Option<&'static str> {
        (!self.proven())
            .then_some("written from the source, never run: no test has seen this driver with its VMM")
    }
}

/// Where one of a machine's channels is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The VMM connects to a socket on which we listen before it starts: no time is lost in asking.
    WeListen(PathBuf),
    /// The VMM listens; we connect as soon as the socket is there.
    VmmListens(PathBuf),
    /// The VMM's own standard streams.
    OwnStreams,
}

/// All that is needed to start a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The VMM.
    pub line: CommandLine,
    /// Its standard streams.
    pub streams: Streams,
    /// Processes that must run first, each with the socket that shows that it is ready.
    pub helpers: Vec<(CommandLine, PathBuf)>,
    /// The control channel.
    pub control: Endpoint,
    /// The guest's consoles; the second is a firmware's debug output. None when they come over the control channel.
    pub consoles: Vec<Endpoint>,
    /// The agent's channel.
    pub agent: Option<Endpoint>,
    /// Whether the machine waits to be resumed until all its consoles are met.
    pub paused: bool,
}

/// Why a machine cannot be started at all.
#[derive(Debug, thiserror::Error)]
pub enum CannotStart {
    /// Packages are missing.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// The driver has no way to do this.
    #[error("{0}")]
    Unsupported(String),
    /// The operating system refused something.
    #[error("{what}: {error}")]
    Io {
        /// The attempted action.
        what: String,
        /// The reason.
        #[source]
        error: io::Error,
    },
}

impl CannotStart {
    /// An error of the operating system.
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |error| Self::Io { what, error }
    }
}

/// An event of a channel of the VMM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelEvent {
    /// Something happened to the machine.
    Event(EventKind),
    /// Output of the guest's first console, where it has no channel of its own.
    Console(Vec<u8>),
}

/// Receives what a channel reports, with the instant of its arrival.
pub type EventSink = Box<dyn Fn(Instant, ChannelEvent) + Send>;

/// A running machine's control channel. Each call waits for the VMM's answer, but not longer than its limit.
pub trait Control: Send + Sync {
    /// Presses the power button, or whatever the VMM has to ask a guest to turn itself off.
    ///
    /// # Errors
    /// When the VMM does not do it.
    fn power_button(&self, limit: Duration) -> Result<(), String>;

    /// Lets a machine go on that [`Prepared::paused`] started paused.
    ///
    /// # Errors
    /// When the VMM does not do it.
    fn resume(&self, limit: Duration) -> Result<(), String> {
        let _ = limit;
        Err("this driver starts no machine paused".to_owned())
    }

    /// The machine's state, in the VMM's words.
    ///
    /// # Errors
    /// When the VMM does not report it.
    fn state(&self, limit: Duration) -> Result<String, String>;

    /// Saves all of the machine into a file from which `BootSpec::restore` goes on; it may be stopped afterwards.
    ///
    /// # Errors
    /// When the VMM cannot.
    fn save(&self, file: &Path, limit: Duration) -> Result<(), String> {
        let _ = (file, limit);
        Err("this driver cannot save a machine".to_owned())
    }
}

/// One VMM.
pub trait Driver: Sync {
    /// Its name: in configurations, or after `--vmm`.
    fn name(&self) -> &'static str;

    /// For people.
    fn title(&self) -> &'static str;

    /// Whether it has met its VMM.
    fn proof(&self) -> Proof;

    /// The machines that it can run.
    fn abilities(&self) -> &'static Abilities;

    /// The VMM's program on this host.
    ///
    /// # Errors
    /// With what to install or to name, when it is not there.
    fn find(&self, arch: Arch, host: &Host) -> Result<PathBuf, Missing>;

    /// The environment variable in which the user can name the program, where the VMM is not a package's.
    fn variable(&self) -> Option<String> {
        None
    }

    /// The program's version, in its own words.
    fn version(&self, program: &Path, host: &Host) -> Option<String> {
        host.first_line(program, &["--version"])
    }

    /// Works out how to start a machine that [`Plan`](crate::plan::Plan) checked; `dir` lives as long as the machine.
    ///
    /// # Errors
    /// When this host or this VMM cannot.
    fn prepare(
        &self,
        spec: &BootSpec,
        program: &Path,
        host: &Host,
        dir: &Path,
    ) -> Result<Prepared, CannotStart>;

    /// Takes over the control channel.
    ///
    /// # Errors
    /// When the channel cannot be used.
    fn attach(&self, control: Line, sink: EventSink) -> io::Result<Arc<dyn Control>>;

    /// The event that a line of the VMM's own log means.
    fn logged(&self, line: &str) -> Option<EventKind> {
        let _ = line;
        None
    }

    /// The event that the exit status of the VMM's process means, where the VMM reports by it.
    fn ended(&self, spec: &BootSpec, code: Option<i32>) -> Vec<EventKind> {
        let _ = (spec, code);
        Vec::new()
    }
}

/// A path as text for a command line.
pub(crate) fn path_text(path: &Path) -> Result<&str, CannotStart> {
    path.to_str()
        .ok_or_else(|| CannotStart::Unsupported(format!("{}: the name is not UTF-8", path.display())))
}

/// A path as text, unless it has a character that the VMM's option syntax would read as its own.
pub(crate) fn plain_path<'a>(path: &'a Path, special: &[char]) -> Result<&'a str, CannotStart> {
    let text = path_text(path)?;
    match text.chars().find(|letter| special.contains(letter) || letter.is_control()) {
        None => Ok(text),
        Some(letter) => Err(CannotStart::Unsupported(format!(
            "{text}: the name has a {letter:?}, which this VMM's options have no way to write"
        ))),
    }
}

/// The process's exit code; none when a signal ended it.
pub(crate) fn exit_code(status: ExitStatus) -> Option<i32> {
    if status.signal().is_some() { None } else { status.code() }
}
