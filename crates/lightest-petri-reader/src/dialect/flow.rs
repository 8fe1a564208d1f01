//! Which configurations a branch is taken for, derived from what its condition tests.

use super::tree::{Arm, Expr, Pattern};
use lightest_lint::calls::{Kind, Table};
use lightest_lint::facts::Branch;
use lightest_model::catalog::When;

/// What is known of a truth value: which branches its being true or false means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Truth {
    /// Where it is true, all of these are taken.
    pub(super) then: Vec<Branch>,
    /// Where it is false, all of these are taken.
    pub(super) not: Vec<Branch>,
    /// Whether it hangs on nothing but the configuration.
    pub(super) known: bool,
}

impl Truth {
    /// True for the configurations of a branch, and for no other.
    fn of(branch: Branch) -> Self {
        let not = Branch { otherwise: !branch.otherwise, ..branch.clone() };
        Self { then: vec![branch], not: vec![not], known: true }
    }

    /// The same beside something that is not known: only its being true means anything.
    fn only_where_true(self) -> Self {
        Self { not: Vec::new(), known: false, ..self }
    }

    /// Whether neither outcome is known.
    pub(super) fn is_unknown(&self) -> bool {
        self.then.is_empty() && self.not.is_empty()
    }

    pub(super) fn negated(self) -> Self {
        Self { then: self.not, not: self.then, known: self.known }
    }

    pub(super) fn and(self, other: Self) -> Self {
        let not: Vec<Branch> = either(&self.not, &other.not).into_iter().collect();
        // What is outside of both at once may be more than one branch, and is not followed then.
        let known = self.known && other.known && !not.is_empty();
        let mut then = self.then;
        other.then.into_iter().for_each(|branch| add(&mut then, branch));
        Self { then, not, known }
    }

    pub(super) fn or(self, other: Self) -> Self {
        self.negated().and(other.negated()).negated()
    }

    /// The truth of a `match` or `if` that gives `true` in some branches and `false` in others.
    pub(super) fn of_alternatives<'a>(
        alternatives: impl Iterator<Item = (&'a [Branch], Option<bool>)>,
    ) -> Option<Self> {
        let (mut then, mut not): (Vec<&[Branch]>, Vec<&[Branch]>) = (Vec::new(), Vec::new());
        for (branches, truth) in alternatives {
            if truth? { then.push(branches) } else { not.push(branches) }
        }
        match (&then[..], &not[..]) {
            // A branch and its complement leave nothing for another condition to decide.
            ([[one]], [[other]]) if one.when == other.when && one.otherwise != other.otherwise => {
                Some(Self::of(one.clone()))
            }
            _ => None,
        }
    }
}

/// Adds a branch that is not there yet.
pub(super) fn add(branches: &mut Vec<Branch>, branch: Branch) {
    if !branches.contains(&branch) {
        branches.push(branch);
    }
}

/// The one branch that is taken where either of two is; `None` where that takes more than one, or is not known.
fn either(one: &[Branch], other: &[Branch]) -> Option<Branch> {
    /// More selections than a body of sense compares with one another.
    const MAX_PAIRS: usize = 64;
    let ([one], [other]) = (one, other) else { return None };
    match (one.otherwise, other.otherwise) {
        (false, false) => {
            let mut when = one.when.to_vec();
            for more in other.when.iter() {
                if !when.contains(more) {
                    when.push(more.clone());
                }
            }
            (when.len() <= MAX_PAIRS).then(|| Branch { when: when.into(), otherwise: false })
        }
        (true, true) if one.when.len().saturating_mul(other.when.len()) > MAX_PAIRS => None,
        // Outside one or outside the other: outside of what both have in common.
        (true, true) => {
            let pairs =
                one.when.iter().flat_map(|left| other.when.iter().map(move |right| common(left, right)));
            Some(Branch { when: pairs.collect::<Option<_>>()?, otherwise: true })
        }
        _ => None,
    }
}

/// The intersection of two selections of different kinds.
fn common(left: &When, right: &When) -> Option<When> {
    fn lists<T: Clone>(left: &[T], right: &[T]) -> Option<Vec<T>> {
        (left.is_empty() || right.is_empty()).then(|| left.iter().chain(right).cloned().collect())
    }
    fn options<T: Copy>(left: Option<T>, right: Option<T>) -> Option<Option<T>> {
        (left.is_none() || right.is_none()).then(|| left.or(right))
    }
    Some(When {
        vmm: lists(&left.vmm, &right.vmm)?,
        boot: lists(&left.boot, &right.boot)?,
        arch: lists(&left.arch, &right.arch)?,
        isolation: lists(&left.isolation, &right.isolation)?,
        guest: lists(&left.guest, &right.guest)?,
        except: left.except.iter().chain(&right.except).cloned().collect(),
        family: lists(&left.family, &right.family)?,
        os: lists(&left.os, &right.os)?,
        form: lists(&left.form, &right.form)?,
        openhcl: options(left.openhcl, right.openhcl)?,
        with: left.with.iter().chain(&right.with).cloned().collect(),
        arch_mismatch: options(left.arch_mismatch, right.arch_mismatch)?,
    })
}

