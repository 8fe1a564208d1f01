//! Finds factory calls whose guest boots more than any of its tests asks for.
//!
//! ## What it does
//!
//! Reads everything that the tests of a factory call reach, through shared set-ups, helpers, closures and functions that are
//! handed on, and compares it with what lighter guests are known to provide. Most often nothing is asked of the guest at all:
//! the tests read the machine's status, migrate it or watch its metrics, which takes a machine and no operating system. The
//! rule is silent where anything was not understood: an unknown method of a client, an unknown function from outside that is
//! given the machine, a function that is picked while the test runs. It is silent, too, where a test's name or a comment at
//! the call names the guest, or different guests stand side by side in one list or table: its author chose it. Another operating system in the place of one that the
//! tests use is a matter of taste, which `--pedantic` reports.
//!
//! ## Why
//!
//! A guest that nobody talks to costs every run its boot, its memory and its image. Guests without an operating system saved
//! KubeVirt's suite about half an hour a run.
//!
//! ## Example
//!
//! ```go
//! It("should be migrated", func() {
//!     vmi := libvmops.RunVMIAndExpectLaunch(libvmifact.NewAlpine(libnet.WithMasqueradeNetworking()), timeout)
//!     libmigration.RunMigrationAndExpectToCompleteWithDefaultTimeout(client, libmigration.New(vmi.Name, vmi.Namespace))
//! })
//! ```
//!
//! ## Use instead
//!
//! ```go
//!     vmi := libvmops.RunVMIAndExpectLaunch(libvmifact.NewGuestless(libnet.WithMasqueradeNetworking()), timeout)
//! ```

use lightest_diagnostics::{Label, RuleId, Safety, words};
use lightest_lint::finding::Finding;
use lightest_model::catalog::{Guest, Os};

use super::{Context, cost, on, short, span, tests};
use crate::edits;
use crate::judge::Judged;

pub(crate) const RULE: RuleId = RuleId::new("heavier-than-needed");

/// Requirements that an option adds to a lighter guest.
const BY_OPTION: &str = "memory";

/// Finds sites that are heavier than their tests need.
pub fn check(context: &Context<'_, '_>, findings: &mut Vec<Finding>) {
    for judged in context.judged {
        if let Some(lighter) = lighter(context, judged) {
            findings.push(finding(context, judged, lighter));
        }
    }
}

/// The guest that would do, where one is known.
pub(crate) fn lighter<'r>(context: &Context<'_, 'r>, judged: &Judged<'r>) -> Option<&'r Guest> {
    // A guest that nobody has shown to run here is none that this knows enough about.
    let own = judged.guest.filter(|own| context.reading.gives(own, []))?;
    if judged.tests.is_empty() || !judged.opens.is_empty() || judged.chosen {
        return None;
    }
    let words: Vec<&str> = judged
        .asks
        .iter()
        .map(|ask| ask.requirement.as_str())
        .filter(|requirement| *requirement != BY_OPTION)
        .collect();
    let best = context.reading.lightest(words.iter().copied())?;
    if !context.reading.is_faster(best, own) {
        return None;
    }
    // Another operating system in the place of one that is used is a choice: that it does in every detail what the tests
    // count on is not known before it is tried.
    let used = words.iter().any(|word| context.reading.takes_a_system(word));
    (best.os == Os::None || !used || context.pedantic).then_some(best)
}

fn finding(context: &Context<'_, '_>, judged: &Judged<'_>, lighter: &Guest) -> Finding {
    let reading = context.reading;
    let own = judged.guest.map_or("this guest", short);
    let mut does: Vec<&str> = Vec::new();
    for word in judged.tests.iter().flat_map(|test| &reading.asking[*test].does) {
        if !does.contains(&word.as_str()) {
            does.push(word);
        }
    }
    let does = list(&does);
    let message = match (judged.tests.len(), lighter.os == Os::None, does) {
        (1, true, Some(does)) => format!("this test boots {own}, but only {does}"),
        (1, true, None) => format!("this test boots {own}, but asks nothing of it"),
        (many, true, Some(does)) => format!("{many} tests share this guest; each of them only {does}"),
        (many, true, None) => format!("{many} tests share this guest; none of them asks anything of it"),
        (1, false, _) => {
            format!("this test boots {own}, but asks for nothing that {} lacks", short(lighter))
        }
        (many, false, _) => {
            format!(
                "{many} tests share this guest; none of them asks for anything that {} lacks",
                short(lighter)
            )
        }
    };
    let mut finding = on(RULE, context, judged, message);
    let memory = judged.guest.and_then(|guest| guest.memory.as_deref());
    finding.diagnostic.labels[0].text =
        memory.map_or_else(|| own.to_owned(), |memory| format!("boots {own}, with {memory} of memory"));
    if let Some(ask) = judged.asks.first() {
        finding
            .diagnostic
            .labels
            .push(Label::new(&span(&ask.place), format!("asks for `{}`: {}", ask.requirement, ask.because)));
    }
    let mut decoys = judged.tests.iter().flat_map(|test| &reading.asking[*test].decoys);
    if let Some((because, place)) = decoys.next() {
        finding.diagnostic.labels.push(Label::new(&span(place), format!("no demand: {because}")));
    }
    if judged.tests.len() > 1 {
        finding.diagnostic.notes.push(format!("the tests are {}", tests(reading, judged)));
    }
    finding.suggested = Some(lighter.id.clone());
    finding.cost = judged.guest.map(cost);
    finding.cost_after = Some(cost(lighter));
    let proposal = edits::replace(context, judged, lighter);
    let message = match &proposal.option {
        Some(option) => {
            format!("use `{}`, and keep the memory that the tests read with `{option}`", lighter.id)
        }
        None => format!("use `{}`", lighter.id),
    };
    // Another system in the place of one boots other code.
    let safety = if lighter.os == Os::None { proposal.safety } else { proposal.safety.max_unsafe() };
    finding.diagnostic = finding.diagnostic.fix(message, proposal.edits, safety);
    finding.diagnostic.notes.extend(proposal.notes);
    finding
}

/// Up to four things that tests do, as one phrase.
fn list(does: &[&str]) -> Option<String> {
    let shown = &does[..does.len().min(4)];
    (!shown.is_empty()).then(|| words::list(shown, "and"))
}

/// At least unsafe.
trait MaxUnsafe {
    fn max_unsafe(self) -> Self;
}

impl MaxUnsafe for Safety {
    fn max_unsafe(self) -> Self {
        match self {
            Self::Safe => Self::Unsafe,
            other => other,
        }
    }
}
