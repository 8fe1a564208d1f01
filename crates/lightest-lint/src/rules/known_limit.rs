//! What is known rules out a variant that runs by default
//!
//! ## What it does
//!
//! Compares each variant, with what its body asks for, with the limits and quirks of the catalog. It names a variant that
//! an open limit blocks everywhere else, one that the framework is sure to stop as it is written, and one whose
//! runner in CI lacks the image. Variants that are ignored or unstable are left alone, and so are limits that are only a
//! caution.
//!
//! ## Why
//!
//! Each was found before, by somebody who looked at a failing or a skipped run, and is written down beside another test.
//!
//! ## Example
//!
//! ```rust,ignore
//! #[vmm_test(openvmm_openhcl_uefi_x64[vbs](vhd(ubuntu_2504_server_x64)))]
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! #[vmm_test(ignore(
//!     reason = "Ubuntu under VBS isolation on OpenVMM boots unreliably (microsoft/openvmm#2608)",
//!     openvmm_openhcl_uefi_x64[vbs](vhd(ubuntu_2504_server_x64))
//! ))]
//! ```

use lightest_model::catalog::{Blocker, BlockerScope, Evidence, Quirk, Support};
use lightest_model::space::{Asked, RowId};

use crate::finding::Finding;
use crate::subject::{PlacedVariant, Subject};
use lightest_diagnostics::{Edit, Help, RuleId, Safety};

pub(crate) const RULE: RuleId = RuleId::new("known-limit");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for placed in &subject.placed {
        let Some(row) = placed.row else { continue };
        if placed.variant.ignored.is_some() || placed.variant.unstable.is_some() {
            continue;
        }
        // Needs behind an unknown condition may apply or not: the limit applies in both cases, or nothing is reported.
        let (sure, all) =
            (subject.certainly_asked_of(row, placed.variant), subject.asked_of(row, placed.variant));
        if let Some((quirk, stops)) = subject.stops(row, &sure) {
            if subject.stops(row, &all).is_some_and(|(other, _)| other.id == quirk.id) {
                findings.push(stopped(subject, placed, quirk, stops));
            }
        } else if let Some(blocker) = blocking_limit(subject, row, &sure)
            && blocking_limit(subject, row, &all).is_some_and(|other| other.id == blocker.id)
        {
            findings.push(finding_on(subject, placed, row, blocker));
        }
    }
}

/// The limit that blocks a variant; none where another rule reports a missing capability.
fn blocking_limit<'c>(subject: &Subject<'_, 'c>, row: RowId, asked: &Asked) -> Option<&'c Blocker> {
    let support = |id: &str| subject.answer(row, id, asked).support;
    subject.space.limits(row, asked).into_iter().find(|blocker| {
        let about: Vec<Support> = std::iter::once("runs")
            .chain(blocker.when.with.iter().map(String::as_str))
            .map(support)
            .collect();
        // What is missing from an open test may be there.
        if about.contains(&Support::No) || (!blocker.unless.is_empty() && subject.needs.is_open()) {
            return false;
        }
        match blocker.holds {
            Some(BlockerScope::Always) => true,
            Some(BlockerScope::Unproven) => about.contains(&Support::Unknown),
            None => false,
        }
    })
}

fn finding_on(
    subject: &Subject<'_, '_>,
    placed: &PlacedVariant<'_>,
    row: RowId,
    blocker: &Blocker,
) -> Finding {
    let mut finding =
        subject.on(RULE, placed, format!("a known limit blocks this variant: {}", blocker.title));
    finding.label("runs by default");
    finding.diagnostic.notes.push(format!(
        "{} (`{}`, {})",
        blocker.issue,
        blocker.id,
        cited(&blocker.evidence)
    ));
    shown(subject, &blocker.when.with, row, &mut finding);
    let own = subject.row(row);
    let other = subject.lightest(placed.variant, |other| {
        other.config.arch == own.config.arch
            && other.config.isolation == own.config.isolation
            && other.boot.openhcl == own.boot.openhcl
    });
    let other = other.filter(|other| {
        let asked = subject.asked_of(*other, placed.variant);
        blocking_limit(subject, *other, &asked).is_none() && !subject.lists(*other)
    });
    let instead = other.map(|other| format!(", or boot `{}`", subject.named_config(other)));
    let message = format!("ignore it with that reason{}", instead.unwrap_or_default());
    let edits: Vec<Edit> = subject
        .dialect
        .spell_ignored(&placed.variant.written, &blocker.reason())
        .map(|text| Edit { span: placed.variant.config_span.clone(), text })
        .into_iter()
        .collect();
    let safety = if edits.is_empty() { Safety::DisplayOnly } else { Safety::Unsafe };
    finding.diagnostic.help = Some(Help { message, edits, safety });
    finding
}

fn stopped(subject: &Subject<'_, '_>, placed: &PlacedVariant<'_>, quirk: &Quirk, stops: &str) -> Finding {
    let mut finding = subject.on(RULE, placed, stops.to_owned());
    finding.label("does not run as it is written");
    finding.diagnostic.notes.push(format!("{} (`{}`, {})", quirk.title, quirk.id, cited(&quirk.evidence)));
    if let Some(row) = placed.row {
        shown(subject, &quirk.when.with, row, &mut finding);
    }
    finding.diagnostic.help =
        Some(Help { message: quirk.advice.clone(), edits: Vec::new(), safety: Safety::DisplayOnly });
    finding
}

/// Shows what in the body asks for what a limit or a quirk is about.
fn shown(subject: &Subject<'_, '_>, with: &[String], row: RowId, finding: &mut Finding) {
    for need in subject.certain_needs_of(row) {
        if with.contains(&need.requirement) && !finding.requirements.contains(&need.requirement) {
            finding.diagnostic.labels.push(subject.shows(need, need.because.as_str()));
            finding.requirements.push(need.requirement.clone());
        }
    }
}

/// The first two places; `explain` has all of them.
fn cited(evidence: &[Evidence]) -> String {
    let places: Vec<String> = evidence.iter().take(2).map(ToString::to_string).collect();
    places.join(", ")
}
