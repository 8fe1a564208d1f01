//! The tables of the page: what guests cost, and what runs where.

use lightest_diagnostics::words;
use lightest_diagnostics::words::capital;
use lightest_model::catalog::{BlockerState, BootMethod, Capability, Evidence, Guest, Support, Vmm};
use lightest_model::chooser::Tree;
use lightest_model::config::{Arch, Form};
use lightest_model::space::{Asked, Space};

use super::markdown::{paragraph, prose, table};
use super::measured::Measured;
use super::sources::{Sources, inline, issues};
use super::tree::{short, titles};
use crate::ARCHS;

/// Keeps a number and its unit on one line.
const NBSP: &str = "\u{a0}";

/// How many needs a cell names.
const NAMED: usize = 5;

/// The guests of one name, as tables show them.
pub(super) struct Guests<'c> {
    pub(super) name: &'c str,
    pub(super) size: String,
    pub(super) boot: String,
    pub(super) evidence: Vec<Evidence>,
    archs: String,
}

/// The guests that tests can choose, those that share a name together, lightest first.
pub(super) fn guests<'c>(space: &Space<'c>) -> Vec<Guests<'c>> {
    let catalog = space.catalog();
    let mut lines: Vec<(&str, Vec<&Guest>)> = Vec::new();
    for guest in &catalog.guests {
        if !space.rows().iter().any(|row| std::ptr::eq(row.guest, guest)) {
            // The lab's own guests are no choice for a test.
            continue;
        }
        match lines.iter_mut().find(|(name, _)| *name == short(guest)) {
            Some((_, guests)) => guests.push(guest),
            None => lines.push((short(guest), vec![guest])),
        }
    }
    lines.sort_by_key(|(_, guests)| {
        let class = guests.iter().map(|guest| class_rank(space, guest)).min();
        let bytes = guests.iter().flat_map(|guest| &guest.images).filter_map(|image| image.bytes).min();
        (class, bytes)
    });
    let line = |(name, guests): (&'c str, Vec<&'c Guest>)| Guests {
        name,
        size: size(&guests),
        boot: catalog
            .boot_classes
            .get(class_rank(space, guests[0]))
            .map_or("", |class| &class.title)
            .to_owned(),
        evidence: evidence(&guests),
        archs: archs(&guests),
    };
    lines.into_iter().map(line).collect()
}

/// Costs of guests, and the needs that each is the lightest for.
pub(super) fn trade_offs(space: &Space<'_>, sources: &mut Sources<'_>, measured: &Measured) -> String {
    let trees = ARCHS.map(|arch| Tree::of(space, arch));
    let rows: Vec<Vec<String>> = guests(space)
        .into_iter()
        .map(|guest| {
            vec![
                format!("{}{}", guest.name, sources.mark(&guest.evidence)),
                guest.size,
                guest.boot,
                measured.cell(guest.name),
                guest.archs,
                coverage(space, &trees, guest.name),
            ]
        })
        .collect();
    table(&["Guest", "Image", "Boot", "Measured", "On", "Lightest for"], &rows)
}

/// The VMMs that run some guest by a boot method on an architecture, with code of the repository in it.
pub(super) fn vmms<'c>(space: &Space<'c>, boot: &BootMethod, arch: Arch) -> Vec<&'c str> {
    let vmms = space.catalog().vmms.iter().filter(|vmm| !vmm.lab);
    vmms.filter(|vmm| matches!(verdict(space, vmm, boot, arch), Verdict::Runs))
        .map(|vmm| vmm.title.as_str())
        .collect()
}

fn class_rank(space: &Space<'_>, guest: &Guest) -> usize {
    let classes = &space.catalog().boot_classes;
    classes.iter().position(|class| class.id == guest.boot_class).unwrap_or(classes.len())
}

