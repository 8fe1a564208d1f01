//! The test runs with the paravisor only, though nothing in it is about the paravisor
//!
//! ## What it does
//!
//! Names tests whose variants for an architecture all have OpenHCL, while neither the body nor the name touches the
//! paravisor, and a configuration without it is known to give everything that the body asks for.
//!
//! It is silent when the variants bring artifacts of their own along, which may be made for the paravisor or exist on its
//! hosts alone; when a comment in the list mentions the configuration without it; and when a known limit stands against
//! that.
//!
//! ## Why
//!
//! The code under test is then covered in one of its two habitats only. With the paravisor the hosts are scarcer, too: OpenVMM
//! runs OpenHCL on Windows hosts alone.
//!
//! ## Example
//!
//! ```rust,ignore
//! #[vmm_test(openvmm_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64)))]
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! #[vmm_test(
//!     openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)),
//!     openvmm_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64)),
//! )]
//! ```

use lightest_diagnostics::RuleId;
use lightest_model::catalog::Support;

use crate::finding::Finding;
use crate::subject::{PlacedVariant, Subject};

pub(crate) const RULE: RuleId = RuleId::new("openhcl-without-plain");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    if subject.needs.is_open() || subject.about_paravisor() || names_the_paravisor(subject) {
        return;
    }
    for arch in subject.archs() {
        let here: Vec<&PlacedVariant<'_>> =
            subject.placed.iter().filter(|placed| placed.variant.config.arch == arch).collect();
        let boots_openhcl =
            |placed: &&&PlacedVariant<'_>| placed.row.is_some_and(|row| subject.row(row).boot.openhcl);
        // Isolation is a reason of its own.
        let bare = |placed: &&&PlacedVariant<'_>| {
            let runs = |row| subject.answer(row, "runs", &subject.ask([])).support == Support::Yes;
            placed.variant.config.isolation.is_none()
                && placed.variant.config.extra_deps.is_empty()
                && placed.row.is_some_and(runs)
        };
        if here.is_empty() || !here.iter().all(|placed| boots_openhcl(&placed)) {
            continue;
        }
        let Some(placed) = here.iter().find(bare) else { continue };
        let Some(own) = placed.row else { continue };
        let row = subject.row(own);
        // The same guest if it can be, or the lightest that does.
        let plain = |same: bool| {
            subject.lightest(placed.variant, |other| {
                other.config.arch == arch
                    && other.vmm.in_repo
                    && !other.boot.openhcl
                    && (!same || other.config.guest == row.config.guest)
            })
        };
        let Some(companion) = plain(true).or_else(|| plain(false)) else { continue };
        let config = subject.named_config(companion);
        let asked = subject.asked_of(companion, placed.variant);
        if subject.is_named_in_a_comment(companion) || subject.is_blocked(companion, &asked) {
            continue;
        }
        let mut finding = subject.on(
            RULE,
            placed,
            "this test runs with OpenHCL only, and nothing in it is about the paravisor",
        );
        finding.label("has no companion without OpenHCL".to_owned());
        finding.requirements = subject.requirements(own).iter().map(|word| (*word).to_owned()).collect();
        finding.suggested = Some(config.clone());
        finding.cost = Some(subject.cost(own, &asked));
        finding.cost_after = Some(subject.cost(companion, &asked));
        finding.diagnostic.help = Some(subject.add(placed, companion, format!("add `{config}`")));
        findings.push(finding);
    }
}

/// Whether the name or a module of the test mentions the paravisor, by the words of boot methods that have it.
fn names_the_paravisor(subject: &Subject<'_, '_>) -> bool {
    let name = subject.name();
    let catalog = subject.catalog();
    let boots = catalog.boot_methods.iter().filter(|boot| boot.openhcl);
    let mut words: Vec<&str> = boots.filter_map(|boot| boot.id.split('_').next()).collect();
    let paravisor = catalog.requirements.iter().filter(|requirement| requirement.group == "paravisor");
    for requirement in paravisor {
        words.extend(requirement.aliases.iter().map(String::as_str));
    }
    words.iter().any(|word| name.contains(&word.replace('-', "_")))
}
