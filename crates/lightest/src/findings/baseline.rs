//! A baseline: findings that are there already, by file, test and rule. Its counts only shrink.

use std::collections::BTreeMap;
use std::path::Path;

use lightest_lint::finding::Finding;
use serde::{Deserialize, Serialize};

use super::Report;
use crate::failure::Failure;
use crate::input::{self, ReadError};
use crate::output;

/// The file's first line.
const HEAD: &str = "# Findings that `lightest check` found when this was written; its counts only shrink.\n\
                    # `lightest check --update-baseline` takes out what is fixed, and never adds.\n\n";

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    finding: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    test: String,
    rule: String,
    count: usize,
}

/// Known findings, counted.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    known: BTreeMap<(String, String, String), usize>,
    /// The text of its file.
    was: String,
}

/// The comparison of findings with a baseline.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// Findings that the baseline does not know.
    pub(crate) new: Vec<Finding>,
    /// How many it knows.
    pub(crate) known: usize,
    /// How many it expects that are gone.
    pub(crate) gone: usize,
    /// The baseline without those.
    pub(crate) shrunk: Baseline,
}

impl Baseline {
    /// Reads a baseline; `None` where there is none yet.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, Failure> {
        let text = match input::text(path) {
            Ok(text) => text,
            Err(ReadError::Missing) => return Ok(None),
            Err(error) => return Err(error.failure(path)),
        };
        Self::parse(path, &text).map(Some)
    }

    /// Reads the text of a baseline.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, Failure> {
        let file: File = toml::from_str(text).map_err(|error| {
            Failure::of_toml(path, text, &error)
                .help_or_note("name a baseline, or remove the file and write one with `--update-baseline`")
        })?;
        let mut baseline = Self { was: text.to_owned(), ..Self::default() };
        for entry in file.finding {
            let count = baseline.known.entry((entry.path, entry.test, entry.rule)).or_default();
            *count = count.saturating_add(entry.count);
        }
        Ok(baseline)
    }

    /// The baseline that knows exactly these findings.
    pub(crate) fn of(report: &Report<'_>, folder: &Path) -> Self {
        let mut baseline = Self::default();
        for finding in report.findings {
            *baseline.known.entry(key(report, finding, folder)).or_default() += 1;
        }
        baseline
    }

    /// Compares findings with the baseline.
    pub(crate) fn compare(&self, report: &Report<'_>, folder: &Path) -> Comparison {
        let mut left = self.known.clone();
        let (mut new, mut shrunk) = (Vec::new(), Self { was: self.was.clone(), ..Self::default() });
        let mut known = 0;
        for finding in report.findings {
            let key = key(report, finding, folder);
            match left.get_mut(&key).filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    known += 1;
                    *shrunk.known.entry(key).or_default() += 1;
                }
                None => new.push(finding.clone()),
            }
        }
        Comparison {
            new,
            known,
            gone: left.values().fold(0, |sum, count| sum.saturating_add(*count)),
            shrunk,
        }
    }

    /// Writes the baseline, unless another run changed the file since it was read.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        let finding =
            self.known.iter().filter(|(_, count)| **count > 0).map(|((path, test, rule), count)| Entry {
                path: path.clone(),
                test: test.clone(),
                rule: rule.clone(),
                count: *count,
            });
        let file = File { finding: finding.collect() };
        let text = toml::to_string(&file)
            .map_err(|error| Failure::new(format!("the baseline cannot be written: {error}")))?;
        output::write_over(path, &self.was, &format!("{HEAD}{text}"), None)
    }
}

/// The key of a finding; paths are relative to the baseline's folder.
fn key(report: &Report<'_>, finding: &Finding, folder: &Path) -> (String, String, String) {
    let path = output::named_from(Path::new(report.path(finding.span())), folder);
    let path = String::from_utf8_lossy(&path).into_owned();
    (path, finding.test.clone(), finding.rule().to_owned())
}
