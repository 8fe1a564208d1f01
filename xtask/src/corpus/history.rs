//! Changes that maintainers made to the configurations of tests, commit by commit, and whether `check` on the commit before
//! proposes them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

use super::{git, json, output};

/// Where tests live in the checkout.
const TESTS: &str = "vmm_tests/vmm_tests/tests";

/// A commit that changed the configurations of tests that it did not add or remove.
pub(super) struct Change {
    pub(super) commit: String,
    pub(super) date: String,
    /// Number of the pull request.
    pub(super) pull: String,
    pub(super) tests: usize,
    pub(super) added: usize,
    pub(super) removed: usize,
    /// The findings of `check` on those tests at the commit before.
    pub(super) findings: Vec<String>,
    /// Whether one of them proposes what the commit did.
    pub(super) agreement: Agreement,
}

/// How the findings compare with the change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Agreement {
    /// A finding removes what was removed, or adds what was added.
    Same,
    /// There are findings on the tests, of something else.
    Other,
    /// There are none.
    Nothing,
}

/// The history, as far as it was read.
pub(super) struct History {
    pub(super) changes: Vec<Change>,
    /// Commits that touched the folder.
    pub(super) commits: usize,
    /// Of these, how many changed nothing that is read, but contain words, before or after, that today's grammar does
    /// not know.
    pub(super) unread: usize,
}

/// The configurations of each test, with its modules.
type Tests = BTreeMap<String, BTreeSet<String>>;

