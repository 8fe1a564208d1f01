//! `lightest learn`: variants that passed become facts of the user's own catalog.
//!
//! A pass shows that the configuration runs and gives what the body is certain to ask, for that configuration and no
//! other. A failure shows nothing by itself. What contradicts the catalog is reported with both places and not written.

mod contradiction;
mod file;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use lightest_catalog::embedded;
use lightest_lint::needs::Needs;
use lightest_lint::shown::shown;
use lightest_model::catalog::Support;
use lightest_model::space::{RowId, Space};

use crate::args::Format;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::input::{self, catalog::Rest};
use crate::results::{ResultPlace, Results, RunContext};
use crate::schema::{VERSION, learn as schema};
use crate::session::Session;
use crate::tests_read::Tests;
use crate::{exit, json as pieces, output, words};
use contradiction::Contradiction;
use file::Learned;

/// The file of a catalog that this command writes.
pub(crate) const FILE: &str = "learned.toml";
/// Variants that are named in text, of each kind; JSON names all.
const NAMED: usize = 10;

/// One fact: what a configuration provides, and the variants that showed it.
#[derive(Debug, Default)]
struct Fact {
    /// The variants, each with the runs in which it passed.
    shown_by: BTreeMap<String, Vec<usize>>,
}

/// What distinguishes facts: configuration, requirement, and what must be asked as well.
type Key = (RowId, String, Vec<String>);

/// Everything that reports show.
#[derive(Default)]
struct ShownFacts<'c> {
    facts: BTreeMap<Key, Fact>,
    /// Statements that the catalog had already.
    confirmed: usize,
    contradictions: BTreeMap<(RowId, &'c str), Contradiction<'c>>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// JUnit reports, as cargo-nextest or Ginkgo write them
    #[arg(value_name = "FILE", required = true)]
    reports: Vec<PathBuf>,
    /// Add what was learned to `learned.toml` in this folder [default: print it]
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Files or folders with the tests that ran
    #[arg(long, value_name = "PATH", default_value = ".")]
    tests: Vec<PathBuf>,
    /// The commit that was tested [default: as the reports name it]
    #[arg(long, value_name = "REV", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    commit: Option<String>,
    /// A name for the run, which all reports belong to [default: as each report names it]
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    run: Option<String>,
    /// Circumstances of the runs, such as the host; recorded beside times
    #[arg(long, value_name = "WORDS", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    circumstances: Option<String>,
    /// The runner reported failures of unstable variants as failures, so that a pass is a pass
    #[arg(long)]
    unstable_failures_reported: bool,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    let framework = Tests::framework(&args.tests, session)?;
    let into = args.into.as_deref().filter(|folder| folder.is_dir());
    let rest = without_learned(into, framework, session)?;
    let catalog = rest.catalog()?;
    let tests = Tests::read(&args.tests, framework, catalog, session)?;
    if let Some(code) = tests.none(&args.tests) {
        return Ok(code);
    }
    let about = RunContext {
        commit: args.commit.as_deref(),
        run: args.run.as_deref(),
        unmasked: args.unstable_failures_reported,
    };
    let results = Results::read(&args.reports, &tests, about)?;
    let space = Space::of_tests(catalog);
    let shown_facts = learn(&tests, &results, &space);
    let view = View { tests: &tests, results: &results, space: &space, shown_facts: &shown_facts };
    // Until it is written, other runs wait to learn.
    let lock = args.into.as_deref().map(output::Lock::of);
    let (mut learned, was) = match &args.into {
        Some(folder) => Learned::read(&folder.join(FILE))?,
        None => Default::default(),
    };
    view.lay_over(&mut learned, args.circumstances.as_deref());
    let text = learned.text();
    if let Some(folder) = &args.into
        && !learned.is_empty()
    {
        let file = folder.join(FILE);
        // It must load over the embedded catalog, with the other files of its folder.
        match into {
            Some(_) => rest.check_with(&file, &text)?,
            None => Rest::of(&embedded(framework.dialect().catalog()), None).check_with(&file, &text)?,
        }
        output::write_over(&file, &was, &text, lock.as_ref())?;
    }
    drop(lock);
    match (args.format, &args.into) {
        (Format::Json, _) => output::json(&view.answer())?,
        (Format::Text, Some(folder)) => {
            output::data(&view.summary())?;
            if !learned.is_empty() {
                output::message(&format!("wrote {}", output::shown(&folder.join(FILE))));
            }
        }
        (Format::Text, None) => {
            output::data(&text)?;
            output::message(view.summary().trim_end());
            output::message("note: nothing was written: name a folder with `--into`");
        }
    }
    for contradiction in shown_facts.contradictions.values() {
        output::message(&contradiction.in_words(&results, &space, tests.dialect, &rest));
    }
    if results.runs.iter().any(|run| run.commit.is_none()) {
        output::message("note: some runs have no known commit: name it with `--commit`");
    }
    Ok(if !shown_facts.contradictions.is_empty() {
        exit::FINDINGS
    } else if results.variants.is_empty() {
        exit::NOTHING
    } else if tests.complete {
        exit::DONE
    } else {
        exit::COULD_NOT
    })
}

