//! Reads Rust with `ra_ap_syntax`, the only file that names it, into [`Tree`].
//!
//! It survives broken code: one function that does not parse leaves the others as they are.

use std::cell::RefCell;
use std::ops::Range;

use ra_ap_syntax::ast::{
    self, HasArgList, HasAttrs, HasGenericParams, HasModuleItem, HasName, HasTypeBounds,
};
use ra_ap_syntax::{
    AstNode, AstToken, Edition, NodeOrToken, SourceFile, SyntaxKind, SyntaxNode, SyntaxToken, TextRange,
};

use super::tree::{
    Arm, Attribute, Bytes, Comment, Constant, Expr, Function, Invocation, Param, Pattern, RecordType, Tree,
};

/// Macros that look at values.
const LOOKS: [&str; 12] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "bail",
    "anyhow",
    "ensure",
    "println",
    "eprintln",
    "panic",
    "unreachable",
    "write",
    "writeln",
];
/// Brackets within brackets that are followed. Deeper source is not read: parser and walk are recursive.
const MAX_DEPTH: usize = 120;
/// Tokens between two separators that are followed, for the same reason.
const MAX_RUN: usize = 3000;

/// Why a file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Brackets within brackets beyond all reason.
    Nested,
    /// One expression beyond all reason.
    Endless,
}

/// Reads a file.
pub(super) fn read(text: &str) -> Result<Tree, Unreadable> {
    within_reason(text)?;
    let parse = SourceFile::parse(text, Edition::CURRENT);
    let file = parse.tree();
    let mut tree = Tree {
        broken: parse.errors().iter().map(|error| bytes(error.range(), 0)).collect(),
        ..Tree::default()
    };
    let mut reader = Reader { tree: &mut tree, modules: Vec::new(), cfg: Vec::new() };
    reader.items(file.items());
    Ok(tree)
}

/// Measures nesting and the longest expression without parsing; strings and comments count as they are, which only
/// makes it stricter.
fn within_reason(text: &str) -> Result<(), Unreadable> {
    let (mut depth, mut run, mut in_word) = (0_usize, 0_usize, false);
    let mut elses = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        let word = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                run += 1;
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if byte == b'}' {
                    run = 0;
                }
            }
            b';' | b',' => {
                run = 0;
                elses = 0;
            }
            b'\n' | b' ' | b'\t' | b'\r' => {}
            _ if word && in_word => {}
            _ => run += 1,
        }
        if byte == b'e' && !in_word && text.as_bytes()[at..].starts_with(b"else") {
            elses += 1;
        }
        in_word = word;
        if depth > MAX_DEPTH {
            return Err(Unreadable::Nested);
        }
        if run > MAX_RUN || elses > MAX_RUN / 4 {
            return Err(Unreadable::Endless);
        }
    }
    Ok(())
}

fn bytes(range: TextRange, offset: isize) -> Bytes {
    let at = |point: u32| usize::try_from(point as isize + offset).unwrap_or(0);
    at(range.start().into())..at(range.end().into())
}

struct Reader<'t> {
    tree: &'t mut Tree,
    modules: Vec<String>,
    cfg: Vec<String>,
}

