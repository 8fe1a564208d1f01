//! The forms that diagnostics take. A new one is a file here, and a line in each of the two lists below.

mod github;
mod human;
mod json;
mod junit;
mod sarif;
mod short;

use clap::ValueEnum;
use lightest_diagnostics::{Diagnostic, Safety, Span};

use super::places::{Place, Texts};
use crate::failure::Failure;

/// The form of diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageFormat {
    /// As rustc draws them.
    Human,
    /// One line each.
    Short,
    /// One rustc diagnostic a line, for editors and rustfix.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Commands to a GitHub workflow.
    Github,
    /// JUnit XML.
    Junit,
}

impl MessageFormat {
    fn format(self) -> &'static dyn Format {
        match self {
            Self::Human => &human::Human,
            Self::Short => &short::Short,
            Self::Json => &json::Json,
            Self::Sarif => &sarif::Sarif,
            Self::Github => &github::Github,
            Self::Junit => &junit::Junit,
        }
    }

    /// Whether people read it, rather than programs.
    pub(crate) fn is_for_people(self) -> bool {
        self.format().is_for_people()
    }

    /// Writes a report to standard output.
    pub(crate) fn print(self, report: &Report<'_>) -> Result<(), Failure> {
        let text = self.format().text(report);
        if self.is_for_people() { super::data(&text) } else { super::raw(text.as_bytes()) }
    }
}

/// A form of diagnostics.
trait Format: Sync {
    /// Whether people read it, rather than programs.
    fn is_for_people(&self) -> bool {
        false
    }

    /// The whole report, with every note and every finding in it.
    fn text(&self, report: &Report<'_>) -> String;
}

/// Everything that a form is made from.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) texts: &'a Texts<'a>,
    /// Findings, in the order in which they are shown.
    pub(crate) entries: Vec<Entry<'a>>,
    /// The rules that could find something.
    pub(crate) rules: Vec<RuleText<'a>>,
    /// The checked cases, for formats that count them.
    pub(crate) cases: Vec<Case<'a>>,
    /// Files that were not read; people read it on standard error.
    pub(crate) unread: Vec<NotRead<'a>>,
    /// The name that cases go under.
    pub(crate) suite: &'static str,
}

/// A diagnostic, and what is known about it.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) level: Level,
    pub(crate) diagnostic: &'a Diagnostic,
    /// The drawing for people, where it differs from the diagnostic for programs, for instance by prices.
    pub(crate) drawn: Option<Diagnostic>,
    /// The case that it belongs to.
    pub(crate) case: Option<usize>,
    /// The fingerprint that distinguishes it from others of its rule in another run.
    pub(crate) fingerprint: String,
    /// Data for programs beside the diagnostic.
    pub(crate) about: Option<About<'a>>,
    /// A line of the change that it is about, where its own place is not part of the change.
    pub(crate) beside: Option<Span>,
    /// Whether something was not read because of the problem.
    pub(crate) is_unread: bool,
}

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Error,
    Warning,
    Note,
}

impl Level {
    /// The word that rustc, SARIF and GitHub have for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// The subject of a finding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'a> {
    pub(crate) test: &'a str,
    pub(crate) config: Option<&'a str>,
    pub(crate) requirements: &'a [String],
    pub(crate) suggested: Option<&'a str>,
}

/// A rule for programs that list them.
#[derive(Clone, Debug)]
pub(crate) struct RuleText<'a> {
    pub(crate) name: &'a str,
    pub(crate) summary: &'a str,
    /// In Markdown; may be empty.
    pub(crate) explanation: String,
    pub(crate) level: Level,
    /// Whether it is on by default.
    pub(crate) is_on: bool,
}

/// A file that was not read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotRead<'a> {
    pub(crate) path: &'a str,
    pub(crate) reason: &'a str,
}

/// Something that was looked at.
#[derive(Clone, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) name: String,
    /// Where it stands; the places of all are looked up for the one form that shows them.
    pub(crate) span: Option<&'a Span>,
}

impl Entry<'_> {
    /// The drawing for people.
    fn drawing(&self) -> &Diagnostic {
        self.drawn.as_ref().unwrap_or(self.diagnostic)
    }

    /// The rule, where there is one.
    fn rule(&self) -> Option<&'static str> {
        self.diagnostic.rule.map(lightest_diagnostics::RuleId::as_str)
    }

    /// Message, notes and help as lines of text.
    fn lines(&self) -> String {
        let mut text = self.diagnostic.message.clone();
        for note in &self.diagnostic.notes {
            text.push_str(&format!("\nnote: {note}"));
        }
        if let Some(help) = self.diagnostic.help_message() {
            text.push_str(&format!("\nhelp: {help}"));
        }
        text
    }
}

impl<'a> Report<'a> {
    /// The place where a diagnostic is wrong.
    fn place(&self, diagnostic: &Diagnostic) -> Option<Place<'a>> {
        diagnostic.primary().and_then(|span: &Span| self.texts.place(span))
    }
}

/// The word that rustc has for how safe an edit is.
const fn applicability(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "MachineApplicable",
        Safety::Unsafe => "MaybeIncorrect",
        Safety::DisplayOnly => "Unspecified",
    }
}
