//! Each fixture of `check` is a test of its own: `cargo test --package lightest --test ui heavier-than-needed.helpers`.
//!
//! `ui/RULE.rs` fires, `ui/RULE.silent.rs` does not; `.stdout` and `.stderr` are what is printed, `.fixed` the file after
//! `--fix --unsafe-fixes`. A file that is not there is empty, or unchanged. `LIGHTEST_BLESS=1` writes them anew.

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};

#[path = "support/fixtures.rs"]
mod fixtures;
mod support;
use fixtures::{checkout, flags, ui};
use support::{Outcome, lightest};

type Test = fn(&Fixture) -> Result<(), Failed>;

/// The checks of each fixture.
const TESTS: [(&str, Test); 4] =
    [("prints", prints), ("fixes", fixes), ("with-cr-lf", with_cr_lf), ("by-rustfix", by_rustfix)];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = fixtures::fixtures().into_iter().flat_map(|(name, text)| {
        TESTS.map(|(kind, test)| {
            let fixture = Fixture { name: name.clone(), text: text.clone() };
            Trial::test(format!("{name}::{kind}"), move || test(&fixture))
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

struct Fixture {
    name: String,
    text: String,
}

impl Fixture {
    fn check(&self, folder: &Path, file: &str, more: &[&str]) -> Outcome {
        lightest(folder, &[&["check", file], flags(&self.text).as_slice(), more].concat())
    }

    /// An expected file; empty where it is not there.
    fn expected(&self, extension: &str) -> String {
        fs::read_to_string(ui().join(format!("{}.{extension}", self.name))).unwrap_or_default()
    }

    /// Compares with an expected file, or writes it.
    fn compare(&self, extension: &str, found: &str) -> Result<(), Failed> {
        if env::var_os("LIGHTEST_BLESS").is_none() {
            return same(&self.expected(extension), found);
        }
        let path = ui().join(format!("{}.{extension}", self.name));
        if found.is_empty() {
            let _ = fs::remove_file(path);
            return Ok(());
        }
        Ok(fs::write(path, found)?)
    }
}

fn same(expected: &str, found: &str) -> Result<(), Failed> {
    if expected == found {
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(expected, found);
    Err(diff.unified_diff().header("expected", "found").to_string().into())
}

fn prints(fixture: &Fixture) -> Result<(), Failed> {
    let (folder, file) = checkout(&fixture.text);
    let result = fixture.check(folder.path(), &file, &[]);
    fixture.compare("stdout", &result.out)?;
    fixture.compare("stderr", &result.err)?;
    let code = i32::from(result.out.contains("warning["));
    if result.code == code { Ok(()) } else { Err(format!("exit code {} for {code}", result.code).into()) }
}

fn fixes(fixture: &Fixture) -> Result<(), Failed> {
    let (folder, file) = checkout(&fixture.text);
    let result = fixture.check(folder.path(), &file, &["--fix", "--unsafe-fixes"]);
    let fixed = fs::read_to_string(folder.path().join(&file))?;
    fixture.compare("fixed", if fixed == fixture.text { "" } else { &fixed })?;
    let again = fixture.check(folder.path(), &file, &[]);
    if again.err.contains("fixable") || again.err.contains("--unsafe-fixes") {
        return Err(format!("something is still fixable after fixing: {}", again.err).into());
    }
    // Fixing reports the findings that checking reports afterwards.
    same(&again.out, &result.out)
}

fn with_cr_lf(fixture: &Fixture) -> Result<(), Failed> {
    let lengthen = |text: &str| text.replace('\n', "\r\n");
    let shorten = |text: &str| text.replace("\r\n", "\n");
    let (folder, file) = checkout(&fixture.text);
    let (folder_long, _) = checkout(&lengthen(&fixture.text));
    let result = fixture.check(folder.path(), &file, &[]);
    let with_cr = fixture.check(folder_long.path(), &file, &[]);
    same(&result.out, &shorten(&with_cr.out))?;
    same(&result.err, &with_cr.err)?;
    if result.code != with_cr.code {
        return Err(format!("exit code {} for {}", with_cr.code, result.code).into());
    }
    fixture.check(folder_long.path(), &file, &["--fix", "--unsafe-fixes"]);
    let fixed = fs::read_to_string(folder_long.path().join(&file))?;
    let expected = fixture.expected("fixed");
    let expected = if expected.is_empty() { &fixture.text } else { &expected };
    same(&lengthen(expected), &fixed)
}

/// rustfix makes of the JSON what the program makes itself.
fn by_rustfix(fixture: &Fixture) -> Result<(), Failed> {
    let (folder, file) = checkout(&fixture.text);
    let mut text = fixture.text.clone();
    // As often as the program does: an edit may make room for another.
    for _ in 0..10 {
        let result = fixture.check(folder.path(), &file, &["--message-format", "json"]);
        let suggestions =
            rustfix::get_suggestions_from_json(&result.out, &HashSet::new(), rustfix::Filter::Everything)?;
        let mut fix = rustfix::CodeFix::new(&text);
        for suggestion in &suggestions {
            // What touches an edit already made waits for the next round.
            let _ = fix.apply(suggestion);
        }
        let fixed = fix.finish()?;
        if fixed == text {
            break;
        }
        text = fixed;
        fs::write(folder.path().join(&file), &text)?;
    }
    let expected = fixture.expected("fixed");
    if expected.is_empty() { Ok(()) } else { same(&expected, &text) }
}
