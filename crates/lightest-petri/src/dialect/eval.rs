//! What an expression stands for, and what it touches on the way.

use super::flow::{condition, pattern_of};
use super::script::paths;
use super::tree::{Arm, Bytes, Expr};
use super::values::{Value, of_type};
use super::walk::Walk;
use lightest_lint::calls::{Kind, ends_with_path};
use lightest_lint::facts::{Branch, What};

/// Methods of the language and its common crates that hand on what they are called on.
const HANDS_ON: [&str; 30] = [
    "as_deref",
    "as_mut",
    "as_ref",
    "as_str",
    "borrow",
    "borrow_mut",
    "boxed",
    "clone",
    "cloned",
    "context",
    "deref",
    "display",
    "expect",
    "fuse",
    "into",
    "into_owned",
    "map_err",
    "ok",
    "ok_or",
    "ok_or_else",
    "take",
    "to_owned",
    "to_string",
    "trim",
    "unwrap",
    "unwrap_or_default",
    "unwrap_or_else",
    "with_context",
    "as_path",
    "join",
];

/// Functions of the language that let go of their argument.
const CONSUMES: [&str; 5] = ["drop", "mem::drop", "std::mem::drop", "mem::forget", "std::mem::forget"];

/// How methods of builders begin.
const BUILDS: [&str; 4] = ["with_", "without_", "add_", "modify_backend"];

/// Functions of the language that hand on their argument.
const WRAPS: [&str; 8] =
    ["Some", "Ok", "Box::new", "Arc::new", "Rc::new", "Box::pin", "anyhow::Ok", "Cow::Borrowed"];

