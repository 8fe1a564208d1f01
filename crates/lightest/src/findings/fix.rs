//! Makes edits, in memory.

use std::collections::BTreeMap;

use lightest_diagnostics::{Edit, Safety};
use lightest_lint::finding::Finding;
use lightest_lint::source::Source;

/// The files after the edits of some findings.
#[derive(Debug, Default)]
pub(crate) struct FixedFiles {
    /// The new text of each changed file, by its index.
    pub(crate) texts: BTreeMap<usize, String>,
    /// The edits of each file, in the order of their places.
    pub(crate) edits: BTreeMap<usize, Vec<Edit>>,
    /// How many findings were fixed.
    pub(crate) count: usize,
}

/// Makes the edits that may be made. Edits that touch each other wait for another round.
pub(crate) fn apply(sources: &[Source], findings: &[Finding], unsafe_too: bool) -> FixedFiles {
    let mut edits: BTreeMap<usize, Vec<&Edit>> = BTreeMap::new();
    let mut fixed = FixedFiles::default();
    for finding in findings {
        let Some(help) = &finding.diagnostic.help else { continue };
        let may = match help.safety {
            Safety::Safe => true,
            Safety::Unsafe => unsafe_too,
            Safety::DisplayOnly => false,
        };
        if !may || help.edits.is_empty() {
            continue;
        }
        let free = |edit: &&Edit| {
            edits.get(&edit.span.file).is_none_or(|made| made.iter().all(|other| are_disjoint(other, edit)))
        };
        if !help.edits.iter().all(|edit| free(&edit)) {
            continue;
        }
        fixed.count += 1;
        for edit in &help.edits {
            edits.entry(edit.span.file).or_default().push(edit);
        }
    }
    for (file, mut edits) in edits {
        let Some(source) = sources.get(file) else { continue };
        edits.sort_by_key(|edit| (edit.span.bytes.start, edit.span.bytes.end));
        let mut text = String::new();
        let mut at = 0;
        for edit in &edits {
            text.push_str(source.text.get(at..edit.span.bytes.start).unwrap_or_default());
            text.push_str(&edit.text);
            at = edit.span.bytes.end;
        }
        text.push_str(source.text.get(at..).unwrap_or_default());
        fixed.texts.insert(file, text);
        fixed.edits.insert(file, edits.into_iter().cloned().collect());
    }
    fixed
}

/// Whether two edits touch neither each other nor the same place.
fn are_disjoint(one: &Edit, other: &Edit) -> bool {
    one.span.bytes.end < other.span.bytes.start || other.span.bytes.end < one.span.bytes.start
}
