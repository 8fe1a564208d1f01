//! The files that a test takes, which its attribute names behind each configuration.

use lightest_lint::calls::{Kind, Table, last_segment};
use lightest_lint::facts::{Declaration, TakenFile};
use lightest_model::catalog::When;

use super::tree::Function;
use super::values::split;

/// Petri's type of a file that was found for a test.
const ARTIFACT: &str = "ResolvedArtifact<";

/// What a test takes, in the order of its signature, and what an attribute would name for each: an artifact that is a type
/// by itself, one of a trait that the table knows, or the one that the test's own list names there.
pub(super) fn of(function: &Function, declarations: &[Declaration], table: &Table) -> Vec<TakenFile> {
    let mut takes: Vec<TakenFile> = Vec::new();
    for param in &function.params {
        let mut rest = param.ty.as_str();
        while let Some(at) = rest.find(ARTIFACT) {
            rest = &rest[at + ARTIFACT.len()..];
            let written = split(rest).first().copied().unwrap_or_default();
            // What the author named for a configuration outranks what is usual there.
            let mut all = listed(declarations, takes.len());
            all.extend(named(function, written, &takes, table));
            takes.push(TakenFile { written: written.to_owned(), named: all });
        }
    }
    takes
}

fn named(
    function: &Function,
    written: &str,
    before: &[TakenFile],
    table: &Table,
) -> Vec<(Vec<When>, String)> {
    let bounds =
        function.generics.iter().find(|(name, _)| name == written).map(|(_, bounds)| bounds.as_str());
    let bound = written.strip_prefix("impl ").or(bounds).unwrap_or(written).trim();
    let last = last_segment(bound);
    let constant = |word: &str| {
        word.len() > 1
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    if bounds.is_none() && constant(last) && table.named(Kind::Type, last).is_some() {
        return vec![(Vec::new(), last.to_owned())];
    }
    // Which of two files of one kind is which is unknown.
    if before.iter().any(|taken| taken.written == written) {
        return Vec::new();
    }
    let entries = table.entries().iter().filter(|entry| entry.kind == Kind::Artifact);
    let known = entries.filter(|entry| entry.names.iter().any(|name| name == last));
    known.filter_map(|entry| Some((entry.when.clone(), entry.gives.first()?.clone()))).collect()
}

/// What the test's own list names at that place, for each of its configurations.
fn listed(declarations: &[Declaration], place: usize) -> Vec<(Vec<When>, String)> {
    let mut found: Vec<(Vec<When>, String)> = Vec::new();
    for variant in declarations.iter().flat_map(|list| &list.variants) {
        let Some(artifact) = variant.config.extra_deps.get(place) else { continue };
        let config = &variant.config;
        let isolation = config.isolation.map_or("none", |mode| mode.word());
        let exact = When {
            vmm: config.vmm.iter().cloned().collect(),
            boot: vec![config.boot.clone()],
            arch: vec![config.arch],
            isolation: vec![isolation.to_owned()],
            guest: vec![config.guest.id.clone()],
            ..When::default()
        };
        found.push((vec![exact], artifact.clone()));
    }
    found
}
