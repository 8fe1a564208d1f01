//! Which name stands for what: packages by their folders, functions, methods, types and variables.

use std::collections::HashMap;

use super::types::{Member, Type};
use crate::go::tree::{Expr, File, Function, TypeDecl, Variables};

/// A file that was parsed.
pub(crate) struct Parsed {
    /// Its place in what the caller gave.
    pub(crate) source: usize,
    /// Its folder, from the top of the module.
    pub(crate) folder: String,
    pub(crate) tree: File,
}

pub(crate) struct FuncData<'a> {
    pub(crate) file: usize,
    pub(crate) decl: &'a Function,
    pub(crate) receiver: Option<usize>,
}

pub(crate) struct TypeData<'a> {
    pub(crate) file: usize,
    pub(crate) decl: &'a TypeDecl,
}

pub(crate) struct VarData<'a> {
    pub(crate) file: usize,
    pub(crate) decl: &'a Variables,
    /// Which of the names that are declared together.
    pub(crate) position: usize,
}

#[derive(Default)]
pub(crate) struct Package<'a> {
    pub(crate) folder: &'a str,
    pub(crate) name: &'a str,
    pub(crate) members: HashMap<&'a str, Member>,
    /// Whether a file of its folder was not read.
    pub(crate) is_partial: bool,
}

/// Where an import leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Import<'a> {
    /// A package that was read.
    Own(usize),
    /// Another one, by its path.
    Outside(&'a str),
}

#[derive(Default)]
pub(crate) struct Imports<'a> {
    pub(crate) named: HashMap<&'a str, Import<'a>>,
    /// Those whose names need no qualifier.
    pub(crate) dotted: Vec<Import<'a>>,
}

pub(crate) struct Index<'a> {
    pub(crate) files: &'a [Parsed],
    pub(crate) packages: Vec<Package<'a>>,
    /// The package of each file.
    pub(crate) package_of: Vec<usize>,
    pub(crate) imports: Vec<Imports<'a>>,
    pub(crate) functions: Vec<FuncData<'a>>,
    pub(crate) types: Vec<TypeData<'a>>,
    pub(crate) variables: Vec<VarData<'a>>,
    /// Methods by type and name, and by their name alone.
    methods: HashMap<(usize, &'a str), usize>,
    named: HashMap<&'a str, Vec<usize>>,
    /// Functions and variables with others of the same name: files for other systems declare them anew.
    pub(crate) again: Vec<(Member, Member)>,
}

impl<'a> Index<'a> {
    /// `partial` names the folders of which a file was not read.
    pub(crate) fn new(files: &'a [Parsed], partial: &[String]) -> Self {
        let mut index = Self {
            files,
            packages: Vec::new(),
            package_of: Vec::new(),
            imports: Vec::new(),
            functions: Vec::new(),
            types: Vec::new(),
            variables: Vec::new(),
            methods: HashMap::new(),
            named: HashMap::new(),
            again: Vec::new(),
        };
        let mut known: HashMap<(&str, &str), usize> = HashMap::new();
        for parsed in files {
            let key = (parsed.folder.as_str(), parsed.tree.package.as_str());
            let package = *known.entry(key).or_insert_with(|| {
                let is_partial = partial.iter().any(|folder| folder == key.0);
                index.packages.push(Package {
                    folder: key.0,
                    name: key.1,
                    members: HashMap::new(),
                    is_partial,
                });
                index.packages.len() - 1
            });
            index.package_of.push(package);
        }
        for file in 0..files.len() {
            index.declare(file);
        }
        index.imports = files.iter().map(|parsed| index.imports_of(parsed)).collect();
        for id in 0..index.functions.len() {
            index.receive(id);
        }
        index
    }

    fn declare(&mut self, file: usize) {
        let tree = &self.files[file].tree;
        let package = self.package_of[file];
        for decl in &tree.functions {
            self.functions.push(FuncData { file, decl, receiver: None });
            if decl.receiver.is_none() {
                let member = Member::Function(self.functions.len() - 1);
                self.add(package, &decl.name.name, member);
            }
        }
        for decl in &tree.types {
            self.types.push(TypeData { file, decl });
            self.add(package, &decl.name.name, Member::Type(self.types.len() - 1));
        }
        for decl in &tree.variables {
            for (position, name) in decl.names.iter().enumerate() {
                self.variables.push(VarData { file, decl, position });
                self.add(package, &name.name, Member::Variable(self.variables.len() - 1));
            }
        }
    }

    fn add(&mut self, package: usize, name: &'a str, member: Member) {
        let before = self.packages[package].members.insert(name, member);
        if let Some(before) = before.filter(|_| !matches!(name, "_" | "init")) {
            self.again.push((member, before));
        }
    }

