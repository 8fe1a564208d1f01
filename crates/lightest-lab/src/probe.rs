//! Asks a running guest what it has; the questions are those of `guests/probe.toml`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::agent::{Agent, AgentError};
use crate::console::short;
use crate::message::Run;

const QUESTIONS: &str = include_str!("../../../guests/probe.toml");
const MOST_OUTPUT: usize = 64 * 1024;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Questions {
    ask: Vec<Question>,
}

/// The question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The requirement that it is about.
    pub requirement: String,
    /// A shell command.
    pub command: String,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Found {
    /// The requirement.
    pub requirement: String,
    /// Whether the guest meets it.
    pub met: bool,
    /// The question.
    pub command: String,
    /// The first line of the guest's answer.
    pub answer: String,
}

/// The questions.
///
/// # Panics
/// Never: a test reads the embedded text.
#[must_use]
pub fn questions() -> Vec<Question> {
    let all: Questions = toml::from_str(QUESTIONS).expect("guests/probe.toml is read by a test");
    all.ask
}

/// Asks them all.
///
/// # Errors
/// When the agent cannot run a shell: that is no answer about anything.
pub fn ask(agent: &Agent, limit: Duration) -> Result<Vec<Found>, AgentError> {
    questions()
        .into_iter()
        .map(|question| {
            let argv = ["sh", "-c", &question.command].map(|word| word.as_bytes().to_vec()).to_vec();
            let output = agent.run(&Run { argv, ..Run::default() }, b"", MOST_OUTPUT, limit)?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let answer = short(text.lines().next().unwrap_or_default());
            let met = output.success();
            Ok(Found { requirement: question.requirement, met, command: question.command, answer })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_requirement_is_asked_once() {
        let all = questions();
        let once: BTreeSet<_> = all.iter().map(|question| &question.requirement).collect();
        assert_eq!(once.len(), all.len());
    }
}
