//! The catalog's entries on one issue or pull request.

use lightest_model::catalog::{Catalog, Evidence};

use super::Explained;
use crate::schema::explain::{Citing, Entry, What};
use crate::style::{aside, heading};

/// An issue of a repository; `repository` is empty where only the number was given.
struct Issue<'a> {
    repository: &'a str,
    number: &'a str,
}

/// Reads `#1798`, `1798`, `owner/repository#1798`, or the address of one on the web.
fn read(what: &str) -> Option<Issue<'_>> {
    let (repository, number) = match what.strip_prefix("https://github.com/") {
        Some(path) => {
            let mut parts = path.trim_end_matches('/').rsplitn(3, '/');
            let number = parts.next()?;
            matches!(parts.next()?, "issues" | "pull").then_some(())?;
            (parts.next()?, number)
        }
        // A shell takes `#` for a comment: a number alone is good enough.
        None => what.rsplit_once('#').unwrap_or(("", what)),
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_repository = repository.is_empty()
        || repository
            .split_once('/')
            .is_some_and(|(owner, name)| !owner.is_empty() && !name.is_empty() && !name.contains('/'));
    (is_number && is_repository).then_some(Issue { repository, number })
}

/// The entries that name an issue; `None` where `what` is no issue, or nothing names it.
pub(super) fn explain<'c>(catalog: &'c Catalog, what: &'c str) -> Option<Explained<'c>> {
    let issue = read(what)?;
    let mut entries: Vec<Citing<'c>> = Vec::new();
    let mut enter = |kind, id: &'c str, title: &'c str, detail: String| {
        entries.push(Citing { kind, id, title, detail });
    };
    for blocker in &catalog.blockers {
        let (repository, number) = blocker.issue.rsplit_once('#').unwrap_or_default();
        let own = number == issue.number && (issue.repository.is_empty() || issue.repository == repository);
        if own || cites(catalog, &blocker.evidence, &issue) {
            enter("blocker", &blocker.id, &blocker.title, blocker.standing());
        }
    }
    for quirk in catalog.quirks.iter().filter(|quirk| cites(catalog, &quirk.evidence, &issue)) {
        enter("quirk", &quirk.id, &quirk.title, quirk.handling.clone());
    }
    for capability in catalog.capabilities.iter().filter(|known| cites(catalog, &known.evidence, &issue)) {
        let condition = crate::condition::in_words(&capability.when);
        let support = format!("{} for {condition}", capability.support.word());
        enter("capability", &capability.requirement, &capability.because, support);
    }
    for host in catalog.hosts.iter().filter(|host| cites(catalog, &host.evidence, &issue)) {
        enter("host", &host.id, &host.title, String::new());
    }
    for claim in catalog.claims.iter().filter(|claim| cites(catalog, &claim.evidence, &issue)) {
        enter("claim", &claim.id, &claim.says, claim.now.clone());
    }
    if entries.is_empty() {
        return None;
    }
    let shown = if what == issue.number { format!("#{what}") } else { what.to_owned() };
    let mut text = format!("{} {}\n", heading(shown), aside("(issue)"));
    for Citing { kind, id, title, detail } in &entries {
        text.push_str(&format!("  {kind} `{id}`: {title}\n"));
        if !detail.is_empty() {
            text.push_str(&format!("    {}\n", aside(detail)));
        }
    }
    Some(Explained { entry: Entry::from(What::Issue { id: what, entries }), text })
}

fn cites(catalog: &Catalog, evidence: &[Evidence], issue: &Issue<'_>) -> bool {
    evidence.iter().any(|evidence| {
        let of = || catalog.source(&evidence.source)?.url.as_deref()?.strip_prefix("https://github.com/");
        evidence.place.strip_prefix('#') == Some(issue.number)
            && (issue.repository.is_empty() || of() == Some(issue.repository))
    })
}
