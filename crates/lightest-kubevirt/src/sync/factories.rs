//! The guests of the factories, read from the file that defines them and the file that names the container disks.

use std::collections::BTreeMap;

use lightest_sync::{SourceFile, SourcePlace};

use crate::go::tree::{Bytes, Call, Expr, File, Function, Stmt, Variables};
use crate::go::{self, visit};

/// The file that defines the factories.
pub const FACTORIES: &str = "tests/libvmifact/factory.go";
/// The file that names the container disks.
pub const DISKS: &str = "tests/containerdisk/containerdisk.go";

/// Conditions on an architecture other than x86-64, whose branch is not taken there.
const ELSEWHERE: [&str; 2] = ["isS390X", "isARM64"];

/// Something that a factory states, and where.
#[derive(Clone, Debug)]
pub struct At<T> {
    /// What.
    pub value: T,
    /// Where.
    pub spot: SourcePlace,
}

/// A factory, as it is on x86-64.
#[derive(Clone, Debug)]
pub struct Factory {
    /// Its name.
    pub name: At<String>,
    /// The memory that its machine asks for.
    pub memory: Option<At<String>>,
    /// The constant of its container disk.
    pub disk: Option<At<String>>,
    /// Where it adds a random number generator.
    pub rng: Option<SourcePlace>,
    /// Where it adds a cloud-init volume.
    pub cloud_init: Option<SourcePlace>,
    /// Where it is called deprecated.
    pub deprecated: Option<SourcePlace>,
}

/// Something that is not understood.
#[derive(Clone, Debug)]
pub struct Gap {
    /// What.
    pub what: String,
    /// Why.
    pub because: String,
    /// Where, if anywhere.
    pub spot: Option<SourcePlace>,
}

/// The facts of the two files.
#[derive(Clone, Debug, Default)]
pub struct Factories {
    /// The factories, in order.
    pub factories: Vec<Factory>,
    /// Container disks by their constants.
    pub disks: BTreeMap<String, At<String>>,
    /// What could not be read, and why.
    pub gaps: Vec<Gap>,
}

impl Factories {
    /// Reads them.
    #[must_use]
    pub fn read(files: &[SourceFile]) -> Self {
        let mut read = Self::default();
        if let Some(tree) = read.tree(files, DISKS, "the container disks") {
            read.disks = disks(&tree);
            if read.disks.is_empty() {
                read.gap("the container disks", "no constant is a `ContainerDisk`", None);
            }
        }
        if let Some(tree) = read.tree(files, FACTORIES, "the factories") {
            for function in tree.functions.iter().filter(|function| is_factory(function)) {
                read.factory(&tree, function);
            }
            if read.factories.is_empty() {
                read.gap("the factories", "no function `New..` returns a `VirtualMachineInstance`", None);
            }
        }
        read
    }

    fn gap(&mut self, what: &str, because: &str, spot: Option<SourcePlace>) {
        self.gaps.push(Gap { what: what.to_owned(), because: because.to_owned(), spot });
    }

    fn tree(&mut self, files: &[SourceFile], path: &str, what: &str) -> Option<File> {
        let Some(file) = files.iter().find(|file| file.path == path) else {
            self.gap(what, &format!("`{path}` is not there"), None);
            return None;
        };
        match go::parse(&file.text) {
            Ok(tree) => Some(tree),
            Err(error) => {
                self.gap(what, &error.message, Some(spot(path, error.bytes)));
                None
            }
        }
    }

    fn factory(&mut self, tree: &File, function: &Function) {
        let Some(body) = &function.body else { return };
        let calls = visit::calls(body, &is_elsewhere);
        let at = |bytes: &Bytes| spot(FACTORIES, bytes.clone());
        let named = |name: &str| calls.iter().find(|call| last_name(&call.func) == Some(name));
        let mut memory = None;
        if let Some(call) = named("WithMemoryRequest") {
            match call.args.first().and_then(|arg| text_of(tree, function, arg, 0)) {
                Some((value, bytes)) => memory = Some(At { value, spot: at(&bytes) }),
                None => {
                    let what = format!("the memory of `{}`", function.name.name);
                    self.gap(&what, "neither a text nor what leads to one", Some(at(&call.bytes)));
                }
            }
        }
        let mut disk = None;
        if let Some(call) = named("WithContainerDisk") {
            disk = disk_of(call);
            if disk.is_none() {
                let what = format!("the container disk of `{}`", function.name.name);
                self.gap(&what, "it is no constant", Some(at(&call.bytes)));
            }
        }
        let above = tree.comments.iter().filter(|comment| {
            comment.bytes.end <= function.name.bytes.start
                && tree.functions.iter().all(|other| {
                    other.name.bytes.start >= function.name.bytes.start
                        || other.body.as_ref().is_none_or(|body| body.bytes.end <= comment.bytes.start)
                })
        });
        let deprecated = above.into_iter().find(|comment| comment.text.contains("Deprecated:"));
        self.factories.push(Factory {
            name: At { value: function.name.name.clone(), spot: at(&function.name.bytes) },
            memory,
            disk: disk.map(|(value, bytes)| At { value, spot: at(&bytes) }),
            rng: named("WithRng").map(|call| at(&call.bytes)),
            cloud_init: named("WithCloudInitNoCloud").map(|call| at(&call.bytes)),
            deprecated: deprecated.map(|comment| at(&comment.bytes)),
        });
    }
}

