//! Turns expressions and patterns of the parser into those of [`super::tree`].

use std::ops::Range;

use crate::rust::cst::{Cst, Node, is_item};
use crate::rust::{SyntaxKind, string};

use super::tree::{Arm, Bytes, Expr, Pattern};

/// Macros within macros that are followed.
const MAX_MACROS: usize = 8;

/// Turns expressions into the tree's.
pub(super) struct Lower<'i, 'c> {
    /// What to add to the parser's positions: macros' arguments are parsed by themselves.
    offset: isize,
    /// Macros within macros.
    depth: usize,
    /// Items that stand in blocks.
    items: &'i mut Vec<Node<'c>>,
}

impl<'i, 'c> Lower<'i, 'c> {
    /// One that gathers the items that stand in blocks.
    pub(super) fn new(items: &'i mut Vec<Node<'c>>) -> Self {
        Self { offset: 0, depth: 0, items }
    }

    fn span(&self, node: Node<'_>) -> Bytes {
        let Range { start, end } = node.range();
        let at = |point: usize| point.checked_add_signed(self.offset).unwrap_or(0);
        at(start)..at(end)
    }

    fn boxed(&mut self, expr: Option<Node<'c>>) -> Box<Expr> {
        Box::new(self.maybe(expr))
    }

    fn maybe(&mut self, expr: Option<Node<'c>>) -> Expr {
        expr.map_or(Expr::Parts(Vec::new()), |expr| self.expr(expr))
    }

    fn args(&mut self, call: Node<'c>) -> Vec<Expr> {
        let list = call.child(SyntaxKind::ARG_LIST).into_iter();
        list.flat_map(Node::exprs).map(|arg| self.expr(arg)).collect()
    }

    pub(super) fn block(&mut self, block: Node<'c>) -> Expr {
        let mut parts = Vec::new();
        let Some(list) = block.child(SyntaxKind::STMT_LIST) else { return Expr::Block(parts) };
        for statement in list.children() {
            match statement.kind() {
                SyntaxKind::EXPR_STMT => {
                    if let Some(expr) = statement.expr() {
                        parts.push(Expr::Statement(Box::new(self.expr(expr))));
                    }
                }
                SyntaxKind::LET_STMT => parts.push(Expr::Let {
                    pattern: self.pattern_of(statement),
                    ty: statement.ty().map(|ty| ty.text().to_owned()),
                    value: statement.expr().map(|value| Box::new(self.expr(value))),
                    otherwise: statement
                        .child(SyntaxKind::LET_ELSE)
                        .and_then(|otherwise| otherwise.child(SyntaxKind::BLOCK_EXPR))
                        .map(|block| Box::new(self.block(block))),
                }),
                SyntaxKind::MACRO_CALL => {
                    parts.push(Expr::Statement(Box::new(self.macro_call(statement))));
                }
                // Items in a macro's arguments have positions of their own.
                kind if is_item(kind) && self.depth == 0 => self.items.push(statement),
                _ => {}
            }
        }
        if let Some(tail) = list.expr() {
            parts.push(self.expr(tail));
        }
        Expr::Block(parts)
    }

    fn branch(&mut self, block: Option<Node<'c>>) -> Box<Expr> {
        Box::new(match block {
            Some(block) if block.kind() == SyntaxKind::BLOCK_EXPR => self.block(block),
            _ => Expr::Parts(Vec::new()),
        })
    }

