//! Requirements that a test's name, its modules or its doc comment mention; its body need not show them.
//!
//! A hint is weak: it chooses only between configurations that provide everything the body asks for, and the answer names
//! the hint that it depends on.

use lightest_diagnostics::Span;
use lightest_model::catalog::{Catalog, Requirement};

use crate::facts::Test;
use crate::name::{mentions, padded};

/// Where a hint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// In the test's own name.
    Name,
    /// In the name of a module around it.
    Module,
    /// In the first paragraph of its doc comment.
    Doc,
}

impl Origin {
    /// As part of a sentence: "from the name alone".
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Module => "module's name",
            Self::Doc => "doc comment",
        }
    }
}

/// A requirement that a test is called by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hint<'c> {
    pub(crate) requirement: &'c str,
    pub(crate) origin: Origin,
    pub(crate) span: Span,
}

/// The hints of a test, the strongest first; each requirement once.
pub(crate) fn of<'c>(test: &Test, catalog: &'c Catalog) -> Vec<Hint<'c>> {
    let name = padded(&test.name);
    let modules: String = test.module.iter().map(|module| padded(module)).collect();
    let doc = test.doc.as_ref();
    let paragraph = doc.map_or_else(String::new, |doc| words_of(&doc.text));
    let texts = [
        (Origin::Name, name, &test.name_span),
        (Origin::Module, modules, &test.name_span),
        (Origin::Doc, paragraph, doc.map_or(&test.name_span, |doc| &doc.span)),
    ];
    let mut found: Vec<Hint<'c>> = Vec::new();
    for (origin, text, span) in texts {
        for requirement in &catalog.requirements {
            let known = found.iter().any(|hint| hint.requirement == requirement.id);
            if !known && may_hint(requirement, catalog, origin) && is_named(requirement, &text) {
                found.push(Hint { requirement: &requirement.id, origin, span: span.clone() });
            }
        }
    }
    found
}

/// Whether a requirement can be hinted at in such a place.
fn may_hint(requirement: &Requirement, catalog: &Catalog, origin: Origin) -> bool {
    let place = catalog.is_place(&requirement.id);
    match origin {
        // Names are chosen words; a sentence about a test names much that it is not about.
        Origin::Name | Origin::Module => place || requirement.group != "where",
        Origin::Doc => requirement.in_prose,
    }
}

fn is_named(requirement: &Requirement, text: &str) -> bool {
    let names = std::iter::once(&requirement.id).chain(&requirement.aliases);
    names.into_iter().any(|name| mentions(text, &padded(name)))
}

/// A text as its words, with underscores around each.
fn words_of(text: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let text: String = text.chars().map(plain).collect();
    let words: Vec<&str> = text.split('_').filter(|word| !word.is_empty()).collect();
    padded(&words.join("_"))
}

#[cfg(test)]
mod tests {
    use super::words_of;

    #[test]
    fn a_sentence_is_read_word_by_word() {
        assert_eq!(
            words_of("Test that a CVM's key, once sealed, stays."),
            "_test_that_a_cvm_s_key_once_sealed_stays_"
        );
        assert_eq!(words_of(""), "__");
    }
}