impl Reader<'_> {
    fn items(&mut self, items: impl Iterator<Item = ast::Item>) {
        for item in items {
            self.item(item, None);
        }
    }

    fn item(&mut self, item: ast::Item, owner: Option<&str>) {
        match item {
            ast::Item::Fn(function) => self.function(&function, owner),
            ast::Item::Module(module) => {
                let Some(list) = module.item_list() else { return };
                let cfg = cfg_texts(&module);
                let before = self.cfg.len();
                self.cfg.extend(cfg);
                self.modules.push(name_of(&module));
                self.items(list.items());
                self.modules.pop();
                self.cfg.truncate(before);
            }
            ast::Item::Impl(block) => {
                let owner = block.self_ty().map(|ty| bare_type(&ty.syntax().text().to_string()));
                self.associated(block.assoc_item_list(), owner.as_deref());
            }
            ast::Item::Trait(block) => self.associated(block.assoc_item_list(), Some(&name_of(&block))),
            ast::Item::Const(constant) => self.constant(name_of(&constant), constant.body()),
            ast::Item::Static(constant) => self.constant(name_of(&constant), constant.body()),
            ast::Item::Struct(record) => {
                let Some(ast::FieldList::RecordFieldList(list)) = record.field_list() else { return };
                let fields = list.fields().map(|field| {
                    (name_of(&field), field.ty().map(|ty| ty.syntax().text().to_string()).unwrap_or_default())
                });
                self.tree.records.push(RecordType { name: name_of(&record), fields: fields.collect() });
            }
            ast::Item::MacroCall(call) => self.tree.invocations.push(Invocation {
                path: call.path().map(|path| path.syntax().text().to_string()).unwrap_or_default(),
                span: {
                    let whole = bytes(call.syntax().text_range(), 0);
                    let path = call.path().map(|path| bytes(path.syntax().text_range(), 0));
                    path.map_or(whole.start, |path| path.start)..whole.end
                },
                text: call.token_tree().map(|tree| tree.syntax().text().to_string()).unwrap_or_default(),
            }),
            _ => {}
        }
    }

    fn associated(&mut self, list: Option<ast::AssocItemList>, owner: Option<&str>) {
        for item in list.into_iter().flat_map(|list| list.assoc_items()) {
            match item {
                ast::AssocItem::Fn(function) => self.function(&function, owner),
                ast::AssocItem::Const(constant) => self.constant(name_of(&constant), constant.body()),
                _ => {}
            }
        }
    }

    fn constant(&mut self, name: String, body: Option<impl AstNode>) {
        let value = body.and_then(|body| ast::Expr::cast(body.syntax().clone()));
        if let Some(value) = value {
            let items = RefCell::default();
            let value = Lower { offset: 0, depth: 0, items: &items }.expr(&value);
            self.tree.constants.push(Constant { name, value });
        }
    }

    fn function(&mut self, function: &ast::Fn, owner: Option<&str>) {
        let items = RefCell::default();
        let lower = Lower { offset: 0, depth: 0, items: &items };
        let body = function.body();
        let attributes = attributes(function);
        // Comments matter where a test declares its guests: above the function and within its attributes.
        if attributes.iter().any(|attribute| attribute.arguments.is_some()) {
            for element in function.syntax().children_with_tokens() {
                let tokens: Vec<SyntaxToken> = match element {
                    NodeOrToken::Token(token) => vec![token],
                    NodeOrToken::Node(node) if node.kind() == SyntaxKind::ATTR => {
                        node.descendants_with_tokens().filter_map(|element| element.into_token()).collect()
                    }
                    NodeOrToken::Node(_) => Vec::new(),
                };
                for comment in tokens.into_iter().filter_map(ast::Comment::cast) {
                    let span = bytes(comment.syntax().text_range(), 0);
                    self.tree.comments.push(Comment { text: comment.text().to_owned(), span });
                }
            }
        }
        let mut params = Vec::new();
        if let Some(list) = function.param_list() {
            if list.self_param().is_some() {
                params.push(Param {
                    pattern: Pattern::Bind("self".to_owned()),
                    ty: "Self".to_owned(),
                    ty_span: 0..0,
                });
            }
            params.extend(list.params().map(|param| Param {
                pattern: param.pat().map_or(Pattern::Other, |pattern| lower.pattern(&pattern)),
                ty: param.ty().map(|ty| ty.syntax().text().to_string()).unwrap_or_default(),
                ty_span: param.ty().map(|ty| bytes(ty.syntax().text_range(), 0)).unwrap_or_default(),
            }));
        }
        let mut generics: Vec<(String, String)> = function
            .generic_param_list()
            .into_iter()
            .flat_map(|list| list.generic_params().collect::<Vec<_>>())
            .filter_map(|param| match param {
                ast::GenericParam::TypeParam(param) => {
                    let bounds = param.type_bound_list().map(|list| list.syntax().text().to_string());
                    Some((name_of(&param), bounds.unwrap_or_default()))
                }
                _ => None,
            })
            .collect();
        for clause in
            function.where_clause().into_iter().flat_map(|clause| clause.predicates().collect::<Vec<_>>())
        {
            if let (Some(ty), Some(bounds)) = (clause.ty(), clause.type_bound_list()) {
                generics.push((ty.syntax().text().to_string(), bounds.syntax().text().to_string()));
            }
        }
        self.tree.functions.push(Function {
            name: name_of(function),
            name_span: function.name().map(|name| bytes(name.syntax().text_range(), 0)).unwrap_or_default(),
            span: bytes(function.syntax().text_range(), 0),
            modules: self.modules.clone(),
            owner: owner.map(str::to_owned),
            attributes,
            outer_cfg: self.cfg.clone(),
            generics,
            params,
            returns: function.ret_type().and_then(|ret| ret.ty()).map(|ty| ty.syntax().text().to_string()),
            body: body.map(|body| lower.block(&body)),
        });
        // Functions and constants within the body are found like any other.
        for item in items.take() {
            self.item(item, None);
        }
    }
}

