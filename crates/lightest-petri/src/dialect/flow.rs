//! Which configurations a branch is taken for, told from what its condition tests.

use super::tree::{Arm, Expr, Pattern};
use lightest_lint::calls::{Kind, Table};
use lightest_lint::facts::Branch;

/// The branches that a condition makes, where it tests something that the table knows.
pub(super) fn condition(expr: &Expr, table: &Table) -> Vec<Branch> {
    match expr {
        Expr::And(left, right) => {
            let mut branches = condition(left, table);
            branches.extend(condition(right, table));
            branches
        }
        Expr::Not(inner) => match &condition(inner, table)[..] {
            [one] => vec![Branch { otherwise: !one.otherwise, ..one.clone() }],
            _ => Vec::new(),
        },
        Expr::Equal { left, right, negated } => [right, left]
            .into_iter()
            .find_map(|side| tested(side, table))
            .map(|when| Branch { when, otherwise: *negated })
            .into_iter()
            .collect(),
        Expr::Macro { path, args, .. } if path == "matches" => {
            let found = args.get(1).and_then(|pattern| tested(pattern, table));
            found.map(|when| Branch { when, otherwise: false }).into_iter().collect()
        }
        Expr::Method { name, .. } => {
            path_of(name, table).map(|when| Branch { when, otherwise: false }).into_iter().collect()
        }
        Expr::Let { pattern, .. } => {
            pattern_of(pattern, table).map(|when| Branch { when, otherwise: false }).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The configurations that a value stands for.
fn tested(expr: &Expr, table: &Table) -> Option<Vec<lightest_model::catalog::When>> {
    match expr {
        Expr::Path { path, .. } => path_of(path, table),
        // `A | B` within `matches!`, and `Some(A)`.
        Expr::Parts(parts) if !parts.is_empty() => all(parts.iter().map(|part| tested(part, table))),
        Expr::Call { callee, args, .. } => match (&**callee, &args[..]) {
            (Expr::Path { path, .. }, [one]) if path == "Some" => tested(one, table),
            _ => None,
        },
        _ => None,
    }
}

/// The configurations that a pattern stands for; `None` where it is something else, such as `_`.
pub(super) fn pattern_of(pattern: &Pattern, table: &Table) -> Option<Vec<lightest_model::catalog::When>> {
    match pattern {
        Pattern::Path(path) => path_of(path, table),
        Pattern::Named(_, inner) => pattern_of(inner, table),
        Pattern::Any(parts) => all(parts.iter().map(|part| pattern_of(part, table))),
        Pattern::Wrap(path, parts) if path == "Some" && parts.len() == 1 => pattern_of(&parts[0], table),
        // A tuple tests all of its parts; one that is known narrows it.
        Pattern::Tuple(parts) => parts.iter().find_map(|part| pattern_of(part, table)),
        _ => None,
    }
}

fn path_of(path: &str, table: &Table) -> Option<Vec<lightest_model::catalog::When>> {
    table.named(Kind::Condition, path).map(|entry| entry.when.clone())
}

/// All of them, or nothing where one is not known.
fn all<T>(parts: impl Iterator<Item = Option<Vec<T>>>) -> Option<Vec<T>> {
    let mut together = Vec::new();
    for part in parts {
        together.extend(part?);
    }
    Some(together)
}

/// The configurations that a `match` goes on with, where the others fail; `None` where that is not told.
pub(super) fn confined(arms: &[Arm], table: &Table) -> Option<Vec<lightest_model::catalog::When>> {
    if !arms.iter().any(|arm| diverges(&arm.body, table)) {
        return None;
    }
    let whole = |pattern: &Pattern| !matches!(pattern, Pattern::Tuple(_));
    let known = arms.iter().filter(|arm| !diverges(&arm.body, table));
    let known = all(known.map(|arm| pattern_of(&arm.pattern, table).filter(|_| whole(&arm.pattern))))?;
    (!known.is_empty()).then_some(known)
}

/// Whether an arm does nothing but fail.
pub(super) fn diverges(expr: &Expr, table: &Table) -> bool {
    match expr {
        Expr::Macro { path, .. } => table.function(&format!("{path}!")).is_some_and(|entry| entry.fails),
        Expr::Block(parts) | Expr::Parts(parts) => matches!(&parts[..], [one] if diverges(one, table)),
        Expr::Statement(inner) => diverges(inner, table),
        _ => false,
    }
}
