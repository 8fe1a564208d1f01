//! Evidence: whether the lines that facts rest on still read as they did, and where they went.

use std::collections::BTreeMap;
use std::ops::Range;

use lightest_model::catalog::{Catalog, Evidence, Source};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::catalog_text::{CatalogText, Edit, New, Target};

/// A cited file as it was at the commit that the catalog records, and as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CitedFile {
    /// Its text at the recorded commit; `None` when that commit or file cannot be had.
    pub was: Option<String>,
    /// Its text now, and its path, which differs when the file was renamed; `None` when it is gone.
    pub is: Option<(String, String)>,
}

/// The state of a piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvidenceStatus {
    /// It reads as it did, in the same place.
    Same,
    /// It reads as it did, elsewhere.
    Moved {
        /// Path now.
        path: String,
        /// First line now.
        first: u32,
        /// Last line now.
        last: u32,
    },
    /// It reads differently; these lines are where it was.
    Changed {
        /// Path now.
        path: String,
        /// First line now.
        first: u32,
        /// Last line now.
        last: u32,
    },
    /// The file is gone, or every cited line.
    Gone,
    /// The old text is not available.
    Unknown,
}

/// The state of each piece of evidence that is a line of the source.
#[derive(Clone, Debug, Default)]
pub struct Evidences {
    statuses: BTreeMap<String, EvidenceStatus>,
    texts: BTreeMap<String, String>,
    unfollowed: Option<String>,
}

/// The sources that are the same repository as `source`, at whatever commit: itself, and those that evidence was pinned to.
#[must_use]
pub fn same_repository<'c>(catalog: &'c Catalog, source: &str) -> Vec<&'c Source> {
    let url = catalog.source(source).and_then(|source| source.url.as_deref());
    catalog
        .sources
        .iter()
        .filter(|other| other.commit.is_some() && !other.past)
        .filter(|other| other.id == source || (url.is_some() && other.url.as_deref() == url))
        .collect()
}

/// The paths that a catalog's files cite of a source, in order.
#[must_use]
pub fn cited_paths(text: &CatalogText, source: &str) -> Vec<String> {
    let mut paths: Vec<String> = text
        .cited()
        .into_iter()
        .filter(|(evidence, _)| evidence.source == source)
        .filter_map(|(evidence, _)| evidence.lines().map(|(path, _, _)| path.to_owned()))
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

impl Evidences {
    /// Evidence that cannot be followed, for that reason.
    #[must_use]
    pub fn not_followed(reason: String) -> Self {
        Self { unfollowed: Some(reason), ..Self::default() }
    }

    /// Why it could not be followed.
    pub(crate) fn unfollowed(&self) -> Option<&str> {
        self.unfollowed.as_deref()
    }

    /// The text of a cited file as it is now.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Follows every cited line of `source` from the commit that it records to now, beside those that are followed already.
    #[must_use]
    pub fn follow(self, text: &CatalogText, source: &str, files: &BTreeMap<String, CitedFile>) -> Self {
        let mut found = self;
        let mut maps: BTreeMap<&str, LineMap> = BTreeMap::new();
        for (path, cited) in files {
            if let (Some(was), Some((_, is))) = (&cited.was, &cited.is) {
                maps.insert(path, LineMap::new(was, is));
            }
            if let Some((path, text)) = &cited.is {
                found.texts.insert(path.clone(), text.clone());
            }
        }
        for (evidence, _) in text.cited() {
            let Some((path, first, last)) = evidence.lines().filter(|_| evidence.source == source) else {
                continue;
            };
            let status = match (files.get(path), maps.get(path)) {
                (Some(CitedFile { is: None, .. }), _) => EvidenceStatus::Gone,
                (Some(CitedFile { is: Some((now, _)), .. }), Some(map)) => {
                    map.status_of(path, now, first, last)
                }
                _ => EvidenceStatus::Unknown,
            };
            found.statuses.insert(evidence.to_string(), status);
        }
        found
    }

    /// Its state; `None` when it is no line of the source.
    #[must_use]
    pub fn status_of(&self, evidence: &Evidence) -> Option<&EvidenceStatus> {
        self.statuses.get(&evidence.to_string())
    }

    /// The path and lines where it stands now.
    #[must_use]
    pub fn now<'a>(&'a self, evidence: &'a Evidence) -> Option<(&'a str, u32, u32)> {
        match self.status_of(evidence)? {
            EvidenceStatus::Same => evidence.lines(),
            EvidenceStatus::Moved { path, first, last } | EvidenceStatus::Changed { path, first, last } => {
                Some((path, *first, *last))
            }
            EvidenceStatus::Gone | EvidenceStatus::Unknown => None,
        }
    }

    /// How many pieces of evidence have that status.
    #[must_use]
    pub fn count(&self, is: impl Fn(&EvidenceStatus) -> bool) -> usize {
        self.statuses.values().filter(|status| is(status)).count()
    }

    /// The byte range of some lines of a file as it is now, without the space around them.
    pub(crate) fn range(&self, path: &str, first: u32, last: u32) -> Option<Range<usize>> {
        let text = self.texts.get(path)?;
        let mut start = 0;
        let mut end = text.len();
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let line_start = line.as_ptr() as usize - text.as_ptr() as usize;
            if number == first {
                start = line_start + (line.len() - line.trim_start().len());
            }
            if number == last {
                end = line_start + line.trim_end().len();
                break;
            }
        }
        Some(start.min(end)..end)
    }
}

