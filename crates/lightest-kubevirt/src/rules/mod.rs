//! The rules on KubeVirt's guests: one file each.

pub mod banned_guest;
pub mod heavier_than_needed;
pub mod lacks_what_it_uses;
pub mod wrong_login_for_guest;

use lightest_diagnostics::{RuleId, Span};
use lightest_lint::finding::{Cost, Finding};
use lightest_lint::rules::{RULES as SHARED, Rule};
use lightest_lint::source::Source;
use lightest_model::catalog::Guest;

use crate::judge::{Judged, Reading};
use crate::suite::Place;

/// Every rule. A site is no list of alternatives, so that rules on lists do not apply; suppressions are read as everywhere.
pub const RULES: [Rule; 5] = [
    Rule::of_dialect(heavier_than_needed::RULE, false, include_str!("heavier_than_needed.rs")),
    Rule::of_dialect(lacks_what_it_uses::RULE, false, include_str!("lacks_what_it_uses.rs")),
    Rule::of_dialect(wrong_login_for_guest::RULE, false, include_str!("wrong_login_for_guest.rs")),
    Rule::of_dialect(banned_guest::RULE, false, include_str!("banned_guest.rs")),
    SHARED[SHARED.len() - 1],
];

/// Everything that a rule is given.
pub struct Context<'c, 'r> {
    /// The reading of the suite.
    pub reading: &'c Reading<'r>,
    /// The sites, with what their tests ask.
    pub judged: &'c [Judged<'r>],
    /// The texts.
    pub sources: &'c [Source],
    /// Whether matters of taste are reported, too.
    pub pedantic: bool,
}

/// A place as diagnostics have it.
pub(crate) fn span(place: &Place) -> Span {
    Span::new(place.0, place.1.clone())
}

/// The name by which findings of a site go: its first test, and how many more there are.
pub(crate) fn name(reading: &Reading<'_>, judged: &Judged<'_>) -> String {
    let first = judged.tests.first().or(judged.site.tests.first());
    let Some(first) = first else { return judged.site.factory.clone() };
    let name = reading.suite.tests[*first].name();
    match judged.tests.len() {
        0 | 1 => name,
        more => format!("{name} (and {} more)", more - 1),
    }
}

/// A guest in one or two words.
pub(crate) fn short(guest: &Guest) -> &str {
    guest.short.as_deref().unwrap_or(&guest.title)
}

/// The costs of a guest.
pub(crate) fn cost(guest: &Guest) -> Cost {
    Cost {
        image_bytes: guest.images.first().and_then(|image| image.bytes),
        has_image: !guest.images.is_empty(),
        boot: guest.boot_class.clone(),
        quirks: lightest_model::catalog::Cost::default(),
        host: "any".to_owned(),
    }
}

/// A finding on a site.
pub(crate) fn on(rule: RuleId, context: &Context<'_, '_>, judged: &Judged<'_>, message: String) -> Finding {
    let mut finding =
        Finding::new(rule, &span(&judged.site.name_place), message, name(context.reading, judged));
    finding.config = Some(judged.site.factory.clone());
    finding.requirements = judged.asks.iter().map(|ask| ask.requirement.clone()).collect();
    finding
}

/// Names of tests, the first three of them.
pub(crate) fn tests(reading: &Reading<'_>, judged: &Judged<'_>) -> String {
    let mut names: Vec<String> = Vec::new();
    for test in &judged.tests {
        let name = format!("`{}`", reading.suite.tests[*test].text.trim());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(3);
    names.truncate(3);
    let list = names.join(", ");
    if more == 0 { list } else { format!("{list} and {more} more") }
}
