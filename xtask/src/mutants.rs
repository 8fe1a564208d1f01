//! Mutation testing: how many changes of the code the tests that specify a crate notice.

use std::fs;

use serde::Deserialize;

use crate::run::{cargo, root, say};

/// The crates, with those whose tests specify them, and the share of mutants in percent that these must catch over a whole run.
/// The rules need source to read: their fixtures are petri's.
const GOALS: [(&str, &str, usize); 2] =
    [("lightest-model", "lightest-model", 95), ("lightest-lint", "lightest-lint,lightest-petri", 90)];

/// What `cargo mutants` counts; mutants that do not compile are in neither number.
#[derive(Deserialize)]
struct Outcomes {
    missed: usize,
    caught: usize,
    timeout: usize,
}

/// Runs all mutants, or one shard of them (`3/40`), which tells less: the goals are those of whole runs.
///
/// # Errors
///
/// That `cargo-mutants` cannot be run, or that a goal is not met by a whole run.
pub(crate) fn run(shard: Option<&str>) -> Result<(), String> {
    let mut short = Vec::new();
    for (name, tests, goal) in GOALS {
        let folder = format!("target/mutants/{name}");
        let mut command = cargo();
        command.current_dir(root());
        command.args(["mutants", "--package", name, "--test-package", tests, "--output", &folder]);
        command.args(shard.iter().flat_map(|shard| ["--shard", shard]));
        let status = command.status().map_err(|error| format!("cargo could not be started: {error}"))?;
        // 2: some were missed; 3: some did not end.
        if !matches!(status.code(), Some(0 | 2 | 3)) {
            return Err(format!(
                "`cargo mutants` failed: {status}; `cargo install cargo-mutants --locked` installs it"
            ));
        }
        let path = root().join(&folder).join("mutants.out/outcomes.json");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let outcomes: Outcomes =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let caught = outcomes.caught + outcomes.timeout;
        let all = caught + outcomes.missed;
        let share = (caught * 100).checked_div(all).unwrap_or(100);
        say(&format!(
            "{name}: {caught} of {all} mutants caught, {share} % (goal over a whole run: {goal} %)"
        ));
        say(&format!("those that were missed: {folder}/mutants.out/missed.txt"));
        if shard.is_none() && share < goal {
            short.push(name);
        }
    }
    if short.is_empty() { Ok(()) } else { Err(format!("below the goal: {}", short.join(", "))) }
}