/// Where their sizes are stated, each place once; without images, where the guest is.
fn evidence(guests: &[&Guest]) -> Vec<Evidence> {
    let mut found: Vec<Evidence> = Vec::new();
    for place in guests.iter().flat_map(|guest| &guest.images).flat_map(|image| &image.evidence) {
        if !found.contains(place) {
            found.push(place.clone());
        }
    }
    if found.is_empty() {
        found.extend(guests.iter().flat_map(|guest| guest.evidence.iter().cloned()));
    }
    found
}

/// The architectures that they are there for; one without its own runs on both.
fn archs(guests: &[&Guest]) -> String {
    let on = |arch: &Arch| guests.iter().any(|guest| guest.arch.is_none_or(|own| own == *arch));
    let words: Vec<&str> = ARCHS.iter().filter(|arch| on(arch)).map(|arch| arch.word()).collect();
    words.join(", ")
}

/// The sizes of their images, smallest first.
fn size(guests: &[&Guest]) -> String {
    let mut bytes: Vec<u64> =
        guests.iter().flat_map(|guest| &guest.images).filter_map(|image| image.bytes).collect();
    bytes.sort_unstable();
    let mut sizes: Vec<String> =
        bytes.into_iter().map(|bytes| words::bytes(bytes).replace(' ', NBSP)).collect();
    sizes.dedup();
    match (sizes.as_slice(), guests.iter().find_map(|guest| guest.images.first())) {
        ([], Some(image)) if guests.iter().all(|guest| guest.form != Form::Direct) => {
            let made = if image.hosted { "downloaded" } else { "built in the tree" };
            format!("{made}, size not stated")
        }
        ([], _) => "no disk image".to_owned(),
        ([one], _) => one.clone(),
        ([first, .., last], _) => format!("{first} to {last}"),
    }
}

/// The needs that it is the lightest guest for, without the paravisor.
fn coverage(space: &Space<'_>, trees: &[Tree<'_>], name: &str) -> String {
    let mut needs = Vec::new();
    for tree in trees {
        for branch in &tree.branches {
            let row = space.row(branch.row);
            if short(row.guest) == name && !row.boot.openhcl {
                needs.extend(
                    branch.needs.iter().copied().filter(|need| !needs.contains(need)).collect::<Vec<_>>(),
                );
            }
        }
        // The other architecture adds only what the first has no such guest for.
        if !needs.is_empty() {
            break;
        }
    }
    titles(space.catalog(), &needs, NAMED, "and")
}

/// What runs where: the VMMs that run a boot method on an architecture, and why not the others.
pub(super) fn architectures(space: &Space<'_>) -> String {
    let catalog = space.catalog();
    let vmms: Vec<&Vmm> = catalog.vmms.iter().filter(|vmm| !vmm.lab).collect();
    let (mut rows, mut missing) = (Vec::new(), Missing::default());
    for boot in &catalog.boot_methods {
        let mut cells = vec![boot.title.clone()];
        for arch in ARCHS {
            let mut runs = Vec::new();
            for vmm in &vmms {
                match verdict(space, vmm, boot, arch) {
                    Verdict::Runs => runs.push(vmm.title.as_str()),
                    Verdict::Refused(capability) => missing.refused(vmm, boot, arch, capability),
                    Verdict::NotAccepted => missing.not_accepted(boot, arch),
                }
            }
            cells.push(if runs.is_empty() { "–".to_owned() } else { words::list(&runs, "and") });
        }
        cells.push(inline(catalog, &boot.evidence));
        rows.push(cells);
    }
    let header: Vec<&str> =
        ["Boot method"].into_iter().chain(ARCHS.map(Arch::word)).chain(["Source"]).collect();
    let mut text = table(&header, &rows);
    text.push('\n');
    text.push_str(&paragraph(
        "A VMM is named where it runs some guest with code that the repository builds. Why not elsewhere:",
    ));
    text.push('\n');
    let rows: Vec<Vec<String>> = missing
        .found
        .into_iter()
        .map(|(places, reason, evidence)| {
            let reason = capital(&prose(&reason, issues(catalog)));
            vec![places.join("; "), reason, inline(catalog, evidence)]
        })
        .collect();
    text.push_str(&table(&["Not there", "Why", "Source"], &rows));
    text
}

