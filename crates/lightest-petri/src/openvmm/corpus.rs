//! The files that facts are read from, and views of their tokens.

use std::ops::Range;

use lightest_sync::{MAX_BYTES, SourceFile, SourcePlace, line_of};

use lightest_petri_reader::rust::tokens::{Docs, Fault, FaultKind, Kind, Token, Tokens};

/// Folders whose Rust files state the facts, from the top of the checkout.
pub const ROOTS: [&str; 2] = ["petri", "vmm_tests"];

/// Whether facts may be stated in the file at `path`, from the top of the checkout, with `/` between its parts.
#[must_use]
pub fn is_wanted(path: &str) -> bool {
    path.ends_with(".rs")
        && ROOTS.iter().any(|root| path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/')))
}

/// A place in a source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index into [`Corpus::files`].
    pub file: usize,
    /// Byte range in that file's text, start first.
    pub start: usize,
    /// Its end.
    pub end: usize,
}

impl Place {
    /// The byte range.
    #[must_use]
    pub const fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// The files of one commit or checkout.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    files: Vec<SourceFile>,
    lexed: Vec<Tokens>,
}

impl Corpus {
    /// Takes the files, sorted by path; those that are not [wanted](is_wanted) are kept out.
    #[must_use]
    pub fn new(files: impl IntoIterator<Item = SourceFile>) -> Self {
        let mut files: Vec<SourceFile> = files.into_iter().filter(|file| is_wanted(&file.path)).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let lexed = files
            .iter()
            .map(|file| match &file.text {
                text if text.len() > MAX_BYTES => Tokens::default(),
                text => Tokens::read(text, Docs::Comments),
            })
            .collect();
        Self { files, lexed }
    }

    /// The files, sorted by path.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The index of the file at `path`.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<usize> {
        self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()
    }

    /// The path and the first and last line (one-based) of a place.
    #[must_use]
    pub fn lines(&self, place: &Place) -> (&str, u32, u32) {
        let file = &self.files[place.file];
        let first = line_of(&file.text, place.start);
        let last = line_of(&file.text, place.end.saturating_sub(1).max(place.start));
        (&file.path, first, last)
    }

    /// A place by its path.
    #[must_use]
    pub fn spot(&self, place: &Place) -> SourcePlace {
        SourcePlace { path: self.files[place.file].path.clone(), span: place.span() }
    }

    /// A place as the catalog writes it: `path:line` or `path:first-last`.
    #[must_use]
    pub fn cite(&self, place: &Place) -> String {
        let (path, first, last) = self.lines(place);
        if first == last { format!("{path}:{first}") } else { format!("{path}:{first}-{last}") }
    }

    /// The text of a place.
    #[must_use]
    pub fn text(&self, place: &Place) -> &str {
        self.files[place.file].text.get(place.span()).unwrap_or_default()
    }

    pub(crate) fn lexed(&self, file: usize) -> &Tokens {
        &self.lexed[file]
    }

    /// The first place of a file that is not Rust, and its contents: what follows may be misread.
    pub(crate) fn broken(&self, file: usize) -> Option<(Range<usize>, &'static str)> {
        let why = |fault: &Fault| {
            let why = match fault.kind {
                FaultKind::Comment => "a comment that does not end",
                FaultKind::Literal => "a literal that does not end",
                FaultKind::Unclosed { .. } => "a bracket that is not closed",
                FaultKind::Unopened { .. } => "a closing bracket without an opening one",
                // One token, which no fact is made of.
                FaultKind::NotAToken | FaultKind::Escape => return None,
            };
            Some((fault.span.clone(), why))
        };
        self.lexed(file).faults.iter().filter_map(why).min_by_key(|(span, _)| span.start)
    }

    /// Where the comments of a file stand, documentation included, in order.
    #[must_use]
    pub fn comments(&self, file: usize) -> &[Range<usize>] {
        self.lexed.get(file).map_or(&[], |lexed| &lexed.comments)
    }

    /// The tokens of every file.
    pub(crate) fn views(&self) -> impl Iterator<Item = View<'_>> {
        (0..self.files.len()).map(|file| self.view(file))
    }

    pub(crate) fn view(&self, file: usize) -> View<'_> {
        View { corpus: self, file, from: 0, to: self.lexed[file].tokens.len() }
    }
}

/// A stretch of a file's tokens.
#[derive(Clone, Copy)]
pub(crate) struct View<'c> {
    pub(crate) corpus: &'c Corpus,
    pub(crate) file: usize,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

