//! Go source as a tree: what the analysis needs, with byte ranges.

use std::ops::Range;

/// A byte range of a file's text.
pub type Bytes = Range<usize>;

/// A file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// The package's name.
    pub package: String,
    /// Its imports.
    pub imports: Vec<Import>,
    /// Functions and methods.
    pub functions: Vec<Function>,
    /// Types.
    pub types: Vec<TypeDecl>,
    /// Variables and constants, one for each specification.
    pub variables: Vec<Variables>,
    /// Comments, in order.
    pub comments: Vec<Comment>,
}

/// A comment, with its marks.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub bytes: Bytes,
}

/// An import.
#[derive(Clone, Debug)]
pub struct Import {
    /// The name that it is given: `.`, `_` or an identifier.
    pub name: Option<String>,
    /// The path.
    pub path: String,
    /// From the name to the path.
    pub bytes: Bytes,
}

/// A function or a method.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: Ident,
    /// The receiver of a method.
    pub receiver: Option<Param>,
    /// Parameters and results.
    pub signature: Signature,
    /// Its body; `None` where it is written elsewhere.
    pub body: Option<Block>,
}

/// A type.
#[derive(Clone, Debug)]
pub struct TypeDecl {
    /// Its name.
    pub name: Ident,
    /// What it is.
    pub typ: Expr,
}

/// Variables or constants that are declared together.
#[derive(Clone, Debug)]
pub struct Variables {
    /// Their names.
    pub names: Vec<Ident>,
    /// Their type, where it is written.
    pub typ: Option<Expr>,
    /// Their values.
    pub values: Vec<Expr>,
    /// Whether they are constants.
    pub constant: bool,
}

/// A name and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub bytes: Bytes,
}

/// Parameters and results.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// Parameters, one for each name.
    pub params: Vec<Param>,
    /// Results, one for each name.
    pub results: Vec<Param>,
}

/// A parameter, a result or a field.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name; absent where only the type is written.
    pub name: Option<Ident>,
    /// Its type.
    pub typ: Expr,
}

/// Statements in braces.
#[derive(Clone, Debug)]
pub struct Block {
    /// Statements, in order.
    pub list: Vec<Stmt>,
    /// With its braces.
    pub bytes: Bytes,
}

/// An expression or a type.
#[derive(Clone, Debug)]
pub enum Expr {
    /// A name.
    Ident(Ident),
    /// `x.name`.
    Selector(Box<Self>, Ident),
    /// A call or a conversion.
    Call(Box<Call>),
    /// A text, without its quotes.
    Text(String, Bytes),
    /// Another literal, as it is written.
    Literal(String, Bytes),
    /// A closure.
    Func(Box<FuncLit>),
    /// `T{..}`; the type is left out in elements of a composite literal.
    Composite(Option<Box<Self>>, Vec<Element>, Bytes),
    /// `x[i]`, or a type with type arguments.
    Index(Box<Self>, Vec<Self>, Bytes),
    /// `x[a:b]`.
    Slice(Box<Self>, Vec<Self>, Bytes),
    /// `*x`, `&x`.
    Reference(Box<Self>, Bytes),
    /// Another operator with one operand.
    Unary(Box<Self>, Bytes),
    /// An operator with two operands, and whether it joins texts or numbers (`+`).
    Binary(Box<Self>, Box<Self>, bool),
    /// `x.(T)`; without a type in a type switch.
    Assert(Box<Self>, Option<Box<Self>>, Bytes),
    /// `...T`.
    Ellipsis(Option<Box<Self>>, Bytes),
    /// `[]T`, `[n]T`, `map[K]T`, `chan T`: the type of the elements.
    Container(Box<Self>, Bytes),
    /// `func(..) ..`.
    FuncType(Box<Signature>, Bytes),
    /// `struct { .. }`.
    Struct(Vec<Param>, Bytes),
    /// `interface { .. }`: methods, and types without a name.
    Interface(Vec<Param>, Bytes),
}

/// A call or a conversion.
#[derive(Clone, Debug)]
pub struct Call {
    /// The callee.
    pub func: Expr,
    /// With what.
    pub args: Vec<Expr>,
    /// The whole call.
    pub bytes: Bytes,
    /// The parentheses and their contents.
    pub parens: Bytes,
}

/// A closure.
#[derive(Clone, Debug)]
pub struct FuncLit {
    /// Parameters and results.
    pub signature: Signature,
    /// Its body.
    pub body: Block,
    /// The whole closure.
    pub bytes: Bytes,
}

/// An element of a composite literal.
#[derive(Clone, Debug)]
pub struct Element {
    /// Its key.
    pub key: Option<Expr>,
    /// Its value.
    pub value: Expr,
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Stmt {
    /// An expression, `go` and `defer` among them.
    Expr(Expr),
    /// `a, b = c, d`, and whether it declares them.
    Assign(Vec<Expr>, Vec<Expr>, bool),
    /// Variables or constants.
    Declare(Variables),
    /// A type within a function.
    Type(TypeDecl),
    /// `return ..`.
    Return(Vec<Expr>),
    /// Statements in a scope of their own.
    Block(Block),
    /// `if`, with what stands before its condition, and the rest.
    If(Option<Box<Self>>, Expr, Block, Option<Box<Self>>),
    /// `for` with a header of statements.
    For(Vec<Self>, Block),
    /// `for a, b = range x`, and whether it declares them.
    Range(Vec<Expr>, Expr, bool, Block),
    /// `switch` and `select`: a header, and clauses with their own heads.
    Switch(Vec<Self>, Vec<Clause>),
    /// `x++`, `x--`.
    Step(Expr),
}

/// A clause of a `switch` or a `select`.
#[derive(Clone, Debug)]
pub struct Clause {
    /// The compared or received value.
    pub head: Vec<Stmt>,
    /// The body.
    pub body: Vec<Stmt>,
}

impl Expr {
    /// Where it stands.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        match self {
            Self::Ident(ident) => ident.bytes.clone(),
            Self::Selector(x, name) => x.bytes().start..name.bytes.end,
            Self::Call(call) => call.bytes.clone(),
            Self::Func(func) => func.bytes.clone(),
            Self::Binary(x, y, _) => x.bytes().start..y.bytes().end,
            Self::Text(_, bytes)
            | Self::Literal(_, bytes)
            | Self::Composite(_, _, bytes)
            | Self::Index(_, _, bytes)
            | Self::Slice(_, _, bytes)
            | Self::Reference(_, bytes)
            | Self::Unary(_, bytes)
            | Self::Assert(_, _, bytes)
            | Self::Ellipsis(_, bytes)
            | Self::Container(_, bytes)
            | Self::FuncType(_, bytes)
            | Self::Struct(_, bytes)
            | Self::Interface(_, bytes) => bytes.clone(),
        }
    }

    /// The name, if it is nothing else.
    #[must_use]
    pub fn ident(&self) -> Option<&str> {
        match self {
            Self::Ident(ident) => Some(&ident.name),
            _ => None,
        }
    }
}
