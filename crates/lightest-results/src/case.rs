//! The result of one test in one run.

use std::time::Duration;

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its last attempt passed.
    Passed,
    /// Its last attempt failed, or its process did.
    Failed,
    /// It did not run.
    Skipped,
    /// The report uses a word or an element that is not understood, so the test may not count as passed.
    Unclear(String),
}

/// The result of one test in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name, as the runner writes it.
    pub name: String,
    /// The binary or suite that it belongs to.
    pub class: String,
    /// How its last attempt ended.
    pub outcome: Outcome,
    /// Failed attempts beside the last one.
    pub retries: u32,
    /// How long the last attempt took; `None` where the report gives no usable number.
    pub time: Option<Duration>,
    /// How long all attempts took together, as far as the report gives it.
    pub total: Duration,
    /// The start of the failure's message; empty where there is none.
    pub message: String,
    /// Whether the report keeps what the test wrote.
    pub has_output: bool,
    /// For each text that was looked for, whether the test's output contains it.
    pub found: Vec<bool>,
    /// The line of the report, one-based.
    pub line: u64,
}

/// Where cases stand in a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// When it started, as written.
    pub timestamp: Option<String>,
    /// Its properties so far, in order. At most 256 are kept.
    pub properties: Vec<(String, String)>,
}

impl Suite {
    /// The value of a property.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