/// The catalog of a folder, or the run's own, without what was learned before: that is laid over again, and must not count as
/// known by another way.
fn without_learned(into: Option<&Path>, framework: Framework, session: &Session) -> Result<Rest, Failure> {
    let given = session.catalog_folder()?;
    match (into, &given) {
        (Some(into), given) if given.as_ref().is_none_or(|given| input::real(given) != input::real(into)) => {
            Rest::read(framework.dialect().catalog(), into, &into.join(FILE))
        }
        // Facts and calls come from one state of the folder.
        (_, given) => {
            let learned = given.as_ref().map(|given| given.join(FILE));
            Ok(Rest::of(session.catalog_files(framework)?, learned.as_deref()))
        }
    }
}

fn learn<'c>(tests: &Tests, results: &Results, space: &Space<'c>) -> ShownFacts<'c> {
    let mut shown_facts = ShownFacts::default();
    let mut needs: BTreeMap<usize, Needs> = BTreeMap::new();
    let mut confirmed = std::collections::BTreeSet::new();
    for (test, _, variant) in tests.variants() {
        let Some(result) = results.variants.get(&variant.name).filter(|result| !result.passed.is_empty())
        else {
            continue;
        };
        let Some(row) = space.position(&variant.config) else { continue };
        let needs = needs.entry(test).or_insert_with(|| Needs::of(&tests.reading.tests[test], &tests.table));
        let shown = shown(needs, variant, space);
        // Where a pass contradicts the catalog, one of the two is wrong: nothing else is learned from it either.
        if shown.iter().any(|shown| shown.before == Support::No) {
            for shown in shown.into_iter().filter(|shown| shown.before == Support::No) {
                let found = shown_facts.contradictions.entry((row, shown.requirement)).or_insert_with(|| {
                    Contradiction {
                        row,
                        requirement: shown.requirement,
                        statement: shown.statement,
                        variant: variant.name.clone(),
                        seen: result.passed[0].clone(),
                        more: 0,
                    }
                });
                found.more += usize::from(found.variant != variant.name);
            }
            continue;
        }
        for shown in shown {
            if shown.before == Support::Yes {
                confirmed.insert((row, shown.requirement));
                continue;
            }
            let key = (row, shown.requirement.to_owned(), shown.with);
            let known =
                shown_facts.facts.entry(key).or_default().shown_by.entry(variant.name.clone()).or_default();
            for seen in &result.passed {
                if !known.contains(&seen.run) {
                    known.push(seen.run);
                }
            }
        }
    }
    shown_facts.confirmed = confirmed.len();
    shown_facts
}

struct View<'a, 'c> {
    tests: &'a Tests,
    results: &'a Results,
    space: &'a Space<'c>,
    shown_facts: &'a ShownFacts<'c>,
}

