//! A variant that no host can run
//!
//! ## What it does
//!
//! Names variants whose configuration is known to be refused before anything boots, whatever the host. Variants that are
//! ignored already are left alone.
//!
//! ## Why
//!
//! The macros accept more than petri can run. Such a variant is skipped silently everywhere and looks like coverage.
//!
//! ## Example
//!
//! ```rust,ignore
//! #[vmm_test(openvmm_openhcl_uefi_aarch64(vhd(ubuntu_2404_server_aarch64)))]
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! #[vmm_test(hyperv_openhcl_uefi_aarch64(vhd(ubuntu_2404_server_aarch64)))]
//! ```

use lightest_model::catalog::Support;

use crate::finding::Finding;
use crate::subject::Subject;
use lightest_diagnostics::{RuleId, Safety};

pub(crate) const RULE: RuleId = RuleId::new("runs-nowhere");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for placed in &subject.placed {
        let Some(row) = placed.row else { continue };
        if placed.variant.ignored.is_some() {
            continue;
        }
        let answer = subject.answer(row, "runs", &subject.ask([]));
        let (Support::No, Some(statement)) = (answer.support, answer.statement) else { continue };
        let mut finding = subject.on(RULE, placed, "no host can run this variant");
        finding.label("is never run".to_owned());
        let evidence: Vec<String> = statement.evidence.iter().map(ToString::to_string).collect();
        finding.diagnostic.notes.push(format!("{} ({})", statement.because, evidence.join(", ")));
        finding.requirements = subject.requirements(row).iter().map(|word| (*word).to_owned()).collect();
        let own = subject.row(row);
        // The same guest and firmware on another VMM.
        let elsewhere = subject.space.find(|other| {
            other.config.vmm != own.config.vmm
                && other.config.boot == own.config.boot
                && other.config.arch == own.config.arch
                && other.config.guest == own.config.guest
                && other.config.isolation == own.config.isolation
        });
        let elsewhere =
            elsewhere.filter(|other| subject.provides_all(*other, &subject.asked_of(*other, placed.variant)));
        finding.diagnostic.help = match elsewhere {
            Some(other) if !subject.lists(other) => {
                let config = subject.named_config(other);
                finding.suggested = Some(config.clone());
                Some(subject.replace(placed, other, format!("`{config}` runs"), Safety::Unsafe))
            }
            _ => subject.remove(placed, "remove it, or `ignore` it with the reason".to_owned(), Safety::Safe),
        };
        findings.push(finding);
    }
}
