//! Why a command could not do its job: a diagnostic, and the exit code that goes with it.

use std::ops::Range;
use std::path::Path;

use lightest_diagnostics::{Diagnostic, Help, Label, Safety, SourceMap, Span};
use lightest_model::suggest::reword;

use crate::exit;
use crate::output::path_text;

/// Why a command could not do its job.
#[derive(Debug)]
pub(crate) struct Failure {
    /// A failure with its place and the way out.
    pub(crate) diagnostic: Box<Diagnostic>,
    /// The texts that it points into.
    pub(crate) sources: Box<SourceMap>,
    code: u8,
}

/// A place in a text that the user wrote.
#[derive(Debug)]
pub(crate) struct Place {
    /// Name of the file, or of the argument.
    pub(crate) origin: String,
    /// The whole text.
    pub(crate) text: String,
    /// Byte ranges, each with the words beside it; the first is where it is wrong.
    pub(crate) labels: Vec<(Range<usize>, String)>,
}

impl Failure {
    /// The user's mistake, or something that could not be read or written.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            diagnostic: Box::new(Diagnostic::new(message)),
            sources: Box::default(),
            code: exit::COULD_NOT,
        }
    }

    /// A mistake in texts.
    pub(crate) fn of(diagnostic: Diagnostic, sources: SourceMap) -> Self {
        Self { diagnostic: Box::new(diagnostic), sources: Box::new(sources), code: exit::COULD_NOT }
    }

    /// Something that this host lacks.
    pub(crate) fn host_cannot(message: impl Into<String>) -> Self {
        Self { code: exit::HOST_CANNOT, ..Self::new(message) }
    }

    /// A file whose text is not the TOML that is expected there.
    pub(crate) fn of_toml(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let (message, help) = reword(error.message());
        let failure = Self::new(message).at(Place {
            origin: path_text(path),
            text: text.to_owned(),
            labels: vec![(error.span().unwrap_or(0..0), String::new())],
        });
        match help {
            Some(help) => failure.help(help),
            None => failure,
        }
    }

    /// The same, with a place.
    pub(crate) fn at(mut self, place: Place) -> Self {
        let file = match self.sources.position(&place.origin) {
            Some(file) => file,
            None => self.sources.add(place.origin, place.text),
        };
        for (span, text) in place.labels {
            self.diagnostic.labels.push(Label { span: Span::new(file, span), text });
        }
        self
    }

    /// The same, with something worth knowing.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.diagnostic.notes.push(note.into());
        self
    }

    /// The same, with what to do where nothing better is known; beside that, it is a note.
    pub(crate) fn help_or_note(self, help: &str) -> Self {
        if self.diagnostic.help.is_some() { self.note(help) } else { self.help(help) }
    }

    /// The same, with what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic.help =
            Some(Help { message: help.into(), edits: Vec::new(), safety: Safety::DisplayOnly });
        self
    }

    /// The message.
    pub(crate) fn message(&self) -> &str {
        &self.diagnostic.message
    }

    /// The exit code of the kind.
    pub(crate) const fn exit_code(&self) -> u8 {
        self.code
    }
}
