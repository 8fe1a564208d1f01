//! Entries of the catalog that need no more than their title: hosts, classes of boot time, words of `requires(..)`,
//! sources, families of guests, and the kinds of difference that `sync` reports.

use lightest_model::catalog::Catalog;
use lightest_model::space::ALWAYS;
use serde_json::json;

use super::{Explained, plain};
use crate::style::{aside, heading};

/// The entries of that identifier, in the order of the catalog's files.
pub(super) fn entries(catalog: &Catalog, id: &str) -> Vec<Explained> {
    let mut found = Vec::new();
    let bare = id.strip_prefix("requires(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(id);
    for word in catalog.test_capabilities.iter().filter(|word| word.id == bare) {
        let mut explained = plain(catalog, "test capability", &word.id, &word.title, &word.evidence);
        explained.text.push_str(&format!("  declare `requires({})` with `vmm_test_with`\n", word.id));
        let because = catalog.quirks.iter().filter(|quirk| {
            quirk.declare.as_deref().is_some_and(|declare| declare == format!("requires({bare})"))
        });
        for quirk in because {
            explained.text.push_str(&format!("  needed where: {} (`{}`)\n", quirk.title, quirk.id));
        }
        found.push(explained);
    }
    for host in catalog.hosts.iter().filter(|host| host.id == id) {
        found.push(plain(catalog, "host", &host.id, &host.title, &host.evidence));
    }
    for class in catalog.boot_classes.iter().filter(|class| class.id == id) {
        found.push(plain(catalog, "boot class", &class.id, &class.title, &class.evidence));
    }
    for mode in catalog.isolation.iter().filter(|mode| mode.id.word() == id) {
        let mut explained = plain(catalog, "isolation mode", mode.id.word(), &mode.title, &mode.evidence);
        explained.text.push_str(&format!("  needs {}\n", mode.needs));
        found.push(explained);
    }
    let guests: Vec<&str> =
        catalog.guests.iter().filter(|guest| guest.family == id).map(|guest| guest.id.as_str()).collect();
    if !guests.is_empty() && !guests.contains(&id) {
        found.push(lone("family of guests", id, &guests.join(", ")));
    }
    for source in catalog.sources.iter().filter(|source| source.id == id) {
        let at = source.commit.as_ref().map(|commit| format!(", read at {commit}")).unwrap_or_default();
        found.push(lone("source", id, &format!("{}{at}", source.title)));
    }
    for claim in catalog.claims.iter().filter(|claim| claim.id == id) {
        let mut explained = plain(catalog, "claim", &claim.id, &claim.says, &claim.evidence);
        explained.text.push_str(&format!("  now: {}\n", claim.now));
        found.push(explained);
    }
    if ALWAYS.contains(&id) {
        let what = match id {
            "runs" => "the configuration can run at all; every pick must",
            _ => "the configuration runs code that the repository builds; every pick must",
        };
        found.push(lone("condition of every pick", id, what));
    }
    for (name, meaning) in lightest_sync::RULES.iter().filter(|(name, _)| *name == id) {
        found.push(lone("difference that `sync` reports", name, meaning));
    }
    found
}

fn lone(kind: &str, id: &str, title: &str) -> Explained {
    Explained {
        value: json!({"kind": kind, "id": id, "title": title}),
        text: format!("{} {}\n  {title}\n", heading(id), aside(format!("({kind})"))),
    }
}
