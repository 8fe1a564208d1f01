//! Reads Rust into [`Tree`]: functions with their attributes and signatures, constants, types.

use crate::rust::SyntaxKind;
use crate::rust::cst::{Cst, Node, is_item};
use crate::rust::limits::Unreadable;
use lightest_lint::calls::last_segment;

use super::lower::Lower;
use super::tree::{
    Alias, Attribute, Comment, Constant, Function, Invocation, Param, Pattern, RecordType, Tree,
};

/// Reads a file.
pub(super) fn read(text: &str) -> Result<Tree, Unreadable> {
    let cst = Cst::parse(text)?;
    let mut tree = Tree { broken: cst.broken.clone(), ..Tree::default() };
    let mut reader = Reader { tree: &mut tree, modules: Vec::new(), cfg: Vec::new() };
    if let Some(file) = cst.root() {
        reader.cfg.extend(
            file.children().filter_map(|child| {
                child.text().strip_prefix("#![cfg(")?.strip_suffix(")]").map(str::to_owned)
            }),
        );
        reader.items(file);
    }
    // A test within a test's body has its comments from both.
    tree.comments.sort_by_key(|comment| comment.span.start);
    tree.comments.dedup_by_key(|comment| comment.span.start);
    tree.broken.sort_by_key(|broken| broken.start);
    Ok(tree)
}

struct Reader<'t> {
    tree: &'t mut Tree,
    modules: Vec<String>,
    cfg: Vec<String>,
}

impl Reader<'_> {
    fn items(&mut self, list: Node<'_>) {
        for item in list.children().filter(|child| is_item(child.kind())) {
            self.item(item, None);
        }
    }

    fn item(&mut self, item: Node<'_>, owner: Option<&str>) {
        match item.kind() {
            SyntaxKind::FN => self.function(item, owner),
            SyntaxKind::MODULE => {
                let Some(list) = item.child(SyntaxKind::ITEM_LIST) else {
                    let path: Vec<String> =
                        self.modules.iter().cloned().chain([item.name().to_owned()]).collect();
                    self.tree.conditions.extend(cfg_texts(item).map(|cfg| (path.clone(), cfg)));
                    return;
                };
                let before = self.cfg.len();
                self.cfg.extend(cfg_texts(item));
                self.modules.push(item.name().to_owned());
                self.items(list);
                self.modules.pop();
                self.cfg.truncate(before);
            }
            SyntaxKind::IMPL => {
                let owner = self_type(item).map(|ty| bare_type(ty.text()));
                self.associated(item, owner.as_deref());
            }
            SyntaxKind::TRAIT => {
                self.tree.traits.push(item.name().to_owned());
                self.associated(item, Some(item.name()));
            }
            SyntaxKind::CONST | SyntaxKind::STATIC => self.constant(item),
            SyntaxKind::STRUCT => self.record(item),
            SyntaxKind::ENUM => {
                let (name, span) = (item.name().to_owned(), item.range());
                self.tree.records.push(RecordType { name, span, fields: Vec::new() });
            }
            SyntaxKind::TYPE_ALIAS => {
                if let Some(ty) = item.ty() {
                    let (name, span) = (item.name().to_owned(), item.range());
                    self.tree.aliases.push(Alias { name, span, ty: ty.text().to_owned() });
                }
            }
            SyntaxKind::MACRO_RULES | SyntaxKind::MACRO_DEF => {
                self.tree.macros.push((item.name().to_owned(), item.range()));
            }
            SyntaxKind::MACRO_CALL => {
                let path = item.child(SyntaxKind::PATH);
                let whole = item.range();
                self.tree.invocations.push(Invocation {
                    path: text_of(path),
                    span: path.map_or(whole.start, |path| path.range().start)..whole.end,
                    text: text_of(item.child(SyntaxKind::TOKEN_TREE)),
                });
            }
            _ => {}
        }
    }

    fn record(&mut self, item: Node<'_>) {
        let named = item.child(SyntaxKind::RECORD_FIELD_LIST).into_iter();
        let named = named
            .flat_map(|list| list.children().filter(|child| child.kind() == SyntaxKind::RECORD_FIELD))
            .map(|field| (field.name().to_owned(), text_of(field.ty())));
        let tuple = item.child(SyntaxKind::TUPLE_FIELD_LIST).into_iter();
        let tuple = tuple
            .flat_map(|list| list.children().filter(|child| child.kind() == SyntaxKind::TUPLE_FIELD))
            .enumerate()
            .map(|(at, field)| (at.to_string(), text_of(field.ty())));
        let fields = named.chain(tuple).collect();
        self.tree.records.push(RecordType { name: item.name().to_owned(), span: item.range(), fields });
    }

    /// The items of an `impl` or a trait.
    fn associated(&mut self, block: Node<'_>, owner: Option<&str>) {
        let Some(list) = block.child(SyntaxKind::ASSOC_ITEM_LIST) else { return };
        for item in list.children() {
            match item.kind() {
                SyntaxKind::FN => self.function(item, owner),
                SyntaxKind::CONST => self.constant(item),
                _ => {}
            }
        }
    }

    fn constant(&mut self, item: Node<'_>) {
        if let Some(value) = item.expr() {
            let value = Lower::new(&mut Vec::new()).expr(value);
            let (name, span) = (item.name().to_owned(), item.range());
            self.tree.constants.push(Constant { name, span, value });
        }
    }

    fn function(&mut self, function: Node<'_>, owner: Option<&str>) {
        let mut items = Vec::new();
        let mut lower = Lower::new(&mut items);
        let attributes = attributes(function);
        // Comments matter of a test: above it, within its attributes, and beside what it does.
        if attributes.iter().any(|attribute| attribute.name.contains("vmm_test")) {
            self.comments(function);
        }
        let mut params = Vec::new();
        if let Some(list) = function.child(SyntaxKind::PARAM_LIST) {
            if list.child(SyntaxKind::SELF_PARAM).is_some() {
                params.push(Param {
                    pattern: Pattern::Bind("self".to_owned()),
                    ty: "Self".to_owned(),
                    ty_span: 0..0,
                });
            }
            for param in list.children().filter(|child| child.kind() == SyntaxKind::PARAM) {
                params.push(Param {
                    pattern: lower.pattern_of(param),
                    ty: text_of(param.ty()),
                    ty_span: param.ty().map(Node::range).unwrap_or_default(),
                });
            }
        }
        let returns = function.child(SyntaxKind::RET_TYPE).and_then(Node::ty);
        let name = function.child(SyntaxKind::NAME);
        let body = function.child(SyntaxKind::BLOCK_EXPR).map(|body| lower.block(body));
        self.tree.functions.push(Function {
            name: function.name().to_owned(),
            name_span: name.map(Node::range).unwrap_or_default(),
            span: function.range(),
            modules: self.modules.clone(),
            owner: owner.map(str::to_owned),
            attributes,
            outer_cfg: self.cfg.clone(),
            generics: generics(function),
            params,
            returns: returns.map(|ty| ty.text().to_owned()),
            body,
        });
        // Functions and constants within the body are found like any other.
        for item in items {
            self.item(item, None);
        }
    }

    fn comments(&mut self, function: Node<'_>) {
        for token in function.descendants() {
            let doc = token.kind() == SyntaxKind::ATTR && token.text().starts_with("#[doc");
            if token.kind() == SyntaxKind::COMMENT || doc {
                self.tree.comments.push(Comment { text: token.text().to_owned(), span: token.range() });
            }
        }
    }
}

