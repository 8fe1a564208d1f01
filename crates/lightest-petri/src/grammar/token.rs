//! Tokens of Rust source as a macro sees them; the only place that names the lexer crates.

use std::ops::Range;

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

use super::SyntaxError;

/// A token, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) span: Range<usize>,
}

/// What a token is, as far as attributes care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind<'t> {
    /// An identifier or keyword.
    Ident(&'t str),
    /// A string literal, unescaped.
    Str(String),
    /// `(`, `[` or `{`.
    Open(char),
    /// `)`, `]` or `}`.
    Close(char),
    /// Other punctuation, one character.
    Punct(char),
    /// A literal other than a string, a lifetime, a raw identifier, a doc comment.
    Other,
}

/// The tokens of `text`, without white space and comments.
///
/// # Errors
///
/// What the compiler's lexer would refuse: unterminated literals and comments, unknown characters.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, SyntaxError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    for token in tokenize(text, FrontmatterAllowed::No) {
        let span = at..at + token.len as usize;
        at = span.end;
        let slice = &text[span.clone()];
        let kind = match token.kind {
            TokenKind::Whitespace
            | TokenKind::LineComment { doc_style: None }
            | TokenKind::BlockComment { doc_style: None, terminated: true } => continue,
            TokenKind::Ident => Kind::Ident(slice),
            TokenKind::Literal { kind, suffix_start } => literal(kind, slice, suffix_start as usize, &span)?,
            TokenKind::OpenParen => Kind::Open('('),
            TokenKind::OpenBracket => Kind::Open('['),
            TokenKind::OpenBrace => Kind::Open('{'),
            TokenKind::CloseParen => Kind::Close(')'),
            TokenKind::CloseBracket => Kind::Close(']'),
            TokenKind::CloseBrace => Kind::Close('}'),
            TokenKind::BlockComment { terminated: false, .. } => {
                return Err(refused("unterminated block comment", span));
            }
            TokenKind::RawIdent
            | TokenKind::Lifetime { .. }
            | TokenKind::RawLifetime
            | TokenKind::LineComment { .. }
            | TokenKind::BlockComment { .. } => Kind::Other,
            TokenKind::Unknown
            | TokenKind::InvalidIdent
            | TokenKind::UnknownPrefix
            | TokenKind::UnknownPrefixLifetime
            | TokenKind::GuardedStrPrefix
            | TokenKind::ForcedKeywordIdent
            | TokenKind::Frontmatter { .. } => {
                return Err(refused("this is not a Rust token", span));
            }
            TokenKind::Eof => continue,
            _ => match slice.chars().next() {
                Some(punct) => Kind::Punct(punct),
                None => continue,
            },
        };
        tokens.push(Token { kind, span });
    }
    Ok(tokens)
}

fn refused(message: &str, span: Range<usize>) -> SyntaxError {
    SyntaxError { message: message.to_owned(), span, expected: Vec::new(), help: None }
}

fn literal<'t>(
    kind: LiteralKind,
    slice: &str,
    suffix_start: usize,
    span: &Range<usize>,
) -> Result<Kind<'t>, SyntaxError> {
    let body = &slice[..suffix_start.min(slice.len())];
    match kind {
        LiteralKind::Str { terminated: true } => {
            let inner = body.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
            // As the compiler reads it.
            let read = inner.replace("\r\n", "\n");
            let mut value = String::with_capacity(read.len());
            let mut bad: Option<Range<usize>> = None;
            rustc_literal_escaper::unescape_str(&read, |range, character| match character {
                Ok(character) => value.push(character),
                Err(error) if error.is_fatal() && bad.is_none() => bad = Some(range),
                Err(_) => {}
            });
            match bad {
                Some(range) => {
                    // Each line end before it was a byte longer.
                    let place = |at: usize| {
                        let ends = inner.match_indices("\r\n").enumerate();
                        at + ends.take_while(|(before, (end, _))| end - before < at).count()
                    };
                    let start = span.start + 1;
                    let range = start + place(range.start)..start + place(range.end);
                    Err(refused("this is not a legal escape", range))
                }
                None => Ok(Kind::Str(value)),
            }
        }
        LiteralKind::RawStr { n_hashes: Some(hashes) } => {
            let hashes = usize::from(hashes);
            let inner = body.get(hashes + 2..body.len().saturating_sub(hashes + 1)).unwrap_or_default();
            Ok(Kind::Str(inner.replace("\r\n", "\n")))
        }
        LiteralKind::Str { terminated: false }
        | LiteralKind::ByteStr { terminated: false }
        | LiteralKind::CStr { terminated: false }
        | LiteralKind::Char { terminated: false }
        | LiteralKind::Byte { terminated: false }
        | LiteralKind::RawStr { n_hashes: None }
        | LiteralKind::RawByteStr { n_hashes: None }
        | LiteralKind::RawCStr { n_hashes: None } => Err(refused("unterminated literal", span.clone())),
        _ => Ok(Kind::Other),
    }
}
