//! Isolation is paid for, and nothing in the test looks at it
//!
//! ## What it does
//!
//! With `--pedantic`: names isolated variants of tests whose body and name touch neither isolation, nor the TPM, nor anything
//! else of the paravisor. One finding a test.
//!
//! ## Why
//!
//! SNP and TDX hardware is the scarcest there is, and isolated Windows needs an image that each machine makes for itself.
//! Booting is worth testing there; many tests of other things are not.
//!
//! ## Example
//!
//! ```rust,ignore
//! #[vmm_test(
//!     hyperv_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64)),
//!     hyperv_openhcl_uefi_x64[snp](vhd(ubuntu_2504_server_x64)),
//! )]
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! #[vmm_test(hyperv_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64)))]
//! ```

use crate::finding::Finding;
use crate::subject::Subject;
use lightest_diagnostics::RuleId;

pub(crate) const RULE: RuleId = RuleId::new("isolation-not-exercised");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    if subject.needs.is_open() || subject.about_paravisor() || subject.needs.ask("tpm") {
        return;
    }
    let isolated: Vec<_> =
        subject.placed.iter().filter(|placed| placed.variant.config.isolation.is_some()).collect();
    // Where everything is isolated, isolation is the point.
    if isolated.is_empty() || isolated.len() == subject.placed.len() {
        return;
    }
    let Some((placed, row)) = isolated.iter().find_map(|placed| placed.row.map(|row| (placed, row))) else {
        return;
    };
    let mut finding = subject.on(RULE, placed, "nothing in this test exercises isolation");
    finding.label(format!("isolated, as are {} of {} variants", isolated.len(), subject.placed.len()));
    finding.cost = Some(subject.cost(row, &subject.asked_of(row, placed.variant)));
    findings.push(finding);
}
