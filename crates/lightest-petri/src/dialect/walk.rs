//! Walks through a test's body and what it calls, and writes down what it touches.
//!
//! A walk in source order: every branch is taken once, variables keep the last thing they were given. Helpers are
//! followed with the roles of their arguments. What cannot be followed is an opening, never a guess.

use std::collections::HashMap;

use super::index::Package;
use super::tree::{Bytes, Expr, Function, Pattern};
use super::values::{Value, of_type};
use lightest_diagnostics::Span;
use lightest_lint::calls::{Kind, Table};
use lightest_lint::facts::{Branch, Opening, Sighting, What};
use lightest_lint::source::Source;

/// Helpers within helpers that are followed.
const MAX_CALLS: usize = 16;
/// Expressions that are looked at for one test.
const MAX_STEPS: usize = 60_000;

/// What the body of a test touches.
pub(super) fn body(
    function: &Function,
    file: usize,
    sources: &[Source],
    package: &Package<'_>,
    table: &Table,
    conditions: &[&str],
) -> (Vec<Sighting>, Vec<Opening>) {
    let mut walk = Walk {
        sources,
        package,
        table,
        sightings: Vec::new(),
        openings: Vec::new(),
        within: Vec::new(),
        via: None,
        frames: Vec::new(),
        steps: 0,
    };
    let cfg = function.attributes.iter().filter(|attribute| attribute.name == "cfg");
    let cfg = cfg.filter_map(|attribute| attribute.arguments.as_ref().map(|(text, _)| text));
    let cfg = cfg.chain(&function.outer_cfg).map(String::as_str);
    for condition in cfg.chain(conditions.iter().copied()) {
        let condition: String = condition.chars().filter(|c| !c.is_whitespace()).collect();
        walk.sightings.push(Sighting {
            what: What::Build(condition),
            span: Span::new(file, function.name_span.clone()),
            via: None,
            within: Vec::new(),
            tolerated: false,
        });
    }
    let args = function.params.iter().map(|_| Value::Unknown).collect();
    walk.function(file, function, args, None);
    walk.finish()
}

pub(super) struct Walk<'w, 't> {
    pub(super) sources: &'w [Source],
    pub(super) package: &'w Package<'t>,
    pub(super) table: &'w Table,
    pub(super) sightings: Vec<Sighting>,
    openings: Vec<Opening>,
    pub(super) within: Vec<Branch>,
    via: Option<Span>,
    pub(super) frames: Vec<Frame<'t>>,
    steps: usize,
}

/// A function or closure that is being walked through.
#[derive(Clone)]
pub(super) struct Frame<'t> {
    pub(super) file: usize,
    pub(super) owner: Option<&'t str>,
    /// Where the function starts, which tells it from others; closures have their surrounding function's.
    start: usize,
    pub(super) names: HashMap<&'t str, Value<'t>>,
    pub(super) returned: Value<'t>,
}

impl<'w, 't> Walk<'w, 't> {
    fn finish(self) -> (Vec<Sighting>, Vec<Opening>) {
        let mut sightings: Vec<Sighting> = Vec::new();
        for sighting in self.sightings {
            if !sightings.contains(&sighting) {
                sightings.push(sighting);
            }
        }
        let mut openings: Vec<Opening> = Vec::new();
        for opening in self.openings {
            if !openings.contains(&opening) {
                openings.push(opening);
            }
        }
        (sightings, openings)
    }

