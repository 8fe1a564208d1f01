//! The guest is heavier than anything that the test asks of it
//!
//! ## What it does
//!
//! Compares the guest with the requirements of the test's body. Reports the lightest configuration that is known to provide
//! all of them, keeps VMM, architecture, paravisor and isolation, and is not in the list.
//!
//! A list of several operating systems, or of several boot methods, is a deliberate matrix: the rule only reports that it
//! lacks a configuration without a disk image that is enough. `--pedantic` also reports heavy members.
//!
//! Reports nothing where something in the body is unknown; where the test names its guest or is a boot test, because the
//! guest is the point; where a comment gives a reason for the guest; where a comment in the list mentions a lighter
//! configuration, because the author knows it; and where firmware boots without an operating system. A reason counts in the
//! list, above the attribute and at the top of the file, and in the body if it names the guest or a part that only a
//! distribution has; a comment that only mentions the guest makes the fix unsafe. A matrix of a boot test that has a
//! configuration without a disk on one architecture is still reported if it lacks it on another.
//!
//! Proposes another disk image where it boots a class faster, such as Alpine for Ubuntu; where it is only smaller, the image
//! is a matter of taste, and reported with `--pedantic`. `lightest requirements` shows the lighter configuration of each
//! variant, and why this rule does not report it.
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

use std::cell::OnceCell;

use lightest_model::config::{Arch, Form};
use lightest_model::space::{Asked, RowId};

use crate::finding::Finding;
use crate::reasons;
use crate::subject::{PlacedVariant, Subject};
use lightest_diagnostics::{Label, RuleId, Safety};

pub(crate) const RULE: RuleId = RuleId::new("heavier-than-needed");

pub(super) fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let whole = about_the_whole(subject);
    if whole.is_some_and(|silence| silence != Silence::BootTest) {
        return;
    }
    let mut named: Vec<RowId> = Vec::new();
    let matrix = is_matrix(subject);
    for arch in subject.archs() {
        let here: Vec<&PlacedVariant<'_>> =
            subject.placed.iter().filter(|placed| placed.variant.config.arch == arch).collect();
        // A boot test boots each guest on purpose; what it boots without a disk on one architecture it may on the other.
        let may_lack = whole.is_none() || boots_directly_elsewhere(subject, arch);
        if matrix && may_lack && (whole.is_some() || !subject.pedantic) {
            missing(subject, arch, &here, findings);
        }
        // Of a boot test and of a matrix, no variant by itself is a finding.
        if is_silent(subject) {
            continue;
        }
        for placed in here {
            let Weight::Heavier { best, silence } = weigh(subject, placed) else { continue };
            let is_reported = silence.is_none_or(|silence| silence.is_for_the_pedantic() && subject.pedantic);
            if is_reported && !named.contains(&best) {
                named.push(best);
                replace(subject, placed, best, matrix, findings);
            }
        }
    }
}

/// Whether no variant by itself is a finding: of a boot test, and of a matrix.
fn is_silent(subject: &Subject<'_, '_>) -> bool {
    about_the_whole(subject).is_some() || (is_matrix(subject) && !subject.pedantic)
}

/// Whether the list boots an operating system without a disk image on another architecture.
fn boots_directly_elsewhere(subject: &Subject<'_, '_>, arch: Arch) -> bool {
    subject.placed.iter().filter_map(|placed| placed.row).any(|row| {
        let own = subject.row(row);
        own.config.arch != arch && own.config.guest.form == Form::Direct && own.vmm.in_repo
    })
}

/// How heavy a variant is beside what would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Nothing lighter is known to do.
    Lightest,
    /// Not even the variant itself is known to give everything, nor is anything else.
    Unknown,
    /// Something lighter is known to do.
    Heavier {
        /// Its place in the space.
        best: RowId,
        /// Why it is not reported; `None` where it is.
        silence: Option<Silence>,
    },
}

/// Properties of all variants of a test, computed once.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    whole: OnceCell<Option<Silence>>,
    matrix: OnceCell<bool>,
}

