//! Walks through a test's body and the functions that it calls, and records usages.
//!
//! A walk in source order: every branch is taken, loops until nothing changes, and variables keep every value that they
//! were ever assigned. Helpers are followed with the values of their arguments. A place that cannot be followed opens the
//! test and is never guessed: a value leaves the walk only by [`Walk::bind`], [`Walk::feed`], [`Walk::escape`] or
//! [`Walk::release`].

use foldhash::HashMap;
use std::rc::Rc;

use super::build;
use super::index::{Package, TracedPackage};
use super::tree::{Bytes, Expr, Function};
use super::values::{Closure, Role, Value, of_type};
use lightest_diagnostics::Span;
use lightest_lint::calls::Table;
use lightest_lint::facts::{Branch, Unresolved, Usage, UsageKind};
use lightest_lint::source::Source;

/// Helpers within helpers that are followed.
const MAX_CALLS: usize = 16;
/// Expressions that are looked at for one test.
const MAX_STEPS: usize = 60_000;

/// Walks through the body of a test.
pub(super) fn body(
    function: &Function,
    file: usize,
    sources: &[Source],
    package: &Package<'_>,
    table: &Table,
    conditions: &[&str],
) -> Walked {
    let traced = TracedPackage::new(package);
    let mut walk = Walk {
        sources,
        package: &traced,
        table,
        usages: Vec::new(),
        unresolved: Vec::new(),
        within: Vec::new(),
        via: None,
        frames: Vec::new(),
        slots: Vec::new(),
        identities: Vec::new(),
        mounts: Vec::new(),
        changes: 0,
        conditional: 0,
        guarded: 0,
        here: function.name_span.clone(),
        steps: 0,
    };
    for condition in build::conditions(function, conditions, table) {
        walk.usages.push(Usage {
            what: UsageKind::Build(condition),
            span: Span::new(file, function.name_span.clone()),
            via: None,
            within: Vec::new(),
            tolerated: false,
            uncertain: false,
            guarded: false,
        });
    }
    let given = |param: &super::tree::Param| {
        walk.parameter(file, function, &walk.bounded(function, &param.ty), &param.ty_span)
    };
    let (args, unknown): (Vec<Value<'_>>, Vec<Vec<Unresolved>>) = function.params.iter().map(given).unzip();
    walk.unresolved.extend(unknown.into_iter().flatten());
    let value = walk.function(file, function, args, None);
    walk.release(value);
    let (usages, unresolved) = walk.finish();
    Walked { usages, unresolved, reached: traced.places() }
}

/// The result of a walk.
pub(super) struct Walked {
    pub(super) usages: Vec<Usage>,
    pub(super) unresolved: Vec<Unresolved>,
    /// The places of the package that it went through.
    pub(super) reached: Vec<Span>,
}

pub(super) struct Walk<'w, 't> {
    pub(super) sources: &'w [Source],
    pub(super) package: &'w TracedPackage<'w, 't>,
    pub(super) table: &'w Table,
    pub(super) usages: Vec<Usage>,
    unresolved: Vec<Unresolved>,
    pub(super) within: Vec<Branch>,
    via: Option<Span>,
    pub(super) frames: Vec<Frame<'t>>,
    /// Values of variables.
    pub(super) slots: Vec<Value<'t>>,
    /// Roles that calls may change, each with how conditional the code was that made the value.
    pub(super) identities: Vec<(Rc<str>, usize)>,
    /// Where the test mounted something in the guest.
    pub(super) mounts: Vec<String>,
    /// How often a variable's value changed.
    pub(super) changes: usize,
    /// Conditions and loops around the present place.
    pub(super) conditional: usize,
    /// Conditions around the present place that depend on more than the configuration.
    pub(super) guarded: usize,
    /// The present place, for usages without one of their own.
    pub(super) here: Bytes,
    steps: usize,
}

/// A function or closure that is being walked through.
pub(super) struct Frame<'t> {
    pub(super) file: usize,
    pub(super) owner: Option<&'t str>,
    /// Start of the function, which identifies it; closures have that of the surrounding function.
    pub(super) start: usize,
    /// Names with the slots of their variables; later ones hide earlier ones.
    pub(super) scope: Vec<(&'t str, usize)>,
    /// The roles that the function was called with.
    given: Vec<Option<String>>,
    closure: bool,
    pub(super) returned: Value<'t>,
    pub(super) broken: Value<'t>,
    /// Whether a branch before this place may have returned, so that what follows may not be reached.
    pub(super) left: bool,
    /// Whether such a return depends on more than the configuration.
    pub(super) unsure: bool,
}

impl<'w, 't> Walk<'w, 't> {
    fn finish(self) -> (Vec<Usage>, Vec<Unresolved>) {
        (distinct(self.usages, |usage| &usage.span), distinct(self.unresolved, |unresolved| &unresolved.span))
    }

    /// Whether the walk may go on.
    pub(super) fn step(&mut self) -> bool {
        self.steps += 1;
        if self.steps == MAX_STEPS {
            self.open(self.here.clone(), "the rest of a body too large to follow".to_owned());
        }
        self.steps < MAX_STEPS
    }

    pub(super) fn frame(&self) -> Option<&Frame<'t>> {
        self.frames.last()
    }

    pub(super) fn file(&self) -> usize {
        self.frame().map_or(0, |frame| frame.file)
    }

    pub(super) fn owner(&self) -> Option<&'t str> {
        self.frame().and_then(|frame| frame.owner)
    }

    pub(super) fn span(&self, bytes: Bytes) -> Span {
        Span::new(self.file(), bytes)
    }

    /// Records a place that cannot be followed.
    pub(super) fn open(&mut self, bytes: Bytes, what: String) {
        let span = self.span(bytes);
        self.unresolved.push(Unresolved { span, what });
    }

    /// Records a usage, and returns its index.
    pub(super) fn see(&mut self, what: UsageKind, bytes: Bytes) -> usize {
        let span = self.span(bytes);
        self.see_at(what, span)
    }

    pub(super) fn see_at(&mut self, what: UsageKind, span: Span) -> usize {
        self.usages.push(Usage {
            what,
            span,
            via: self.via.clone(),
            within: self.within.clone(),
            tolerated: false,
            // Whether a closure is called, and how often, is not followed.
            uncertain: self.conditional > 0 || self.frames.iter().any(|frame| frame.closure || frame.left),
            guarded: self.guarded > 0 || self.frames.iter().any(|frame| frame.unsure),
        });
        self.usages.len() - 1
    }

    /// Hands a value to something with a role: unknown words in it open the test.
    pub(super) fn feed(&mut self, value: Value<'t>) {
        let mut words = Vec::new();
        value.words(&mut words);
        self.unresolved.extend(words);
        self.release(value);
    }

    /// Passes a value to code that the walk does not follow: a role in it opens the test.
    pub(super) fn escape(&mut self, value: Value<'t>, span: &Bytes, to: impl Fn() -> String) {
        if let Some(role) = value.carries() {
            let what = format!("{}, which gets the {role}", to());
            self.open(span.clone(), what);
        }
        self.run_all(value, &mut |walk, made| {
            if let Some(role) = made.carries() {
                let what = format!("{}, which gets the {role}", to());
                walk.open(span.clone(), what);
            }
        });
    }

    /// Drops a value: closures and functions in it are walked through.
    pub(super) fn release(&mut self, value: Value<'t>) {
        self.run_all(value, &mut |_, _| {});
    }

    /// Walks through all closures and functions of a value, with nothing known of their parameters but their types.
    fn run_all(&mut self, value: Value<'t>, made: &mut dyn FnMut(&mut Self, &Value<'t>)) {
        match value {
            Value::Closure(closure) => {
                let value = self.closure(&closure, Vec::new());
                made(self, &value);
            }
            Value::Function(file, function) => {
                let at = self.here.clone();
                let value = self.function(file, function, Vec::new(), Some(at));
                made(self, &value);
            }
            Value::Many(parts) => parts.into_iter().for_each(|part| self.run_all(part, made)),
            Value::Typed(_, fields) => fields.into_iter().for_each(|(_, part)| self.run_all(part, made)),
            Value::Either(values) => {
                for (within, value) in values {
                    self.inside(&within, |walk| walk.run_all(value, made));
                }
            }
            Value::Plain(_)
            | Value::Role(_)
            | Value::Lost(_)
            | Value::Command(_)
            | Value::Text(_)
            | Value::Truth(_) => {}
        }
    }

    pub(super) fn inside<T>(&mut self, branches: &[Branch], run: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.within.len();
        for branch in branches.iter().filter(|branch| !branch.otherwise) {
            let here = self.here.clone();
            self.see(UsageKind::Tested(branch.when.clone()), here);
        }
        self.within.extend_from_slice(branches);
        let result = run(self);
        self.within.truncate(before);
        result
    }

    /// Does something to each of the values that one may be.
    pub(super) fn each(
        &mut self,
        value: Value<'t>,
        run: &mut dyn FnMut(&mut Self, Value<'t>) -> Value<'t>,
    ) -> Value<'t> {
        match value {
            Value::Either(values) => {
                let mut all = Value::PLAIN;
                for (within, value) in values {
                    let found = self.inside(&within, |walk| walk.each(value, run));
                    all = all.or_within(within, found);
                }
                all
            }
            value => run(self, value),
        }
    }

    /// Something with a role, which calls may change.
    pub(super) fn make(&mut self, role: &str) -> Value<'t> {
        self.identities.push((Rc::from(role), self.conditional));
        Value::Role(Role { name: Rc::from(role), identity: Some(self.identities.len() - 1) })
    }

    /// The role that something has by now.
    pub(super) fn role_of(&self, role: &Role) -> Rc<str> {
        let known = role.identity.and_then(|identity| self.identities.get(identity));
        known.map_or_else(|| Rc::clone(&role.name), |(name, _)| Rc::clone(name))
    }

    /// Walks through a function of the package.
    pub(super) fn function(
        &mut self,
        file: usize,
        function: &'t Function,
        args: Vec<Value<'t>>,
        called_at: Option<Bytes>,
    ) -> Value<'t> {
        self.function_with(file, function, args, called_at).0
    }

    /// Walks through a function of the package, and also returns the final values of its parameters.
    pub(super) fn function_with(
        &mut self,
        file: usize,
        function: &'t Function,
        args: Vec<Value<'t>>,
        called_at: Option<Bytes>,
    ) -> (Value<'t>, Vec<Value<'t>>) {
        let owner = function.owner.as_deref();
        let start = function.span.start;
        let returns = function.returns.as_deref().unwrap_or_default();
        let declared = of_type(&self.bounded(function, returns), self.table, self.package, owner);
        let given: Vec<Option<String>> = args.iter().map(|arg| arg.carries().map(str::to_owned)).collect();
        let same = |frame: &&Frame<'t>| !frame.closure && frame.file == file && frame.start == start;
        let at = called_at.clone().unwrap_or_else(|| self.here.clone());
        if let Some(frame) = self.frames.iter().find(same) {
            if frame.given != given && given.iter().any(Option::is_some) {
                self.open(at, format!("`{}`, which calls itself with something else", function.name));
            }
            return (declared, args);
        }
        if self.frames.len() >= MAX_CALLS {
            self.open(at, format!("`{}`, called too deeply", function.name));
            return (declared, args);
        }
        let Some(body) = &function.body else {
            for arg in args {
                self.escape(arg, &at, || format!("`{}`", function.name));
            }
            return (declared, Vec::new());
        };
        let outer = self.via.clone();
        if let Some(bytes) = called_at
            && self.via.is_none()
        {
            self.via = Some(self.span(bytes));
        }
        let here = self.here.clone();
        let frame = Frame {
            file,
            owner,
            start,
            scope: Vec::new(),
            given,
            closure: false,
            returned: Value::PLAIN,
            broken: Value::PLAIN,
            left: false,
            unsure: false,
        };
        self.frames.push(frame);
        let mut args = args.into_iter();
        let mut params = Vec::new();
        for param in &function.params {
            let ty = self.bounded(function, &param.ty);
            let declared = of_type(&ty, self.table, self.package, owner);
            let value = self.as_declared(args.next().unwrap_or(Value::PLAIN), declared);
            params.push(self.slots.len());
            self.bind(&param.pattern, value);
            self.types(&param.ty, param.ty_span.clone());
        }
        for (name, bounds) in &function.generics {
            // A constant among them is a number, whatever it is.
            if bounds.is_empty() {
                self.declare(name, Value::PLAIN);
            }
            self.types(bounds, function.name_span.clone());
        }
        let value = self.eval(body);
        let returned = self.frames.pop().map_or(Value::PLAIN, |frame| frame.returned);
        self.via = outer;
        self.here = here;
        let value = self.as_declared(value.or(returned), declared);
        let after = params.into_iter().map(|slot| self.slots.get(slot).cloned().unwrap_or(Value::PLAIN));
        let after = after.collect();
        (value, after)
    }

    /// Does something where only the names of a file are seen.
    pub(super) fn in_file(&mut self, file: usize, run: impl FnOnce(&mut Self) -> Value<'t>) -> Value<'t> {
        if self.frames.len() >= MAX_CALLS {
            self.open(self.here.clone(), "a constant, named too deeply".to_owned());
            return Value::PLAIN;
        }
        self.frames.push(Frame {
            file,
            owner: None,
            start: usize::MAX,
            scope: Vec::new(),
            given: Vec::new(),
            closure: true,
            returned: Value::PLAIN,
            broken: Value::PLAIN,
            left: false,
            unsure: false,
        });
        let value = run(self);
        self.frames.pop();
        value
    }

    /// Walks through a closure.
    pub(super) fn closure(&mut self, closure: &Rc<Closure<'t>>, args: Vec<Value<'t>>) -> Value<'t> {
        if self.frames.len() >= MAX_CALLS * 2 {
            self.open(self.here.clone(), "a closure, called too deeply".to_owned());
            return Value::PLAIN;
        }
        let frame = Frame {
            file: closure.file,
            owner: closure.owner,
            start: closure.start,
            scope: closure.scope.clone(),
            given: Vec::new(),
            closure: true,
            returned: Value::PLAIN,
            broken: Value::PLAIN,
            left: false,
            unsure: false,
        };
        self.frames.push(frame);
        let mut args = args.into_iter();
        for (pattern, ty) in closure.params {
            let mut value = args.next().unwrap_or(Value::PLAIN);
            if let Some(ty) = ty {
                let declared = of_type(ty, self.table, self.package, closure.owner);
                value = self.as_declared(value, declared);
            }
            self.bind(pattern, value);
        }
        let within = self.within.len();
        let value = self.eval(closure.body);
        self.within.truncate(within);
        let returned = self.frames.pop().map_or(Value::PLAIN, |frame| frame.returned);
        value.or(returned)
    }

    /// A closure that is made here.
    pub(super) fn capture(
        &self,
        params: &'t [(super::tree::Pattern, Option<String>)],
        body: &'t Expr,
    ) -> Value<'t> {
        let Some(frame) = self.frame() else { return Value::PLAIN };
        Value::Closure(Rc::new(Closure {
            params,
            body,
            file: frame.file,
            owner: frame.owner,
            start: frame.start,
            scope: frame.scope.clone(),
        }))
    }
}

/// The first of equal ones, in order. Few stand at the same place.
fn distinct<T: PartialEq>(all: Vec<T>, span: impl Fn(&T) -> &Span) -> Vec<T> {
    let mut kept: Vec<T> = Vec::with_capacity(all.len());
    let mut at: HashMap<(usize, usize), Vec<usize>> = HashMap::default();
    for one in all {
        let span = span(&one);
        let here = at.entry((span.file, span.bytes.start)).or_default();
        if !here.iter().any(|index| kept[*index] == one) {
            here.push(kept.len());
            kept.push(one);
        }
    }
    kept
}