    pub(super) fn expr(&mut self, node: Node<'c>) -> Expr {
        match node.kind() {
            SyntaxKind::AWAIT_EXPR
            | SyntaxKind::TRY_EXPR
            | SyntaxKind::REF_EXPR
            | SyntaxKind::PAREN_EXPR
            | SyntaxKind::CAST_EXPR => self.maybe(node.expr()),
            SyntaxKind::PREFIX_EXPR => {
                let operator = node.children().next().map(Node::kind);
                match operator {
                    Some(SyntaxKind::BANG) => Expr::Not(self.boxed(node.expr())),
                    _ => self.maybe(node.expr()),
                }
            }
            SyntaxKind::PATH_EXPR => Expr::Path { path: path_of(node), span: self.span(node) },
            SyntaxKind::LITERAL => self.literal(node),
            SyntaxKind::CALL_EXPR => {
                let callee = node.expr();
                Expr::Call {
                    callee: self.boxed(callee),
                    args: self.args(node),
                    span: self.span(callee.unwrap_or(node)),
                }
            }
            SyntaxKind::METHOD_CALL_EXPR => {
                let name = node.name_ref();
                Expr::Method {
                    receiver: self.boxed(node.expr()),
                    name: name.map_or_else(String::new, |name| name.text().to_owned()),
                    name_span: self.span(name.unwrap_or(node)),
                    args: self.args(node),
                }
            }
            SyntaxKind::FIELD_EXPR => {
                let name = node.name_ref();
                Expr::Field {
                    base: self.boxed(node.expr()),
                    name: name.map_or_else(String::new, |name| name.text().to_owned()),
                    name_span: self.span(name.unwrap_or(node)),
                }
            }
            SyntaxKind::MACRO_EXPR => match node.child(SyntaxKind::MACRO_CALL) {
                Some(call) => self.macro_call(call),
                None => Expr::Parts(Vec::new()),
            },
            SyntaxKind::RECORD_EXPR => Expr::Record {
                path: path_of(node),
                path_span: self.span(node.child(SyntaxKind::PATH).unwrap_or(node)),
                fields: self.record_fields(node),
                base: node
                    .child(SyntaxKind::RECORD_EXPR_FIELD_LIST)
                    .and_then(Node::expr)
                    .map(|base| Box::new(self.expr(base))),
            },
            SyntaxKind::TUPLE_EXPR => Expr::Tuple(node.exprs().map(|part| self.expr(part)).collect()),
            SyntaxKind::ARRAY_EXPR => Expr::Array(node.exprs().map(|part| self.expr(part)).collect()),
            SyntaxKind::INDEX_EXPR => {
                let mut parts = node.exprs();
                let (base, index) = (parts.next(), parts.next());
                Expr::Index { base: self.boxed(base), index: self.boxed(index) }
            }
            kind @ (SyntaxKind::CONTINUE_EXPR | SyntaxKind::BREAK_EXPR) => {
                let value = node.expr().filter(|_| kind == SyntaxKind::BREAK_EXPR);
                Expr::Break {
                    value: value.map(|value| Box::new(self.expr(value))),
                    labelled: node.child(SyntaxKind::LIFETIME).is_some(),
                }
            }
            SyntaxKind::CLOSURE_EXPR => {
                let list = node.child(SyntaxKind::PARAM_LIST).into_iter();
                let params = list
                    .flat_map(|list| list.children().filter(|child| child.kind() == SyntaxKind::PARAM))
                    .map(|param| (self.pattern_of(param), param.ty().map(|ty| ty.text().to_owned())))
                    .collect();
                Expr::Closure { params, body: self.boxed(node.expr()) }
            }
            SyntaxKind::BLOCK_EXPR => self.block(node),
            SyntaxKind::LET_EXPR => Expr::Let {
                pattern: self.pattern_of(node),
                ty: None,
                value: node.expr().map(|value| Box::new(self.expr(value))),
                otherwise: None,
            },
            SyntaxKind::BIN_EXPR => self.binary(node),
            SyntaxKind::MATCH_EXPR => {
                let scrutinee = self.boxed(node.expr());
                let list = node.child(SyntaxKind::MATCH_ARM_LIST).into_iter();
                let arms = list
                    .flat_map(|list| list.children().filter(|child| child.kind() == SyntaxKind::MATCH_ARM))
                    .map(|arm| Arm {
                        pattern: self.pattern_of(arm),
                        guard: arm
                            .child(SyntaxKind::MATCH_GUARD)
                            .and_then(Node::expr)
                            .map(|guard| self.expr(guard)),
                        body: self.maybe(arm.expr()),
                    })
                    .collect();
                Expr::Match { scrutinee, arms }
            }
            SyntaxKind::IF_EXPR => {
                let mut exprs = node.exprs().skip(1);
                let (then, otherwise) = (exprs.next(), exprs.next());
                Expr::If {
                    condition: self.boxed(head(node)),
                    then: self.branch(then),
                    otherwise: otherwise
                        .filter(|branch| {
                            matches!(branch.kind(), SyntaxKind::BLOCK_EXPR | SyntaxKind::IF_EXPR)
                        })
                        .map(|branch| Box::new(self.expr(branch))),
                }
            }
            SyntaxKind::FOR_EXPR => Expr::Loop {
                pattern: node.pats().next().map(|pattern| self.pattern(pattern)),
                head: head(node).map(|head| Box::new(self.expr(head))),
                body: self.loop_body(node),
            },
            SyntaxKind::WHILE_EXPR => Expr::Loop {
                pattern: None,
                head: head(node).map(|head| Box::new(self.expr(head))),
                body: self.loop_body(node),
            },
            SyntaxKind::LOOP_EXPR => Expr::Loop { pattern: None, head: None, body: self.loop_body(node) },
            SyntaxKind::RETURN_EXPR => Expr::Return(node.expr().map(|value| Box::new(self.expr(value)))),
            _ => Expr::Parts(node.exprs().map(|part| self.expr(part)).collect()),
        }
    }

