//! `lightest check`: reads tests and reports guests that do not fit.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{mem, thread};

use clap::Args as ClapArgs;
use lightest_lint::calls::Table;
use lightest_lint::change::Changes;
use lightest_lint::facts::Reading;
use lightest_lint::finding::Finding;
use lightest_lint::linter::{self, Level, Options};
use lightest_lint::rules::Rule;
use lightest_lint::source::Source;
use lightest_model::catalog::Catalog;
use lightest_model::suggest::nearest;

use crate::failure::Failure;
use crate::findings::baseline::Baseline;
use crate::findings::sources::Sources;
use crate::findings::{Report, fix, sources, summary, table, view};
use crate::framework::{self, Framework, RequestedFiles};
use crate::output::formats::MessageFormat;
use crate::session::Session;
use crate::settings::Settings;
use crate::since::Since;
use crate::{exit, input, output, words};

/// Rounds of fixing: an edit may make room for another.
const MAX_ROUNDS: usize = 10;

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// Files or folders to read
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Report only tests affected by changes since HEAD and this commit diverged
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    since: Option<String>,
    /// Format of findings
    #[arg(long, value_enum, default_value = "human", value_name = "FORMAT")]
    message_format: MessageFormat,
    /// Check only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = crate::commands::word)]
    rule: Vec<String>,
    /// Also report matters of taste
    #[arg(long)]
    pedantic: bool,
    /// Count findings by rule
    #[arg(long)]
    statistics: bool,
    /// Apply fixes that keep what tests exercise
    #[arg(long)]
    fix: bool,
    /// With `--fix` or `--diff`: also apply fixes that may change what a test exercises
    #[arg(long)]
    unsafe_fixes: bool,
    /// Show fixes as a diff instead of applying them
    #[arg(long)]
    diff: bool,
    /// File of known findings to leave out
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the baseline, or remove fixed findings from it
    #[arg(long, conflicts_with_all = ["since", "diff"])]
    update_baseline: bool,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    let framework = session.framework(&args.paths);
    let since = args.since.as_ref().map(|since| Since::find(since, &args.paths)).transpose()?;
    // Walking waits for the disk, reading facts for nothing.
    let (facts, read) = thread::scope(|scope| {
        let walk = scope.spawn(|| sources::read(&framework.roots(&args.paths), framework.dialect()));
        let facts = Facts::read(args, framework, session);
        (facts, walk.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let Facts { catalog, settings, table, options } = facts?;
    if args.update_baseline && baseline_path(args, settings)?.is_none() {
        return Err(Failure::new("no baseline is named that could be updated").help(
            "name a file with `--baseline FILE`, or as `baseline` under `[check]` in `lightest.toml`",
        ));
    }
    let mut read = read?;
    let mut changes =
        since.as_ref().map(|since| since.changes(&read, framework.dialect().leading())).transpose()?;
    let asked = framework.asked(&args.paths, &read.paths);
    let judge = Judge { framework, asked: &asked, catalog, table: &table, options: &options };
    read.warn();
    let mut judged = judge.judge(&read.files, changes.as_ref());
    if args.fix || args.diff {
        // Whatever would fail afterwards fails before a file is changed.
        if let Some(path) = baseline_path(args, settings)? {
            read_baseline(args, settings, &path)?;
        }
        let (changed, after) = judge.fix(args, &mut read, &mut changes, judged)?;
        if args.diff {
            return Ok(if changed { exit::FINDINGS } else { exit::DONE });
        }
        judged = after;
    }
    let report = judged.report(&read.files, &options, framework, changes.as_ref());
    if let Some(since) = &since {
        let all = words::count(judged.of_tests, framework.dialect().unit().unwrap_or("test"));
        output::message(&touched(judged.reading.tests.len(), &all, &since.in_words()));
    }
    let code = finish(args, framework, settings, &report, &read, judged.of_tests)?;
    let all = read.unread.is_empty() && judged.reading.unread.is_empty();
    // The program ends here: what was read is given back as a whole, not piece by piece.
    mem::forget((judged, table));
    Ok(if all { code } else { exit::COULD_NOT })
}

/// How many of all tests a change touches, in words.
fn touched(touched: usize, all: &str, since: &str) -> String {
    let is = if touched == 1 { "is" } else { "are" };
    let touched = if touched == 0 { "none".to_owned() } else { touched.to_string() };
    format!("{since}: {touched} of {all} {is} touched")
}

/// Gives each test without a list the configurations that its body asks for: shows the change, or writes it.
pub(super) fn fill(paths: &[PathBuf], write: bool, session: &Session) -> Result<u8, Failure> {
    let args = Args {
        paths: paths.to_vec(),
        since: None,
        message_format: MessageFormat::Human,
        rule: vec!["no-configuration".to_owned()],
        pedantic: false,
        statistics: false,
        fix: write,
        unsafe_fixes: true,
        diff: !write,
        baseline: None,
        update_baseline: false,
    };
    let framework = session.framework(paths);
    let Facts { catalog, table, options, .. } = Facts::read(&args, framework, session)?;
    let mut read = sources::read(&framework.roots(paths), framework.dialect())?;
    read.warn();
    let asked = framework.asked(paths, &read.paths);
    let judge = Judge { framework, asked: &asked, catalog, table: &table, options: &options };
    let before = judge.judge(&read.files, None);
    if before.reading.tests.is_empty() {
        read.none(paths, framework.dialect());
        return Ok(if read.unread.is_empty() { exit::NOTHING } else { exit::COULD_NOT });
    }
    let open = before.findings.iter().filter(|finding| !finding.diagnostic.notes.is_empty()).count();
    let (_, after) = judge.fix(&args, &mut read, &mut None, before)?;
    // What could not be filled in is shown as `check` shows it.
    let report = after.report(&read.files, &options, framework, None);
    print(&args, &Report { notes: &[], ..report }, &read)?;
    if open > after.findings.len() {
        output::message(
            "note: a list may be too light where something in the body is unknown; `check` reports it",
        );
    }
    Ok(match (read.unread.is_empty(), after.findings.is_empty()) {
        (false, _) => exit::COULD_NOT,
        (true, true) => exit::DONE,
        (true, false) => exit::FINDINGS,
    })
}

/// The inputs of a run, known before any test is read.
struct Facts<'a> {
    catalog: &'static Catalog,
    settings: &'a Settings,
    table: Table,
    options: Options,
}

impl<'a> Facts<'a> {
    fn read(args: &Args, framework: Framework, session: &'a Session) -> Result<Self, Failure> {
        let catalog = session.catalog_of(framework)?;
        let settings = session.settings()?;
        let table = table::of(framework, catalog, session)?;
        let options = Options { reach: args.since.is_some(), ..options(args, framework, settings)? };
        Ok(Self { catalog, settings, table, options })
    }
}

/// Prints the report, without what a baseline knows, and returns the exit code; `of_tests` counts the tests that no change
/// touches, too.
fn finish(
    args: &Args,
    framework: Framework,
    settings: &Settings,
    report: &Report<'_>,
    read: &Sources,
    of_tests: usize,
) -> Result<u8, Failure> {
    let baseline = baseline_path(args, settings)?;
    let mut held = None;
    if let Some(path) = &baseline {
        held = Some(apply_baseline(args, settings, path, report)?);
    }
    let findings = held.as_deref().unwrap_or(report.findings);
    let report = Report { findings, ..*report };
    print(args, &report, read)?;
    if of_tests == 0 && report.notes.is_empty() {
        read.none(&args.paths, framework.dialect());
        return Ok(exit::NOTHING);
    }
    Ok(if report.findings.is_empty() { exit::DONE } else { exit::FINDINGS })
}

/// The baseline that is asked for, on the command line or in the configuration.
fn baseline_path(args: &Args, settings: &Settings) -> Result<Option<PathBuf>, Failure> {
    args.baseline.as_ref().map_or_else(|| settings.baseline(), |path| Ok(Some(path.clone())))
}

/// Reads a baseline, which must be there unless it is to be written.
fn read_baseline(args: &Args, settings: &Settings, path: &Path) -> Result<Option<Baseline>, Failure> {
    let read = match Baseline::read(path) {
        Ok(None) if !args.update_baseline => {
            Err(Failure::new(format!("there is no baseline {}", output::shown(path)))
                .help("write it with `--update-baseline`"))
        }
        read => read,
    };
    let named = settings.check.baseline.as_ref().filter(|_| args.baseline.is_none());
    read.map_err(|failure| settings.blame(named, failure))
}

/// The findings that are not in a baseline.
fn apply_baseline(
    args: &Args,
    settings: &Settings,
    path: &Path,
    report: &Report<'_>,
) -> Result<Vec<Finding>, Failure> {
    let whole = input::whole(path);
    let folder = whole.parent().unwrap_or(Path::new("."));
    let Some(baseline) = read_baseline(args, settings, path)? else {
        Baseline::of(report, folder).write(path)?;
        output::message(&format!("wrote {}", output::shown(path)));
        return Ok(Vec::new());
    };
    let held = baseline.compare(report, folder);
    // Of tests that are not looked at, nothing is gone.
    if held.gone > 0 && args.since.is_none() {
        if args.update_baseline {
            held.shrunk.write(path)?;
            output::message(&format!(
                "removed {} from {}",
                words::count(held.gone, "finding"),
                output::shown(path)
            ));
        } else {
            output::message(&format!(
                "note: {} in {} no longer there: shrink it with `--update-baseline`",
                if held.gone == 1 {
                    "1 finding is".to_owned()
                } else {
                    format!("{} findings are", held.gone)
                },
                output::shown(path)
            ));
        }
    }
    if held.known > 0 {
        output::message(&format!("{} known to the baseline", words::count(held.known, "finding")));
    }
    Ok(held.new)
}

fn print(args: &Args, report: &Report<'_>, read: &Sources) -> Result<(), Failure> {
    let texts = view::texts(report, &read.paths);
    args.message_format.print(&view::view(report, &texts, &read.unread))?;
    if args.statistics {
        // Beside machine-readable output it would be in the way.
        let table = summary::statistics(report);
        if args.message_format.is_for_people() {
            output::data(&table)?;
        } else {
            output::message(table.trim_end());
        }
    }
    if !report.tests.is_empty() {
        output::message(&summary::line(report, read.looked_at));
    }
    Ok(())
}

/// The request, from the command line and the configuration.
fn options(args: &Args, framework: Framework, settings: &Settings) -> Result<Options, Failure> {
    let mut options = Options { pedantic: args.pedantic || settings.check.pedantic, ..Options::default() };
    let unknown = |name: &str| {
        let failure = Failure::new(format!("there is no rule `{name}`"));
        match nearest(name, framework.rules().iter().map(|rule| rule.name.as_str())) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`lightest list rules` lists them"),
        }
    };
    for (name, level) in &settings.check.rules {
        // A configuration may be meant for several frameworks.
        let rule = framework::rule(name.get_ref())
            .ok_or_else(|| unknown(name.get_ref()).at(settings.place(name)))?;
        options.levels.insert(rule.name.to_string(), level.level());
    }
    if !args.rule.is_empty() {
        let wanted: Vec<&Rule> = args
            .rule
            .iter()
            .map(|name| Rule::among(framework.rules(), name).ok_or_else(|| unknown(name)))
            .collect::<Result<_, _>>()?;
        for rule in framework.rules() {
            let is_wanted = wanted.iter().any(|wanted| wanted.name == rule.name);
            let level = if !is_wanted {
                Level::Allow
            } else if options.level(rule) == Level::Allow {
                Level::Warn
            } else {
                options.level(rule)
            };
            options.levels.insert(rule.name.to_string(), level);
        }
    }
    Ok(options)
}

