//! Petri's tests, in Rust: `#[vmm_test(..)]` and its relatives.

mod build;
mod calls;
mod declare;
mod doc;
mod eval;
mod flow;
mod index;
mod language;
mod lower;
mod macros;
mod methods;
mod modules;
mod places;
mod script;
mod signature;
mod syntax;
mod takes;
mod tree;
mod values;
mod walk;

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use crate::grammar::AttributeKind;
use crate::rust::limits::Unreadable;
use lightest_model::catalog::Catalog;
use memchr::memmem::Finder;

use lightest_diagnostics::{Diagnostic, Span};
use lightest_lint::calls::Table;
use lightest_lint::dialect::Relevance;
use lightest_lint::facts::Reading;
use lightest_lint::parallel;
use lightest_lint::source::Source;

use index::Package;
use tree::Tree;

/// What every attribute of petri's contains, and what one of a fork does.
static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("_test"));
/// What a file that handles petri's values contains.
static HELPER_MARKS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new("petri"), Finder::new("pipette")]);

/// Whether a file has tests of petri's: one of its attributes, or one that reads like them.
#[must_use]
pub fn has_tests(bytes: &[u8]) -> bool {
    MARK.find_iter(bytes).any(|at| is_attribute(bytes, at))
}

/// Why a file is read.
#[must_use]
pub fn relevance(bytes: &[u8]) -> Relevance {
    if has_tests(bytes) {
        Relevance::Tests
    } else if HELPER_MARKS.iter().any(|mark| mark.find(bytes).is_some()) {
        Relevance::Helpers
    } else {
        Relevance::None
    }
}

/// Reads files, and walks through the tests of those that are wanted.
pub fn read(sources: &[Source], catalog: &Catalog, table: &Table, wanted: impl Fn(usize) -> bool) -> Reading {
    let (mut notes, mut unread) = (Vec::new(), Vec::new());
    // The longest first, so that no thread is left with it at the end.
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_by_key(|file| std::cmp::Reverse(sources[*file].text.len()));
    let read = parallel::map(&order, || (), |(), file| syntax::read(&sources[*file].text));
    let mut trees: Vec<Tree> = Vec::new();
    trees.resize_with(sources.len(), Tree::default);
    for (file, tree) in order.iter().zip(read) {
        match tree {
            Ok(tree) => trees[*file] = tree,
            Err(reason) => {
                notes.push(not_read(*file, reason));
                unread.push(*file);
            }
        }
    }
    let mut packages: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (file, source) in sources.iter().enumerate() {
        packages.entry(&source.package).or_default().push(file);
    }
    let packages: Vec<Package<'_>> = packages.values().map(|files| Package::new(files, &trees)).collect();
    let mut work: Vec<(usize, &Package<'_>)> = packages
        .iter()
        .flat_map(|package| package.files().iter().map(move |file| (*file, package)))
        .filter(|(file, _)| wanted(*file))
        .collect();
    work.sort_by_key(|(file, _)| std::cmp::Reverse(sources[*file].text.len()));
    let conditions = outer_conditions(sources, &trees);
    let found = parallel::map(
        &work,
        || (),
        |(), (file, package)| {
            declare::tests(*file, &sources[*file], &trees[*file], catalog, table, |function| {
                walk::body(function, *file, sources, package, table, &conditions[*file])
            })
        },
    );
    let mut tests = Vec::new();
    for (more, noted) in found {
        tests.extend(more);
        notes.extend(noted);
    }
    drop((packages, conditions));
    // Freeing them takes as long as printing, and recurses.
    let trees: Vec<Mutex<Tree>> = trees.into_iter().map(Mutex::new).collect();
    parallel::map(&trees, || (), |(), tree| tree.lock().map(|mut tree| *tree = Tree::default()).is_ok());
    tests.sort_by_key(|test| (test.span.file, test.span.bytes.start));
    notes.sort_by_key(|note| note.primary().map(|span| (span.file, span.bytes.start)));
    Reading { tests, sites: Vec::new(), notes, unread }
}

/// Whether a mark is part of an attribute's name, outside of line comments: `#[vmm_test`, `#[vmm_test_macros::vmm_test`, and
/// `[vmm_test` where a macro makes attributes.
fn is_attribute(bytes: &[u8], at: usize) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let start = bytes[..at].iter().rposition(|byte| !word(byte)).map_or(0, |before| before + 1);
    // Most are names of functions.
    if !matches!(bytes[..start].trim_ascii_end().last(), Some(b'[' | b':')) {
        return false;
    }
    let length = bytes[start..].iter().take_while(|byte| word(byte)).count();
    let name = str::from_utf8(&bytes[start..start + length]).unwrap_or_default();
    let line = bytes[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |before| before + 1);
    let known = AttributeKind::from_word(name).is_some();
    (known || looks_like_petri(name, &bytes[start + length..]))
        && !bytes[line..start].trim_ascii_start().starts_with(b"//")
}

/// How far behind an unknown attribute's name a configuration is looked for, in bytes.
const NEAR: usize = 200;

/// Whether an attribute that is not one of petri's reads like one: a list that names a configuration.
fn looks_like_petri(name: &str, behind: &[u8]) -> bool {
    if !name.ends_with("_test") && !name.contains("_test_") {
        return false;
    }
    let list = &behind[..behind.len().min(NEAR)];
    let list = list.split(|byte| *byte == b']').next().unwrap_or_default();
    let names = |arch: &[u8]| list.windows(arch.len()).any(|window| window == arch);
    list.first() == Some(&b'(') && (names(b"_x64") || names(b"_aarch64"))
}

/// For each file, the `cfg` conditions with which other files declare it and the modules around it.
fn outer_conditions<'t>(sources: &[Source], trees: &'t [Tree]) -> Vec<Vec<&'t str>> {
    let mut declared: Vec<(&str, Vec<String>, &str)> = Vec::new();
    for (source, tree) in sources.iter().zip(trees) {
        for (way, condition) in &tree.conditions {
            let path = modules::of_file(&source.local).into_iter().chain(way.iter().cloned()).collect();
            declared.push((source.package.as_str(), path, condition.as_str()));
        }
    }
    let of = |source: &Source| {
        let path = modules::of_file(&source.local);
        let is_around = |(package, module, _): &&(&str, Vec<String>, &str)| {
            *package == source.package && path.starts_with(module)
        };
        declared.iter().filter(is_around).map(|(.., condition)| *condition).collect()
    };
    sources.iter().map(of).collect()
}

fn not_read(file: usize, reason: Unreadable) -> Diagnostic {
    let message = match reason {
        Unreadable::Nested => "not read: brackets are nested too deeply",
        Unreadable::Endless => "not read: an expression is too long",
    };
    Diagnostic::new(message).label(Span::new(file, 0..0), "")
}
