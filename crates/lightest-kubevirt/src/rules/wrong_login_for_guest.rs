//! Finds logins at the console that no guest of their test understands.
//!
//! ## What it does
//!
//! Compares the login functions that a test uses with the guests that it boots. It is silent where a test describes a machine
//! without a factory or gives one another image, where any of the tests that reach a login boots a guest that it fits, and
//! where no guest has a console at all, which `lacks-what-it-uses` reports.
//!
//! ## Why
//!
//! Every guest has a prompt, a user and a password of its own. A login that waits for another guest's prompt fails only when
//! its time is over, minutes later.
//!
//! ## Example
//!
//! ```go
//! vmi := libvmops.RunVMIAndExpectLaunch(libvmifact.NewFedora(), timeout)
//! Expect(console.LoginToAlpine(vmi)).To(Succeed())
//! ```
//!
//! ## Use instead
//!
//! ```go
//! Expect(console.LoginToFedora(vmi)).To(Succeed())
//! ```

use std::collections::BTreeMap;

use lightest_diagnostics::{Edit, Label, RuleId, Safety};
use lightest_lint::finding::Finding;

use super::{Context, short, span};
use crate::judge::{Judged, Login};

pub(crate) const RULE: RuleId = RuleId::new("wrong-login-for-guest");

/// Finds logins that fit no guest of their tests.
pub fn check(context: &Context<'_, '_>, findings: &mut Vec<Finding>) {
    let reading = context.reading;
    let mut sites: Vec<Vec<&Judged<'_>>> = vec![Vec::new(); reading.suite.tests.len()];
    for judged in context.judged {
        for test in &judged.site.tests {
            sites[*test].push(judged);
        }
    }
    // Each login with the tests that reach it.
    let mut logins: BTreeMap<(usize, usize), (&Login, Vec<usize>)> = BTreeMap::new();
    let runs = |(test, _): &(usize, _)| !reading.suite.tests[*test].pending;
    for (test, asking) in reading.asking.iter().enumerate().filter(runs) {
        for login in &asking.logins {
            let key = (login.place.0, login.place.1.start);
            logins.entry(key).or_insert_with(|| (login, Vec::new())).1.push(test);
        }
    }
    for (login, tests) in logins.into_values() {
        let wrong = |test: &usize| {
            let sites = &sites[*test];
            !reading.asking[*test].describes
                && !sites.is_empty()
                && sites
                    .iter()
                    .all(|judged| judged.guest.is_some_and(|guest| !login.guests.contains(&guest.id)))
                // A guest with no console at all is `lacks-what-it-uses`.
                && sites.iter().any(|judged| reading.login_for(&judged.site.factory).is_some())
        };
        if !tests.iter().all(wrong) {
            continue;
        }
        let Some(judged) = tests.first().and_then(|test| sites[*test].first()) else { continue };
        findings.push(finding(context, judged, login, &tests));
    }
}

fn finding(context: &Context<'_, '_>, judged: &Judged<'_>, login: &Login, tests: &[usize]) -> Finding {
    let guest = judged.guest.map_or("this guest", short);
    let test = tests.first().map_or_else(String::new, |test| context.reading.suite.tests[*test].name());
    let message = format!("`{}` waits for a prompt that {guest} does not have", login.function);
    let mut finding = Finding::new(RULE, &span(&login.place), message, test);
    finding.config = Some(judged.site.factory.clone());
    finding.requirements = vec!["login".to_owned()];
    finding.diagnostic.labels.push(Label::new(&span(&judged.site.name_place), format!("boots {guest}")));
    let right = context.reading.login_for(&judged.site.factory);
    if let Some(right) = right {
        let end = login.place.1.end;
        let name = end.saturating_sub(login.function.len())..end;
        let edit =
            Edit { span: lightest_diagnostics::Span::new(login.place.0, name), text: right.to_owned() };
        finding.diagnostic = finding.diagnostic.fix(format!("use `{right}`"), vec![edit], Safety::Unsafe);
    }
    finding
}
