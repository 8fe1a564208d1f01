//! The tree from the parser's steps: the steps are of tokens alone, and comments are put between them.
//!
//! `ra_ap_parser` does so itself (`intersperse_trivia`), but hands out each blank and the text of each token, of which a tree
//! without white space has no use: that took a tenth of the time of reading a file. A test compares the two.

use std::ops::Range;

use ra_ap_parser::{LexedStr, Output, Step};

use super::cst::Element;
use super::lexer::SyntaxKind;

/// Elements in the order of the text, and places that are not Rust.
pub(super) fn assemble(lexed: &LexedStr<'_>, output: &Output) -> (Vec<Element>, Vec<Range<usize>>) {
    let mut tree =
        Assembler { lexed, next: 0, elements: Vec::with_capacity(lexed.len() * 2), open: Vec::new() };
    let mut broken = Vec::new();
    for step in output.iter() {
        match step {
            Step::Token { kind, n_input_tokens } => {
                tree.comments(tree.lexed.len());
                tree.token(kind, usize::from(n_input_tokens));
            }
            Step::FloatSplit { ends_in_dot } => {
                tree.comments(tree.lexed.len());
                if !tree.split(ends_in_dot) {
                    broken.push(tree.at()..tree.at());
                }
            }
            Step::Enter { kind } => {
                if !tree.elements.is_empty() {
                    tree.comments(tree.own_comments(kind));
                }
                tree.enter(kind);
            }
            Step::Exit => {
                // What follows the last item belongs to the file.
                if tree.open.len() == 1 {
                    tree.comments(tree.lexed.len());
                }
                tree.exit();
            }
            Step::Error { .. } => broken.push(tree.at()..tree.at()),
        }
    }
    (tree.elements, broken)
}

struct Assembler<'l> {
    lexed: &'l LexedStr<'l>,
    /// Index of the next token.
    next: usize,
    elements: Vec<Element>,
    /// Indices of the nodes around the next token.
    open: Vec<usize>,
}

impl Assembler<'_> {
    /// Where the next token starts.
    fn at(&self) -> usize {
        self.lexed.text_start(self.next)
    }

    fn enter(&mut self, kind: SyntaxKind) {
        let at = offset(self.at());
        self.open.push(self.elements.len());
        self.elements.push(Element { kind, start: at, end: at, next: 0 });
    }

    fn exit(&mut self) {
        self.exit_at(self.at());
    }

    fn exit_at(&mut self, end: usize) {
        let next = offset(self.elements.len());
        if let Some(element) = self.open.pop().and_then(|opened| self.elements.get_mut(opened)) {
            element.end = offset(end);
            element.next = next;
        }
    }

    fn leaf(&mut self, kind: SyntaxKind, span: Range<usize>) {
        let next = offset(self.elements.len() + 1);
        self.elements.push(Element { kind, start: offset(span.start), end: offset(span.end), next });
    }

    /// Adds a token that the lexer made in `parts` parts.
    fn token(&mut self, kind: SyntaxKind, parts: usize) {
        let start = self.at();
        self.next += parts;
        self.leaf(kind, start..self.at());
    }

    /// Adds the comments before the next token that stand before the token with this index.
    fn comments(&mut self, end: usize) {
        while self.next < end {
            match self.lexed.kind(self.next) {
                SyntaxKind::WHITESPACE => self.next += 1,
                SyntaxKind::COMMENT => self.token(SyntaxKind::COMMENT, 1),
                _ => break,
            }
        }
    }

    /// The index of the first token of a node of this kind: comments before an item belong to it.
    fn own_comments(&self, kind: SyntaxKind) -> usize {
        let end = (self.next..self.lexed.len())
            .find(|&token| !self.lexed.kind(token).is_trivia())
            .unwrap_or(self.lexed.len());
        if !takes_comments(kind) {
            return end;
        }
        let mut first = end;
        for token in (self.next..end).rev() {
            let text = self.lexed.text(token);
            if self.lexed.kind(token) == SyntaxKind::COMMENT {
                if is_inner(text) {
                    break;
                }
                first = token;
            } else if text.contains("\n\n") {
                // An empty line separates, but for documentation.
                let documented = token > self.next
                    && self.lexed.kind(token - 1) == SyntaxKind::COMMENT
                    && is_outer(self.lexed.text(token - 1));
                if !documented {
                    break;
                }
            }
        }
        first
    }

    /// Adds `0.1` of `pair.0.1`, which the lexer takes for a number; whether it is one that can be split.
    fn split(&mut self, ends_in_dot: bool) -> bool {
        let span = self.lexed.text_range(self.next);
        let dot = self.lexed.text(self.next).find('.').map(|dot| span.start + dot);
        if let Some(dot) = dot {
            self.field(span.start..dot);
            self.exit_at(dot);
            self.leaf(SyntaxKind::DOT, dot..dot + 1);
            if !ends_in_dot {
                self.field(dot + 1..span.end);
            }
        } else {
            self.open.push(self.elements.len());
            self.leaf(SyntaxKind::ERROR, span.clone());
            self.leaf(SyntaxKind::FLOAT_NUMBER, span.clone());
            self.exit_at(span.end);
            self.exit_at(span.end);
        }
        self.next += 1;
        // The parser enters a node that it never leaves.
        if !ends_in_dot {
            self.exit();
        }
        dot.is_some()
    }

    /// Adds the number of a field.
    fn field(&mut self, span: Range<usize>) {
        self.open.push(self.elements.len());
        self.leaf(SyntaxKind::NAME_REF, span.clone());
        self.leaf(SyntaxKind::INT_NUMBER, span.clone());
        self.exit_at(span.end);
    }
}