    /// Whether the walk may go on.
    pub(super) fn step(&mut self) -> bool {
        self.steps += 1;
        if self.steps == MAX_STEPS {
            self.open(0..0, "the rest of a body too large to follow".to_owned());
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

    /// Writes down a place that cannot be followed.
    pub(super) fn open(&mut self, bytes: Bytes, what: String) {
        let span = self.span(bytes);
        self.openings.push(Opening { span, what });
    }

    /// Writes down what is touched, and gives its index.
    pub(super) fn see(&mut self, what: What, bytes: Bytes) -> usize {
        let span = self.span(bytes);
        self.see_at(what, span)
    }

    pub(super) fn see_at(&mut self, what: What, span: Span) -> usize {
        self.sightings.push(Sighting {
            what,
            span,
            via: self.via.clone(),
            within: self.within.clone(),
            tolerated: false,
        });
        self.sightings.len() - 1
    }

    /// Walks through a function of the package.
    pub(super) fn function(
        &mut self,
        file: usize,
        function: &'t Function,
        args: Vec<Value<'t>>,
        called_at: Option<Bytes>,
    ) -> Value<'t> {
        let owner = function.owner.as_deref();
        let start = function.span.start;
        let declared = || {
            let returns = function.returns.as_deref().unwrap_or_default();
            of_type(returns, self.table, self.package, owner)
        };
        if self.frames.iter().any(|frame| frame.file == file && frame.start == start) {
            return declared();
        }
        if self.frames.len() >= MAX_CALLS {
            let declared = declared();
            self.open(called_at.unwrap_or(0..0), format!("`{}`, called too deeply", function.name));
            return declared;
        }
        let declared = declared();
        let outer = self.via.clone();
        if let Some(bytes) = called_at
            && self.via.is_none()
        {
            self.via = Some(self.span(bytes));
        }
        self.frames.push(Frame { file, owner, start, names: HashMap::new(), returned: Value::Unknown });
        let mut args = args.into_iter();
        for param in &function.params {
            let given = args.next().unwrap_or(Value::Unknown);
            let value = match given {
                Value::Unknown => {
                    of_type(&self.bounded(function, &param.ty), self.table, self.package, owner)
                }
                given => given,
            };
            self.bind(&param.pattern, value);
            self.types(&param.ty, param.ty_span.clone());
        }
        for (_, bounds) in &function.generics {
            self.types(bounds, function.name_span.clone());
        }
        let mut value = match &function.body {
            Some(body) => self.eval(body),
            None => Value::Unknown,
        };
        let returned = self.frames.pop().map_or(Value::Unknown, |frame| frame.returned);
        self.via = outer;
        for other in [returned, declared] {
            if matches!(value, Value::Unknown) {
                value = other;
            }
        }
        value
    }

    /// A type parameter's bounds in the place of its name, where the type is nothing but the parameter.
    fn bounded(&self, function: &Function, ty: &str) -> String {
        let bare = ty.trim_start_matches('&').trim_start_matches("mut ").trim();
        function
            .generics
            .iter()
            .find(|(name, bounds)| name == bare && !bounds.is_empty())
            .map_or_else(|| ty.to_owned(), |(_, bounds)| bounds.clone())
    }

    /// Writes down the types of a signature that the table knows.
    fn types(&mut self, ty: &str, bytes: Bytes) {
        for word in ty.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
            if !word.is_empty() && self.table.named(Kind::Type, word).is_some() {
                self.see(What::Type(word.to_owned()), bytes.clone());
            }
        }
    }

    /// Walks through a closure.
    pub(super) fn closure(
        &mut self,
        params: &'t [Pattern],
        body: &'t Expr,
        frame: usize,
        args: Vec<Value<'t>>,
    ) -> Value<'t> {
        if self.frames.len() >= MAX_CALLS * 2 {
            return Value::Unknown;
        }
        let Some(around) = self.frames.get(frame).cloned() else { return Value::Unknown };
        self.frames.push(Frame { returned: Value::Unknown, ..around });
        let mut args = args.into_iter();
        for param in params {
            self.bind(param, args.next().unwrap_or(Value::Unknown));
        }
        let value = self.eval(body);
        let returned = self.frames.pop().map_or(Value::Unknown, |frame| frame.returned);
        if matches!(value, Value::Unknown) { returned } else { value }
    }

    /// Gives names to values.
    pub(super) fn bind(&mut self, pattern: &'t Pattern, value: Value<'t>) {
        match pattern {
            Pattern::Bind(name) => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.names.insert(name, value);
                }
            }
            Pattern::Tuple(parts) => {
                let mut values = match value {
                    Value::Many(values) => values.into_iter(),
                    _ => Vec::new().into_iter(),
                };
                for part in parts {
                    self.bind(part, values.next().unwrap_or(Value::Unknown));
                }
            }
            Pattern::Any(parts) => {
                for part in parts {
                    self.bind(part, value.clone());
                }
            }
            // `Some(x)`, `Ok(x)`: what is inside of what was followed.
            Pattern::Wrap(_, parts) => {
                for part in parts {
                    self.bind(part, if parts.len() == 1 { value.clone() } else { Value::Unknown });
                }
            }
            Pattern::Path(_) | Pattern::Other => {}
        }
    }
}
