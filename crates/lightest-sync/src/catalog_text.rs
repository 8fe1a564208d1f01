//! The catalog as text: finds the place of a value, and changes values while comments and order stay.

use std::collections::BTreeMap;
use std::ops::Range;

use lightest_model::catalog::{Catalog, Evidence};
use toml_edit::{Array, Document, DocumentMut, Item, Table, TableLike, Value};

/// A step on the way to a value inside an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A key of a table.
    Key(String),
    /// An element of an array.
    At(usize),
}

/// A value in the catalog: the `index`-th `[[kind]]` over all files in order, and the way to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The name of the array of tables, such as `guest`.
    pub kind: String,
    /// Which of its entries.
    pub index: usize,
    /// The way inside the entry; empty for the entry itself.
    pub path: Vec<Step>,
}

impl Target {
    /// An entry.
    #[must_use]
    pub fn entry(kind: &str, index: usize) -> Self {
        Self { kind: kind.to_owned(), index, path: Vec::new() }
    }

    /// A key inside.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.path.push(Step::Key(key.to_owned()));
        self
    }

    /// An element inside.
    #[must_use]
    pub fn at(mut self, index: usize) -> Self {
        self.path.push(Step::At(index));
        self
    }
}

/// A place in a catalog file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogPlace {
    /// The file's name.
    pub file: String,
    /// Byte range in its text.
    pub span: Range<usize>,
}

/// The new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum New {
    /// A number.
    Int(u64),
    /// A text.
    Str(String),
    /// Yes or no.
    Bool(bool),
    /// A list of texts.
    List(Vec<String>),
    /// Nothing: the key goes.
    Gone,
}

/// A change of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Which value.
    pub target: Target,
    /// The new value.
    pub new: New,
}

/// The catalog's files, in the order in which the catalog was read from them.
#[derive(Clone, Debug)]
pub struct CatalogText {
    files: Vec<(String, String)>,
    /// For each kind, the file and the index inside it of each entry.
    entries: BTreeMap<String, Vec<(usize, usize)>>,
    parsed: Vec<Document<String>>,
}

impl CatalogText {
    /// Takes the files, name and text; they must be those that the catalog was read from, in the same order.
    ///
    /// # Errors
    ///
    /// The name of the first file that is not TOML, and why.
    pub fn new(files: Vec<(String, String)>) -> Result<Self, (String, String)> {
        let mut entries: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
        let mut parsed = Vec::new();
        for (index, (name, text)) in files.iter().enumerate() {
            let document =
                Document::parse(text.clone()).map_err(|error| (name.clone(), error.message().to_owned()))?;
            for (kind, item) in document.as_table() {
                if let Item::ArrayOfTables(tables) = item {
                    let of_kind = entries.entry(kind.to_owned()).or_default();
                    of_kind.extend((0..tables.len()).map(|inner| (index, inner)));
                }
            }
            parsed.push(document);
        }
        Ok(Self { files, entries, parsed })
    }

    /// The files, name and text.
    #[must_use]
    pub fn files(&self) -> &[(String, String)] {
        &self.files
    }

    /// Every piece of evidence of every entry, with its place, by kind and then in the order of the files.
    pub(crate) fn cited(&self) -> Vec<(Evidence, Target)> {
        let mut found = Vec::new();
        for (kind, places) in &self.entries {
            for (index, (file, inner)) in places.iter().enumerate() {
                let tables = self.parsed[*file].as_table().get(kind).and_then(Item::as_array_of_tables);
                if let Some(table) = tables.and_then(|tables| tables.get(*inner)) {
                    cited_in(table, &Target::entry(kind, index), &mut found);
                }
            }
        }
        found
    }

    /// The text of the file of that name.
    #[must_use]
    pub fn text(&self, file: &str) -> Option<&str> {
        self.files.iter().find(|(name, _)| name == file).map(|(_, text)| text.as_str())
    }

    /// Where the catalog records the commit of a source.
    #[must_use]
    pub fn commit_of(&self, catalog: &Catalog, source: &str) -> Option<CatalogPlace> {
        let index = catalog.sources.iter().position(|known| known.id == source)?;
        self.locate(&Target::entry("source", index).key("commit"))
    }

    /// The place of a value, or of as much of the way to it as exists.
    #[must_use]
    pub fn locate(&self, target: &Target) -> Option<CatalogPlace> {
        let (file, inner) = *self.entries.get(&target.kind)?.get(target.index)?;
        let table = self.parsed[file].as_table().get(&target.kind)?.as_array_of_tables()?.get(inner)?;
        // An entry by itself is pointed at by its identifier: the header alone does not identify it.
        let mut span = table.get("id").and_then(Item::span).or_else(|| table.span())?;
        let mut here = TomlNode::Table(table);
        for step in &target.path {
            let Some((next, found)) = here.step(step) else { break };
            if let Some(found) = found {
                span = found;
            }
            here = next;
        }
        Some(CatalogPlace { file: self.files[file].0.clone(), span })
    }

