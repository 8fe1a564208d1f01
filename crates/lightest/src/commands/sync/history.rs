//! `lightest sync --history`: one commit a month, and for each change the commit that made it.

use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use lightest_model::catalog::Catalog;
use lightest_sync::timeline::{Snapshot, State, Topic, runs};
use lightest_sync::{MAX_BYTES, SourceFile, Timeline};

use super::checkout::Checkout;
use super::page;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::git::{Commit, Objects};
use crate::{exit, input, output};

/// A month of the history.
pub(super) struct Month {
    /// `YYYY-MM`.
    pub(super) name: String,
    /// Its last commit, and what the source stated then; `None` when it has none.
    pub(super) read: Option<(Commit, Rc<Snapshot>)>,
}

/// Something that changed.
pub(super) struct Change {
    /// The commit that changed it, and its date; the first snapshot's where it was so from the beginning.
    pub(super) at: Commit,
    /// Whether it was so from the beginning.
    pub(super) from_start: bool,
}

/// A stretch of time with one value.
pub(super) struct Period {
    /// The value.
    pub(super) value: String,
    /// Its first commit.
    pub(super) from: Change,
    /// The commit that ended it, if any.
    pub(super) until: Option<Change>,
}

/// Everything that the page shows.
pub(super) struct History {
    pub(super) months: Vec<Month>,
    pub(super) stretches: Vec<((Topic, String), Vec<Period>)>,
    pub(super) head: Commit,
}

/// Runs the command.
pub(super) fn run(args: &super::Args, framework: Framework) -> Result<u8, Failure> {
    let project = framework.project();
    let timeline = framework.part(
        |known| known.project().timeline(),
        "the timeline of `--history` is",
        "leave out `--history`",
    )?;
    if let Some(path) = args.output.as_ref().filter(|_| !args.check) {
        output::can_be_written(path)?;
    }
    let (catalog, _) = super::store::read(args.facts.as_deref(), framework)?;
    let checkout = Checkout::open(&args.repo, project)?;
    let history = read(&checkout, timeline, &catalog, args.months)?;
    let page = page::Page { project, timeline, history: &history, catalog: &catalog }.render(args.months);
    match &args.output {
        None => {
            output::page(&page)?;
            Ok(exit::DONE)
        }
        Some(path) if args.check => fresh(path, &page),
        Some(path) => {
            output::write(path, &page)?;
            output::message(&format!("wrote {}", output::shown(path)));
            Ok(exit::DONE)
        }
    }
}

fn fresh(path: &Path, page: &str) -> Result<u8, Failure> {
    let is =
        input::text(path).map_err(|error| error.failure(path).help("write it first, without `--check`"))?;
    if is.replace("\r\n", "\n") == page {
        return Ok(exit::DONE);
    }
    let line = is.lines().zip(page.lines()).position(|(is, should)| is != should);
    let line = line.unwrap_or_else(|| is.lines().count().min(page.lines().count())) + 1;
    output::message(&format!(
        "{}:{line}: the page is stale: run the same command without `--check`",
        output::shown(path)
    ));
    Ok(exit::FINDINGS)
}

