//! Tokens of a source file with their brackets matched; the only place that names the lexer crates.
//!
//! A flat list in which every opening bracket knows its partner: nothing here recurses, so no nesting, however deep,
//! can exhaust the stack, and a file that is broken in one place is still read in the others.

use std::ops::Range;

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

/// A token, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
    /// For brackets, the index of the other one.
    pub(crate) partner: usize,
}

/// What a token is, as far as facts care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
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
    /// Anything else that is not white space or a comment.
    Other,
}

/// A file as tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    /// Comments, documentation included, in order.
    pub(crate) comments: Vec<Range<usize>>,
    /// What could not be read.
    pub(crate) broken: Vec<(Range<usize>, &'static str)>,
}

/// Reads a file.
pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    for token in tokenize(text, FrontmatterAllowed::No) {
        let span = at..at + token.len as usize;
        at = span.end;
        let slice = &text[span.clone()];
        let index = lexed.tokens.len();
        let kind = match token.kind {
            TokenKind::Whitespace | TokenKind::Eof => continue,
            TokenKind::LineComment { .. } => {
                lexed.comments.push(span);
                continue;
            }
            TokenKind::BlockComment { terminated, .. } => {
                if !terminated {
                    lexed.broken.push((span.clone(), "a comment that does not end"));
                }
                lexed.comments.push(span);
                continue;
            }
            TokenKind::Ident => Kind::Ident,
            TokenKind::Literal { kind, suffix_start } => {
                if !terminated(kind) {
                    lexed.broken.push((span.clone(), "a literal that does not end"));
                }
                literal(kind, &slice[..(suffix_start as usize).min(slice.len())])
            }
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => {
                open.push(index);
                Kind::Open(slice.chars().next().unwrap_or('('))
            }
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                Kind::Close(slice.chars().next().unwrap_or(')'))
            }
            TokenKind::RawIdent
            | TokenKind::Lifetime { .. }
            | TokenKind::RawLifetime
            | TokenKind::Unknown
            | TokenKind::InvalidIdent
            | TokenKind::UnknownPrefix
            | TokenKind::UnknownPrefixLifetime
            | TokenKind::GuardedStrPrefix
            | TokenKind::ForcedKeywordIdent
            | TokenKind::Frontmatter { .. } => Kind::Other,
            _ => Kind::Punct(slice.chars().next().unwrap_or(' ')),
        };
        let mut partner = index;
        if let Kind::Close(close) = kind {
            // A closing bracket ends the nearest opening one of its kind; those left open in between are broken.
            let wanted = match close {
                ')' => '(',
                ']' => '[',
                _ => '{',
            };
            let found = open.iter().rposition(|&open| lexed.tokens[open].kind == Kind::Open(wanted));
            match found {
                Some(found) => {
                    for &lost in &open[found + 1..] {
                        lexed.tokens[lost].partner = index;
                        lexed.broken.push((lexed.tokens[lost].span.clone(), "a bracket that is not closed"));
                    }
                    partner = open[found];
                    lexed.tokens[partner].partner = index;
                    open.truncate(found);
                }
                None => {
                    lexed.broken.push((span, "a closing bracket without an opening one"));
                    continue;
                }
            }
        }
        lexed.tokens.push(Token { kind, span, partner });
    }
    let end = lexed.tokens.len();
    for lost in open {
        lexed.tokens[lost].partner = end;
        lexed.broken.push((lexed.tokens[lost].span.clone(), "a bracket that is not closed"));
    }
    lexed.broken.sort_by_key(|(span, _)| span.start);
    lexed
}

const fn terminated(kind: LiteralKind) -> bool {
    !matches!(
        kind,
        LiteralKind::Str { terminated: false }
            | LiteralKind::ByteStr { terminated: false }
            | LiteralKind::CStr { terminated: false }
            | LiteralKind::Char { terminated: false }
            | LiteralKind::Byte { terminated: false }
            | LiteralKind::RawStr { n_hashes: None }
            | LiteralKind::RawByteStr { n_hashes: None }
            | LiteralKind::RawCStr { n_hashes: None }
    )
}

fn literal(kind: LiteralKind, body: &str) -> Kind {
    // As the compiler reads it.
    let body = &body.replace("\r\n", "\n");
    match kind {
        LiteralKind::Str { terminated: true } => {
            let inner = body.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
            let mut value = String::with_capacity(inner.len());
            let mut fatal = false;
            rustc_literal_escaper::unescape_str(inner, |_, character| match character {
                Ok(character) => value.push(character),
                Err(error) => fatal |= error.is_fatal(),
            });
            if fatal { Kind::Other } else { Kind::Str(value) }
        }
        LiteralKind::RawStr { n_hashes: Some(hashes) } => {
            let hashes = usize::from(hashes);
            let inner = body.get(hashes + 2..body.len().saturating_sub(hashes + 1)).unwrap_or_default();
            Kind::Str(inner.to_owned())
        }
        LiteralKind::Int { .. } => {
            let digits: String = body.chars().filter(|character| *character != '_').collect();
            let value = match digits.get(..2) {
                Some("0x") => u64::from_str_radix(&digits[2..], 16),
                Some("0o") => u64::from_str_radix(&digits[2..], 8),
                Some("0b") => u64::from_str_radix(&digits[2..], 2),
                _ => digits.parse(),
            };
            value.map_or(Kind::Other, Kind::Int)
        }
        _ => Kind::Other,
    }
}
