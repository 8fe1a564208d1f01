//! Finds functions, constants and types of one package by name.

use std::collections::{HashMap, HashSet};

use super::tree::{Expr, Function, RecordType, Tree};

/// What the files of a package define.
pub(super) struct Package<'t> {
    files: Vec<usize>,
    functions: HashMap<&'t str, Vec<(usize, &'t Function)>>,
    constants: HashMap<&'t str, Vec<(usize, &'t Expr)>>,
    records: HashMap<&'t str, Vec<(usize, &'t RecordType)>>,
    aliases: HashMap<&'t str, &'t str>,
    traits: HashSet<&'t str>,
}

impl<'t> Package<'t> {
    pub(super) fn new(files: &[usize], trees: &'t [Tree]) -> Self {
        let mut package = Self {
            files: files.to_vec(),
            functions: HashMap::new(),
            constants: HashMap::new(),
            records: HashMap::new(),
            aliases: HashMap::new(),
            traits: HashSet::new(),
        };
        for file in files {
            let Some(tree) = trees.get(*file) else { continue };
            for function in &tree.functions {
                package.functions.entry(&function.name).or_default().push((*file, function));
            }
            for constant in &tree.constants {
                package.constants.entry(&constant.name).or_default().push((*file, &constant.value));
            }
            package.aliases.extend(tree.aliases.iter().map(|(name, ty)| (name.as_str(), ty.as_str())));
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
    pub(super) fn function(
        &self,
        path: &str,
        from: usize,
        owner: Option<&str>,
    ) -> Option<(usize, &'t Function)> {
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
    pub(super) fn method(&self, ty: &str, name: &str, from: usize) -> Option<(usize, &'t Function)> {
        let known = self.functions.get(name)?;
        let mut found: Vec<_> =
            known.iter().copied().filter(|(_, function)| function.owner.as_deref() == Some(ty)).collect();
        if found.len() > 1 {
            found.retain(|(file, _)| *file == from);
        }
        found.first().copied()
    }

    /// The method of that name that a trait of the package provides, where there is but one.
    pub(super) fn provided(&self, name: &str) -> Option<(usize, &'t Function)> {
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
    pub(super) fn constant(&self, path: &str, from: usize) -> Option<(usize, &'t Expr)> {
        let name = path.rsplit("::").next()?;
        let known = self.constants.get(name)?;
        known.iter().copied().find(|(file, _)| *file == from).or_else(|| match known[..] {
            [one] => Some(one),
            _ => None,
        })
    }

    /// What another name of a type stands for.
    pub(super) fn alias(&self, name: &str) -> Option<&'t str> {
        self.aliases.get(name).copied()
    }

    /// Whether the package has a type of that name.
    pub(super) fn has_type(&self, name: &str) -> bool {
        self.records.contains_key(name)
    }

    /// The declared type of a field.
    pub(super) fn field(&self, record: &str, field: &str, from: usize) -> Option<&'t str> {
        let known = self.records.get(record)?;
        let record = known.iter().find(|(file, _)| *file == from).or_else(|| known.first())?.1;
        record.fields.iter().find(|(name, _)| name == field).map(|(_, ty)| ty.as_str())
    }
}