fn read(
    checkout: &Checkout,
    timeline: &dyn Timeline,
    catalog: &Catalog,
    count: u32,
) -> Result<History, Failure> {
    let repository = checkout.repository()?;
    let Some(head) = checkout.head.clone() else {
        return Err(Failure::new("the checkout has no commit"));
    };
    let line = repository.main_line(None, &head.id, &[])?;
    let mut reader = Reader {
        checkout,
        timeline,
        catalog,
        objects: repository.objects()?,
        texts: HashMap::new(),
        known: HashMap::new(),
    };
    let mut months = Vec::new();
    for name in months_up_to(&head.date, count) {
        // Newest first: the first of the month in the list is its last commit.
        let read = match line.iter().find(|commit| commit.date.starts_with(&name)) {
            Some(commit) => {
                output::message(&format!("reading {name} at {}", commit.short()));
                Some((commit.clone(), reader.at(commit)?))
            }
            None => None,
        };
        months.push(Month { name, read });
    }
    let read: Vec<(&Commit, &Rc<Snapshot>)> = months
        .iter()
        .filter_map(|month| month.read.as_ref())
        .map(|(commit, snapshot)| (commit, snapshot))
        .collect();
    let states: Vec<&State> = read.iter().map(|(_, snapshot)| &snapshot.state).collect();
    let mut stretches = Vec::new();
    let mut between: HashMap<usize, Vec<Commit>> = HashMap::new();
    for (key, list) in runs(&states) {
        let mut found = Vec::new();
        for run in list {
            let mut change = |index: usize, value: Option<&str>| -> Result<Change, Failure> {
                if index == 0 {
                    return Ok(Change { at: read[0].0.clone(), from_start: true });
                }
                let commits = match between.entry(index) {
                    std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
                    std::collections::hash_map::Entry::Vacant(entry) => {
                        let (from, to) = (&read[index - 1].0.id, &read[index].0.id);
                        let mut commits = repository.main_line(Some(from), to, checkout.project.folders())?;
                        commits.reverse();
                        entry.insert(commits)
                    }
                };
                let at = reader.first(commits, &key, value)?.unwrap_or_else(|| read[index].0.clone());
                Ok(Change { at, from_start: false })
            };
            let from = change(run.from, Some(&run.value))?;
            let until = match run.until {
                // A period that follows at once begins where this one ends.
                Some(index) => Some(change(index, states[index].get(&key).map(String::as_str))?),
                None => None,
            };
            found.push(Period { value: run.value, from, until });
        }
        stretches.push((key, found));
    }
    Ok(History { months, stretches, head })
}

struct Reader<'a> {
    checkout: &'a Checkout,
    timeline: &'a dyn Timeline,
    catalog: &'a Catalog,
    objects: Objects,
    texts: HashMap<String, Rc<str>>,
    known: HashMap<String, Rc<Snapshot>>,
}

impl Reader<'_> {
    fn at(&mut self, commit: &Commit) -> Result<Rc<Snapshot>, Failure> {
        if let Some(known) = self.known.get(&commit.id) {
            return Ok(Rc::clone(known));
        }
        let mut files = Vec::new();
        let project = self.checkout.project;
        for blob in self.checkout.repository()?.blobs(&commit.id, project.folders())? {
            if !project.may_state_facts(&blob.path) {
                continue;
            }
            let text = match self.texts.get(&blob.id) {
                Some(text) => Rc::clone(text),
                None => {
                    let Some(text) = self.objects.text(&blob.id, MAX_BYTES + 1)? else { continue };
                    let text: Rc<str> = text.into();
                    self.texts.insert(blob.id.clone(), Rc::clone(&text));
                    text
                }
            };
            files.push(SourceFile { path: blob.path, text: text.to_string() });
        }
        let snapshot = self
            .timeline
            .snapshot(files, self.catalog)
            .map_err(|unclear| Failure::new(unclear.message).help(unclear.help))?;
        let snapshot = Rc::new(snapshot);
        self.known.insert(commit.id.clone(), Rc::clone(&snapshot));
        Ok(snapshot)
    }

    /// The first of these commits, oldest first, from which on `key` has `value`. Found by bisection: a value that appeared
    /// twice within a month is dated by one of the two.
    fn first(
        &mut self,
        commits: &[Commit],
        key: &(Topic, String),
        value: Option<&str>,
    ) -> Result<Option<Commit>, Failure> {
        let (mut low, mut high) = (0, commits.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let snapshot = self.at(&commits[middle])?;
            if snapshot.state.get(key).map(String::as_str) == value {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(commits.get(low).cloned())
    }
}

/// The names of the last `count` months up to that of a date, oldest first.
fn months_up_to(date: &str, count: u32) -> Vec<String> {
    let mut parts = date.split('-').map(|part| part.parse::<u32>().unwrap_or(1));
    let (year, month) = (parts.next().unwrap_or(1970), parts.next().unwrap_or(1));
    let last = year * 12 + month.clamp(1, 12) - 1;
    (0..count)
        .rev()
        .filter_map(|back| last.checked_sub(back))
        .map(|index| format!("{:04}-{:02}", index / 12, index % 12 + 1))
        .collect()
}