/// Why a lighter configuration is known, but not proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// Something in the body is not known.
    Open,
    /// The test's name or module names a family of guests.
    NamesGuest,
    /// The guest does nothing but boot.
    BootTest,
    /// The test does without an agent: how the guest ends by itself is not read.
    NoAgent,
    /// Several operating systems or ways to boot.
    Matrix,
    /// Another disk image that boots no faster.
    Choice,
    /// It is in the list already.
    Listed,
    /// A comment in the list mentions something lighter.
    Comment,
    /// The author gives a reason for the guest.
    Reason,
    /// A known limit stands against it.
    Blocked,
    /// The variant does not run by default.
    Ignored,
    /// Firmware without an operating system, or a kernel of the host, is booted.
    NoImage,
}

impl Silence {
    /// Whether it is reported with `--pedantic`.
    fn is_for_the_pedantic(self) -> bool {
        matches!(self, Self::Matrix | Self::Choice)
    }

    /// The reason, as a half sentence.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Open => "something in the body is unknown",
            Self::NamesGuest => "the test names its guest",
            Self::BootTest => "booting this guest is the point",
            Self::NoAgent => "without an agent, how the guest ends is not read",
            Self::Matrix => "the list is a matrix on purpose; `check --pedantic` reports it",
            Self::Choice => {
                "its image boots no faster, so it is a matter of taste; `check --pedantic` reports it"
            }
            Self::Listed => "the list already has it",
            Self::Comment => "a comment in the list mentions something lighter",
            Self::Reason => "a comment gives a reason for this guest",
            Self::Blocked => "a known limit blocks it",
            Self::Ignored => "the variant is ignored",
            Self::NoImage => "no disk image is booted",
        }
    }
}

/// Compares a variant with the lightest configuration that keeps its VMM, architecture, paravisor and isolation.
pub(crate) fn weigh(subject: &Subject<'_, '_>, placed: &PlacedVariant<'_>) -> Weight {
    let Some(own) = placed.row else { return Weight::Unknown };
    let row = subject.row(own);
    let best = subject.lightest(placed.variant, |other| {
        other.config.arch == row.config.arch
            && other.config.vmm == row.config.vmm
            && other.config.isolation == row.config.isolation
            && other.boot.openhcl == row.boot.openhcl
    });
    let Some(best) = best else { return Weight::Unknown };
    let asked = subject.asked_of(own, placed.variant);
    if best == own || !subject.is_lighter(best, own, &asked) {
        return Weight::Lightest;
    }
    Weight::Heavier { best, silence: silence(subject, placed, own, best, &asked) }
}

/// Why a lighter configuration is not proposed for a variant; `None` where it is. Whether it would do is not asked here.
pub(crate) fn silence(
    subject: &Subject<'_, '_>,
    placed: &PlacedVariant<'_>,
    own: RowId,
    best: RowId,
    asked: &Asked,
) -> Option<Silence> {
    about_the_whole(subject).or_else(|| {
        let shown_by = subject.dialect.conventions().shown_by;
        if shown_by.is_some_and(|requirement| !subject.needs.ask(requirement)) {
            Some(Silence::NoAgent)
        } else if !subject.has_image(own) {
            Some(Silence::NoImage)
        } else if placed.variant.ignored.is_some() {
            Some(Silence::Ignored)
        } else if subject.lists(best) {
            Some(Silence::Listed)
        } else if a_comment_names_something_lighter(subject, own, best, asked) {
            Some(Silence::Comment)
        } else if reasons::of_variant(subject, placed) == reasons::Justification::Reason {
            Some(Silence::Reason)
        } else if subject.is_blocked(best, asked) {
            Some(Silence::Blocked)
        } else if is_matrix(subject) {
            Some(Silence::Matrix)
        } else {
            let faster = subject.boot_class(best, asked) < subject.boot_class(own, asked);
            (subject.has_image(best) && !faster).then_some(Silence::Choice)
        }
    })
}