/// Everything that findings are made with.
struct Judge<'a> {
    framework: Framework,
    /// The files that were asked about, which edits leave as many as they are.
    asked: &'a RequestedFiles,
    catalog: &'a Catalog,
    table: &'a Table,
    options: &'a Options,
}

struct Judged {
    reading: Reading,
    findings: Vec<Finding>,
    /// How many tests and notes there are, those that no change touches among them.
    of_tests: usize,
    of_notes: usize,
}

impl Judged {
    /// Of this, what a change touches; all where there is none.
    fn touched(mut self, changes: Option<&Changes>, sources: &[Source]) -> Self {
        if let Some(changes) = changes {
            keep_touched(changes, sources, &mut self.reading, &mut self.findings);
        }
        self
    }

    fn report<'a>(
        &'a self,
        sources: &'a [Source],
        options: &'a Options,
        framework: Framework,
        changes: Option<&'a Changes>,
    ) -> Report<'a> {
        Report {
            sources,
            tests: &self.reading.tests,
            findings: &self.findings,
            notes: &self.reading.notes,
            unread: &self.reading.unread,
            options,
            rules: framework.rules(),
            unit: framework.dialect().unit(),
            changes,
        }
    }
}

impl Judge<'_> {
    /// Judges everything, or what a change touches.
    fn judge(&self, sources: &[Source], changes: Option<&Changes>) -> Judged {
        let dialect = self.framework.dialect();
        let (mut reading, mut findings) =
            dialect.judge(sources, self.catalog, self.options).unwrap_or_else(|| {
                let reading = dialect.read(sources, self.catalog, self.table);
                let findings =
                    linter::check(&reading, sources, dialect, self.catalog, self.table, self.options);
                (reading, findings)
            });
        self.asked.keep(&mut reading);
        findings.retain(|finding| self.asked.contains(finding.span().file));
        let (of_tests, of_notes) = (reading.tests.len(), reading.notes.len());
        Judged { reading, findings, of_tests, of_notes }.touched(changes, sources)
    }

    /// Makes edits until there is nothing left to make, then writes the files or shows what would change. Returns whether
    /// something does, and what is found then.
    fn fix(
        &self,
        args: &Args,
        read: &mut Sources,
        changes: &mut Option<Changes>,
        mut judged: Judged,
    ) -> Result<(bool, Judged), Failure> {
        let before = read.files.clone();
        let mut count = 0;
        for _ in 0..MAX_ROUNDS {
            let fixed = fix::apply(&read.files, &judged.findings, args.unsafe_fixes);
            if fixed.count == 0 {
                break;
            }
            let mut files = read.files.clone();
            for (file, text) in fixed.texts {
                files[file].text = Arc::from(text.as_str());
            }
            // An edit that makes something unreadable is not made.
            let again = self.judge(&files, None);
            if again.of_notes > judged.of_notes || again.of_tests != judged.of_tests {
                return Err(Failure::new(
                    "an edit would leave a file that cannot be read; nothing was written",
                )
                .help("make the edits by hand, and report this"));
            }
            count += fixed.count;
            read.files = files;
            *changes = changes.as_ref().map(|changes| changes.after(&fixed.edits));
            judged = again.touched(changes.as_ref(), &read.files);
        }
        let mut changed = false;
        let (mut writing, mut patch) = (output::Files::default(), output::Patch::default());
        for ((old, new), path) in before.iter().zip(&read.files).zip(&read.paths) {
            if old.text == new.text {
                continue;
            }
            changed = true;
            if args.diff {
                patch.add(path, Some(&old.text), &new.text);
            } else {
                writing.replace(path, old.text.as_bytes(), new.text.as_bytes());
            }
        }
        patch.print()?;
        writing.write()?;
        if changed && !args.diff {
            output::message(&format!("fixed {}", words::count(count, "finding")));
        }
        Ok((changed, judged))
    }
}

/// Of what was read and found, what a change touches. What was not read stays: nobody knows what it touches.
fn keep_touched(changes: &Changes, sources: &[Source], reading: &mut Reading, findings: &mut Vec<Finding>) {
    let touched = changes.touched(reading, sources);
    findings.retain(|finding| touched.has_finding(finding, reading));
    let kept: Vec<bool> = (0..reading.tests.len()).map(|test| touched.has_test(test, reading)).collect();
    let mut keep = kept.into_iter();
    reading.tests.retain(|_| keep.next() == Some(true));
    let tests = std::mem::take(&mut reading.tests);
    reading.keep_notes(|span| changes.touches(span, sources) || tests.iter().any(|test| test.contains(span)));
    reading.tests = tests;
}
