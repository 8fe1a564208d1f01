//! Abstract values of expressions: something with a role, a text, a value of the package's own types.
//!
//! A role is never lost: an unknown step turns its value into [`Value::Lost`], which keeps the role. A plain value
//! carries the unknown words that it was made from; they matter once it reaches something with a role. A value is
//! consumed by one of the methods of [`super::walk::Walk`], each for one destination.

use std::rc::Rc;

use super::flow::Truth;
use super::index::TracedPackage;
use super::syntax::bare_type;
use super::tree::{Expr, Function, Pattern};
use lightest_diagnostics::Span;
use lightest_lint::calls::{Kind, Table};
use lightest_lint::facts::{Branch, Unresolved};

/// The role of what `cmd!` makes.
pub(super) const COMMAND: &str = "command";
/// Alternatives of one value that are kept apart.
const MAX_ALTERNATIVES: usize = 12;
/// Unknown words that one value carries.
const MAX_WORDS: usize = 24;

/// Unknown words that a value was made with, each with its place.
pub(super) type Words = Option<Rc<Vec<Unresolved>>>;

/// What an expression may stand for.
#[derive(Clone, Debug)]
#[must_use = "a value goes somewhere: `bind`, `feed`, `escape`, `look` or `release`"]
pub(super) enum Value<'t> {
    /// Made of nothing that has a role.
    Plain(Words),
    /// Something that the table knows.
    Role(Role),
    /// What an unknown step made of something with that role; the place is open already.
    Lost(Rc<str>),
    /// A command that is put together.
    Command(Box<Command>),
    /// A text; unknown parts are `{}`.
    Text(String),
    /// A truth value that depends on the configuration.
    Truth(Rc<Truth>),
    /// A value of one of the package's own types, and what is known of its fields.
    Typed(Rc<str>, Vec<(Rc<str>, Value<'t>)>),
    /// A tuple, an array, or a collection.
    Many(Vec<Value<'t>>),
    /// A closure, with the names that it sees.
    Closure(Rc<Closure<'t>>),
    /// A function of the package that is handed over.
    Function(usize, &'t Function),
    /// One of several, each with the branches in which it is that one.
    Either(Vec<(Vec<Branch>, Value<'t>)>),
}

/// Something that the table knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) name: Rc<str>,
    /// Which one it is, where calls may change its role.
    pub(super) identity: Option<usize>,
}

/// A closure.
#[derive(Clone, Debug)]
pub(super) struct Closure<'t> {
    pub(super) params: &'t [(Pattern, Option<String>)],
    pub(super) body: &'t Expr,
    pub(super) file: usize,
    pub(super) owner: Option<&'t str>,
    pub(super) start: usize,
    pub(super) scope: Vec<(&'t str, usize)>,
}

/// A command: its line so far, where it stands, in which shell, and the usages that it made.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) line: String,
    pub(super) span: Span,
    pub(super) system: String,
    pub(super) usages: Vec<usize>,
}

impl<'t> Value<'t> {
    /// A plain value of known words.
    pub(super) const PLAIN: Self = Self::Plain(None);

    /// Something with a role.
    pub(super) fn role(name: &str) -> Self {
        Self::Role(Role { name: Rc::from(name), identity: None })
    }

    /// A plain value that an unknown word makes.
    pub(super) fn unknown(span: Span, what: String) -> Self {
        Self::Plain(Some(Rc::new(vec![Unresolved { span, what }])))
    }

    /// A role in it, for messages; `None` where it contains none.
    pub(super) fn carries(&self) -> Option<&str> {
        match self {
            Self::Role(Role { name, .. }) | Self::Lost(name) => Some(name),
            Self::Command(_) => Some(COMMAND),
            Self::Typed(_, fields) => fields.iter().find_map(|(_, value)| value.carries()),
            Self::Many(parts) => parts.iter().find_map(Self::carries),
            Self::Either(values) => values.iter().find_map(|(_, value)| value.carries()),
            Self::Plain(_) | Self::Text(_) | Self::Truth(_) | Self::Closure(_) | Self::Function(..) => None,
        }
    }

    /// Whether it has that role, or contains a value with it.
    pub(super) fn has_role(&self, role: &str) -> bool {
        match self {
            Self::Role(Role { name, .. }) | Self::Lost(name) => **name == *role,
            Self::Typed(_, fields) => fields.iter().any(|(_, value)| value.has_role(role)),
            Self::Many(parts) => parts.iter().any(|part| part.has_role(role)),
            Self::Either(values) => values.iter().any(|(_, value)| value.has_role(role)),
            _ => false,
        }
    }

    /// The unknown words in it.
    pub(super) fn words(&self, found: &mut Vec<Unresolved>) {
        match self {
            Self::Plain(Some(words)) => {
                for word in words.iter() {
                    if found.len() < MAX_WORDS && !found.contains(word) {
                        found.push(word.clone());
                    }
                }
            }
            Self::Typed(_, fields) => fields.iter().for_each(|(_, value)| value.words(found)),
            Self::Many(parts) => parts.iter().for_each(|part| part.words(found)),
            Self::Either(values) => values.iter().for_each(|(_, value)| value.words(found)),
            _ => {}
        }
    }

    /// A plain value made of others, which are only looked at.
    pub(super) fn made_of<'v>(values: impl IntoIterator<Item = &'v Self>) -> Self
    where
        't: 'v,
    {
        let mut words = Vec::new();
        for value in values {
            value.words(&mut words);
        }
        Self::Plain((!words.is_empty()).then(|| Rc::new(words)))
    }

    /// A plain value with one more unknown word.
    pub(super) fn with(self, span: Span, what: String) -> Self {
        let mut words = vec![Unresolved { span, what }];
        self.words(&mut words);
        Self::Plain(Some(Rc::new(words)))
    }

    /// Whether it is a plain value without unknown words.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Plain(None))
    }

    /// One or the other.
    pub(super) fn or(self, other: Self) -> Self {
        self.or_within(Vec::new(), other)
    }

    /// This, or another one that is made within some branches.
    pub(super) fn or_within(self, branches: Vec<Branch>, other: Self) -> Self {
        if other.is_nothing() || (branches.is_empty() && self.same_as(&other)) {
            return self;
        }
        if self.is_nothing() && branches.is_empty() {
            return other;
        }
        let mut all = match self {
            Self::Either(all) => all,
            value if value.is_nothing() => Vec::new(),
            value => vec![(Vec::new(), value)],
        };
        let more = match other {
            Self::Either(more) => more,
            value => vec![(Vec::new(), value)],
        };
        for (within, value) in more {
            let within: Vec<Branch> = branches.iter().cloned().chain(within).collect();
            if all.iter().any(|(known, old)| *known == within && old.same_as(&value)) {
                continue;
            }
            if all.len() == MAX_ALTERNATIVES {
                // Too many to follow: the last one stands for all that come.
                let carries = value.carries().map(Rc::from);
                match (all.last_mut(), carries) {
                    (Some(last), Some(role)) => *last = (Vec::new(), Self::Lost(role)),
                    _ => continue,
                }
                continue;
            }
            all.push((within, value));
        }
        match all.len() {
            0 => Self::PLAIN,
            1 if all[0].0.is_empty() => all.remove(0).1,
            _ => Self::Either(all),
        }
    }

    /// Whether a second one would add nothing.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Plain(one), Self::Plain(other)) => match (one, other) {
                (None, None) => true,
                (Some(one), Some(other)) => Rc::ptr_eq(one, other) || one == other,
                _ => false,
            },
            (Self::Role(one), Self::Role(other)) => one == other,
            (Self::Lost(one), Self::Lost(other)) => one == other,
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Truth(one), Self::Truth(other)) => one == other,
            (Self::Typed(one, fields), Self::Typed(other, others)) => {
                one == other
                    && fields.len() == others.len()
                    && fields
                        .iter()
                        .zip(others)
                        .all(|((name, value), (known, other))| name == known && value.same_as(other))
            }
            (Self::Many(one), Self::Many(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.same_as(other))
            }
            (Self::Closure(one), Self::Closure(other)) => {
                Rc::ptr_eq(one, other) || std::ptr::eq(one.body, other.body)
            }
            (Self::Function(_, one), Self::Function(_, other)) => std::ptr::eq(*one, *other),
            (Self::Command(one), Self::Command(other)) => {
                one.line == other.line && one.system == other.system
            }
            (Self::Either(one), Self::Either(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|(one, other)| one.0 == other.0 && one.1.same_as(&other.1))
            }
            _ => false,
        }
    }

    /// Its truth value, as far as it is known.
    pub(super) fn truth(&self) -> Truth {
        match self {
            Self::Truth(truth) => (**truth).clone(),
            Self::Either(values) => {
                let literal = |value: &Self| match value {
                    Self::Text(text) => text.parse().ok(),
                    _ => None,
                };
                let alternatives = values.iter().map(|(within, value)| (&within[..], literal(value)));
                Truth::of_alternatives(alternatives).unwrap_or_default()
            }
            _ => Truth::default(),
        }
    }

    /// All parts of a collection as one value.
    pub(super) fn element(self) -> Self {
        match self {
            Self::Many(parts) => parts.into_iter().fold(Self::PLAIN, Self::or),
            Self::Either(values) => values
                .into_iter()
                .fold(Self::PLAIN, |all, (within, value)| all.or_within(within, value.element())),
            value => value,
        }
    }
}

