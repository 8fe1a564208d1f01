//! Rust source as a flat tree, made straight from the parser's steps.
//!
//! The parser survives broken code: one function that is not Rust leaves the others as they are. Its usual tree counts
//! references and shares nodes, for editors; here a file is read once, from front to back, so that a vector does.

use std::ops::Range;

use ra_ap_parser::{LexedStr, TopEntryPoint};

use super::assemble::assemble;
use super::lexer::{self, EDITION, SyntaxKind};
use super::limits::{Unreadable, check_limits};

/// Source text and its tree.
#[derive(Debug)]
pub(crate) struct Cst<'s> {
    text: &'s str,
    /// Nodes and tokens without white space, each before its children.
    elements: Vec<Element>,
    /// Places that are not Rust.
    pub(crate) broken: Vec<Range<usize>>,
}

/// A node or a token, with the bytes of the text that it spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) kind: SyntaxKind,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Index of the first element behind its descendants.
    pub(super) next: u32,
}

impl<'s> Cst<'s> {
    /// Parses a file.
    ///
    /// # Errors
    ///
    /// Source that exceeds the limits.
    pub(crate) fn parse(text: &'s str) -> Result<Self, Unreadable> {
        lexer::lex(text, |lexed| Self::of(text, lexed))
    }

    fn of(text: &'s str, lexed: &LexedStr<'_>) -> Result<Self, Unreadable> {
        check_limits(lexed)?;
        let output = TopEntryPoint::SourceFile.parse(&lexed.to_input(EDITION));
        let (elements, mut broken) = assemble(lexed, &output);
        broken.extend(lexed.errors().map(|(token, _)| lexed.text_range(token)));
        Ok(Self { text, elements, broken })
    }

    /// The node of the whole file.
    pub(crate) fn root(&self) -> Option<Node<'_>> {
        (!self.elements.is_empty()).then_some(Node { cst: self, at: 0 })
    }
}

/// A node or a token.
#[derive(Clone, Copy)]
pub(crate) struct Node<'c> {
    cst: &'c Cst<'c>,
    at: u32,
}

impl<'c> Node<'c> {
    fn element(self) -> Element {
        self.cst.elements[self.at as usize]
    }

    pub(crate) fn kind(self) -> SyntaxKind {
        self.element().kind
    }

    /// Where it stands, from its first token to its last.
    pub(crate) fn range(self) -> Range<usize> {
        let element = self.element();
        element.start as usize..element.end as usize
    }

    pub(crate) fn text(self) -> &'c str {
        self.cst.text.get(self.range()).unwrap_or_default()
    }

    /// Its children: nodes and tokens.
    pub(crate) fn children(self) -> impl Iterator<Item = Node<'c>> {
        let end = self.element().next;
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            let child = (at < end).then_some(Node { cst: self.cst, at })?;
            at = child.element().next.max(at + 1);
            Some(child)
        })
    }

    /// All its descendants, from front to back.
    pub(crate) fn descendants(self) -> impl Iterator<Item = Node<'c>> {
        (self.at + 1..self.element().next).map(move |at| Node { cst: self.cst, at })
    }

    /// Its first child of that kind.
    pub(crate) fn child(self, kind: SyntaxKind) -> Option<Node<'c>> {
        self.children().find(|child| child.kind() == kind)
    }

    /// Its children that are expressions.
    pub(crate) fn exprs(self) -> impl Iterator<Item = Node<'c>> {
        self.children().filter(|child| is_expr(child.kind()))
    }

    /// Its first child that is an expression.
    pub(crate) fn expr(self) -> Option<Node<'c>> {
        self.exprs().next()
    }

    /// Its children that are patterns.
    pub(crate) fn pats(self) -> impl Iterator<Item = Node<'c>> {
        self.children().filter(|child| is_pat(child.kind()))
    }

    /// Its children that are types.
    pub(crate) fn types(self) -> impl Iterator<Item = Node<'c>> {
        self.children().filter(|child| is_type(child.kind()))
    }

    /// Its first child that is a type.
    pub(crate) fn ty(self) -> Option<Node<'c>> {
        self.types().next()
    }

    /// The name that it declares; empty where there is none.
    pub(crate) fn name(self) -> &'c str {
        let name = self.child(SyntaxKind::NAME).map_or("", Node::text);
        name.strip_prefix("r#").unwrap_or(name)
    }

    /// The name that it mentions.
    pub(crate) fn name_ref(self) -> Option<Node<'c>> {
        self.child(SyntaxKind::NAME_REF)
    }
}

