//! The seam for projects whose source shows how facts came and went: what it stated at each commit, as a timeline shows it.

use std::collections::BTreeMap;

use lightest_model::catalog::Catalog;

use crate::project::SourceFile;

/// A part of a timeline: a table of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// Its heading.
    pub heading: &'static str,
    /// The text above the table.
    pub intro: &'static str,
    /// The head of the first column, which has the names.
    pub column: &'static str,
    /// Whether the names are code.
    pub code: bool,
    /// What its names are counted as in the list of what was read; `None` where they are not.
    pub counted: Option<&'static str>,
}

/// The subject of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// A name of a part.
    Part(&'static Part),
    /// A claim of the catalog, by its identifier.
    Claim,
}

/// The value of a claim while it is true.
pub const TRUE: &str = "true";

/// Values by topic and subject.
pub type State = BTreeMap<(Topic, String), String>;

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The unread part.
    pub what: String,
    /// Why.
    pub because: String,
    /// Where, as `path:line`, when it is a place.
    pub cite: Option<String>,
}

/// The source's values at one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The values.
    pub state: State,
    /// Gaps.
    pub gaps: Vec<Missing>,
}

/// A condition of a claim that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclear {
    /// Which, and why.
    pub message: String,
    /// Where the syntax is described.
    pub help: String,
}

/// A project that has a timeline.
pub trait Timeline: Sync {
    /// The parts, in the order in which a page shows them.
    fn parts(&self) -> &'static [&'static Part];

    /// The values of the files of one commit.
    ///
    /// # Errors
    ///
    /// A condition of the catalog's claims that is not understood.
    fn snapshot(&self, files: Vec<SourceFile>, catalog: &Catalog) -> Result<Snapshot, Unclear>;
}

/// A stretch of snapshots with the same value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The value.
    pub value: String,
    /// The first snapshot with this value.
    pub from: usize,
    /// The first after it that does not, if any.
    pub until: Option<usize>,
}

/// For each topic and subject of any snapshot, the stretches in order.
#[must_use]
pub fn runs(snapshots: &[&State]) -> BTreeMap<(Topic, String), Vec<Run>> {
    let mut found: BTreeMap<(Topic, String), Vec<Run>> = BTreeMap::new();
    for (index, state) in snapshots.iter().enumerate() {
        for (key, value) in *state {
            let list = found.entry(key.clone()).or_default();
            match list.last_mut() {
                Some(run) if run.until.is_none() && run.value == *value => {}
                Some(run) if run.until.is_none() => {
                    run.until = Some(index);
                    list.push(Run { value: value.clone(), from: index, until: None });
                }
                _ => list.push(Run { value: value.clone(), from: index, until: None }),
            }
        }
        for (key, list) in &mut found {
            if let Some(run) = list.last_mut()
                && run.until.is_none()
                && !state.contains_key(key)
            {
                run.until = Some(index);
            }
        }
    }
    found
}
