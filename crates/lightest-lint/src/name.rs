//! Requirements that a test's name mentions.

use lightest_model::catalog::Catalog;

use crate::facts::Test;

/// The names of requirements as they may stand in the name of a test, each with the requirement's identifier.
pub(crate) fn requirement_names(catalog: &Catalog) -> Vec<(String, &str)> {
    let mut names = Vec::new();
    for requirement in catalog.requirements.iter().filter(|requirement| requirement.group != "where") {
        for name in std::iter::once(&requirement.id).chain(&requirement.aliases) {
            names.push((padded(name), requirement.id.as_str()));
        }
    }
    names
}

pub(crate) fn padded(text: &str) -> String {
    format!("_{}_", text.replace(['-', ' '], "_").to_lowercase())
}

/// Words before a requirement's name that negate it; below, the words behind it.
const NEGATIONS_BEFORE: [&str; 4] = ["no", "without", "not", "non"];
const NEGATIONS_BEHIND: [&str; 5] = ["off", "absent", "unused", "disabled", "missing"];

/// Whether a padded text has a padded name somewhere, and the words around it do not negate it.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    mentions_at(text, &word_starts(text), name)
}

/// Where the words of a padded text begin: at their underscores.
fn word_starts(text: &str) -> Vec<usize> {
    text.bytes().enumerate().filter(|(_, byte)| *byte == b'_').map(|(at, _)| at).collect()
}

/// As [`mentions`], with the known starts of the text's words.
fn mentions_at(text: &str, starts: &[usize], name: &str) -> bool {
    // A hundred names are looked for: a general search would be prepared anew for each, and most differ in the first letter.
    let first = name.as_bytes().get(1);
    starts.iter().any(|at| {
        text.as_bytes().get(at + 1) == first
            && text[*at..].starts_with(name)
            && !is_negated(text, *at, name.len())
    })
}

/// Whether the words around a name negate it.
fn is_negated(text: &str, at: usize, length: usize) -> bool {
    let before = text[..at].rsplit('_').next().unwrap_or_default();
    let behind = text[at + length..].split('_').next().unwrap_or_default();
    NEGATIONS_BEFORE.contains(&before) || NEGATIONS_BEHIND.contains(&behind)
}

/// The requirements that the names of a test and of its modules mention.
pub(crate) fn named<'c>(test: &Test, names: &[(String, &'c str)]) -> Vec<&'c str> {
    let mut text = padded(&test.name);
    for module in &test.module {
        text.push_str(&padded(module));
    }
    let starts = word_starts(&text);
    let mut found = Vec::new();
    for (name, id) in names {
        if mentions_at(&text, &starts, name) && !found.contains(id) {
            found.push(*id);
        }
    }
    found
}