impl<'c> View<'c> {
    fn tokens(&self) -> &'c [Token] {
        &self.corpus.lexed[self.file].tokens
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.from >= self.to
    }

    /// The kind of the token at `at`, when it is in view.
    pub(crate) fn kind(&self, at: usize) -> Option<&'c Kind> {
        (self.from..self.to).contains(&at).then(|| &self.tokens()[at].kind)
    }

    /// The text of the token at `at`; empty when it is out of view.
    pub(crate) fn text(&self, at: usize) -> &'c str {
        match self.kind(at) {
            Some(_) => &self.corpus.files[self.file].text[self.tokens()[at].span.clone()],
            None => "",
        }
    }

    pub(crate) fn ident(&self, at: usize) -> Option<&'c str> {
        matches!(self.kind(at), Some(Kind::Ident)).then(|| self.text(at))
    }

    pub(crate) fn is_ident(&self, at: usize, word: &str) -> bool {
        self.ident(at) == Some(word)
    }

    pub(crate) fn is_punct(&self, at: usize, punct: char) -> bool {
        self.kind(at) == Some(&Kind::Punct(punct))
    }

    pub(crate) fn is_open(&self, at: usize, open: char) -> bool {
        self.kind(at) == Some(&Kind::Open(open))
    }

    pub(crate) fn string(&self, at: usize) -> Option<&'c str> {
        match self.kind(at) {
            Some(Kind::Str(value)) => Some(value),
            _ => None,
        }
    }

    /// The index after the token at `at`, or after its group when it opens one.
    pub(crate) fn next(&self, at: usize) -> usize {
        match self.kind(at) {
            Some(Kind::Open(_)) => (self.tokens()[at].partner + 1).min(self.to),
            _ => at + 1,
        }
    }

    /// The text between the brackets that open at `at`.
    pub(crate) fn inside(&self, at: usize) -> View<'c> {
        match self.kind(at) {
            Some(Kind::Open(_)) => {
                let close = self.tokens()[at].partner.min(self.to);
                View { from: at + 1, to: close.max(at + 1), ..*self }
            }
            _ => View { from: at, to: at, ..*self },
        }
    }

    pub(crate) fn slice(&self, from: usize, to: usize) -> View<'c> {
        let to = to.min(self.to);
        View { from: from.clamp(self.from, to.max(self.from)), to, ..*self }
    }

    /// The place of the token at `at`.
    pub(crate) fn place_at(&self, at: usize) -> Place {
        let span = self.tokens().get(at).map_or_else(|| self.end()..self.end(), |token| token.span.clone());
        Place { file: self.file, start: span.start, end: span.end }
    }

    /// The place of everything in view; where nothing is, the point where it would be.
    pub(crate) fn place(&self) -> Place {
        if self.is_empty() {
            let at = self.tokens().get(self.from).map_or_else(|| self.end(), |token| token.span.start);
            return Place { file: self.file, start: at, end: at };
        }
        let start = self.tokens()[self.from].span.start;
        let end = self.tokens()[self.to - 1].span.end;
        Place { file: self.file, start, end }
    }

    fn end(&self) -> usize {
        self.corpus.files[self.file].text.len()
    }

    /// The indices of the tokens that stand in no inner group; an opening bracket stands for its group.
    pub(crate) fn outer(self) -> impl Iterator<Item = usize> + 'c {
        let mut at = self.from;
        std::iter::from_fn(move || {
            if at >= self.to {
                return None;
            }
            let here = at;
            at = self.next(at);
            Some(here)
        })
    }

    /// Every index, inner groups included.
    pub(crate) fn all(self) -> Range<usize> {
        self.from..self.to
    }

    /// The stretches between commas that stand in no inner group; an empty last one is left out.
    pub(crate) fn split(self, punct: char) -> Vec<View<'c>> {
        let mut parts = Vec::new();
        let mut from = self.from;
        for at in self.outer() {
            if self.is_punct(at, punct) {
                parts.push(View { from, to: at, ..self });
                from = at + 1;
            }
        }
        if from < self.to {
            parts.push(View { from, ..self });
        }
        parts
    }

    /// Whether the tokens from `at` on are these words and punctuation characters.
    pub(crate) fn reads(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(offset, word)| self.text(at + offset) == *word)
    }

    /// The first index, at any depth, from which on the tokens are these.
    pub(crate) fn find(&self, words: &[&str]) -> Option<usize> {
        self.all().find(|at| self.reads(*at, words))
    }

    /// Every identifier that follows `name::`, at any depth, in order.
    pub(crate) fn members_of(self, name: &'c str) -> impl Iterator<Item = (usize, &'c str)> + 'c {
        self.all().filter_map(move |at| {
            (self.is_ident(at, name) && self.is_punct(at + 1, ':') && self.is_punct(at + 2, ':'))
                .then(|| self.ident(at + 3).map(|member| (at + 3, member)))
                .flatten()
        })
    }

    /// The first string literal, at any depth.
    pub(crate) fn first_string(&self) -> Option<&'c str> {
        self.all().find_map(|at| self.string(at))
    }
}
