//! The result of a dialect, in terms that fit any test framework: tests, the guests that they name, and the usages in
//! their bodies.

use std::sync::Arc;

use lightest_model::catalog::When;
use lightest_model::config::{Arch, Config};
use lightest_model::space::Row;

use lightest_diagnostics::{Diagnostic, Span};

use crate::needs::Need;

/// The result of reading some files.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The tests.
    pub tests: Vec<Test>,
    /// Guests that are named outside of the declarations of one test.
    pub sites: Vec<Site>,
    /// Notes on code that was not understood or not read, in the order of the places.
    pub notes: Vec<Diagnostic>,
    /// Files that were not read at all, as indices into the sources. A note gives the reason.
    pub unread: Vec<usize>,
}

impl Reading {
    /// Leaves only the tests of one file, with what was noted in it, and no sites, which other files may share.
    pub fn keep_file(&mut self, file: usize) {
        self.sites.clear();
        self.tests.retain(|test| test.span.file == file);
        self.keep_notes(|span| span.file == file);
    }

    /// Leaves only the notes at some places. Those on files that were not read stay.
    pub fn keep_notes(&mut self, keep: impl Fn(&Span) -> bool) {
        let unread = &self.unread;
        self.notes.retain(|note| note.primary().is_none_or(|span| unread.contains(&span.file) || keep(span)));
    }

    /// Whether a file was not read at all.
    #[must_use]
    pub fn is_unread(&self, note: &Diagnostic) -> bool {
        note.primary().is_some_and(|span| self.unread.contains(&span.file))
    }
}

/// A place that names a guest for several tests: a call in a setup, in a helper, or in the body of a table. Guests that one
/// test boots side by side are sites of their own.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its list of guests.
    pub declaration: Declaration,
    /// The tests that share it: indices into [`Reading::tests`], ascending.
    pub tests: Vec<usize>,
    /// Comments at the site and directly above it.
    pub comments: Vec<Comment>,
}

/// A test.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its name, without the modules around it.
    pub name: String,
    /// The modules around it.
    pub module: Vec<String>,
    /// Where its name stands.
    pub name_span: Span,
    /// From its declarations to the end of its body.
    pub span: Span,
    /// Where it names its guests, in order.
    pub declarations: Vec<Declaration>,
    /// Declarations that lack their list: the guests are yet to be chosen.
    pub bare: Vec<BareDeclaration>,
    /// Parts of its declarations that were not understood: the guests there are not known.
    pub unread: Vec<Span>,
    /// The usages in its body, in the order of the walk.
    pub usages: Vec<Usage>,
    /// Requirements that the dialect itself found, beside those that the table of calls states for its usages.
    pub asks: Vec<Need>,
    /// Unresolved places.
    pub unresolved: Vec<Unresolved>,
    /// Places outside the test that its walk went through: helpers, constants and types.
    pub reached: Vec<Span>,
    /// Comments within its declarations and directly above them.
    pub comments: Vec<Comment>,
    /// Comments within its body, in the order of the file.
    pub body_comments: Vec<Comment>,
    /// The first paragraph of its documentation as plain words, without code, and its place.
    pub doc: Option<Comment>,
    /// The comment at the top of its file.
    pub preface: Option<Comment>,
    /// Requirements that the author states for it.
    pub intents: Vec<Intent>,
    /// Architectures that its place in the source restricts it to; empty where it is free.
    pub bound_to: Vec<Arch>,
    /// Files that it takes and that its declaration names, in order.
    pub takes: Vec<TakenFile>,
}

impl Test {
    /// Whether a place begins within it.
    #[must_use]
    pub fn contains(&self, span: &Span) -> bool {
        self.span.file == span.file && self.span.bytes.contains(&span.bytes.start)
    }
}

/// A file that a test takes, which a declaration names beside each guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenFile {
    /// Its type as it is written.
    pub written: String,
    /// The file that a declaration names for some configurations; the first that fits counts.
    pub named: Vec<(Vec<When>, String)>,
}

impl TakenFile {
    /// The file that a declaration names for it beside a configuration; `None` where that is not known.
    #[must_use]
    pub fn for_row(&self, row: &Row<'_>) -> Option<&str> {
        let fits = |when: &[When]| when.is_empty() || when.iter().any(|when| row.is_selected_by(when));
        self.named.iter().find(|(when, _)| fits(when)).map(|(_, artifact)| artifact.as_str())
    }
}

