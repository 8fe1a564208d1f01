//! The table of calls: which requirements a usage in a body implies.
//!
//! The table is data of the catalog, whose README describes the entries. A dialect asks
//! it how roles flow from call to call; [`crate::needs`] asks it for requirements.

use std::borrow::Cow;

use foldhash::HashMap;
use lightest_model::catalog::{Evidence, When};
use serde::{Deserialize, Serialize};

use crate::facts::UsageKind;

/// A kind of thing that a body touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A method, or a function.
    Call,
    /// A type in a signature.
    Type,
    /// A value or type named in an expression.
    Name,
    /// A field that is set.
    Field,
    /// A field that is read; its role is how.
    Read,
    /// A text.
    Text,
    /// A program run in the guest.
    Program,
    /// A path in the guest.
    Path,
    /// A value that a branch tests.
    Condition,
    /// A condition of the build.
    Build,
    /// A trait of files: what a declaration names for one of them, with its configurations.
    Artifact,
}

/// How many kinds there are.
const KINDS: usize = Kind::Artifact as usize + 1;

/// One entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The kind of its names.
    pub kind: Kind,
    /// For calls: the role of the receiver; empty for any. For fields: the record or role. For programs and paths: the
    /// role of the shell.
    pub on: String,
    /// Its names. Programs and paths may end in `*`.
    pub names: Vec<String>,
    /// For calls and programs: a text that must occur in an argument.
    pub containing: Vec<String>,
    /// The requirements that it implies.
    pub requires: Vec<String>,
    /// Whether its requirements are unknown, although a wider entry would state them.
    pub unknown: bool,
    /// The options that every guest's program has; with any other, the requirements are unknown. `None` for any.
    pub options: Option<Vec<String>>,
    /// The role of the returned value; several for a tuple; empty where it does not matter.
    pub gives: Vec<String>,
    /// The role of the parameter of a closure that is passed.
    pub closure: Option<String>,
    /// The configurations to which the requirements apply.
    pub when: Vec<When>,
    /// The role that the receiver has from here on.
    pub becomes: Option<String>,
    /// The index of the argument that names a mount point in the guest.
    pub mounts: Option<usize>,
    /// Whether a failure of the receiver is tolerated from here on.
    pub tolerates: bool,
    /// Whether it fails the test and never returns.
    pub fails: bool,
    /// Why, in words.
    pub because: String,
    /// Its evidence.
    pub evidence: Vec<Evidence>,
    /// Whether it comes from the team's own configuration.
    pub own: bool,
}

/// The table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    entries: Vec<Entry>,
    /// Roles that have methods.
    roles: Vec<String>,
    /// Records that are known by their fields.
    records: Vec<String>,
    /// The roles that have a method of that name.
    methods: HashMap<String, Vec<String>>,
    /// The entries of each kind, in the order of the kinds.
    index: [Index; KINDS],
    /// Methods, and whether every entry of that name asks for something.
    always: HashMap<String, bool>,
}

/// Where the entries of one kind are, in order.
#[derive(Clone, Debug, Default)]
struct Index {
    /// By the last segment of a name.
    exact: HashMap<String, Vec<usize>>,
    /// Those on everything that belongs to an owner, by the last segment of the owner's name.
    owned: HashMap<String, Vec<usize>>,
    /// Those with another name that ends in `*`.
    wild: Vec<usize>,
}