    fn literal(&self, node: Node<'_>) -> Expr {
        let token =
            node.children().find(|child| !matches!(child.kind(), SyntaxKind::ATTR | SyntaxKind::COMMENT));
        let value = match token.map(|token| (token.kind(), token.text())) {
            Some((SyntaxKind::STRING, text)) => string(text).unwrap_or_default(),
            Some((SyntaxKind::TRUE_KW | SyntaxKind::FALSE_KW, text)) => text.to_owned(),
            _ => return Expr::Parts(Vec::new()),
        };
        Expr::Text { value, span: self.span(node) }
    }

    fn loop_body(&mut self, node: Node<'c>) -> Box<Expr> {
        let mut blocks = node.exprs().filter(|child| child.kind() == SyntaxKind::BLOCK_EXPR);
        let first = blocks.next();
        self.branch(blocks.next().or(first))
    }

    fn record_fields(&mut self, record: Node<'c>) -> Vec<(String, Bytes, Expr)> {
        let list = record.child(SyntaxKind::RECORD_EXPR_FIELD_LIST).into_iter();
        list.flat_map(|list| list.children().filter(|child| child.kind() == SyntaxKind::RECORD_EXPR_FIELD))
            .map(|field| {
                let value = field.expr();
                let name = match (field.name_ref(), value) {
                    (Some(name), _) => name.text().to_owned(),
                    // `Record { field }`.
                    (None, Some(value)) if value.kind() == SyntaxKind::PATH_EXPR => {
                        Some(path_of(value)).filter(|path| !path.contains("::")).unwrap_or_default()
                    }
                    _ => String::new(),
                };
                (name, self.span(field), self.maybe(value))
            })
            .collect()
    }

    fn binary(&mut self, node: Node<'c>) -> Expr {
        let mut sides = node.exprs();
        let (left, right) = (sides.next(), sides.next());
        let (left, right) = (self.boxed(left), self.boxed(right));
        let operator = node.children().map(Node::kind).find(|kind| kind.is_punct());
        match operator {
            Some(
                SyntaxKind::EQ
                | SyntaxKind::PLUSEQ
                | SyntaxKind::MINUSEQ
                | SyntaxKind::STAREQ
                | SyntaxKind::SLASHEQ
                | SyntaxKind::PERCENTEQ
                | SyntaxKind::SHLEQ
                | SyntaxKind::SHREQ
                | SyntaxKind::CARETEQ
                | SyntaxKind::PIPEEQ
                | SyntaxKind::AMPEQ,
            ) => Expr::Assign { target: left, value: right, span: self.span(node) },
            Some(SyntaxKind::EQ2) => Expr::Equal { left, right, negated: false },
            Some(SyntaxKind::NEQ) => Expr::Equal { left, right, negated: true },
            Some(SyntaxKind::AMP2) => Expr::And(left, right),
            Some(SyntaxKind::PIPE2) => Expr::Or(left, right),
            _ => Expr::Parts(vec![*left, *right]),
        }
    }