/// Whether a comment in the list mentions what is proposed, or anything lighter on the same architecture: the author
/// has weighed the list.
fn a_comment_names_something_lighter(
    subject: &Subject<'_, '_>,
    own: RowId,
    best: RowId,
    asked: &Asked,
) -> bool {
    let arch = subject.row(own).config.arch;
    !subject.test.comments.is_empty()
        && (subject.is_named_in_a_comment(best)
            || subject.space.enumerate().any(|(id, row)| {
                row.config.arch == arch
                    && subject.is_lighter(id, own, asked)
                    && subject.is_named_in_a_comment(id)
            }))
}

/// The reason for silence about every variant of a test.
fn about_the_whole(subject: &Subject<'_, '_>) -> Option<Silence> {
    *subject.heaviness.whole.get_or_init(|| {
        if subject.needs.is_open() {
            Some(Silence::Open)
        } else if names_a_guest(subject) {
            Some(Silence::NamesGuest)
        } else {
            let boots = subject.dialect.conventions().boot_tests && only_boots(subject);
            boots.then_some(Silence::BootTest)
        }
    })
}

/// Whether the test's name or module names a family of guests.
fn names_a_guest(subject: &Subject<'_, '_>) -> bool {
    subject.names().iter().any(|name| {
        let words: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let name = format!("_{}_", words.replace("__", "_"));
        subject.catalog().guests.iter().any(|guest| name.contains(&format!("_{}_", guest.family)))
    })
}

/// Whether it is a boot test by its name, and the guest only boots, answers and stops.
fn only_boots(subject: &Subject<'_, '_>) -> bool {
    let uses = |group: &str| matches!(group, "guest" | "devices" | "memory" | "integration components");
    let used = subject.needs.needs.iter().any(|need| {
        need.requirement != "agent"
            && subject.catalog().requirement(&need.requirement).is_some_and(|known| uses(&known.group))
    });
    let asks = subject.needs.needs.iter().any(|need| {
        subject.catalog().requirement(&need.requirement).is_some_and(|known| known.group != "where")
    });
    !asks || (!used && names_a_boot(&subject.test.name))
}

/// Whether a name mentions booting, first or last; `boot_entries` are something else.
fn names_a_boot(name: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    let thing = |word: &&str| matches!(*word, "entry" | "entries" | "event" | "events" | "order" | "device");
    let first = words.first() == Some(&"boot") && !words.get(1).is_some_and(thing);
    first || words.last() == Some(&"boot")
}

/// Several operating systems, several ways to boot, or several guests: chosen on purpose.
fn is_matrix(subject: &Subject<'_, '_>) -> bool {
    *subject.heaviness.matrix.get_or_init(|| lists_a_matrix(subject))
}

fn lists_a_matrix(subject: &Subject<'_, '_>) -> bool {
    if !subject.dialect.conventions().alternatives {
        return false;
    }
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
    systems.len() > 1 || subject.catalog().archs().any(|arch| kinds_on(arch) > 1)
}

