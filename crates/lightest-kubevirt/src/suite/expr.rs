//! Expressions: their types, and what they touch.

use super::calls::{VMI, given};
use super::index::Import;
use super::names::join;
use super::scope::Local;
use super::types::{Member, Type};
use super::unit::{Factory, Target, Touch};
use super::walk::{Walker, one_of};
use crate::go::tree::{Bytes, Element, Expr};
use crate::table::{COMPARED, EXPECTED};

impl<'a> Walker<'a, '_> {
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Type<'a> {
        match expr {
            Expr::Ident(ident) => self.ident(&ident.name, &ident.bytes),
            Expr::Selector(x, name) => self.selector(x, &name.name, expr.bytes()),
            Expr::Call(call) => self.call(call),
            Expr::Text(text, bytes) => {
                if self.table.judge(&Touch::Text(text.clone())).is_some() {
                    self.touch(Touch::Text(text.clone()), bytes.clone());
                }
                self.compared(text, bytes);
                Type::Plain
            }
            Expr::Literal(..) => Type::Plain,
            Expr::Func(func) => self.reading("", |walker| walker.closure(func)),
            Expr::Composite(typ, elements, _) => self.composite(typ.as_deref(), elements),
            Expr::Index(x, list, _) => {
                let counted = matches!(&list[..], [one] if self.is_number(one));
                // What is counted through, whatever there is, counts on nothing.
                let how = match self.reading {
                    _ if counted => "index",
                    "write" => "write",
                    _ => "",
                };
                if let [Expr::Selector(_, key)] = &list[..] {
                    self.read(x, &key.name, self.reading, key.bytes.clone());
                }
                let typ = self.reading(how, |walker| walker.expr(x));
                self.reading("", |walker| {
                    for index in list {
                        walker.expr(index);
                    }
                });
                typ.element()
            }
            Expr::Slice(x, list, _) => {
                let typ = self.expr(x);
                for index in list {
                    self.expr(index);
                }
                typ
            }
            Expr::Reference(x, _) => self.expr(x),
            Expr::Unary(x, _) => match self.expr(x) {
                // `<-x`; of other operators the operand is plain.
                Type::List(inner) => *inner,
                other => other,
            },
            Expr::Binary(x, y, adds) => {
                for (operand, other) in [(x, y), (y, x)] {
                    let how = match &**other {
                        _ if *adds => self.reading,
                        Expr::Literal(..) => EXPECTED,
                        _ => COMPARED,
                    };
                    self.reading(how, |walker| walker.expr(operand));
                }
                Type::Plain
            }
            Expr::Assert(x, typ, _) => {
                self.expr(x);
                typ.as_ref().map_or(Type::Unknown, |typ| self.type_of(typ))
            }
            Expr::Container(..)
            | Expr::FuncType(..)
            | Expr::Struct(..)
            | Expr::Interface(..)
            | Expr::Ellipsis(..) => Type::Unknown,
        }
    }

    pub(super) fn ident(&mut self, name: &'a str, bytes: &Bytes) -> Type<'a> {
        if let Some(local) = self.scopes.find(name) {
            self.here().refer(Target::Local(local), bytes.clone());
            self.read_local(local, bytes);
            return self.scopes.locals[local].typ.clone();
        }
        let member = self.index.member(self.file, name);
        self.member(member, bytes.clone())
    }

    /// A variable that stands for a field, or for a text.
    fn read_local(&mut self, local: usize, bytes: &Bytes) {
        let Local { path, text, .. } = &self.scopes.locals[local];
        let text = *text;
        if matches!(self.reading, "index" | EXPECTED) && !path.is_empty() {
            let read = Touch::Read { path: path.clone(), how: self.reading };
            if self.table.judge(&read).is_some() {
                self.touch(read, bytes.clone());
            }
        }
        if let Some(text) = text {
            self.compared(text, bytes);
        }
    }

    /// A text that something may be compared with.
    fn compared(&mut self, text: &str, bytes: &Bytes) {
        let compared = Touch::Compared(text.to_owned());
        if self.reading == COMPARED && self.table.judge(&compared).is_some() {
            self.touch(compared, bytes.clone());
        }
    }

    /// A field that is read, or what a field contains under a name.
    pub(super) fn read(&mut self, x: &Expr, name: &str, how: &'static str, bytes: Bytes) {
        if self.table.is_read(name) {
            let read = Touch::Read { path: join_fields(self.path_of(x), name), how };
            if self.table.judge(&read).is_some() {
                self.touch(read, bytes);
            }
        }
    }

    /// The fields that lead to a value, from where they start or from what a variable stands for.
    pub(super) fn path_of(&self, x: &Expr) -> String {
        match x {
            Expr::Ident(ident) => {
                let local = self.scopes.find(&ident.name);
                local.map_or_else(String::new, |local| self.scopes.locals[local].path.clone())
            }
            Expr::Selector(before, name) => join_fields(self.path_of(before), &name.name),
            Expr::Index(x, ..) | Expr::Reference(x, _) => self.path_of(x),
            _ => String::new(),
        }
    }

    /// Whether an index is one number, written or a constant's.
    fn is_number(&self, index: &Expr) -> bool {
        match index {
            Expr::Literal(..) => true,
            Expr::Binary(x, y, _) => self.is_number(x) && self.is_number(y),
            Expr::Ident(ident) => match self.scopes.find(&ident.name) {
                Some(local) => self.scopes.locals[local].constant,
                None => matches!(
                    self.index.member(self.file, &ident.name),
                    Some(Member::Variable(id)) if self.index.variables[id].decl.constant
                ),
            },
            _ => false,
        }
    }

    pub(super) fn member(&mut self, member: Option<Member>, bytes: Bytes) -> Type<'a> {
        match member {
            Some(Member::Function(id)) => {
                if self.is_factory(id) {
                    let name = self.index.functions[id].decl.name.name.clone();
                    let name_bytes = bytes.end - name.len()..bytes.end;
                    self.here().factories.push(Factory {
                        name,
                        name_bytes,
                        bytes,
                        parens: None,
                        listed: false,
                    });
                } else if let Some(path) = self.known_helper(id) {
                    self.touch(Touch::Function(path), bytes);
                } else {
                    self.here().refer(Target::Function(id), bytes);
                }
                self.function_type(id)
            }
            Some(Member::Variable(id)) => {
                self.here().refer(Target::Variable(id), bytes.clone());
                let data = &self.index.variables[id];
                match (&data.decl.typ, one_of(data.decl, data.position)) {
                    (Some(typ), _) => self.with_role(self.index.type_of(data.file, typ)),
                    (None, Some(Expr::Func(func))) => {
                        let results = &func.signature.results;
                        Type::Func(
                            results
                                .iter()
                                .map(|r| self.with_role(self.index.type_of(data.file, &r.typ)))
                                .collect(),
                        )
                    }
                    (None, Some(Expr::Composite(Some(typ), ..))) => {
                        self.with_role(self.index.type_of(data.file, typ))
                    }
                    (None, Some(Expr::Text(text, _))) => {
                        self.compared(text, &bytes);
                        Type::Plain
                    }
                    (None, Some(Expr::Literal(..))) => Type::Plain,
                    _ => Type::Unknown,
                }
            }
            Some(Member::Type(_)) | None => Type::Unknown,
        }
    }

    pub(super) fn selector(&mut self, x: &'a Expr, name: &'a str, bytes: Bytes) -> Type<'a> {
        match self.qualified(x) {
            Some(Import::Own(package)) => {
                let member = self.index.packages[package].members.get(name).copied();
                return self.member(member, bytes);
            }
            Some(Import::Outside(path)) => {
                let path = join(path, name);
                if self.denied == 0 && self.table.judge(&Touch::Name(path.clone())).is_some() {
                    self.touch(Touch::Name(path.clone()), bytes.clone());
                }
                // A function that is handed on.
                if self.table.function(&path).is_some_and(|entry| !entry.requires.is_empty()) {
                    self.touch(Touch::Function(path), bytes);
                }
                return Type::Unknown;
            }
            None => {}
        }
        let how = self.reading;
        // What lies before the last field of a chain is read whatever is done with that.
        let typ = self.reading(if how == "index" { "" } else { how }, |walker| walker.expr(x));
        let field = bytes.end - name.len()..bytes.end;
        self.read(x, name, how, field);
        match self.with_role(self.index.underlying(typ)) {
            Type::Own(id) => {
                if let Some(method) = self.index.method(id, name) {
                    self.here().refer(Target::Function(method), bytes);
                    return self.function_type(method);
                }
                let field = self.index.field(id, name);
                field.map_or(Type::Unknown, |field| self.with_role(field))
            }
            Type::Role(role) => {
                // A method that is handed on.
                if let Some(entry) = self.table.method(role, name) {
                    let given = given(&entry.gives);
                    self.touch(Touch::Call { on: role.to_owned(), name: name.to_owned() }, bytes);
                    return given;
                }
                Type::Unknown
            }
            _ => Type::Unknown,
        }
    }

    pub(super) fn composite(&mut self, typ: Option<&'a Expr>, elements: &'a [Element]) -> Type<'a> {
        let known = typ.map(|typ| self.type_of(typ));
        let keyed_by_field = !matches!(typ, Some(Expr::Container(..)));
        let record = typ.map_or_else(String::new, short);
        let before = self.here().factories.len();
        let mut has_machine = false;
        for (at, element) in elements.iter().enumerate() {
            if let Some(Type::Own(id)) = known {
                self.fill(id, at, element);
            }
            if let Some(typ @ Expr::Container(..)) = typ {
                self.pass_argument(self.file, typ, &element.value);
            }
            match &element.key {
                Some(Expr::Ident(field)) if keyed_by_field && self.scopes.find(&field.name).is_none() => {
                    self.set(&record, &field.name, Some(&element.value), field.bytes.clone());
                }
                Some(key) => {
                    self.expr(key);
                }
                None => {}
            }
            let typ = self.expr(&element.value);
            has_machine |= self.contains_machine(&typ);
        }
        choose(&mut self.here().factories[before..]);
        match known {
            Some(known @ (Type::Own(_) | Type::Role(_))) => known,
            // What is given such a value is given the machine.
            Some(known) if !has_machine || self.contains_machine(&known) => known,
            _ if has_machine => Type::List(Box::new(Type::Role(VMI))),
            _ => Type::Unknown,
        }
    }

    /// A field of a structure of our own is set.
    fn fill(&mut self, id: usize, at: usize, element: &'a Element) {
        let data = &self.index.types[id];
        let Expr::Struct(fields, _) = &data.decl.typ else { return };
        let field = match &element.key {
            Some(Expr::Ident(key)) => {
                fields.iter().find(|field| field.name.as_ref().is_some_and(|name| name.name == key.name))
            }
            Some(_) => None,
            None => fields.get(at),
        };
        if let Some(field) = field {
            self.pass_argument(data.file, &field.typ, &element.value);
        }
    }
}

/// Fields, and one more.
fn join_fields(path: String, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Where several guests stand side by side, the author chose each of them.
pub(super) fn choose(factories: &mut [Factory]) {
    let differ = factories.iter().any(|factory| factory.name != factories[0].name);
    factories.iter_mut().for_each(|factory| factory.listed |= differ);
}

/// The last field that an expression names: `Containers` of `pod.Spec.Containers[0]`.
pub(super) fn last_field(expr: &Expr) -> &str {
    match expr {
        Expr::Selector(_, name) => &name.name,
        Expr::Index(x, ..) | Expr::Reference(x, _) => last_field(x),
        _ => "",
    }
}

/// A value in few words: texts and the last part of names.
pub(super) fn short(expr: &Expr) -> String {
    match expr {
        Expr::Text(text, _) => text.clone(),
        Expr::Literal(text, _) => text.clone(),
        Expr::Ident(ident) => ident.name.clone(),
        Expr::Selector(_, name) => name.name.clone(),
        Expr::Reference(x, _) => short(x),
        Expr::Composite(Some(typ), ..) => short(typ),
        Expr::Call(call) => short(&call.func),
        _ => String::new(),
    }
}
