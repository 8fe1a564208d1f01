//! Calls of functions. Each ends in an entry of the table, in a function of the package that is followed, or unresolved.

use std::rc::Rc;

use super::language::is_harmless;
use super::script::paths;
use super::tree::{Bytes, Expr, Function};
use super::values::{COMMAND, Value};
use super::walk::Walk;
use lightest_lint::calls::{Entry, last_segment};
use lightest_lint::facts::UsageKind;

impl<'w, 't> Walk<'w, 't> {
    pub(super) fn call(&mut self, callee: &'t Expr, args: &'t [Expr], span: &Bytes) -> Value<'t> {
        let Expr::Path { path, .. } = callee else {
            let callee = self.eval(callee);
            let values = self.args(args);
            return self.call_value(callee, values, args, span, "a function value");
        };
        if let Some(value) = self.value_of(path).cloned() {
            let values = self.args(args);
            return self.call_value(value, values, args, span, path);
        }
        let values = self.args(args);
        self.here = span.clone();
        let table = self.table;
        let entry = table.function(path);
        let asks = entry.is_some_and(|entry| !entry.requires.is_empty());
        let (from, owner) = (self.file(), self.owner());
        let own = self.package.function(path, from, owner);
        if let Some((file, function)) = own.filter(|_| !asks) {
            return self.follow(file, function, values, args, None, span);
        }
        if let Some(entry) = entry {
            if asks {
                self.see(UsageKind::Function(path.clone()), span.clone());
            }
            if let ("drop" | "mem::drop" | "std::mem::drop", Some(Value::Role(role))) =
                (path.as_str(), values.first())
            {
                self.gone(&role.name, span);
            }
            return self.known_function(entry, values);
        }
        if let Some(own) = self.local_type(path) {
            let fields = values.into_iter().enumerate();
            return Value::Typed(own, fields.map(|(at, value)| (Rc::from(at.to_string()), value)).collect());
        }
        if is_harmless(path) && !last_segment(path).starts_with(char::is_lowercase) {
            // `Some(x)`, `Ok(x)`, `Err(x)`: its contents.
            return values.into_iter().next().unwrap_or(Value::PLAIN);
        }
        match self.name(path, span) {
            Some(Value::Role(role)) => {
                // `Type::new(..)` of something with a role.
                let name = last_segment(path);
                let what =
                    UsageKind::Call { on: role.name.to_string(), name: name.to_owned(), texts: Vec::new() };
                if table.judge(&what).is_some() {
                    self.see(what, span.clone());
                } else if name != "default" && !self.table.is_record(&role.name) {
                    self.open(span.clone(), format!("`{path}`"));
                }
                values.into_iter().for_each(|value| self.feed(value));
                Value::Role(role)
            }
            Some(_) => {
                let made = Value::made_of(&values);
                for value in values {
                    self.escape(value, span, || format!("`{path}`"));
                }
                made
            }
            None => {
                let made = Value::made_of(&values);
                let made = if is_harmless(path) {
                    made
                } else {
                    made.with(self.span(span.clone()), format!("`{path}`"))
                };
                for value in values {
                    self.escape(value, span, || format!("`{path}`"));
                }
                made
            }
        }
    }

    /// Calls the value of a variable or an expression.
    fn call_value(
        &mut self,
        callee: Value<'t>,
        values: Vec<Value<'t>>,
        args: &'t [Expr],
        span: &Bytes,
        name: &str,
    ) -> Value<'t> {
        self.each(callee, &mut |walk, callee| match callee {
            Value::Closure(closure) => walk.closure(&closure, values.clone()),
            Value::Function(file, function) => walk.follow(file, function, values.clone(), args, None, span),
            Value::Role(_) | Value::Lost(_) | Value::Command(_) => {
                let role = callee.carries().unwrap_or_default().to_owned();
                walk.open(span.clone(), format!("a call of the {role}"));
                values.iter().cloned().for_each(|value| walk.release(value));
                Value::Lost(Rc::from(role))
            }
            callee => {
                let mut all = vec![callee];
                all.extend(values.iter().cloned());
                let made = Value::made_of(&all);
                for value in all {
                    walk.escape(value, span, || format!("`{name}`"));
                }
                made
            }
        })
    }

    /// Follows a function of the package, and the values that it writes through its parameters.
    pub(super) fn follow(
        &mut self,
        file: usize,
        function: &'t Function,
        values: Vec<Value<'t>>,
        args: &'t [Expr],
        receiver: Option<&'t Expr>,
        span: &Bytes,
    ) -> Value<'t> {
        let before: Vec<Option<String>> =
            values.iter().map(|value| value.carries().map(str::to_owned)).collect();
        let places: Vec<&'t Expr> = receiver.into_iter().chain(args).collect();
        let moved = Self::moved(function, &places, &values);
        let (value, after) = self.function_with(file, function, values, Some(span.clone()));
        self.write_back(&places, &before, after);
        for role in moved.into_iter().filter(|role| !value.has_role(role)) {
            self.gone(&role, span);
        }
        value
    }

    /// The roles of the arguments that a function takes by value.
    fn moved(function: &Function, places: &[&Expr], values: &[Value<'t>]) -> Vec<Rc<str>> {
        let taken =
            function.params.iter().zip(places).zip(values).filter_map(|((param, place), value)| {
                match (place, value) {
                    (Expr::Path { .. }, Value::Role(role))
                        if param.ty != "Self" && !param.ty.starts_with('&') =>
                    {
                        Some(Rc::clone(&role.name))
                    }
                    _ => None,
                }
            });
        taken.collect()
    }

    /// Records that a value is consumed, where later code depends on it.
    fn gone(&mut self, role: &str, span: &Bytes) {
        let what = UsageKind::Call { on: role.to_owned(), name: "drop".to_owned(), texts: Vec::new() };
        if self.table.judge(&what).is_some() {
            self.see(what, span.clone());
        }
    }

    /// A function that the table knows.
    fn known_function(&mut self, entry: &Entry, values: Vec<Value<'t>>) -> Value<'t> {
        let inner = values.iter().cloned().fold(Value::PLAIN, |all, value| match value {
            Value::Closure(_) | Value::Function(..) => all,
            value => all.or(value),
        });
        let made = Value::made_of(&values);
        let mut returned = Value::PLAIN;
        for value in values {
            if matches!(value, Value::Closure(_) | Value::Function(..)) {
                returned = returned.or(self.run_closure(value, entry, &inner, "what its closure gets"));
            } else if !entry.requires.is_empty() {
                self.feed(value);
            } else {
                self.release(value);
            }
        }
        match &entry.gives[..] {
            [] => made,
            [one] if one == "self" => inner.or(returned),
            gives => self.given(gives, Value::PLAIN),
        }
    }

    /// Runs a closure that a known call is given.
    pub(super) fn run_closure(
        &mut self,
        value: Value<'t>,
        entry: &Entry,
        receiver: &Value<'t>,
        what: &str,
    ) -> Value<'t> {
        self.each(value, &mut |walk, value| {
            let params = match &value {
                Value::Closure(closure) => closure.params.len(),
                Value::Function(_, function) => function.params.len(),
                _ => return value,
            };
            let given = match entry.closure.as_deref() {
                Some("self") => receiver.clone().element(),
                Some("none") => Value::PLAIN,
                Some(role) => walk.make(role),
                None if params == 0 => Value::PLAIN,
                None => {
                    let carries: Rc<str> = Rc::from(receiver.carries().unwrap_or("closure"));
                    walk.open(walk.here.clone(), what.to_owned());
                    Value::Lost(carries)
                }
            };
            let args = vec![given; params];
            match value {
                Value::Closure(closure) => walk.closure(&closure, args),
                Value::Function(file, function) => {
                    let at = walk.here.clone();
                    walk.function(file, function, args, Some(at))
                }
                value => value,
            }
        })
    }

    /// Evaluates arguments; closures stay closures.
    pub(super) fn args(&mut self, args: &'t [Expr]) -> Vec<Value<'t>> {
        args.iter().map(|arg| self.eval(arg)).collect()
    }

    /// The value that a call returns: a role, several as a tuple, the receiver itself, or a plain value.
    pub(super) fn given(&mut self, gives: &[String], receiver: Value<'t>) -> Value<'t> {
        match gives {
            [] => Value::PLAIN,
            [one] if one == "self" => receiver,
            [one] => match receiver {
                Value::Command(command) if one == COMMAND => Value::Command(command),
                _ => self.make(one),
            },
            many => Value::Many(many.iter().map(|role| self.make(role)).collect()),
        }
    }

    /// The type of the package that a path names, or whose variant it names.
    pub(super) fn local_type(&self, path: &str) -> Option<Rc<str>> {
        let mut parts = path.rsplit("::");
        let (last, before) = (parts.next()?, parts.next());
        if last == "Self" || before == Some("Self") {
            return self.owner().map(Rc::from);
        }
        let known = |name: &&str| self.package.has_type(name);
        let constructs = last.starts_with(char::is_uppercase);
        Some(last).filter(known).or_else(|| before.filter(|name| constructs && known(name))).map(Rc::from)
    }

    /// Whether a path lies below one of the test's own mounts.
    pub(super) fn is_mounted(&self, path: &str) -> bool {
        self.mounts.iter().any(|mount| {
            path.strip_prefix(mount.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// Records the paths in a text for a shell or an agent.
    pub(super) fn path_in_guest(&mut self, role: &str, method: &str, text: &str, span: &Bytes) {
        let system = match role {
            "unix-shell" | "agent" => "unix-shell",
            // Only programs see another root: files are read as the agent sees them.
            "chroot-shell" if method != "change_dir" => "unix-shell",
            "windows-shell" | "chroot-shell" => role,
            "vtl2-shell" | "vtl2-agent" => "vtl2-shell",
            _ => return,
        };
        for path in paths(system, text) {
            if self.is_mounted(&path) {
                continue;
            }
            let what = self.path_of(system, path);
            self.see(what, span.clone());
        }
    }

    /// A path as a system has it, or as the one that it belongs to has it there.
    pub(super) fn path_of(&self, system: &str, path: String) -> UsageKind {
        let what = UsageKind::Path { system: system.to_owned(), path };
        match (self.table.judge(&what).and_then(|entry| entry.gives.first()), what) {
            (Some(owner), UsageKind::Path { path, .. }) => UsageKind::Path { system: owner.clone(), path },
            (_, what) => what,
        }
    }
}