/// One list of guests that a test is run with.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The whole declaration.
    pub span: Span,
    /// The list alone.
    pub list: Span,
    /// The VMM that it names once for all its variants.
    pub vmm: Option<String>,
    /// Its variants, in order.
    pub variants: Vec<Variant>,
}

/// A declaration without a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BareDeclaration {
    /// The whole declaration, which an edit replaces.
    pub span: Span,
    /// As it is written.
    pub written: String,
    /// The VMM that it names.
    pub vmm: Option<String>,
    /// Whether the agent is to run, where the declaration decides that.
    pub agent: Option<bool>,
    /// Requirements that the declaration itself states, in the framework's words.
    pub states: Vec<String>,
}

/// A test with one configuration.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The name that the framework gives it, with its modules.
    pub name: String,
    /// The configuration, its VMM named.
    pub config: Config,
    /// The configuration as the author wrote it.
    pub written: String,
    /// Where it stands.
    pub config_span: Span,
    /// Where it stands, with what is wrapped around it.
    pub span: Span,
    /// Whether the agent is to run in the guest, where the declaration decides that.
    pub agent: Option<bool>,
    /// Why it is skipped by default.
    pub ignored: Option<Comment>,
    /// Why its failures do not block.
    pub unstable: Option<Comment>,
    /// Requirements that the declaration itself states.
    pub states: Vec<String>,
    /// Requirements of the files that it names.
    pub brings: Vec<String>,
}

/// Something that a body touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Its kind.
    pub what: UsageKind,
    /// Where it stands.
    pub span: Span,
    /// Where the test's own body leads to it, when it stands in a helper.
    pub via: Option<Span>,
    /// The branches that it stands in.
    pub within: Vec<Branch>,
    /// Whether the test goes on when it fails.
    pub tolerated: bool,
    /// Whether a test that passes may not have come here: it stands in a branch or loop whose condition is not known, or
    /// behind a way out of one.
    pub uncertain: bool,
    /// Whether it stands in a branch of which it is not known which configurations take it.
    pub guarded: bool,
}

/// The kinds of usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsageKind {
    /// A method of something whose role is known.
    Call {
        /// The role of the receiver.
        on: String,
        /// The method.
        name: String,
        /// Texts among the arguments.
        texts: Vec<String>,
    },
    /// A function that the test's package does not define, called with something whose role is known, or known by name.
    Function(String),
    /// A type in a signature.
    Type(String),
    /// A value or a type that is named in an expression.
    Name(String),
    /// A field that is set: its record, its name, the value as far as it is known.
    Field {
        /// The record or the role of what is changed.
        of: String,
        /// The field.
        name: String,
        /// The value as text.
        value: String,
    },
    /// A field that is read, and how: the word of the dialect, which may be empty.
    Read {
        /// The field.
        name: String,
        /// How it is read.
        how: String,
    },
    /// A text, whatever is done with it.
    Text(String),
    /// A program that is run.
    Program {
        /// The role of the shell.
        system: String,
        /// The program's name.
        name: String,
        /// The whole line.
        line: String,
    },
    /// A path in the guest.
    Path {
        /// The role of the shell.
        system: String,
        /// The path.
        path: String,
    },
    /// A condition of the build on the test.
    Build(String),
    /// A condition that distinguishes configurations.
    Tested(Arc<[When]>),
    /// A condition that fails the test for all but some configurations.
    Confined(Arc<[When]>),
}

/// A branch that is taken only for some configurations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The configurations, any one of which takes the branch. Shared, because every usage within the branch has a copy.
    pub when: Arc<[When]>,
    /// Whether it is taken for the others instead.
    pub otherwise: bool,
}

impl Branch {
    /// Whether a configuration takes it.
    #[must_use]
    pub fn is_taken_by(&self, row: &Row<'_>) -> bool {
        self.when.iter().any(|when| row.is_selected_by(when)) != self.otherwise
    }
}

/// A place that the dialect could not follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// Where.
    pub span: Span,
    /// The unknown.
    pub what: String,
}

/// A requirement that an author states: `lightest: requires(NEED, ..): reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The requirement's identifier; `None` where the word is none.
    pub requirement: Option<String>,
    /// The word as it is written.
    pub written: String,
    /// Where the comment stands.
    pub span: Span,
    /// Why; empty where no reason is given.
    pub reason: String,
}

/// A comment or a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}
