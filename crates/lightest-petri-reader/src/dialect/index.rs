//! Finds functions, constants and types of one package by name.

use foldhash::{HashMap, HashSet};
use lightest_lint::calls::last_segment;
use std::cell::RefCell;

use lightest_diagnostics::Span;

use super::tree::{Alias, Bytes, Constant, Expr, Function, RecordType, Tree};

/// The definitions in the files of a package.
pub(super) struct Package<'t> {
    files: Vec<usize>,
    functions: HashMap<&'t str, Vec<(usize, &'t Function)>>,
    constants: HashMap<&'t str, Vec<(usize, &'t Constant)>>,
    records: HashMap<&'t str, Vec<(usize, &'t RecordType)>>,
    aliases: HashMap<&'t str, (usize, &'t Alias)>,
    traits: HashSet<&'t str>,
    macros: HashMap<&'t str, Vec<(usize, &'t Bytes)>>,
}

impl<'t> Package<'t> {
    pub(super) fn new(files: &[usize], trees: &'t [Tree]) -> Self {
        let mut package = Self {
            files: files.to_vec(),
            functions: HashMap::default(),
            constants: HashMap::default(),
            records: HashMap::default(),
            aliases: HashMap::default(),
            traits: HashSet::default(),
            macros: HashMap::default(),
        };
        for file in files {
            let Some(tree) = trees.get(*file) else { continue };
            for function in &tree.functions {
                package.functions.entry(&function.name).or_default().push((*file, function));
            }
            for constant in &tree.constants {
                package.constants.entry(&constant.name).or_default().push((*file, constant));
            }
            package.aliases.extend(tree.aliases.iter().map(|alias| (alias.name.as_str(), (*file, alias))));
            for (name, span) in &tree.macros {
                package.macros.entry(name).or_default().push((*file, span));
            }
            package.traits.extend(tree.traits.iter().map(String::as_str));
            for record in &tree.records {
                package.records.entry(&record.name).or_default().push((*file, record));
            }
        }
        package
    }

    /// Its files.
    pub(super) fn files(&self) -> &[usize] {
        &self.files
    }