/// Whether it is an item.
pub(crate) fn is_item(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(
        kind,
        ASM_EXPR
            | CONST
            | ENUM
            | EXTERN_BLOCK
            | EXTERN_CRATE
            | FN
            | IMPL
            | MACRO_CALL
            | MACRO_DEF
            | MACRO_RULES
            | MODULE
            | STATIC
            | STRUCT
            | TRAIT
            | TYPE_ALIAS
            | UNION
            | USE
    )
}

fn is_expr(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(
        kind,
        ARRAY_EXPR
            | ASM_EXPR
            | AWAIT_EXPR
            | BECOME_EXPR
            | BIN_EXPR
            | BLOCK_EXPR
            | BREAK_EXPR
            | CALL_EXPR
            | CAST_EXPR
            | CLOSURE_EXPR
            | CONTINUE_EXPR
            | FIELD_EXPR
            | FORMAT_ARGS_EXPR
            | FOR_EXPR
            | IF_EXPR
            | INCLUDE_BYTES_EXPR
            | INDEX_EXPR
            | LET_EXPR
            | LITERAL
            | LOOP_EXPR
            | MACRO_EXPR
            | MATCH_EXPR
            | METHOD_CALL_EXPR
            | OFFSET_OF_EXPR
            | PAREN_EXPR
            | PATH_EXPR
            | PREFIX_EXPR
            | RANGE_EXPR
            | RECORD_EXPR
            | REF_EXPR
            | RETURN_EXPR
            | TRY_EXPR
            | TUPLE_EXPR
            | UNDERSCORE_EXPR
            | WHILE_EXPR
            | YEET_EXPR
            | YIELD_EXPR
    )
}

fn is_pat(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(
        kind,
        BOX_PAT
            | CONST_BLOCK_PAT
            | DEREF_PAT
            | IDENT_PAT
            | LITERAL_PAT
            | MACRO_PAT
            | NOT_NULL
            | OR_PAT
            | PAREN_PAT
            | PATH_PAT
            | RANGE_PAT
            | RECORD_PAT
            | REF_PAT
            | REST_PAT
            | SLICE_PAT
            | TUPLE_PAT
            | TUPLE_STRUCT_PAT
            | WILDCARD_PAT
    )
}

fn is_type(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(
        kind,
        ARRAY_TYPE
            | DYN_TRAIT_TYPE
            | FN_PTR_TYPE
            | FOR_TYPE
            | IMPL_TRAIT_TYPE
            | INFER_TYPE
            | MACRO_TYPE
            | NEVER_TYPE
            | PAREN_TYPE
            | PATH_TYPE
            | PATTERN_TYPE
            | PTR_TYPE
            | REF_TYPE
            | SLICE_TYPE
            | TUPLE_TYPE
    )
}

#[cfg(test)]
mod tests {
    use super::super::SyntaxKind;
    use super::Cst;

    #[test]
    fn places_leave_white_space_out_and_comments_of_a_function_in() {
        let text = "\n\n// said of it\n#[a]\nfn f() { 1 + 2 }\n\nfn g() {}\n";
        let cst = Cst::parse(text).unwrap();
        let items: Vec<&str> = cst.root().unwrap().children().map(|item| item.text()).collect();
        assert_eq!(items, ["// said of it\n#[a]\nfn f() { 1 + 2 }", "fn g() {}"]);
    }

    #[test]
    fn broken_places_are_reported_and_the_rest_is_read() {
        let cst = Cst::parse("fn f() { let = ; }\nfn g() { \"x }").unwrap();
        assert!(!cst.broken.is_empty());
        let functions = cst.root().unwrap().children().filter(|item| item.kind() == SyntaxKind::FN);
        assert_eq!(functions.map(|item| item.name()).collect::<Vec<_>>(), ["f", "g"]);
    }

    #[test]
    fn an_empty_text_is_an_empty_file() {
        assert_eq!(Cst::parse("").unwrap().root().map(|root| root.children().count()), Some(0));
    }
}
