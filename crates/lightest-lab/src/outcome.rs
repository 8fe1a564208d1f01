//! How a boot can end: what was reached, or why not. A failure is never a number.

use std::time::Duration;

use serde::Serialize;

use crate::driver::Proof;
use crate::timeline::{Timeline, seconds};

/// Why a boot did not reach what was waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "failure")]
pub enum Failure {
    /// The time was up.
    #[error("timed out after {:.1} s waiting for {waited_for}", limit.as_secs_f64())]
    TimedOut {
        /// What was waited for.
        waited_for: String,
        /// How long, in seconds.
        #[serde(rename = "limit_s", serialize_with = "seconds")]
        #[cfg_attr(feature = "schema", schemars(with = "f64"))]
        limit: Duration,
    },
    /// The guest's kernel gave up.
    #[error("the guest gave up: {what}")]
    Panicked {
        /// The line or message that shows it.
        what: String,
    },
    /// The VMM ended before.
    #[error("the VMM ended ({status}) while waiting for {waited_for}")]
    Exited {
        /// Its status.
        status: String,
        /// What was waited for.
        waited_for: String,
    },
    /// The guest turned itself off before.
    #[error("the guest turned itself off while waiting for {waited_for}")]
    ShutDown {
        /// What was waited for.
        waited_for: String,
    },
    /// The guest resets again and again.
    #[error("the guest was reset {resets} times")]
    ResetLoop {
        /// How often it did.
        resets: u32,
    },
    /// Firmware found nothing to boot although there was something.
    #[error("the firmware found nothing to boot: {line}")]
    NothingToBoot {
        /// The line that shows it.
        line: String,
    },
    /// The agent speaks another version of the protocol.
    #[error(
        "the agent speaks version {guest} of the protocol, this program version {host}; build the image again"
    )]
    AgentVersion {
        /// The version that it speaks.
        guest: u32,
        /// The version that we speak.
        host: u32,
    },
    /// The VMM did not do what it was asked.
    #[error("the VMM: {what}")]
    Control {
        /// Its answer or ours.
        what: String,
    },
    /// The agent did not do what it was asked.
    #[error("the agent: {what}")]
    Agent {
        /// Its answer or ours.
        what: String,
    },
}

/// Where to look when a boot failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Diagnosis {
    /// The console's last lines.
    pub console_tail: Vec<String>,
    /// The machine's state, in the VMM's words.
    pub vmm_state: Option<String>,
    /// The VMM's last messages.
    pub vmm_stderr: Vec<String>,
    /// The command line that started the VMM.
    pub command: Vec<String>,
}

fn optional_seconds<S: serde::Serializer>(at: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => seconds(at, serializer),
        None => serializer.serialize_none(),
    }
}

/// One boot, from start to end.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// The configuration.
    pub config: String,
    /// The VMM that ran it.
    pub vmm: String,
    /// Whether this VMM's driver has booted real guests in tests.
    pub proven: bool,
    /// The same in words.
    pub driver_proof: Proof,
    /// `tcg`, `kvm` or another.
    pub accelerator: String,
    /// When all that was waited for had come, in seconds after the start of the VMM; absent on a failure.
    #[serde(
        rename = "reached_s",
        serialize_with = "optional_seconds",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub reached: Option<Duration>,
    /// The timeline.
    #[serde(flatten)]
    pub timeline: Timeline,
    /// `None` when all that was waited for came.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// With a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<Diagnosis>,
}
