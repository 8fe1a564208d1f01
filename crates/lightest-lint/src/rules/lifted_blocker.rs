//! A comment waits for a limit that is lifted
//!
//! ## What it does
//!
//! Looks for the numbers of issues in comments of a test's declaration and in the reasons of `ignore(..)` and
//! `unstable(..)`. Where the catalog has the limit behind the number as lifted, reports since which
//! commit, and adds the configuration that the comment names, if it is known to provide everything.
//!
//! ## Why
//!
//! The author of such a comment gets no notification when the limit is lifted.
//!
//! ## Example
//!
//! ```rust,ignore
//! #[vmm_test(
//!     openvmm_linux_direct_x64,
//!     // TODO: add openvmm_linux_direct_aarch64 (#1798)
//! )]
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! #[vmm_test(openvmm_linux_direct_x64, openvmm_linux_direct_aarch64)]
//! ```

use foldhash::HashSet;

use lightest_model::catalog::{Blocker, BlockerState};
use lightest_model::space::RowId;

use crate::facts::Comment;
use crate::finding::Finding;
use crate::subject::{PlacedVariant, Subject};
use lightest_diagnostics::{Edit, Help, Label, RuleId, Safety};

pub(crate) const RULE: RuleId = RuleId::new("lifted-blocker");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for placed in &subject.placed {
        let reasons = [&placed.variant.ignored, &placed.variant.unstable];
        for reason in reasons.into_iter().flatten() {
            if let Some(blocker) = lifted(subject, reason) {
                let mut finding = subject.on(RULE, placed, message(blocker));
                finding.place(Label::new(&reason.span, "waits for a limit that is lifted"));
                finding.diagnostic.labels.push(Label::new(&placed.variant.config_span, "is held back"));
                note(blocker, &mut finding);
                finding.diagnostic.help = Some(Help {
                    message: "run it again: remove the wrapper".to_owned(),
                    edits: vec![Edit {
                        span: placed.variant.span.clone(),
                        text: placed.variant.written.clone(),
                    }],
                    safety: if placed.variant.span == placed.variant.config_span {
                        Safety::DisplayOnly
                    } else {
                        Safety::Unsafe
                    },
                });
                findings.push(finding);
            }
        }
    }
    for comment in &subject.test.comments {
        let Some(blocker) = lifted(subject, comment) else { continue };
        let named = configuration(subject, comment);
        if named.is_none() && !waits(&comment.text) {
            continue;
        }
        let mut finding = subject.on_test(RULE, &comment.span, message(blocker));
        finding.label("waits for a limit that is lifted".to_owned());
        note(blocker, &mut finding);
        if let Some((placed, row)) = named {
            let config = subject.named_config(row);
            finding.suggested = Some(config.clone());
            let text = subject.dialect.spell(&subject.row(row).config, placed.declaration);
            let inside = placed.declaration.list.contains(&comment.span);
            finding.diagnostic.help = Some(Help {
                message: format!("add `{config}`"),
                safety: if inside && text.is_some() { Safety::Unsafe } else { Safety::DisplayOnly },
                edits: text
                    .map(|text| Edit { span: comment.span.clone(), text: format!("{text},") })
                    .into_iter()
                    .collect(),
            });
        }
        findings.push(finding);
    }
}

fn message(blocker: &Blocker) -> String {
    format!("this waits for {}, but the limit is lifted", blocker.issue)
}

fn note(blocker: &Blocker, finding: &mut Finding) {
    let evidence: Vec<String> = blocker.evidence.iter().map(ToString::to_string).collect();
    let since = blocker.since.as_deref().map_or(String::new(), |since| format!(" since {since}"));
    finding.diagnostic.notes.push(format!("lifted{since}: {} ({})", blocker.title, evidence.join(", ")));
}

/// The lifted blocker that a comment names, if it no longer applies to some configuration.
fn lifted<'c>(subject: &Subject<'_, 'c>, comment: &Comment) -> Option<&'c Blocker> {
    subject.catalog().blockers.iter().find(|blocker| {
        let number = blocker.issue.rsplit_once('#').map(|(_, number)| number);
        blocker.state == BlockerState::Lifted && number.is_some_and(|number| mentions(&comment.text, number))
    })
}

/// Whether a text names an issue by its number.
fn mentions(text: &str, number: &str) -> bool {
    ["#", "/issues/", "/pull/", "issue ", "Issue ", "GH "].iter().any(|before| {
        let wanted = format!("{before}{number}");
        let ends = |at: usize| !text[at + wanted.len()..].starts_with(|c: char| c.is_ascii_digit());
        text.match_indices(&wanted).any(|(at, _)| ends(at))
    })
}

/// Whether a comment asks for something to be done.
fn waits(text: &str) -> bool {
    ["TODO", "blocked", "Blocked", "once ", "until ", "waiting for"].iter().any(|word| text.contains(word))
}

/// The configuration that a comment asks for: a boot method and architecture that no variant has, and that would do.
fn configuration<'s, 'a>(
    subject: &'s Subject<'a, '_>,
    comment: &Comment,
) -> Option<(&'s PlacedVariant<'a>, RowId)> {
    let words = comment.text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    // One variant for each VMM, with the agent and without, and for the files that it names.
    let mut alike = HashSet::default();
    let placed: Vec<&PlacedVariant<'_>> = subject
        .placed
        .iter()
        .filter(|placed| {
            alike.insert((&placed.variant.config.vmm, placed.variant.agent, &placed.variant.brings))
        })
        .collect();
    for word in words.filter(|word| word.contains('_')) {
        for placed in placed.iter().copied() {
            let vmm = placed.variant.config.vmm.as_deref().unwrap_or_default();
            let word = word.strip_prefix(vmm).and_then(|word| word.strip_prefix('_')).unwrap_or(word);
            let row = subject.lightest(placed.variant, |row| {
                row.config.vmm.as_deref() == Some(vmm)
                    && word == format!("{}_{}", row.config.boot, row.config.arch)
            });
            if let Some(row) = row.filter(|row| !subject.lists(*row)) {
                return Some((placed, row));
            }
        }
    }
    None
}