impl View<'_, '_> {
    fn config(&self, row: RowId) -> String {
        self.tests.dialect.name_of(&self.space.row(row).config)
    }

    /// Adds what was shown to what was learned before.
    fn lay_over(&self, learned: &mut Learned, circumstances: Option<&str>) {
        for run in &self.results.runs {
            learned.source(run);
        }
        for ((row, requirement, with), fact) in &self.shown_facts.facts {
            let name = self.config(*row);
            let row = self.space.row(*row);
            let mut shown = Vec::new();
            for (variant, runs) in &fact.shown_by {
                shown.extend(runs.iter().map(|run| (self.results.runs[*run].id.as_str(), variant.as_str())));
            }
            learned.capability(&row.config, &name, requirement, with, &shown);
        }
        for (_, _, variant) in self.tests.variants() {
            let Some(result) = self.results.variants.get(&variant.name) else { continue };
            for (index, run) in self.results.runs.iter().enumerate() {
                let own = result.history.results.iter().filter(|one| one.run == index);
                let clean = own
                    .filter(|one| one.outcome == lightest_results::case::Outcome::Passed && one.retries == 0);
                let seconds: Vec<f64> =
                    clean.filter_map(|one| one.time).map(|time| time.as_secs_f64()).collect();
                if !seconds.is_empty() {
                    let config = self.tests.dialect.name_of(&variant.config.bare());
                    learned.timing(&variant.name, config, run, &seconds, circumstances);
                }
            }
        }
        learned.sort();
    }

    /// The variants that have results of a kind, each with the first of them.
    fn of<'s>(
        &'s self,
        kind: impl Fn(&'s crate::results::Variant) -> Option<&'s ResultPlace>,
    ) -> Vec<(&'s str, &'s ResultPlace)> {
        let all = self.results.variants.iter();
        all.filter_map(|(name, variant)| Some((name.as_str(), kind(variant)?))).collect()
    }

    fn summary(&self) -> String {
        let passed = self.of(|variant| variant.passed.first());
        let failed = self.of(|variant| variant.failed.first());
        let masked = self.of(|variant| variant.masked.first().filter(|_| variant.passed.is_empty()));
        let unclear = self.of(|variant| variant.unclear.first().map(|(_, seen)| seen));
        let skipped = self.results.variants.values().filter(|variant| variant.skipped > 0).count();
        let mut text = format!(
            "learned {} from {} of {}\n",
            words::count(self.shown_facts.facts.len(), "fact"),
            words::count(passed.len(), "passing variant"),
            words::count(self.results.runs.len(), "run"),
        );
        for ((row, requirement, with), fact) in &self.shown_facts.facts {
            let what =
                if requirement == "runs" { "runs".to_owned() } else { format!("provides `{requirement}`") };
            let with = if with.is_empty() { String::new() } else { format!(" with `{}`", with.join("`, `")) };
            let names: Vec<String> =
                fact.shown_by.keys().take(2).map(|name| output::line(name).to_string()).collect();
            let more = fact.shown_by.len() - names.len();
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let _ = writeln!(text, "  `{}` {what}{with}: {}{more}", self.config(*row), names.join(", "));
        }
        let _ = writeln!(
            text,
            "confirmed {} of the catalog",
            words::count(self.shown_facts.confirmed, "statement")
        );
        let mut list = |title: String, all: &[(&str, &ResultPlace)]| {
            if all.is_empty() {
                return;
            }
            let _ = writeln!(text, "{title}:");
            for (name, seen) in all.iter().take(NAMED) {
                let path = output::shown(&self.results.runs[seen.run].path);
                let first = seen.message.lines().next().unwrap_or_default();
                let why = if first.is_empty() { String::new() } else { format!(": {}", output::line(first)) };
                let _ = writeln!(text, "  {} ({path}:{}){why}", output::line(name), seen.line);
            }
            if all.len() > NAMED {
                let _ = writeln!(text, "  and {} more", all.len() - NAMED);
            }
        };
        list(
            format!("{} failed, which shows nothing by itself", words::count(failed.len(), "variant")),
            &failed,
        );
        list(format!("{} not understood", words::count(unclear.len(), "result")), &unclear);
        let advice = self.tests.dialect.masking().map_or("", |masking| masking.advice);
        list(
            format!(
                "{} reported as passed, which may hide a failure and shows nothing: {advice}",
                words::count(masked.len(), "unstable variant")
            ),
            &masked,
        );
        if skipped > 0 {
            let _ = writeln!(text, "{} skipped", words::count(skipped, "variant"));
        }
        if let Some(note) = self.results.unmatched_note() {
            let _ = writeln!(text, "{note}");
        }
        for name in &self.results.ambiguous {
            let _ = writeln!(
                text,
                "`{}` names variants of several tests: its results are left out",
                output::line(name)
            );
        }
        text
    }

