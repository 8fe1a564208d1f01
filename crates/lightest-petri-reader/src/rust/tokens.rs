//! Tokens of Rust source with their brackets matched.
//!
//! A flat list in which every opening bracket has the index of its partner: nothing here recurses, so no depth of nesting
//! can exhaust the stack, and a file that is broken in one place is still read in the others.

use std::ops::Range;

use super::lexer::{self, EDITION, SyntaxKind};
use super::literal;

/// A token, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its kind, with the value of a literal.
    pub kind: Kind,
    /// Bytes of the text.
    pub span: Range<usize>,
    /// For brackets, the index of the other one; the number of tokens where an opening one has none.
    pub partner: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier or keyword.
    Ident,
    /// A string literal, unescaped.
    Str(String),
    /// An integer literal that fits, its suffix dropped.
    Int(u64),
    /// `(`, `[` or `{`.
    Open(char),
    /// `)`, `]` or `}`.
    Close(char),
    /// Other punctuation, one character.
    Punct(char),
    /// Anything else that is not white space or a comment: raw identifiers and lifetimes, for instance.
    Other,
}

/// Whether documentation is a comment, or a token as it is for macros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Docs {
    /// It is left out of the tokens.
    Comments,
    /// It is a token, [`Kind::Other`].
    Tokens,
}

/// Text as tokens.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// Tokens in order, without white space and comments.
    pub tokens: Vec<Token>,
    /// Comments in order.
    pub comments: Vec<Range<usize>>,
    /// What is not Rust, in the order in which it was noticed.
    pub faults: Vec<Fault>,
}

/// A place that is not Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What is wrong there.
    pub kind: FaultKind,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// No token begins like this.
    NotAToken,
    /// An escape that the compiler refuses.
    Escape,
    /// A literal that does not end.
    Literal,
    /// A comment that does not end.
    Comment,
    /// An opening bracket without a partner, and the bracket that ended its group.
    Unclosed {
        /// The bracket that opens.
        open: char,
        /// The bracket that ended the group, and where; `None` at the end of the text.
        by: Option<(char, Range<usize>)>,
    },
    /// A closing bracket without a partner, and the bracket whose group it stands in.
    Unopened {
        /// The bracket that closes.
        close: char,
        /// The bracket of the group around it.
        within: Option<char>,
    },
}

