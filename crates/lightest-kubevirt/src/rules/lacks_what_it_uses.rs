//! Finds tests that ask for something that none of their guests has.
//!
//! ## What it does
//!
//! Compares what a test asks with what the guests that it boots are known to lack: user data that goes to a machine
//! with nothing to boot, a graceful shutdown of a guest with neither agent nor acpid, an instance type that is made from the memory of a
//! machine with nothing to boot. A test that boots several guests is left alone as long as one of them provides it, and so is
//! one whose name shows that something is meant to fail or to be missing.
//!
//! ## Why
//!
//! Such a test fails, waits for a time-out, or passes without having exercised what it is about.
//!
//! ## Example
//!
//! ```go
//! vmi := libvmifact.NewGuestless(libvmi.WithCloudInitNoCloud(libvmici.WithNoCloudUserData(script)))
//! ```
//!
//! ## Use instead
//!
//! ```go
//! vmi := libvmifact.NewAlpineWithTestTooling(libvmi.WithCloudInitNoCloud(libvmici.WithNoCloudUserData(script)))
//! ```

use lightest_diagnostics::{Edit, Label, RuleId, Safety};
use lightest_lint::finding::Finding;
use lightest_model::catalog::Support;

use super::{Context, on, short, span};
use crate::edits;
use crate::judge::{Ask, Judged};

pub(crate) const RULE: RuleId = RuleId::new("lacks-what-it-uses");
const LOGIN: &str = "login";

/// Finds sites that lack what their tests ask.
pub fn check(context: &Context<'_, '_>, findings: &mut Vec<Finding>) {
    let reading = context.reading;
    let mut guests: Vec<Vec<Option<&str>>> = vec![Vec::new(); reading.suite.tests.len()];
    for judged in context.judged {
        for test in &judged.site.tests {
            guests[*test].push(judged.guest.map(|guest| guest.id.as_str()));
        }
    }
    for judged in context.judged {
        let all = judged.tests.iter().flat_map(|test| &reading.asking[*test].asks);
        let lacking = all.filter(|ask| lacks(context, judged, ask, &guests[ask.test]));
        if let Some(ask) = lacking.min_by_key(|ask| &ask.requirement) {
            findings.push(finding(context, judged, ask));
        }
    }
}

/// Whether neither this guest nor another of the test provides what is asked.
fn lacks(context: &Context<'_, '_>, judged: &Judged<'_>, ask: &Ask, guests: &[Option<&str>]) -> bool {
    let reading = context.reading;
    let asking = &reading.asking[ask.test];
    let lacks = |guest: &str| {
        let guest = reading.guest(guest);
        guest.is_some_and(|guest| reading.answer(guest, &ask.requirement).support == Support::No)
    };
    // A login is one wherever it stands: what else is done with the console follows it.
    if !(ask.direct || ask.requirement == LOGIN)
        || asking.describes
        || expects_failure(&reading.suite.tests[ask.test].name())
        || !guests.iter().all(|guest| guest.is_some_and(lacks))
    {
        return false;
    }
    let (source, bytes) = &judged.site.place;
    let within = *source == ask.place.0 && bytes.start <= ask.place.1.start && ask.place.1.end <= bytes.end;
    match ask.requirement.as_str() {
        // Whether a volume of the cluster or another machine gets the data is not known; options of this very call are.
        "user-data" => within,
        "memory" => !reading.sets_memory(judged.site, ask.test),
        _ => true,
    }
}

/// Whether a test's name shows that what it asks for is meant to be missing.
fn expects_failure(name: &str) -> bool {
    const WORDS: [&str; 9] =
        ["fail", "without", "reject", "neither", "unsupported", "deny", "denied", "not", "no"];
    let words = name.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words
        .into_iter()
        .any(|word| WORDS.iter().any(|known| word == *known || (known.len() > 3 && word.starts_with(known))))
}

fn finding(context: &Context<'_, '_>, judged: &Judged<'_>, ask: &Ask) -> Finding {
    let reading = context.reading;
    let own = judged.guest.map_or("this guest", short);
    let title =
        reading.catalog.requirement(&ask.requirement).map_or(ask.requirement.as_str(), |known| &known.title);
    let mut finding = on(RULE, context, judged, format!("{own} lacks what this test asks for: {title}"));
    finding.requirements = vec![ask.requirement.clone()];
    let shown = ask.via.as_ref().filter(|via| via.0 == judged.site.place.0).unwrap_or(&ask.place);
    finding.diagnostic.labels.push(Label::new(&span(shown), ask.because.clone()));
    if let Some(statement) = judged.guest.and_then(|guest| reading.answer(guest, &ask.requirement).statement)
    {
        let evidence: Vec<String> = statement.evidence.iter().take(1).map(ToString::to_string).collect();
        finding.diagnostic.notes.push(format!(
            "{}: {} ({})",
            judged.site.factory,
            statement.because,
            evidence.join(", ")
        ));
    }
    if ask.requirement == "memory" {
        if let Some((option, edit)) = edits::memory(context, judged, reading.lightest(["memory"])) {
            finding.diagnostic =
                finding.diagnostic.fix(format!("ask for memory with `{option}`"), vec![edit], Safety::Unsafe);
        }
        return finding;
    }
    let words = judged.asks.iter().map(|ask| ask.requirement.as_str());
    if let Some(other) = reading.lightest(words).filter(|_| judged.opens.is_empty()) {
        finding.suggested = Some(other.id.clone());
        let edit = Edit { span: span(&judged.site.name_place), text: other.id.clone() };
        finding.diagnostic =
            finding.diagnostic.fix(format!("use `{}`", other.id), vec![edit], Safety::Unsafe);
    }
    finding
}
