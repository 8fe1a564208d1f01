//! What a rule found, before anybody decides how it looks.

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
    /// What the test requires, as far as it decides.
    pub requirements: Vec<String>,
    /// The configuration that is suggested.
    pub suggested: Option<String>,
    /// What the configuration costs.
    pub cost: Option<Cost>,
    /// What the suggestion costs, where it replaces the configuration.
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

/// What one run of a configuration costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Size of the image in bytes, where there is one and its size is known.
    pub image_bytes: Option<u64>,
    /// Whether there is an image at all.
    pub has_image: bool,
    /// Identifier of the boot class.
    pub boot: String,
    /// What its quirks cost together.
    pub quirks: lightest_model::catalog::Cost,
    /// Identifier of the kind of host.
    pub host: String,
}
