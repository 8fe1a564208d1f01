//! Calls: of helpers, of factories, of clients, and of Ginkgo's nodes.

use super::ginkgo;
use super::names::Callee;
use super::types::{Type, results};
use super::unit::{Factory, Kind, Node, Target, Touch};
use super::walk::Walker;
use crate::go::tree::{Bytes, Call, Expr};
use crate::table::{COMPARED, EXPECTED};

/// The role of a machine's description.
pub(crate) const VMI: &str = "vmi";
/// The receiver of methods that are known whatever they are called on.
const ANY: &str = "any";

impl<'a> Walker<'a, '_> {
    pub(super) fn call(&mut self, call: &'a Call) -> Type<'a> {
        match self.callee(&call.func) {
            Callee::Ginkgo(kind, pending) => {
                self.node(kind, pending, call);
                Type::Plain
            }
            Callee::Function(id) => self.own(id, call),
            Callee::Outside(path) => self.outside_function(&path, call),
            Callee::Type(typ) => {
                self.args(call);
                self.with_role(typ)
            }
            Callee::Builtin(name) => self.builtin(name, call),
            Callee::Missing(name) => {
                self.open(format!("what `{name}` does, whose file was not read"), call.func.bytes());
                self.args(call);
                Type::Unknown
            }
            Callee::Method(x, name) => self.method(x, name, call),
            Callee::Other => {
                // What a name may stand for is followed; what comes out of a table is not.
                if matches!(&call.func, Expr::Index(..) | Expr::Assert(..)) {
                    self.open("a function that is picked while the test runs".to_owned(), call.func.bytes());
                }
                let typ = self.expr(&call.func);
                let args = self.args(call);
                match self.index.underlying(typ) {
                    Type::Func(list) => self.with_role(results(list)),
                    Type::Unknown if self.any_machine(&args) && !self.is_traced(&call.func) => {
                        self.open(
                            "what a function from elsewhere does with the machine".to_owned(),
                            call.func.bytes(),
                        );
                        Type::Unknown
                    }
                    _ => Type::Unknown,
                }
            }
        }
    }

    pub(super) fn args(&mut self, call: &'a Call) -> Vec<Type<'a>> {
        self.reading("", |walker| call.args.iter().map(|arg| walker.expr(arg)).collect())
    }

    pub(super) fn own(&mut self, id: usize, call: &'a Call) -> Type<'a> {
        let data = &self.index.functions[id];
        let name = &data.decl.name.name;
        if self.is_factory(id) {
            return self.factory(name, call);
        }
        // What the table states about a helper is not looked up in its body.
        if let Some(path) = self.known_helper(id) {
            let denies = self.table.function(&path).is_some_and(|entry| entry.denies);
            self.touch(Touch::Function(path), call.func.bytes());
            self.denied += usize::from(denies);
            self.args(call);
            self.denied -= usize::from(denies);
        } else {
            self.here().refer(Target::Function(id), call.func.bytes());
            let args = self.args(call);
            if self.any_machine(&args) {
                // A text beside the machine may be what the helper looks for there.
                self.reading(COMPARED, |walker| {
                    let texts = call.args.iter().filter(|arg| matches!(arg, Expr::Text(..) | Expr::Ident(_)));
                    texts.for_each(|text| drop(walker.expr(text)));
                });
            }
            self.pass_arguments(id, call);
        }
        results(self.function_results(id))
    }

    /// A function or a method of our own is given the arguments of a call.
    fn pass_arguments(&mut self, id: usize, call: &'a Call) {
        let data = &self.index.functions[id];
        let params = &data.decl.signature.params;
        for (at, arg) in call.args.iter().enumerate() {
            if let Some(param) = params.get(at).or(params.last()) {
                self.pass_argument(data.file, &param.typ, arg);
            }
        }
    }

    pub(super) fn factory(&mut self, name: &str, call: &'a Call) -> Type<'a> {
        let end = call.func.bytes().end;
        let factory = Factory {
            name: name.to_owned(),
            name_bytes: end - name.len()..end,
            bytes: call.bytes.clone(),
            parens: Some(call.parens.clone()),
            listed: false,
        };
        self.here().factories.push(factory);
        self.args(call);
        Type::Role(VMI)
    }

    pub(super) fn outside_function(&mut self, path: &str, call: &'a Call) -> Type<'a> {
        if self.is_factory_path(path) {
            let name = path.rsplit("::").next().unwrap_or(path);
            return self.factory(name, call);
        }
        let entry = self.table.function(path);
        let how = match path.rsplit("::").next() {
            Some("Expect") => EXPECTED,
            Some(_) if path.contains("::gomega") => COMPARED,
            _ => "",
        };
        let denies = entry.is_some_and(|entry| entry.denies);
        self.denied += usize::from(denies);
        let before = self.here().touches.len();
        let mut each_asks = true;
        let args: Vec<Type<'_>> = self.reading(how, |walker| {
            let one = |arg| {
                let before = walker.here().touches.len();
                let typ = walker.expr(arg);
                each_asks &= walker.asks_since(before);
                typ
            };
            call.args.iter().map(one).collect()
        });
        self.denied -= usize::from(denies);
        if !each_asks && matches!(path.rsplit_once("gomega::"), Some((_, "Or" | "SatisfyAny"))) {
            // What is one of several is not asked for where another of them will do.
            let touches = self.here().touches.split_off(before);
            let kept = touches.into_iter().filter(|touch| !matches!(touch.what, Touch::Name(_)));
            self.here().touches.extend(kept);
        }
        if let Some(entry) = entry.filter(|entry| !entry.unknown) {
            self.touch(Touch::Function(path.to_owned()), call.func.bytes());
            return given(&entry.gives);
        }
        if entry.is_some() || self.any_machine(&args) {
            let mut parts = path.rsplit("::");
            let name = parts.next().unwrap_or(path);
            let package = parts.next().map_or_else(String::new, |package| format!("{package}."));
            self.open(format!("what `{package}{name}` does"), call.func.bytes());
        }
        Type::Unknown
    }

    /// Whether something was touched that asks for anything.
    fn asks_since(&mut self, before: usize) -> bool {
        let table = self.table;
        let touches = &self.here().touches[before..];
        touches.iter().any(|touch| table.judge(&touch.what).is_some_and(|entry| !entry.requires.is_empty()))
    }

    pub(super) fn builtin(&mut self, name: &str, call: &'a Call) -> Type<'a> {
        let args: Vec<Type<'a>> = match name {
            // What is counted is read as its number is.
            "len" | "cap" => call.args.iter().map(|arg| self.expr(arg)).collect(),
            _ => self.args(call),
        };
        match (name, call.args.first()) {
            ("append", _) => args.into_iter().next().unwrap_or(Type::Unknown),
            ("new" | "make", Some(typ)) => self.type_of(typ),
            _ => Type::Plain,
        }
    }

    pub(super) fn method(&mut self, x: &'a Expr, name: &'a str, call: &'a Call) -> Type<'a> {
        let typ = self.expr(x);
        let bytes = call.func.bytes();
        self.read(x, name, self.reading, bytes.end - name.len()..bytes.end);
        let args = self.args(call);
        match self.with_role(self.index.underlying(typ)) {
            Type::Own(id) => {
                if let Some(method) = self.index.method(id, name) {
                    self.pass_arguments(method, call);
                }
                self.own_method(id, name, bytes, &args)
            }
            Type::Role(role) => self.role_method(role, name, bytes),
            Type::Outside(..) | Type::Plain | Type::List(_) | Type::Func(_) | Type::Tuple(_) => {
                self.unknown_method(name, bytes, &args, false)
            }
            Type::Unknown => self.unknown_method(name, bytes, &args, true),
        }
    }

    pub(super) fn own_method(
        &mut self,
        id: usize,
        name: &'a str,
        bytes: Bytes,
        args: &[Type<'a>],
    ) -> Type<'a> {
        if let Some(method) = self.index.method(id, name) {
            self.here().refer(Target::Function(method), bytes);
            return results(self.function_results(method));
        }
        if let Some(declared) = self.index.declared(id, name) {
            // Any type may be behind an interface.
            for method in self.index.methods_named(name) {
                self.here().refer(Target::Function(*method), bytes.clone());
            }
            return self.with_role(results(declared));
        }
        if let Some(field) = self.index.field(id, name) {
            return match self.index.underlying(field) {
                Type::Func(list) => self.with_role(results(list)),
                _ => Type::Unknown,
            };
        }
        let outside = self.index.outside(id);
        let unknown = !outside.is_empty();
        for inner in outside {
            if let Type::Role(role) = self.with_role(inner)
                && self.table.method(role, name).is_some()
            {
                return self.role_method(role, name, bytes);
            }
        }
        self.unknown_method(name, bytes, args, unknown)
    }

    pub(super) fn role_method(&mut self, role: &'a str, name: &str, bytes: Bytes) -> Type<'a> {
        let Some(entry) = self.table.method(role, name) else {
            self.open(format!("what `{name}` asks of the guest"), bytes);
            return Type::Unknown;
        };
        self.touch(Touch::Call { on: role.to_owned(), name: name.to_owned() }, bytes);
        if matches!(entry.gives[..], [ref same] if same == "self") {
            return Type::Role(role);
        }
        given(&entry.gives)
    }

    /// A method of something from outside, or of something that is not known at all.
    pub(super) fn unknown_method(
        &mut self,
        name: &'a str,
        bytes: Bytes,
        args: &[Type<'a>],
        unknown: bool,
    ) -> Type<'a> {
        if unknown {
            self.here().weak.push((name.to_owned(), bytes.clone()));
            let table = self.table;
            let of_roles: Vec<_> = table.methods_named(name).filter(|entry| entry.on != ANY).collect();
            if let Some(first) = of_roles.first()
                && of_roles.iter().all(|entry| !entry.requires.is_empty())
            {
                self.touch(Touch::Call { on: first.on.clone(), name: name.to_owned() }, bytes);
                return given(&first.gives);
            }
            // The clients' own accessors have names of their own.
            if let [one] = of_roles[..]
                && !one.gives.is_empty()
            {
                return given(&one.gives);
            }
        }
        if self.any_machine(args) && self.table.method(ANY, name).is_none() {
            self.open(format!("what `{name}` does with the machine"), bytes);
        }
        Type::Unknown
    }

    pub(super) fn node(&mut self, kind: Kind, pending: bool, call: &'a Call) {
        let unit = self.new_unit(call.bytes.clone());
        let (text, text_bytes) = match call.args.first() {
            Some(first) if !matches!(kind, Kind::Setup | Kind::Suite) => (text_of(first), first.bytes()),
            _ => (String::new(), call.func.bytes()),
        };
        let pending = pending || call.args.iter().any(|arg| is_word(arg, ginkgo::PENDING));
        let takes_checks = match kind {
            Kind::Table | Kind::Subtree => {
                call.args.iter().find_map(|arg| self.takes_check(arg)).unwrap_or_default()
            }
            _ => self.takes_checks.clone(),
        };
        let before = std::mem::replace(&mut self.takes_checks, takes_checks);
        self.within(unit, |walker| {
            for (at, arg) in call.args.iter().enumerate() {
                walker.expr(arg);
                if kind == Kind::Entry && walker.may_be_check(at, call.args.len()) {
                    walker.open_unknown_function(arg);
                }
            }
        });
        self.takes_checks = before;
        if kind == Kind::Table {
            self.choose_entries(unit);
        }
        let text_bytes = first_text(call).unwrap_or(text_bytes);
        let node = Node { kind, text, text_bytes, bytes: call.bytes.clone(), pending, unit };
        self.here().nodes.push(node);
    }
}

/// The type of what a call returns, by the roles that the table gives.
pub(super) fn given<'a>(gives: &'a [String]) -> Type<'a> {
    let one = |role: &'a String| if role.is_empty() { Type::Unknown } else { Type::Role(role.as_str()) };
    match gives {
        [] => Type::Unknown,
        [role] => one(role),
        several => Type::Tuple(several.iter().map(one).collect()),
    }
}

/// The text of a node, as far as it is written: of a call its first argument, of a sum its parts.
pub(super) fn text_of(expr: &Expr) -> String {
    match expr {
        Expr::Text(text, _) => text.clone(),
        Expr::Binary(x, y, true) => text_of(x) + &text_of(y),
        Expr::Call(call) => call.args.first().map_or_else(String::new, text_of),
        _ => String::new(),
    }
}

fn first_text(call: &Call) -> Option<Bytes> {
    match call.args.first()? {
        Expr::Text(_, bytes) => Some(bytes.clone()),
        Expr::Call(inner) => first_text(inner),
        _ => None,
    }
}

fn is_word(expr: &Expr, word: &str) -> bool {
    match expr {
        Expr::Ident(ident) => ident.name == word,
        Expr::Selector(_, name) => name.name == word,
        _ => false,
    }
}
