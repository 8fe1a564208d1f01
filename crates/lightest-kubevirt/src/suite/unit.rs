//! Units: bodies that are reached as a whole, and what they touch.

use std::collections::HashSet;

use crate::go::tree::Bytes;

/// Something that a body touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touch {
    /// A method of something with a role.
    Call {
        /// The role of the receiver.
        on: String,
        /// The method.
        name: String,
    },
    /// A function of a package that was not read, or one that the table names: its path and name.
    Function(String),
    /// A constant, a variable or a type of a package that was not read.
    Name(String),
    /// A field that is set, in an assignment or in a composite literal.
    Field {
        /// The type of a composite literal, without its package; in an assignment the field that it is part of.
        of: String,
        /// The field.
        name: String,
        /// Its value as far as it is a text or a name.
        value: String,
    },
    /// A field that is read, and how: `index`, `expect` or nothing.
    Read {
        /// The field, after those that lead to it: `Domain.Resources.Requests`.
        path: String,
        /// How.
        how: &'static str,
    },
    /// A text.
    Text(String),
    /// A text that a matcher compares with.
    Compared(String),
}

/// Something that a body touches, and where.
#[derive(Clone, Debug)]
pub struct Touched {
    /// What.
    pub what: Touch,
    /// Where.
    pub bytes: Bytes,
}

/// Something that was not understood.
#[derive(Clone, Debug)]
pub struct Open {
    /// What: a half sentence.
    pub what: String,
    /// Where.
    pub bytes: Bytes,
}

/// The target of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Target {
    Unit(usize),
    Function(usize),
    Variable(usize),
    Local(usize),
}

/// A call of a factory.
#[derive(Clone, Debug)]
pub(crate) struct Factory {
    /// Its name, such as `NewAlpine`.
    pub(crate) name: String,
    /// Where the name stands.
    pub(crate) name_bytes: Bytes,
    /// The call; the name alone where the factory is handed on uncalled.
    pub(crate) bytes: Bytes,
    /// The parentheses with the options, where it is called.
    pub(crate) parens: Option<Bytes>,
    /// Whether it stands beside other guests in one list.
    pub(crate) listed: bool,
}

/// A node of Ginkgo's tree.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// The text, as far as it is known.
    pub(crate) text: String,
    pub(crate) text_bytes: Bytes,
    pub(crate) bytes: Bytes,
    pub(crate) pending: bool,
    /// The unit with all that it is given.
    pub(crate) unit: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Container,
    /// A container for each of its entries.
    Subtree,
    Table,
    Leaf,
    Entry,
    Setup,
    /// Once for a whole suite.
    Suite,
}

/// A body, or several that are only reached together.
#[derive(Default)]
pub(crate) struct Unit {
    /// Index of its file among the parsed ones.
    pub(crate) file: usize,
    /// The whole unit, with the units in it.
    pub(crate) bytes: Bytes,
    pub(crate) touches: Vec<Touched>,
    pub(crate) refs: Vec<(Target, Bytes)>,
    pub(crate) seen: HashSet<Target>,
    /// Methods of values whose type is not known.
    pub(crate) weak: Vec<(String, Bytes)>,
    pub(crate) factories: Vec<Factory>,
    pub(crate) opens: Vec<Open>,
    pub(crate) nodes: Vec<Node>,
}

impl Unit {
    pub(crate) fn refer(&mut self, target: Target, bytes: Bytes) {
        if self.seen.insert(target) {
            self.refs.push((target, bytes));
        }
    }
}
