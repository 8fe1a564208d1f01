//! The suite as it is at a commit, read in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use lightest_catalog::{embedded, load};
use lightest_diagnostics::line_column;
use lightest_kubevirt::judge::Reading;
use lightest_kubevirt::suite::Suite;
use lightest_kubevirt::table::Table;
use lightest_kubevirt::{check, facts};
use lightest_lint::linter::Options;
use lightest_lint::source::Source;
use lightest_model::catalog::Catalog;

use super::Place;

/// Words that mention the guest, for the naive linter.
const WORDS: [&str; 8] = [
    "console.",
    "LoginTo",
    "AgentConnected",
    "GuestOs",
    "UserList",
    "FilesystemList",
    "SoftReboot",
    "UserData",
];

/// The suite at a commit, as it was read.
pub(super) struct Tree {
    sources: Vec<Source>,
    catalog: Catalog,
    table: Table,
    suite: Suite,
}

/// The same with what its tests ask.
pub(super) struct Read<'t> {
    sources: &'t [Source],
    reading: Reading<'t>,
}

impl Tree {
    /// The suite at a commit of a checkout.
    pub(super) fn at(checkout: &str, commit: &str) -> Result<Self, String> {
        let missing = || format!("{checkout} does not hold {commit}: a full clone is needed");
        let mut archive = Command::new("git")
            .args(["-C", checkout, "archive", commit, "tests"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("git: {error}"))?;
        let mut files = tar::Archive::new(archive.stdout.take().ok_or("git gives nothing")?);
        let mut sources = Vec::new();
        for entry in files.entries().map_err(|_| missing())? {
            let mut entry = entry.map_err(|_| missing())?;
            let path = entry.path().map_err(|error| error.to_string())?.display().to_string();
            if !path.ends_with(".go") {
                continue;
            }
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(|error| format!("{path}: {error}"))?;
            sources.push(Source {
                path: path.clone(),
                local: path,
                package: String::new(),
                text: Arc::from(text),
            });
        }
        if !archive.wait().map_err(|error| error.to_string())?.success() {
            return Err(missing());
        }
        sources.sort_by(|one, other| one.local.cmp(&other.local));
        let catalog = load(&embedded(facts::FOLDERS)).map_err(|errors| errors[0].message.clone())?;
        let table = facts::table()?;
        let (suite, _) = check::read(&sources, &catalog, &table);
        Ok(Self { sources, catalog, table, suite })
    }

    /// The requirements of its tests.
    pub(super) fn read(&self) -> Read<'_> {
        let reading = Reading::new(&self.suite, &self.catalog, &self.table);
        Read { sources: &self.sources, reading }
    }
}

impl Read<'_> {
    fn place(&self, source: usize, at: usize) -> Place {
        let source = &self.sources[source];
        (source.local.clone(), line_column(&source.text, at).0)
    }

    /// The sites that are found too heavy, with the message.
    pub(super) fn findings(&self) -> BTreeMap<Place, String> {
        let (_, findings) = check::judge(&self.reading, self.sources, &Options::default());
        let heavy = findings.iter().filter(|finding| finding.rule() == "heavier-than-needed");
        heavy
            .map(|finding| {
                let span = finding.span();
                (self.place(span.file, span.bytes.start), finding.diagnostic.message.clone())
            })
            .collect()
    }

    /// How many factory calls there are.
    pub(super) fn sites(&self) -> usize {
        self.reading.suite.sites.len()
    }

    /// How many tests there are.
    pub(super) fn tests(&self) -> usize {
        self.reading.suite.tests.len()
    }

    /// How many tests there are of which something is not understood, and how many in all.
    pub(super) fn open(&self) -> (usize, usize) {
        let asking = &self.reading.asking;
        (asking.iter().filter(|asking| !asking.opens.is_empty()).count(), asking.len())
    }

    /// How many guestless sites are read as asking for nothing that takes a guest, and how many there are with tests.
    pub(super) fn guestless(&self) -> (usize, usize) {
        let reading = &self.reading;
        let sites = reading.suite.sites.iter().filter(|site| site.factory == "NewGuestless");
        let judged: Vec<_> =
            sites.map(|site| reading.judge(site)).filter(|judged| !judged.tests.is_empty()).collect();
        // What a test asks may be meant for another machine that it boots beside.
        let alone = |test: &usize| {
            let beside = reading.suite.sites.iter().filter(|site| site.tests.contains(test));
            beside.map(|site| &site.factory).all(|factory| factory == "NewGuestless")
        };
        let silent = judged.iter().filter(|judged| {
            let asks = judged.tests.iter().filter(|test| alone(test)).any(|test| {
                reading.asking[*test].asks.iter().any(|ask| reading.takes_a_system(&ask.requirement))
            });
            !asks
        });
        (silent.count(), judged.len())
    }

    /// What a naive linter finds: factory calls of guests with an operating system in whose enclosing test no word mentions
    /// the guest.
    pub(super) fn naive(&self) -> BTreeSet<Place> {
        let suite = self.reading.suite;
        let mut found = BTreeSet::new();
        for site in suite.sites.iter().filter(|site| site.factory != "NewGuestless") {
            let (source, bytes) = &site.place;
            let is_around = |place: &(usize, std::ops::Range<usize>)| {
                place.0 == *source && place.1.start <= bytes.start && bytes.end <= place.1.end
            };
            let around = suite.tests.iter().map(|test| &test.place).filter(|place| is_around(place));
            let Some(test) = around.min_by_key(|place| place.1.len()) else { continue };
            let text = &self.sources[*source].text[test.1.clone()];
            if !WORDS.iter().any(|word| text.contains(word)) {
                found.insert(self.place(*source, site.name_place.1.start));
            }
        }
        found
    }
}

/// The factory calls that a commit turns into guestless ones, by their places before.
pub(super) fn conversions(checkout: &str, commit: &str) -> Result<Vec<Place>, String> {
    let output = Command::new("git")
        .args(["-C", checkout, "diff", "--unified=0", &format!("{commit}^"), commit, "--", "tests"])
        .output()
        .map_err(|error| format!("git: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let (mut path, mut line) = (String::new(), 0);
    let mut found = Vec::new();
    // Calls that a hunk takes out, and how many guestless ones it puts in.
    let (mut gone, mut come) = (Vec::<Place>::new(), 0_usize);
    for row in text.lines().chain(["@@ -0 +0 @@"]) {
        if let Some(name) = row.strip_prefix("--- a/") {
            path = name.to_owned();
        } else if let Some(rest) = row.strip_prefix("@@ -") {
            let converted = gone.len().min(come);
            found.extend(gone.drain(..).take(converted));
            come = 0;
            line = rest.split([',', ' ']).next().and_then(|line| line.parse().ok()).unwrap_or(0);
        } else if let Some(old) = row.strip_prefix('-') {
            if old.contains("libvmifact.New") && !old.contains("NewGuestless") {
                gone.push((path.clone(), line));
            }
            line += 1;
        } else if row.starts_with('+') && row.contains("NewGuestless(") {
            come += 1;
        }
    }
    Ok(found)
}
