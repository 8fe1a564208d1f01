//! Arguments of functions and structures: machines, and functions that will get one.

use std::collections::HashSet;

use super::expr::choose;
use super::index::Import;
use super::names::{Callee, join};
use super::types::Type;
use super::unit::{Factory, Kind};
use super::walk::Walker;
use crate::go::tree::Expr;

/// How deep structures are looked into.
const DEPTH: usize = 3;

impl<'a> Walker<'a, '_> {
    pub(super) fn any_machine(&self, types: &[Type<'a>]) -> bool {
        types.iter().any(|typ| self.contains_machine(typ))
    }

    /// Whether a value is a machine's description, or contains one.
    pub(super) fn contains_machine(&self, typ: &Type<'a>) -> bool {
        let (mut level, mut seen) = (vec![typ.clone()], HashSet::new());
        for depth in 0..=DEPTH {
            let mut next = Vec::new();
            while let Some(typ) = level.pop() {
                match typ {
                    Type::Role("vmi" | "vm") => return true,
                    Type::List(inner) => level.push(*inner),
                    Type::Own(id) if depth < DEPTH && seen.insert(id) => {
                        match self.index.underlying(Type::Own(id)) {
                            Type::Own(_) => {
                                next.extend(self.index.fields(id).map(|field| self.with_role(field)));
                            }
                            other => next.push(self.with_role(other)),
                        }
                    }
                    _ => {}
                }
            }
            level = next;
        }
        false
    }

    /// Whether functions that a callee may stand for are known.
    pub(super) fn is_traced(&self, callee: &'a Expr) -> bool {
        match callee {
            Expr::Ident(ident) => {
                let local = self.scopes.find(&ident.name);
                local.is_some_and(|local| !self.scopes.locals[local].values.is_empty())
            }
            Expr::Call(call) => match self.callee(&call.func) {
                Callee::Outside(path) => self.table.function(&path).is_some_and(|entry| !entry.unknown),
                _ => false,
            },
            _ => false,
        }
    }

    /// Something is given to what is declared with a type: a function that nothing is known of may get the machine there.
    pub(super) fn pass_argument(&mut self, file: usize, typ: &'a Expr, value: &'a Expr) {
        if self.gets_machine(file, typ, 0) {
            self.open_unknown_function(value);
        }
    }

    /// A function from elsewhere that no entry knows.
    pub(super) fn open_unknown_function(&mut self, value: &'a Expr) {
        let Expr::Selector(x, name) = value else { return };
        let Some(Import::Outside(path)) = self.qualified(x) else { return };
        let path = join(path, &name.name);
        let known =
            self.table.function(&path).is_some_and(|entry| !entry.unknown) || self.is_factory_path(&path);
        if !known {
            self.open(format!("what `{}` does with the machine", name.name), value.bytes());
        }
    }

    /// Which parameters of a table's function are functions that get a machine.
    pub(super) fn takes_check(&self, arg: &'a Expr) -> Option<Vec<bool>> {
        let Expr::Func(func) = arg else { return None };
        Some(func.signature.params.iter().map(|param| self.gets_machine(self.file, &param.typ, 0)).collect())
    }

    /// Whether an argument of an entry may be such a function. The first describes it; labels may stand anywhere.
    pub(super) fn may_be_check(&self, at: usize, count: usize) -> bool {
        let Some(at) = at.checked_sub(1) else { return false };
        let labels = (count - 1).saturating_sub(self.takes_checks.len());
        let last = self.takes_checks.len().min(at + 1);
        self.takes_checks[at.saturating_sub(labels).min(last)..last].contains(&true)
    }

    /// Whether a type is that of functions that get a machine.
    fn gets_machine(&self, file: usize, typ: &'a Expr, depth: usize) -> bool {
        match typ {
            Expr::FuncType(signature, _) => signature
                .params
                .iter()
                .any(|param| self.contains_machine(&self.with_role(self.index.type_of(file, &param.typ)))),
            Expr::Container(inner, _) | Expr::Ellipsis(Some(inner), _) | Expr::Reference(inner, _) => {
                self.gets_machine(file, inner, depth)
            }
            Expr::Ident(_) | Expr::Selector(..) if depth < DEPTH => match self.index.type_of(file, typ) {
                Type::Own(id) => {
                    let data = &self.index.types[id];
                    self.gets_machine(data.file, &data.decl.typ, depth + 1)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Where the entries of a table differ in their guest, the author chose each of them.
    pub(super) fn choose_entries(&mut self, table: usize) {
        let nodes = &self.units[table].nodes;
        let entries: Vec<usize> =
            nodes.iter().filter(|node| node.kind == Kind::Entry).map(|node| node.unit).collect();
        let uncalled = |factory: &&Factory| factory.parens.is_none();
        let mut all: Vec<Factory> = entries
            .iter()
            .flat_map(|unit| self.units[*unit].factories.iter().filter(uncalled).cloned())
            .collect();
        choose(&mut all);
        if all.iter().any(|factory| factory.listed) {
            for unit in entries {
                let factories = self.units[unit].factories.iter_mut();
                factories
                    .filter(|factory| factory.parens.is_none())
                    .for_each(|factory| factory.listed = true);
            }
        }
    }
}