/// A matrix that lacks the lightest member that would do.
fn missing(subject: &Subject<'_, '_>, arch: Arch, here: &[&PlacedVariant<'_>], findings: &mut Vec<Finding>) {
    // Only where the list has plain members of a VMM that the repository builds: the lightest one joins them.
    let plain: Vec<&&PlacedVariant<'_>> = here
        .iter()
        .filter(|placed| {
            placed.row.is_some_and(|row| {
                let row = subject.row(row);
                row.vmm.in_repo && !row.boot.openhcl
            })
        })
        .collect();
    let Some(first) = plain.first() else { return };
    let Some(best) = subject.lightest(first.variant, |row| {
        row.config.arch == arch && row.vmm.in_repo && !row.boot.openhcl && row.config.isolation.is_none()
    }) else {
        return;
    };
    let asked = subject.asked_of(best, first.variant);
    let heavier =
        |placed: &PlacedVariant<'_>| placed.row.is_some_and(|row| subject.is_lighter(best, row, &asked));
    // A member of the same operating system shows that the point is not the other one.
    let same_system = plain
        .iter()
        .any(|placed| placed.row.is_some_and(|row| subject.row(row).guest.os == subject.row(best).guest.os));
    if subject.lists(best)
        || subject.has_image(best)
        || subject.is_named_in_a_comment(best)
        || subject.is_blocked(best, &asked)
        || !same_system
        || !plain.iter().all(|placed| heavier(placed))
    {
        return;
    }
    let config = subject.named_config(best);
    let mut finding = subject.on(
        RULE,
        first,
        format!("the lightest configuration that would do is missing from this list: `{config}`"),
    );
    finding.place(Label::new(&first.declaration.list, ""));
    finding.config = None;
    finding.requirements = subject.requirements(best).iter().map(|word| (*word).to_owned()).collect();
    finding.suggested = Some(config.clone());
    finding.cost_after = Some(subject.cost(best, &asked));
    evidence(subject, best, &asked, &mut finding);
    finding.diagnostic.help = Some(subject.add(first, best, format!("add `{config}`")));
    findings.push(finding);
}

/// A variant for which something lighter does the same.
fn replace(
    subject: &Subject<'_, '_>,
    placed: &PlacedVariant<'_>,
    best: RowId,
    matrix: bool,
    findings: &mut Vec<Finding>,
) {
    let Some(own) = placed.row else { return };
    let asked = subject.asked_of(own, placed.variant);
    let config = subject.named_config(best);
    let (boots, lacks) = (full(subject, own), full(subject, best));
    let message = match subject.sharing.len() {
        0 | 1 => format!("this test boots {boots}, but asks for nothing that {lacks} lacks"),
        many => format!("{many} tests share {boots}, but none of them asks for anything that {lacks} lacks"),
    };
    let mut finding = subject.on(RULE, placed, message);
    finding.requirements = subject.requirements(own).iter().map(|word| (*word).to_owned()).collect();
    finding.suggested = Some(config.clone());
    finding.cost = Some(subject.cost(own, &asked));
    finding.cost_after = Some(subject.cost(best, &asked));
    evidence(subject, best, &subject.asked_of(best, placed.variant), &mut finding);
    let message = format!("boot `{config}` instead");
    // What was chosen on purpose is not changed unseen.
    let safety = if matrix || subject.has_image(best) { Safety::Unsafe } else { Safety::Safe };
    finding.diagnostic.help = Some(subject.replace(placed, best, message, safety));
    findings.push(finding);
}

/// A configuration in words.
fn full(subject: &Subject<'_, '_>, row: RowId) -> String {
    if !subject.dialect.conventions().alternatives {
        return subject.named_config(row);
    }
    let guest = &subject.row(row).guest.id;
    let boot = &subject.row(row).boot.title;
    if subject.has_image(row) { format!("{guest} with {boot}") } else { boot.clone() }
}

/// The last requirement that the body shows, and where it is known that the suggestion gives it.
fn evidence(subject: &Subject<'_, '_>, best: RowId, asked: &Asked, finding: &mut Finding) {
    let row = subject.row(best);
    let mut explained: Vec<&str> = Vec::new();
    let needs: Vec<_> = subject.needs.asked_of(row).filter(|need| need.requirement != "openvmm").collect();
    // A requirement on the guest explains more than those of every test.
    let shown = needs.iter().rev().find(|need| need.requirement != "agent").or(needs.last());
    if let Some(need) = shown {
        finding.diagnostic.labels.push(subject.shows(need, "this is all that the test asks of the guest"));
    }
    for need in needs {
        let id = need.requirement.as_str();
        if explained.contains(&id) {
            continue;
        }
        explained.push(id);
        if let Some(statement) = subject.answer(best, id, asked).statement {
            let places: Vec<String> = statement.evidence.iter().take(1).map(ToString::to_string).collect();
            finding.diagnostic.notes.push(format!("`{id}`: {} ({})", statement.because, places.join(", ")));
        }
    }
}
