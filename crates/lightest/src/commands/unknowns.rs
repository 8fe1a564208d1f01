//! `lightest unknowns`: what nobody has shown, ordered by what a *yes* would save, and the run that would settle it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::PathBuf;

use clap::Args as ClapArgs;
use lightest_diagnostics::Span;
use lightest_lint::unknowns::{Experiment, Saving, Unknown, unknowns};
use lightest_model::catalog::Cost;
use lightest_model::space::{RowId, Space};

use crate::args::Format;
use crate::failure::Failure;
use crate::output::Files;
use crate::output::places::Texts;
use crate::schema::VERSION;
use crate::schema::unknowns::{self as schema, Answer};
use crate::session::Session;
use crate::tests_read::Tests;
use crate::{exit, json as pieces, output, style, words};

/// Variants that are named in text; JSON names all.
const NAMED: usize = 4;

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// Files or folders to read
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Show only the N most valuable [default: all]
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// Show the edit that tries unknown N: one more variant, whose failure blocks nobody
    #[arg(long = "try", value_name = "N", conflicts_with = "top")]
    try_out: Option<usize>,
    /// Make that edit
    #[arg(long, requires = "try_out")]
    write: bool,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    let framework = Tests::framework(&args.paths, session)?;
    let catalog = session.catalog_of(framework)?;
    let tests = Tests::read(&args.paths, framework, catalog, session)?;
    if let Some(code) = tests.none(&args.paths) {
        return Ok(code);
    }
    let space = Space::of_tests(catalog);
    let timings: BTreeMap<&str, f64> = catalog
        .timings
        .iter()
        .filter_map(|timing| Some((timing.variant.as_str(), timing.median_s()?)))
        .collect();
    let measured = |variant: &str| timings.get(variant).copied();
    let found =
        unknowns(&tests.reading.tests, tests.sources(), tests.dialect, &tests.table, &space, &measured);
    let texts = Texts::of(tests.sources());
    let view = View { tests: &tests, texts: &texts, space: &space, measured: &measured };
    if let Some(number) = args.try_out {
        let Some(unknown) = number.checked_sub(1).and_then(|index| found.unknowns.get(index)) else {
            return Err(Failure::new(format!("there is no unknown {number}"))
                .help(format!("these tests have {}", words::count(found.unknowns.len(), "unknown"))));
        };
        return view.add_experiment(unknown, args.write);
    }
    match args.format {
        Format::Json => output::json(&Answer {
            schema_version: VERSION,
            unknowns: found
                .unknowns
                .iter()
                .enumerate()
                .map(|(index, unknown)| view.answered(index, unknown))
                .collect(),
            open_tests: found.open,
        })?,
        Format::Text => {
            let mut text = String::new();
            let shown = args.top.unwrap_or(usize::MAX);
            for (index, unknown) in found.unknowns.iter().enumerate().take(shown) {
                view.text(index, unknown, &mut text);
            }
            if found.unknowns.len() > shown {
                let _ = writeln!(text, "and {} more", found.unknowns.len() - shown);
            }
            if found.unknowns.is_empty() {
                text.push_str("no single unknown stands between these tests and a lighter configuration\n");
            }
            output::data(&text)?;
            if found.open > 0 {
                output::message(&format!(
                    "note: {} left out: not everything that they ask is known (`lightest requirements`)",
                    words::count(found.open, "test")
                ));
            }
        }
    }
    Ok(if tests.complete { exit::DONE } else { exit::COULD_NOT })
}

struct View<'a> {
    tests: &'a Tests,
    texts: &'a Texts<'a>,
    space: &'a Space<'a>,
    measured: &'a dyn Fn(&str) -> Option<f64>,
}

/// The total savings of all waiting variants.
#[derive(Default)]
struct Total {
    image_bytes: i64,
    /// Variants for which the size of an image is not known.
    unsized_images: usize,
    boot_classes: i64,
    quirks: Cost<i64>,
    /// The variants' durations today, as far as they were measured.
    measured_s: f64,
    measured: usize,
}

