//! The only module that knows `gosyn`: its tree, which counts characters, becomes ours, which counts bytes.

use gosyn::ast;
use gosyn::token::{LitKind, Operator};
use lightest_diagnostics::MARK;

use super::Unparsed;
use super::tree::{
    Block, Bytes, Call, Clause, Comment, Element, Expr, File, FuncLit, Function, Ident, Import, Param,
    Signature, Stmt, TypeDecl, Variables,
};

/// Parses a file.
pub(super) fn file(text: &str) -> Result<File, Unparsed> {
    let body = text.strip_prefix(MARK).unwrap_or(text);
    let base = text.len() - body.len();
    let file = gosyn::parse_source(body).map_err(|error| unparsed(&error, text))?;
    Ok(Lower::new(body, base).file(&file))
}

/// The parser's complaint; its place is left out, since it is wrong after the parser has gone back.
fn unparsed(error: &anyhow::Error, text: &str) -> Unparsed {
    let message = match error.downcast_ref::<gosyn::Error>() {
        Some(gosyn::Error::UnexpectedToken { actual: None, .. }) => "the file ends too early".to_owned(),
        Some(gosyn::Error::UnexpectedToken { .. }) => "unexpected token".to_owned(),
        Some(gosyn::Error::Else { reason, .. }) => {
            reason.chars().filter(|c| !c.is_control()).take(80).collect()
        }
        _ => "not Go source".to_owned(),
    };
    let first = text.lines().next().map_or(0, str::len);
    Unparsed { message: format!("the file does not parse as Go: {message}"), bytes: 0..first }
}

struct Lower {
    /// The byte of each character and of the end; empty where all characters are one byte long.
    bytes: Vec<usize>,
    /// How many bytes stand before the text that the parser saw.
    base: usize,
}

