//! Resolves names: imports, factories, and callees.

use super::ginkgo;
use super::index::{Import, is_builtin_type};
use super::types::{Member, Type};
use super::unit::Kind;
use super::walk::Walker;
use crate::go::tree::Expr;

/// A resolved callee.
pub(super) enum Callee<'a> {
    Function(usize),
    Ginkgo(Kind, bool),
    /// A function from outside, by its path.
    Outside(String),
    Type(Type<'a>),
    /// A helper that was not read, by its name.
    Missing(String),
    Builtin(&'a str),
    Method(&'a Expr, &'a str),
    Other,
}

impl<'a> Walker<'a, '_> {
    /// The import that an expression names, unless a variable hides it.
    pub(super) fn qualified(&self, x: &Expr) -> Option<Import<'a>> {
        let name = x.ident()?;
        if self.scopes.find(name).is_some() {
            return None;
        }
        self.index.imports[self.file].named.get(name).copied()
    }

    pub(super) fn member_of(&self, import: Import<'a>, name: &str) -> Option<Member> {
        match import {
            Import::Own(package) => self.index.packages[package].members.get(name).copied(),
            Import::Outside(_) => None,
        }
    }

    pub(super) fn is_factory(&self, id: usize) -> bool {
        let data = &self.index.functions[id];
        let package = &self.index.packages[self.index.package_of[data.file]];
        data.receiver.is_none()
            && package.folder.ends_with(self.factories.package)
            && self.factories.names.contains(&data.decl.name.name.as_str())
    }

    /// Whether a function's body shows what it asks.
    pub(super) fn is_followed(&self, id: usize) -> bool {
        !self.is_factory(id) && self.known_helper(id).is_none()
    }

    /// The path of a helper with an entry in the table, so that its body is not followed.
    pub(super) fn known_helper(&self, id: usize) -> Option<String> {
        let data = &self.index.functions[id];
        if data.receiver.is_some() {
            return None;
        }
        let folder = self.index.packages[self.index.package_of[data.file]].folder;
        let path = join(folder, &data.decl.name.name);
        self.table.function(&path).is_some().then_some(path)
    }

    pub(super) fn is_factory_path(&self, path: &str) -> bool {
        let package = self.factories.package.replace('/', "::");
        path.rsplit_once("::")
            .is_some_and(|(folder, name)| folder.ends_with(&package) && self.factories.names.contains(&name))
    }

    pub(super) fn callee(&self, func: &'a Expr) -> Callee<'a> {
        match func {
            Expr::Ident(ident) => {
                if self.scopes.find(&ident.name).is_some() {
                    return Callee::Other;
                }
                match self.index.member(self.file, &ident.name) {
                    Some(Member::Function(id)) => Callee::Function(id),
                    Some(Member::Type(id)) => Callee::Type(Type::Own(id)),
                    Some(Member::Variable(_)) => Callee::Other,
                    None => self.undeclared(&ident.name),
                }
            }
            Expr::Selector(x, name) => match self.qualified(x) {
                Some(Import::Own(package)) => {
                    match self.index.packages[package].members.get(name.name.as_str()) {
                        Some(Member::Function(id)) => Callee::Function(*id),
                        Some(Member::Type(id)) => Callee::Type(Type::Own(*id)),
                        Some(Member::Variable(_)) => Callee::Other,
                        None => self.missing(join(self.index.packages[package].folder, &name.name)),
                    }
                }
                Some(Import::Outside(path)) => self.outside(path, &name.name),
                None => Callee::Method(x, &name.name),
            },
            // A function with type arguments; anything else comes out of a table.
            Expr::Index(x, _, _) => match self.callee(x) {
                function @ (Callee::Function(_) | Callee::Type(_)) => function,
                function @ Callee::Outside(_) if matches!(**x, Expr::Selector(..)) => function,
                _ => Callee::Other,
            },
            Expr::Container(..) | Expr::FuncType(..) | Expr::Interface(..) => {
                Callee::Type(self.type_of(func))
            }
            Expr::Reference(x, _) => match self.callee(x) {
                Callee::Type(typ) => Callee::Type(typ),
                _ => Callee::Other,
            },
            _ => Callee::Other,
        }
    }

    pub(super) fn outside(&self, path: &'a str, name: &'a str) -> Callee<'a> {
        if path.starts_with(ginkgo::PATH)
            && let Some((kind, pending)) = ginkgo::node(name)
        {
            return Callee::Ginkgo(kind, pending);
        }
        let path = join(path, name);
        // Helpers of the suite are read, unless their file is not.
        if path.contains("::tests::") { self.missing(path) } else { Callee::Outside(path) }
    }

    /// A name that nothing that was read declares.
    pub(super) fn undeclared(&self, name: &'a str) -> Callee<'a> {
        const BUILTINS: [&str; 18] = [
            "append", "cap", "clear", "close", "complex", "copy", "delete", "imag", "len", "make", "max",
            "min", "new", "panic", "print", "println", "real", "recover",
        ];
        if let Some(builtin) = BUILTINS.iter().find(|builtin| **builtin == name) {
            return Callee::Builtin(builtin);
        }
        if is_builtin_type(name) {
            return Callee::Type(Type::Plain);
        }
        let dotted = || {
            self.index.imports[self.file].dotted.iter().filter_map(|import| match import {
                Import::Outside(path) => Some(*path),
                Import::Own(_) => None,
            })
        };
        if dotted().any(|path| path.starts_with(ginkgo::PATH))
            && let Some((kind, pending)) = ginkgo::node(name)
        {
            return Callee::Ginkgo(kind, pending);
        }
        let package = self.index.package_of[self.file];
        let is_partial = self.index.packages[package].is_partial;
        // A name that starts with a small letter is of this package, and where a file was not read so may any other be.
        let paths = || dotted().map(|path| join(path, name)).filter(|_| name.starts_with(char::is_uppercase));
        // Of several packages that may declare it, one of which the table knows that it does.
        let known = paths()
            .find(|path| self.table.has_function(path))
            .or_else(|| paths().find(|path| !is_partial && self.table.function(path).is_some()));
        match known {
            Some(path) => Callee::Outside(path),
            None => Callee::Missing(name.to_owned()),
        }
    }

    /// A helper whose file was not read; it may have an entry in the table.
    pub(super) fn missing(&self, path: String) -> Callee<'a> {
        if self.table.function(&path).is_some() || self.is_factory_path(&path) {
            Callee::Outside(path)
        } else {
            Callee::Missing(path.rsplit("::").next().unwrap_or(&path).to_owned())
        }
    }
}

/// A path of names: of the package, and in it.
pub(super) fn join(path: &str, name: &str) -> String {
    format!("{}::{name}", path.replace('/', "::"))
}
