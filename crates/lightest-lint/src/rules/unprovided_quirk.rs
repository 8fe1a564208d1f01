//! The test pays for, or stumbles over, a peculiarity of its guest
//!
//! ## What it does
//!
//! Two things. It names shutdowns through the integration component in tests that have the agent and are not about the
//! component: they wait for a fixed time that the agent's own `power_off()` does not. And it names variants whose declaration
//! lacks the word, such as `requires(..)`, that the body's requirements ask for, or that guest and VMM need for what the body
//! does, so that hosts which cannot do it fail instead of skipping.
//!
//! ## Why
//!
//! Both were found by people who looked for flakiness or slowness for days.
//!
//! ## Example
//!
//! ```rust,ignore
//! let (mut vm, agent) = config.run().await?;
//! vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?;
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! let (vm, agent) = config.run().await?;
//! agent.power_off().await?;
//! ```

use foldhash::{HashMap, HashSet};

use crate::facts::UsageKind;
use crate::finding::Finding;
use crate::needs::Need;
use crate::reasons;
use crate::subject::{PlacedVariant, Subject};
use lightest_diagnostics::{Label, RuleId, Span};

pub(crate) const RULE: RuleId = RuleId::new("unprovided-quirk");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    waits(subject, findings);
    undeclared(subject, findings);
}