    /// Finds out whose method a function is.
    fn receive(&mut self, id: usize) {
        let function = &self.functions[id];
        let Some(receiver) = &function.decl.receiver else { return };
        let Type::Own(typ) = self.type_of(function.file, &receiver.typ) else { return };
        let name = function.decl.name.name.as_str();
        self.functions[id].receiver = Some(typ);
        if let Some(before) = self.methods.insert((typ, name), id) {
            self.again.push((Member::Function(id), Member::Function(before)));
        }
        self.named.entry(name).or_default().push(id);
    }

    fn imports_of(&self, parsed: &'a Parsed) -> Imports<'a> {
        let mut imports = Imports::default();
        for import in &parsed.tree.imports {
            let target = self.package_at(&import.path).map_or(Import::Outside(&import.path), Import::Own);
            match import.name.as_deref() {
                Some("_") => {}
                Some(".") => imports.dotted.push(target),
                Some(name) => {
                    imports.named.insert(name, target);
                }
                None => {
                    let name = match target {
                        Import::Own(package) => self.packages[package].name,
                        Import::Outside(path) => default_name(path),
                    };
                    imports.named.insert(name, target);
                }
            }
        }
        imports
    }

    /// The package that an import path leads to, if it was read.
    fn package_at(&self, path: &str) -> Option<usize> {
        let leads = |package: &&Package<'_>| {
            !package.folder.is_empty()
                && path.strip_suffix(package.folder).is_some_and(|before| before.ends_with('/'))
                && !package.name.ends_with("_test")
        };
        let found = self.packages.iter().enumerate().filter(|(_, package)| leads(package));
        found.max_by_key(|(_, package)| package.folder.len()).map(|(id, _)| id)
    }

    /// The declaration of an unqualified name at the top of a file.
    pub(crate) fn member(&self, file: usize, name: &str) -> Option<Member> {
        let own = self.packages[self.package_of[file]].members.get(name);
        own.copied().or_else(|| {
            self.imports[file].dotted.iter().find_map(|import| match import {
                Import::Own(package) => self.packages[*package].members.get(name).copied(),
                Import::Outside(_) => None,
            })
        })
    }

    /// The method of a type, its own or that of what it embeds.
    pub(crate) fn method(&self, typ: usize, name: &str) -> Option<usize> {
        self.find_method(typ, name, 0)
    }

    fn find_method(&self, typ: usize, name: &str, depth: usize) -> Option<usize> {
        if let Some(id) = self.methods.get(&(typ, name)) {
            return Some(*id);
        }
        self.embedded(typ, depth).find_map(|inner| match inner {
            Type::Own(inner) => self.find_method(inner, name, depth + 1),
            _ => None,
        })
    }

