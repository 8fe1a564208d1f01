//! The types of a signature: values of parameters and of results, and the usages that they show.

use std::rc::Rc;

use super::tree::{Bytes, Function};
use super::values::{Value, of_type, split};
use super::walk::Walk;
use lightest_diagnostics::Span;
use lightest_lint::calls::Kind;
use lightest_lint::facts::{Unresolved, UsageKind};

impl<'t> Walk<'_, 't> {
    /// The values of a test's parameters, and unknowns in their types.
    pub(super) fn parameter(
        &self,
        file: usize,
        function: &Function,
        ty: &str,
        bytes: &Bytes,
    ) -> (Value<'t>, Vec<Unresolved>) {
        let text = ty.trim();
        if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
            let parts = split(inner).into_iter().map(|part| self.parameter(file, function, part, bytes));
            let (values, unknown): (Vec<Value<'t>>, Vec<Vec<Unresolved>>) = parts.unzip();
            return (Value::Many(values), unknown.into_iter().flatten().collect());
        }
        let value = of_type(text, self.table, self.package, function.owner.as_deref());
        let bare = super::syntax::bare_type(text);
        if !value.is_nothing() || self.table.named(Kind::Type, &bare).is_some() {
            return (value, Vec::new());
        }
        let unresolved = Unresolved {
            span: Span::new(file, bytes.clone()),
            what: format!("a parameter of the type `{bare}`"),
        };
        (Value::Lost(Rc::from("parameter")), vec![unresolved])
    }

    /// A value with a declared type, which supplies what the value itself leaves unknown.
    pub(super) fn as_declared(&mut self, value: Value<'t>, declared: Value<'t>) -> Value<'t> {
        if declared.carries().is_none() && !matches!(declared, Value::Typed(..)) {
            return value;
        }
        match value {
            Value::Plain(_) => {
                // Something that only an unknown word makes.
                if declared.carries().is_some() {
                    self.feed(value);
                }
                declared
            }
            Value::Lost(_) if matches!(declared, Value::Role(_) | Value::Many(_)) => declared,
            value => value,
        }
    }

    /// A type parameter's bounds in the place of its name, where the type is nothing but the parameter.
    pub(super) fn bounded(&self, function: &Function, ty: &str) -> String {
        let bare = ty.trim_start_matches('&').trim_start_matches("mut ").trim();
        function
            .generics
            .iter()
            .find(|(name, bounds)| name == bare && !bounds.is_empty())
            .map_or_else(|| ty.to_owned(), |(_, bounds)| bounds.clone())
    }

    /// Writes down the types of a signature that the table knows.
    pub(super) fn types(&mut self, ty: &str, bytes: Bytes) {
        for word in ty.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
            if !word.is_empty() && self.table.named(Kind::Type, word).is_some() {
                self.see(UsageKind::Type(word.to_owned()), bytes.clone());
            }
        }
    }
}
