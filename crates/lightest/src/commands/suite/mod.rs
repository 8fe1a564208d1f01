//! `lightest suite`: where a suite's time goes, what the findings would save, which variants are flaky, and shards.

mod groups;
mod markdown;
mod savings;
mod sharding;
mod text;

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use lightest_model::space::Space;
use lightest_results::history::Flaky;
use lightest_results::statistics::Statistics;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::results::{About, Results};
use crate::session::Session;
use crate::tests_read::Tests;
use crate::{exit, json as pieces, output};
use groups::Group;
use savings::Savings;
use sharding::Shards;

/// Everything that is shown of a suite.
struct Cost<'a> {
    results: &'a Results,
    /// Variants of the tree.
    variants: usize,
    /// All runs of variants.
    all: Statistics,
    /// By guest, boot method, VMM, isolation, architecture and test, each with its title.
    groups: Vec<(&'static str, Vec<Group>)>,
    savings: Savings,
    flaky: Vec<(&'a str, Flaky)>,
    shards: Option<Shards>,
}

/// How a suite's cost is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SuiteFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// As a page.
    Markdown,
}

/// How shards are printed, one a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShardFormat {
    /// Filters for the test runner.
    Filters,
    /// Objects for the matrix of a CI job.
    Matrix,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// Files or folders to read
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// JUnit reports, as cargo-nextest or Ginkgo write them
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    junit: Vec<PathBuf>,
    /// The commit that was tested [default: as the reports name it]
    #[arg(long, value_name = "REV")]
    commit: Option<String>,
    /// Divide the variants into N shards of equal duration, variants of one image together
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    shards: Option<u16>,
    /// Print the shards only, one a line
    #[arg(long, value_enum, requires = "shards")]
    shard_format: Option<ShardFormat>,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    format: SuiteFormat,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    let catalog = session.catalog()?;
    let tests = Tests::read(&args.paths, catalog, session)?;
    if let Some(code) = tests.none() {
        return Ok(code);
    }
    // Time is spent whatever became of a test, so nothing hangs on what a pass shows.
    let about = About { commit: args.commit.as_deref(), run: None, unmasked: true };
    let results = Results::read(&args.junit, &tests, about)?;
    let space = Space::of_tests(catalog);
    let shards = args.shards.map(|count| Shards::of(&tests, &results, &space, usize::from(count)));
    if let (Some(shards), Some(format)) = (&shards, args.shard_format) {
        output::data(&shards.lines(tests.dialect, format)?)?;
        note(&results, &tests);
        return Ok(code(&results, &tests));
    }
    let commits = results.commits();
    let times = results.variants.values().flat_map(|variant| variant.history.times());
    let flaky = results.variants.iter();
    let flaky = flaky.filter_map(|(name, variant)| Some((name.as_str(), variant.history.flaky(&commits)?)));
    let cost = Cost {
        results: &results,
        variants: tests.variants().count(),
        all: Statistics::of(times),
        groups: groups::all(&tests, &results, &space),
        savings: savings::of(&tests, &results, catalog),
        flaky: flaky.collect(),
        shards,
    };
    match args.format {
        SuiteFormat::Json => output::json(&cost.json(&tests))?,
        SuiteFormat::Text => output::data(&text::write(&cost))?,
        SuiteFormat::Markdown => output::data(&markdown::write(&cost))?,
    }
    note(&results, &tests);
    Ok(code(&results, &tests))
}

fn code(results: &Results, tests: &Tests) -> u8 {
    if results.variants.is_empty() {
        exit::NOTHING
    } else if tests.complete {
        exit::DONE
    } else {
        exit::COULD_NOT
    }
}

fn note(results: &Results, tests: &Tests) {
    if let Some(note) = results.unmatched_note() {
        output::message(&format!("note: {note}"));
    }
    let missing =
        tests.variants().filter(|(_, _, variant)| !results.variants.contains_key(&variant.name)).count();
    if missing > 0 {
        output::message(&format!("note: {missing} of {} variants have no result", tests.variants().count()));
    }
}

/// Statistics, under the keys of the contract.
fn statistics(stats: &Statistics) -> Value {
    json!({
        "count": stats.count,
        "total_s": stats.total.as_secs_f64(),
        "median_s": stats.median.as_secs_f64(),
        "p90_s": stats.p90.as_secs_f64(),
        "longest_s": stats.longest.as_secs_f64(),
    })
}

/// Why a variant counts as flaky, in words.
const fn flaky_words(flaky: Flaky) -> &'static str {
    match flaky {
        Flaky::WithinRun => "passed and failed within one run",
        Flaky::AtOneCommit => "passed and failed at one commit",
        Flaky::AcrossRuns => "passed and failed in different runs, whose commits are not all known",
    }
}

impl Cost<'_> {
    fn json(&self, tests: &Tests) -> Value {
        let mut by = serde_json::Map::new();
        for (title, groups) in &self.groups {
            let group = |group: &Group| {
                let mut value = statistics(&group.stats);
                value["name"] = json!(group.name);
                value["variants"] = json!(group.variants);
                value
            };
            by.insert((*title).to_owned(), groups.iter().map(group).collect());
        }
        json!({
            "schema_version": pieces::SCHEMA_VERSION,
            "runs": self.results.runs.iter().map(|run| json!({
                "file_name": output::shown(&run.path).to_string(),
                "title": run.title, "date": run.date, "commit": run.commit, "cases": run.cases,
            })).collect::<Vec<_>>(),
            "variants": self.variants,
            "variants_with_results": self.results.variants.len(),
            "all": statistics(&self.all),
            "by": by,
            "savings": self.savings.json(),
            "flaky": self.flaky.iter().map(|(name, flaky)| json!({
                "variant": name, "why": flaky_words(*flaky),
            })).collect::<Vec<_>>(),
            "unmatched": {"count": self.results.unmatched, "names": self.results.unmatched_names},
            "shards": self.shards.as_ref().map(|shards| shards.json(tests.dialect)),
        })
    }
}

/// Lines for a runner or for CI, one a shard.
impl Shards {
    fn lines(
        &self,
        dialect: &dyn lightest_lint::dialect::Dialect,
        format: ShardFormat,
    ) -> Result<String, Failure> {
        let mut text = String::new();
        for (index, shard) in self.shards.iter().enumerate() {
            let Some(filter) = self.filter(index, dialect) else {
                return Err(Failure::new(format!("no filter is known for tests of {}", dialect.name())));
            };
            match format {
                ShardFormat::Filters => text.push_str(&filter),
                ShardFormat::Matrix => text.push_str(
                    &json!({
                        "shard": index + 1,
                        "of": self.shards.len(),
                        "variants": shard.items.len(),
                        "expected_s": shard.time.as_secs_f64().round(),
                        "filter": filter,
                    })
                    .to_string(),
                ),
            }
            text.push('\n');
        }
        Ok(text)
    }
}
