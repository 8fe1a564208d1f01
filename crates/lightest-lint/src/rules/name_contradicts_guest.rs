//! The name of the test contradicts its guests
//!
//! ## What it does
//!
//! Names tests whose name mentions an architecture, an operating system or a family of guests that none of their variants
//! has.
//!
//! ## Why
//!
//! Runners pick tests by parts of their names, and so do people. A name that was copied with its test sends both astray.
//!
//! ## Example
//!
//! ```rust,ignore
//! #[vmm_test(openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64)))]
//! async fn ubuntu_boot(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> { /* .. */ }
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! async fn windows_boot(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> { /* .. */ }
//! ```

use lightest_diagnostics::RuleId;
use lightest_model::config::Arch;

use crate::finding::Finding;
use crate::subject::Subject;

pub(crate) const RULE: RuleId = RuleId::new("name-contradicts-guest");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let name = format!("_{}_", subject.test.name);
    let mentions = |word: &str| {
        // Most names mention nothing of the kind.
        if !name.contains(word.split('-').next().unwrap_or(word)) {
            return false;
        }
        let wanted = format!("_{}_", word.replace('-', "_"));
        // `no_windows` and `without_alpine` mean the opposite.
        name.find(&wanted)
            .is_some_and(|at| !["_no", "_non", "_not", "_without"].iter().any(|no| name[..at].ends_with(no)))
    };
    let rows: Vec<_> =
        subject.placed.iter().filter_map(|placed| placed.row).map(|row| subject.row(row)).collect();
    if rows.is_empty() || rows.len() < subject.placed.len() {
        return;
    }
    let catalog = subject.catalog();
    let mut mentioned: Vec<(String, bool)> = Vec::new();
    for requirement in &catalog.requirements {
        if let Some(arch) = Arch::from_word(&requirement.id) {
            let mut names = std::iter::once(&requirement.id).chain(&requirement.aliases);
            if names.any(|word| mentions(word)) {
                mentioned.push((requirement.title.clone(), rows.iter().any(|row| row.config.arch == arch)));
            }
        }
    }
    for guest in &catalog.guests {
        let kept = mentioned.iter().any(|(what, _)| *what == guest.family);
        if !kept && mentions(&guest.family) {
            let has = rows.iter().any(|row| row.guest.family == guest.family);
            mentioned.push((guest.family.clone(), has));
        }
        let system = guest.os.word();
        if !mentioned.iter().any(|(what, _)| what == system)
            && system != "none"
            && system != "uefi"
            && mentions(system)
        {
            mentioned.push((system.to_owned(), rows.iter().any(|row| row.guest.os == guest.os)));
        }
    }
    for (what, has) in mentioned {
        if !has {
            let mut finding = subject.on_test(
                RULE,
                &subject.test.name_span,
                format!("the name of this test mentions {what}, but none of its guests matches"),
            );
            finding.label(format!("no variant is {what}"));
            findings.push(finding);
        }
    }
}