/// Where each line of an old text is in a new one.
struct LineMap {
    /// For each old line, the new one; both zero-based.
    to: Vec<Option<u32>>,
    /// For each old line, the new line at whose place it was, whether or not it is still there.
    near: Vec<u32>,
}

impl LineMap {
    fn new(was: &str, is: &str) -> Self {
        let old: Vec<&str> = was.lines().collect();
        let new: Vec<&str> = is.lines().collect();
        let mut to = vec![None; old.len()];
        let mut near = vec![0; old.len()];
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        for op in capture_diff_slices(Algorithm::Patience, &old, &new) {
            match op {
                DiffOp::Equal { old_index, new_index, len } => {
                    for offset in 0..len {
                        to[old_index + offset] = Some(number(new_index + offset));
                        near[old_index + offset] = number(new_index + offset);
                    }
                }
                DiffOp::Delete { old_index, old_len, new_index } => {
                    for slot in &mut near[old_index..old_index + old_len] {
                        *slot = number(new_index);
                    }
                }
                DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                    for offset in 0..old_len {
                        near[old_index + offset] = number(new_index + offset.min(new_len.saturating_sub(1)));
                    }
                }
                DiffOp::Insert { .. } => {}
            }
        }
        let last = number(new.len().saturating_sub(1));
        near.iter_mut().for_each(|line| *line = (*line).min(last));
        Self { to, near }
    }

    fn status_of(&self, path: &str, now: &str, first: u32, last: u32) -> EvidenceStatus {
        let (from, upto) = (first as usize - 1, last as usize);
        if from >= self.to.len() || upto > self.to.len() {
            // The catalog cites a line that the file did not have.
            return EvidenceStatus::Unknown;
        }
        let lines = &self.to[from..upto];
        let kept: Option<Vec<u32>> = lines.iter().copied().collect();
        let whole = kept.filter(|kept| kept.windows(2).all(|pair| pair[1] == pair[0] + 1));
        match whole.as_deref() {
            Some([start, .., end]) => moved(path, now, first, *start + 1, *end + 1),
            Some([only]) => moved(path, now, first, *only + 1, *only + 1),
            _ if lines.iter().all(Option::is_none) && lines.len() > 1 => {
                let at = self.near[from] + 1;
                EvidenceStatus::Changed { path: now.to_owned(), first: at, last: at }
            }
            _ => {
                let start = self.near[from] + 1;
                let end = (self.near[upto - 1] + 1).max(start);
                EvidenceStatus::Changed { path: now.to_owned(), first: start, last: end }
            }
        }
    }
}