/// The truth of a test of the configuration that the table has: `os == OsFlavor::Linux`, `matches!(..)`,
/// `config.is_openhcl()`, `let Some(IsolationType::Snp) = isolation`.
pub(super) fn tests(expr: &Expr, table: &Table) -> Option<Truth> {
    let truth = |when: Vec<When>, otherwise| Truth::of(Branch { when: when.into(), otherwise });
    match expr {
        Expr::Equal { left, right, negated } => {
            let when = [right, left].into_iter().find_map(|side| tested(side, table))?;
            Some(truth(when, *negated))
        }
        Expr::Macro { path, args, unread, .. } if path == "matches" => {
            let truth = truth(tested(args.get(1)?, table)?, false);
            // A guard is read as a further argument, or not at all.
            Some(if args.len() == 2 && unread.is_empty() { truth } else { truth.only_where_true() })
        }
        Expr::Method { name, .. } => Some(truth(path_of(name, table)?, false)),
        Expr::Let { pattern, .. } => {
            let truth = truth(pattern_of(pattern, table)?, false);
            Some(if is_whole(pattern) { truth } else { truth.only_where_true() })
        }
        _ => None,
    }
}

/// The configurations that a value stands for.
fn tested(expr: &Expr, table: &Table) -> Option<Vec<When>> {
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
pub(super) fn pattern_of(pattern: &Pattern, table: &Table) -> Option<Vec<When>> {
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

fn path_of(path: &str, table: &Table) -> Option<Vec<When>> {
    table.named(Kind::Condition, path).map(|entry| entry.when.clone())
}

/// Whether [`pattern_of`] covers everything that a pattern tests.
pub(super) fn is_whole(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Tuple(parts) => {
            let mut tested = parts.iter().filter(|part| !matches!(part, Pattern::Bind(_) | Pattern::Rest));
            tested.next().is_some_and(is_whole) && tested.next().is_none()
        }
        Pattern::Any(parts) | Pattern::Wrap(_, parts) => parts.iter().all(is_whole),
        Pattern::Named(_, inner) => is_whole(inner),
        Pattern::Other => false,
        _ => true,
    }
}

/// Whether what follows an expression is never reached: it leaves the function, or the round of its loop.
pub(super) fn leaves(expr: &Expr, table: &Table) -> bool {
    match expr {
        Expr::Return(_) | Expr::Break { .. } => true,
        Expr::Block(parts) => parts.last().is_some_and(|last| leaves(last, table)),
        Expr::Statement(inner) => leaves(inner, table),
        Expr::If { then, otherwise: Some(otherwise), .. } => leaves(then, table) && leaves(otherwise, table),
        _ => diverges(expr, table),
    }
}

/// All of them, or nothing where one is not known.
fn all<T>(parts: impl Iterator<Item = Option<Vec<T>>>) -> Option<Vec<T>> {
    let mut together = Vec::new();
    for part in parts {
        together.extend(part?);
    }
    Some(together)
}

/// The configurations that a `match` goes on with, where the others fail; `None` where that is unknown.
pub(super) fn confined(arms: &[Arm], table: &Table) -> Option<Vec<When>> {
    if !arms.iter().any(|arm| diverges(&arm.body, table)) {
        return None;
    }
    let known = arms.iter().filter(|arm| !diverges(&arm.body, table));
    let known = all(known.map(|arm| pattern_of(&arm.pattern, table).filter(|_| is_whole(&arm.pattern))))?;
    (!known.is_empty()).then_some(known)
}

/// Whether a block does nothing but leave the function, whatever it logs.
pub(super) fn only_leaves(expr: &Expr, table: &Table) -> bool {
    match expr {
        Expr::Block(parts) => match &parts[..] {
            [before @ .., last] => {
                let logs = |part: &Expr| matches!(part, Expr::Statement(inner) if matches!(**inner, Expr::Macro { .. }));
                before.iter().all(logs) && only_leaves(last, table)
            }
            [] => false,
        },
        Expr::Statement(inner) => only_leaves(inner, table),
        Expr::Return(_) => true,
        _ => diverges(expr, table),
    }
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
