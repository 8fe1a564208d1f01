//! Rust source as this dialect needs it: functions with their attributes and bodies, without types of the parser.
//!
//! Leaves out syntax that does not change which method is called on which value: `.await`, `?`, references,
//! parentheses, types of turbofish. Spans are byte ranges of the file.

use std::ops::Range;

/// Byte range in a file.
pub(super) type Bytes = Range<usize>;

/// A file.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) functions: Vec<Function>,
    pub(super) constants: Vec<Constant>,
    pub(super) records: Vec<RecordType>,
    pub(super) aliases: Vec<Alias>,
    pub(super) traits: Vec<String>,
    /// Macros that the file defines, by name.
    pub(super) macros: Vec<(String, Bytes)>,
    /// Macros invoked where an item may stand.
    pub(super) invocations: Vec<Invocation>,
    /// Comments of tests, in the order of the file.
    pub(super) comments: Vec<Comment>,
    /// `cfg` conditions of modules that stand in files of their own, each with the way to the module from here.
    pub(super) conditions: Vec<(Vec<String>, String)>,
    /// Places that are not Rust, in the order of the file.
    pub(super) broken: Vec<Bytes>,
}

/// A function, wherever it stands.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) name_span: Bytes,
    /// From its attributes to the end of its body.
    pub(super) span: Bytes,
    /// Inline modules around it.
    pub(super) modules: Vec<String>,
    /// The type whose `impl` it stands in.
    pub(super) owner: Option<String>,
    pub(super) attributes: Vec<Attribute>,
    /// `cfg` conditions of the modules around it.
    pub(super) outer_cfg: Vec<String>,
    /// Type parameters with their bounds, as text; constants among them have none.
    pub(super) generics: Vec<(String, String)>,
    pub(super) params: Vec<Param>,
    pub(super) returns: Option<String>,
    pub(super) body: Option<Expr>,
}

/// An attribute of a function.
#[derive(Debug)]
pub(super) struct Attribute {
    /// The last segment of its path.
    pub(super) name: String,
    pub(super) span: Bytes,
    /// What stands between its parentheses.
    pub(super) arguments: Option<(String, Bytes)>,
}

/// A parameter.
#[derive(Debug)]
pub(super) struct Param {
    pub(super) pattern: Pattern,
    pub(super) ty: String,
    pub(super) ty_span: Bytes,
}

/// A `const` or `static` with its value.
#[derive(Debug)]
pub(super) struct Constant {
    pub(super) name: String,
    /// The whole item.
    pub(super) span: Bytes,
    pub(super) value: Expr,
}

/// Another name of a type.
#[derive(Debug)]
pub(super) struct Alias {
    pub(super) name: String,
    /// The whole item.
    pub(super) span: Bytes,
    pub(super) ty: String,
}

/// A `struct` or an `enum`; the fields of a tuple are numbered, those of an `enum` are left out.
#[derive(Debug)]
pub(super) struct RecordType {
    pub(super) name: String,
    /// The whole item.
    pub(super) span: Bytes,
    pub(super) fields: Vec<(String, String)>,
}

/// A macro invoked as an item.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) path: String,
    pub(super) span: Bytes,
    pub(super) text: String,
}

/// A comment.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub(super) text: String,
    pub(super) span: Bytes,
}

/// A pattern, by the names that it binds and the paths that it tests.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// A name, or `_`.
    Bind(String),
    /// `name @ pattern`.
    Named(String, Box<Pattern>),
    Tuple(Vec<Pattern>),
    /// `[a, .., b]`.
    Slice(Vec<Pattern>),
    /// `..`
    Rest,
    /// Fields with their patterns.
    Record(Vec<(String, Bytes, Pattern)>),
    Path(String),
    Any(Vec<Pattern>),
    /// A path with patterns inside: `Some(x)`.
    Wrap(String, Vec<Pattern>),
    Other,
}

/// An arm of a `match`.
#[derive(Clone, Debug)]
pub(super) struct Arm {
    pub(super) pattern: Pattern,
    pub(super) guard: Option<Expr>,
    pub(super) body: Expr,
}

/// An expression or statement.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    Path {
        path: String,
        span: Bytes,
    },
    Text {
        value: String,
        span: Bytes,
    },
    Call {
        callee: Box<Expr>,
        args: Vec<Expr>,
        span: Bytes,
    },
    Method {
        receiver: Box<Expr>,
        name: String,
        name_span: Bytes,
        args: Vec<Expr>,
    },
    Field {
        base: Box<Expr>,
        name: String,
        name_span: Bytes,
    },
    Macro {
        path: String,
        args: Vec<Expr>,
        span: Bytes,
        /// The names within, where the arguments are not expressions.
        unread: Vec<String>,
    },
    Record {
        path: String,
        path_span: Bytes,
        fields: Vec<(String, Bytes, Expr)>,
        /// What the other fields come from.
        base: Option<Box<Expr>>,
    },
    Tuple(Vec<Expr>),
    Array(Vec<Expr>),
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
    },
    Closure {
        /// Patterns, with their types where they are written.
        params: Vec<(Pattern, Option<String>)>,
        body: Box<Expr>,
    },
    Block(Vec<Expr>),
    /// A statement with a semicolon: its value is not the block's.
    Statement(Box<Expr>),
    Let {
        pattern: Pattern,
        ty: Option<String>,
        value: Option<Box<Expr>>,
        otherwise: Option<Box<Expr>>,
    },
    Assign {
        target: Box<Expr>,
        value: Box<Expr>,
        /// From the target to the end of the value.
        span: Bytes,
    },
    Match {
        scrutinee: Box<Expr>,
        arms: Vec<Arm>,
    },
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Option<Box<Expr>>,
    },
    Equal {
        left: Box<Expr>,
        right: Box<Expr>,
        negated: bool,
    },
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Loop {
        pattern: Option<Pattern>,
        head: Option<Box<Expr>>,
        body: Box<Expr>,
    },
    Return(Option<Box<Expr>>),
    /// `break`, or `continue`.
    Break {
        value: Option<Box<Expr>>,
        /// Whether it names what it leaves, which may be more than the innermost loop.
        labelled: bool,
    },
    /// Anything else: its parts, in order.
    Parts(Vec<Expr>),
}
