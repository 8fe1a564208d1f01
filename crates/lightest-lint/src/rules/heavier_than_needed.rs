//! The guest is heavier than anything that the test asks of it
//!
//! ## What it does
//!
//! Reads what the test's body asks of its environment, and asks which configurations are known to give all of that. When
//! one of them is lighter than what is listed, keeps VMM, architecture, paravisor and isolation, and is not listed itself,
//! it is named.
//!
//! A list of several operating systems, or of several ways to boot, is a matrix on purpose: of such a list it only says
//! when it lacks a configuration without a disk image that would do. Heavy members are named with `--pedantic`.
//!
//! It is silent whenever something in the body is not known; when the test names its guest or is a boot test, for then
//! the guest is the point; when a comment in the list speaks of the lighter configuration, for then the author knows; and
//! when firmware without an operating system is booted. One disk image in the place of another is proposed only where it
//! boots two classes faster, such as Alpine for Windows: between Linux images it is a choice, and `--pedantic` says it.
//!
//! ## Why
//!
//! A heavier guest costs every run: a larger image to download, a slower boot, a scarcer host. It exercises nothing more
//! of the code under test.
//!
//! ## Example
//!
//! ```rust,ignore
//! #[vmm_test(openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)))]
//! async fn cpu_count(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
//!     let (vm, agent) = config.run().await?;
//!     agent.unix_shell().read_file("/proc/cpuinfo").await?;
//!     # Ok(())
//! }
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! #[vmm_test(openvmm_linux_direct_x64)]
//! ```

use lightest_model::config::Arch;

use crate::finding::{Finding, Label, Safety};
use crate::subject::{Placed, Subject};

const RULE: &str = "heavier-than-needed";

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    if subject.needs.is_open() || names_a_guest(subject) || only_boots(subject) {
        return;
    }
    let matrix = is_matrix(subject);
    for arch in subject.archs() {
        let here: Vec<&Placed<'_>> =
            subject.placed.iter().filter(|placed| placed.variant.config.arch == arch).collect();
        if matrix && !subject.pedantic {
            missing(subject, arch, &here, findings);
        } else {
            replace(subject, &here, matrix, findings);
        }
    }
}

/// Whether the test's name or module names a family of guests.
fn names_a_guest(subject: &Subject<'_, '_>) -> bool {
    let name = format!("_{}_", subject.name().replace("::", "_"));
    subject.catalog().guests.iter().any(|guest| name.contains(&format!("_{}_", guest.family)))
}

/// Whether the name says that it is a boot test, and the guest does nothing but boot, answer and stop.
fn only_boots(subject: &Subject<'_, '_>) -> bool {
    let uses = |group: &str| matches!(group, "guest" | "devices" | "memory" | "integration components");
    let used = subject.needs.needs.iter().any(|need| {
        need.requirement != "agent"
            && subject.catalog().requirement(&need.requirement).is_some_and(|known| uses(&known.group))
    });
    let asks = subject.needs.needs.iter().any(|need| {
        subject.catalog().requirement(&need.requirement).is_some_and(|known| known.group != "where")
    });
    !asks || (!used && subject.test.name.split('_').any(|word| word == "boot"))
}

/// Several operating systems, several ways to boot, or several guests: chosen on purpose.
fn is_matrix(subject: &Subject<'_, '_>) -> bool {
    let rows = || subject.placed.iter().filter_map(|placed| placed.row).map(|row| subject.row(row));
    let mut systems: Vec<_> = rows().map(|row| row.guest.os).collect();
    systems.sort();
    systems.dedup();
    let kinds_on = |arch: Arch| {
        let plain = rows()
            .filter(|row| row.config.arch == arch && !row.boot.openhcl && row.config.isolation.is_none());
        let mut kinds: Vec<_> = plain.map(|row| (row.boot.id.as_str(), row.guest.family.as_str())).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.len()
    };
    systems.len() > 1 || Arch::ALL.into_iter().any(|arch| kinds_on(arch) > 1)
}