fn spot(path: &str, span: Bytes) -> SourcePlace {
    SourcePlace { path: path.to_owned(), span }
}

/// Whether a function makes a machine: its name starts with `New`, and it returns one.
fn is_factory(function: &Function) -> bool {
    function.receiver.is_none()
        && function.name.name.starts_with("New")
        && function.signature.results.iter().any(|result| {
            let typ = match &result.typ {
                Expr::Reference(x, _) => x,
                other => other,
            };
            last_name(typ) == Some("VirtualMachineInstance")
        })
}

fn is_elsewhere(condition: &Expr) -> bool {
    matches!(condition, Expr::Call(call)
        if last_name(&call.func).is_some_and(|name| ELSEWHERE.contains(&name)))
}

fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Ident(ident) => Some(&ident.name),
        Expr::Selector(_, name) => Some(&name.name),
        _ => None,
    }
}

/// The text that an expression comes to on x86-64: a literal, a constant, or what a function of the file returns.
fn text_of(file: &File, function: &Function, expr: &Expr, depth: usize) -> Option<(String, Bytes)> {
    if depth > 4 {
        return None;
    }
    match expr {
        Expr::Text(text, bytes) => Some((text.clone(), bytes.clone())),
        Expr::Ident(ident) => {
            let value = constant(&file.variables, &ident.name)?;
            text_of(file, function, value, depth + 1)
        }
        Expr::Call(call) => {
            let name = call.func.ident()?;
            // A local name of a function: `alpineMemory := cirrosMemory`.
            let name = local(function, name).unwrap_or(name);
            let callee = file.functions.iter().find(|other| other.name.name == name)?;
            let returned = callee.body.as_ref()?.list.iter().rev().find_map(|stmt| match stmt {
                Stmt::Return(list) => list.first(),
                _ => None,
            })?;
            text_of(file, callee, returned, depth + 1)
        }
        _ => None,
    }
}

fn constant<'f>(variables: &'f [Variables], name: &str) -> Option<&'f Expr> {
    variables.iter().find_map(|variables| {
        let position = variables.names.iter().position(|known| known.name == name)?;
        variables.values.get(position)
    })
}

fn local<'f>(function: &'f Function, name: &str) -> Option<&'f str> {
    function.body.as_ref()?.list.iter().find_map(|stmt| match stmt {
        Stmt::Assign(left, right, true) => {
            let position = left.iter().position(|known| known.ident() == Some(name))?;
            right.get(position)?.ident()
        }
        _ => None,
    })
}

/// The constant in `WithContainerDisk("disk0", cd.ContainerDiskFor(cd.CONSTANT))`.
fn disk_of(call: &Call) -> Option<(String, Bytes)> {
    let Expr::Call(inner) = call.args.get(1)? else { return None };
    let constant = inner.args.first()?;
    Some((last_name(constant)?.to_owned(), constant.bytes()))
}

/// Constants of the type `ContainerDisk`.
fn disks(tree: &File) -> BTreeMap<String, At<String>> {
    let mut found = BTreeMap::new();
    for variables in &tree.variables {
        if variables.typ.as_ref().and_then(last_name) != Some("ContainerDisk") {
            continue;
        }
        for (name, value) in variables.names.iter().zip(&variables.values) {
            if let Expr::Text(text, bytes) = value {
                let at = At { value: text.clone(), spot: spot(DISKS, bytes.clone()) };
                found.insert(name.name.clone(), at);
            }
        }
    }
    found
}
