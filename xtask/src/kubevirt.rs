//! `cargo xtask corpus --framework kubevirt --repo DIR`: what `check` finds in KubeVirt's tests, beside what the maintainers
//! did with their guests, with a reviewed verdict for every finding.

mod page;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use lightest_catalog::{embedded, load};
use lightest_kubevirt::facts::FOLDERS;

use crate::run::{committed, report, root};

use tree::Tree;

/// The catalog's source just before the conversions #17276 and #17307.
const BEFORE: &str = "kubevirt-before";
/// The catalog's source whose tests are reviewed as they are now.
const HEAD: &str = "kubevirt";
/// Further conversions: what they are called, and the commit.
const LATER: [(&str, &str); 2] = [("#18197", "72496717a8"), ("the affinity tests", "d754c83319")];
/// At least so many of the converted sites must be found, and at most so many others.
const LEAST_FOUND: usize = 100;
const MOST_OTHERS: usize = 66;

const CONVERTED: &str = "corpus/kubevirt-converted.tsv";
const OTHERS: &str = "corpus/kubevirt-others.tsv";
const NOW: &str = "corpus/kubevirt-head.tsv";
const PAGE: &str = "docs/book/src/evaluation-kubevirt.md";
/// Writes the page.
const CHORE: &str = "corpus --framework kubevirt --repo DIR";

/// A place: path and line.
type Place = (String, usize);

/// A reviewed finding.
#[derive(Clone, Debug)]
struct Verdict {
    place: Place,
    /// `real`, `idle` or `false`.
    word: String,
    reason: String,
}

/// The changes of a further conversion, and how many are found at its parent.
struct Conversion {
    name: &'static str,
    commit: &'static str,
    converted: Vec<Place>,
    missed: Vec<Place>,
}

/// Everything that the page shows.
struct Corpus {
    /// Commits of the catalog's sources.
    before: String,
    head: String,
    converted: usize,
    found: usize,
    missed: Vec<Place>,
    others: Vec<Verdict>,
    naive: (usize, usize),
    sites: usize,
    tests: usize,
    guestless: (usize, usize),
    later: Vec<Conversion>,
    now: Vec<(Verdict, String)>,
    open_now: (usize, usize),
}

/// Reads the commits, compares the findings with the lists, and writes the page or reports that it is stale.
pub(crate) fn run(checkout: &str, check: bool) -> Result<(), String> {
    let converted: BTreeSet<Place> = rows(CONVERTED)?.into_iter().map(|row| row.place).collect();
    let commit_before = commit(BEFORE)?;
    let before = Tree::at(checkout, &commit_before)?;
    let before = before.read();
    let findings = before.findings();
    let found: BTreeSet<Place> = findings.keys().cloned().collect();
    let mut wrong = Vec::new();
    let others = reviewed(OTHERS, &findings, |place| !converted.contains(place), &mut wrong)?;
    let naive = before.naive();
    let mut later = Vec::new();
    for (name, commit) in LATER {
        let found = Tree::at(checkout, &format!("{commit}^"))?.read().findings();
        let converted = tree::conversions(checkout, commit)?;
        let missed: Vec<Place> =
            converted.iter().filter(|place| !found.contains_key(*place)).cloned().collect();
        later.push(Conversion { name, commit, converted, missed });
    }
    let commit_head = commit(HEAD)?;
    let head = Tree::at(checkout, &commit_head)?;
    let head = head.read();
    let now = head.findings();
    let verdicts = reviewed(NOW, &now, |_| true, &mut wrong)?;
    let corpus = Corpus {
        before: commit_before,
        head: commit_head,
        converted: converted.len(),
        found: converted.intersection(&found).count(),
        missed: converted.difference(&found).cloned().collect(),
        naive: (naive.intersection(&converted).count(), naive.difference(&converted).count()),
        sites: before.sites(),
        tests: before.tests(),
        guestless: before.guestless(),
        others,
        later,
        now: verdicts
            .into_iter()
            .map(|verdict| {
                let message = now[&verdict.place].clone();
                (verdict, message)
            })
            .collect(),
        open_now: head.open(),
    };
    report(&format!(
        "{} of {} converted sites are found, and {} others; {} of {} guestless sites ask for nothing; {} findings now",
        corpus.found,
        corpus.converted,
        corpus.others.len(),
        corpus.guestless.0,
        corpus.guestless.1,
        corpus.now.len()
    ));
    for place in &corpus.missed {
        report(&format!("not found: {}:{}", place.0, place.1));
    }
    for later in &corpus.later {
        report(&format!(
            "{}: {} of {} are found",
            later.name,
            later.converted.len() - later.missed.len(),
            later.converted.len()
        ));
        wrong.extend(
            later.missed.iter().map(|(path, line)| format!("{}: not found: {path}:{line}", later.name)),
        );
    }
    if corpus.found < LEAST_FOUND || corpus.others.len() > MOST_OTHERS {
        wrong.push("the reading has become worse".to_owned());
    }
    if corpus.guestless.0 < corpus.guestless.1 {
        wrong.push("a guestless site is read as asking for something".to_owned());
    }
    wrong.extend(committed(PAGE, &page::write(&corpus), check, CHORE).err());
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// The commit of a source of the catalog.
fn commit(source: &str) -> Result<String, String> {
    let catalog = load(&embedded(FOLDERS)).map_err(|errors| errors[0].message.clone())?;
    let commit = catalog.source(source).and_then(|source| source.commit.clone());
    commit.ok_or_else(|| format!("the catalog's source `{source}` has no commit"))
}

/// The rows of a list: path, line, verdict and reason.
fn rows(path: &str) -> Result<Vec<Verdict>, String> {
    let text = fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|(number, line)| {
            let mut cells = line.split('\t');
            let place = cells.next().zip(cells.next().and_then(|line| line.parse().ok()));
            let (file, line) = place.ok_or_else(|| format!("{path}:{}: no place", number + 1))?;
            let word = cells.next().unwrap_or_default().to_owned();
            let reason = cells.next().unwrap_or_default().to_owned();
            Ok(Verdict { place: (file.to_owned(), line), word, reason })
        })
        .collect()
}

/// The verdicts on some findings; findings without one and verdicts without a finding are wrong.
fn reviewed(
    path: &str,
    findings: &BTreeMap<Place, String>,
    is_wanted: impl Fn(&Place) -> bool,
    wrong: &mut Vec<String>,
) -> Result<Vec<Verdict>, String> {
    let rows = rows(path)?;
    let wanted: BTreeSet<&Place> = findings.keys().filter(|place| is_wanted(place)).collect();
    for (file, line) in wanted.iter().filter(|place| rows.iter().all(|row| row.place != ***place)) {
        wrong.push(format!("{path}: no verdict on {file}:{line}: {}", findings[&(file.clone(), *line)]));
    }
    let mut kept = Vec::new();
    for row in rows {
        let (file, line) = &row.place;
        if !wanted.contains(&row.place) {
            wrong.push(format!("{path}: {file}:{line} is no finding any more"));
        } else if !["real", "idle", "false"].contains(&row.word.as_str()) || row.reason.is_empty() {
            wrong.push(format!("{path}: {file}:{line} has no verdict with a reason"));
        } else {
            kept.push(row);
        }
    }
    Ok(kept)
}
