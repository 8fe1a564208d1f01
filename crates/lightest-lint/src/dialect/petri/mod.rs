//! Petri's tests, in Rust: `#[vmm_test(..)]` and its relatives.

mod declare;
mod eval;
mod flow;
mod index;
mod macros;
mod modules;
mod script;
mod syntax;
mod tree;
mod values;
mod walk;

use std::collections::BTreeMap;

use lightest_model::catalog::Catalog;
use lightest_model::config::Config;
use memchr::memmem;

use super::{Dialect, Interest};
use crate::calls::Table;
use crate::facts::{Declaration, Note, Test};
use crate::parallel;
use crate::source::{Source, Span};

use index::Package;
use syntax::Unreadable;
use tree::Tree;

/// The dialect of OpenVMM's tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Petri;

/// What every attribute of petri's contains.
const MARK: &[u8] = b"vmm_test";
/// What a file that handles petri's values contains.
const HELPER_MARKS: [&[u8]; 2] = [b"petri", b"pipette"];

impl Dialect for Petri {
    fn name(&self) -> &'static str {
        "petri"
    }

    fn looks_for(&self) -> &'static str {
        "`#[vmm_test(..)]` and its relatives"
    }

    fn package_file(&self) -> &'static str {
        "Cargo.toml"
    }

    fn extension(&self) -> &'static str {
        "rs"
    }

    fn interest(&self, bytes: &[u8]) -> Interest {
        let attribute = memmem::find_iter(bytes, MARK).any(|at| {
            let before =
                bytes[..at].iter().rev().find(|byte| !byte.is_ascii_alphanumeric() && **byte != b'_');
            // `#[vmm_test`, `#[openvmm_test`, `#[vmm_test_macros::vmm_test`.
            matches!(before, Some(b'[' | b':'))
        });
        if attribute {
            Interest::Tests
        } else if HELPER_MARKS.iter().any(|mark| memmem::find(bytes, mark).is_some()) {
            Interest::Helpers
        } else {
            Interest::None
        }
    }

    fn read(&self, sources: &[Source], catalog: &Catalog, table: &Table) -> (Vec<Test>, Vec<Note>) {
        let mut notes = Vec::new();
        let trees = parallel::map(sources, || (), |(), source| syntax::read(&source.text));
        let trees: Vec<Tree> = trees
            .into_iter()
            .enumerate()
            .map(|(file, tree)| {
                tree.unwrap_or_else(|reason| {
                    notes.push(not_read(file, reason));
                    Tree::default()
                })
            })
            .collect();
        let mut packages: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (file, source) in sources.iter().enumerate() {
            packages.entry(&source.package).or_default().push(file);
        }
        let packages: Vec<Package<'_>> = packages.values().map(|files| Package::new(files, &trees)).collect();
        let mut work: Vec<(usize, &Package<'_>)> = packages
            .iter()
            .flat_map(|package| package.files().iter().map(move |file| (*file, package)))
            .collect();
        // The longest first, so that no thread is left with it at the end.
        work.sort_by_key(|(file, _)| std::cmp::Reverse(sources[*file].text.len()));
        let found = parallel::map(
            &work,
            || (),
            |(), (file, package)| {
                let (mut tests, mut notes) = (Vec::new(), Vec::new());
                declare::tests(
                    *file,
                    &sources[*file],
                    &trees[*file],
                    catalog,
                    &mut tests,
                    &mut notes,
                    |function| walk::body(function, *file, sources, package, table),
                );
                (tests, notes)
            },
        );
        let mut tests = Vec::new();
        for (more, noted) in found {
            tests.extend(more);
            notes.extend(noted);
        }
        tests.sort_by_key(|test| (test.span.file, test.span.bytes.start));
        notes.sort_by_key(|note| (note.span.file, note.span.bytes.start));
        (tests, notes)
    }

    fn spell(&self, config: &Config, declaration: &Declaration) -> Option<String> {
        // Where the attribute names the VMM, its configurations do not.
        let vmm = if declaration.vmm.is_some() { None } else { config.vmm.clone() };
        Some(Config { vmm, ..config.clone() }.to_string())
    }
}

fn not_read(file: usize, reason: Unreadable) -> Note {
    let message = match reason {
        Unreadable::Nested => "not read: brackets are nested too deeply",
        Unreadable::Endless => "not read: an expression is too long",
    };
    Note { span: Span::new(file, 0..0), message: message.to_owned(), help: None }
}