    fn place<'s>(&self, seen: &'s ResultPlace) -> schema::Place<'s> {
        schema::Place {
            file_name: output::shown(&self.results.runs[seen.run].path).to_string(),
            line: seen.line,
            message: &seen.message,
        }
    }

    fn answer<'s>(&'s self) -> schema::Answer<'s> {
        let listed = |all: Vec<(&'s str, &'s ResultPlace)>| -> Vec<schema::Result<'s>> {
            all.iter().map(|(variant, seen)| schema::Result { variant, place: self.place(seen) }).collect()
        };
        let facts = self.shown_facts.facts.iter().map(|((row, requirement, with), fact)| schema::Fact {
            config: self.config(*row),
            requirement,
            with,
            shown_by: fact
                .shown_by
                .iter()
                .map(|(variant, runs)| schema::Shown {
                    variant,
                    runs: runs.iter().map(|run| self.results.runs[*run].id.as_str()).collect(),
                })
                .collect(),
        });
        let contradictions = self.shown_facts.contradictions.values().map(|one| schema::Contradiction {
            config: self.config(one.row),
            requirement: one.requirement,
            variant: &one.variant,
            more_variants: one.more,
            place: self.place(&one.seen),
            because: pieces::because(one.statement),
            evidence: pieces::statement_evidence(one.statement),
        });
        schema::Answer {
            schema_version: VERSION,
            runs: self
                .results
                .runs
                .iter()
                .map(|run| schema::Named { id: &run.id, run: run.answer() })
                .collect(),
            facts: facts.collect(),
            confirmed: self.shown_facts.confirmed,
            contradictions: contradictions.collect(),
            failed: listed(self.of(|variant| variant.failed.first())),
            masked: listed(self.of(|variant| variant.masked.first().filter(|_| variant.passed.is_empty()))),
            unclear: listed(self.of(|variant| variant.unclear.first().map(|(_, seen)| seen))),
            skipped: self.results.variants.values().filter(|variant| variant.skipped > 0).count(),
            unmatched: self.results.unmatched(),
            ambiguous: self.results.ambiguous.iter().map(String::as_str).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_catalog_of_a_run_is_read_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = "[[source]]\nid = \"here\"\ntitle = \"a test\"\n";
        fs::write(folder.path().join("ours.toml"), source).expect("written");
        fs::write(folder.path().join(FILE), "what was learned before").expect("written");
        let session = Session::new(Some(folder.path().to_owned()), None);
        let framework = session.framework(&[]);
        session.catalog_files(framework).expect("it is read");
        fs::write(folder.path().join("ours.toml"), "changed since").expect("written");
        for into in [None, Some(folder.path()), Some(&*folder.path().join("."))] {
            let catalog = without_learned(into, framework, &session).and_then(|rest| rest.catalog());
            assert!(catalog.expect("as it was read").sources.iter().any(|source| source.id == "here"));
        }
        // Another folder is another catalog.
        let other = tempfile::tempdir().expect("a folder");
        let catalog =
            without_learned(Some(other.path()), framework, &session).and_then(|rest| rest.catalog());
        assert!(catalog.expect("the embedded one").sources.iter().all(|source| source.id != "here"));
    }
}
