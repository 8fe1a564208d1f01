//! The table from what a body touches to what that asks of a guest, as `catalog/kubevirt/calls` states it.

use std::collections::HashMap;

use serde::Deserialize;

use crate::suite::Touch;

/// How an entry on texts that something is compared with is marked, and how the arguments of a matcher for equality are read.
pub(crate) const COMPARED: &str = "compared";
/// How a field is read whose value a matcher is given.
pub(crate) const EXPECTED: &str = "expect";
/// How an entry on whole texts is marked.
const WHOLE: &str = "whole";

/// An entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its names; of a path, the end; may end in `*`.
    pub names: Vec<String>,
    /// For a method, the role of the receiver; for a field that is read, how; for a field that is set, its owner; for a
    /// text, whether it is compared with something (`compared`), and whether the whole text is meant (`whole`).
    #[serde(default)]
    pub on: String,
    /// Only if one of these texts occurs in the value; of a title, not if one does (`!text`).
    #[serde(default)]
    pub containing: Vec<String>,
    /// Its requirements on the guest.
    #[serde(default)]
    pub requires: Vec<String>,
    /// It is known, and asks nothing.
    #[serde(default)]
    pub neutral: bool,
    /// Its requirements are not known.
    #[serde(default)]
    pub unknown: bool,
    /// The role of the returned value, or of a value of that type.
    #[serde(default)]
    pub gives: Vec<String>,
    /// Whether its arguments name what must not be there.
    #[serde(default)]
    pub denies: bool,
    /// The usage, for messages: `migrates it`.
    #[serde(default)]
    pub does: String,
    /// Whether it looks like a demand and is none.
    #[serde(default)]
    pub decoy: bool,
    /// The guests whose console a login function knows.
    #[serde(default)]
    pub logs_into: Vec<String>,
    /// Why.
    #[serde(default)]
    pub because: String,
    /// Where that is known from.
    #[serde(default)]
    pub evidence: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Written {
    call: Vec<Entry>,
    #[serde(rename = "type")]
    ty: Vec<Entry>,
    name: Vec<Entry>,
    field: Vec<Entry>,
    read: Vec<Entry>,
    text: Vec<Entry>,
    title: Vec<Entry>,
}

/// The table.
#[derive(Debug, Default)]
pub struct Table {
    calls: HashMap<String, Vec<Entry>>,
    types: Vec<Entry>,
    names: HashMap<String, Vec<Entry>>,
    fields: HashMap<String, Vec<Entry>>,
    reads: HashMap<String, Vec<Entry>>,
    texts: Vec<Entry>,
    titles: Vec<Entry>,
}

impl Table {
    /// Reads files.
    ///
    /// # Errors
    ///
    /// The message of the TOML reader.
    pub fn read<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, String> {
        let mut table = Self::default();
        for text in texts {
            let written: Written = toml::from_str(text).map_err(|error| error.to_string())?;
            let groups = [
                (&mut table.calls, written.call),
                (&mut table.names, written.name),
                (&mut table.fields, written.field),
                (&mut table.reads, written.read),
            ];
            for (map, entries) in groups {
                for entry in entries {
                    for name in &entry.names {
                        let last = name.rsplit([':', '.']).next().unwrap_or(name).to_owned();
                        let key = if last.ends_with('*') { "*".to_owned() } else { last };
                        map.entry(key).or_default().push(entry.clone());
                    }
                }
            }
            table.types.extend(written.ty);
            table.texts.extend(written.text);
            table.titles.extend(written.title);
        }
        Ok(table)
    }

