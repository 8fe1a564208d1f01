//! A message about places in text.

use std::fmt;

use crate::Span;

/// The name of a rule, or of a kind of mistake: kebab case, never renamed without an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(&'static str);

impl RuleId {
    /// The rule of that name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl PartialEq<str> for RuleId {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for RuleId {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// A message with its places and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that found it; `None` for a mistake that no rule stands for.
    pub rule: Option<RuleId>,
    /// The mistake: lower-case start, no full stop.
    pub message: String,
    /// The places. The first is where it is wrong, the others show why. Empty where it is wrong nowhere in particular.
    pub labels: Vec<Label>,
    /// Reasons, and where they are known from.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<Help>,
}

/// A place, and its text in a drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The words beside it; may be empty.
    pub text: String,
}

/// The way out of a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// In words.
    pub message: String,
    /// As edits; may be empty.
    pub edits: Vec<Edit>,
    /// Whether a program may apply the edits unseen.
    pub safety: Safety,
}

/// A change of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The replaced place; empty where text is inserted.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// Whether a program may apply an edit unseen; the less it may, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// What the test exercises stays the same.
    Safe,
    /// What the test exercises may change.
    Unsafe,
    /// The edit shows the idea only.
    DisplayOnly,
}

impl Diagnostic {
    /// A message without places.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { rule: None, message: message.into(), labels: Vec::new(), notes: Vec::new(), help: None }
    }

    /// Names the rule that found it.
    #[must_use]
    pub fn rule(mut self, rule: RuleId) -> Self {
        self.rule = Some(rule);
        self
    }

    /// Adds a place; the first one added is where it is wrong.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a reason.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a help text without edits.
    #[must_use]
    pub fn help(self, message: impl Into<String>) -> Self {
        self.fix(message, Vec::new(), Safety::DisplayOnly)
    }

    /// Adds a help text with edits.
    #[must_use]
    pub fn fix(mut self, message: impl Into<String>, edits: Vec<Edit>, safety: Safety) -> Self {
        self.help = Some(Help { message: message.into(), edits, safety });
        self
    }

    /// The place where it is wrong.
    #[must_use]
    pub fn primary(&self) -> Option<&Span> {
        self.labels.first().map(|label| &label.span)
    }

    /// What to do, in words.
    #[must_use]
    pub fn help_message(&self) -> Option<&str> {
        self.help.as_ref().map(|help| help.message.as_str())
    }
}

impl Label {
    /// A place, and the words beside it.
    #[must_use]
    pub fn new(span: &Span, text: impl Into<String>) -> Self {
        Self { span: span.clone(), text: text.into() }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}