impl Lower {
    fn new(text: &str, base: usize) -> Self {
        let bytes = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
        };
        Self { bytes, base }
    }

    /// The byte of a character.
    fn at(&self, char: usize) -> usize {
        let byte = if self.bytes.is_empty() {
            char
        } else {
            self.bytes.get(char).or(self.bytes.last()).copied().unwrap_or(0)
        };
        self.base + byte
    }

    fn range(&self, start: usize, end: usize) -> Bytes {
        self.at(start)..self.at(end)
    }

    fn spelled(&self, at: usize, text: &str) -> Bytes {
        let start = self.at(at);
        start..start + text.len()
    }

    fn file(&self, file: &ast::File) -> File {
        let mut lowered = File { package: file.pkg_name.name.clone(), ..File::default() };
        for import in &file.imports {
            let path = self.spelled(import.path.pos, &import.path.value);
            let start = import.name.as_ref().map_or(path.start, |name| self.at(name.pos));
            lowered.imports.push(Import {
                name: import.name.as_ref().map(|name| name.name.clone()),
                path: unquote(&import.path.value),
                bytes: start..path.end,
            });
        }
        for declaration in &file.decl {
            match declaration {
                ast::Declaration::Function(function) => lowered.functions.push(self.function(function)),
                ast::Declaration::Type(types) => {
                    lowered.types.extend(types.specs.iter().map(|spec| self.type_decl(spec)));
                }
                ast::Declaration::Const(constants) => {
                    lowered.variables.extend(constants.specs.iter().map(|spec| self.constants(spec)));
                }
                ast::Declaration::Variable(variables) => {
                    lowered.variables.extend(variables.specs.iter().map(|spec| self.variables(spec)));
                }
            }
        }
        for comment in &file.comments {
            // The parser ends a comment at the line feed, behind blanks and a carriage return.
            let text = comment.text.trim_end();
            lowered.comments.push(Comment { text: text.to_owned(), bytes: self.spelled(comment.pos, text) });
        }
        // The parser looks at some comments twice.
        lowered.comments.sort_by_key(|comment| comment.bytes.start);
        lowered.comments.dedup_by_key(|comment| comment.bytes.start);
        lowered
    }

    fn function(&self, function: &ast::FuncDecl) -> Function {
        let receiver = function.recv.as_ref().and_then(|list| self.params(list).into_iter().next());
        Function {
            name: self.ident(&function.name),
            receiver,
            signature: self.signature(&function.typ),
            body: function.body.as_ref().map(|body| self.block(body)),
        }
    }

    fn type_decl(&self, spec: &ast::TypeSpec) -> TypeDecl {
        TypeDecl { name: self.ident(&spec.name), typ: self.expr(&spec.typ) }
    }

    fn constants(&self, spec: &ast::ConstSpec) -> Variables {
        Variables {
            names: self.idents(&spec.name),
            typ: spec.typ.as_ref().map(|typ| self.expr(typ)),
            values: self.exprs(&spec.values),
            constant: true,
        }
    }

    fn variables(&self, spec: &ast::VarSpec) -> Variables {
        Variables {
            names: self.idents(&spec.name),
            typ: spec.typ.as_ref().map(|typ| self.expr(typ)),
            values: self.exprs(&spec.values),
            constant: false,
        }
    }

    fn ident(&self, ident: &ast::Ident) -> Ident {
        Ident { name: ident.name.clone(), bytes: self.spelled(ident.pos, &ident.name) }
    }

    fn idents(&self, idents: &[ast::Ident]) -> Vec<Ident> {
        idents.iter().map(|ident| self.ident(ident)).collect()
    }

    fn signature(&self, typ: &ast::FuncType) -> Signature {
        Signature { params: self.params(&typ.params), results: self.params(&typ.result) }
    }

    fn params(&self, list: &ast::FieldList) -> Vec<Param> {
        list.list.iter().flat_map(|field| self.fields(field)).collect()
    }

    /// One parameter or field for each name.
    fn fields(&self, field: &ast::Field) -> Vec<Param> {
        let typ = self.expr(&field.typ);
        if field.name.is_empty() {
            return vec![Param { name: None, typ }];
        }
        let named = |name| Param { name: Some(self.ident(name)), typ: typ.clone() };
        field.name.iter().map(named).collect()
    }

    fn exprs(&self, list: &[ast::Expression]) -> Vec<Expr> {
        list.iter().map(|expr| self.expr(expr)).collect()
    }

    fn boxed(&self, expr: &ast::Expression) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn expr(&self, expr: &ast::Expression) -> Expr {
        match expr {
            ast::Expression::Call(call) => Expr::Call(Box::new(self.call(call))),
            ast::Expression::Index(index) => {
                let x = self.boxed(&index.left);
                let bytes = x.bytes().start..self.at(index.pos.1) + 1;
                let list = match &*index.index {
                    ast::Expression::List(list) => self.exprs(list),
                    one => vec![self.expr(one)],
                };
                Expr::Index(x, list, bytes)
            }
            ast::Expression::IndexList(index) => {
                let x = self.boxed(&index.left);
                let bytes = x.bytes().start..self.at(index.pos.1) + 1;
                Expr::Index(x, self.exprs(&index.indices), bytes)
            }
            ast::Expression::Slice(slice) => {
                let x = self.boxed(&slice.left);
                let bytes = x.bytes().start..self.at(slice.pos.1) + 1;
                let parts = slice.index.iter().flatten().map(|part| self.expr(part)).collect();
                Expr::Slice(x, parts, bytes)
            }
            ast::Expression::Ident(ident) => Expr::Ident(self.ident(ident)),
            ast::Expression::FuncLit(func) => {
                let body = self.block(&func.body);
                let bytes = self.at(func.typ.pos)..body.bytes.end;
                Expr::Func(Box::new(FuncLit { signature: self.signature(&func.typ), body, bytes }))
            }
            ast::Expression::Ellipsis(ellipsis) => {
                let elt = ellipsis.elt.as_ref().map(|elt| self.boxed(elt));
                let start = self.at(ellipsis.pos);
                let end = elt.as_ref().map_or(start + 3, |elt| elt.bytes().end);
                Expr::Ellipsis(elt, start..end)
            }
            ast::Expression::Selector(selector) => {
                Expr::Selector(self.boxed(&selector.x), self.ident(&selector.sel))
            }
            ast::Expression::BasicLit(literal) => {
                let bytes = self.spelled(literal.pos, &literal.value);
                match literal.kind {
                    LitKind::String => Expr::Text(unquote(&literal.value), bytes),
                    _ => Expr::Literal(literal.value.clone(), bytes),
                }
            }
            ast::Expression::Range(range) => self.expr(&range.right),
            ast::Expression::Star(star) => {
                let x = self.boxed(&star.right);
                let bytes = self.at(star.pos)..x.bytes().end;
                Expr::Reference(x, bytes)
            }
            ast::Expression::Paren(paren) => self.expr(&paren.expr),
            ast::Expression::TypeAssert(assert) => {
                let x = self.boxed(&assert.left);
                let bytes = x.bytes().start..self.at(assert.pos.1) + 1;
                Expr::Assert(x, assert.right.as_ref().map(|typ| self.boxed(typ)), bytes)
            }
            ast::Expression::CompositeLit(composite) => {
                let typ = self.boxed(&composite.typ);
                let (elements, bytes) = self.elements(&composite.val);
                let bytes = typ.bytes().start..bytes.end;
                Expr::Composite(Some(typ), elements, bytes)
            }
            ast::Expression::List(list) => {
                // Left over where a type takes arguments; never seen on its own.
                Expr::Composite(
                    None,
                    list.iter().map(|x| Element { key: None, value: self.expr(x) }).collect(),
                    0..0,
                )
            }
            ast::Expression::Operation(operation) => self.operation(operation),
            ast::Expression::TypeMap(map) => {
                let val = self.boxed(&map.val);
                // The parser gives the brackets only.
                let start = self.at(map.pos.0).saturating_sub("map".len());
                let end = val.bytes().end;
                Expr::Container(val, start..end)
            }
            ast::Expression::TypeArray(array) => self.container(array.pos.0, &array.typ),
            ast::Expression::TypeSlice(slice) => self.container(slice.pos.0, &slice.typ),
            ast::Expression::TypeChannel(channel) => {
                self.container(channel.pos.0.min(channel.pos.1), &channel.typ)
            }
            ast::Expression::TypeFunction(func) => {
                let signature = self.signature(func);
                let start = self.at(func.pos);
                let last = signature.results.last().or(signature.params.last());
                let end = last.map_or(start + "func()".len(), |param| param.typ.bytes().end);
                Expr::FuncType(Box::new(signature), start..end.max(start))
            }
            ast::Expression::TypeStruct(typ) => {
                let fields = typ.fields.iter().flat_map(|field| self.fields(field)).collect();
                Expr::Struct(fields, self.range(typ.pos.0, typ.pos.1 + 1))
            }
            ast::Expression::TypePointer(pointer) => {
                let x = self.boxed(&pointer.typ);
                let bytes = self.at(pointer.pos)..x.bytes().end;
                Expr::Reference(x, bytes)
            }
            ast::Expression::TypeInterface(typ) => {
                let start = self.at(typ.pos);
                let end = typ.methods.pos.map_or(start, |(_, end)| self.at(end) + 1);
                Expr::Interface(self.params(&typ.methods), start..end)
            }
        }
    }

    fn container(&self, start: usize, typ: &ast::Expression) -> Expr {
        let typ = self.boxed(typ);
        let bytes = self.at(start)..typ.bytes().end;
        Expr::Container(typ, bytes)
    }

    fn operation(&self, operation: &ast::Operation) -> Expr {
        let x = self.boxed(&operation.x);
        if let Some(y) = &operation.y {
            return Expr::Binary(x, self.boxed(y), operation.op == Operator::Add);
        }
        let bytes = self.at(operation.pos)..x.bytes().end;
        match operation.op {
            Operator::And | Operator::Star => Expr::Reference(x, bytes),
            _ => Expr::Unary(x, bytes),
        }
    }

    fn call(&self, call: &ast::Call) -> Call {
        let func = self.expr(&call.func);
        let parens = self.at(call.pos.0)..self.at(call.pos.1) + 1;
        Call { args: self.exprs(&call.args), bytes: func.bytes().start..parens.end, func, parens }
    }

    fn elements(&self, value: &ast::LiteralValue) -> (Vec<Element>, Bytes) {
        let element = |element: &ast::Element| match element {
            ast::Element::Expr(expr) => self.expr(expr),
            ast::Element::LitValue(value) => {
                let (elements, bytes) = self.elements(value);
                Expr::Composite(None, elements, bytes)
            }
        };
        let elements = value
            .values
            .iter()
            .map(|keyed| Element { key: keyed.key.as_ref().map(element), value: element(&keyed.val) })
            .collect();
        (elements, self.range(value.pos.0, value.pos.1 + 1))
    }

    fn block(&self, block: &ast::BlockStmt) -> Block {
        Block { list: self.stmts(&block.list), bytes: self.range(block.pos.0, block.pos.1 + 1) }
    }

    fn stmts(&self, list: &[ast::Statement]) -> Vec<Stmt> {
        list.iter().flat_map(|stmt| self.stmt(stmt)).collect()
    }

    fn before(&self, stmt: Option<&ast::Statement>) -> Vec<Stmt> {
        stmt.map_or_else(Vec::new, |stmt| self.stmt(stmt))
    }

    /// A statement; a declaration of several things is several.
    fn stmt(&self, stmt: &ast::Statement) -> Vec<Stmt> {
        let one = match stmt {
            ast::Statement::Empty(_) | ast::Statement::Branch(_) => return Vec::new(),
            ast::Statement::Label(label) => return self.stmt(&label.stmt),
            ast::Statement::Declaration(declaration) => return self.declaration(declaration),
            ast::Statement::Go(go) => Stmt::Expr(Expr::Call(Box::new(self.call(&go.call)))),
            ast::Statement::Defer(defer) => Stmt::Expr(Expr::Call(Box::new(self.call(&defer.call)))),
            ast::Statement::Expr(expr) => Stmt::Expr(self.expr(&expr.expr)),
            ast::Statement::Send(send) => {
                Stmt::Assign(vec![self.expr(&send.chan)], vec![self.expr(&send.value)], false)
            }
            ast::Statement::IncDec(step) => Stmt::Step(self.expr(&step.expr)),
            ast::Statement::Block(block) => Stmt::Block(self.block(block)),
            ast::Statement::Assign(assign) => {
                let declares = assign.op == Operator::Define;
                Stmt::Assign(self.exprs(&assign.left), self.exprs(&assign.right), declares)
            }
            ast::Statement::Return(ret) => Stmt::Return(self.exprs(&ret.ret)),
            ast::Statement::If(branch) => {
                let init = self.before(branch.init.as_deref()).into_iter().next();
                let rest = self.before(branch.else_.as_deref()).into_iter().next();
                let cond = self.expr(&branch.cond);
                Stmt::If(init.map(Box::new), cond, self.block(&branch.body), rest.map(Box::new))
            }
            ast::Statement::For(header) => {
                let parts = [&header.init, &header.cond, &header.post];
                let header_stmts = parts.iter().flat_map(|part| self.before(part.as_deref())).collect();
                Stmt::For(header_stmts, self.block(&header.body))
            }
            ast::Statement::Range(range) => {
                let left = range.key.iter().chain(&range.value).map(|expr| self.expr(expr)).collect();
                let declares = matches!(range.op, Some((_, Operator::Define)));
                Stmt::Range(left, self.expr(&range.expr), declares, self.block(&range.body))
            }
            ast::Statement::Switch(switch) => {
                let mut head = self.before(switch.init.as_deref());
                head.extend(switch.tag.iter().map(|tag| Stmt::Expr(self.expr(tag))));
                Stmt::Switch(head, self.clauses(&switch.block))
            }
            ast::Statement::TypeSwitch(switch) => {
                let mut head = self.before(switch.init.as_deref());
                head.extend(self.before(switch.tag.as_deref()));
                Stmt::Switch(head, self.clauses(&switch.block))
            }
            ast::Statement::Select(select) => {
                let clause = |clause: &ast::CommClause| Clause {
                    head: self.before(clause.comm.as_deref()),
                    body: self.stmts(&clause.body),
                };
                Stmt::Switch(Vec::new(), select.body.body.iter().map(clause).collect())
            }
        };
        vec![one]
    }

    fn clauses(&self, block: &ast::CaseBlock) -> Vec<Clause> {
        let clause = |clause: &ast::CaseClause| Clause {
            head: clause.list.iter().map(|expr| Stmt::Expr(self.expr(expr))).collect(),
            body: self.stmts(&clause.body),
        };
        block.body.iter().map(clause).collect()
    }

    fn declaration(&self, declaration: &ast::DeclStmt) -> Vec<Stmt> {
        match declaration {
            ast::DeclStmt::Type(types) => {
                types.specs.iter().map(|spec| Stmt::Type(self.type_decl(spec))).collect()
            }
            ast::DeclStmt::Const(constants) => {
                constants.specs.iter().map(|spec| Stmt::Declare(self.constants(spec))).collect()
            }
            ast::DeclStmt::Variable(variables) => {
                variables.specs.iter().map(|spec| Stmt::Declare(self.variables(spec))).collect()
            }
        }
    }
}

/// The text of a literal in quotes or backquotes; escapes other than those of quotes and white space stay as they are.
fn unquote(literal: &str) -> String {
    if let Some(raw) = literal.strip_prefix('`') {
        return raw.strip_suffix('`').unwrap_or(raw).to_owned();
    }
    let inner = literal.strip_prefix('"').unwrap_or(literal);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    if !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(quoted @ ('"' | '\\')) => text.push(quoted),
                Some(other) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            (c, false) => text.push(c),
        }
    }
    text
}
