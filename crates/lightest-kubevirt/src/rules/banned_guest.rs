//! Finds guests that new tests may not use.
//!
//! ## What it does
//!
//! Names the factory calls of guests that new tests may not use (`new-tests` in the catalog), and the guest that would do in
//! their place, where it is known what the tests ask. Where `heavier-than-needed` proposes a lighter guest, this rule adds nothing.
//!
//! ## Why
//!
//! The suite moves away from CirrOS: it takes minutes to a login without user data, waits for IPv4, and has no image for
//! s390x.
//!
//! ## Example
//!
//! ```go
//! vmi := libvmifact.NewCirros()
//! ```
//!
//! ## Use instead
//!
//! ```go
//! vmi := libvmifact.NewAlpineWithTestTooling()
//! ```

use lightest_diagnostics::{Edit, RuleId, Safety};
use lightest_lint::finding::Finding;
use lightest_model::catalog::Support;

use crate::judge::NEW_TESTS;

use super::{Context, heavier_than_needed, on, short, span};

pub(crate) const RULE: RuleId = RuleId::new("banned-guest");

/// Finds sites whose guest new tests may not use.
pub fn check(context: &Context<'_, '_>, findings: &mut Vec<Finding>) {
    for judged in context.judged {
        let Some(guest) = judged.guest else { continue };
        let answer = context.reading.answer(guest, NEW_TESTS);
        let Some(statement) = answer.statement.filter(|_| answer.support == Support::No) else { continue };
        let why = &statement.because;
        if heavier_than_needed::lighter(context, judged).is_some() {
            continue;
        }
        let mut finding = on(RULE, context, judged, format!("new tests may not use {}: {why}", short(guest)));
        let words: Vec<&str> = judged.asks.iter().map(|ask| ask.requirement.as_str()).collect();
        let other = context
            .reading
            .lightest(words.iter().copied())
            .filter(|_| judged.opens.is_empty() && !judged.tests.is_empty());
        if let Some(other) = other {
            finding.suggested = Some(other.id.clone());
            // Its login and what is typed after it are another guest's.
            let logs_in = words.contains(&"login") || words.contains(&"console");
            finding.diagnostic = if logs_in {
                finding.diagnostic.help(format!("use `{}`, and the login that fits it", other.id))
            } else {
                let edit = Edit { span: span(&judged.site.name_place), text: other.id.clone() };
                finding.diagnostic.fix(format!("use `{}`", other.id), vec![edit], Safety::Unsafe)
            };
        }
        findings.push(finding);
    }
}
