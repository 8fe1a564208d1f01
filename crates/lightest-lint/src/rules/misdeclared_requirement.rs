//! A stated requirement that is none, gives no reason, or contradicts the test
//!
//! ## What it does
//!
//! Authors may state requirements above the attribute that the body does not show:
//! `// lightest: requires(NEED, ..): reason`. Such a requirement counts like one that the body shows, in both directions. This
//! rule names words that are no requirements, statements without a reason, and requirements that no configuration
//! provides together with what the body asks for.
//!
//! ## Why
//!
//! A statement that is misread silently changes the requirements that the test is checked against.
//!
//! ## Example
//!
//! ```rust,ignore
//! // lightest: requires(tmp): the guest measures its boot
//! #[vmm_test(openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)))]
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! // lightest: requires(tpm): the guest measures its boot
//! #[vmm_test(openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)))]
//! ```

use foldhash::HashMap;

use lightest_model::catalog::Support;
use lightest_model::space::RowId;
use lightest_model::suggest::nearest;

use crate::facts::Intent;
use crate::finding::Finding;
use crate::needs::Need;
use crate::subject::Subject;
use lightest_diagnostics::{Help, RuleId, Safety};

pub(crate) const RULE: RuleId = RuleId::new("misdeclared-requirement");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let shown = shown(subject);
    let mut known = HashMap::default();
    for intent in &subject.test.intents {
        let Some(requirement) = &intent.requirement else {
            let mut finding =
                subject.on_test(RULE, &intent.span, format!("there is no requirement `{}`", intent.written));
            finding.diagnostic.help = help(subject, intent);
            findings.push(finding);
            continue;
        };
        if intent.reason.is_empty() {
            let mut finding =
                subject.on_test(RULE, &intent.span, format!("`{requirement}` is stated without a reason"));
            finding.diagnostic.help = Some(Help {
                message: format!("write `lightest: requires({}): reason`", intent.written),
                edits: Vec::new(),
                safety: Safety::DisplayOnly,
            });
            findings.push(finding);
        }
        contradicted(subject, intent, requirement, &shown, &mut known, findings);
    }
}

fn help(subject: &Subject<'_, '_>, intent: &Intent) -> Option<Help> {
    let requirements = &subject.catalog().requirements;
    let known = requirements.iter().flat_map(|known| std::iter::once(&known.id).chain(&known.aliases));
    let near = nearest(&intent.written, known.map(String::as_str))?;
    Some(Help { message: format!("did you mean `{near}`?"), edits: Vec::new(), safety: Safety::DisplayOnly })
}

/// A requirement that no configuration provides together with one that the body shows.
fn contradicted<'a>(
    subject: &Subject<'a, '_>,
    intent: &'a Intent,
    requirement: &'a str,
    shown: &[Vec<&'a Need>],
    known: &mut HashMap<(&'a str, &'a str), bool>,
    findings: &mut Vec<Finding>,
) {
    let mut possible = |one: &'a str, other: &'a str| {
        *known.entry((one, other)).or_insert_with(|| possible(subject, &[one, other]))
    };
    if !possible(requirement, requirement) {
        let message = format!("no known configuration provides `{requirement}`");
        findings.push(subject.on_test(RULE, &intent.span, message));
        return;
    }
    for alike in shown {
        let Some(need) = alike.iter().find(|need| need.span != intent.span) else { continue };
        let other = need.requirement.as_str();
        if possible(other, other) && !possible(requirement, other) {
            let message = format!(
                "no configuration provides `{requirement}` together with `{other}`, which the test uses"
            );
            let mut finding = subject.on_test(RULE, &intent.span, message);
            finding.label(format!("states `{requirement}`"));
            finding.diagnostic.labels.push(subject.shows(need, format!("uses `{other}`")));
            finding.requirements = vec![requirement.to_owned(), other.to_owned()];
            findings.push(finding);
            return;
        }
    }
}

/// The requirements of every configuration: for each, its first place and the next one elsewhere. A comment may state a
/// requirement many thousand times in one place.
fn shown<'a>(subject: &Subject<'a, '_>) -> Vec<Vec<&'a Need>> {
    let mut all: Vec<Vec<&Need>> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::default();
    for need in subject.needs.needs.iter().filter(|need| !need.is_conditional() && !need.guarded) {
        let at = *index.entry(need.requirement.as_str()).or_insert_with(|| {
            all.push(Vec::new());
            all.len() - 1
        });
        if all[at].len() < 2 && all[at].iter().all(|first| first.span != need.span) {
            all[at].push(need);
        }
    }
    all
}

/// Whether some configuration is not known to lack any of these.
fn possible(subject: &Subject<'_, '_>, words: &[&str]) -> bool {
    let asked = subject.ask(words.iter().copied());
    RowId::all(subject.space).any(|row| {
        asked.indices().iter().all(|index| subject.space.answer(row, *index, &asked).support != Support::No)
    })
}
