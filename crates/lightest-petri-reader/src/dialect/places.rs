//! Variables and other places that may be written to: a name keeps every value that it was ever assigned.

use std::rc::Rc;

use super::tree::{Bytes, Expr, Pattern};
use super::values::{Value, of_type};
use super::walk::Walk;
use lightest_lint::facts::UsageKind;

impl<'w, 't> Walk<'w, 't> {
    /// The slot of a variable.
    pub(super) fn slot(&self, name: &str) -> Option<usize> {
        let scope = &self.frame()?.scope;
        scope.iter().rev().find(|(known, _)| *known == name).map(|(_, slot)| *slot)
    }

    /// The contents of a variable.
    pub(super) fn value_of(&self, name: &str) -> Option<&Value<'t>> {
        self.slot(name).and_then(|slot| self.slots.get(slot))
    }

    pub(super) fn declare(&mut self, name: &'t str, value: Value<'t>) {
        let slot = self.slots.len();
        self.slots.push(value);
        if let Some(frame) = self.frames.last_mut() {
            frame.scope.push((name, slot));
        }
    }

    /// Adds to the contents of a variable.
    fn store(&mut self, slot: usize, value: Value<'t>) {
        let Some(place) = self.slots.get_mut(slot) else { return };
        let before = place.clone();
        let old = std::mem::replace(place, Value::PLAIN);
        let new = match (old, value) {
            (Value::Many(mut old), Value::Many(new)) if old.len() != new.len() => {
                old.extend(new);
                let many = Value::Many(old);
                if let Value::Many(parts) = &many
                    && parts.len() > 16
                {
                    Value::Many(vec![many.element()])
                } else {
                    many
                }
            }
            // A value of an earlier round may be replaced by one of which more is known.
            (Value::Typed(name, _), Value::Typed(other, fields)) if name == other => {
                Value::Typed(name, fields)
            }
            // One that got longer.
            (Value::Command(old), Value::Command(new)) if old.span == new.span => Value::Command(new),
            (old, new) => old.or(new),
        };
        self.changes += usize::from(!before.same_as(&new));
        if let Some(place) = self.slots.get_mut(slot) {
            *place = new;
        }
    }

    /// Gives names to values.
    pub(super) fn bind(&mut self, pattern: &'t Pattern, value: Value<'t>) {
        match pattern {
            Pattern::Bind(name) => self.declare(name, value),
            Pattern::Named(name, inner) => {
                self.declare(name, value.clone());
                self.bind(inner, value);
            }
            Pattern::Tuple(parts) | Pattern::Slice(parts) => self.bind_parts(parts, value),
            Pattern::Any(parts) => {
                for part in parts {
                    self.bind(part, value.clone());
                }
            }
            // `Some(x)`, `Ok(x)`: what is inside of what was followed.
            Pattern::Wrap(_, parts) if parts.len() != 1 => self.bind_parts(parts, value),
            Pattern::Wrap(_, parts) => {
                let inner = match value {
                    Value::Typed(ty, fields) if fields.iter().any(|(name, _)| &**name == "0") => {
                        self.field_of(Value::Typed(ty, fields), "0", &self.here.clone())
                    }
                    value => value,
                };
                for part in parts {
                    self.bind(part, inner.clone());
                }
            }
            Pattern::Record(fields) => {
                for (name, span, inner) in fields {
                    let part = self.each(value.clone(), &mut |walk, value| walk.field_of(value, name, span));
                    self.bind(inner, part);
                }
            }
            Pattern::Path(_) | Pattern::Rest | Pattern::Other => {}
        }
    }

    fn bind_parts(&mut self, patterns: &'t [Pattern], value: Value<'t>) {
        let rest = patterns.iter().position(|pattern| {
            matches!(pattern, Pattern::Rest)
                || matches!(pattern, Pattern::Named(_, inner) if matches!(**inner, Pattern::Rest))
        });
        let count = patterns.len() - usize::from(rest.is_some());
        let mut parts = self.parts(value, count, rest).into_iter();
        for (at, pattern) in patterns.iter().enumerate() {
            if rest == Some(at) {
                continue;
            }
            let part = parts.next().unwrap_or(Value::PLAIN);
            self.bind(pattern, part);
        }
    }

    /// The parts of a value: `count` of them, or as many at its ends where the pattern has a rest.
    fn parts(&mut self, value: Value<'t>, count: usize, rest: Option<usize>) -> Vec<Value<'t>> {
        match value {
            Value::Many(parts) if parts.len() == count => parts,
            Value::Many(parts) if rest.is_some() && parts.len() > count => {
                let front = rest.unwrap_or(0);
                let back = parts.len() - (count - front);
                let ends = parts.into_iter().enumerate().filter(|(at, _)| *at < front || *at >= back);
                ends.map(|(_, part)| part).collect()
            }
            many @ Value::Many(_) => vec![many.element(); count],
            Value::Typed(ty, fields) => (0..count)
                .map(|at| {
                    let here = self.here.clone();
                    self.field_of(Value::Typed(Rc::clone(&ty), fields.clone()), &at.to_string(), &here)
                })
                .collect(),
            Value::Role(role) => {
                let role = self.role_of(&role);
                self.open(self.here.clone(), format!("the parts of the {role}"));
                vec![Value::Lost(role); count]
            }
            Value::Either(values) => {
                let mut all = vec![Value::PLAIN; count];
                for (within, value) in values {
                    let parts = self.inside(&within, |walk| walk.parts(value, count, rest));
                    for (known, part) in all.iter_mut().zip(parts) {
                        let old = std::mem::replace(known, Value::PLAIN);
                        *known = old.or_within(within.clone(), part);
                    }
                }
                all
            }
            value @ (Value::Lost(_) | Value::Plain(_)) => vec![value; count],
            value => {
                self.release(value);
                vec![Value::PLAIN; count]
            }
        }
    }

    /// A field of a value.
    pub(super) fn field_of(&mut self, base: Value<'t>, name: &str, span: &Bytes) -> Value<'t> {
        match base {
            Value::Many(parts) => match name.parse::<usize>() {
                Ok(at) => parts.get(at).cloned().unwrap_or_else(|| Value::Many(parts).element()),
                Err(_) => Value::Many(parts).element(),
            },
            Value::Typed(ty, fields) => {
                let known = fields.into_iter().find(|(known, _)| **known == *name).map(|(_, value)| value);
                let declared = self.package.field(&ty, name, self.file());
                let declared = declared
                    .map_or(Value::PLAIN, |field| of_type(field, self.table, self.package, self.owner()));
                self.as_declared(known.unwrap_or(Value::PLAIN), declared)
            }
            Value::Role(role) => {
                let role = self.role_of(&role);
                self.role_field(&role, name, String::new(), span)
            }
            Value::Command(_) => self.role_field(super::values::COMMAND, name, String::new(), span),
            value @ (Value::Lost(_) | Value::Plain(_)) => value,
            Value::Either(values) => {
                self.each(Value::Either(values), &mut |walk, value| walk.field_of(value, name, span))
            }
            value => {
                self.release(value);
                Value::PLAIN
            }
        }
    }

    /// A field of something with a role: the table knows it, or the test is open.
    fn role_field(&mut self, role: &str, name: &str, text: String, span: &Bytes) -> Value<'t> {
        let what = UsageKind::Field { of: role.to_owned(), name: name.to_owned(), value: text };
        let table = self.table;
        let entry = table.judge(&what);
        let gives = entry.map(|entry| entry.gives.first().cloned());
        self.see(what, span.clone());
        match gives {
            None => Value::Lost(Rc::from(role)),
            Some(Some(role)) => Value::role(&role),
            // A part of something with a role has one, too.
            Some(None) => Value::role(&format!("{role}.{name}")),
        }
    }

    /// A text that takes the place of something that the table knows by what is done with it.
    fn overwritten(&mut self, slot: usize, value: &Value<'t>, span: &Bytes) {
        let (Some(Value::Role(role)), Value::Text(_)) = (self.slots.get(slot), value) else { return };
        let role = self.role_of(role);
        if self.table.has_calls(&role) {
            self.open(span.clone(), format!("what is written to the {role}"));
        }
    }

    pub(super) fn assign(&mut self, target: &'t Expr, value: &'t Expr, span: &Bytes) -> Value<'t> {
        let value = self.eval(value);
        self.write(target, value, span);
        Value::PLAIN
    }

    /// Writes a value to a place.
    pub(super) fn write(&mut self, target: &'t Expr, value: Value<'t>, span: &Bytes) {
        match target {
            Expr::Path { path, .. } => match self.slot(path) {
                Some(slot) => {
                    // What is written through a reference into something with a role.
                    if matches!(self.slots.get(slot), Some(Value::Role(_) | Value::Lost(_))) {
                        let mut words = Vec::new();
                        value.words(&mut words);
                        if !words.is_empty() {
                            self.feed(Value::made_of([&value]));
                        }
                        self.overwritten(slot, &value, span);
                    }
                    self.store(slot, value);
                }
                None => self.escape(value, span, || format!("`{path}`")),
            },
            Expr::Field { base, name, name_span } => {
                let text = self.source_text(span);
                let text = text.split_once('=').map_or("", |(_, text)| text);
                let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
                let within = self.eval(base);
                let mut own = None;
                let fed = std::cell::Cell::new(false);
                let result = self.each(within, &mut |walk, base| match base {
                    Value::Role(role) => {
                        let role = walk.role_of(&role);
                        fed.set(true);
                        walk.role_field(&role, name, text.clone(), name_span)
                    }
                    Value::Lost(role) => {
                        fed.set(true);
                        Value::Lost(role)
                    }
                    Value::Typed(ty, mut fields) => {
                        let known = fields.iter_mut().find(|(known, _)| **known == **name);
                        match known {
                            Some((_, old)) => *old = std::mem::replace(old, Value::PLAIN).or(value.clone()),
                            None => fields.push((Rc::from(name.as_str()), value.clone())),
                        }
                        own = Some(Value::Typed(ty, fields));
                        Value::PLAIN
                    }
                    _ => Value::PLAIN,
                });
                drop(result);
                match own {
                    Some(own) => self.write(base, own, span),
                    None if fed.get() => self.feed(value),
                    None => self.escape(value, span, || format!("the field `{name}`")),
                }
            }
            Expr::Index { base, index } => {
                let index = self.eval(index);
                self.release(index);
                self.put(base, value, span, "an index");
            }
            Expr::Tuple(targets) | Expr::Array(targets) => {
                let parts = self.parts(value, targets.len(), None);
                for (target, part) in targets.iter().zip(parts) {
                    self.write(target, part, span);
                }
            }
            Expr::Parts(parts) if parts.is_empty() => self.release(value),
            target => {
                let place = self.eval(target);
                if place.carries().is_some() {
                    self.feed(value);
                } else {
                    self.escape(value, span, || "a place that is not followed".to_owned());
                }
            }
        }
    }

    /// Puts a value into a collection.
    pub(super) fn put(&mut self, base: &'t Expr, value: Value<'t>, span: &Bytes, by: &str) {
        let slot = match base {
            Expr::Path { path, .. } => self.slot(path),
            _ => None,
        };
        match slot {
            Some(slot) => {
                let part = matches!(self.slots.get(slot), Some(Value::Role(_) | Value::Lost(_)));
                if part {
                    self.feed(value);
                } else if value.carries().is_some() || !value.is_nothing() {
                    self.store(slot, Value::Many(vec![value]));
                }
            }
            None if value.carries().is_none() && value.is_nothing() => {}
            None => match base {
                Expr::Field { .. } => {
                    let place = self.eval(base);
                    if matches!(place, Value::Role(_) | Value::Lost(_)) {
                        self.feed(value);
                    } else {
                        self.write(base, place.or(Value::Many(vec![value])), span);
                    }
                }
                base => {
                    let place = self.eval(base);
                    if place.carries().is_some() {
                        self.feed(value);
                    } else {
                        self.escape(value, span, || format!("`{by}`"));
                    }
                }
            },
        }
    }

    /// Takes over what a function left in places that it was given.
    pub(super) fn write_back(
        &mut self,
        places: &[&'t Expr],
        before: &[Option<String>],
        after: Vec<Value<'t>>,
    ) {
        for ((place, before), value) in places.iter().zip(before).zip(after) {
            let changed = value.carries().map(str::to_owned) != *before || matches!(value, Value::Typed(..));
            if let (Expr::Path { path, .. }, true) = (place, changed)
                && let Some(slot) = self.slot(path)
                && !value.is_nothing()
            {
                self.store(slot, value);
            }
        }
    }

    /// The source text of a place.
    pub(super) fn source_text(&self, bytes: &Bytes) -> &'w str {
        let sources: &'w [lightest_lint::source::Source] = self.sources;
        sources.get(self.file()).and_then(|source| source.text.get(bytes.clone())).unwrap_or_default()
    }
}