fn name_of(node: &impl HasName) -> String {
    node.name().map(|name| name.text().trim_start_matches("r#").to_owned()).unwrap_or_default()
}

/// The last segment of a type without references and generic arguments.
pub(super) fn bare_type(text: &str) -> String {
    let text = text.trim_start_matches(['&', ' ', '(']);
    let text = text.strip_prefix("mut ").unwrap_or(text);
    let text = match text.strip_prefix('\'') {
        Some(rest) => rest.split_once(' ').map_or("", |(_, rest)| rest),
        None => text,
    };
    let text = text.strip_prefix("mut ").unwrap_or(text);
    let text = text.split('<').next().unwrap_or_default();
    text.rsplit("::").next().unwrap_or_default().trim().to_owned()
}

fn attributes(node: &impl HasAttrs) -> Vec<Attribute> {
    node.attrs()
        .filter_map(|attribute| {
            let text = attribute.syntax().text().to_string();
            let span = bytes(attribute.syntax().text_range(), 0);
            let inner = text.strip_prefix("#[")?;
            let head: usize = inner
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':' || c.is_whitespace()))
                .unwrap_or(inner.len());
            let name = inner[..head].rsplit("::").next().unwrap_or_default().trim().to_owned();
            let arguments = inner[head..].starts_with(['(', '[', '{']).then(|| {
                let start = 2 + head + 1;
                let end = text.rfind([')', ']', '}']).unwrap_or(text.len());
                // The last bracket closes the attribute, the one before it the arguments.
                let end = text[..end].rfind([')', ']', '}']).unwrap_or(end).max(start);
                (text[start..end].to_owned(), span.start + start..span.start + end)
            });
            Some(Attribute { name, span, arguments })
        })
        .collect()
}

fn cfg_texts(node: &impl HasAttrs) -> Vec<String> {
    let cfg = attributes(node).into_iter().filter(|attribute| attribute.name == "cfg");
    cfg.filter_map(|attribute| attribute.arguments.map(|(text, _)| text)).collect()
}

/// Turns expressions into the tree's.
#[derive(Clone, Copy)]
struct Lower<'i> {
    /// What to add to the parser's positions: macros' arguments are parsed by themselves.
    offset: isize,
    /// Macros within macros.
    depth: usize,
    /// Items that stand in blocks.
    items: &'i RefCell<Vec<ast::Item>>,
}

