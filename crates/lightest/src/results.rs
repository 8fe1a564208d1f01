//! Test results, set beside the variants of a tree.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use lightest_results::case::{Case, Outcome};
use lightest_results::history::History;
use lightest_results::junit;

use crate::failure::Failure;
use crate::schema::shared;
use crate::tests_read::Tests;
use crate::{input, output};

/// So many names that match no variant are kept to be shown.
const SHOWN: usize = 20;

/// One report that was read.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// The file.
    pub(crate) path: PathBuf,
    /// An identifier for it: a part of its own, of its time, or of its file's name.
    pub(crate) id: String,
    /// Its kind, in words.
    pub(crate) title: String,
    /// The day of the run, `YYYY-MM-DD`.
    pub(crate) date: Option<String>,
    /// The commit that was tested.
    pub(crate) commit: Option<String>,
    /// The number of its cases, without setup.
    pub(crate) cases: u64,
}

/// A result that a message points to.
#[derive(Clone, Debug)]
pub(crate) struct ResultPlace {
    /// Index of its run.
    pub(crate) run: usize,
    /// The line in the report.
    pub(crate) line: u64,
    /// The start of the failure's message.
    pub(crate) message: String,
}

/// The results of one variant.
#[derive(Debug, Default)]
pub(crate) struct Variant {
    pub(crate) history: History,
    /// Passes that show something.
    pub(crate) passed: Vec<ResultPlace>,
    /// Passes that may hide a failure.
    pub(crate) masked: Vec<ResultPlace>,
    pub(crate) failed: Vec<ResultPlace>,
    pub(crate) skipped: usize,
    /// Elements that were not understood, with places.
    pub(crate) unclear: Vec<(String, ResultPlace)>,
}

/// The results of a tree's variants.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) runs: Vec<Run>,
    /// By the variant's name.
    pub(crate) variants: BTreeMap<String, Variant>,
    /// How many cases match no variant.
    pub(crate) unmatched: u64,
    /// The first of their names.
    pub(crate) unmatched_names: BTreeSet<String>,
    /// Names that more than one test of the tree has, so that their results belong to none.
    pub(crate) ambiguous: BTreeSet<String>,
}

/// Circumstances of runs beside their reports.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RunContext<'a> {
    /// The commit of all runs.
    pub(crate) commit: Option<&'a str>,
    /// A name for all of them, which makes them one run.
    pub(crate) run: Option<&'a str>,
    /// Whether a variant whose failures block nobody is known to be reported as failed where it failed.
    pub(crate) unmasked: bool,
}

impl Run {
    /// For programs.
    pub(crate) fn answer(&self) -> shared::Run<'_> {
        shared::Run {
            file_name: output::shown(&self.path).to_string(),
            title: &self.title,
            date: self.date.as_deref(),
            commit: self.commit.as_deref(),
            cases: self.cases,
        }
    }
}

impl Results {
    /// The cases that match no variant, for programs.
    pub(crate) fn unmatched(&self) -> shared::Unmatched<'_> {
        let names = self.unmatched_names.iter().map(String::as_str).collect();
        shared::Unmatched { count: self.unmatched, names }
    }

    /// Reads reports, and sets them beside the variants of a tree.
    pub(crate) fn read(paths: &[PathBuf], tests: &Tests, about: RunContext<'_>) -> Result<Self, Failure> {
        let mut results = Self::default();
        let mut known: HashMap<&str, (usize, bool)> = HashMap::new();
        for (test, _, variant) in tests.variants() {
            let unstable = variant.unstable.is_some();
            match known.insert(&variant.name, (test, unstable)) {
                Some((other, _)) if other != test => {
                    results.ambiguous.insert(variant.name.clone());
                }
                _ => {}
            }
        }
        let masking = tests.dialect.masking().filter(|_| !about.unmasked);
        let watch: Vec<&str> = masking.iter().flat_map(|masking| [masking.passed, masking.failed]).collect();
        for path in paths {
            let file = input::open(path).map_err(|error| error.failure(path))?;
            let run = results.runs.len();
            let read = junit::read(file, &watch, |_, case| {
                let name = tests.dialect.variant_of(&case.name);
                match known.get(name) {
                    Some((_, unstable)) if !results.ambiguous.contains(name) => {
                        let masked = *unstable && masking.is_some() && case.found.as_slice() != [true, false];
                        let variant = results.variants.entry(name.to_owned()).or_default();
                        variant.add(run, &case, masked);
                    }
                    _ => {
                        results.unmatched += 1;
                        if results.unmatched_names.len() < SHOWN {
                            results.unmatched_names.insert(case.name);
                        }
                    }
                }
            });
            let report = read.map_err(|error| {
                Failure::new(format!("{}:{}: {}", output::shown(path), error.line, error.message))
                    .note(format!("byte {} of the file", error.byte))
                    .help("name reports as cargo-nextest or Ginkgo write them; nothing of this one was used")
            })?;
            results.runs.push(run_of(path, &report, about)?);
        }
        Ok(results)
    }

    /// The commits of the runs, where they are known.
    pub(crate) fn commits(&self) -> Vec<Option<String>> {
        self.runs.iter().map(|run| run.commit.clone()).collect()
    }

    /// The note on names that match no variant; empty where all do.
    pub(crate) fn unmatched_note(&self) -> Option<String> {
        if self.unmatched == 0 {
            return None;
        }
        let names: Vec<String> =
            self.unmatched_names.iter().take(5).map(|name| format!("`{}`", output::line(name))).collect();
        let total: u64 = self.runs.iter().map(|run| run.cases).sum();
        let more = if self.unmatched > names.len() as u64 { ", .." } else { "" };
        Some(format!(
            "{} of {total} results match no variant of these tests: {}{more}",
            self.unmatched,
            names.join(", ")
        ))
    }
}