fn text_of(node: Option<Node<'_>>) -> String {
    node.map(|node| node.text().to_owned()).unwrap_or_default()
}

/// The type that an `impl` is for: the one behind `for`, where there is one.
fn self_type(block: Node<'_>) -> Option<Node<'_>> {
    let for_at = block.child(SyntaxKind::FOR_KW).map(|word| word.range().start);
    let mut types = block.types().peekable();
    types.next_if(|first| for_at.is_some_and(|at| first.range().start < at));
    types.next()
}

/// Type parameters with their bounds.
fn generics(function: Node<'_>) -> Vec<(String, String)> {
    let bounds = |node: Node<'_>| node.child(SyntaxKind::TYPE_BOUND_LIST).map(|list| list.text().to_owned());
    let list = function.child(SyntaxKind::GENERIC_PARAM_LIST).into_iter();
    let is_param = |node: &Node<'_>| matches!(node.kind(), SyntaxKind::TYPE_PARAM | SyntaxKind::CONST_PARAM);
    let params = list.flat_map(|list| list.children().filter(is_param));
    let mut generics: Vec<(String, String)> =
        params.map(|param| (param.name().to_owned(), bounds(param).unwrap_or_default())).collect();
    let clause = function.child(SyntaxKind::WHERE_CLAUSE).into_iter();
    for clause in clause.flat_map(Node::children).filter(|child| child.kind() == SyntaxKind::WHERE_PRED) {
        if let (Some(ty), Some(bounds)) = (clause.ty(), bounds(clause)) {
            generics.push((ty.text().to_owned(), bounds));
        }
    }
    generics
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
    last_segment(text).trim().to_owned()
}

fn attributes(node: Node<'_>) -> Vec<Attribute> {
    node.children()
        .filter(|child| child.kind() == SyntaxKind::ATTR)
        .filter_map(|attribute| {
            let (text, span) = (attribute.text(), attribute.range());
            let inner = text.strip_prefix("#[")?;
            let head: usize = inner
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':' || c.is_whitespace()))
                .unwrap_or(inner.len());
            let name = last_segment(&inner[..head]).trim().to_owned();
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

fn cfg_texts(node: Node<'_>) -> impl Iterator<Item = String> {
    let cfg = attributes(node).into_iter().filter(|attribute| attribute.name == "cfg");
    cfg.filter_map(|attribute| attribute.arguments.map(|(text, _)| text))
}
