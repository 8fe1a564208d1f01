//! Cited lines, compared with what they are now.

use std::collections::BTreeMap;

use crate::catalog_text::Target;
use crate::compare::{Compare, SourcePlace};
use crate::evidence::EvidenceStatus;
use crate::rules;

/// Cited lines that read differently, gathered where they overlap.
struct ChangedLines {
    path: String,
    first: u32,
    last: u32,
    /// The narrowest citation, which is the one that is pointed at.
    narrowest: (u32, String, Target),
    others: Vec<String>,
    facts: usize,
}

/// Reports what reads differently, once for each place however many facts rest on it, and files that were renamed.
///
/// Lines with another difference are left out: that difference reports them already.
pub(crate) fn compare(work: &mut Compare<'_>) {
    let pieces = work.text.cited();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (evidence, _) in &pieces {
        *seen.entry(evidence.to_string()).or_default() += 1;
    }
    let mut touched: Vec<ChangedLines> = Vec::new();
    let mut renamed: BTreeMap<String, (String, usize, Target)> = BTreeMap::new();
    for (evidence, target) in pieces {
        let Some(status) = work.evidence.status_of(&evidence).cloned() else { continue };
        let Some(facts) = seen.remove(&evidence.to_string()) else { continue };
        let was = evidence.lines().map_or("", |(path, _, _)| path).to_owned();
        if let EvidenceStatus::Moved { path, .. } | EvidenceStatus::Changed { path, .. } = &status
            && *path != was
        {
            renamed.entry(was).or_insert_with(|| (path.clone(), 0, target.clone())).1 += facts;
        }
        match status {
            EvidenceStatus::Same | EvidenceStatus::Moved { .. } => {}
            EvidenceStatus::Changed { path, first, last } => {
                let size = last - first;
                let known = touched
                    .iter_mut()
                    .find(|known| known.path == path && first <= known.last && last >= known.first);
                match known {
                    Some(known) => {
                        known.first = known.first.min(first);
                        known.last = known.last.max(last);
                        known.facts += facts;
                        let mut other = evidence.place.clone();
                        if size < known.narrowest.0 {
                            other = std::mem::replace(&mut known.narrowest, (size, other, target)).1;
                        }
                        known.others.push(other);
                    }
                    None => touched.push(ChangedLines {
                        path,
                        first,
                        last,
                        narrowest: (size, evidence.place.clone(), target),
                        others: Vec::new(),
                        facts,
                    }),
                }
            }
            EvidenceStatus::Gone => {
                work.differ(rules::EVIDENCE_CHANGED, format!("`{}` is gone", evidence.place))
                    .catalog(&target, rests(facts))
                    .note("the file no longer exists")
                    .help("check that the fact still holds, and cite the lines that show it")
                    .done();
            }
            EvidenceStatus::Unknown => {
                work.differ(
                    rules::CANNOT_READ,
                    format!("the former text of `{}` is unavailable", evidence.place),
                )
                .catalog(&target, rests(facts))
                .note("the recorded commit, or that line at it, is not in this checkout's history")
                .help("fetch the recorded commit (in CI: fetch-depth: 0), or correct the line in the catalog")
                .done();
            }
        }
    }
    for (was, (is, facts, target)) in renamed {
        work.differ(rules::EVIDENCE_MOVED, format!("`{was}` is `{is}` now"))
            .spot(Some(SourcePlace { path: is, span: 0..0 }), "it is here")
            .catalog(&target, rests(facts))
            .help("`lightest sync --write` cites it there")
            .done();
    }
    report(work, touched);
}

/// Reports why the cited lines could not be followed, where that is so.
pub(crate) fn unfollowed(work: &mut Compare<'_>) {
    let Some(reason) = work.evidence.unfollowed() else { return };
    work.differ(rules::CANNOT_READ, "the catalog's evidence cannot be followed")
        .at_commit("evidence is cited at this commit")
        .note(reason)
        .help(
            "fetch the recorded commit, for instance with `git fetch origin` and its full name; in CI use a full clone (`fetch-depth: 0`)",
        )
        .done();
}

fn rests(facts: usize) -> String {
    if facts == 1 { "one fact rests on it".to_owned() } else { format!("{facts} facts rest on it") }
}

fn report(work: &mut Compare<'_>, touched: Vec<ChangedLines>) {
    for place in touched {
        let Some(span) = work.evidence.range(&place.path, place.first, place.last) else { continue };
        let whole = SourcePlace { path: place.path, span };
        let file = work.sources.position(&whole.path);
        let reported =
            work.found.iter().filter_map(|difference| difference.diagnostic.primary()).any(|span| {
                Some(span.file) == file
                    && span.bytes.start < whole.span.end
                    && span.bytes.end > whole.span.start
            });
        if reported {
            continue;
        }
        let (_, cited, target) = place.narrowest;
        let mut draft = work
            .differ(rules::EVIDENCE_CHANGED, format!("`{cited}` has changed"))
            .spot(Some(whole), "it was here")
            .catalog(&target, rests(place.facts));
        if !place.others.is_empty() {
            draft = draft.note(format!("cited in other ways too: `{}`", place.others.join("`, `")));
        }
        draft
            .help("check that the facts that rest on it still hold, and cite the lines that show them")
            .done();
    }
}
