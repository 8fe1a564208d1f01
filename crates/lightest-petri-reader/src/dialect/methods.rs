//! Methods of values with a role. Each ends in an entry of the table, in a function of the package that is followed, or
//! unresolved, which keeps the role.

use std::rc::Rc;

use super::language::BUILDS;
use super::macros::texts_of;
use super::tree::{Bytes, Expr};
use super::values::{COMMAND, Command, Value};
use super::walk::Walk;
use lightest_lint::calls::Entry;
use lightest_lint::facts::UsageKind;

/// The receiver of table entries about methods of the language that any value has.
const ANY: &str = "any";
/// The receiver of table entries about methods of collections.
const COLLECTION: &str = "collection";
/// Methods that put their arguments into what they are called on.
const PUTS: [&str; 12] = [
    "push",
    "push_back",
    "push_front",
    "insert",
    "extend",
    "append",
    "replace",
    "set",
    "push_str",
    "get_or_insert",
    "get_or_insert_with",
    "get_or_init",
];

impl<'w, 't> Walk<'w, 't> {
    pub(super) fn method(
        &mut self,
        receiver: &'t Expr,
        name: &'t str,
        name_span: &Bytes,
        args: &'t [Expr],
    ) -> Value<'t> {
        let value = self.eval(receiver);
        let values = self.args(args);
        self.here = name_span.clone();
        if PUTS.contains(&name) && !matches!(value, Value::Role(_) | Value::Lost(_) | Value::Command(_)) {
            for value in values.clone() {
                let value = match value {
                    value @ (Value::Closure(_) | Value::Function(..)) => {
                        self.each(value, &mut |walk, value| match value {
                            Value::Closure(closure) => walk.closure(&closure, Vec::new()),
                            value => value,
                        })
                    }
                    value => value,
                };
                self.put(receiver, value.element(), name_span, name);
            }
            return value.or(Value::Many(values)).element();
        }
        let call = Method { receiver, name, name_span, args, values };
        let is_command = matches!(value, Value::Command(_));
        let made = self.each(value, &mut |walk, value| walk.method_of(value, &call));
        if is_command && matches!((&made, receiver), (Value::Command(_), Expr::Path { .. })) {
            // A command may be put together in place.
            self.write(receiver, made.clone(), name_span);
        }
        made
    }

    fn method_of(&mut self, value: Value<'t>, call: &Method<'_, 't>) -> Value<'t> {
        match value {
            Value::Role(role) => {
                let name = self.role_of(&role);
                self.role_method(Value::Role(role), &name, call)
            }
            Value::Command(command) if matches!(call.name, "arg" | "args") => {
                self.lengthen(*command, &call.values)
            }
            Value::Command(_) => self.role_method(value, COMMAND, call),
            Value::Lost(role) => {
                // The method may show what it is.
                let table = self.table;
                let known = if table.call(&role, call.name).is_some() {
                    Some(&*role)
                } else {
                    table.only_role_with(call.name).or_else(|| table.made_with(&role, call.name))
                };
                match known {
                    Some(role) => self.role_method(Value::role(role), role, call),
                    None => {
                        self.unknown_closures(&role, call);
                        Value::Lost(role)
                    }
                }
            }
            Value::Typed(ty, fields) => self.typed_method(ty, fields, call),
            Value::Truth(truth) if matches!(call.name, "then" | "then_some") => {
                self.inside(&truth.then, |walk| {
                    walk.conditional += 1;
                    let guarded = usize::from(!truth.known);
                    walk.guarded += guarded;
                    let value = walk.other_method(Value::PLAIN, call);
                    walk.guarded -= guarded;
                    walk.conditional -= 1;
                    Value::PLAIN.or_within(truth.then.clone(), value)
                })
            }
            value => self.other_method(value, call),
        }
    }

    /// A method of something with a role.
    fn role_method(&mut self, value: Value<'t>, role: &str, call: &Method<'_, 't>) -> Value<'t> {
        let Method { name, name_span, args, values, receiver } = call;
        let texts: Vec<String> = values
            .iter()
            .zip(*args)
            .filter_map(|(value, arg)| match (value, arg) {
                (Value::Text(text), _) => Some(text.clone()),
                (_, Expr::Path { path, .. }) => Some(path.clone()),
                _ => None,
            })
            .collect();
        let what = UsageKind::Call { on: role.to_owned(), name: (*name).to_owned(), texts: texts.clone() };
        let table = self.table;
        if let Some(entry) = table.judge(&what).or_else(|| table.call(role, name)) {
            if let Some(Value::Text(text)) = entry.mounts.and_then(|place| values.get(place)) {
                self.mounts.push(text.trim_end_matches('/').to_owned());
            }
            // The path of a program is recorded with its command line.
            let starts = entry.gives.first().is_some_and(|gives| gives == COMMAND);
            for text in texts.iter().filter(|_| !starts) {
                self.path_in_guest(role, name, text, name_span);
            }
            self.see(what, (*name_span).clone());
            return self.known_method(entry, value, role, call);
        }
        let part = !table.has_calls(role);
        let language = table.call(ANY, name).or_else(|| part.then(|| table.call(COLLECTION, name)).flatten());
        if let Some(entry) = language {
            return self.language_method(entry, value, call);
        }
        for ty in table.types_of(role) {
            if let Some((file, function)) = self.package.method(ty, name, self.file()) {
                let mut all = vec![value];
                all.extend(values.iter().cloned());
                return self.follow(file, function, all, args, Some(receiver), name_span);
            }
        }
        if let Some((file, function)) = self.package.provided(name) {
            let mut all = vec![value];
            all.extend(values.iter().cloned());
            return self.follow(file, function, all, args, Some(receiver), name_span);
        }
        self.open((*name_span).clone(), format!("`{name}` of the {role}"));
        self.unknown_closures(role, call);
        Value::Lost(Rc::from(role))
    }

    fn known_method(
        &mut self,
        entry: &Entry,
        value: Value<'t>,
        role: &str,
        call: &Method<'_, 't>,
    ) -> Value<'t> {
        if entry.tolerates
            && let Value::Command(command) = &value
        {
            for index in &command.usages {
                if let Some(usage) = self.usages.get_mut(*index) {
                    usage.tolerated = true;
                }
            }
        }
        let mut returned = Value::PLAIN;
        for argument in &call.values {
            let mut words = Vec::new();
            argument.words(&mut words);
            if !words.is_empty() {
                self.feed(Value::made_of([argument]));
            }
            let is_closure = matches!(argument, Value::Closure(_) | Value::Function(..) | Value::Either(_));
            if is_closure {
                let what = format!("what `{}` of the {role} gives its closure", call.name);
                returned = returned.or(self.run_closure(argument.clone(), entry, &value, &what));
            } else {
                self.release(argument.clone());
            }
        }
        let value = match (&entry.becomes, value) {
            (Some(becomes), Value::Role(own)) => {
                self.become_(own.identity, becomes, role, call.name_span);
                Value::Role(own)
            }
            (Some(becomes), Value::Command(command)) => self.elsewhere(*command, becomes),
            (_, value) => value,
        };
        if entry.gives.first().is_some_and(|gives| gives == COMMAND) && !matches!(value, Value::Command(_)) {
            return self.started(role, call);
        }
        if entry.gives.is_empty() && BUILDS.iter().any(|start| call.name.starts_with(start)) {
            // A builder's method gives the builder back.
            return value;
        }
        self.given(&entry.gives, value)
    }

    /// A command that runs in another system than the one that started it.
    fn elsewhere(&mut self, mut command: Command, becomes: &str) -> Value<'t> {
        for index in &command.usages {
            if let Some(UsageKind::Program { system, .. } | UsageKind::Path { system, .. }) =
                self.usages.get_mut(*index).map(|usage| &mut usage.what)
            {
                becomes.clone_into(system);
            }
        }
        becomes.clone_into(&mut command.system);
        Value::Command(Box::new(command))
    }

    /// Changes the role of what a method was called on.
    fn become_(&mut self, identity: Option<usize>, becomes: &str, role: &str, span: &Bytes) {
        let conditional = self.conditional;
        let known = identity.and_then(|identity| self.identities.get_mut(identity));
        match known {
            Some((name, made)) => {
                let sometimes = conditional > *made;
                *name = Rc::from(becomes);
                if sometimes {
                    self.open(span.clone(), format!("a {role} that only sometimes becomes a {becomes}"));
                }
            }
            None => self.open(span.clone(), format!("the {role} that becomes a {becomes}")),
        }
    }

    /// A command that a method starts, by its first text.
    fn started(&mut self, role: &str, call: &Method<'_, 't>) -> Value<'t> {
        let mut lines = call.values.first().map_or_else(Vec::new, texts_of);
        if lines.is_empty() {
            lines.push((Vec::new(), "{}".to_owned()));
        }
        let mut made = Value::PLAIN;
        for (within, line) in lines {
            let value = self.inside(&within, |walk| walk.start(role, line, call.name_span));
            made = made.or_within(within, value);
        }
        made
    }

    /// A command that starts with this line.
    fn start(&mut self, role: &str, line: String, span: &Bytes) -> Value<'t> {
        let system = match role {
            // An agent of a guest whose system is not known.
            "agent" => {
                let known = |system: &str| {
                    let what = UsageKind::Program {
                        system: system.to_owned(),
                        name: line.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
                        line: line.clone(),
                    };
                    self.table.judge(&what).is_some()
                };
                if known("windows-shell") && !known("unix-shell") { "windows-shell" } else { "unix-shell" }
            }
            "vtl2-agent" => "vtl2-shell",
            role => role,
        };
        let command =
            Command { line, span: self.span(span.clone()), system: system.to_owned(), usages: Vec::new() };
        self.run(command)
    }

    /// A method of the language.
    fn language_method(&mut self, entry: &Entry, value: Value<'t>, call: &Method<'_, 't>) -> Value<'t> {
        let mut result = match &entry.gives[..] {
            [_] if call.name == "enumerate" => {
                Value::Many(vec![Value::Many(vec![Value::PLAIN, value.clone().element()])])
            }
            [one] if one == "self" => value.clone(),
            [one] if one == "element" => value.clone().element(),
            _ => Value::made_of([&value]),
        };
        let fed = value.carries().is_some() && !self.hands_on(entry);
        for argument in &call.values {
            match argument {
                Value::Closure(_) | Value::Function(..) => {
                    let what = format!("what `{}` gives its closure", call.name);
                    let made = self.run_closure(argument.clone(), entry, &value, &what);
                    result = result.or(made);
                }
                argument if fed => self.feed(argument.clone()),
                argument => {
                    self.release(argument.clone());
                    if argument.carries().is_some() {
                        result = result.or(argument.clone());
                    }
                }
            }
        }
        result
    }

    fn hands_on(&self, entry: &Entry) -> bool {
        entry.gives.first().is_some_and(|gives| gives == "self") && entry.on == ANY
    }

    /// A method of a value of the package's own types.
    fn typed_method(
        &mut self,
        ty: Rc<str>,
        fields: Vec<(Rc<str>, Value<'t>)>,
        call: &Method<'_, 't>,
    ) -> Value<'t> {
        let name = call.name;
        let value = Value::Typed(Rc::clone(&ty), fields);
        let found = self.package.method(&ty, name, self.file()).or_else(|| self.package.provided(name));
        if let Some((file, function)) = found {
            let mut all = vec![value];
            all.extend(call.values.iter().cloned());
            return self.follow(file, function, all, call.args, Some(call.receiver), call.name_span);
        }
        if let Some(entry) = self.table.call(ANY, name) {
            return self.language_method(entry, value, call);
        }
        let role = value.carries().map(Rc::from);
        if let Some(role) = &role {
            self.open(call.name_span.clone(), format!("`{name}` of `{ty}`, which contains the {role}"));
        }
        for argument in &call.values {
            self.escape(argument.clone(), call.name_span, || format!("`{name}`"));
        }
        role.map_or(Value::PLAIN, Value::Lost)
    }

    /// A method of something without a role.
    fn other_method(&mut self, value: Value<'t>, call: &Method<'_, 't>) -> Value<'t> {
        let name = call.name;
        let entry = self.table.call(ANY, name).or_else(|| self.table.call(COLLECTION, name));
        if let Some(entry) = entry {
            let value =
                if matches!(value, Value::Many(_)) && entry.closure.is_none() && entry.gives.is_empty() {
                    Value::made_of([&value])
                } else {
                    value
                };
            return match (&value, name) {
                (
                    Value::Text(text),
                    "trim" | "to_string" | "to_owned" | "into" | "as_str" | "clone" | "as_ref",
                ) => Value::Text(text.clone()),
                _ => self.language_method(entry, value, call),
            };
        }
        if let Value::Plain(_) = value
            && name.contains('_')
            && self.table.always_asks(name)
        {
            // A method that always asks for something, of a thing that was lost on the way here.
            self.open(call.name_span.clone(), format!("what `{name}` is called on"));
        }
        let mut all = vec![value];
        all.extend(call.values.iter().cloned());
        let made = Value::made_of(&all);
        let carries = all.iter().find_map(|value| value.carries().map(Rc::from));
        for value in all {
            self.escape(value, call.name_span, || format!("`{name}`"));
        }
        carries.map_or(made, Value::Lost)
    }

    /// Walks through the closures of a call that is not known.
    fn unknown_closures(&mut self, role: &str, call: &Method<'_, 't>) {
        for argument in &call.values {
            let value = self.each(argument.clone(), &mut |walk, value| match value {
                Value::Closure(closure) => {
                    let args = vec![Value::Lost(Rc::from(role)); closure.params.len()];
                    walk.closure(&closure, args)
                }
                value => value,
            });
            self.feed(value);
        }
    }
}

/// A call of a method.
struct Method<'c, 't> {
    receiver: &'t Expr,
    name: &'t str,
    name_span: &'c Bytes,
    args: &'t [Expr],
    values: Vec<Value<'t>>,
}