impl Table {
    /// A table of some entries; later ones outrank earlier ones.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut roles: Vec<String> = entries
            .iter()
            .filter(|entry| entry.kind == Kind::Call && !entry.on.is_empty())
            .map(|entry| entry.on.clone())
            .collect();
        roles.sort();
        roles.dedup();
        let mut records: Vec<String> = entries
            .iter()
            .filter(|entry| entry.kind == Kind::Field && entry.on.starts_with(char::is_uppercase))
            .map(|entry| entry.on.clone())
            .collect();
        records.sort();
        records.dedup();
        let mut methods: HashMap<String, Vec<String>> = HashMap::default();
        let mut index: [Index; KINDS] = Default::default();
        let mut always: HashMap<String, bool> = HashMap::default();
        for (at, entry) in entries.iter().enumerate() {
            for name in &entry.names {
                let Index { exact, owned, wild } = &mut index[entry.kind as usize];
                let list = if let Some(owner) = owner_of_all(entry.kind, name) {
                    owned.entry(key(entry.kind, owner).into_owned()).or_default()
                } else if name.ends_with('*') {
                    wild
                } else {
                    exact.entry(key(entry.kind, name).into_owned()).or_default()
                };
                if list.last() != Some(&at) {
                    list.push(at);
                }
                if entry.kind == Kind::Call && !matches!(&*entry.on, "" | "any" | "collection") {
                    let roles = methods.entry(name.clone()).or_default();
                    if !roles.contains(&entry.on) {
                        roles.push(entry.on.clone());
                    }
                    *always.entry(name.clone()).or_insert(true) &= !entry.requires.is_empty();
                }
            }
        }
        Self { entries, roles, records, methods, index, always }
    }

    /// The entries of a kind that may be about a name, last first.
    fn candidates(&self, kind: Kind, name: &str) -> impl Iterator<Item = &Entry> {
        let Index { exact, owned, wild } = &self.index[kind as usize];
        let owner = owner(name).filter(|_| !owned.is_empty());
        let mut lists: [&[usize]; 3] = [
            exact.get(&*key(kind, name)).map_or(&[], Vec::as_slice),
            owner.and_then(|owner| owned.get(&*key(kind, owner))).map_or(&[], Vec::as_slice),
            wild,
        ];
        std::iter::from_fn(move || {
            let at = *lists.iter().filter_map(|list| list.last()).max()?;
            for list in &mut lists {
                if let [before @ .., last] = *list
                    && *last == at
                {
                    *list = before;
                }
            }
            self.entries.get(at)
        })
    }

    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether the table has methods of this role. One without is known by its fields, its types or its name alone.
    #[must_use]
    pub fn has_calls(&self, role: &str) -> bool {
        self.roles.iter().any(|known| known == role)
    }

    /// Whether a record of that name is known by its fields.
    #[must_use]
    pub fn is_record(&self, name: &str) -> bool {
        self.records.iter().any(|known| known == name)
    }

    /// The only role that has a method of that name.
    #[must_use]
    pub fn only_role_with(&self, method: &str) -> Option<&str> {
        match self.methods.get(method).map(Vec::as_slice) {
            Some([one]) if method.contains('_') => Some(one),
            _ => None,
        }
    }

    /// The only role with a method of that name among those that known methods of another role return.
    #[must_use]
    pub fn made_with(&self, role: &str, method: &str) -> Option<&str> {
        let methods = self.entries.iter().filter(|entry| entry.kind == Kind::Call && entry.on == role);
        let mut made =
            methods.flat_map(|entry| &entry.gives).filter(|gives| self.call(gives, method).is_some());
        let first = made.next()?;
        made.all(|other| other == first).then_some(first.as_str())
    }

    /// The types whose values have a role.
    pub fn types_of<'t>(&'t self, role: &str) -> impl Iterator<Item = &'t str> {
        let gives = move |entry: &&Entry| {
            entry.kind == Kind::Type && entry.gives.first().is_some_and(|gives| gives == role)
        };
        self.entries.iter().filter(gives).flat_map(|entry| &entry.names).map(String::as_str)
    }

    /// The entry for a method of something with that role, whatever its arguments.
    #[must_use]
    pub fn call(&self, on: &str, name: &str) -> Option<&Entry> {
        let fits = |entry: &&Entry| entry.on == on && entry.names.iter().any(|known| known == name);
        self.candidates(Kind::Call, name).find(fits)
    }

    /// The entry for a function by its path: a known name matches the end of the path.
    #[must_use]
    pub fn function(&self, path: &str) -> Option<&Entry> {
        let fits = |entry: &&Entry| entry.on.is_empty() && names_path(entry, path);
        self.candidates(Kind::Call, path).find(fits)
    }

    /// The entry of a kind for a path: a known name matches the end of the path. One that names it outranks one that names
    /// whatever belongs to its owner.
    #[must_use]
    pub fn named(&self, kind: Kind, path: &str) -> Option<&Entry> {
        let mut wild = None;
        for entry in self.candidates(kind, path).filter(|entry| names_path(entry, path)) {
            if names_exactly(entry, path) {
                return Some(entry);
            }
            wild = wild.or(Some(entry));
        }
        wild
    }

    /// Whether a method of that name asks for something whatever it is called on.
    #[must_use]
    pub fn always_asks(&self, method: &str) -> bool {
        self.always.get(method).copied().unwrap_or(false)
    }

    /// The entry for something that a body touches. One whose text occurs outranks one that names no text; then a later
    /// one an earlier one.
    #[must_use]
    pub fn judge(&self, what: &UsageKind) -> Option<&Entry> {
        let (kind, name) = match what {
            UsageKind::Call { name, .. } | UsageKind::Function(name) => (Kind::Call, name),
            UsageKind::Type(name) => (Kind::Type, name),
            UsageKind::Name(name) => (Kind::Name, name),
            UsageKind::Field { name, .. } => (Kind::Field, name),
            UsageKind::Read { name, .. } => (Kind::Read, name),
            UsageKind::Text(text) => (Kind::Text, text),
            UsageKind::Program { name, .. } => (Kind::Program, name),
            UsageKind::Path { path, .. } => (Kind::Path, path),
            UsageKind::Build(condition) => (Kind::Build, condition),
            UsageKind::Tested(_) | UsageKind::Confined(_) => return None,
        };
        let fits = |entry: &&Entry| match what {
            UsageKind::Function(path) => entry.on.is_empty() && names_path(entry, path),
            UsageKind::Type(path) | UsageKind::Name(path) => names_path(entry, path),
            UsageKind::Build(condition) => {
                entry.names.iter().any(|known| key(kind, known) == key(kind, condition))
            }
            UsageKind::Read { name, how } => {
                (entry.on.is_empty() || entry.on == *how) && entry.names.iter().any(|known| wild(known, name))
            }
            UsageKind::Text(text) => entry.names.iter().any(|known| wild(known, text)),
            UsageKind::Tested(_) | UsageKind::Confined(_) => false,
            UsageKind::Call { on, .. }
            | UsageKind::Field { of: on, .. }
            | UsageKind::Program { system: on, .. }
            | UsageKind::Path { system: on, .. } => {
                entry.on == *on && entry.names.iter().any(|known| wild(known, name))
            }
        };
        let occurs = |entry: &Entry| {
            entry.containing.iter().any(|text| match what {
                UsageKind::Call { texts, .. } => texts.iter().any(|given| given.contains(text.as_str())),
                UsageKind::Field { value, .. } => match text.strip_prefix('=') {
                    Some(whole) => value == whole,
                    None => value.contains(text.as_str()),
                },
                UsageKind::Program { line, .. } => line.contains(text.as_str()),
                _ => false,
            })
        };
        let is_path = matches!(what, UsageKind::Type(_) | UsageKind::Name(_));
        let (mut general, mut exact) = (None, None);
        for entry in self.candidates(kind, name).filter(fits) {
            if !entry.containing.is_empty() {
                if occurs(entry) {
                    return Some(entry);
                }
                continue;
            }
            if is_path && exact.is_none() && names_exactly(entry, name) {
                exact = Some(entry);
            }
            general = general.or(Some(entry));
        }
        exact.or(general)
    }
}