/// What a value of a declared type stands for.
pub(super) fn of_type<'t>(
    ty: &str,
    table: &Table,
    package: &TracedPackage<'_, '_>,
    owner: Option<&str>,
) -> Value<'t> {
    of_type_at(ty, table, package, owner, 0)
}

fn of_type_at<'t>(
    ty: &str,
    table: &Table,
    package: &TracedPackage<'_, '_>,
    owner: Option<&str>,
    depth: usize,
) -> Value<'t> {
    let text = ty.trim();
    if depth > 8 {
        return Value::PLAIN;
    }
    let inner_of = |part: &str| of_type_at(part, table, package, owner, depth + 1);
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        return Value::Many(split(inner).into_iter().map(inner_of).collect());
    }
    let unborrowed = text.trim_start_matches('&').trim_start().trim_start_matches("mut ").trim_start();
    if let Some(inner) = unborrowed.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        let element = inner_of(inner.rsplit_once(';').map_or(inner, |(element, _)| element));
        return if element.is_nothing() { element } else { Value::Many(vec![element]) };
    }
    let bare = bare_type(text);
    let wraps = matches!(
        bare.as_str(),
        "Result"
            | "Option"
            | "Box"
            | "Arc"
            | "Rc"
            | "Pin"
            | "Cow"
            | "Mutex"
            | "RefCell"
            | "OnceCell"
            | "MutexGuard"
    );
    let gathers =
        matches!(bare.as_str(), "Vec" | "VecDeque" | "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet");
    if wraps || gathers {
        let inner = text.split_once('<').and_then(|(_, rest)| rest.rsplit_once('>'));
        let inner = inner.map(|(inner, _)| split(inner)).unwrap_or_default();
        let parts: Vec<Value<'t>> =
            inner.iter().filter(|part| !part.starts_with('\'')).map(|part| inner_of(part)).collect();
        let found = parts.into_iter().find(|value| !value.is_nothing()).unwrap_or(Value::PLAIN);
        return if gathers && !found.is_nothing() { Value::Many(vec![found]) } else { found };
    }
    if let Some(entry) = table.named(Kind::Type, &bare).filter(|entry| !entry.gives.is_empty()) {
        return Value::role(&entry.gives[0]);
    }
    if bare == "Self" {
        return owner.map_or(Value::PLAIN, |owner| of_type_at(owner, table, package, None, depth + 1));
    }
    if let Some(ty) = package.alias(&bare) {
        return inner_of(ty);
    }
    if package.has_type(&bare) { Value::Typed(Rc::from(bare), Vec::new()) } else { Value::PLAIN }
}

/// Splits at commas that stand in no brackets, up to a bracket that closes without having been opened.
pub(super) fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_u32, 0);
    let (mut before, mut end) = (' ', text.len());
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' if before == '-' => {}
            '>' | ')' | ']' if depth == 0 => {
                end = at;
                break;
            }
            '>' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
        before = c;
    }
    let last = text[start..end].trim();
    if !last.is_empty() {
        parts.push(last);
    }
    parts
}
