//! Walks the tokens of an attribute, group by group.

use std::ops::Range;

use super::SyntaxError;
use super::token::{Kind, Token, tokens};

/// A position in a token list.
pub(super) struct Cursor<'t> {
    text: &'t str,
    tokens: Vec<Token<'t>>,
    at: usize,
    end: usize,
}

fn closing(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

impl<'t> Cursor<'t> {
    /// At the first token of `text`, whose delimiters are balanced.
    pub(super) fn new(text: &'t str) -> Result<Self, SyntaxError> {
        let tokens = tokens(text)?;
        let mut open: Vec<(char, Range<usize>)> = Vec::new();
        for token in &tokens {
            match token.kind {
                Kind::Open(delimiter) => open.push((delimiter, token.span.clone())),
                Kind::Close(delimiter) => match open.pop() {
                    Some((opened, _)) if closing(opened) == delimiter => {}
                    Some((opened, _)) => {
                        return Err(SyntaxError {
                            message: format!("`{opened}` is closed by `{delimiter}`"),
                            span: token.span.clone(),
                            expected: vec![closing(opened).to_string()],
                            help: None,
                        });
                    }
                    None => {
                        return Err(SyntaxError {
                            message: format!("`{delimiter}` closes nothing"),
                            span: token.span.clone(),
                            expected: Vec::new(),
                            help: Some("remove it".to_owned()),
                        });
                    }
                },
                _ => {}
            }
        }
        if let Some((opened, span)) = open.pop() {
            return Err(SyntaxError {
                message: format!("`{opened}` is never closed"),
                span,
                expected: Vec::new(),
                help: Some(format!("add `{}`", closing(opened))),
            });
        }
        Ok(Self { text, tokens, at: 0, end: text.len() })
    }

    fn peek(&self) -> Option<&Kind<'t>> {
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
        SyntaxError { message: message.into(), span: self.span(), expected, help: None }
    }

    /// Takes an identifier, keywords included.
    pub(super) fn ident(
        &mut self,
        what: &str,
        expected: impl FnOnce() -> Vec<String>,
    ) -> Result<(&'t str, Range<usize>), SyntaxError> {
        match self.peek() {
            Some(Kind::Ident(word)) => {
                let word = *word;
                let span = self.span();
                self.at += 1;
                Ok((word, span))
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
        let next = self.tokens.get(self.at + 1).map(|token| &token.kind);
        self.opens('(') && next == Some(&Kind::Ident("reason"))
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
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                None => return,
                Some(Kind::Close(_)) if depth == 0 => return,
                Some(Kind::Close(_)) => depth -= 1,
                Some(Kind::Open(_)) => depth += 1,
                Some(_) => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
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
