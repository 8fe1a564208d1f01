//! Entries of the catalog that need no more than their title: hosts, classes of boot time, words that ask a host for something,
//! sources, families of guests, and the kinds of difference that `sync` reports.

use lightest_lint::dialect::HostWord;
use lightest_model::catalog::Catalog;
use lightest_model::space::ALWAYS;

use super::{Explained, titled};
use crate::framework::Framework;
use crate::schema::explain::{Entry, Named, Titled, What};
use crate::style::{aside, heading};

/// The entries of that identifier, in the order of the catalog's files.
pub(super) fn entries<'c>(catalog: &'c Catalog, framework: Framework, id: &'c str) -> Vec<Explained<'c>> {
    let mut found = Vec::new();
    let asked = |word: &str| framework.dialect().host_word(word);
    let is_meant = |word: &str| word == id || asked(word).is_some_and(|asked| asked.written == id);
    for word in catalog.test_capabilities.iter().filter(|word| is_meant(&word.id)) {
        let (entry, mut text) = titled(catalog, "test capability", &word.id, &word.title, &word.evidence);
        if let Some(HostWord { written, within }) = asked(&word.id) {
            text.push_str(&format!("  declare `{written}` with `{within}`\n"));
            let quirks = catalog.quirks.iter();
            for quirk in quirks.filter(|quirk| quirk.declare.as_deref() == Some(written.as_str())) {
                text.push_str(&format!("  needed where: {} (`{}`)\n", quirk.title, quirk.id));
            }
        }
        found.push(Explained { entry: Entry::from(What::TestCapability(entry)), text });
    }
    for host in catalog.hosts.iter().filter(|host| host.id == id) {
        let entry = titled(catalog, "host", &host.id, &host.title, &host.evidence);
        found.push(explained(What::Host, entry, ""));
    }
    for class in catalog.boot_classes.iter().filter(|class| class.id == id) {
        let entry = titled(catalog, "boot class", &class.id, &class.title, &class.evidence);
        found.push(explained(What::BootClass, entry, ""));
    }
    for mode in catalog.isolation.iter().filter(|mode| mode.id.word() == id) {
        let entry = titled(catalog, "isolation mode", mode.id.word(), &mode.title, &mode.evidence);
        found.push(explained(What::IsolationMode, entry, &format!("  needs {}\n", mode.needs)));
    }
    let guests: Vec<&str> =
        catalog.guests.iter().filter(|guest| guest.family == id).map(|guest| guest.id.as_str()).collect();
    if !guests.is_empty() && !guests.contains(&id) {
        found.push(lone(What::Family, "family of guests", id, &guests.join(", ")));
    }
    for source in catalog.sources.iter().filter(|source| source.id == id) {
        let at = source.commit.as_ref().map(|commit| format!(", read at {commit}")).unwrap_or_default();
        found.push(lone(What::Source, "source", id, &format!("{}{at}", source.title)));
    }
    for claim in catalog.claims.iter().filter(|claim| claim.id == id) {
        let entry = titled(catalog, "claim", &claim.id, &claim.says, &claim.evidence);
        found.push(explained(What::Claim, entry, &format!("  now: {}\n", claim.now)));
    }
    if ALWAYS.contains(&id) {
        let what = match id {
            "runs" => "the configuration can run at all; every pick must",
            _ => "the configuration runs code that the repository builds; every pick must",
        };
        found.push(lone(What::Always, "condition of every pick", id, what));
    }
    for (rule, meaning) in lightest_sync::rules::RULES.iter().filter(|(rule, _)| *rule == id) {
        found.push(lone(What::Difference, "difference that `sync` reports", rule.as_str(), meaning));
    }
    found
}

fn explained<'c>(
    what: fn(Titled<'c>) -> What<'c>,
    (entry, text): (Titled<'c>, String),
    more: &str,
) -> Explained<'c> {
    Explained { entry: Entry::from(what(entry)), text: text + more }
}

fn lone<'c>(what: fn(Named<'c>) -> What<'c>, kind: &str, id: &'c str, title: &str) -> Explained<'c> {
    let text = format!("{} {}\n  {title}\n", heading(id), aside(format!("({kind})")));
    Explained { entry: Entry::from(what(Named { id, title: title.to_owned() })), text }
}
