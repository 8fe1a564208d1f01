//! Evaluates expressions to abstract values, and records the usages in them.

use std::rc::Rc;

use super::flow::{Truth, add, confined, diverges, is_whole, leaves, only_leaves, pattern_of, tests};
use super::tree::{Arm, Bytes, Expr, Pattern};
use super::values::{Value, of_type};
use super::walk::Walk;
use lightest_lint::calls::{Kind, last_segment};
use lightest_lint::facts::{Branch, UsageKind};

/// Rounds of a loop: variables may have other values in a later one.
const MAX_ROUNDS: usize = 4;
/// More conditions than a body of sense has around a place.
const MAX_BRANCHES: usize = 64;

impl<'w, 't> Walk<'w, 't> {
    /// What an expression stands for.
    pub(super) fn eval(&mut self, expr: &'t Expr) -> Value<'t> {
        if !self.step() {
            return Value::PLAIN;
        }
        match expr {
            Expr::Text { value, .. } => Value::Text(value.clone()),
            Expr::Path { path, span } => self.path(path, span),
            Expr::Call { callee, args, span } => self.call(callee, args, span),
            Expr::Method { receiver, name, name_span, args } => {
                let value = self.method(receiver, name, name_span, args);
                self.tested(expr, value)
            }
            Expr::Field { base, name, name_span } => {
                let base = self.eval(base);
                self.field_of(base, name, name_span)
            }
            Expr::Macro { path, args, span, unread } => {
                let value = self.macro_call(path, args, span, unread);
                self.tested(expr, value)
            }
            Expr::Record { path, path_span, fields, base } => {
                self.record(path, path_span, fields, base.as_deref())
            }
            Expr::Tuple(parts) | Expr::Array(parts) => {
                Value::Many(parts.iter().map(|part| self.eval(part)).collect())
            }
            Expr::Index { base, index } => {
                let index = self.eval(index);
                self.release(index);
                match self.eval(base) {
                    Value::Text(_) => Value::PLAIN,
                    Value::Typed(name, fields) => {
                        let value = Value::Typed(name, fields);
                        self.escape(value, &self.here.clone(), || "an index".to_owned());
                        Value::PLAIN
                    }
                    value => value.element(),
                }
            }
            Expr::Closure { params, body } => self.capture(params, body),
            Expr::Block(parts) => self.scoped(|walk| {
                let mut last = Value::PLAIN;
                for part in parts {
                    last = walk.eval(part);
                }
                last
            }),
            Expr::Statement(inner) => {
                let value = self.eval(inner);
                self.release(value);
                Value::PLAIN
            }
            Expr::Let { pattern, ty, value, otherwise } => {
                self.let_(pattern, ty.as_deref(), value.as_deref(), otherwise.as_deref())
            }
            Expr::Assign { target, value, span } => self.assign(target, value, span),
            Expr::Match { scrutinee, arms } => self.match_arms(scrutinee, arms),
            Expr::If { condition, then, otherwise } => self.if_(condition, then, otherwise.as_deref()),
            Expr::Equal { left, right, .. } => {
                let left = self.eval(left);
                self.release(left);
                let right = self.eval(right);
                self.release(right);
                self.tested(expr, Value::PLAIN)
            }
            Expr::And(..) | Expr::Or(..) | Expr::Not(_) => {
                let truth = self.condition(expr);
                if truth.is_unknown() { Value::PLAIN } else { Value::Truth(Rc::new(truth)) }
            }
            Expr::Loop { pattern, head, body } => self.loop_(pattern.as_ref(), head.as_deref(), body),
            Expr::Return(value) => {
                let branches = self.conditional > 0 || !self.within.is_empty();
                let unsure = self.guarded > 0;
                if let Some(frame) = self.frames.last_mut() {
                    frame.left |= branches;
                    frame.unsure |= unsure;
                }
                let value = value.as_ref().map_or(Value::PLAIN, |value| self.eval(value));
                if let Some(frame) = self.frames.last_mut() {
                    frame.returned = std::mem::replace(&mut frame.returned, Value::PLAIN).or(value);
                }
                Value::PLAIN
            }
            Expr::Break { value, labelled } => {
                let value = value.as_ref().map_or(Value::PLAIN, |value| self.eval(value));
                let unsure = self.guarded > 0;
                // The rest of the round may be passed over; where a label leads is not followed, so that the rest of the
                // function may be.
                self.guarded += usize::from(unsure && !labelled);
                if let Some(frame) = self.frames.last_mut() {
                    frame.unsure |= unsure && *labelled;
                    frame.broken = std::mem::replace(&mut frame.broken, Value::PLAIN).or(value);
                }
                Value::PLAIN
            }
            Expr::Parts(parts) => match &parts[..] {
                [one] => self.eval(one),
                parts => {
                    let values: Vec<Value<'t>> = parts.iter().map(|part| self.eval(part)).collect();
                    let made = Value::made_of(&values);
                    values.into_iter().for_each(|value| self.release(value));
                    made
                }
            },
        }
    }

    /// The value of an expression; where it has none, its condition on the configuration.
    fn tested(&self, expr: &Expr, value: Value<'t>) -> Value<'t> {
        match tests(expr, self.table) {
            Some(truth) if value.is_nothing() => Value::Truth(Rc::new(truth)),
            _ => value,
        }
    }

    /// Walks through a condition, and returns the configurations for which it is true or false.
    fn condition(&mut self, expr: &'t Expr) -> Truth {
        match expr {
            Expr::And(left, right) | Expr::Or(left, right) => {
                let conjunction = matches!(expr, Expr::And(..));
                let left = self.condition(left);
                // The right side may not be reached.
                self.conditional += 1;
                let reached = if conjunction { &left.then } else { &left.not };
                let before = self.within.len();
                self.narrow(reached.clone());
                let right = self.condition(right);
                self.within.truncate(before);
                self.conditional -= 1;
                if conjunction { left.and(right) } else { left.or(right) }
            }
            Expr::Not(inner) => self.condition(inner).negated(),
            _ => {
                let value = self.eval(expr);
                let truth = match expr {
                    Expr::Let { .. } => tests(expr, self.table).unwrap_or_default(),
                    _ => value.truth(),
                };
                self.release(value);
                truth
            }
        }
    }

    fn if_(&mut self, condition: &'t Expr, then: &'t Expr, otherwise: Option<&'t Expr>) -> Value<'t> {
        let mut truth = Truth::default();
        let value = self.scoped(|walk| {
            truth = walk.condition(condition);
            if otherwise.is_none()
                && only_leaves(then, walk.table)
                // A helper that returns leaves the test to go on.
                && (walk.frames.len() == 1 || diverges(then, walk.table))
                && let [Branch { when, otherwise: false }] = &truth.not[..]
            {
                let here = walk.here.clone();
                walk.see(UsageKind::Confined(when.clone()), here);
            }
            let guarded = usize::from(!truth.known);
            walk.conditional += 1;
            walk.guarded += guarded;
            let value = walk.inside(&truth.then, |walk| walk.branch(then, truth.known));
            let other = otherwise.map_or(Value::PLAIN, |otherwise| {
                walk.inside(&truth.not, |walk| walk.branch(otherwise, truth.known))
            });
            walk.conditional -= 1;
            walk.guarded -= guarded;
            Value::PLAIN.or_within(truth.then.clone(), value).or_within(truth.not.clone(), other)
        });
        // What follows a branch that leaves is for the others only.
        let rest = if leaves(then, self.table) {
            truth.not
        } else if otherwise.is_some_and(|otherwise| leaves(otherwise, self.table)) {
            truth.then
        } else {
            return value;
        };
        self.narrow(rest);
        value
    }

    /// Walks through a branch. Where the configuration alone decides that it leaves, what follows is narrowed instead.
    fn branch(&mut self, body: &'t Expr, known: bool) -> Value<'t> {
        let left = self.frame().is_some_and(|frame| frame.left);
        let value = self.eval(body);
        if known
            && leaves(body, self.table)
            && let Some(frame) = self.frames.last_mut()
        {
            frame.left = left;
        }
        value
    }

    /// What follows is for these branches only.
    fn narrow(&mut self, branches: Vec<Branch>) {
        for branch in branches {
            if self.within.len() < MAX_BRANCHES {
                add(&mut self.within, branch);
            } else if let Some(frame) = self.frames.last_mut() {
                frame.left = true;
            }
        }
    }

    /// Does something that gives names of its own.
    fn scoped(&mut self, run: impl FnOnce(&mut Self) -> Value<'t>) -> Value<'t> {
        let before = self.frame().map_or(0, |frame| frame.scope.len());
        let within = self.within.len();
        let value = run(self);
        // The conditions end with the scope. What follows may still not be reached.
        let narrowed = self.within.len() > within;
        self.within.truncate(within);
        if let Some(frame) = self.frames.last_mut() {
            frame.scope.truncate(before);
            frame.left |= narrowed;
        }
        value
    }

    fn let_(
        &mut self,
        pattern: &'t Pattern,
        ty: Option<&str>,
        value: Option<&'t Expr>,
        otherwise: Option<&'t Expr>,
    ) -> Value<'t> {
        let mut value = value.map_or(Value::PLAIN, |value| self.eval(value));
        if let Some(ty) = ty {
            let declared = of_type(ty, self.table, self.package, self.owner());
            value = self.as_declared(value, declared);
        }
        if let Some(otherwise) = otherwise {
            self.conditional += 1;
            self.guarded += 1;
            let value = self.eval(otherwise);
            self.guarded -= 1;
            self.conditional -= 1;
            self.release(value);
        }
        self.bind(pattern, value);
        Value::PLAIN
    }

    fn loop_(&mut self, pattern: Option<&'t Pattern>, head: Option<&'t Expr>, body: &'t Expr) -> Value<'t> {
        self.conditional += 1;
        for _ in 0..MAX_ROUNDS {
            let (before, guarded) = (self.changes, self.guarded);
            self.scoped(|walk| {
                let head = head.map_or(Value::PLAIN, |head| walk.eval(head));
                match pattern {
                    Some(pattern) => {
                        let element = head.element();
                        walk.bind(pattern, element);
                    }
                    None => walk.release(head),
                }
                let value = walk.eval(body);
                walk.release(value);
                Value::PLAIN
            })
            .words(&mut Vec::new());
            self.guarded = guarded;
            if self.changes == before {
                break;
            }
        }
        self.conditional -= 1;
        self.frame().map_or(Value::PLAIN, |frame| frame.broken.clone())
    }

    fn match_arms(&mut self, scrutinee: &'t Expr, arms: &'t [Arm]) -> Value<'t> {
        let subject = self.eval(scrutinee);
        let mut earlier = Vec::new();
        let mut value = Value::PLAIN;
        if let Some(when) = confined(arms, self.table) {
            let here = self.here.clone();
            self.see(UsageKind::Confined(when.into()), here);
        }
        self.conditional += 1;
        let going_on = arms.iter().filter(|arm| !diverges(&arm.body, self.table)).count();
        // Whether the configuration alone selects among all arms so far.
        let mut known = true;
        for arm in arms {
            // No configuration is meant to come to an arm that fails.
            let fails = diverges(&arm.body, self.table);
            let own = pattern_of(&arm.pattern, self.table);
            let whole = own.is_some() && arm.guard.is_none() && is_whole(&arm.pattern);
            let rest = own.is_none() && arm.guard.is_none() && matches!(arm.pattern, Pattern::Bind(_));
            let branch = match &own {
                _ if fails => None,
                Some(when) => Some(Branch { when: when.as_slice().into(), otherwise: false }),
                None if !earlier.is_empty() => {
                    Some(Branch { when: earlier.as_slice().into(), otherwise: true })
                }
                None => None,
            };
            known &= fails || whole || rest;
            let guarded = usize::from(!known && going_on > 1);
            if let (Some(when), true, false) = (own, whole, fails) {
                earlier.extend(when);
            }
            self.guarded += guarded;
            let found = self.inside(branch.as_slice(), |walk| {
                walk.scoped(|walk| {
                    walk.bind(&arm.pattern, subject.clone());
                    if let Some(guard) = &arm.guard {
                        let guard = walk.eval(guard);
                        walk.release(guard);
                    }
                    walk.eval(&arm.body)
                })
            });
            self.guarded -= guarded;
            if fails {
                self.release(found);
            } else {
                value = value.or_within(branch.into_iter().collect(), found);
            }
        }
        self.conditional -= 1;
        value
    }

    fn path(&mut self, path: &'t str, span: &Bytes) -> Value<'t> {
        if let Some(value) = self.value_of(path) {
            return value.clone();
        }
        if let Some(value) = self.name(path, span) {
            return value;
        }
        let from = self.file();
        if let Some((file, constant)) = self.package.constant(path, from) {
            return self.constant(file, constant);
        }
        if let Some((file, function)) = self.package.function(path, from, self.owner()) {
            return Value::Function(file, function);
        }
        if self.is_local_type(path) || super::language::is_harmless(path) {
            return Value::PLAIN;
        }
        Value::unknown(self.span(span.clone()), format!("`{path}`"))
    }

    /// What a constant of the package stands for.
    fn constant(&mut self, file: usize, constant: &'t Expr) -> Value<'t> {
        match constant {
            Expr::Text { value, .. } => Value::Text(value.clone()),
            Expr::Parts(parts) if parts.is_empty() => Value::PLAIN,
            constant => self.in_file(file, |walk| walk.eval(constant)),
        }
    }

    /// Records a name that the table has, or whose type it has, and returns its value.
    pub(super) fn name(&mut self, path: &str, span: &Bytes) -> Option<Value<'t>> {
        let owner = path.rsplit_once("::").map(|(owner, _)| owner);
        let of_type = |name: &&str| last_segment(name).starts_with(char::is_uppercase);
        let known = std::iter::once(path).chain(owner.filter(|owner| of_type(owner)));
        for name in known {
            if self.table.named(Kind::Name, name).is_some() {
                self.see(UsageKind::Name(name.to_owned()), span.clone());
                return Some(Value::PLAIN);
            }
            if let Some(entry) = self.table.named(Kind::Type, name) {
                let role = entry.gives.first().cloned();
                self.see(UsageKind::Type(name.to_owned()), span.clone());
                return Some(role.map_or(Value::PLAIN, |role| Value::role(&role)));
            }
            let last = last_segment(name);
            if self.table.is_record(last) && !self.package.has_type(last) {
                return Some(Value::role(last));
            }
        }
        None
    }

    /// Whether a path names a type of the package, or something of one.
    pub(super) fn is_local_type(&self, path: &str) -> bool {
        path.split("::").any(|part| part == "Self" || self.package.has_type(part))
    }

    /// A record: of the package, of the table, or not known.
    fn record(
        &mut self,
        path: &'t str,
        span: &Bytes,
        fields: &'t [(String, Bytes, Expr)],
        base: Option<&'t Expr>,
    ) -> Value<'t> {
        let own = self.local_type(path);
        let mut known = Vec::new();
        for (field, bytes, value) in fields {
            known.push((field.as_str(), bytes, self.eval(value)));
        }
        let base = base.map(|base| self.eval(base));
        if let Some(own) = own {
            let mut fields: Vec<_> =
                known.into_iter().map(|(name, _, value)| (std::rc::Rc::from(name), value)).collect();
            if let Some(Value::Typed(_, more)) = base {
                for (name, value) in more {
                    if !fields.iter().any(|(known, _)| *known == name) {
                        fields.push((name, value));
                    }
                }
            } else if let Some(base) = base {
                self.escape(base, span, || format!("`{own}`"));
            }
            return Value::Typed(own, fields);
        }
        let name = last_segment(path);
        let judged = self.name(path, span);
        if judged.is_none() && !super::language::is_harmless(path) {
            let mut values: Vec<Value<'t>> = known.into_iter().map(|(_, _, value)| value).collect();
            values.extend(base);
            let made = Value::made_of(&values).with(self.span(span.clone()), format!("`{name}`"));
            for value in values {
                self.escape(value, span, || format!("`{name}`"));
            }
            return made;
        }
        let is_record = self.table.is_record(name);
        let mut values = Vec::new();
        for (field, bytes, value) in known {
            if is_record {
                let text = self.source_text(bytes);
                let text = text.split_once(':').map_or("", |(_, text)| text);
                let text = text.chars().filter(|c| !c.is_whitespace()).collect();
                let what = UsageKind::Field { of: name.to_owned(), name: field.to_owned(), value: text };
                self.see(what, bytes.clone());
            } else if judged.is_some() {
                self.open(bytes.clone(), format!("`{field}` of `{name}`"));
            }
            values.push(value);
        }
        values.extend(base);
        let made = Value::made_of(&values);
        for value in values {
            // A part of a configuration may go into another one.
            match value.carries().is_some_and(|role| !self.table.has_calls(role)) {
                true => self.release(value),
                false => self.escape(value, span, || format!("`{name}`")),
            }
        }
        match judged {
            // What is known of a record by its fields stays so when they are set one by one.
            Some(Value::Role(role)) => {
                self.feed(made);
                Value::Role(role)
            }
            _ => made,
        }
    }
}
