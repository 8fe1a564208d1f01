//! The seam between the lab and a VMM: a driver knows one VMM's command line and control channel, and nothing else.

use std::fmt;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::host::{Host, Missing};
use crate::process::CommandLine;
use crate::spec::BootSpec;
use crate::timeline::EventKind;

/// Whether a driver's work was seen with real machines where its tests run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Its tests boot real guests.
    BootsRealGuests,
    /// Not proven here: its tests hold it against recorded dialogue only.
    RecordedDialogueOnly,
}

/// Where one of a machine's channels is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The VMM connects to a socket on which we listen before it starts: no time is lost in asking.
    WeListen(PathBuf),
    /// The VMM listens; we connect as soon as the socket is there.
    VmmListens(PathBuf),
}

impl Endpoint {
    /// The socket's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::WeListen(path) | Self::VmmListens(path) => path,
        }
    }
}

/// All that is needed to start a machine.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The VMM.
    pub line: CommandLine,
    /// Processes that must run first, each with the socket that shows that it is ready.
    pub helpers: Vec<(CommandLine, PathBuf)>,
    /// The control channel.
    pub control: Endpoint,
    /// The guest's consoles; the second is a firmware's debug output.
    pub consoles: Vec<Endpoint>,
    /// The agent's port.
    pub agent: Option<Endpoint>,
}

/// Why a machine cannot be started at all.
#[derive(Debug)]
pub enum CannotStart {
    /// Packages are missing.
    Missing(Missing),
    /// The driver has no way to do this.
    Unsupported(String),
    /// The operating system refused something.
    Io {
        /// What was tried.
        what: String,
        /// The reason.
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

impl fmt::Display for CannotStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(missing) => missing.fmt(f),
            Self::Unsupported(what) => f.write_str(what),
            Self::Io { what, error } => write!(f, "{what}: {error}"),
        }
    }
}

impl std::error::Error for CannotStart {}

impl From<Missing> for CannotStart {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

/// Hears what a control channel tells.
pub type Tell = Box<dyn Fn(Instant, EventKind) + Send>;

/// A running machine's control channel.
pub trait Control: Send + Sync {
    /// Presses the power button.
    ///
    /// # Errors
    /// When the VMM does not do it.
    fn power_button(&self, limit: Duration) -> Result<(), String>;

    /// Ends the VMM.
    ///
    /// # Errors
    /// When the VMM does not do it.
    fn quit(&self, limit: Duration) -> Result<(), String>;

    /// What the VMM says of the machine's state.
    ///
    /// # Errors
    /// When the VMM does not say.
    fn state(&self, limit: Duration) -> Result<String, String>;

    /// Stops the machine and saves all of it into a file.
    ///
    /// # Errors
    /// When the VMM cannot.
    fn save(&self, file: &Path, limit: Duration) -> Result<(), String>;

    /// Lets a stopped machine go on.
    ///
    /// # Errors
    /// When the VMM does not do it.
    fn resume(&self, limit: Duration) -> Result<(), String>;
}

/// One VMM.
pub trait Driver: Sync {
    /// Its name in configurations.
    fn name(&self) -> &'static str;

    /// How far its work is proven.
    fn proof(&self) -> Proof;

    /// Works out how to start the machine; `room` is a directory that lives as long as the machine.
    ///
    /// # Errors
    /// When this host or this VMM cannot.
    fn prepare(&self, spec: &BootSpec, host: &Host, room: &Path) -> Result<Prepared, CannotStart>;

    /// Takes over the control channel.
    ///
    /// # Errors
    /// When the channel cannot be used.
    fn attach(&self, control: UnixStream, tell: Tell) -> io::Result<Arc<dyn Control>>;
}