/// A fixed wait that another call would not need.
fn waits(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let quirks = subject.catalog().quirks.iter();
    let waiting: Vec<_> =
        quirks.filter(|quirk| quirk.cost.waits_s > 0 && quirk.when.with.len() == 1).collect();
    let mut times: HashMap<&str, usize> = HashMap::default();
    for need in &subject.needs.needs {
        *times.entry(need.requirement.as_str()).or_default() += 1;
    }
    for need in &subject.needs.needs {
        let quirks: Vec<_> = waiting.iter().filter(|quirk| quirk.when.with[0] == need.requirement).collect();
        if quirks.is_empty() {
            continue;
        }
        // It is the point if the name mentions it, or if the body uses the device of this requirement otherwise.
        let own = need.requirement.split('-').next().unwrap_or_default();
        let is_point = subject.name().contains(own)
            || times.get(need.requirement.as_str()).is_some_and(|times| *times > 1);
        // A call that asks for more than this does more than end the test.
        let does_more = subject
            .needs
            .needs
            .iter()
            .any(|other| other.span == need.span && other.requirement != need.requirement);
        if is_point || does_more || need.via.is_some() || !subject.needs.ask("agent") {
            continue;
        }
        // The author gives a reason, or no agent is left that could power off.
        if reasons::explains_stopping(subject, &need.span) || !agent_is_left(subject, need) {
            continue;
        }
        let mut worst: Option<(u32, &crate::subject::PlacedVariant<'_>)> = None;
        for placed in subject.placed.iter().filter(|placed| placed.variant.agent == Some(true)) {
            let Some(row) = placed.row.map(|row| subject.row(row)) else { continue };
            let seconds = quirks
                .iter()
                .filter(|quirk| row.is_selected_by(&quirk.when))
                .map(|quirk| quirk.cost.waits_s)
                .sum();
            if seconds > 0 && worst.is_none_or(|(most, _)| seconds > most) {
                worst = Some((seconds, placed));
            }
        }
        let Some((seconds, placed)) = worst else { continue };
        let mut finding = subject.on_test(
            RULE,
            &need.span,
            format!("this waits {seconds} seconds that the test does not need"),
        );
        finding.label(format!("waits {seconds} seconds"));
        finding.diagnostic.labels.push(Label::new(&placed.variant.config_span, "on this guest"));
        finding.config = Some(subject.dialect.name_of(&placed.variant.config.bare()));
        let Some(row) = placed.row.map(|row| subject.row(row)) else { continue };
        let selects = |quirk: &&&&lightest_model::catalog::Quirk| row.is_selected_by(&quirk.when);
        for quirk in quirks.iter().filter(selects) {
            let evidence: Vec<String> = quirk.evidence.iter().take(1).map(ToString::to_string).collect();
            finding.diagnostic.notes.push(format!(
                "{}: {} ({})",
                quirk.title,
                quirk.advice,
                evidence.join(", ")
            ));
        }
        findings.push(finding);
    }
}

/// Whether the body still has the agent where it asks for something.
fn agent_is_left(subject: &Subject<'_, '_>, need: &Need) -> bool {
    let before = subject.test.usages.iter().take_while(|usage| usage.span != need.span);
    let place = |span: &Span| (span.file, span.bytes.start, span.bytes.end);
    let asking: HashSet<_> = subject
        .needs
        .needs
        .iter()
        .filter(|other| other.requirement == "agent")
        .map(|other| place(&other.span))
        .collect();
    let mut left = true;
    for usage in before {
        match &usage.what {
            UsageKind::Call { on, name, .. } if on == "agent" && name == "drop" => left = false,
            UsageKind::Call { on, .. } if on == "agent" => left = true,
            // What asks for the agent elsewhere waits for one.
            _ => left |= asking.contains(&place(&usage.span)),
        }
    }
    left
}

/// Words that the declaration lacks: those of what the body asks for, and those that a quirk of the guest asks for then.
fn undeclared(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut reported: Vec<&str> = Vec::new();
    for placed in &subject.placed {
        let Some(id) = placed.row else { continue };
        let row = subject.row(id);
        if placed.variant.ignored.is_some()
            || placed.variant.unstable.is_some()
            // With the paravisor the hosts are few, and all of them can.
            || row.boot.openhcl
            || !row.vmm.in_repo
        {
            continue;
        }
        for need in subject.certain_needs_of(id) {
            let attribute =
                subject.catalog().requirement(&need.requirement).and_then(|known| known.attribute.as_ref());
            let Some(word) = attribute.filter(|word| *word != "noagent") else { continue };
            if stated(placed, word) || reported.contains(&word.as_str()) {
                continue;
            }
            reported.push(word);
            let mut finding = lacking(subject, placed, word);
            finding.diagnostic.labels.push(subject.shows(need, need.because.as_str()));
            finding.requirements = vec![need.requirement.clone()];
            findings.push(finding);
        }
        let all = subject.asked_of(id, placed.variant);
        for quirk in subject.space.quirks(id, &subject.certainly_asked_of(id, placed.variant)) {
            let Some(word) = quirk.declare.as_deref() else { continue };
            // What an unknown condition guards may settle it.
            if !subject.space.quirks(id, &all).any(|other| other.id == quirk.id) {
                continue;
            }
            if stated(placed, word) || reported.contains(&word) {
                continue;
            }
            reported.push(word);
            let mut finding = lacking(subject, placed, word);
            let asks = |need: &&crate::needs::Need| quirk.when.with.contains(&need.requirement);
            if let Some(need) = subject.certain_needs_of(id).find(asks) {
                finding.diagnostic.labels.push(subject.shows(need, need.because.as_str()));
                finding.requirements = vec![need.requirement.clone()];
            }
            finding.diagnostic.labels.push(Label::new(&placed.variant.config_span, "on this guest"));
            let evidence: Vec<String> = quirk.evidence.iter().map(ToString::to_string).collect();
            finding.diagnostic.notes.push(format!(
                "{}: {} ({})",
                quirk.title,
                quirk.handling,
                evidence.join(", ")
            ));
            findings.push(finding);
        }
    }
}

/// Whether a declaration has a word, such as `requires(vpci)`.
fn stated(placed: &PlacedVariant<'_>, word: &str) -> bool {
    let bare = word.strip_prefix("requires(").and_then(|word| word.strip_suffix(')')).unwrap_or(word);
    placed.variant.states.iter().any(|state| state == bare)
}

fn lacking(subject: &Subject<'_, '_>, placed: &PlacedVariant<'_>, word: &str) -> Finding {
    let mut finding =
        subject.on(RULE, placed, format!("the declaration lacks `{word}`, which the test needs"));
    finding.place(Label::new(&placed.declaration.list, format!("add `{word}`")));
    finding
}