    /// A macro, its arguments read as if it were a call. Where they are no expressions, the names among them are kept.
    fn macro_call(&mut self, call: Node<'_>) -> Expr {
        let path = path_of(call);
        let span = self.span(call);
        let quiet = |path| Expr::Macro { path, args: Vec::new(), span: span.clone(), unread: Vec::new() };
        let Some(tokens) = call.child(SyntaxKind::TOKEN_TREE) else { return quiet(path) };
        let text = tokens.text();
        // A literal alone, which is most of what is logged.
        if text.len() < 2 || !text[1..].contains(['(', '.', '{', ',', ';']) && text[1..].starts_with('"') {
            return quiet(path);
        }
        let names = || {
            let mut names: Vec<String> = Vec::new();
            for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
                if word.starts_with(|c: char| c.is_lowercase() || c == '_')
                    && !names.iter().any(|known| known == word)
                {
                    names.push(word.to_owned());
                }
            }
            names
        };
        let unread = |path| Expr::Macro { path, args: Vec::new(), span: span.clone(), unread: names() };
        if self.depth > MAX_MACROS {
            return unread(path);
        }
        const HEAD: &str = "fn f(){m(";
        let mut end = text.len() - 1;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let wrapped = format!("{HEAD}{})}}", &text[1..end.max(1)]);
        let start = isize::try_from(tokens.range().start).unwrap_or(0);
        let Ok(cst) = Cst::parse(&wrapped) else { return unread(path) };
        let call =
            cst.root().and_then(|root| root.descendants().find(|node| node.kind() == SyntaxKind::CALL_EXPR));
        let mut inner = Lower {
            offset: self.offset + start + 1 - HEAD.len() as isize,
            depth: self.depth + 1,
            items: &mut Vec::new(),
        };
        let args = call.map(|call| inner.args(call)).unwrap_or_default();
        let broken = if cst.broken.is_empty() { Vec::new() } else { names() };
        Expr::Macro { path, args, span, unread: broken }
    }

    /// The pattern that something has.
    pub(super) fn pattern_of(&self, node: Node<'_>) -> Pattern {
        node.pats().next().map_or(Pattern::Other, |pattern| self.pattern(pattern))
    }

    fn pattern(&self, node: Node<'_>) -> Pattern {
        let parts = || node.pats().map(|part| self.pattern(part)).collect();
        match node.kind() {
            SyntaxKind::IDENT_PAT => match node.pats().next() {
                Some(pattern) => Pattern::Named(node.name().to_owned(), Box::new(self.pattern(pattern))),
                // `None` and constants look the same as names.
                None if node.name().starts_with(char::is_uppercase) => Pattern::Path(node.name().to_owned()),
                None => Pattern::Bind(node.name().to_owned()),
            },
            SyntaxKind::TUPLE_PAT => Pattern::Tuple(parts()),
            SyntaxKind::SLICE_PAT => Pattern::Slice(parts()),
            SyntaxKind::REST_PAT => Pattern::Rest,
            SyntaxKind::WILDCARD_PAT => Pattern::Bind("_".to_owned()),
            SyntaxKind::PATH_PAT => Pattern::Path(path_of(node)),
            SyntaxKind::OR_PAT => Pattern::Any(parts()),
            SyntaxKind::TUPLE_STRUCT_PAT => Pattern::Wrap(path_of(node), parts()),
            SyntaxKind::RECORD_PAT => {
                let list = node.child(SyntaxKind::RECORD_PAT_FIELD_LIST).into_iter();
                let fields = list.flat_map(|list| {
                    list.children().filter(|child| child.kind() == SyntaxKind::RECORD_PAT_FIELD)
                });
                let fields = fields.map(|field| {
                    let pattern = self.pattern_of(field);
                    let name = match (field.name_ref(), &pattern) {
                        (Some(name), _) => name.text().to_owned(),
                        (None, Pattern::Bind(name) | Pattern::Named(name, _)) => name.clone(),
                        _ => String::new(),
                    };
                    (name, self.span(field), pattern)
                });
                Pattern::Record(fields.collect())
            }
            SyntaxKind::REF_PAT | SyntaxKind::PAREN_PAT | SyntaxKind::BOX_PAT | SyntaxKind::DEREF_PAT => {
                self.pattern_of(node)
            }
            _ => Pattern::Other,
        }
    }
}

/// What stands between the word of an `if`, `while` or `for` and its block. A block is that only where another follows.
fn head(node: Node<'_>) -> Option<Node<'_>> {
    let mut exprs = node.exprs();
    let first = exprs.next()?;
    (first.kind() != SyntaxKind::BLOCK_EXPR || exprs.next().is_some()).then_some(first)
}

/// The path of something, without generic arguments and white space.
fn path_of(node: Node<'_>) -> String {
    let mut path = String::new();
    append_path(node, &mut path);
    path
}

fn append_path(node: Node<'_>, text: &mut String) {
    let Some(path) = node.child(SyntaxKind::PATH) else { return };
    // The last segment stands outside, those before it in a path within.
    append_path(path, text);
    if let Some(name) = path.child(SyntaxKind::PATH_SEGMENT).and_then(Node::name_ref) {
        if !text.is_empty() {
            text.push_str("::");
        }
        text.push_str(name.text());
    }
}