/// Whether comments before such a node belong to it.
fn takes_comments(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(
        kind,
        CONST
            | ENUM
            | EXTERN_CRATE
            | FN
            | IMPL
            | MACRO_CALL
            | MACRO_DEF
            | MACRO_RULES
            | MODULE
            | RECORD_FIELD
            | STATIC
            | STRUCT
            | TRAIT
            | TUPLE_FIELD
            | TYPE_ALIAS
            | UNION
            | USE
            | VARIANT
    )
}

/// Whether a comment documents what follows it.
fn is_outer(comment: &str) -> bool {
    let doc = |mark: &str, more: &str| comment.starts_with(mark) && !comment.starts_with(more);
    doc("///", "////") || doc("/**", "/***")
}

/// Whether a comment documents what is around it.
fn is_inner(comment: &str) -> bool {
    comment.starts_with("//!") || comment.starts_with("/*!")
}

/// A place in a text, or an index of an element: files are read up to 16 MiB, so both are far below 2^32.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ra_ap_parser::{StrStep, TopEntryPoint};

    use super::super::lexer::{self, EDITION, SyntaxKind};
    use super::{Element, assemble, offset};

    /// The elements that the parser's own way gives.
    fn interspersed(text: &str) -> (Vec<Element>, Vec<Element>) {
        lexer::lex(text, |lexed| {
            let output = TopEntryPoint::SourceFile.parse(&lexed.to_input(EDITION));
            let (mut expected, mut open, mut at) = (Vec::new(), Vec::new(), 0);
            lexed.intersperse_trivia(&output, &mut |step| match step {
                StrStep::Token { kind, text } => {
                    let start = offset(at);
                    at += text.len();
                    if kind != SyntaxKind::WHITESPACE {
                        let next = offset(expected.len() + 1);
                        expected.push(Element { kind, start, end: offset(at), next });
                    }
                }
                StrStep::Enter { kind } => {
                    open.push(expected.len());
                    expected.push(Element { kind, start: offset(at), end: offset(at), next: 0 });
                }
                StrStep::Exit => {
                    let next = offset(expected.len());
                    let opened: usize = open.pop().expect("a node is open");
                    expected[opened].end = offset(at);
                    expected[opened].next = next;
                }
                StrStep::Error { .. } => {}
            });
            (assemble(lexed, &output).0, expected)
        })
    }

    #[test]
    fn comments_go_where_the_parser_puts_them() {
        for text in [
            "",
            "// alone",
            "fn f() {} // behind\n// last\n",
            "// far\n\n// near\nfn f() {}\n",
            "/// far\n\n/// near\n\nfn f() {}\n",
            "// plain\n\n/// near\n\nstruct S { /* a */ a: u8, // b\n b: u8 }",
            "//! of the file\n\nfn f() { /* in */ }\n",
            "enum E { // a\n A, /// b\n B }",
            "fn f() { a.0.1; a.0.1.2; a.1.; a.1e0; a.0.x; }",
            "fn f() { let = ; 1..2 >>= 3 }\nfn g() { \"x }",
            "#!shebang\nfn f() {}",
        ] {
            let (found, expected) = interspersed(text);
            assert_eq!(found, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_order_of_tokens_gives_the_tree_of_the_parsers_own_way(
            words in prop::collection::vec(
                prop::sample::select(vec![
                    "fn f()", "{", "}", "(", ")", ";", ",", ".", ".0.1", "1.", "1.5", "1e0", "x", "a.b", "::", "<", ">", ">>=", "..=",
                    "use a;", "struct S", "enum E", "A", ":", "u8", "impl", "mod m", "m!", "if", "else", "match", "=>", "let", "=",
                    "// a\n", "/// b\n", "//! c\n", "/* d */", "/** e */", "\n", "\n\n", "\r\n\r\n", " ", "\t", "#[a]", "'x'", "\"s\"", "'a",
                ]),
                0..60,
            ),
        ) {
            let (found, expected) = interspersed(&words.concat());
            prop_assert_eq!(found, expected);
        }
    }
}
