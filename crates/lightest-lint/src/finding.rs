//! What a rule has to say, before anybody decides how it looks.

use crate::source::Span;

/// Something that is wrong with a test's guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// What is wrong: lower-case start, no full stop.
    pub message: String,
    /// Where it is wrong.
    pub primary: Label,
    /// What shows it.
    pub context: Vec<Label>,
    /// Where that is known from.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<Help>,
    /// The test, with its modules.
    pub test: String,
    /// The configuration, where one is wrong rather than the whole list.
    pub config: Option<String>,
    /// What the test requires, as far as it decides.
    pub requirements: Vec<String>,
    /// The configuration that is suggested.
    pub suggested: Option<String>,
    /// What the configuration costs.
    pub cost: Option<Cost>,
    /// What the suggestion costs, where it replaces the configuration.
    pub cost_after: Option<Cost>,
}

/// A place, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty.
    pub text: String,
}

impl Label {
    /// A label.
    #[must_use]
    pub fn new(span: &Span, text: impl Into<String>) -> Self {
        Self { span: span.clone(), text: text.into() }
    }
}

/// What to do about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// In words.
    pub message: String,
    /// As edits; may be empty.
    pub edits: Vec<Edit>,
    /// Whether the edits may be made unseen.
    pub safety: Safety,
}

/// A change of source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty where something is inserted.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// Whether an edit may be made unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// What the test exercises stays the same.
    Safe,
    /// It is likely right, but what the test exercises changes, or cannot be known here.
    Unsafe,
    /// It shows what is meant; it is never made.
    DisplayOnly,
}

/// What one run of a configuration costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Size of the image in bytes, where there is one and its size is known.
    pub image_bytes: Option<u64>,
    /// Whether there is an image at all.
    pub has_image: bool,
    /// Identifier of the boot class.
    pub boot: String,
    /// Fixed waits, in seconds.
    pub waits_s: u32,
    /// Boots beyond the first.
    pub reboots: u32,
    /// Identifier of the kind of host.
    pub host: String,
}
