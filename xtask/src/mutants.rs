//! Mutation testing: how many changes of the code the tests that specify a crate notice.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::run::{self, cargo, report, root};

/// A crate, and the tests that specify it.
struct Specified {
    name: &'static str,
    /// The packages whose tests these are.
    tests: &'static str,
    /// The programs of tests that are built and run for each mutant; all of the packages where none is named.
    targets: &'static [&'static str],
    /// The share of mutants in percent that they must catch over a whole run.
    goal: usize,
}

const CRATES: [Specified; 2] = [
    Specified { name: "lightest-model", tests: "lightest-model", targets: &[], goal: 95 },
    // The rules need source to read: their fixtures are petri's. Petri's other tests do not specify the linter.
    Specified {
        name: "lightest-lint",
        tests: "lightest-lint,lightest-petri",
        targets: &[
            "--lib",
            "--test=second_dialect",
            "--test=needs",
            "--test=table",
            "--test=rules",
            "--test=boundaries",
            "--test=comments",
            "--test=silence",
            "--test=flow",
            "--test=reader",
            "--test=soundness",
            "--test=proposal",
            "--test=results",
            "--test=grammar_refusals",
        ],
        goal: 90,
    },
];

/// A whole run is made of so many parts. A part that was run whole is not run again at the same commit.
const PARTS: usize = 10;

/// Marks a tree with uncommitted changes, which are tested as well: results of two such states are never combined.
const DIRTY: &str = "-dirty";

/// How long the tests of a mutant may take, in seconds, and its build.
const TIMEOUT_S: &str = "300";
const BUILD_TIMEOUT_S: &str = "900";

/// What `cargo mutants` counts; mutants that do not compile are in none of these numbers.
#[derive(Default, Deserialize)]
struct Outcomes {
    missed: usize,
    caught: usize,
    timeout: usize,
    /// When it ended; absent while it runs, or where it was stopped.
    end_time: Option<String>,
}

impl Outcomes {
    /// Those that were counted in a folder, where there are any.
    fn read(folder: &Path) -> Result<Option<Self>, String> {
        let path = folder.join("mutants.out/outcomes.json");
        let Ok(text) = fs::read_to_string(&path) else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// Runs all mutants, or one shard (`3/40`); the goals are those of whole runs.
///
/// # Errors
///
/// That `cargo-mutants` cannot be run, or that a goal is not met by a whole run.
pub(crate) fn run(shard: Option<&str>) -> Result<(), String> {
    let parts = match shard {
        Some(shard) => vec![shard.to_owned()],
        None => (0..PARTS).map(|part| format!("{part}/{PARTS}")).collect(),
    };
    let commit = commit()?;
    let mut short = Vec::new();
    for specified in &CRATES {
        let Specified { name, goal, .. } = specified;
        run_unchanged(specified)?;
        let folder = root().join("target/mutants").join(&commit).join(name);
        let (mut caught, mut missed) = (0, 0);
        for part in &parts {
            let folder = folder.join(part.replace('/', "-of-"));
            let known = if commit.ends_with(DIRTY) { None } else { Outcomes::read(&folder)? };
            let outcomes = match known.filter(|known| known.end_time.is_some()) {
                Some(known) => known,
                None => run_part(specified, part, &folder)?,
            };
            caught += outcomes.caught + outcomes.timeout;
            missed += outcomes.missed;
        }
        let all = caught + missed;
        let share = (caught * 100).checked_div(all).unwrap_or(100);
        report(&format!(
            "{name}: {caught} of {all} mutants caught, {share} % (goal over a whole run: {goal} %)"
        ));
        report(&format!("those that were missed: {}/*/mutants.out/missed.txt", folder.display()));
        if shard.is_none() && share < *goal {
            short.push(*name);
        }
    }
    if short.is_empty() { Ok(()) } else { Err(format!("below the goal: {}", short.join(", "))) }
}

/// The commit that is checked out, in short; [`DIRTY`] stands behind it where something is not committed.
fn commit() -> Result<String, String> {
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.args(args).current_dir(root());
        run::capture(git)
    };
    let commit = git(&["rev-parse", "--short", "HEAD"])?.trim().to_owned();
    Ok(if git(&["status", "--porcelain"])?.is_empty() { commit } else { commit + DIRTY })
}

/// A command of cargo, with what makes a mutant cheaper to build and to test.
fn cargo_for_mutants() -> Command {
    let mut command = cargo();
    command.current_dir(root());
    // Links take most of a mutant's time, and less without debug information; nobody reads the smallest input that fails.
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_PROFILE_TEST_DEBUG", "0");
    command.env("PROPTEST_MAX_SHRINK_ITERS", "0").env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true");
    command
}

/// Runs the tests on the code as it is, which must pass. `cargo mutants` would run those of the changed package alone, of which
/// some are another's.
fn run_unchanged(specified: &Specified) -> Result<(), String> {
    let mut command = cargo_for_mutants();
    command.arg("test");
    command.args(specified.tests.split(',').flat_map(|package| ["--package", package]));
    command.args(specified.targets);
    run::run(command)
}

/// Runs one part.
fn run_part(specified: &Specified, part: &str, folder: &Path) -> Result<Outcomes, String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut command = cargo_for_mutants();
    // A mutant's build must not be taken for one of the code as it is.
    command.env_remove("CARGO_TARGET_DIR");
    command.args(["mutants", "--package", specified.name, "--test-package", specified.tests]);
    command.args(["--baseline", "skip", "--timeout", TIMEOUT_S, "--build-timeout", BUILD_TIMEOUT_S]);
    command.args(["--sharding", "round-robin", "--shard", part, "--output"]).arg(folder);
    // Not behind `--`: that would be for the run alone, and everything would be built.
    command.args(specified.targets.iter().map(|target| format!("--cargo-arg={target}")));
    let status = command.status().map_err(|error| format!("cargo could not be started: {error}"))?;
    // 2: some were missed; 3: some did not end.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        return Err(format!(
            "`cargo mutants` failed: {status}; `cargo install cargo-mutants --locked` installs it"
        ));
    }
    Outcomes::read(folder)?.ok_or_else(|| format!("{} has no outcomes", folder.display()))
}
