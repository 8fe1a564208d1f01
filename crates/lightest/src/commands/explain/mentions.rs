//! The entries whose text has a word that is no identifier.

use lightest_model::catalog::Catalog;

/// So many are worth naming.
const MOST: usize = 5;
/// Shorter words are in everything.
const SHORTEST: usize = 3;

/// The identifiers of the entries that have every one of some words, each at the start of a word of theirs; requirements first.
pub(super) fn of<'c>(catalog: &'c Catalog, what: &str) -> Vec<&'c str> {
    let words: Vec<String> = what
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if !words.iter().any(|word| word.len() >= SHORTEST) {
        return Vec::new();
    }
    let mut found: Vec<&'c str> = Vec::new();
    let mut look = |id: &'c str, texts: &[&str]| {
        if found.len() < MOST && !found.contains(&id) && has_all(texts, &words) {
            found.push(id);
        }
    };
    for one in &catalog.requirements {
        look(&one.id, &[&one.title, &one.meaning]);
    }
    for one in &catalog.quirks {
        look(&one.id, &[&one.title, &one.handling, &one.advice]);
    }
    let titled = (catalog.blockers.iter().map(|one| (&one.id, &one.title)))
        .chain(catalog.test_capabilities.iter().map(|one| (&one.id, &one.title)))
        .chain(catalog.boot_methods.iter().map(|one| (&one.id, &one.title)))
        .chain(catalog.vmms.iter().map(|one| (&one.id, &one.title)))
        .chain(catalog.hosts.iter().map(|one| (&one.id, &one.title)))
        .chain(catalog.guests.iter().map(|one| (&one.id, &one.title)));
    for (id, title) in titled {
        look(id, &[title]);
    }
    for one in &catalog.capabilities {
        look(&one.requirement, &[&one.because]);
    }
    found
}

fn has_all(texts: &[&str], words: &[String]) -> bool {
    let text = texts.join(" ").to_lowercase();
    let own: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
    words.iter().all(|word| own.iter().any(|own| own.starts_with(word.as_str())))
}
