//! Groups the entries of all files by kind, and lays the user's over the base.

use std::collections::HashMap;
use std::ops::Range;

use lightest_diagnostics::{Diagnostic, Span};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::files::File;
use lightest_model::catalog::Layer;
use lightest_model::suggest::nearest;

/// The names of the arrays of tables that a catalog file may contain.
pub(crate) const KINDS: [&str; 16] = [
    "source",
    "vmm",
    "boot_method",
    "isolation",
    "guest",
    "boot_class",
    "host",
    "hypervisor",
    "requirement",
    "capability",
    "quirk",
    "blocker",
    "claim",
    "question",
    "test_capability",
    "timing",
];

/// One `[[kind]]` table, perhaps with keys from more than one file.
pub(crate) struct Entry<'i> {
    pub(crate) table: DeTable<'i>,
    pub(crate) span: Range<usize>,
    pub(crate) layer: Layer,
    file: usize,
    /// Keys that another file than `file` gave.
    laid_over: Vec<(String, usize)>,
}

impl Entry<'_> {
    /// The file that a span within this entry lies in.
    pub(crate) fn file_of(&self, span: &Range<usize>) -> usize {
        let within = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
        self.laid_over
            .iter()
            .find(|(key, _)| {
                self.table.iter().any(|(name, value)| {
                    name.get_ref() == key && (within(value.span()) || within(name.span()))
                })
            })
            .map_or(self.file, |(_, file)| *file)
    }

    fn key(&self, name: &str) -> Option<&str> {
        self.table.get(name)?.get_ref().as_str()
    }

    /// What identifies an entry: its identifier, for guests with the form.
    fn identity(&self) -> Option<(String, Option<String>)> {
        Some((self.key("id")?.to_owned(), self.key("form").map(str::to_owned)))
    }
}

/// The entries by kind.
pub(crate) struct Groups<'i> {
    entries: Vec<Vec<Entry<'i>>>,
}

impl<'i> Groups<'i> {
    /// The entries of a kind, which is one of [`KINDS`].
    pub(crate) fn of(&self, kind: &str) -> &[Entry<'i>] {
        KINDS.iter().position(|known| *known == kind).map_or(&[], |index| &self.entries[index])
    }
}

/// Groups the entries of all files; reports unknown kinds and identifiers given twice by one layer.
pub(crate) fn collect<'i>(
    files: &[File],
    tables: Vec<(usize, Spanned<DeTable<'i>>)>,
    errors: &mut Vec<Diagnostic>,
) -> Groups<'i> {
    let mut entries: Vec<Vec<Entry<'i>>> = KINDS.iter().map(|_| Vec::new()).collect();
    let mut known: Vec<HashMap<String, Vec<usize>>> = KINDS.iter().map(|_| HashMap::new()).collect();
    for (file, table) in tables {
        for (key, value) in table.into_inner() {
            let name = key.get_ref();
            let Some(kind) = KINDS.iter().position(|known| known == name) else {
                let help = match nearest(name, KINDS) {
                    Some(near) => format!("did you mean `[[{near}]]`?"),
                    None => format!("known kinds: `{}`", KINDS.join("`, `")),
                };
                let error = Diagnostic::new(format!("unknown kind of fact `{name}`"));
                errors.push(error.label(Span::new(file, key.span()), "").help(help));
                continue;
            };
            let span = value.span();
            let DeValue::Array(array) = value.into_inner() else {
                errors.push(not_a_table(file, span, KINDS[kind]));
                continue;
            };
            for element in array {
                let span = element.span();
                match element.into_inner() {
                    DeValue::Table(table) => {
                        let entry =
                            Entry { table, span, layer: files[file].layer, file, laid_over: Vec::new() };
                        add(&mut entries[kind], &mut known[kind], entry, errors);
                    }
                    _ => errors.push(not_a_table(file, span, KINDS[kind])),
                }
            }
        }
    }
    Groups { entries }
}

fn not_a_table(file: usize, span: Range<usize>, kind: &str) -> Diagnostic {
    Diagnostic::new(format!("`{kind}` is a list of tables"))
        .label(Span::new(file, span), "")
        .help(format!("write each as `[[{kind}]]`"))
}

/// Adds an entry to those of its kind, with their places by identifier in `by_id`.
fn add<'i>(
    group: &mut Vec<Entry<'i>>,
    by_id: &mut HashMap<String, Vec<usize>>,
    entry: Entry<'i>,
    errors: &mut Vec<Diagnostic>,
) {
    let same = entry.identity().and_then(|(id, form)| {
        let places = by_id.entry(id).or_default();
        let same = places.iter().copied().find(|at| {
            group[*at].key("form") == form.as_deref() || (entry.layer == Layer::User && form.is_none())
        });
        if same.is_none() {
            places.push(group.len());
        }
        same
    });
    match same.and_then(|at| group.get_mut(at)) {
        None => group.push(entry),
        Some(known) if known.layer == entry.layer => errors.push(
            Diagnostic::new(format!("`{}` is given twice", entry.key("id").unwrap_or_default()))
                .label(Span::new(entry.file, id_span(&entry)), "again here")
                .label(Span::new(known.file, id_span(known)), "first here")
                .help("give each entry an identifier of its own, or remove one"),
        ),
        Some(known) => {
            known.layer = entry.layer;
            for (key, value) in entry.table {
                let name = key.get_ref().to_string();
                known.laid_over.push((name, entry.file));
                known.table.remove(&key);
                known.table.insert(key, value);
            }
        }
    }
}

fn id_span(entry: &Entry<'_>) -> Range<usize> {
    entry.table.get("id").map_or_else(|| entry.span.clone(), Spanned::span)
}