impl View<'_> {
    fn total(&self, unknown: &Unknown<'_>) -> Total {
        let mut total = Total::default();
        for waiting in &unknown.waiting {
            let Saving { image_bytes, boot_classes, quirks } = waiting.saving;
            match image_bytes {
                Some(bytes) => total.image_bytes += bytes,
                None => total.unsized_images += 1,
            }
            total.boot_classes += boot_classes;
            total.quirks = total.quirks.combined(quirks, i64::saturating_add);
            if let Some(seconds) = (self.measured)(&waiting.variant) {
                total.measured_s += seconds;
                total.measured += 1;
            }
        }
        total
    }

    fn statement(&self, unknown: &Unknown<'_>) -> String {
        let config = self.name(unknown.row);
        match unknown.requirement {
            "runs" => format!("`{config}` runs"),
            id => format!("`{config}` provides `{id}`"),
        }
    }

    fn name(&self, row: RowId) -> String {
        self.tests.dialect.name_of(&self.space.row(row).config)
    }

    fn place(&self, span: &Span) -> (String, usize, usize) {
        let Some(place) = self.texts.place(span) else { return (String::new(), 1, 1) };
        (place.path.display().to_string(), place.line_start, place.column_start)
    }

    fn text(&self, index: usize, unknown: &Unknown<'_>, text: &mut String) {
        let total = self.total(unknown);
        let _ = writeln!(text, "{}. {}", index + 1, style::heading(self.statement(unknown)));
        let _ = writeln!(
            text,
            "   unknown: {} ({})",
            pieces::because(unknown.statement),
            pieces::statement_evidence(unknown.statement)
        );
        let mut saves = Vec::new();
        if total.image_bytes > 0 {
            saves.push(format!("{} of images", words::bytes(total.image_bytes.unsigned_abs())));
        }
        if total.boot_classes > 0 {
            saves.push(words::count(usize::try_from(total.boot_classes).unwrap_or(0), "boot class step"));
        }
        saves.extend(total.quirks.brief());
        let findings = unknown.findings().count();
        let _ = writeln!(
            text,
            "   a yes makes {} lighter, {findings} of them for `check`; over one run of each: {}",
            words::count(unknown.waiting.len(), "variant"),
            if saves.is_empty() { "a commoner host".to_owned() } else { saves.join(", ") },
        );
        if total.measured > 0 {
            let _ = writeln!(
                text,
                "   {} of them take {:.1} s today, measured",
                total.measured, total.measured_s
            );
        }
        for waiting in unknown.waiting.iter().take(NAMED) {
            let from = self.name(waiting.from);
            let silence = waiting.silence.map_or(String::new(), |why| format!("; not a finding: {why}"));
            let _ = writeln!(text, "   - {} (now `{from}`{silence})", output::line(&waiting.variant));
        }
        if unknown.waiting.len() > NAMED {
            let _ = writeln!(text, "   - and {} more", unknown.waiting.len() - NAMED);
        }
        match &unknown.experiment {
            Some(Experiment::Runs { variant, .. }) => {
                let _ = writeln!(
                    text,
                    "   {} {} runs it already: give its result to `lightest learn`",
                    style::answer("experiment:"),
                    output::line(variant)
                );
            }
            Some(Experiment::Add { beside, edit, .. }) => {
                let how = match edit {
                    Some(_) => format!("`lightest unknowns --try {}` shows the edit", index + 1),
                    None => "this framework has no non-blocking variants".to_owned(),
                };
                let _ = writeln!(text, "   {} add it beside {beside}; {how}", style::answer("experiment:"));
            }
            None => {
                let _ = writeln!(text, "   no test of this tree is certain to ask for it");
            }
        }
        text.push('\n');
    }

    fn answered<'u>(&'u self, index: usize, unknown: &'u Unknown<'_>) -> schema::Unknown<'u> {
        let total = self.total(unknown);
        schema::Unknown {
            number: index + 1,
            config: self.name(unknown.row),
            requirement: unknown.requirement,
            because: pieces::because(unknown.statement),
            evidence: pieces::statement_evidence(unknown.statement),
            saves: schema::Saves {
                variants: unknown.waiting.len(),
                findings: unknown.findings().count(),
                image_bytes: total.image_bytes,
                image_bytes_unknown_for: total.unsized_images,
                boot_classes: total.boot_classes,
                quirks: total.quirks,
                measured: (total.measured > 0).then_some(schema::Measured {
                    variants: total.measured,
                    seconds_today: total.measured_s,
                }),
            },
            waiting: unknown
                .waiting
                .iter()
                .map(|waiting| schema::Waiting {
                    variant: &waiting.variant,
                    test: self.tests.name(waiting.test),
                    from: self.name(waiting.from),
                    silent_because: waiting.silence,
                    image_bytes: waiting.saving.image_bytes,
                    boot_classes: waiting.saving.boot_classes,
                    quirks: waiting.saving.quirks,
                    measured_s: (self.measured)(&waiting.variant),
                })
                .collect(),
            experiment: unknown.experiment.as_ref().map(|experiment| self.experiment(experiment)),
        }
    }

    fn experiment<'u>(&self, experiment: &'u Experiment) -> schema::Experiment<'u> {
        match experiment {
            Experiment::Runs { test, variant } => {
                schema::Experiment::RunsAlready { test: self.tests.name(*test), variant }
            }
            Experiment::Add { test, beside, edit } => {
                let edit = edit.as_ref().map(|edit| {
                    let (file_name, line, column) = self.place(&edit.span);
                    let Range { start: byte_start, end: byte_end } = edit.span.bytes;
                    schema::Edit { file_name, byte_start, byte_end, line, column, text: &edit.text }
                });
                schema::Experiment::Add { test: self.tests.name(*test), beside, edit }
            }
        }
    }

    /// Shows or makes the edit that would settle an unknown.
    fn add_experiment(&self, unknown: &Unknown<'_>, write: bool) -> Result<u8, Failure> {
        let edit = match &unknown.experiment {
            Some(Experiment::Add { edit: Some(edit), .. }) => edit,
            Some(Experiment::Add { edit: None, .. }) => {
                return Err(Failure::new("this framework has no non-blocking variants"));
            }
            Some(Experiment::Runs { variant, .. }) => {
                let variant = output::line(variant);
                return Err(Failure::new(format!("no edit is needed: `{variant}` runs it already"))
                    .help("give the result of that variant to `lightest learn`"));
            }
            None => {
                return Err(Failure::new(format!(
                    "no test of this tree is certain to ask for it: {}",
                    self.statement(unknown)
                ))
                .help("write a test that does, with that configuration"));
            }
        };
        let (Some(source), Some(path)) =
            (self.tests.sources().get(edit.span.file), self.tests.path(edit.span.file))
        else {
            return Err(Failure::new("the file of the test is gone"));
        };
        let mut after = source.text.to_string();
        after.replace_range(edit.span.bytes.clone(), &edit.text);
        if write {
            let mut files = Files::default();
            files.replace(path, source.text.as_bytes(), after.as_bytes());
            files.write()?;
            output::message(&format!("{} tries whether {}", output::shown(path), self.statement(unknown)));
        } else {
            let mut patch = output::Patch::default();
            patch.add(path, Some(&source.text), &after);
            patch.print()?;
        }
        Ok(exit::DONE)
    }
}