impl Variant {
    fn add(&mut self, run: usize, case: &Case, masked: bool) {
        let seen = ResultPlace { run, line: case.line, message: case.message.clone() };
        let mut counted = case.clone();
        match &case.outcome {
            Outcome::Passed if masked => {
                counted.outcome = Outcome::Unclear("it may hide a failure".to_owned());
                self.masked.push(seen);
            }
            Outcome::Passed => self.passed.push(seen),
            Outcome::Failed => self.failed.push(seen),
            Outcome::Skipped => self.skipped += 1,
            Outcome::Unclear(what) => self.unclear.push((what.clone(), seen)),
        }
        self.history.add(run, &counted);
    }
}

fn run_of(path: &Path, report: &junit::Report, about: RunContext<'_>) -> Result<Run, Failure> {
    let commit = match (about.commit, report.commits.as_slice()) {
        (Some(given), [named]) if !same_commit(given, named) => {
            return Err(Failure::new(format!(
                "{} names the commit `{}`, not `{}`",
                output::shown(path),
                output::line(named),
                output::line(given)
            ))
            .help("leave out `--commit`, or name the reports of one commit"));
        }
        (Some(given), _) => Some(given.to_owned()),
        (None, [named]) => Some(named.clone()),
        // Reports of several commits, merged into one: whose a result is, is not known.
        (None, _) => None,
    };
    let digits =
        |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let id = match (about.run, &report.uuid, &report.timestamp) {
        (Some(name), ..) => slug(name),
        (None, Some(uuid), _) if !digits(uuid).is_empty() => digits(uuid).chars().take(12).collect(),
        (None, _, Some(time)) if !digits(time).is_empty() => digits(time).chars().take(15).collect(),
        _ => slug(&stem),
    };
    let name = about.run.or(report.name.as_deref()).unwrap_or("test run");
    let own = report.uuid.as_deref().or(report.timestamp.as_deref()).unwrap_or(&stem);
    Ok(Run {
        path: path.to_owned(),
        id: format!("run-{id}"),
        title: format!("{} {}, read from JUnit", output::line(name), output::line(own)),
        date: report.timestamp.as_deref().and_then(day),
        commit,
        cases: report.cases - report.setup,
    })
}

/// Whether one is an abbreviation of the other.
fn same_commit(one: &str, other: &str) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug: String = slug.trim_end_matches('-').chars().take(60).collect();
    if slug.is_empty() { "unnamed".to_owned() } else { slug }
}

/// The day of a timestamp; `None` where it does not begin with one, or is Go's zero time.
fn day(timestamp: &str) -> Option<String> {
    let day = timestamp.get(..10)?;
    let shape = day.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    (shape && !day.starts_with("0001")).then(|| day.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_days_are_taken_as_far_as_they_are_safe() {
        assert_eq!(slug("CI run #42 / x64"), "ci-run-42-x64");
        assert_eq!(slug("\u{1b}[31m"), "31m");
        assert_eq!(slug("…"), "unnamed");
        assert_eq!(day("2026-09-01T08:30:00.250+00:00").as_deref(), Some("2026-09-01"));
        assert_eq!(day("0001-01-01T00:00:00"), None);
        assert_eq!(day("yesterday, I think"), None);
        assert!(same_commit("1488a37b7", "1488a37b7f"));
    }
}
