//! Every call in a body, closures included.

use super::tree::{Block, Call, Expr, Stmt};

/// The calls of a body, outer ones first; of an `if` whose condition `skipped` names, only the rest is looked at.
pub fn calls<'a>(block: &'a Block, skipped: &dyn Fn(&Expr) -> bool) -> Vec<&'a Call> {
    let mut found = Vec::new();
    let mut todo: Vec<Node<'a>> = vec![Node::Block(block)];
    while let Some(node) = todo.pop() {
        let mut next = Vec::new();
        match node {
            Node::Block(block) => next.extend(block.list.iter().map(Node::Stmt)),
            Node::Stmt(stmt) => of_stmt(stmt, skipped, &mut next),
            Node::Expr(expr) => {
                if let Expr::Call(call) = expr {
                    found.push(&**call);
                }
                of_expr(expr, &mut next);
            }
        }
        todo.extend(next.into_iter().rev());
    }
    found
}

enum Node<'a> {
    Block(&'a Block),
    Stmt(&'a Stmt),
    Expr(&'a Expr),
}

fn of_stmt<'a>(stmt: &'a Stmt, skipped: &dyn Fn(&Expr) -> bool, next: &mut Vec<Node<'a>>) {
    match stmt {
        Stmt::Expr(expr) | Stmt::Step(expr) => next.push(Node::Expr(expr)),
        Stmt::Assign(left, right, _) => next.extend(left.iter().chain(right).map(Node::Expr)),
        Stmt::Declare(variables) => next.extend(variables.values.iter().map(Node::Expr)),
        Stmt::Type(_) => {}
        Stmt::Return(list) => next.extend(list.iter().map(Node::Expr)),
        Stmt::Block(block) => next.push(Node::Block(block)),
        Stmt::If(init, cond, body, rest) => {
            if !skipped(cond) {
                next.extend(init.as_deref().map(Node::Stmt));
                next.push(Node::Expr(cond));
                next.push(Node::Block(body));
            }
            next.extend(rest.as_deref().map(Node::Stmt));
        }
        Stmt::For(header, body) => {
            next.extend(header.iter().map(Node::Stmt));
            next.push(Node::Block(body));
        }
        Stmt::Range(left, expr, _, body) => {
            next.extend(left.iter().chain([expr]).map(Node::Expr));
            next.push(Node::Block(body));
        }
        Stmt::Switch(head, clauses) => {
            next.extend(head.iter().map(Node::Stmt));
            for clause in clauses {
                next.extend(clause.head.iter().chain(&clause.body).map(Node::Stmt));
            }
        }
    }
}

fn of_expr<'a>(expr: &'a Expr, next: &mut Vec<Node<'a>>) {
    match expr {
        Expr::Call(call) => next.extend([&call.func].into_iter().chain(&call.args).map(Node::Expr)),
        Expr::Func(func) => next.push(Node::Block(&func.body)),
        Expr::Composite(_, elements, _) => {
            next.extend(
                elements
                    .iter()
                    .flat_map(|element| element.key.iter().chain([&element.value]))
                    .map(Node::Expr),
            );
        }
        Expr::Index(x, list, _) | Expr::Slice(x, list, _) => {
            next.push(Node::Expr(x));
            next.extend(list.iter().map(Node::Expr));
        }
        Expr::Selector(x, _) | Expr::Reference(x, _) | Expr::Unary(x, _) | Expr::Assert(x, _, _) => {
            next.push(Node::Expr(x));
        }
        Expr::Binary(x, y, _) => next.extend([Node::Expr(x), Node::Expr(y)]),
        Expr::Ident(_)
        | Expr::Text(..)
        | Expr::Literal(..)
        | Expr::Ellipsis(..)
        | Expr::Container(..)
        | Expr::FuncType(..)
        | Expr::Struct(..)
        | Expr::Interface(..) => {}
    }
}
