//! `lightest sync --write`: changes the catalog's files to what the source states, and cites the commit that was read.

use std::collections::BTreeSet;
use std::path::Path;

use lightest_catalog::{File, load};
use lightest_diagnostics::RuleId;
use lightest_model::catalog::Layer;
use lightest_sync::catalog_text::{Edit, New, Target};
use lightest_sync::evidence;

use super::Compared;
use crate::failure::Failure;
use crate::git::Repository;
use crate::output::Lock;
use crate::output::journal::{self, Journal, Recovery};
use crate::{exit, input, output, words};

/// Finishes what an interrupted run left, or else makes sure that the folder contains what its repository does: in a
/// catalog that was changed in part, the commit of a cited line is ambiguous.
pub(super) fn prepare(folder: &Path, lock: &Lock) -> Result<(), Failure> {
    if let Recovery::Finished(count) = journal::finish(folder, lock)? {
        output::message(&format!(
            "an earlier run was interrupted: wrote the remaining {}",
            words::count(count, "file")
        ));
        return Ok(());
    }
    match Repository::first_change(folder)? {
        None => Ok(()),
        Some(path) => Err(Failure::new(format!(
            "the catalog in {} has changes of its own: {}",
            output::shown(folder),
            output::line(&path)
        ))
        .help("commit or undo them first, so that the written changes can be told from yours")),
    }
}

/// Writes, and reports the written facts, decisions left to a person, and facts without a source.
pub(super) fn run(compared: &Compared, folder: &Path, lock: &Lock) -> Result<u8, Failure> {
    let Some(head) = &compared.checkout.head else {
        return Err(Failure::new("the checkout has no commit that could be recorded as evidence")
            .help("name the top of a git clone"));
    };
    let source = compared.project.source();
    if let Some(path) = compared.checkout.changed(compared.stated.files())? {
        return Err(Failure::new(format!(
            "`{path}` differs from the commit that would be recorded as evidence"
        ))
        .help("commit or undo the changes in the checkout first"));
    }
    let catalog = &compared.catalog;
    let index = catalog.sources.iter().position(|known| known.id == source);
    let Some(index) = index else {
        return Err(Failure::new(format!("the catalog has no source `{source}` to record the commit for")));
    };
    let recorded = catalog.sources[index].commit.clone().unwrap_or_default();
    let mut edits: Vec<Edit> =
        compared.report.differences.iter().flat_map(|difference| difference.edits.iter().cloned()).collect();
    let name = format!("{source}-{recorded}");
    let fresh = compared.stated.fresh(catalog);
    let (moved, left) = evidence::rewrite(&compared.text, &compared.evidence, source, &name, &fresh);
    edits.extend(moved);
    let pinned = (left > 0).then_some(name);
    if recorded.is_empty() || !head.id.starts_with(&recorded) {
        edits.push(Edit {
            target: Target::entry("source", index).key("commit"),
            new: New::Str(head.short().to_owned()),
        });
        edits.push(Edit {
            target: Target::entry("source", index).key("date"),
            new: New::Str(head.date.clone()),
        });
    }
    let (mut changed, refused) = compared.text.apply(&edits);
    if let Some(name) = pinned.filter(|name| catalog.source(name).is_none()) {
        pin(compared, &mut changed, &name, index);
    }
    // What would be written must be a catalog.
    let files: Vec<File> = compared
        .text
        .files()
        .iter()
        .map(|(name, text)| {
            let new = changed.iter().find(|(changed, _)| changed == name).map(|(_, text)| text);
            File::new(Path::new(name), new.unwrap_or(text).clone(), Layer::Base)
        })
        .collect();
    load(&files).map_err(|errors| {
        input::catalog::failure(&files, &errors).note("this is what would have been written; nothing was").help(
            "make the change by hand: what the source says now does not fit the rest of the catalog by itself",
        )
    })?;
    let mut journal = Journal::default();
    for (name, text) in &changed {
        let path = Path::new(name).strip_prefix(folder).unwrap_or(Path::new(name));
        journal.replace(path, compared.text.text(name).unwrap_or_default(), text);
    }
    journal.write(folder, lock)?;
    let mut report = String::new();
    for (name, _) in &changed {
        report.push_str(&format!("wrote {}\n", output::shown(Path::new(name))));
    }
    if changed.is_empty() {
        report.push_str("nothing to write\n");
    }
    let written: BTreeSet<_> =
        edits.iter().filter(|edit| !refused.contains(edit)).map(|edit| &edit.target).collect();
    let left: Vec<_> = compared
        .report
        .differences
        .iter()
        .filter(|difference| {
            difference.edits.is_empty() || difference.edits.iter().any(|edit| !written.contains(&edit.target))
        })
        .collect();
    if !left.is_empty() {
        report.push_str("\nthese need a decision:\n");
        for difference in &left {
            report.push_str(&format!(
                "  {}: {}\n",
                difference.rule().map_or("", RuleId::as_str),
                difference.diagnostic.message
            ));
        }
    }
    let alone = evidence::unsourced(catalog, source);
    if !alone.is_empty() {
        report
            .push_str(&format!("\nleft alone, since no line of the source states them ({}):\n", alone.len()));
        for (kind, id) in alone {
            report.push_str(&format!("  {kind} `{id}`\n"));
        }
    }
    output::data(&report)?;
    output::message(&format!("the catalog in {} now matches {}", output::shown(folder), head.short()));
    Ok(if left.is_empty() { exit::DONE } else { exit::FINDINGS })
}

/// Adds a source that stays at the commit that was recorded until now, for evidence that does not stand there any more.
fn pin(compared: &Compared, changed: &mut Vec<(String, String)>, name: &str, index: usize) {
    let source = &compared.catalog.sources[index];
    let Some(place) = compared.text.commit_of(&compared.catalog, &source.id) else { return };
    let at = match changed.iter().position(|(file, _)| *file == place.file) {
        Some(at) => at,
        None => {
            let text = compared.text.text(&place.file).unwrap_or_default().to_owned();
            changed.push((place.file.clone(), text));
            changed.len() - 1
        }
    };
    let text = &mut changed[at].1;
    let mut entry =
        format!("\n[[source]]\nid = {name:?}\ntitle = {:?}\n", format!("{} (as it was)", source.title));
    for (key, value) in [("url", &source.url), ("commit", &source.commit), ("date", &source.date)] {
        if let Some(value) = value {
            entry.push_str(&format!("{key} = {value:?}\n"));
        }
    }
    text.push_str(&entry);
}
