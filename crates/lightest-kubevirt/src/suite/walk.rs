//! Walks bodies: what they touch, what they refer to, and where they get their guests.

use super::expr::{last_field, short};
use super::index::Index;
use super::scope::Scopes;
use super::types::{Member, Type};
use super::unit::{Open, Target, Touch, Touched, Unit};
use crate::go::tree::{Block, Bytes, Expr, FuncLit, Signature, Stmt, Variables};
use crate::table::{COMPARED, EXPECTED, Table};

/// The usages of every body of a suite.
pub(crate) struct Walked {
    pub(crate) units: Vec<Unit>,
    /// The unit of each function.
    pub(crate) functions: Vec<usize>,
    /// The unit of each variable of a package.
    pub(crate) variables: Vec<usize>,
    /// The values of each local variable.
    pub(crate) locals: Vec<Vec<(Target, Bytes)>>,
}

/// Walks everything.
pub(crate) fn walk(index: &Index<'_>, table: &Table, factories: &Factories<'_>) -> Walked {
    let mut walker = Walker {
        index,
        table,
        factories,
        units: Vec::new(),
        scopes: Scopes::default(),
        file: 0,
        unit: 0,
        denied: 0,
        reading: "",
        takes_checks: Vec::new(),
        assigned: Vec::new(),
    };
    let functions = (0..index.functions.len()).map(|id| walker.function(id)).collect();
    let variables = (0..index.variables.len()).map(|id| walker.variable(id)).collect();
    let locals = walker.scopes.locals.into_iter().map(|local| local.values).collect();
    let mut walked = Walked { units: walker.units, functions, variables, locals };
    walked.join(&index.again, &walker.assigned);
    walked
}

impl Walked {
    /// What a name stands for may be declared several times, and a variable be given a function elsewhere.
    fn join(&mut self, again: &[(Member, Member)], assigned: &[(usize, usize)]) {
        let target = |member: Member| match member {
            Member::Function(id) => Some((self.functions[id], Target::Function(id))),
            Member::Variable(id) => Some((self.variables[id], Target::Variable(id))),
            Member::Type(_) => None,
        };
        let twins = again.iter().filter_map(|(last, before)| Some((target(*last)?.0, target(*before)?.1)));
        let given = assigned.iter().map(|(variable, unit)| (self.variables[*variable], Target::Unit(*unit)));
        let all: Vec<(usize, Target)> = twins.chain(given).collect();
        for (unit, target) in all {
            let unit = &mut self.units[unit];
            unit.refer(target, unit.bytes.clone());
        }
    }
}

/// Which functions make guests.
pub(crate) struct Factories<'a> {
    /// The end of their package's path.
    pub(crate) package: &'a str,
    /// Their names.
    pub(crate) names: Vec<&'a str>,
}

pub(super) struct Walker<'a, 't> {
    pub(super) index: &'t Index<'a>,
    pub(super) table: &'a Table,
    pub(super) factories: &'t Factories<'t>,
    pub(super) units: Vec<Unit>,
    pub(super) scopes: Scopes<'a>,
    pub(super) file: usize,
    pub(super) unit: usize,
    /// How many calls around this place name what must not be there.
    pub(super) denied: usize,
    /// How the fields here are read: `index`, `expect`, `write`, or nothing in particular.
    pub(super) reading: &'static str,
    /// Which arguments of the table around this place are functions that get a machine.
    pub(super) takes_checks: Vec<bool>,
    /// Variables of packages that are given functions, each with the unit that does it.
    pub(super) assigned: Vec<(usize, usize)>,
}

