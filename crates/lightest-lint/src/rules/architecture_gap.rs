//! The test covers one architecture, though the same configuration is known to work on the other
//!
//! ## What it does
//!
//! Names tests all of whose variants have one architecture, when for one of these the same VMM, boot method and family of
//! guest is known to give everything on the other architecture, and nothing in the test binds it: neither the body, nor its
//! name, nor the module that it stands in.
//!
//! ## Why
//!
//! Many lists were written when Linux Direct on aarch64 did not work. It does now, on common hosts, without a disk image.
//!
//! ## Example
//!
//! ```rust,ignore
//! #[vmm_test(openvmm_linux_direct_x64)]
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! #[vmm_test(openvmm_linux_direct_x64, openvmm_linux_direct_aarch64)]
//! ```

use lightest_diagnostics::RuleId;
use lightest_model::config::Arch;

use crate::finding::Finding;
use crate::subject::Subject;

pub(crate) const RULE: RuleId = RuleId::new("architecture-gap");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let [arch] = subject.archs()[..] else { return };
    if subject.needs.is_open() || !subject.test.bound_to.is_empty() || names_an_arch(subject) {
        return;
    }
    // Anything asked of the host, but for the VMM, may be had on one architecture only.
    let bound = subject.needs.needs.iter().any(|need| {
        subject.catalog().vmm(&need.requirement).is_none()
            && subject.catalog().requirement(&need.requirement).is_some_and(|known| known.group == "where")
    });
    let stated = |placed: &crate::subject::PlacedVariant<'_>| !placed.variant.states.is_empty();
    if bound || subject.placed.iter().any(stated) {
        return;
    }
    let Some(other) = subject.catalog().archs().find(|other| *other != arch) else { return };
    for placed in &subject.placed {
        let Some(own) = placed.row else { continue };
        if placed.variant.ignored.is_some() || placed.variant.unstable.is_some() {
            continue;
        }
        // What a test brings along is made for one architecture.
        if !placed.variant.config.extra_deps.is_empty() {
            continue;
        }
        let row = subject.row(own);
        let sibling = subject.lightest(placed.variant, |candidate| {
            candidate.config.arch == other
                && candidate.config.vmm == row.config.vmm
                && candidate.config.boot == row.config.boot
                && candidate.guest.family == row.guest.family
                && candidate.config.isolation == row.config.isolation
        });
        let Some(sibling) = sibling else { continue };
        if subject.is_named_in_a_comment(sibling) {
            continue;
        }
        // Only what any host can run and needs no image: more of a matrix is a choice, this is an oversight.
        if subject.has_image(sibling) {
            continue;
        }
        let config = subject.named_config(sibling);
        let asked = subject.asked_of(sibling, placed.variant);
        let mut finding = subject.on(
            RULE,
            placed,
            format!("this test covers {arch} only, although nothing in it requires that"),
        );
        finding.label(format!("provides the same on {other}"));
        finding.requirements = subject.requirements(own).iter().map(|word| (*word).to_owned()).collect();
        if let Some(statement) = subject.answer(sibling, "runs", &asked).statement {
            let places: Vec<String> = statement.evidence.iter().map(ToString::to_string).collect();
            finding.diagnostic.notes.push(format!(
                "`{config}` runs: {} ({})",
                statement.because,
                places.join(", ")
            ));
        }
        finding.suggested = Some(config.clone());
        finding.cost_after = Some(subject.cost(sibling, &asked));
        finding.diagnostic.help = Some(subject.add(placed, sibling, format!("add `{config}`")));
        findings.push(finding);
        return;
    }
}

fn names_an_arch(subject: &Subject<'_, '_>) -> bool {
    let name = format!("_{}_", subject.name().replace("::", "_"));
    subject.catalog().requirements.iter().any(|requirement| {
        let names = std::iter::once(&requirement.id).chain(&requirement.aliases);
        Arch::from_word(&requirement.id).is_some()
            && names.into_iter().any(|word| name.contains(&format!("_{word}_")))
    })
}