/// Reasons why boot methods do not run, each once, with the configurations that it applies to.
#[derive(Default)]
struct Missing<'c> {
    found: Vec<(Vec<String>, String, &'c [Evidence])>,
}

impl<'c> Missing<'c> {
    fn refused(&mut self, vmm: &Vmm, boot: &BootMethod, arch: Arch, capability: &'c Capability) {
        // A reason that does not look at the architecture is stated about the boot method.
        let arch = if capability.when.arch.is_empty() { String::new() } else { format!(" on {arch}") };
        self.add(format!("{} by {}{arch}", boot.title, vmm.title), &capability.because, &capability.evidence);
    }

    fn not_accepted(&mut self, boot: &'c BootMethod, arch: Arch) {
        if let Some(reason) = boot.refused_archs.get(arch.word()) {
            let reason = format!("the macros say \u{201c}{reason}\u{201d}");
            self.add(format!("{} on {arch}", boot.title), &reason, &boot.evidence);
        }
    }

    fn add(&mut self, place: String, reason: &str, evidence: &'c [Evidence]) {
        match self.found.iter_mut().find(|(_, known, _)| known == reason) {
            Some((places, ..)) if places.contains(&place) => {}
            Some((places, ..)) => places.push(place),
            None => self.found.push((vec![place], reason.to_owned(), evidence)),
        }
    }
}

enum Verdict<'c> {
    Runs,
    Refused(&'c Capability),
    NotAccepted,
}

/// Whether a VMM runs some guest by a boot method on an architecture, with code of the repository in it.
fn verdict<'c>(space: &Space<'c>, vmm: &Vmm, boot: &BootMethod, arch: Arch) -> Verdict<'c> {
    let asked = Asked::default();
    let mut refused: Vec<(usize, &Capability)> = Vec::new();
    for (id, row) in space.enumerate() {
        let matches = row.config.arch == arch && row.guest.arch.is_none_or(|own| own == arch);
        if row.vmm.id != vmm.id || row.boot.id != boot.id || !matches {
            continue;
        }
        let answers = ["runs", "repo-code"].iter().filter_map(|id| space.requirement(id));
        let answers: Vec<_> = answers.map(|demand| space.answer(id, demand, &asked)).collect();
        let Some(answer) = answers.iter().find(|answer| answer.support != Support::Yes) else {
            return Verdict::Runs;
        };
        let Some(statement) = answer.statement else { continue };
        match refused.iter_mut().find(|(_, known)| std::ptr::eq(*known, statement)) {
            Some((count, _)) => *count += 1,
            None => refused.push((1, statement)),
        }
    }
    // A reason that applies to most guests is the boot method's, not some guest's.
    refused
        .into_iter()
        .max_by_key(|(count, _)| *count)
        .map_or(Verdict::NotAccepted, |(_, statement)| Verdict::Refused(statement))
}

/// Blockers.
pub(super) fn blockers(space: &Space<'_>) -> String {
    let catalog = space.catalog();
    let open = catalog.blockers.iter().filter(|blocker| blocker.state == BlockerState::Open);
    let rows: Vec<Vec<String>> = open
        .map(|blocker| {
            let issue = match (blocker.issue.rsplit_once('#'), issues(catalog)) {
                (Some((_, number)), Some(url)) => format!("[#{number}]({url}/issues/{number})"),
                _ => prose(&blocker.issue, None),
            };
            let title = capital(&prose(&blocker.title, issues(catalog)));
            vec![title, capital(&issue), inline(catalog, &blocker.evidence)]
        })
        .collect();
    table(&["Blocked", "Issue", "Source"], &rows)
}