fn moved(path: &str, now: &str, was: u32, first: u32, last: u32) -> EvidenceStatus {
    if path == now && first == was {
        EvidenceStatus::Same
    } else {
        EvidenceStatus::Moved { path: now.to_owned(), first, last }
    }
}

/// The edits that move evidence to where it stands now.
///
/// Lines that read differently are taken from `fresh` where the fact itself was read anew. Others are left to a person, but
/// the source they are cited of is about to be another commit: they are pinned to `pinned`, the name of a source that stays
/// at the recorded one. Lines that were pinned and stand in the source again lose their pin.
#[must_use]
pub fn rewrite(
    text: &CatalogText,
    evidences: &Evidences,
    source: &str,
    pinned: &str,
    fresh: &BTreeMap<Target, String>,
) -> (Vec<Edit>, usize) {
    let mut edits = Vec::new();
    let mut left = 0;
    for (evidence, target) in text.cited() {
        let anew = || {
            let path = &target.path[..target.path.len().saturating_sub(2)];
            fresh.get(&Target { path: path.to_vec(), ..target.clone() })
        };
        let own = evidence.source == source;
        let text = match evidences.status_of(&evidence) {
            None => continue,
            Some(EvidenceStatus::Same) if own => continue,
            Some(EvidenceStatus::Same) => format!("{source}:{}", evidence.place),
            Some(EvidenceStatus::Moved { path, first, last }) if first == last => {
                format!("{source}:{path}:{first}")
            }
            Some(EvidenceStatus::Moved { path, first, last }) => format!("{source}:{path}:{first}-{last}"),
            Some(EvidenceStatus::Changed { .. } | EvidenceStatus::Gone | EvidenceStatus::Unknown) => {
                match anew() {
                    Some(cite) => format!("{source}:{cite}"),
                    None if !own => continue,
                    None => {
                        left += 1;
                        format!("{pinned}:{}", evidence.place)
                    }
                }
            }
        };
        edits.push(Edit { target, new: New::Str(text) });
    }
    (edits, left)
}

/// Entries of the catalog that no line of the source bears out, by kind and identifier.
#[must_use]
pub fn unsourced(catalog: &Catalog, source: &str) -> Vec<(String, String)> {
    let sources: Vec<&str> =
        same_repository(catalog, source).iter().map(|source| source.id.as_str()).collect();
    let cites =
        |evidence: &Evidence| sources.contains(&evidence.source.as_str()) && evidence.lines().is_some();
    let mut found = Vec::new();
    let mut look = |kind: &str, id: String, evidence: &mut dyn Iterator<Item = &Evidence>| {
        let mut evidence = evidence.peekable();
        if evidence.peek().is_some() && !evidence.any(cites) {
            found.push((kind.to_owned(), id));
        }
    };
    macro_rules! kinds {
        ($($kind:literal => $field:ident),* $(,)?) => {
            $(for entry in &catalog.$field { look($kind, entry.id.to_string(), &mut entry.evidence.iter()); })*
        };
    }
    kinds! {
        "blocker" => blockers, "boot_class" => boot_classes, "boot_method" => boot_methods, "claim" => claims,
        "host" => hosts, "hypervisor" => hypervisors, "isolation" => isolation, "quirk" => quirks,
        "test_capability" => test_capabilities, "vmm" => vmms,
    }
    for statement in &catalog.capabilities {
        let by_words = || format!("{}: {}", statement.requirement, statement.because);
        let id = statement.id.clone().unwrap_or_else(by_words);
        look("capability", id, &mut statement.evidence.iter());
    }
    for guest in &catalog.guests {
        let of_images = guest.images.iter().flat_map(|image| &image.evidence);
        look("guest", guest.id.clone(), &mut guest.evidence.iter().chain(of_images));
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}
