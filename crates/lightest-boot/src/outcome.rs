//! How a boot can end: what was reached, or why not. A failure is never a number.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::timeline::{Timeline, seconds};

/// Why a boot did not reach what was waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "failure")]
pub enum Failure {
    /// The time was up.
    TimedOut {
        /// What was waited for.
        waited_for: String,
        /// How long.
        #[serde(rename = "limit_s", serialize_with = "seconds")]
        limit: Duration,
    },
    /// The guest's kernel gave up.
    Panicked {
        /// The line or message that shows it.
        what: String,
    },
    /// The VMM ended before.
    Exited {
        /// Its status.
        status: String,
        /// What was waited for.
        waited_for: String,
    },
    /// The guest turned itself off before.
    ShutDown {
        /// What was waited for.
        waited_for: String,
    },
    /// The guest resets again and again.
    ResetLoop {
        /// How often it did.
        resets: u32,
    },
    /// Firmware found nothing to boot although there was something.
    NothingToBoot {
        /// The line that shows it.
        line: String,
    },
    /// The agent speaks another version of the protocol.
    AgentVersion {
        /// The version that it speaks.
        guest: u32,
        /// The version that we speak.
        host: u32,
    },
    /// The VMM did not do what it was asked.
    Control {
        /// Its answer or ours.
        what: String,
    },
    /// The agent did not do what it was asked.
    Agent {
        /// Its answer or ours.
        what: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut { waited_for, limit } => {
                write!(f, "timed out after {:.1} s waiting for {waited_for}", limit.as_secs_f64())
            }
            Self::Panicked { what } => write!(f, "the guest gave up: {what}"),
            Self::Exited { status, waited_for } => {
                write!(f, "the VMM ended ({status}) while waiting for {waited_for}")
            }
            Self::ShutDown { waited_for } => {
                write!(f, "the guest turned itself off while waiting for {waited_for}")
            }
            Self::ResetLoop { resets } => write!(f, "the guest was reset {resets} times"),
            Self::NothingToBoot { line } => {
                write!(f, "the firmware found nothing to boot: {line}")
            }
            Self::AgentVersion { guest, host } => write!(
                f,
                "the agent speaks version {guest} of the protocol, this program version {host}; build the image again"
            ),
            Self::Control { what } => write!(f, "the VMM: {what}"),
            Self::Agent { what } => write!(f, "the agent: {what}"),
        }
    }
}

/// What to look at when a boot failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// The console's last lines.
    pub console_tail: Vec<String>,
    /// What the VMM says of the machine's state.
    pub vmm_state: Option<String>,
    /// The VMM's last messages.
    pub vmm_stderr: Vec<String>,
    /// The command line that started the VMM.
    pub command: Vec<String>,
}

fn maybe_seconds<S: serde::Serializer>(at: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => seconds(at, serializer),
        None => serializer.serialize_none(),
    }
}

/// One boot, from start to end.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The configuration.
    pub config: String,
    /// The VMM that ran it.
    pub vmm: String,
    /// Whether real guests were seen with this VMM's driver; if not, its driver was held against recorded dialogue only.
    pub proven: bool,
    /// `tcg`, `kvm` or another.
    pub accelerator: String,
    /// When all that was waited for had come; absent on a failure.
    #[serde(rename = "reached_s", serialize_with = "maybe_seconds", skip_serializing_if = "Option::is_none")]
    pub reached: Option<Duration>,
    /// What happened when.
    #[serde(flatten)]
    pub timeline: Timeline,
    /// `None` when all that was waited for came.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// With a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<Diagnosis>,
}
