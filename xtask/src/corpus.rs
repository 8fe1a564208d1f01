//! `cargo xtask corpus`: reads a checkout of OpenVMM with `lightest`, and records the findings with verdicts.
//!
//! Written are `corpus/variants.tsv`, `corpus/needs.tsv`, `corpus/first-try.tsv` (facts) and `docs/book/src/evaluation.md` (findings with the verdicts of
//! `corpus/verdicts.toml` and `corpus/first-try.toml`, and what maintainers did in the history). Nothing of the checkout's text is kept.

mod first_try;
mod history;
mod needs;
mod page;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use lightest_model::config::Arch;
use serde::Deserialize;
use serde_json::Value;

use crate::run::{self, committed, read_toml, root};

/// A judgement on a finding, or on a test without one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Verdict {
    /// The test, with its modules.
    test: String,
    /// The rule; for a test without a finding, the rule that could have fired.
    rule: String,
    /// The configuration, where one test has several findings of a rule.
    #[serde(default)]
    config: Option<String>,
    /// Whether a maintainer would accept it.
    accepted: bool,
    /// Why.
    why: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Verdicts {
    #[serde(default)]
    verdict: Vec<Verdict>,
}

/// A case that was once read wrongly, and the tests that keep it right.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    kind: String,
    right: String,
    /// Fixtures of `check`.
    kept_by: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    #[serde(default)]
    case: Vec<Case>,
}

/// The cases; each fixture that they name is there.
fn cases() -> Result<Cases, String> {
    let cases: Cases = read_toml("corpus/cases.toml")?;
    for name in cases.case.iter().flat_map(|case| &case.kept_by) {
        let path = root().join("crates/lightest/tests/ui").join(name);
        if !path.is_file() {
            return Err(format!("corpus/cases.toml: there is no fixture {}", path.display()));
        }
    }
    Ok(cases)
}

/// A finding, as far as the page shows it.
struct Finding {
    test: String,
    rule: String,
    config: Option<String>,
    suggested: Option<String>,
    place: String,
}

/// Reads the checkout and writes the files; with `check`, reports the stale ones.
pub(crate) fn run(openvmm: &str, check: bool) -> Result<(), String> {
    let openvmm = PathBuf::from(openvmm);
    let program = program()?;
    let read = json(&program, &["requirements", &openvmm.display().to_string(), "--format", "json"])?;
    let variants = variants(&read, &openvmm);
    let verdicts: Verdicts = read_toml("corpus/verdicts.toml")?;
    let usual = findings(&program, &openvmm, &[])?;
    let pedantic = findings(&program, &openvmm, &["--pedantic"])?;
    let history = history::read(&program, &openvmm)?;
    let commit = git(&openvmm, &["rev-parse", "--short=9", "HEAD"])?;
    let cells = needs::cells(&read);
    let mut page = page::write(commit.trim(), &read, &usual, &pedantic, &verdicts, &cases()?, &history);
    page.push_str(&needs::section(&cells)?);
    let tried = first_try::cells(&program, &read)?;
    page.push_str(&first_try::section(&tried)?);
    let needs = needs::tsv(&cells);
    for (path, text) in [
        ("corpus/variants.tsv", variants),
        ("corpus/needs.tsv", needs),
        ("corpus/first-try.tsv", first_try::tsv(&tried)),
        ("docs/book/src/evaluation.md", page),
    ] {
        committed(path, &text, check, "corpus --openvmm DIR")?;
    }
    Ok(())
}

/// The program, built with optimization.
pub(crate) fn program() -> Result<PathBuf, String> {
    let mut build = run::cargo();
    build.args(["build", "--quiet", "--release", "--package", "lightest", "--bin", "lightest"]);
    run::run(build)?;
    Ok(root().join("target/release/lightest"))
}

/// The architecture of a configuration as `lightest requirements` prints it.
fn arch_of(configuration: &Value) -> Arch {
    match configuration["config"].as_str().unwrap_or_default().contains(Arch::Aarch64.word()) {
        true => Arch::Aarch64,
        false => Arch::X64,
    }
}

/// What a test needs on every path through its body, and the absence of the agent where none of some of its configurations
/// has it.
fn always_needed(test: &Value, configurations: &[&Value]) -> Vec<String> {
    let needs = test["requirements"].as_array().into_iter().flatten();
    let always = needs.filter(|need| need["within"].as_array().is_none_or(Vec::is_empty));
    let mut words: Vec<String> =
        always.map(|need| need["requirement"].as_str().unwrap_or_default().to_owned()).collect();
    if configurations.iter().all(|configuration| configuration["agent"] == false) {
        words.push("no-agent".to_owned());
    }
    words
}

fn output(program: &Path, args: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(args).output().map_err(|error| error.to_string())?;
    if output.status.code().is_none_or(|code| code == 2) {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

pub(crate) fn json(program: &Path, args: &[&str]) -> Result<Value, String> {
    serde_json::from_str(&output(program, args)?).map_err(|error| error.to_string())
}

pub(crate) fn git(openvmm: &Path, args: &[&str]) -> Result<String, String> {
    let output =
        Command::new("git").arg("-C").arg(openvmm).args(args).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A path of the checkout, relative to its top.
pub(crate) fn local(path: &str, openvmm: &Path) -> String {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let path = whole(Path::new(path));
    path.strip_prefix(whole(openvmm)).unwrap_or(&path).display().to_string()
}

/// Every variant: facts only.
fn variants(read: &Value, openvmm: &Path) -> String {
    let mut lines = Vec::new();
    for test in read["tests"].as_array().into_iter().flatten() {
        for variant in test["configurations"].as_array().into_iter().flatten() {
            let text = |value: &Value| {
                value.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
            };
            lines.push(format!(
                "{}\t{}\t{}\t{}\t{}\t{}\t{}",
                text(&variant["name"]),
                text(&test["test"]),
                text(&variant["written"]),
                text(&variant["config"]),
                if variant["agent"] == false { "no" } else { "yes" },
                local(variant["span"]["file_name"].as_str().unwrap_or_default(), openvmm),
                variant["span"]["line_start"],
            ));
        }
    }
    lines.sort();
    let mut text = String::from("name\ttest\twritten\tconfig\tagent\tfile\tline\n");
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    text
}

fn findings(program: &Path, openvmm: &Path, more: &[&str]) -> Result<Vec<Finding>, String> {
    let folder = openvmm.display().to_string();
    let mut args = vec!["check", folder.as_str(), "--message-format", "json"];
    args.extend(more);
    let mut found = Vec::new();
    for line in output(program, &args)?.lines() {
        let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let Some(rule) = value["code"]["code"].as_str() else { continue };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let span = &value["spans"][0];
        found.push(Finding {
            test: text(&value["lightest"]["test"]).unwrap_or_default(),
            rule: rule.to_owned(),
            config: text(&value["lightest"]["config"]),
            suggested: text(&value["lightest"]["suggested"]),
            place: format!(
                "{}:{}",
                local(span["file_name"].as_str().unwrap_or_default(), openvmm),
                span["line_start"]
            ),
        });
    }
    Ok(found)
}