/// A matrix that lacks the lightest member that would do.
fn missing(subject: &Subject<'_, '_>, arch: Arch, here: &[&Placed<'_>], findings: &mut Vec<Finding>) {
    // Only where the list has plain members of a VMM that the repository builds: the lightest one joins them.
    let plain: Vec<&&Placed<'_>> = here
        .iter()
        .filter(|placed| {
            placed.row.is_some_and(|row| {
                let row = subject.row(row);
                row.vmm.in_repo && !row.boot.openhcl
            })
        })
        .collect();
    let Some(first) = plain.first() else { return };
    let agent = first.variant.agent;
    let Some(best) = subject.lightest(agent, &[], |row| {
        row.config.arch == arch && row.vmm.in_repo && !row.boot.openhcl && row.config.isolation.is_none()
    }) else {
        return;
    };
    let asked = subject.asked(best, agent);
    let heavier = |placed: &Placed<'_>| placed.row.is_some_and(|row| subject.is_lighter(best, row, &asked));
    // A member of the same operating system shows that the point is not the other one.
    let same_system = plain
        .iter()
        .any(|placed| placed.row.is_some_and(|row| subject.row(row).guest.os == subject.row(best).guest.os));
    if subject.lists(best)
        || subject.has_image(best)
        || subject.remarks_on(best)
        || subject.is_blocked(best, &asked)
        || !same_system
        || !plain.iter().all(|placed| heavier(placed))
    {
        return;
    }
    let config = &subject.row(best).config;
    let mut finding = subject.on(
        RULE,
        first,
        format!("the lightest configuration that would do is missing from this list: `{config}`"),
    );
    finding.primary = Label::new(&first.declaration.list, "");
    finding.config = None;
    finding.requirements = subject.requirements(best).iter().map(|word| (*word).to_owned()).collect();
    finding.suggested = Some(config.to_string());
    finding.cost_after = Some(subject.cost(best, &asked));
    evidence(subject, best, &mut finding);
    finding.help = Some(subject.add(first, best, format!("add `{config}`")));
    findings.push(finding);
}

/// Variants for which something lighter does the same.
fn replace(subject: &Subject<'_, '_>, here: &[&Placed<'_>], matrix: bool, findings: &mut Vec<Finding>) {
    let mut suggested: Vec<usize> = Vec::new();
    for placed in here {
        let Some(own) = placed.row else { continue };
        let row = subject.row(own);
        let best = subject.lightest(placed.variant.agent, &[], |other| {
            other.config.arch == row.config.arch
                && other.config.vmm == row.config.vmm
                && other.config.isolation == row.config.isolation
                && other.boot.openhcl == row.boot.openhcl
        });
        let Some(best) = best else { continue };
        let asked = subject.asked(own, placed.variant.agent);
        if best == own
            || subject.lists(best)
            || suggested.contains(&best)
            || placed.variant.ignored.is_some()
            || !subject.has_image(own)
            || subject.remarks_on(best)
            || subject.is_blocked(best, &asked)
            || (subject.has_image(best)
                && !subject.pedantic
                && subject.boot_class(own, &asked) < subject.boot_class(best, &asked) + 2)
            || !subject.is_lighter(best, own, &asked)
        {
            continue;
        }
        suggested.push(best);
        let config = &subject.row(best).config;
        let mut finding = subject.on(
            RULE,
            placed,
            format!(
                "this test boots {}, but asks for nothing that {} lacks",
                full(subject, own),
                full(subject, best)
            ),
        );
        finding.requirements = subject.requirements(own).iter().map(|word| (*word).to_owned()).collect();
        finding.suggested = Some(config.to_string());
        finding.cost = Some(subject.cost(own, &asked));
        finding.cost_after = Some(subject.cost(best, &asked));
        evidence(subject, best, &mut finding);
        let message = format!("boot `{config}` instead");
        // What was chosen on purpose is not changed unseen.
        let safety = if matrix || subject.has_image(best) { Safety::Unsafe } else { Safety::Safe };
        finding.help = Some(subject.replace(placed, best, message, safety));
        findings.push(finding);
    }
}

/// A configuration in words.
fn full(subject: &Subject<'_, '_>, row: usize) -> String {
    let guest = &subject.row(row).guest.id;
    let boot = &subject.row(row).boot.title;
    if subject.has_image(row) { format!("{guest} with {boot}") } else { boot.clone() }
}

/// The last requirement that the body shows, and where it is known that the suggestion gives it.
fn evidence(subject: &Subject<'_, '_>, best: usize, finding: &mut Finding) {
    let row = subject.row(best);
    let mut said: Vec<&str> = Vec::new();
    let needs: Vec<_> = subject.needs.asked_of(row).filter(|need| need.requirement != "openvmm").collect();
    // What is asked of the guest says more than what follows from running at all.
    let shown = needs.iter().rev().find(|need| need.requirement != "agent").or(needs.last());
    if let Some(need) = shown {
        finding.context.push(subject.shows(need, "this is all that the test asks of the guest"));
    }
    let asked = subject.asked(best, true);
    for need in needs {
        let id = need.requirement.as_str();
        if said.contains(&id) {
            continue;
        }
        said.push(id);
        if let Some(statement) = subject.answer(best, id, &asked).statement {
            let places: Vec<String> = statement.evidence.iter().take(1).map(ToString::to_string).collect();
            finding.notes.push(format!("`{id}`: {} ({})", statement.because, places.join(", ")));
        }
    }
}
