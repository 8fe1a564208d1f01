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

use crate::failure::Failure;
use crate::results::{Results, Run, RunContext};
use crate::schema::{VERSION, suite as schema};
use crate::session::Session;
use crate::tests_read::Tests;
use crate::{exit, output};
use groups::{Group, Groups};
use savings::Savings;
use sharding::Shards;

/// Everything that is shown of a suite.
struct Cost<'a> {
    results: &'a Results,
    /// Variants of the tree.
    variants: usize,
    /// All runs of variants.
    all: Statistics,
    groups: Groups,
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
    #[arg(long, value_name = "REV", value_parser = clap::builder::NonEmptyStringValueParser::new())]
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
    let framework = Tests::framework(&args.paths, session)?;
    let catalog = session.catalog_of(framework)?;
    let tests = Tests::read(&args.paths, framework, catalog, session)?;
    if let Some(code) = tests.none(&args.paths) {
        return Ok(code);
    }
    // Time is spent whatever became of a test, so nothing hangs on what a pass shows.
    let about = RunContext { commit: args.commit.as_deref(), run: None, unmasked: true };
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
        groups: Groups::of(&tests, &results, &space),
        savings: savings::of(&tests, &results, catalog),
        flaky: flaky.collect(),
        shards,
    };
    match args.format {
        SuiteFormat::Json => output::json(&cost.answer(&tests))?,
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

/// Why a variant counts as flaky, in words.
const fn flaky_words(flaky: Flaky) -> &'static str {
    match flaky {
        Flaky::WithinRun => "passed and failed within one run",
        Flaky::AtOneCommit => "passed and failed at one commit",
        Flaky::AcrossRuns => "passed and failed in different runs, whose commits are not all known",
    }
}

impl Cost<'_> {
    fn answer<'s>(&'s self, tests: &Tests) -> schema::Answer<'s> {
        let by = |groups: &'s [Group]| groups.iter().map(Group::answer).collect();
        schema::Answer {
            schema_version: VERSION,
            runs: self.results.runs.iter().map(Run::answer).collect(),
            variants: self.variants,
            variants_with_results: self.results.variants.len(),
            all: (&self.all).into(),
            by: schema::Groups {
                guest: by(&self.groups.guest),
                boot_method: by(&self.groups.boot_method),
                vmm: by(&self.groups.vmm),
                isolation: by(&self.groups.isolation),
                architecture: by(&self.groups.architecture),
                test: by(&self.groups.test),
            },
            savings: self.savings.answer(),
            flaky: self
                .flaky
                .iter()
                .map(|(variant, flaky)| schema::Flaky { variant, why: flaky_words(*flaky) })
                .collect(),
            unmatched: self.results.unmatched(),
            shards: self.shards.as_ref().map(|shards| shards.answer(tests.dialect)),
        }
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
                ShardFormat::Matrix => {
                    let line = schema::Line {
                        shard: index + 1,
                        of: self.shards.len(),
                        variants: shard.items.len(),
                        expected_s: shard.time.as_secs_f64().round(),
                        filter,
                    };
                    text.push_str(&output::json_line(&line)?);
                }
            }
            text.push('\n');
        }
        Ok(text)
    }
}
