//! A test without a list of guests
//!
//! ## What it does
//!
//! Reads the body of a test whose declaration lists no configuration, and proposes the list that it asks for: the lightest
//! one for each architecture, one for each operating system or isolation mode that the body tells apart, and the companion
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

use lightest_diagnostics::{Edit, Help, Safety};

use crate::finding::Finding;
use crate::proposal::{Request, propose};
use crate::subject::Subject;

const RULE: &str = "no-configuration";

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for bare in &subject.test.bare {
        let mut finding = subject.on_test(RULE, &bare.span, "this test lists no configuration");
        let Ok(proposal) = propose(subject.test, subject.needs, subject.space, &Request::default()) else {
            continue;
        };
        let rows: Vec<usize> = proposal.list.iter().map(|proposed| proposed.row).collect();
        finding.requirements.clone_from(&proposal.query.requires);
        for opening in &subject.needs.openings {
            finding.diagnostic.notes.push(format!("not known: {}", opening.what));
        }
        for weak in &proposal.weak {
            let word = &weak.requirement;
            finding.diagnostic.notes.push(if weak.decides {
                format!("`{word}` is taken from the name alone: the body asks for nothing that decides")
            } else {
                format!(
                    "the name mentions `{word}`, which the body does not ask for: `lightest pick --from FILE --requires \
                     {word}` answers with it"
                )
            });
        }
        let declared = subject.dialect.declare(subject.space, bare, &rows, &proposal.choice.asked);
        match declared {
            Some(text) => {
                let safety = if subject.needs.is_open() { Safety::Unsafe } else { Safety::Safe };
                let text = subject.indented(&bare.span, &text);
                finding.suggested = rows.first().map(|row| subject.named_config(*row));
                finding.diagnostic.help = Some(Help {
                    message: "list what its body asks for".to_owned(),
                    edits: vec![Edit { span: bare.span.clone(), text }],
                    safety,
                });
            }
            None => {
                let words = proposal.query.requires.join(",");
                finding.diagnostic.notes.push(format!(
                    "no known configuration provides all of it: `lightest pick --requires {words}` names what contradicts"
                ));
            }
        }
        findings.push(finding);
    }
}
