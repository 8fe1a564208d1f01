//! Why a command could not do its job.

use std::ops::Range;

use crate::exit;

/// Why a command could not do its job.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What went wrong: lower-case start, no full stop.
    pub(crate) message: String,
    /// Where, when it is a place in a text.
    pub(crate) places: Vec<Place>,
    /// What is worth knowing.
    pub(crate) notes: Vec<String>,
    /// What to do.
    pub(crate) help: Option<String>,
    code: u8,
}

/// A place in a text that the user wrote.
#[derive(Debug)]
pub(crate) struct Place {
    /// Name of the file, or of the argument.
    pub(crate) origin: String,
    /// The whole text.
    pub(crate) text: String,
    /// Byte ranges, each with what is to be said of it; the first is where it is wrong.
    pub(crate) labels: Vec<(Range<usize>, String)>,
}

impl Failure {
    /// The user's mistake, or something that could not be read or written.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            places: Vec::new(),
            notes: Vec::new(),
            help: None,
            code: exit::COULD_NOT,
        }
    }

    /// Something that this host lacks.
    pub(crate) fn host_cannot(message: impl Into<String>) -> Self {
        Self { code: exit::HOST_CANNOT, ..Self::new(message) }
    }

    /// The same, with a place.
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    /// The same, with something worth knowing.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same, with what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The exit code that says so.
    pub(crate) const fn exit_code(&self) -> u8 {
        self.code
    }
}
