//! The results of one test over several runs.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::case::{Case, Outcome};

/// One result of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Result {
    /// Index of the run, by whoever collects the results.
    pub run: usize,
    /// How its last attempt ended.
    pub outcome: Outcome,
    /// Failed attempts beside the last one.
    pub retries: u32,
    /// How long the last attempt took.
    pub time: Option<Duration>,
    /// How long all attempts took together.
    pub total: Duration,
}

/// The results of one test, in the order in which they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The results.
    pub results: Vec<Result>,
}

/// Why a test counts as flaky.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaky {
    /// It passed and failed within one run.
    WithinRun,
    /// It passed and failed in runs of one commit.
    AtOneCommit,
    /// It passed and failed in runs whose commits are not all known: perhaps the code changed in between.
    AcrossRuns,
}

impl History {
    /// Adds the result of a run.
    pub fn add(&mut self, run: usize, case: &Case) {
        self.results.push(Result {
            run,
            outcome: case.outcome.clone(),
            retries: case.retries,
            time: case.time,
            total: case.total,
        });
    }

    /// Whether any result is of that outcome.
    #[must_use]
    pub fn has(&self, outcome: &Outcome) -> bool {
        self.results.iter().any(|result| result.outcome == *outcome)
    }

    /// Durations of its runs, without skipped ones.
    pub fn times(&self) -> impl Iterator<Item = Duration> {
        self.results
            .iter()
            .filter(|result| result.outcome != Outcome::Skipped)
            .filter_map(|result| result.time)
    }

    /// Durations of its runs that passed at the first attempt.
    pub fn clean_times(&self) -> impl Iterator<Item = Duration> {
        let clean = |result: &&Result| result.outcome == Outcome::Passed && result.retries == 0;
        self.results.iter().filter(clean).filter_map(|result| result.time)
    }

    /// Whether it passed and failed, and where. `commits` gives the commit of each run, where it is known.
    #[must_use]
    pub fn flaky(&self, commits: &[Option<String>]) -> Option<Flaky> {
        let runs = |outcome: &Outcome| -> BTreeSet<usize> {
            self.results.iter().filter(|result| result.outcome == *outcome).map(|result| result.run).collect()
        };
        let (passed, failed) = (runs(&Outcome::Passed), runs(&Outcome::Failed));
        let retried = |result: &Result| result.outcome == Outcome::Passed && result.retries > 0;
        if self.results.iter().any(retried) || !passed.is_disjoint(&failed) {
            return Some(Flaky::WithinRun);
        }
        if passed.is_empty() || failed.is_empty() {
            return None;
        }
        let commit = |run: &usize| commits.get(*run).and_then(Option::as_ref);
        let known = |runs: &BTreeSet<usize>| -> BTreeSet<String> {
            runs.iter().filter_map(commit).cloned().collect()
        };
        if !known(&passed).is_disjoint(&known(&failed)) {
            return Some(Flaky::AtOneCommit);
        }
        let unknown = passed.iter().chain(&failed).any(|run| commit(run).is_none());
        unknown.then_some(Flaky::AcrossRuns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(results: &[(usize, Outcome, u32)]) -> History {
        let result = |(run, outcome, retries): &(usize, Outcome, u32)| Result {
            run: *run,
            outcome: outcome.clone(),
            retries: *retries,
            time: Some(Duration::from_secs(1)),
            total: Duration::from_secs(1),
        };
        History { results: results.iter().map(result).collect() }
    }

    fn commits(words: &[&str]) -> Vec<Option<String>> {
        words.iter().map(|word| (!word.is_empty()).then(|| (*word).to_owned())).collect()
    }

    #[test]
    fn passing_after_a_retry_is_flaky() {
        assert_eq!(history(&[(0, Outcome::Passed, 2)]).flaky(&commits(&[""])), Some(Flaky::WithinRun));
        assert_eq!(history(&[(0, Outcome::Failed, 2)]).flaky(&commits(&[""])), None);
    }

    #[test]
    fn passing_and_failing_at_one_commit_is_flaky() {
        let both = history(&[(0, Outcome::Passed, 0), (1, Outcome::Failed, 0)]);
        assert_eq!(both.flaky(&commits(&["a", "a"])), Some(Flaky::AtOneCommit));
        assert_eq!(both.flaky(&commits(&["a", "b"])), None, "the code changed in between");
        assert_eq!(both.flaky(&commits(&["a", ""])), Some(Flaky::AcrossRuns));
        assert_eq!(both.flaky(&[]), Some(Flaky::AcrossRuns));
    }

    #[test]
    fn skipped_and_unclear_runs_prove_nothing() {
        let results =
            [(0, Outcome::Passed, 0), (0, Outcome::Skipped, 0), (0, Outcome::Unclear("x".into()), 0)];
        assert_eq!(history(&results).flaky(&commits(&["a"])), None);
    }
}
