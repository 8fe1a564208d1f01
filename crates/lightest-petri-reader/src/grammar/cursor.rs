//! Walks the tokens of an attribute, group by group.

use std::ops::Range;

use super::SyntaxError;
use crate::rust::tokens::{Docs, Fault, FaultKind, Kind, Token, Tokens, closing};

/// A position in a token list.
pub(super) struct Cursor<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    end: usize,
}

impl<'t> Cursor<'t> {
    /// At the first token of `text`, whose delimiters are balanced.
    ///
    /// # Errors
    ///
    /// The first place that is not Rust; brackets come last, since a literal without an end makes many mistakes of them.
    pub(super) fn new(text: &'t str) -> Result<Self, SyntaxError> {
        let Tokens { tokens, faults, .. } = Tokens::read(text, Docs::Tokens);
        let bracket =
            |fault: &&Fault| matches!(fault.kind, FaultKind::Unclosed { .. } | FaultKind::Unopened { .. });
        let fault = faults.iter().find(|fault| !bracket(fault)).or_else(|| faults.iter().find(bracket));
        match fault {
            Some(fault) => Err(refused(fault)),
            None => Ok(Self { text, tokens, at: 0, end: text.len() }),
        }
    }

    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    /// Where the next token stands; empty at the end of the text.
    pub(super) fn span(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |token| token.span.clone())
    }

    /// Where the last token taken ends.
    pub(super) fn last_end(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.span.end)
    }

    /// An error at the next token.
    pub(super) fn error(&self, message: impl Into<String>, expected: Vec<String>) -> SyntaxError {
        SyntaxError::new(message, self.span()).expecting(expected)
    }

    /// Takes an identifier, keywords included.
    pub(super) fn ident(
        &mut self,
        what: &str,
        expected: impl FnOnce() -> Vec<String>,
    ) -> Result<(&'t str, Range<usize>), SyntaxError> {
        match self.peek() {
            Some(Kind::Ident) => {
                let span = self.span();
                self.at += 1;
                Ok((&self.text[span.clone()], span))
            }
            _ => Err(self.error(format!("expected {what}"), expected())),
        }
    }

    /// Takes a string literal.
    pub(super) fn string(&mut self) -> Result<(String, Range<usize>), SyntaxError> {
        match self.peek() {
            Some(Kind::Str(value)) => {
                let value = value.clone();
                let span = self.span();
                self.at += 1;
                Ok((value, span))
            }
            _ => Err(self.error("expected a string", vec!["\"why\"".to_owned()])),
        }
    }

    /// Whether the next token is this delimiter.
    pub(super) fn opens(&self, delimiter: char) -> bool {
        self.peek() == Some(&Kind::Open(delimiter))
    }

    /// Whether a group follows that begins with `reason`.
    pub(super) fn opens_reason(&self) -> bool {
        let next = self.tokens.get(self.at + 1);
        self.opens('(') && next.is_some_and(|token| &self.text[token.span.clone()] == "reason")
    }

    /// Whether the group, or the text, ends here.
    pub(super) fn ends(&self) -> bool {
        matches!(self.peek(), None | Some(Kind::Close(_)))
    }

    /// Takes an opening delimiter.
    pub(super) fn open(&mut self, delimiter: char, what: &str) -> Result<(), SyntaxError> {
        if self.opens(delimiter) {
            self.at += 1;
            return Ok(());
        }
        Err(self.error(format!("expected `{delimiter}`{what}"), vec![delimiter.to_string()]))
    }

    /// Takes an opening delimiter of any kind and returns it.
    pub(super) fn open_any(&mut self) -> Option<char> {
        match self.peek() {
            Some(Kind::Open(delimiter)) => {
                let delimiter = *delimiter;
                self.at += 1;
                Some(delimiter)
            }
            _ => None,
        }
    }

    /// Takes the closing delimiter of a group; `what` was expected to be all that stands in it.
    pub(super) fn close(&mut self, what: &str) -> Result<(), SyntaxError> {
        match self.peek() {
            Some(Kind::Close(_)) => {
                self.at += 1;
                Ok(())
            }
            _ => Err(self.error(format!("unexpected token after {what}"), vec![")".to_owned()])),
        }
    }

    /// Takes that punctuation character if it is next.
    pub(super) fn eat(&mut self, punct: char) -> bool {
        let is_next = self.peek() == Some(&Kind::Punct(punct));
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes `::` if it is next.
    pub(super) fn eat_path_separator(&mut self) -> bool {
        let colon = |at: usize| self.tokens.get(at).filter(|token| token.kind == Kind::Punct(':'));
        let joined = match (colon(self.at), colon(self.at + 1)) {
            (Some(first), Some(second)) => first.span.end == second.span.start,
            _ => false,
        };
        self.at += 2 * usize::from(joined);
        joined
    }

    /// Where the cursor stands, to be gone back to.
    pub(super) const fn position(&self) -> usize {
        self.at
    }

    /// Goes back to where the cursor stood.
    pub(super) const fn go_back(&mut self, position: usize) {
        self.at = position;
    }

    /// Takes a whole group, and returns the text between its delimiters.
    pub(super) fn group(&mut self) -> &'t str {
        let start = self.span().end;
        self.skip();
        let end = self.last_end().saturating_sub(1);
        self.text.get(start..end).unwrap_or_default()
    }

    /// Takes one token of any kind but a closing delimiter; whole groups at once.
    fn skip(&mut self) {
        match self.tokens.get(self.at) {
            None | Some(Token { kind: Kind::Close(_), .. }) => {}
            Some(Token { kind: Kind::Open(_), partner, .. }) => self.at = partner + 1,
            Some(_) => self.at += 1,
        }
    }

    /// Goes back to where the cursor stood, then on to the next comma of that group, or to the group's end.
    pub(super) fn skip_from(&mut self, position: usize) {
        self.at = position;
        while !self.ends() && self.peek() != Some(&Kind::Punct(',')) {
            self.skip();
        }
    }

    /// Fails unless the text ends here.
    pub(super) fn end(&self, what: &str) -> Result<(), SyntaxError> {
        if self.peek().is_none() {
            return Ok(());
        }
        Err(self.error(format!("expected the {what}"), Vec::new()))
    }
}

fn refused(fault: &Fault) -> SyntaxError {
    let (message, span, expected, help) = match &fault.kind {
        FaultKind::NotAToken => ("this is not a Rust token".to_owned(), &fault.span, None, None),
        FaultKind::Escape => ("this is not a legal escape".to_owned(), &fault.span, None, None),
        FaultKind::Literal => ("unterminated literal".to_owned(), &fault.span, None, None),
        FaultKind::Comment => ("unterminated block comment".to_owned(), &fault.span, None, None),
        FaultKind::Unclosed { open, by: None } => {
            let help = format!("add `{}`", closing(*open));
            (format!("`{open}` is never closed"), &fault.span, None, Some(help))
        }
        FaultKind::Unclosed { open, by: Some((close, span)) } => {
            (format!("`{open}` is closed by `{close}`"), span, Some(*open), None)
        }
        FaultKind::Unopened { close, within: Some(open) } => {
            (format!("`{open}` is closed by `{close}`"), &fault.span, Some(*open), None)
        }
        FaultKind::Unopened { close, within: None } => {
            (format!("`{close}` closes nothing"), &fault.span, None, Some("remove it".to_owned()))
        }
    };
    let expected = expected.map(|open| closing(open).to_string()).into_iter().collect();
    SyntaxError::new(message, span.clone()).expecting(expected).help(help)
}
