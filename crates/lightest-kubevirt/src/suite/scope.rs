//! Local variables: their types, and the functions that they may stand for.

use std::collections::HashMap;

use super::types::Type;
use super::unit::Target;
use crate::go::tree::Bytes;

/// A variable of a function.
#[derive(Debug)]
pub(crate) struct Local<'a> {
    pub(crate) typ: Type<'a>,
    /// Functions that it may stand for.
    pub(crate) values: Vec<(Target, Bytes)>,
    /// The fields that lead to what it was declared with: `Spec.Domain.Resources`.
    pub(crate) path: String,
    /// The text that it was declared with.
    pub(crate) text: Option<&'a str>,
    pub(crate) constant: bool,
}

/// Scopes, innermost last.
#[derive(Debug, Default)]
pub(crate) struct Scopes<'a> {
    stack: Vec<HashMap<&'a str, usize>>,
    pub(crate) locals: Vec<Local<'a>>,
}

impl<'a> Scopes<'a> {
    pub(crate) fn enter(&mut self) {
        self.stack.push(HashMap::new());
    }

    pub(crate) fn leave(&mut self) {
        self.stack.pop();
    }

    /// A new variable. Its name is found by what comes after.
    pub(crate) fn declare(&mut self, name: &'a str, typ: Type<'a>) -> usize {
        self.locals.push(Local { typ, values: Vec::new(), path: String::new(), text: None, constant: false });
        let id = self.locals.len() - 1;
        if name != "_"
            && let Some(scope) = self.stack.last_mut()
        {
            scope.insert(name, id);
        }
        id
    }

    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.stack.iter().rev().find_map(|scope| scope.get(name).copied())
    }

    /// The variable of the innermost scope alone: `:=` declares anew what is not there.
    pub(crate) fn find_innermost(&self, name: &str) -> Option<usize> {
        self.stack.last()?.get(name).copied()
    }
}
