//! What a test's name says that the test is about.

use lightest_model::catalog::Catalog;

use crate::facts::Test;

/// The names of requirements as they may stand in the name of a test, each with the requirement's identifier.
pub(crate) fn spoken(catalog: &Catalog) -> Vec<(String, &str)> {
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

/// Words before a requirement's name that take it back, and words behind it.
const DENIED_BEFORE: [&str; 4] = ["no", "without", "not", "non"];
const DENIED_BEHIND: [&str; 5] = ["off", "absent", "unused", "disabled", "missing"];

/// Whether a padded text has a padded name somewhere, and the words around it do not take it back.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    mentions_at(text, &begins(text), name)
}

/// Where the words of a padded text begin: at their underscores.
fn begins(text: &str) -> Vec<usize> {
    text.bytes().enumerate().filter(|(_, byte)| *byte == b'_').map(|(at, _)| at).collect()
}

/// The same as [`mentions`], of a text whose words are known to begin at some places.
fn mentions_at(text: &str, begins: &[usize], name: &str) -> bool {
    // A hundred names are looked for: a general search would be prepared anew for each, and most differ in the first letter.
    let first = name.as_bytes().get(1);
    begins.iter().any(|at| {
        text.as_bytes().get(at + 1) == first
            && text[*at..].starts_with(name)
            && !denied(text, *at, name.len())
    })
}

/// Whether the words around a name take it back.
fn denied(text: &str, at: usize, length: usize) -> bool {
    let before = text[..at].rsplit('_').next().unwrap_or_default();
    let behind = text[at + length..].split('_').next().unwrap_or_default();
    DENIED_BEFORE.contains(&before) || DENIED_BEHIND.contains(&behind)
}

/// The requirements that a test's own name and its module name, which say what it is about.
pub(crate) fn named<'c>(test: &Test, spoken: &[(String, &'c str)]) -> Vec<&'c str> {
    let mut text = padded(&test.name);
    for module in &test.module {
        text.push_str(&padded(module));
    }
    let begins = begins(&text);
    let mut found = Vec::new();
    for (name, id) in spoken {
        if mentions_at(&text, &begins, name) && !found.contains(id) {
            found.push(*id);
        }
    }
    found
}
