//! A test without a list of guests
//!
//! ## What it does
//!
//! Reads the body of a test whose declaration lists no configuration, and proposes the list that it asks for: the lightest
//! one for each architecture, one for each operating system or isolation mode that the body distinguishes, and the companion
//! without the paravisor where the body does not look at it.
//!
//! ## Why
//!
//! A test without a list does not compile. While it is being written, the list can follow from the body.
//!
//! ## Example
//!
//! ```rust,ignore
//! #[vmm_test]
//! async fn reads_smbios<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
//!     let (vm, agent) = config.run().await?;
//!     agent.unix_shell().read_file("/sys/class/dmi/id/sys_vendor").await?;
//!     agent.power_off().await?;
//!     vm.wait_for_clean_teardown().await
//! }
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! #[vmm_test(
//!     openvmm_linux_direct_x64,
//!     openvmm_linux_direct_aarch64,
//! )]
//! ```

use lightest_diagnostics::{Edit, Help, RuleId, Safety};
use lightest_model::chooser::Part;

use crate::finding::Finding;
use crate::proposal::{EXCLUDED, Request, Role, WeakNeed, propose, try_it, unnamed};
use crate::subject::Subject;

pub(crate) const RULE: RuleId = RuleId::new("no-configuration");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for bare in &subject.test.bare {
        let mut finding = subject.on_test(RULE, &bare.span, "this test lists no configuration");
        let Ok(proposal) = propose(subject.test, subject.needs, subject.space, &Request::default()) else {
            continue;
        };
        finding.requirements.clone_from(&proposal.asks.requires);
        for unresolved in &subject.needs.unresolved {
            finding.diagnostic.notes.push(format!("not known: {}", unresolved.what));
        }
        finding.diagnostic.notes.extend(proposal.weak.iter().map(WeakNeed::advice));
        // Untried configurations are listed only where none is known to do, and then one for each part.
        let untried = proposal.list.iter().any(|one| one.role == Role::Untried);
        for part in proposal.choice.parts.iter().filter(|_| untried) {
            finding.diagnostic.notes.extend(part.trial.as_ref().map(|trial| {
                let unshown = trial.unshown.iter();
                let unshown = unshown.map(|reason| subject.space.requirement_id(reason.requirement));
                try_it(unshown, &format!("`{}`", subject.named_config(trial.row)))
            }));
        }
        finding.diagnostic.notes.extend(proposal.unnamed.iter().map(|taken| unnamed(taken)));
        let declared = subject.dialect.declare(subject.space, bare, &proposal.list, &proposal.choice.asked);
        match declared {
            Some(text) => {
                let certain = !subject.needs.is_open() && proposal.is_certain();
                let safety = if certain { Safety::Safe } else { Safety::Unsafe };
                let text = subject.indented(&bare.span, &text);
                let first = proposal.list.first();
                finding.suggested = first.map(|proposed| subject.named_config(proposed.row));
                finding.diagnostic.help = Some(Help {
                    message: "list what its body asks for".to_owned(),
                    edits: vec![Edit { span: bare.span.clone(), text }],
                    safety,
                });
            }
            None if proposal.choice.parts.iter().all(Part::is_excluded) => {
                finding.diagnostic.notes.push(EXCLUDED.to_owned());
            }
            None => {
                // What is asked of single systems, and what the body excludes, is no query: the body answers.
                let test = subject.dialect.full_name(subject.test);
                finding.diagnostic.notes.push(format!(
                    "no known configuration provides all of it: `lightest pick --from FILE --test {test}` explains why"
                ));
            }
        }
        findings.push(finding);
    }
}
