//! What an expression may stand for: a thing with a role, a text, a value of the package's own types.

use super::index::Package;
use super::syntax::bare_type;
use super::tree::{Expr, Pattern};
use lightest_diagnostics::Span;
use lightest_lint::calls::{Kind, Table};

/// The role of what `cmd!` makes.
pub(super) const COMMAND: &str = "command";

/// What an expression may stand for.
#[derive(Clone, Debug)]
pub(super) enum Value<'t> {
    /// Nothing that matters, as far as is known.
    Unknown,
    /// Something that the table knows.
    Role(String),
    /// A command that is put together.
    Command(Command),
    /// A text; unknown parts are `{}`.
    Text(String),
    /// A value of one of the package's own types, and what is known of its fields.
    Typed(String, Vec<(&'t str, Value<'t>)>),
    /// A tuple.
    Many(Vec<Value<'t>>),
    /// A closure, and the frame that it stands in.
    Closure(&'t [Pattern], &'t Expr, usize),
}

/// A command: its line so far, where it stands, in which shell, and the sightings that it made.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) line: String,
    pub(super) span: Span,
    pub(super) system: String,
    pub(super) sightings: Vec<usize>,
}

impl Value<'_> {
    /// The role, for the table.
    pub(super) fn role(&self) -> Option<&str> {
        match self {
            Self::Role(role) => Some(role),
            Self::Command(_) => Some(COMMAND),
            _ => None,
        }
    }

    /// Whether calls on it matter.
    pub(super) fn matters(&self, table: &Table) -> bool {
        match self {
            Self::Role(role) => table.is_role(role),
            Self::Many(parts) => parts.iter().any(|part| part.matters(table)),
            _ => false,
        }
    }
}

/// What a value of a declared type stands for.
pub(super) fn of_type<'t>(ty: &str, table: &Table, package: &Package<'_>, owner: Option<&str>) -> Value<'t> {
    of_type_at(ty, table, package, owner, 0)
}

fn of_type_at<'t>(
    ty: &str,
    table: &Table,
    package: &Package<'_>,
    owner: Option<&str>,
    depth: usize,
) -> Value<'t> {
    let text = ty.trim();
    if depth > 8 {
        return Value::Unknown;
    }
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        let parts = split(inner).into_iter().map(|part| of_type_at(part, table, package, owner, depth + 1));
        return Value::Many(parts.collect());
    }
    let bare = bare_type(text);
    if matches!(bare.as_str(), "Result" | "Option" | "Box" | "Arc" | "Rc" | "Vec" | "Pin" | "Cow") {
        let inner = text.split_once('<').and_then(|(_, rest)| rest.rsplit_once('>'));
        let inner = inner.map(|(inner, _)| split(inner)).unwrap_or_default();
        return inner
            .iter()
            .find(|part| !part.starts_with('\''))
            .map_or(Value::Unknown, |part| of_type_at(part, table, package, owner, depth + 1));
    }
    if let Some(entry) = table.named(Kind::Type, &bare).filter(|entry| !entry.gives.is_empty()) {
        return Value::Role(entry.gives[0].clone());
    }
    if bare == "Self" {
        return owner.map_or(Value::Unknown, |owner| of_type_at(owner, table, package, None, depth + 1));
    }
    if package.has_type(&bare) { Value::Typed(bare, Vec::new()) } else { Value::Unknown }
}

/// Splits at commas that stand in no brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' if before == '-' => {}
            '>' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
        before = c;
    }
    let last = text[start..].trim();
    if !last.is_empty() {
        parts.push(last);
    }
    parts
}