impl<'a> Walker<'a, '_> {
    pub(super) fn here(&mut self) -> &mut Unit {
        &mut self.units[self.unit]
    }

    pub(super) fn new_unit(&mut self, bytes: Bytes) -> usize {
        self.units.push(Unit { file: self.file, bytes, ..Unit::default() });
        self.units.len() - 1
    }

    /// Does something within a unit.
    pub(super) fn within<T>(&mut self, unit: usize, run: impl FnOnce(&mut Self) -> T) -> T {
        let (before, denied, reading) = (self.unit, self.denied, self.reading);
        (self.unit, self.denied, self.reading) = (unit, 0, "");
        let result = run(self);
        (self.unit, self.denied, self.reading) = (before, denied, reading);
        result
    }

    pub(super) fn reading<T>(&mut self, how: &'static str, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.reading, how);
        let result = run(self);
        self.reading = before;
        result
    }

    pub(super) fn touch(&mut self, what: Touch, bytes: Bytes) {
        self.here().touches.push(Touched { what, bytes });
    }

    pub(super) fn open(&mut self, what: String, bytes: Bytes) {
        self.here().opens.push(Open { what, bytes });
    }

    // --- the top of a file -------------------------------------------------------------------------------------------

    pub(super) fn function(&mut self, id: usize) -> usize {
        let data = &self.index.functions[id];
        self.file = data.file;
        let name = data.decl.name.bytes.clone();
        let unit = self.new_unit(name.start..data.decl.body.as_ref().map_or(name.end, |body| body.bytes.end));
        let Some(body) = &data.decl.body else {
            self.units[unit].opens.push(Open {
                what: "a function without a body".to_owned(),
                bytes: data.decl.name.bytes.clone(),
            });
            return unit;
        };
        self.scopes.enter();
        if let Some(receiver) = &data.decl.receiver {
            let typ = self.type_of(&receiver.typ);
            if let Some(name) = &receiver.name {
                self.scopes.declare(&name.name, typ);
            }
        }
        self.within(unit, |walker| {
            walker.params(&data.decl.signature);
            walker.block(body);
        });
        self.scopes.leave();
        unit
    }

    pub(super) fn variable(&mut self, id: usize) -> usize {
        let data = &self.index.variables[id];
        self.file = data.file;
        let unit = self.new_unit(all_of(data.decl));
        self.scopes.enter();
        self.within(unit, |walker| {
            if let Some(value) = one_of(data.decl, data.position) {
                walker.expr(value);
            }
        });
        self.scopes.leave();
        unit
    }

    pub(super) fn params(&mut self, signature: &'a Signature) {
        for param in signature.params.iter().chain(&signature.results) {
            let typ = self.type_of(&param.typ);
            if let Some(name) = &param.name {
                self.scopes.declare(&name.name, typ);
            }
        }
    }

    /// The type that an expression names, with roles in place of the types that have one.
    pub(super) fn type_of(&self, expr: &'a Expr) -> Type<'a> {
        self.with_role(self.index.type_of(self.file, expr))
    }

    pub(super) fn with_role(&self, typ: Type<'a>) -> Type<'a> {
        match typ {
            Type::Outside(path, name) => {
                let role = self.table.role(&format!("{}::{name}", path.replace('/', "::")));
                role.map_or(Type::Outside(path, name), Type::Role)
            }
            Type::List(inner) => Type::List(Box::new(self.with_role(*inner))),
            Type::Func(list) => Type::Func(list.into_iter().map(|typ| self.with_role(typ)).collect()),
            Type::Tuple(list) => Type::Tuple(list.into_iter().map(|typ| self.with_role(typ)).collect()),
            other => other,
        }
    }

    // --- statements --------------------------------------------------------------------------------------------------

    pub(super) fn block(&mut self, block: &'a Block) {
        self.scopes.enter();
        self.stmts(&block.list);
        self.scopes.leave();
    }

    pub(super) fn stmts(&mut self, list: &'a [Stmt]) {
        for stmt in list {
            self.stmt(stmt);
        }
    }

    pub(super) fn stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Expr(expr) | Stmt::Step(expr) => {
                self.expr(expr);
            }
            Stmt::Assign(left, right, declares) => self.assign(left, right, *declares),
            Stmt::Declare(variables) => self.declare(variables),
            Stmt::Type(decl) => {
                self.scopes.declare(&decl.name.name, Type::Unknown);
            }
            Stmt::Return(list) => self.reading(EXPECTED, |walker| {
                // A matcher or a caller goes on with it.
                for expr in list {
                    walker.expr(expr);
                }
            }),
            Stmt::Block(block) => self.block(block),
            Stmt::If(init, cond, body, rest) => {
                self.scopes.enter();
                if let Some(init) = init {
                    self.stmt(init);
                }
                self.expr(cond);
                self.block(body);
                if let Some(rest) = rest {
                    self.stmt(rest);
                }
                self.scopes.leave();
            }
            Stmt::For(header, body) => {
                self.scopes.enter();
                self.stmts(header);
                self.block(body);
                self.scopes.leave();
            }
            Stmt::Range(left, expr, declares, body) => {
                self.scopes.enter();
                let typ = self.expr(expr);
                for (at, name) in left.iter().enumerate() {
                    let part = if at == 1 { typ.element() } else { Type::Unknown };
                    match name {
                        Expr::Ident(ident) if *declares => {
                            self.scopes.declare(&ident.name, part);
                        }
                        other => {
                            self.expr(other);
                        }
                    }
                }
                self.block(body);
                self.scopes.leave();
            }
            Stmt::Switch(head, clauses) => {
                self.scopes.enter();
                self.stmts(head);
                for clause in clauses {
                    self.scopes.enter();
                    self.reading(COMPARED, |walker| walker.stmts(&clause.head));
                    self.stmts(&clause.body);
                    self.scopes.leave();
                }
                self.scopes.leave();
            }
        }
    }

    pub(super) fn declare(&mut self, variables: &'a Variables) {
        let written = variables.typ.as_ref().map(|typ| self.type_of(typ));
        if variables.values.len() == variables.names.len() {
            for (name, value) in variables.names.iter().zip(&variables.values) {
                let (typ, values) = self.bound(value);
                let local = self.scopes.declare(&name.name, written.clone().unwrap_or(typ));
                self.scopes.locals[local].values.extend(values);
                self.scopes.locals[local].constant = variables.constant;
                self.describe(local, value);
                if let Some(typ) = &variables.typ {
                    self.pass_argument(self.file, typ, value);
                }
            }
            return;
        }
        let typ = variables.values.first().map_or(Type::Unknown, |value| self.expr(value));
        for (at, name) in variables.names.iter().enumerate() {
            let typ = written.clone().unwrap_or_else(|| typ.part(at));
            self.scopes.declare(&name.name, typ);
        }
    }

    pub(super) fn assign(&mut self, left: &'a [Expr], right: &'a [Expr], declares: bool) {
        if left.len() == right.len() {
            for (target, value) in left.iter().zip(right) {
                let (typ, values) = self.assigned(target, value);
                self.place(target, typ, values, declares, Some(value));
            }
            return;
        }
        let typ = right.first().map_or(Type::Unknown, |value| self.expr(value));
        for (at, target) in left.iter().enumerate() {
            self.place(target, typ.part(at), Vec::new(), declares, None);
        }
    }

    /// A value that is assigned. An append to a field does not count as reading the field.
    pub(super) fn assigned(&mut self, target: &'a Expr, value: &'a Expr) -> (Type<'a>, Vec<(Target, Bytes)>) {
        match (target, value) {
            (Expr::Selector(_, field), Expr::Call(call))
                if call.func.ident() == Some("append")
                    && matches!(call.args.first(), Some(Expr::Selector(_, own)) if own.name == field.name) =>
            {
                for (at, arg) in call.args.iter().enumerate() {
                    let how = if at == 0 { "write" } else { "" };
                    self.reading(how, |walker| walker.expr(arg));
                }
                (Type::Unknown, Vec::new())
            }
            _ => self.bound(value),
        }
    }

    /// What is assigned to: a variable is given its type and what it stands for, a field is set.
    pub(super) fn place(
        &mut self,
        target: &'a Expr,
        typ: Type<'a>,
        values: Vec<(Target, Bytes)>,
        declares: bool,
        value: Option<&'a Expr>,
    ) {
        match target {
            Expr::Ident(ident) => {
                let known = if declares {
                    self.scopes.find_innermost(&ident.name)
                } else {
                    self.scopes.find(&ident.name)
                };
                if let Some(local) = known {
                    let local = &mut self.scopes.locals[local];
                    if local.typ == Type::Unknown {
                        local.typ = typ;
                    }
                    local.values.extend(values);
                    let typ = local.typ.clone();
                    self.given_to(typ, value);
                } else if declares {
                    let local = self.scopes.declare(&ident.name, typ);
                    self.scopes.locals[local].values.extend(values);
                    if let Some(value) = value {
                        self.describe(local, value);
                    }
                } else {
                    // A variable of the package: whoever assigns a function to it may call it.
                    for (value, bytes) in values {
                        self.here().refer(value, bytes);
                    }
                    self.give(&ident.name, value);
                }
            }
            other => {
                if let Expr::Selector(x, field) = other {
                    self.set(last_field(x), &field.name, value, field.bytes.clone());
                }
                if let Expr::Index(x, list, bytes) = other
                    && let [Expr::Selector(_, key)] = &list[..]
                {
                    self.set(last_field(x), &key.name, value, bytes.clone());
                }
                for (value, bytes) in values {
                    self.here().refer(value, bytes);
                }
                let typ = self.reading("write", |walker| walker.expr(other));
                self.given_to(typ, value);
            }
        }
    }

    /// A variable, a field or an element that exists is given something: whoever calls it calls that.
    fn given_to(&mut self, typ: Type<'a>, value: Option<&'a Expr>) {
        if let (Type::Func(_), Some(value)) = (self.index.underlying(typ), value) {
            self.open_unknown_function(value);
        }
    }

    /// The value in a variable's declaration.
    fn describe(&mut self, local: usize, value: &'a Expr) {
        let path = match value {
            Expr::Selector(..) | Expr::Reference(..) => last_names(&self.path_of(value)).to_owned(),
            _ => String::new(),
        };
        let local = &mut self.scopes.locals[local];
        local.path = path;
        if let Expr::Text(text, _) = value {
            local.text = Some(text);
        }
    }

    /// A variable of the package is given something: if that is a function, whoever calls the variable calls it.
    fn give(&mut self, name: &str, value: Option<&'a Expr>) {
        let Some(Member::Variable(id)) = self.index.member(self.file, name) else { return };
        let data = &self.index.variables[id];
        let Some(typ) = &data.decl.typ else { return };
        if matches!(self.index.underlying(self.index.type_of(data.file, typ)), Type::Func(_)) {
            self.assigned.push((id, self.unit));
            if let Some(value) = value {
                self.pass_argument(data.file, typ, value);
            }
        }
    }

    pub(super) fn set(&mut self, of: &str, field: &str, value: Option<&'a Expr>, bytes: Bytes) {
        let value = value.map_or_else(String::new, short);
        self.touch(Touch::Field { of: of.to_owned(), name: field.to_owned(), value }, bytes);
    }

    /// A value that a name may come to stand for: functions are reached where the name is used.
    pub(super) fn bound(&mut self, value: &'a Expr) -> (Type<'a>, Vec<(Target, Bytes)>) {
        match value {
            Expr::Func(func) => {
                let unit = self.new_unit(func.bytes.clone());
                let typ = self.within(unit, |walker| walker.closure(func));
                (typ, vec![(Target::Unit(unit), func.bytes.clone())])
            }
            Expr::Ident(ident) => {
                if let Some(local) = self.scopes.find(&ident.name) {
                    let typ = self.scopes.locals[local].typ.clone();
                    return (typ, vec![(Target::Local(local), ident.bytes.clone())]);
                }
                match self.index.member(self.file, &ident.name) {
                    Some(Member::Function(id)) if self.is_followed(id) => {
                        (self.function_type(id), vec![(Target::Function(id), ident.bytes.clone())])
                    }
                    _ => (self.expr(value), Vec::new()),
                }
            }
            Expr::Selector(x, name) => {
                match self.qualified(x).and_then(|import| self.member_of(import, &name.name)) {
                    Some(Member::Function(id)) if self.is_followed(id) => {
                        (self.function_type(id), vec![(Target::Function(id), value.bytes())])
                    }
                    _ => (self.expr(value), Vec::new()),
                }
            }
            _ => (self.expr(value), Vec::new()),
        }
    }

    pub(super) fn closure(&mut self, func: &'a FuncLit) -> Type<'a> {
        self.scopes.enter();
        self.params(&func.signature);
        self.block(&func.body);
        self.scopes.leave();
        Type::Func(func.signature.results.iter().map(|result| self.type_of(&result.typ)).collect())
    }

    pub(super) fn function_type(&self, id: usize) -> Type<'a> {
        Type::Func(self.function_results(id))
    }

    pub(super) fn function_results(&self, id: usize) -> Vec<Type<'a>> {
        let data = &self.index.functions[id];
        let of = |expr| self.with_role(self.index.type_of(data.file, expr));
        data.decl.signature.results.iter().map(|result| of(&result.typ)).collect()
    }
}

/// From the first name of a declaration to its last value.
fn all_of(decl: &Variables) -> Bytes {
    let start = decl.names.first().map_or(0, |name| name.bytes.start);
    let names = decl.names.iter().map(|name| name.bytes.end);
    let end = names.chain(decl.values.iter().map(|value| value.bytes().end)).max();
    start..end.unwrap_or(start)
}

/// The value of one of the variables that are declared together.
pub(super) fn one_of(decl: &Variables, position: usize) -> Option<&Expr> {
    if decl.values.len() == decl.names.len() { decl.values.get(position) } else { decl.values.first() }
}

/// The end of a path, which is what entries are about.
fn last_names(path: &str) -> &str {
    /// More names than any entry has.
    const NAMES: usize = 8;
    path.rmatch_indices('.').nth(NAMES - 1).map_or(path, |(at, _)| &path[at + 1..])
}
