//! The result of a rule, before rendering.

use lightest_diagnostics::{Diagnostic, Label, RuleId, Span};

/// A mistake in the choice of a test's guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule, the places, the reasons and the edits. There is a rule, and at least one place.
    pub diagnostic: Diagnostic,
    /// The test, with its modules.
    pub test: String,
    /// The configuration, where one is wrong rather than the whole list.
    pub config: Option<String>,
    /// The requirements of the test that decide.
    pub requirements: Vec<String>,
    /// The configuration that is suggested.
    pub suggested: Option<String>,
    /// The cost of the configuration.
    pub cost: Option<Cost>,
    /// The cost of the suggestion, where it replaces the configuration.
    pub cost_after: Option<Cost>,
}

impl Finding {
    /// A finding at a place, with nothing but its message.
    #[must_use]
    pub fn new(rule: RuleId, span: &Span, message: impl Into<String>, test: String) -> Self {
        Self {
            diagnostic: Diagnostic::new(message).rule(rule).label(span.clone(), ""),
            test,
            config: None,
            requirements: Vec::new(),
            suggested: None,
            cost: None,
            cost_after: None,
        }
    }

    /// The name of the rule.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.diagnostic.rule.map_or("", RuleId::as_str)
    }

    /// The place where it is wrong.
    ///
    /// # Panics
    ///
    /// Where its labels were taken away.
    #[must_use]
    pub fn span(&self) -> &Span {
        &self.diagnostic.labels[0].span
    }

    /// Moves it to another place.
    pub(crate) fn place(&mut self, label: Label) {
        self.diagnostic.labels[0] = label;
    }

    /// Sets the words beside its place.
    pub(crate) fn label(&mut self, text: impl Into<String>) {
        self.diagnostic.labels[0].text = text.into();
    }
}

/// The cost of one run of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Size of the image in bytes, where there is one and its size is known.
    pub image_bytes: Option<u64>,
    /// Whether there is an image at all.
    pub has_image: bool,
    /// Identifier of the boot class.
    pub boot: String,
    /// The total cost of its quirks.
    pub quirks: lightest_model::catalog::Cost,
    /// Identifier of the kind of host.
    pub host: String,
}
