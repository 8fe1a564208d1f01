//! Events on one monotonic clock that starts when the VMM is spawned.

use std::time::{Duration, Instant};

use serde::{Serialize, Serializer};

/// No guest can make a timeline longer than this.
const MAX_EVENTS: usize = 4096;

/// Who asked for a reset or a shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Initiator {
    /// The guest.
    Guest,
    /// The host: us.
    Host,
    /// The VMM does not report it.
    Unknown,
}

/// Where an event was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Our own process.
    Host,
    /// The VMM's control channel.
    Vmm,
    /// A line of the guest's console.
    Console,
    /// The agent's own word, at the time that it arrived.
    Agent,
    /// Computed from the guest's clock, which the agent reported: arrival minus the guest's time since then.
    GuestClock,
}

/// The kinds of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum EventKind {
    /// The VMM's process exists.
    Spawned,
    /// The VMM answers on its control channel.
    VmmReady {
        /// Its version, in its own words.
        version: String,
    },
    /// Firmware shows its first sign of life.
    Firmware,
    /// Firmware found nothing to boot, as it should when there is no guest.
    NothingToBoot,
    /// The kernel starts.
    Kernel,
    /// The first program of the guest starts.
    Init,
    /// A line that the boot waits for appeared on the console.
    Marker {
        /// The line.
        line: String,
    },
    /// The agent answers.
    AgentReady {
        /// The kernel's release.
        kernel: String,
        /// Whether the agent is the guest's first program.
        pid1: bool,
        /// 1 for the first start of the guest, one more after each reset.
        start: u32,
    },
    /// The machine was reset.
    Reset {
        /// By whom.
        by: Initiator,
    },
    /// The guest was asked to shut down.
    ShutdownAsked {
        /// By which way.
        how: String,
    },
    /// The machine was turned off.
    Shutdown {
        /// By whom.
        by: Initiator,
    },
    /// The guest's kernel gave up.
    Panicked {
        /// The text that shows it.
        what: String,
    },
    /// A saved machine runs again.
    Restored,
    /// The VMM's process ended.
    Exited {
        /// How.
        status: String,
    },
}

impl EventKind {
    /// Its name, as in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Spawned => "spawned",
            Self::VmmReady { .. } => "vmm-ready",
            Self::Firmware => "firmware",
            Self::NothingToBoot => "nothing-to-boot",
            Self::Kernel => "kernel",
            Self::Init => "init",
            Self::Marker { .. } => "marker",
            Self::AgentReady { .. } => "agent-ready",
            Self::Reset { .. } => "reset",
            Self::ShutdownAsked { .. } => "shutdown-asked",
            Self::Shutdown { .. } => "shutdown",
            Self::Panicked { .. } => "panicked",
            Self::Restored => "restored",
            Self::Exited { .. } => "exited",
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// Seconds since the VMM was started.
    #[serde(rename = "at_s", serialize_with = "seconds")]
    #[cfg_attr(feature = "schema", schemars(with = "f64"))]
    pub at: Duration,
    /// Where it was seen.
    pub source: Source,
    /// Its kind.
    #[serde(flatten)]
    pub kind: EventKind,
}

pub(crate) fn seconds<S: Serializer>(at: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    // Microseconds: finer digits would be noise.
    let micros = u32::try_from(at.as_micros()).unwrap_or(u32::MAX);
    serializer.serialize_f64(f64::from(micros) / 1e6)
}

/// All events of one boot, ordered by time.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Timeline {
    #[serde(skip)]
    started: Instant,
    /// Events, in the order of time.
    events: Vec<Event>,
    /// How many events were not kept because there were too many.
    dropped: u64,
}

impl Timeline {
    /// An empty one whose clock starts at the given instant.
    #[must_use]
    pub fn starting(started: Instant) -> Self {
        Self { started, events: Vec::new(), dropped: 0 }
    }

    /// When its clock started.
    #[must_use]
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Enters an event at its place in time; answers with it unless the timeline is full.
    pub fn enter(&mut self, when: Instant, source: Source, kind: EventKind) -> Option<Event> {
        if self.events.len() >= MAX_EVENTS {
            self.dropped += 1;
            return None;
        }
        let event = Event { at: when.saturating_duration_since(self.started), source, kind };
        // After events of the same instant: equal times keep the order in which they were reported.
        let place = self.events.partition_point(|other| other.at <= event.at);
        self.events.insert(place, event.clone());
        Some(event)
    }

    /// All of them, in order.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// When the first event with this name happened.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<Duration> {
        let mut events = self.events.iter();
        events.find(|event| event.kind.name() == name).map(|event| event.at)
    }

    /// When the last event with this name happened.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<Duration> {
        let mut events = self.events.iter().rev();
        events.find(|event| event.kind.name() == name).map(|event| event.at)
    }

    /// How often an event with this name happened.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        let events = self.events.iter();
        events.filter(|event| event.kind.name() == name).count()
    }
}
