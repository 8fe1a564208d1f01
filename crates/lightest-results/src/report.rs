//! Properties of a whole report, and errors of reading one.

use std::time::Duration;

/// Properties of a whole report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The name of the run, as the runner gives it.
    pub name: Option<String>,
    /// The run's own identifier, where the runner gives one.
    pub uuid: Option<String>,
    /// When the run started, as written; of the first suite where the report itself has none.
    pub timestamp: Option<String>,
    /// How long the run took, wall clock.
    pub time: Option<Duration>,
    /// The properties of all suites that name a commit, without repetitions.
    pub commits: Vec<String>,
    /// How many cases there are.
    pub cases: u64,
    /// Cases that are no tests: setup scripts, and nodes around a suite.
    pub setup: u64,
}

/// Why a report cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The mistake: lower-case start, no full stop.
    pub message: String,
    /// The line, one-based.
    pub line: u64,
    /// The byte, from zero.
    pub byte: u64,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, byte {}: {}", self.line, self.byte, self.message)
    }
}

impl std::error::Error for Unreadable {}