    /// The type that a type embeds, or is an alias of.
    fn embedded(&self, typ: usize, depth: usize) -> impl Iterator<Item = Type<'a>> {
        let data = &self.types[typ];
        let file = data.file;
        let list: &'a [_] = match &data.decl.typ {
            Expr::Struct(fields, _) | Expr::Interface(fields, _) if depth < 8 => fields,
            _ => &[],
        };
        let named = match &data.decl.typ {
            named @ (Expr::Ident(_) | Expr::Selector(..)) if depth < 8 => Some(self.type_of(file, named)),
            _ => None,
        };
        let inner = list.iter().filter(|field| field.name.is_none());
        inner.map(|field| self.type_of(file, &field.typ)).collect::<Vec<_>>().into_iter().chain(named)
    }

    /// The types from outside that a type embeds: their methods are its own.
    pub(crate) fn outside(&self, typ: usize) -> Vec<Type<'a>> {
        let mut found = Vec::new();
        let mut todo = vec![(typ, 0)];
        while let Some((typ, depth)) = todo.pop() {
            for inner in self.embedded(typ, depth) {
                match inner {
                    Type::Own(inner) => todo.push((inner, depth + 1)),
                    Type::Outside(..) => found.push(inner),
                    _ => {}
                }
            }
        }
        found
    }

    /// Methods with that name, of whatever type.
    pub(crate) fn methods_named(&self, name: &str) -> &[usize] {
        self.named.get(name).map_or(&[], Vec::as_slice)
    }

    /// The results of a method that an interface declares, itself or by what it embeds.
    pub(crate) fn declared(&self, typ: usize, name: &str) -> Option<Vec<Type<'a>>> {
        self.find_declared(typ, name, 0)
    }

    fn find_declared(&self, typ: usize, name: &str, depth: usize) -> Option<Vec<Type<'a>>> {
        let data = &self.types[typ];
        if let Expr::Interface(methods, _) = &data.decl.typ {
            let own = methods.iter().find(|method| method.name.as_ref().is_some_and(|own| own.name == name));
            if let Some(Expr::FuncType(signature, _)) = own.map(|method| &method.typ) {
                return Some(
                    signature.results.iter().map(|result| self.type_of(data.file, &result.typ)).collect(),
                );
            }
        }
        self.embedded(typ, depth).find_map(|inner| match inner {
            Type::Own(inner) => self.find_declared(inner, name, depth + 1),
            _ => None,
        })
    }

    /// The types of a structure's fields; none for other types.
    pub(crate) fn fields(&self, typ: usize) -> impl Iterator<Item = Type<'a>> {
        let data = &self.types[typ];
        let fields: &'a [_] = match &data.decl.typ {
            Expr::Struct(fields, _) => fields,
            _ => &[],
        };
        let file = data.file;
        fields.iter().map(move |field| self.type_of(file, &field.typ))
    }

    /// The field of a type, its own or that of what it embeds.
    pub(crate) fn field(&self, typ: usize, name: &str) -> Option<Type<'a>> {
        self.find_field(typ, name, 0)
    }

    fn find_field(&self, typ: usize, name: &str, depth: usize) -> Option<Type<'a>> {
        let data = &self.types[typ];
        if let Expr::Struct(fields, _) = &data.decl.typ {
            let own = fields.iter().find(|field| field.name.as_ref().is_some_and(|own| own.name == name));
            if let Some(own) = own {
                return Some(self.type_of(data.file, &own.typ));
            }
        }
        self.embedded(typ, depth).find_map(|inner| match inner {
            Type::Own(inner) => self.find_field(inner, name, depth + 1),
            _ => None,
        })
    }

    /// The parts of a type: a function's results, elements, or itself.
    pub(crate) fn underlying(&self, typ: Type<'a>) -> Type<'a> {
        let mut typ = typ;
        for _ in 0..8 {
            let Type::Own(id) = typ else { break };
            let data = &self.types[id];
            match &data.decl.typ {
                Expr::Struct(..) | Expr::Interface(..) => break,
                other => typ = self.type_of(data.file, other),
            }
        }
        typ
    }

    /// The type that an expression names.
    pub(crate) fn type_of(&self, file: usize, expr: &'a Expr) -> Type<'a> {
        match expr {
            Expr::Ident(ident) => match self.member(file, &ident.name) {
                Some(Member::Type(id)) => Type::Own(id),
                Some(_) => Type::Unknown,
                None if is_builtin_type(&ident.name) => Type::Plain,
                None => Type::Unknown,
            },
            Expr::Selector(x, name) => match x.ident().and_then(|x| self.imports[file].named.get(x)) {
                Some(Import::Own(package)) => match self.packages[*package].members.get(name.name.as_str()) {
                    Some(Member::Type(id)) => Type::Own(*id),
                    _ => Type::Unknown,
                },
                Some(Import::Outside(path)) => Type::Outside(path, &name.name),
                None => Type::Unknown,
            },
            Expr::Reference(x, _) | Expr::Index(x, _, _) => self.type_of(file, x),
            Expr::Container(x, _) => Type::List(Box::new(self.type_of(file, x))),
            Expr::Ellipsis(Some(x), _) => Type::List(Box::new(self.type_of(file, x))),
            Expr::FuncType(signature, _) => {
                Type::Func(signature.results.iter().map(|result| self.type_of(file, &result.typ)).collect())
            }
            _ => Type::Unknown,
        }
    }
}

/// The name that an import path gives by itself.
fn default_name(path: &str) -> &str {
    let mut parts = path.rsplit('/');
    let last = parts.next().unwrap_or(path);
    // `v2` and later mark a module's version; `k8s.io/api/core/v1` is a package of that name.
    let is_version = last.strip_prefix('v').and_then(|rest| rest.parse::<u32>().ok()).is_some_and(|v| v > 1)
        && path.starts_with("github.com/");
    let name = if is_version { parts.next().unwrap_or(last) } else { last };
    name.split('.').next().unwrap_or(name)
}

/// Whether a name is one of Go's own types.
pub(crate) fn is_builtin_type(name: &str) -> bool {
    const NAMES: [&str; 22] = [
        "any",
        "bool",
        "byte",
        "complex128",
        "complex64",
        "error",
        "float32",
        "float64",
        "int",
        "int16",
        "int32",
        "int64",
        "int8",
        "rune",
        "string",
        "uint",
        "uint16",
        "uint32",
        "uint64",
        "uint8",
        "uintptr",
        "comparable",
    ];
    NAMES.contains(&name)
}
