//! The guest is known to lack what the test's body uses
//!
//! ## What it does
//!
//! Compares what the body asks of its environment with what each listed configuration is known to give, and names the
//! first thing that is known to be missing. What nobody has shown either way is never reported. Code that runs only for
//! some operating systems, architectures or isolation modes is compared with those alone.
//!
//! ## Why
//!
//! Such a variant fails, or passes without testing what it means to: a Windows shell on Linux, systemd on Alpine, the
//! shutdown component without VMBus, the agent with `noagent`.
//!
//! ## Example
//!
//! ```rust,ignore
//! #[vmm_test(openvmm_uefi_x64(vhd(alpine_3_23_x64)))]
//! async fn units(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
//!     let (vm, agent) = config.run().await?;
//!     cmd!(agent.unix_shell(), "systemctl status").run().await?;
//!     # Ok(())
//! }
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! #[vmm_test(openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)))]
//! ```

use std::rc::Rc;

use lightest_model::catalog::{Capability, Support};
use lightest_model::space::{Asked, Row, RowId};

use crate::finding::Finding;
use crate::needs::Need;
use crate::subject::{PlacedVariant, Subject};
use lightest_diagnostics::{Help, Label, RuleId, Safety};

pub(crate) const RULE: RuleId = RuleId::new("lacks-what-it-uses");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for placed in &subject.placed {
        let Some(row) = placed.row else { continue };
        if placed.variant.ignored.is_some() {
            continue;
        }
        if let Some(missing) = missing(subject, placed, row) {
            findings.push(report(subject, placed, row, &missing));
        }
    }
}

/// The origin of a requirement.
#[derive(Clone, Copy)]
enum Asker<'a> {
    /// The test's body.
    Body(&'a Need),
    /// The declaration, which has the agent run.
    Declaration,
    /// A file that the variant names.
    File,
}

/// Something that is known to be missing.
struct Missing<'a> {
    asker: Asker<'a>,
    /// The requirement.
    id: &'a str,
    /// The statement that answers *no*.
    statement: &'a Capability,
}

/// The first thing that is known to be missing.
fn missing<'a, 'c: 'a>(
    subject: &Subject<'a, 'c>,
    placed: &PlacedVariant<'a>,
    row: RowId,
) -> Option<Missing<'a>> {
    // What an unknown condition guards may be asked or not: it is missing either way, or nothing is reported.
    let asked = [subject.certainly_asked_of(row, placed.variant), subject.asked_of(row, placed.variant)];
    let denied = |id: &'a str, of: &[Rc<Asked>], asker| {
        let answers = of.iter().map(|of| subject.answer(row, id, of));
        let mut denied = answers.map(|answer| answer.statement.filter(|_| answer.support == Support::No));
        let statement = denied.next()??;
        denied.all(|other| other.is_some()).then_some(Missing { asker, id, statement })
    };
    // Who takes a branch that hangs on something else is the author's to know.
    let needs = subject.certain_needs_of(row).map(|need| (need.requirement.as_str(), Asker::Body(need)));
    let files = placed.variant.brings.iter().map(|id| (id.as_str(), Asker::File));
    let mut given: Vec<&str> = Vec::new();
    for (id, asker) in needs.chain(files) {
        // Many calls ask for the same.
        if given.contains(&id) {
            continue;
        }
        given.push(id);
        // What it stands for first, then what follows from it.
        let implied = subject.ask([id]);
        let implied = implied.indices().iter().map(|index| subject.space.requirement_id(*index));
        if let Some(missing) = std::iter::once(id).chain(implied).find_map(|id| denied(id, &asked, asker)) {
            return Some(missing);
        }
    }
    // An agent that the declaration itself asks for.
    let alone = [subject.ask(["agent"])];
    let wanted = placed.variant.agent == Some(true);
    wanted.then(|| denied("agent", &alone, Asker::Declaration)).flatten()
}

fn report(
    subject: &Subject<'_, '_>,
    placed: &PlacedVariant<'_>,
    row: RowId,
    missing: &Missing<'_>,
) -> Finding {
    let Missing { asker, id, statement } = *missing;
    let title = subject.catalog().requirement(id).map_or(id, |requirement| requirement.title.as_str());
    let mut finding =
        subject.on(RULE, placed, format!("this configuration lacks what the test uses: {title}"));
    finding.label(format!("does not provide `{id}`"));
    match asker {
        Asker::Body(need) => {
            let because = if need.because.is_empty() { "this asks for it" } else { need.because.as_str() };
            finding.diagnostic.labels.push(subject.shows(need, because));
            if need.via.is_some() && need.span.file == finding.span().file {
                finding.diagnostic.labels.push(Label::new(&need.span, "in this helper"));
            }
        }
        Asker::Declaration => {
            let label = Label::new(&placed.declaration.span, "the declaration asks for the agent");
            finding.diagnostic.labels.push(label);
        }
        Asker::File => {
            finding
                .diagnostic
                .notes
                .push(format!("the file named by `{}` requires it", placed.variant.written));
        }
    }
    if let Some(askers) = subject.only_askers(id) {
        let names: Vec<String> = askers.iter().map(|name| format!("`{name}`")).collect();
        let all = subject.sharing.len();
        finding
            .diagnostic
            .notes
            .push(format!("{all} tests share this guest; only {} asks for it", names.join(", ")));
    }
    let evidence: Vec<String> = statement.evidence.iter().map(ToString::to_string).collect();
    finding.diagnostic.notes.push(format!("{} ({})", statement.because, evidence.join(", ")));
    finding.requirements = subject.requirements(row).iter().map(|word| (*word).to_owned()).collect();
    let own = subject.row(row);
    let asked = subject.asked_of(row, placed.variant);
    finding.cost = Some(subject.cost(row, &asked));
    if let Asker::Declaration = asker {
        // The body does without the agent: so can the declaration.
        let word = subject.catalog().requirement("no-agent").and_then(|known| known.attribute.as_deref());
        finding.diagnostic.help = Some(Help {
            message: format!(
                "the test itself does not use the agent: declare `{}`",
                word.unwrap_or("no-agent")
            ),
            edits: Vec::new(),
            safety: Safety::DisplayOnly,
        });
        return finding;
    }
    // What would do: on the same VMM and architecture, with the paravisor where it is there now.
    let alike = |other: &Row<'_>| {
        other.config.arch == own.config.arch
            && other.config.vmm == own.config.vmm
            && other.boot.openhcl == own.boot.openhcl
            && other.config.isolation == own.config.isolation
    };
    // The operating system was chosen; another one only where it cannot be kept.
    let same_system = |other: &Row<'_>| alike(other) && other.guest.os == own.guest.os;
    let better =
        subject.lightest(placed.variant, same_system).or_else(|| subject.lightest(placed.variant, alike));
    match better {
        Some(better) if subject.lists(better) => {
            let message = format!(
                "`{}`, which provides it, is already listed: remove this one",
                subject.named_config(better)
            );
            finding.diagnostic.help = subject.remove(placed, message, Safety::Unsafe);
        }
        Some(better) => {
            let config = subject.named_config(better);
            finding.suggested = Some(config.clone());
            finding.cost_after = Some(subject.cost(better, &asked));
            let message = format!("boot `{config}`, which provides it");
            finding.diagnostic.help = Some(subject.replace(placed, better, message, Safety::Unsafe));
        }
        None => {}
    }
    finding
}