    /// The files that change, with their new texts. A change whose place does not exist is given back.
    #[must_use]
    pub fn apply(&self, edits: &[Edit]) -> (Vec<(String, String)>, Vec<Edit>) {
        let mut documents: BTreeMap<usize, DocumentMut> = BTreeMap::new();
        let mut refused = Vec::new();
        for edit in edits {
            let place = self.entries.get(&edit.target.kind).and_then(|all| all.get(edit.target.index));
            let Some(&(file, inner)) = place else {
                refused.push(edit.clone());
                continue;
            };
            let document = match documents.entry(file) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => match self.files[file].1.parse() {
                    Ok(document) => entry.insert(document),
                    Err(_) => {
                        refused.push(edit.clone());
                        continue;
                    }
                },
            };
            let table = document
                .get_mut(&edit.target.kind)
                .and_then(Item::as_array_of_tables_mut)
                .and_then(|tables| tables.get_mut(inner));
            if !table.is_some_and(|table| change(table, &edit.target.path, &edit.new)) {
                refused.push(edit.clone());
            }
        }
        let changed = documents
            .into_iter()
            .map(|(file, document)| (self.files[file].0.clone(), document.to_string()))
            .filter(|(name, text)| self.text(name) != Some(text))
            .collect();
        (changed, refused)
    }
}

enum TomlNode<'a> {
    Table(&'a Table),
    Tables(&'a toml_edit::ArrayOfTables),
    Value(&'a Value),
}

impl<'a> TomlNode<'a> {
    fn step(&self, step: &Step) -> Option<(TomlNode<'a>, Option<Range<usize>>)> {
        match (self, step) {
            (TomlNode::Table(table), Step::Key(key)) => match table.get(key)? {
                Item::Value(value) => Some((TomlNode::Value(value), value.span())),
                Item::Table(inner) => Some((TomlNode::Table(inner), inner.span())),
                Item::ArrayOfTables(tables) => Some((TomlNode::Tables(tables), None)),
                Item::None => None,
            },
            (TomlNode::Tables(tables), Step::At(index)) => {
                let table = tables.get(*index)?;
                let span = table.get("artifact").and_then(Item::span).or_else(|| table.span());
                Some((TomlNode::Table(table), span))
            }
            (TomlNode::Value(value), Step::Key(key)) => {
                let inner = value.as_inline_table()?.get(key)?;
                Some((TomlNode::Value(inner), inner.span()))
            }
            (TomlNode::Value(value), Step::At(index)) => {
                let inner = value.as_array()?.get(*index)?;
                Some((TomlNode::Value(inner), inner.span()))
            }
            _ => None,
        }
    }
}

/// The evidence of an entry, and of the tables inside it.
fn cited_in(table: &Table, target: &Target, found: &mut Vec<(Evidence, Target)>) {
    for (key, item) in table {
        let target = target.clone().key(key);
        match item {
            Item::Value(Value::Array(list)) if key == "evidence" => {
                for (at, text) in list.iter().enumerate() {
                    if let Some((source, place)) = text.as_str().and_then(|text| text.split_once(':')) {
                        let evidence = Evidence { source: source.to_owned(), place: place.to_owned() };
                        found.push((evidence, target.clone().at(at)));
                    }
                }
            }
            Item::Table(inner) => cited_in(inner, &target, found),
            Item::ArrayOfTables(tables) => {
                for (at, inner) in tables.iter().enumerate() {
                    cited_in(inner, &target.clone().at(at), found);
                }
            }
            _ => {}
        }
    }
}

fn change(table: &mut dyn TableLike, path: &[Step], new: &New) -> bool {
    let Some((Step::Key(key), rest)) = path.split_first() else { return false };
    if rest.is_empty() {
        if *new == New::Gone {
            return table.remove(key).is_some();
        }
        match table.get_mut(key) {
            Some(Item::Value(value)) => set(value, new),
            Some(_) => return false,
            None => {
                table.insert(key, Item::Value(value(new)));
            }
        }
        return true;
    }
    match (table.get_mut(key), rest) {
        (Some(Item::ArrayOfTables(tables)), [Step::At(index), rest @ ..]) => {
            tables.get_mut(*index).is_some_and(|table| change(table, rest, new))
        }
        (Some(Item::Value(Value::Array(array))), [Step::At(index)]) => match array.get_mut(*index) {
            Some(value) => {
                set(value, new);
                true
            }
            None => false,
        },
        (Some(item), rest) => item.as_table_like_mut().is_some_and(|table| change(table, rest, new)),
        (None, [Step::Key(_)]) => {
            let mut inner = Table::new();
            let changed = change(&mut inner, rest, new);
            table.insert(key, Item::Table(inner));
            changed
        }
        _ => false,
    }
}

fn set(old: &mut Value, new: &New) {
    let decor = old.decor().clone();
    *old = value(new);
    *old.decor_mut() = decor;
}

fn value(new: &New) -> Value {
    match new {
        New::Int(number) => i64::try_from(*number).unwrap_or(i64::MAX).into(),
        New::Str(text) => text.as_str().into(),
        New::Bool(flag) => (*flag).into(),
        New::List(texts) => Value::Array(texts.iter().map(String::as_str).collect::<Array>()),
        New::Gone => Value::Array(Array::new()),
    }
}