impl Entry {
    /// The first option of a program in its line that is not one of those that every guest's has.
    #[must_use]
    pub fn unknown_option<'l>(&self, program: &str, line: &'l str) -> Option<&'l str> {
        let known = self.options.as_ref()?;
        let words = line.split_whitespace().map(|word| word.trim_matches(['\'', '"', '(', ')', '`']));
        let mut inside = false;
        for word in words {
            if matches!(word, "|" | "||" | "&&" | ";" | "--") || word.ends_with(';') {
                inside = false;
            } else if word == program || word.ends_with(&format!("/{program}")) {
                inside = true;
            } else if inside && is_option(word) && !known.iter().any(|known| known == word) {
                let letters = word.trim_start_matches('-').trim_end_matches(|c: char| c.is_ascii_digit());
                // `-la` is `-l -a`.
                let short = !word.starts_with("--")
                    && letters.chars().all(|letter| known.contains(&format!("-{letter}")));
                if !short {
                    return Some(word);
                }
            }
        }
        None
    }
}

/// Whether a word of a command line is an option, rather than an operand or a number.
fn is_option(word: &str) -> bool {
    let rest = word.trim_start_matches('-');
    rest.len() < word.len() && rest.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Whether names of that kind are paths of segments.
fn has_segments(kind: Kind) -> bool {
    matches!(kind, Kind::Type | Kind::Name | Kind::Condition | Kind::Call)
}

/// What an entry is found by: the last segment of a name; of a condition of the build, all but its white space.
fn key(kind: Kind, name: &str) -> Cow<'_, str> {
    if has_segments(kind) {
        Cow::Borrowed(last_segment(name))
    } else if kind == Kind::Build {
        Cow::Owned(name.chars().filter(|c| !c.is_whitespace()).collect())
    } else {
        Cow::Borrowed(name)
    }
}

/// The position of the last colon in a name. Names are short: a prepared search costs more than it saves.
fn last_colon(name: &str) -> Option<usize> {
    name.bytes().rposition(|byte| byte == b':')
}

/// The last segment of a path.
#[must_use]
pub fn last_segment(path: &str) -> &str {
    last_colon(path).map_or(path, |at| &path[at + 1..])
}

/// A path without its last segment.
fn owner(path: &str) -> Option<&str> {
    last_colon(path).and_then(|at| path[..at].strip_suffix(':'))
}

/// The owner in a name for whatever belongs to it.
fn owner_of_all(kind: Kind, known: &str) -> Option<&str> {
    known.strip_suffix("::*").filter(|_| has_segments(kind))
}

fn names_path(entry: &Entry, path: &str) -> bool {
    entry.names.iter().any(|known| match known.strip_suffix("::*") {
        Some(all_of) => owner(path).is_some_and(|owner| ends_with_path(owner, all_of)),
        None => ends_with_path(path, known),
    })
}

/// Whether an entry has that very name, rather than one of all that belongs to an owner.
fn names_exactly(entry: &Entry, path: &str) -> bool {
    entry.names.iter().any(|known| !known.ends_with("::*") && ends_with_path(path, known))
}

/// Whether `path` is `known` or ends with it at a boundary of segments.
#[must_use]
pub fn ends_with_path(path: &str, known: &str) -> bool {
    path.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with("::"))
}

/// Whether `known`, which may end in `*`, matches.
fn wild(known: &str, word: &str) -> bool {
    known.strip_suffix('*').map_or(known == word, |start| word.starts_with(start))
}