/// The bracket that closes a group.
#[must_use]
pub const fn closing(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

impl Tokens {
    /// Reads a text.
    #[must_use]
    pub fn read(text: &str, docs: Docs) -> Self {
        let mut read = Self::default();
        let mut open = Vec::new();
        lexer::lex(text, |lexed| {
            for at in 0..lexed.len() {
                let span = lexed.text_range(at);
                read.token(lexed.kind(at), &text[span.clone()], span, lexed.error(at), docs, &mut open);
            }
        });
        let end = read.tokens.len();
        for &lost in open.iter().rev() {
            read.unclosed(lost, end, None);
        }
        read
    }

    fn token(
        &mut self,
        kind: SyntaxKind,
        slice: &str,
        span: Range<usize>,
        error: Option<&str>,
        docs: Docs,
        open: &mut Vec<usize>,
    ) {
        use SyntaxKind::*;
        let first = slice.chars().next().unwrap_or(' ');
        let kind = match kind {
            WHITESPACE | EOF => return,
            COMMENT => {
                if error.is_some() {
                    self.fault(span.clone(), FaultKind::Comment);
                }
                if docs == Docs::Comments || !is_doc(slice) {
                    self.comments.push(span);
                    return;
                }
                Kind::Other
            }
            SHEBANG | FRONTMATTER | ERROR => {
                self.fault(span.clone(), FaultKind::NotAToken);
                Kind::Other
            }
            IDENT | LIFETIME_IDENT if error.is_some() => {
                self.fault(span.clone(), FaultKind::NotAToken);
                Kind::Other
            }
            IDENT if slice.starts_with("r#") => Kind::Other,
            kind if kind.is_literal() && error.is_some_and(is_unterminated) => {
                self.fault(span.clone(), FaultKind::Literal);
                Kind::Other
            }
            STRING => match literal::string(slice) {
                Ok(value) => Kind::Str(value),
                Err(place) => {
                    let place = span.start + place.start..span.start + place.end;
                    self.fault(place, FaultKind::Escape);
                    Kind::Other
                }
            },
            INT_NUMBER => literal::integer(slice).map_or(Kind::Other, Kind::Int),
            L_PAREN | L_BRACK | L_CURLY => {
                open.push(self.tokens.len());
                Kind::Open(first)
            }
            R_PAREN | R_BRACK | R_CURLY => Kind::Close(first),
            IDENT | UNDERSCORE => Kind::Ident,
            kind if kind.is_keyword(EDITION) => Kind::Ident,
            kind if kind.is_punct() => Kind::Punct(first),
            _ => Kind::Other,
        };
        let mut partner = self.tokens.len();
        if let Kind::Close(close) = kind {
            match self.close(close, &span, open) {
                Some(opened) => partner = opened,
                None => return,
            }
        }
        self.tokens.push(Token { kind, span, partner });
    }

    /// Ends the nearest group of that bracket's kind, and with it those that were left open in it.
    fn close(&mut self, close: char, span: &Range<usize>, open: &mut Vec<usize>) -> Option<usize> {
        let index = self.tokens.len();
        let bracket = |open: usize| match self.tokens[open].kind {
            Kind::Open(bracket) => bracket,
            _ => ' ',
        };
        let Some(found) = open.iter().rposition(|&open| closing(bracket(open)) == close) else {
            let within = open.last().map(|&open| bracket(open));
            self.fault(span.clone(), FaultKind::Unopened { close, within });
            return None;
        };
        for &lost in open[found + 1..].iter().rev() {
            self.unclosed(lost, index, Some((close, span.clone())));
        }
        let partner = open[found];
        self.tokens[partner].partner = index;
        open.truncate(found);
        Some(partner)
    }

    fn unclosed(&mut self, lost: usize, partner: usize, by: Option<(char, Range<usize>)>) {
        let token = &mut self.tokens[lost];
        token.partner = partner;
        if let Kind::Open(open) = token.kind {
            let span = token.span.clone();
            self.fault(span, FaultKind::Unclosed { open, by });
        }
    }

    fn fault(&mut self, span: Range<usize>, kind: FaultKind) {
        self.faults.push(Fault { span, kind });
    }
}

/// Whether a comment is documentation.
fn is_doc(comment: &str) -> bool {
    let doc = |mark: &str, more: &str| comment.starts_with(mark) && !comment.starts_with(more);
    comment.starts_with("//!")
        || comment.starts_with("/*!")
        || doc("///", "////")
        || (doc("/**", "/***") && comment != "/**/")
}

/// Whether the lexer's message is that of a literal without an end.
fn is_unterminated(message: &str) -> bool {
    message.starts_with("Missing trailing") || message == "Invalid raw string literal"
}

#[cfg(test)]
mod tests {
    use super::{Docs, FaultKind, Kind, Tokens};

    fn faults(text: &str) -> Vec<(&str, FaultKind)> {
        let read = Tokens::read(text, Docs::Comments);
        read.faults.into_iter().map(|fault| (&text[fault.span], fault.kind)).collect()
    }

    #[test]
    fn every_kind_of_fault_is_placed() {
        for (text, place, kind) in [
            ("a \"b", "\"b", FaultKind::Literal),
            ("a r#\"b\"", "r#\"b\"", FaultKind::Literal),
            ("a b'c", "b'c", FaultKind::Literal),
            ("a \"b\\\"", "\"b\\\"", FaultKind::Literal),
            ("a \"b\\q\"", "\\q", FaultKind::Escape),
            ("a /* b", "/* b", FaultKind::Comment),
            ("a \u{1f600}", "\u{1f600}", FaultKind::NotAToken),
            ("a k#b", "k", FaultKind::NotAToken),
            ("a z\"b\"", "z", FaultKind::NotAToken),
            ("#!/bin/sh", "#!/bin/sh", FaultKind::NotAToken),
        ] {
            assert_eq!(faults(text), [(place, kind)], "{text}");
        }
    }

    #[test]
    fn a_closing_bracket_ends_the_nearest_group_of_its_kind() {
        let text = "a [ ( b ] ) c";
        let by = Some((']', 8..9));
        assert_eq!(
            faults(text),
            [
                ("(", FaultKind::Unclosed { open: '(', by }),
                (")", FaultKind::Unopened { close: ')', within: None }),
            ]
        );
        let tokens = Tokens::read(text, Docs::Comments).tokens;
        let brackets: Vec<(usize, usize)> =
            tokens.iter().enumerate().map(|(at, token)| (at, token.partner)).collect();
        assert_eq!(brackets, [(0, 0), (1, 4), (2, 4), (3, 3), (4, 1), (5, 5)]);
    }

    #[test]
    fn documentation_is_a_token_only_where_macros_read() {
        for doc in ["/// a", "//! a", "/** a */", "/*! a */"] {
            assert_eq!(Tokens::read(doc, Docs::Comments).comments.len(), 1, "{doc}");
            assert_eq!(Tokens::read(doc, Docs::Tokens).tokens[0].kind, Kind::Other, "{doc}");
        }
        for comment in ["// a", "//// a", "/* a */", "/**/", "/*** a */"] {
            let read = Tokens::read(comment, Docs::Tokens);
            assert_eq!((read.tokens.len(), read.comments.len()), (0, 1), "{comment}");
        }
    }
}
