//! A variant that runs nothing of the repository
//!
//! ## What it does
//!
//! Names variants that boot a VMM of somebody else's without the paravisor: nothing that the repository builds takes part.
//!
//! ## Why
//!
//! It tests another product, on a scarce host. OpenVMM's maintainers deleted all such variants (#4221).
//!
//! ## Example
//!
//! ```rust,ignore
//! #[vmm_test(hyperv_uefi_x64(vhd(ubuntu_2504_server_x64)))]
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! #[vmm_test(hyperv_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64)))]
//! ```

use lightest_model::catalog::Support;
use lightest_model::space::RowId;

use crate::finding::Finding;
use crate::subject::Subject;
use lightest_diagnostics::{RuleId, Safety};

pub(crate) const RULE: RuleId = RuleId::new("runs-no-repo-code");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for placed in &subject.placed {
        let Some(row) = placed.row else { continue };
        let asked = subject.ask([]);
        let answer = subject.answer(row, "repo-code", &asked);
        let (Support::No, Some(statement)) = (answer.support, answer.statement) else { continue };
        let mut finding = subject.on(RULE, placed, "this variant runs nothing that the repository builds");
        let evidence: Vec<String> = statement.evidence.iter().map(ToString::to_string).collect();
        finding.diagnostic.notes.push(format!("{} ({})", statement.because, evidence.join(", ")));
        finding.cost = Some(subject.cost(row, &asked));
        // The same guest with the paravisor between it and the VMM.
        let own = subject.row(row);
        let with = subject.space.find(|other| {
            other.boot.openhcl
                && other.boot.generation == own.boot.generation
                && other.config.vmm == own.config.vmm
                && other.config.arch == own.config.arch
                && other.config.guest == own.config.guest
                && other.config.isolation == own.config.isolation
        });
        let runs = |other: &RowId| {
            subject.answer(*other, "runs", &asked).support == Support::Yes
                && subject.answer(*other, "repo-code", &asked).support == Support::Yes
        };
        finding.diagnostic.help = match with.filter(runs) {
            Some(other) if !subject.lists(other) => {
                let config = subject.named_config(other);
                finding.suggested = Some(config.clone());
                finding.cost_after = Some(subject.cost(other, &asked));
                Some(subject.replace(
                    placed,
                    other,
                    format!("boot `{config}`, with the paravisor"),
                    Safety::Unsafe,
                ))
            }
            _ => subject.remove(placed, "remove it".to_owned(), Safety::Unsafe),
        };
        findings.push(finding);
    }
}