impl Lower<'_> {
    fn span(self, node: &SyntaxNode) -> Range<usize> {
        bytes(node.text_range(), self.offset)
    }

    fn boxed(self, expr: Option<ast::Expr>) -> Box<Expr> {
        Box::new(expr.map_or(Expr::Parts(Vec::new()), |expr| self.expr(&expr)))
    }

    fn args(self, list: Option<ast::ArgList>) -> Vec<Expr> {
        list.into_iter().flat_map(|list| list.args().collect::<Vec<_>>()).map(|arg| self.expr(&arg)).collect()
    }

    fn block(self, block: &ast::BlockExpr) -> Expr {
        let mut parts = Vec::new();
        for statement in block.statements() {
            match statement {
                ast::Stmt::ExprStmt(statement) => {
                    if let Some(expr) = statement.expr() {
                        parts.push(Expr::Statement(Box::new(self.expr(&expr))));
                    }
                }
                ast::Stmt::LetStmt(statement) => parts.push(Expr::Let {
                    pattern: statement.pat().map_or(Pattern::Other, |pattern| self.pattern(&pattern)),
                    ty: statement.ty().map(|ty| ty.syntax().text().to_string()),
                    value: statement.initializer().map(|value| Box::new(self.expr(&value))),
                    otherwise: statement
                        .let_else()
                        .and_then(|otherwise| otherwise.block_expr())
                        .map(|block| Box::new(self.block(&block))),
                }),
                ast::Stmt::Item(item) => {
                    // What a macro's arguments hold has positions of its own.
                    if self.depth == 0 {
                        self.items.borrow_mut().push(item);
                    }
                }
            }
        }
        if let Some(tail) = block.tail_expr() {
            parts.push(self.expr(&tail));
        }
        Expr::Block(parts)
    }

    fn expr(self, expr: &ast::Expr) -> Expr {
        let node = expr.syntax();
        match expr {
            ast::Expr::AwaitExpr(inner) => *self.boxed(inner.expr()),
            ast::Expr::TryExpr(inner) => *self.boxed(inner.expr()),
            ast::Expr::RefExpr(inner) => *self.boxed(inner.expr()),
            ast::Expr::ParenExpr(inner) => *self.boxed(inner.expr()),
            ast::Expr::CastExpr(inner) => *self.boxed(inner.expr()),
            ast::Expr::PrefixExpr(inner) => match inner.op_kind() {
                Some(ast::UnaryOp::Not) => Expr::Not(self.boxed(inner.expr())),
                _ => *self.boxed(inner.expr()),
            },
            ast::Expr::PathExpr(inner) => Expr::Path {
                path: inner.path().map(|path| path_text(&path)).unwrap_or_default(),
                span: self.span(node),
            },
            ast::Expr::Literal(literal) => match literal.kind() {
                ast::LiteralKind::String(text) => Expr::Text {
                    value: text.value().map(|value| value.into_owned()).unwrap_or_default(),
                    span: self.span(node),
                },
                ast::LiteralKind::Bool(value) => {
                    Expr::Text { value: value.to_string(), span: self.span(node) }
                }
                _ => Expr::Parts(Vec::new()),
            },
            ast::Expr::CallExpr(call) => Expr::Call {
                callee: self.boxed(call.expr()),
                args: self.args(call.arg_list()),
                span: call.expr().map_or(self.span(node), |callee| self.span(callee.syntax())),
            },
            ast::Expr::MethodCallExpr(call) => Expr::Method {
                receiver: self.boxed(call.receiver()),
                name: call.name_ref().map(|name| name.text().to_string()).unwrap_or_default(),
                name_span: call.name_ref().map_or(self.span(node), |name| self.span(name.syntax())),
                args: self.args(call.arg_list()),
            },
            ast::Expr::FieldExpr(field) => Expr::Field {
                base: self.boxed(field.expr()),
                name: field.name_ref().map(|name| name.text().to_string()).unwrap_or_default(),
                name_span: field.name_ref().map_or(self.span(node), |name| self.span(name.syntax())),
            },
            ast::Expr::MacroExpr(inner) => {
                inner.macro_call().map_or(Expr::Parts(Vec::new()), |call| self.macro_call(&call))
            }
            ast::Expr::RecordExpr(record) => Expr::Record {
                path: record.path().map(|path| path_text(&path)).unwrap_or_default(),
                path_span: record.path().map_or(self.span(node), |path| self.span(path.syntax())),
                fields: self.record_fields(record),
            },
            ast::Expr::TupleExpr(tuple) => Expr::Tuple(tuple.fields().map(|part| self.expr(&part)).collect()),
            ast::Expr::ClosureExpr(closure) => Expr::Closure {
                params: closure
                    .param_list()
                    .into_iter()
                    .flat_map(|list| list.params().collect::<Vec<_>>())
                    .map(|param| param.pat().map_or(Pattern::Other, |pattern| self.pattern(&pattern)))
                    .collect(),
                body: self.boxed(closure.body()),
            },
            ast::Expr::BlockExpr(block) => self.block(block),
            ast::Expr::LetExpr(inner) => Expr::Let {
                pattern: inner.pat().map_or(Pattern::Other, |pattern| self.pattern(&pattern)),
                ty: None,
                value: inner.expr().map(|value| Box::new(self.expr(&value))),
                otherwise: None,
            },
            ast::Expr::BinExpr(inner) => self.binary(inner),
            ast::Expr::MatchExpr(inner) => Expr::Match {
                scrutinee: self.boxed(inner.expr()),
                arms: inner
                    .match_arm_list()
                    .into_iter()
                    .flat_map(|list| list.arms().collect::<Vec<_>>())
                    .map(|arm| Arm {
                        pattern: arm.pat().map_or(Pattern::Other, |pattern| self.pattern(&pattern)),
                        guard: arm.guard().and_then(|guard| guard.condition()).map(|guard| self.expr(&guard)),
                        body: *self.boxed(arm.expr()),
                    })
                    .collect(),
            },
            ast::Expr::IfExpr(inner) => Expr::If {
                condition: self.boxed(inner.condition()),
                then: Box::new(
                    inner.then_branch().map_or(Expr::Parts(Vec::new()), |block| self.block(&block)),
                ),
                otherwise: inner.else_branch().map(|branch| {
                    Box::new(match branch {
                        ast::ElseBranch::Block(block) => self.block(&block),
                        ast::ElseBranch::IfExpr(inner) => self.expr(&ast::Expr::IfExpr(inner)),
                    })
                }),
            },
            ast::Expr::ForExpr(inner) => Expr::Loop {
                pattern: inner.pat().map(|pattern| self.pattern(&pattern)),
                head: inner.iterable().map(|head| Box::new(self.expr(&head))),
                body: self.loop_body(inner),
            },
            ast::Expr::WhileExpr(inner) => Expr::Loop {
                pattern: None,
                head: inner.condition().map(|head| Box::new(self.expr(&head))),
                body: self.loop_body(inner),
            },
            ast::Expr::LoopExpr(inner) => {
                Expr::Loop { pattern: None, head: None, body: self.loop_body(inner) }
            }
            ast::Expr::ReturnExpr(inner) => {
                Expr::Return(inner.expr().map(|value| Box::new(self.expr(&value))))
            }
            _ => Expr::Parts(
                node.children().filter_map(ast::Expr::cast).map(|part| self.expr(&part)).collect(),
            ),
        }
    }

    fn loop_body(self, node: &impl ast::HasLoopBody) -> Box<Expr> {
        Box::new(node.loop_body().map_or(Expr::Parts(Vec::new()), |block| self.block(&block)))
    }

    fn record_fields(self, record: &ast::RecordExpr) -> Vec<(String, Bytes, Expr)> {
        let list = record.record_expr_field_list().into_iter();
        list.flat_map(|list| list.fields().collect::<Vec<_>>())
            .map(|field| {
                let name = field.field_name().map(|name| name.text().to_string()).unwrap_or_default();
                (name, self.span(field.syntax()), *self.boxed(field.expr()))
            })
            .collect()
    }

    fn binary(self, inner: &ast::BinExpr) -> Expr {
        let (left, right) = (self.boxed(inner.lhs()), self.boxed(inner.rhs()));
        match inner.op_kind() {
            Some(ast::BinaryOp::Assignment { .. }) => Expr::Assign { target: left, value: right },
            Some(ast::BinaryOp::CmpOp(ast::CmpOp::Eq { negated })) => Expr::Equal { left, right, negated },
            Some(ast::BinaryOp::LogicOp(ast::LogicOp::And)) => Expr::And(left, right),
            _ => Expr::Parts(vec![*left, *right]),
        }
    }

    /// A macro, its arguments read as if it were a call.
    fn macro_call(self, call: &ast::MacroCall) -> Expr {
        let path = call.path().map(|path| path_text(&path)).unwrap_or_default();
        let span = self.span(call.syntax());
        let Some(tokens) = call.token_tree() else { return Expr::Macro { path, args: Vec::new(), span } };
        let text = tokens.syntax().text().to_string();
        // What only looks at values touches nothing, unless something is run within it.
        let last = path.rsplit("::").next().unwrap_or_default();
        let quiet = path.starts_with("tracing::") || LOOKS.contains(&last);
        let runs = || [".await", "cmd!", "agent", "shell"].iter().any(|word| text.contains(word));
        if self.depth > 8 || text.len() < 2 || (quiet && !runs()) {
            return Expr::Macro { path, args: Vec::new(), span };
        }
        const HEAD: &str = "fn f(){m(";
        let mut end = text.len() - 1;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let wrapped = format!("{HEAD}{})}}", &text[1..end.max(1)]);
        let start: u32 = tokens.syntax().text_range().start().into();
        let inner = Lower {
            offset: self.offset + start as isize + 1 - HEAD.len() as isize,
            depth: self.depth + 1,
            items: self.items,
        };
        let parse = SourceFile::parse(&wrapped, Edition::CURRENT);
        let call = parse.tree().syntax().descendants().find_map(ast::CallExpr::cast);
        let args = call.map(|call| inner.args(call.arg_list())).unwrap_or_default();
        Expr::Macro { path, args, span }
    }

    fn pattern(self, pattern: &ast::Pat) -> Pattern {
        match pattern {
            ast::Pat::IdentPat(inner) => match inner.pat() {
                Some(pattern) => self.pattern(&pattern),
                None => Pattern::Bind(name_of(inner)),
            },
            ast::Pat::TuplePat(inner) => Pattern::Tuple(inner.fields().map(|p| self.pattern(&p)).collect()),
            ast::Pat::PathPat(inner) => {
                Pattern::Path(inner.path().map(|path| path_text(&path)).unwrap_or_default())
            }
            ast::Pat::OrPat(inner) => Pattern::Any(inner.pats().map(|p| self.pattern(&p)).collect()),
            ast::Pat::TupleStructPat(inner) => Pattern::Wrap(
                inner.path().map(|path| path_text(&path)).unwrap_or_default(),
                inner.fields().map(|p| self.pattern(&p)).collect(),
            ),
            ast::Pat::RefPat(inner) => inner.pat().map_or(Pattern::Other, |p| self.pattern(&p)),
            ast::Pat::ParenPat(inner) => inner.pat().map_or(Pattern::Other, |p| self.pattern(&p)),
            _ => Pattern::Other,
        }
    }
}

/// A path without generic arguments and white space.
fn path_text(path: &ast::Path) -> String {
    let mut segments = Vec::new();
    let mut next = Some(path.clone());
    while let Some(path) = next {
        if let Some(name) = path.segment().and_then(|segment| segment.name_ref()) {
            segments.push(name.text().to_string());
        }
        next = path.qualifier();
    }
    segments.reverse();
    segments.join("::")
}