/// Reads every commit that touched the tests.
pub(super) fn read(program: &Path, openvmm: &Path) -> Result<History, String> {
    let log = git(openvmm, &["log", "--first-parent", "--format=%h%x09%as%x09%s", "--", TESTS])?;
    let folder = env::temp_dir().join(format!("lightest-corpus-{}", std::process::id()));
    let mut history = History { changes: Vec::new(), commits: 0, unread: 0 };
    for line in log.lines() {
        let mut parts = line.splitn(3, '\t');
        let (Some(commit), Some(date), Some(subject)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        // Only commits that touch an attribute's words are worth unpacking.
        let diff = git(openvmm, &["show", "--format=", "--unified=0", commit, "--", TESTS])?;
        let touches = diff.lines().any(|line| {
            (line.starts_with('+') || line.starts_with('-'))
                && (line.contains("openvmm_")
                    || line.contains("hyperv_")
                    || line.contains("_x64")
                    || line.contains("_aarch64"))
        });
        history.commits += 1;
        if !touches {
            continue;
        }
        let result = compare(program, openvmm, &folder, commit, date, subject);
        let _ = fs::remove_dir_all(&folder);
        match result? {
            Compared::Changed(change) => history.changes.push(change),
            Compared::Unread => history.unread += 1,
            Compared::Same => {}
        }
    }
    Ok(history)
}

enum Compared {
    Changed(Change),
    Unread,
    Same,
}

fn compare(
    program: &Path,
    openvmm: &Path,
    folder: &Path,
    commit: &str,
    date: &str,
    subject: &str,
) -> Result<Compared, String> {
    let before_at = unpack(openvmm, &format!("{commit}~1"), &folder.join("before"))?;
    let after_at = unpack(openvmm, commit, &folder.join("after"))?;
    let (Some(before_at), Some(after_at)) = (before_at, after_at) else { return Ok(Compared::Same) };
    let (before, unread_before) = tests(program, &before_at)?;
    let (after, unread_after) = tests(program, &after_at)?;
    let mut changed: BTreeMap<&String, (BTreeSet<&String>, BTreeSet<&String>)> = BTreeMap::new();
    for (test, was) in &before {
        if let Some(is) = after.get(test).filter(|is| *is != was) {
            changed.insert(test, (is.difference(was).collect(), was.difference(is).collect()));
        }
    }
    if changed.is_empty() {
        return Ok(if unread_before + unread_after > 0 { Compared::Unread } else { Compared::Same });
    }
    let printed = output(program, &["check", &before_at.display().to_string(), "--message-format", "json"])?;
    let (mut findings, mut same) = (Vec::new(), false);
    for line in printed.lines() {
        let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let test = value["lightest"]["test"].as_str().unwrap_or_default();
        let Some((added, removed)) =
            changed.iter().find(|(name, _)| name.as_str() == test).map(|(_, change)| change)
        else {
            continue;
        };
        let rule = value["code"]["code"].as_str().unwrap_or_default();
        let is = |value: &Value, among: &BTreeSet<&String>| {
            value.as_str().is_some_and(|config| among.iter().any(|known| known.as_str() == config))
        };
        let config = &value["lightest"]["config"];
        // Rules that rule out a configuration, when that was removed; any, when what they suggest was added.
        let against = matches!(
            rule,
            "runs-no-repo-code"
                | "runs-nowhere"
                | "heavier-than-needed"
                | "lacks-what-it-uses"
                | "redundant-variant"
        );
        same |= (against && is(config, removed)) || is(&value["lightest"]["suggested"], added);
        if !findings.iter().any(|known| known == rule) {
            findings.push(rule.to_owned());
        }
    }
    let agreement = match (same, findings.is_empty()) {
        (true, _) => Agreement::Same,
        (false, false) => Agreement::Other,
        (false, true) => Agreement::Nothing,
    };
    let pull = subject.rsplit_once("(#").and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or_default();
    Ok(Compared::Changed(Change {
        commit: commit.to_owned(),
        date: date.to_owned(),
        pull: pull.to_owned(),
        tests: changed.len(),
        added: changed.values().map(|(added, _)| added.len()).sum(),
        removed: changed.values().map(|(_, removed)| removed.len()).sum(),
        findings,
        agreement,
    }))
}

/// Writes the tests of a commit into a folder; `None` where there were none.
fn unpack(openvmm: &Path, commit: &str, folder: &Path) -> Result<Option<PathBuf>, String> {
    let Ok(list) = git(openvmm, &["ls-tree", "-r", "--name-only", commit, "--", TESTS]) else {
        return Ok(None);
    };
    if !list.lines().any(|file| file.ends_with(".rs")) {
        return Ok(None);
    }
    let archive = Command::new("git")
        .arg("-C")
        .arg(openvmm)
        .args(["archive", "--format=tar", commit, "--", TESTS])
        .output()
        .map_err(|error| error.to_string())?;
    let mut archive = tar::Archive::new(archive.stdout.as_slice());
    for entry in archive.entries().map_err(|error| error.to_string())? {
        let mut entry = entry.map_err(|error| error.to_string())?;
        let file = entry.path().map_err(|error| error.to_string())?.into_owned();
        let Ok(local) = file.strip_prefix("vmm_tests/vmm_tests") else { continue };
        if local.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let path = folder.join(local);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| error.to_string())?;
        }
        let mut text = Vec::new();
        entry.read_to_end(&mut text).map_err(|error| error.to_string())?;
        fs::write(path, text).map_err(|error| error.to_string())?;
    }
    // A package of its own, so that modules and helpers are found.
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    fs::write(folder.join("Cargo.toml"), "[package]\n").map_err(|error| error.to_string())?;
    Ok(Some(folder.to_owned()))
}

/// The tests below a folder, and how many of them have a part in their lists that was not understood.
fn tests(program: &Path, folder: &Path) -> Result<(Tests, usize), String> {
    let read = json(program, &["requirements", &folder.display().to_string(), "--format", "json"])?;
    let mut tests = Tests::new();
    let mut unread = 0;
    for test in read["tests"].as_array().into_iter().flatten() {
        let module = test["module"].as_str().unwrap_or_default();
        let name = test["test"].as_str().unwrap_or_default();
        let name = if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") };
        let list = |key: &str, field: &str| -> Vec<String> {
            let entries = test[key].as_array().into_iter().flatten();
            entries.filter_map(|entry| entry[field].as_str().map(str::to_owned)).collect()
        };
        let not_understood = list("unread", "text");
        unread += usize::from(!not_understood.is_empty());
        let configs = tests.entry(name).or_default();
        configs.extend(list("configurations", "config"));
        // A word that is not understood stands for its configuration, so that its coming and going is seen.
        configs.extend(not_understood);
    }
    Ok((tests, unread))
}