    /// Every entry; one with several names comes several times.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        let maps = [&self.calls, &self.names, &self.fields, &self.reads];
        let lists = [&self.types, &self.texts, &self.titles];
        maps.into_iter().flat_map(|map| map.values().flatten()).chain(lists.into_iter().flatten())
    }

    /// The role of a type from outside.
    #[must_use]
    pub fn role(&self, path: &str) -> Option<&str> {
        let entry = self.types.iter().find(|entry| names(entry, path))?;
        entry.gives.first().map(String::as_str)
    }

    /// The entry of a method of something with a role.
    #[must_use]
    pub fn method(&self, on: &str, name: &str) -> Option<&Entry> {
        among(&self.calls, name)
            .find(|entry| entry.on == on && entry.names.iter().any(|known| wild(known, name)))
    }

    /// Entries of methods with that name, of whatever role.
    pub fn methods_named(&self, name: &str) -> impl Iterator<Item = &Entry> {
        let exact = self.calls.get(name).map_or(&[][..], Vec::as_slice);
        exact.iter().filter(|entry| !entry.on.is_empty())
    }

    /// The entry of a function, by its path.
    #[must_use]
    pub fn function(&self, path: &str) -> Option<&Entry> {
        let last = path.rsplit("::").next().unwrap_or(path);
        among(&self.calls, last).find(|entry| entry.on.is_empty() && names(entry, path))
    }

    /// Whether an entry has a function's own name, rather than one that ends in `*`.
    #[must_use]
    pub fn has_function(&self, path: &str) -> bool {
        let last = path.rsplit("::").next().unwrap_or(path);
        let exact = self.calls.get(last).map_or(&[][..], Vec::as_slice);
        exact.iter().any(|entry| entry.on.is_empty() && names(entry, path))
    }

    /// The entry of something that a body touches.
    #[must_use]
    pub fn judge(&self, touch: &Touch) -> Option<&Entry> {
        match touch {
            Touch::Call { on, name } => self.method(on, name),
            Touch::Function(path) => self.function(path),
            Touch::Name(path) => {
                let last = path.rsplit("::").next().unwrap_or(path);
                among(&self.names, last).find(|entry| names(entry, path))
            }
            Touch::Field { of, name, value } => {
                let fits = |on: &str| {
                    among(&self.fields, name).find(|entry| entry.on == on && contains(entry, value))
                };
                Some(of).filter(|of| !of.is_empty()).and_then(|of| fits(of)).or_else(|| fits(""))
            }
            Touch::Read { path, how } => {
                let last = path.rsplit('.').next().unwrap_or(path);
                let fits = |entry: &&Entry| {
                    let ends = |known: &String| {
                        path.strip_suffix(known.as_str())
                            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
                    };
                    ((entry.on.is_empty() && *how != "write") || entry.on == *how)
                        && entry.names.iter().any(ends)
                };
                among(&self.reads, last).find(fits)
            }
            Touch::Compared(text) => {
                self.texts.iter().find(|entry| entry.on == COMPARED && entry.names.contains(text))
            }
            Touch::Text(text) => {
                let fits = |entry: &&Entry| match entry.on.as_str() {
                    COMPARED => false,
                    WHOLE => entry.names.contains(text),
                    _ => entry.names.iter().any(|part| text.contains(part.as_str())),
                };
                self.texts.iter().find(fits)
            }
        }
    }

    /// Whether reading a field of that name may ask for something.
    #[must_use]
    pub fn is_read(&self, name: &str) -> bool {
        self.reads.contains_key(name)
    }

    /// The entries of which a test's name speaks.
    pub fn title<'t>(&'t self, title: &str) -> impl Iterator<Item = &'t Entry> {
        let title = title.to_lowercase();
        self.titles.iter().filter(move |entry| {
            entry.names.iter().any(|name| title.contains(name.as_str()))
                && !entry.containing.iter().any(|no| title.contains(no.trim_start_matches('!')))
        })
    }
}

fn among<'t>(map: &'t HashMap<String, Vec<Entry>>, last: &str) -> impl Iterator<Item = &'t Entry> {
    let list = |key: &str| map.get(key).map_or(&[][..], Vec::as_slice);
    list(last).iter().chain(list("*"))
}

fn contains(entry: &Entry, value: &str) -> bool {
    entry.containing.is_empty() || entry.containing.iter().any(|text| value.contains(text.as_str()))
}

/// Whether an entry names a path, or its end.
fn names(entry: &Entry, path: &str) -> bool {
    entry.names.iter().any(|known| match known.strip_suffix('*') {
        None => path
            .strip_suffix(known.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with("::")),
        Some(start) => path.match_indices(start).any(|(at, _)| at == 0 || path[..at].ends_with("::")),
    })
}

fn wild(known: &str, word: &str) -> bool {
    known.strip_suffix('*').map_or(known == word, |start| word.starts_with(start))
}
