//! A lighter variant of the same test exercises the same
//!
//! ## What it does
//!
//! With `--pedantic`: names variants beside which the list has a lighter one with the same VMM, architecture, boot method,
//! isolation and operating system, when both are known to give everything that the body asks for.
//!
//! ## Why
//!
//! Two releases of one distribution seldom find different mistakes of a VMM. Sometimes they do, which is why this is pedantic.
//!
//! ## Example
//!
//! ```rust,ignore
//! #[vmm_test(
//!     openvmm_uefi_x64(vhd(ubuntu_2404_server_x64)),
//!     openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)),
//! )]
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! #[vmm_test(openvmm_uefi_x64(vhd(ubuntu_2404_server_x64)))]
//! ```

use crate::finding::Finding;
use crate::subject::Subject;
use lightest_diagnostics::{Label, RuleId, Safety};

pub(crate) const RULE: RuleId = RuleId::new("redundant-variant");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    if subject.needs.is_open() {
        return;
    }
    for placed in &subject.placed {
        let Some(own) = placed.row else { continue };
        if placed.variant.ignored.is_some() {
            continue;
        }
        let row = subject.row(own);
        let asked = subject.asked_of(own, placed.variant);
        let lighter = subject.placed.iter().find_map(|other| {
            let id = other.row?;
            let candidate = subject.row(id);
            let same = id != own
                && candidate.config.vmm == row.config.vmm
                && candidate.config.arch == row.config.arch
                && candidate.config.boot == row.config.boot
                && candidate.config.isolation == row.config.isolation
                && candidate.guest.os == row.guest.os
                && other.variant.ignored.is_none()
                && subject.is_lighter(id, own, &asked)
                && subject.provides_all(id, &asked);
            same.then_some((other, id))
        });
        let Some((other, _)) = lighter else { continue };
        let mut finding = subject.on(RULE, placed, "a lighter variant of this test exercises the same");
        finding.diagnostic.labels.push(Label::new(&other.variant.config_span, "this one"));
        finding.cost = Some(subject.cost(own, &asked));
        finding.diagnostic.help = subject.remove(placed, "remove it".to_owned(), Safety::Unsafe);
        findings.push(finding);
    }
}