    /// The function that a path names, seen from a file and perhaps from within an `impl`. `None` where there is none, or
    /// where several could be meant.
    fn function(&self, path: &str, from: usize, owner: Option<&str>) -> Option<(usize, &'t Function)> {
        let mut segments = path.rsplit("::");
        let name = segments.next()?;
        let before = segments.next();
        let known = self.functions.get(name)?;
        let mut found: Vec<(usize, &'t Function)> = match before {
            None => known.iter().copied().filter(|(_, function)| function.owner.is_none()).collect(),
            Some("Self") => {
                known.iter().copied().filter(|(_, function)| function.owner.as_deref() == owner).collect()
            }
            Some("self" | "super" | "crate") => {
                known.iter().copied().filter(|(_, function)| function.owner.is_none()).collect()
            }
            Some(word) if word.starts_with(char::is_uppercase) => known
                .iter()
                .copied()
                .filter(|(_, function)| function.owner.as_deref() == Some(word))
                .collect(),
            // A function of a module with that name; it may as well be of another package.
            Some(_) => known.iter().copied().filter(|(_, function)| function.owner.is_none()).collect(),
        };
        if found.len() > 1 {
            found.retain(|(file, _)| *file == from);
        }
        match found[..] {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The method of a type.
    fn method(&self, ty: &str, name: &str, from: usize) -> Option<(usize, &'t Function)> {
        let known = self.functions.get(name)?;
        let mut found: Vec<_> =
            known.iter().copied().filter(|(_, function)| function.owner.as_deref() == Some(ty)).collect();
        if found.len() > 1 {
            found.retain(|(file, _)| *file == from);
        }
        found.first().copied()
    }

    /// The method of that name that a trait of the package provides, where there is but one.
    fn provided(&self, name: &str) -> Option<(usize, &'t Function)> {
        let known = self.functions.get(name)?;
        let mut provided = known.iter().copied().filter(|(_, function)| {
            function.body.is_some()
                && function.params.first().is_some_and(|param| param.ty == "Self")
                && function.owner.as_deref().is_some_and(|owner| self.traits.contains(owner))
        });
        let found = provided.next()?;
        provided.next().is_none().then_some(found)
    }

    /// The constant of that name.
    fn constant(&self, path: &str, from: usize) -> Option<(usize, &'t Constant)> {
        let name = last_segment(path);
        let known = self.constants.get(name)?;
        known.iter().copied().find(|(file, _)| *file == from).or_else(|| match known[..] {
            [one] => Some(one),
            _ => None,
        })
    }

    /// The type of that name, as it is seen from a file.
    fn record(&self, name: &str, from: usize) -> Option<(usize, &'t RecordType)> {
        let known = self.records.get(name)?;
        known.iter().find(|(file, _)| *file == from).or_else(|| known.first()).copied()
    }
}

/// A package that records which of its items the walk through one test looks up.
pub(super) struct TracedPackage<'w, 't> {
    package: &'w Package<'t>,
    found: RefCell<HashSet<(usize, Bytes)>>,
}

impl<'w, 't> TracedPackage<'w, 't> {
    pub(super) fn new(package: &'w Package<'t>) -> Self {
        Self { package, found: RefCell::new(HashSet::default()) }
    }

    /// The places found so far, in order.
    pub(super) fn places(&self) -> Vec<Span> {
        let mut places: Vec<Span> =
            self.found.borrow().iter().map(|(file, bytes)| Span::new(*file, bytes.clone())).collect();
        places.sort_unstable_by_key(|span| (span.file, span.bytes.start, span.bytes.end));
        places
    }

    fn remember(&self, file: usize, bytes: &Bytes) {
        self.found.borrow_mut().insert((file, bytes.clone()));
    }

    fn remember_function(&self, found: (usize, &'t Function)) -> (usize, &'t Function) {
        self.remember(found.0, &found.1.span);
        found
    }

    /// The function that a path names, seen from a file and perhaps from within an `impl`. `None` where there is none, or
    /// where several could be meant.
    pub(super) fn function(
        &self,
        path: &str,
        from: usize,
        owner: Option<&str>,
    ) -> Option<(usize, &'t Function)> {
        self.package.function(path, from, owner).map(|found| self.remember_function(found))
    }

    /// The method of a type.
    pub(super) fn method(&self, ty: &str, name: &str, from: usize) -> Option<(usize, &'t Function)> {
        self.package.method(ty, name, from).map(|found| self.remember_function(found))
    }

    /// The method of that name that a trait of the package provides, where there is but one.
    pub(super) fn provided(&self, name: &str) -> Option<(usize, &'t Function)> {
        self.package.provided(name).map(|found| self.remember_function(found))
    }

    /// The value of the constant of that name.
    pub(super) fn constant(&self, path: &str, from: usize) -> Option<(usize, &'t Expr)> {
        let (file, constant) = self.package.constant(path, from)?;
        self.remember(file, &constant.span);
        Some((file, &constant.value))
    }

    /// The type that an alias stands for.
    pub(super) fn alias(&self, name: &str) -> Option<&'t str> {
        let (file, alias) = self.package.aliases.get(name)?;
        self.remember(*file, &alias.span);
        Some(&alias.ty)
    }

    /// Whether the package has a type of that name.
    pub(super) fn has_type(&self, name: &str) -> bool {
        let known = self.package.records.get(name).map_or(&[][..], Vec::as_slice);
        known.iter().for_each(|(file, record)| self.remember(*file, &record.span));
        !known.is_empty()
    }

    /// The declared type of a field.
    pub(super) fn field(&self, record: &str, field: &str, from: usize) -> Option<&'t str> {
        let (file, record) = self.package.record(record, from)?;
        self.remember(file, &record.span);
        record.fields.iter().find(|(name, _)| name == field).map(|(_, ty)| ty.as_str())
    }

    /// Remembers a macro of the package, whose arms are not read.
    pub(super) fn invoke(&self, name: &str) {
        for (file, span) in self.package.macros.get(name).into_iter().flatten() {
            self.remember(*file, span);
        }
    }
}