impl<'w, 't> Walk<'w, 't> {
    /// What an expression stands for.
    pub(super) fn eval(&mut self, expr: &'t Expr) -> Value<'t> {
        if !self.step() {
            return Value::Unknown;
        }
        match expr {
            Expr::Text { value, .. } => Value::Text(value.clone()),
            Expr::Path { path, span } => self.path(path, span),
            Expr::Call { callee, args, span } => self.call(callee, args, span),
            Expr::Method { receiver, name, name_span, args } => self.method(receiver, name, name_span, args),
            Expr::Field { base, name, name_span } => self.field(base, name, name_span),
            Expr::Macro { path, args, span } => self.macro_call(path, args, span),
            Expr::Record { path, path_span, fields } => self.record(path, path_span, fields),
            Expr::Tuple(parts) => Value::Many(parts.iter().map(|part| self.eval(part)).collect()),
            Expr::Closure { params, body } => {
                Value::Closure(params, body, self.frames.len().saturating_sub(1))
            }
            Expr::Block(parts) => {
                let mut last = Value::Unknown;
                for part in parts {
                    last = self.eval(part);
                }
                last
            }
            Expr::Statement(inner) => {
                let value = self.eval(inner);
                self.let_go(value);
                Value::Unknown
            }
            Expr::Let { pattern, ty, value, otherwise } => {
                let mut value = value.as_ref().map_or(Value::Unknown, |value| self.eval(value));
                if let (Value::Unknown, Some(ty)) = (&value, ty) {
                    value = of_type(ty, self.table, self.package, self.owner());
                }
                self.bind(pattern, value);
                if let Some(otherwise) = otherwise {
                    self.eval(otherwise);
                }
                Value::Unknown
            }
            Expr::Assign { target, value } => self.assign(target, value),
            Expr::Match { scrutinee, arms } => self.match_arms(scrutinee, arms),
            Expr::If { condition: test, then, otherwise } => {
                self.eval(test);
                let branches = condition(test, self.table);
                let value = self.inside(&branches, |walk| walk.eval(then));
                let other = match (otherwise, &branches[..]) {
                    (None, _) => Value::Unknown,
                    (Some(otherwise), [one]) => {
                        let not = [Branch { otherwise: !one.otherwise, ..one.clone() }];
                        self.inside(&not, |walk| walk.eval(otherwise))
                    }
                    (Some(otherwise), _) => self.eval(otherwise),
                };
                if matches!(value, Value::Unknown) { other } else { value }
            }
            Expr::Equal { left, right, .. } | Expr::And(left, right) => {
                self.eval(left);
                self.eval(right);
                Value::Unknown
            }
            Expr::Not(inner) => {
                self.eval(inner);
                Value::Unknown
            }
            Expr::Loop { pattern, head, body } => {
                let head = head.as_ref().map_or(Value::Unknown, |head| self.eval(head));
                if let Some(pattern) = pattern {
                    let role = if head.matters(self.table) { head } else { Value::Unknown };
                    self.bind(pattern, role);
                }
                self.eval(body);
                Value::Unknown
            }
            Expr::Return(value) => {
                let value = value.as_ref().map_or(Value::Unknown, |value| self.eval(value));
                if let Some(frame) = self.frames.last_mut()
                    && matches!(frame.returned, Value::Unknown)
                {
                    frame.returned = value;
                }
                Value::Unknown
            }
            Expr::Parts(parts) => {
                let mut last = Value::Unknown;
                for part in parts {
                    let value = self.eval(part);
                    last = self.let_go(value);
                }
                if parts.len() == 1 { last } else { Value::Unknown }
            }
        }
    }

    /// A closure that is made and not handed to anything known runs sometime.
    fn let_go(&mut self, value: Value<'t>) -> Value<'t> {
        match value {
            Value::Closure(params, body, frame) => self.closure(params, body, frame, Vec::new()),
            value => value,
        }
    }

    fn inside<T>(&mut self, branches: &[Branch], run: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.within.len();
        self.within.extend_from_slice(branches);
        let result = run(self);
        self.within.truncate(before);
        result
    }

    fn match_arms(&mut self, scrutinee: &'t Expr, arms: &'t [Arm]) -> Value<'t> {
        let subject = self.eval(scrutinee);
        let mut earlier = Vec::new();
        let mut value = Value::Unknown;
        for arm in arms {
            let branch = match pattern_of(&arm.pattern, self.table) {
                Some(when) => {
                    earlier.extend(when.clone());
                    Some(Branch { when, otherwise: false })
                }
                None if !earlier.is_empty() => Some(Branch { when: earlier.clone(), otherwise: true }),
                None => None,
            };
            let found = self.inside(branch.as_slice(), |walk| {
                walk.bind(&arm.pattern, subject.clone());
                if let Some(guard) = &arm.guard {
                    walk.eval(guard);
                }
                walk.eval(&arm.body)
            });
            if matches!(value, Value::Unknown) {
                value = found;
            }
        }
        value
    }

    fn path(&mut self, path: &'t str, span: &Bytes) -> Value<'t> {
        if let Some(value) = self.frame().and_then(|frame| frame.names.get(path)) {
            return value.clone();
        }
        self.name(path, span);
        let from = self.file();
        if let Some((_, constant)) = self.package.constant(path, from) {
            return match constant {
                Expr::Text { value, .. } => Value::Text(value.clone()),
                _ => Value::Unknown,
            };
        }
        Value::Unknown
    }

    /// Writes a name down where the table knows it.
    fn name(&mut self, path: &str, span: &Bytes) {
        if self.table.named(Kind::Name, path).is_some() {
            self.see(What::Name(path.to_owned()), span.clone());
        }
    }

    /// Evaluates arguments; closures stay closures.
    fn args(&mut self, args: &'t [Expr]) -> Vec<Value<'t>> {
        args.iter().map(|arg| self.eval(arg)).collect()
    }

    fn call(&mut self, callee: &'t Expr, args: &'t [Expr], span: &Bytes) -> Value<'t> {
        let Expr::Path { path, .. } = callee else {
            let callee = self.eval(callee);
            let values = self.args(args);
            return match callee {
                Value::Closure(params, body, frame) => self.closure(params, body, frame, values),
                _ => self.unfollowed(values, span, || "a function value".to_owned()),
            };
        };
        let values = self.args(args);
        if let Some(Value::Closure(params, body, frame)) =
            self.frame().and_then(|frame| frame.names.get(path.as_str())).cloned()
        {
            return self.closure(params, body, frame, values);
        }
        if WRAPS.iter().any(|wraps| ends_with_path(path, wraps)) {
            return values.into_iter().next().map_or(Value::Unknown, |value| self.let_go(value));
        }
        self.name(path, span);
        if CONSUMES.contains(&path.as_str()) {
            return Value::Unknown;
        }
        let table = self.table;
        if let Some(entry) = table.function(path) {
            self.see(What::Function(path.clone()), span.clone());
            self.run_closures(values, args, entry.closure.as_deref());
            return given(&entry.gives, Value::Unknown);
        }
        let (from, owner) = (self.file(), self.owner());
        if let Some((file, function)) = self.package.function(path, from, owner) {
            return self.function(file, function, values, Some(span.clone()));
        }
        self.unfollowed(values, span, || format!("`{path}`"))
    }

    /// Values that go where the walk does not.
    fn unfollowed(&mut self, values: Vec<Value<'t>>, span: &Bytes, to: impl FnOnce() -> String) -> Value<'t> {
        if let Some(role) = values.iter().find(|value| value.matters(self.table)) {
            let role = role.role().unwrap_or("value").to_owned();
            self.open(span.clone(), format!("{}, which gets the {role}", to()));
        }
        for value in values {
            self.let_go(value);
        }
        Value::Unknown
    }

    /// Walks through closures, and functions named in their place, with a role for their parameter.
    fn run_closures(&mut self, values: Vec<Value<'t>>, args: &'t [Expr], role: Option<&str>) {
        for (value, arg) in values.into_iter().zip(args) {
            let given = || role.map_or_else(Vec::new, |role| vec![Value::Role(role.to_owned())]);
            match value {
                Value::Closure(params, body, frame) => {
                    self.closure(params, body, frame, given());
                }
                Value::Unknown => {
                    if let (Expr::Path { path, span }, Some(_)) = (arg, role) {
                        let (from, owner) = (self.file(), self.owner());
                        if let Some((file, function)) = self.package.function(path, from, owner) {
                            self.function(file, function, given(), Some(span.clone()));
                        } else {
                            self.open(span.clone(), format!("`{path}`, which is handed over"));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn method(
        &mut self,
        receiver: &'t Expr,
        name: &'t str,
        name_span: &Bytes,
        args: &'t [Expr],
    ) -> Value<'t> {
        let value = self.eval(receiver);
        let values = self.args_flat(args);
        if let Value::Command(command) = &value
            && matches!(name, "arg" | "args")
        {
            return self.lengthen(command.clone(), &values);
        }
        let Some(role) = value.role().map(str::to_owned).filter(|role| self.table.is_role(role)) else {
            return self.method_of_other(value, name, name_span, values, args);
        };
        let texts: Vec<String> = values
            .iter()
            .zip(args)
            .filter_map(|(value, arg)| match (value, arg) {
                (Value::Text(text), _) => Some(text.clone()),
                (_, Expr::Path { path, .. }) => Some(path.clone()),
                _ => None,
            })
            .collect();
        let what = What::Call { on: role.clone(), name: name.to_owned(), texts: texts.clone() };
        let table = self.table;
        let Some(entry) = table.judge(&what).or_else(|| table.call(&role, name)) else {
            if HANDS_ON.contains(&name) {
                self.run_closures(values, args, None);
                return value;
            }
            if let Some((file, function)) = self.package.method(&role, name, self.file()) {
                return self.function(file, function, vec![value], Some(name_span.clone()));
            }
            self.open(name_span.clone(), format!("`{name}` of the {role}"));
            self.run_closures(values, args, None);
            return Value::Unknown;
        };
        for text in &texts {
            self.path_in_guest(&role, text, name_span);
        }
        self.see(what, name_span.clone());
        if entry.tolerates
            && let Value::Command(command) = &value
        {
            for index in &command.sightings {
                self.sightings[*index].tolerated = true;
            }
        }
        self.run_closures(values, args, entry.closure.as_deref());
        if entry.gives.is_empty() && BUILDS.iter().any(|start| name.starts_with(start)) {
            // A builder's method gives the builder back.
            return value;
        }
        given(&entry.gives, value)
    }

    fn method_of_other(
        &mut self,
        value: Value<'t>,
        name: &'t str,
        name_span: &Bytes,
        values: Vec<Value<'t>>,
        args: &'t [Expr],
    ) -> Value<'t> {
        if let Value::Typed(ty, _) = &value
            && let Some((file, function)) = self.package.method(ty, name, self.file())
        {
            let mut all = vec![value.clone()];
            all.extend(values);
            return self.function(file, function, all, Some(name_span.clone()));
        }
        if HANDS_ON.contains(&name) && !matches!(value, Value::Unknown | Value::Closure(..)) {
            self.run_closures(values, args, None);
            return if name == "join" { Value::Unknown } else { value };
        }
        if matches!(value, Value::Unknown) {
            // A method that always asks for something, of a thing that was lost on the way here.
            if name.contains('_') && self.table.always_asks(name) {
                self.open(name_span.clone(), format!("what `{name}` is called on"));
            }
        }
        self.let_go(value);
        self.unfollowed(values, name_span, || format!("`{name}`"))
    }

    fn field(&mut self, base: &'t Expr, name: &'t str, name_span: &Bytes) -> Value<'t> {
        let base = self.eval(base);
        match base {
            Value::Many(parts) => {
                name.parse::<usize>().ok().and_then(|at| parts.get(at).cloned()).unwrap_or(Value::Unknown)
            }
            Value::Typed(ty, fields) => {
                let known = fields.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value);
                match known.unwrap_or(Value::Unknown) {
                    Value::Unknown => {
                        self.package.field(&ty, name, self.file()).map_or(Value::Unknown, |field| {
                            of_type(field, self.table, self.package, self.owner())
                        })
                    }
                    value => value,
                }
            }
            Value::Role(role) if self.table.is_role(&role) => {
                let what = What::Field { of: role, name: name.to_owned(), value: String::new() };
                self.see(what, name_span.clone());
                Value::Unknown
            }
            _ => Value::Unknown,
        }
    }

    fn assign(&mut self, target: &'t Expr, value: &'t Expr) -> Value<'t> {
        let value = self.eval(value);
        match target {
            Expr::Path { path, .. } => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.names.insert(path, value);
                }
            }
            target => {
                self.eval(target);
                self.let_go(value);
            }
        }
        Value::Unknown
    }

    fn record(&mut self, path: &'t str, span: &Bytes, fields: &'t [(String, Bytes, Expr)]) -> Value<'t> {
        self.name(path, span);
        let name = path.rsplit("::").next().unwrap_or_default();
        let own = if name == "Self" { self.owner().unwrap_or_default() } else { name };
        let local = self.package.has_type(own);
        let mut known = Vec::new();
        for (field, bytes, value) in fields {
            let value = self.eval(value);
            let text = self.sources.get(self.file()).and_then(|source| source.text.get(bytes.clone()));
            let text: String = text
                .and_then(|text| text.split_once(':'))
                .map(|(_, text)| text.chars().filter(|c| !c.is_whitespace()).collect())
                .unwrap_or_default();
            let what = What::Field { of: name.to_owned(), name: field.clone(), value: text };
            if self.table.judge(&what).is_some() {
                self.see(what, bytes.clone());
            }
            if value.matters(self.table) && !local {
                self.open(bytes.clone(), format!("`{name}`, which keeps what it gets"));
            }
            let value = self.let_go(value);
            known.push((field.as_str(), value));
        }
        if local { Value::Typed(own.to_owned(), known) } else { Value::Unknown }
    }

    /// Arguments, with those of an array one by one.
    fn args_flat(&mut self, args: &'t [Expr]) -> Vec<Value<'t>> {
        args.iter()
            .map(|arg| match arg {
                Expr::Parts(parts) if parts.len() > 1 => {
                    Value::Many(parts.iter().map(|part| self.eval(part)).collect())
                }
                arg => self.eval(arg),
            })
            .collect()
    }

    /// Writes down the paths of a text that is handed to a shell or an agent.
    pub(super) fn path_in_guest(&mut self, role: &str, text: &str, span: &Bytes) {
        let system = match role {
            "unix-shell" | "agent" => "unix-shell",
            "windows-shell" => role,
            "vtl2-shell" | "vtl2-agent" => "vtl2-shell",
            _ => return,
        };
        for path in paths(system, text) {
            self.see(What::Path { system: system.to_owned(), path }, span.clone());
        }
    }
}

/// What a call gives: a role, several as a tuple, the receiver itself, or nothing that matters.
fn given<'t>(gives: &[String], receiver: Value<'t>) -> Value<'t> {
    match gives {
        [] => Value::Unknown,
        [one] if one == "self" => receiver,
        [one] => Value::Role(one.clone()),
        many => Value::Many(many.iter().map(|role| Value::Role(role.clone())).collect()),
    }
}
