//! Colours by meaning. `anstream` strips them where they are not wanted.

use std::fmt::{self, Display};

use anstyle::{AnsiColor, Style};

/// A text in a style.
pub(crate) struct Styled<T> {
    style: Style,
    text: T,
}

impl<T: Display> Display for Styled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.style.render(), self.text, self.style.render_reset())
    }
}

/// Recommendations.
pub(crate) fn answer<T: Display>(text: T) -> Styled<T> {
    Styled { style: AnsiColor::Green.on_default().bold(), text }
}

/// A heading.
pub(crate) fn heading<T: Display>(text: T) -> Styled<T> {
    Styled { style: Style::new().bold(), text }
}

/// Where something is known from, and other asides.
pub(crate) fn aside<T: Display>(text: T) -> Styled<T> {
    Styled { style: Style::new().dimmed(), text }
}

/// Refusals and warnings.
pub(crate) fn refused<T: Display>(text: T) -> Styled<T> {
    Styled { style: AnsiColor::Yellow.on_default(), text }
}
