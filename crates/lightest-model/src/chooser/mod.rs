//! The lightest configuration that gives everything asked for, and why no lighter one.
//!
//! Exact: the whole [`Space`] is looked at. A configuration is chosen only when its answer to every requirement is
//! *yes*; an *unknown* never counts as yes, and never as a refusal either.

mod conflict;
mod flip;
mod rival;
mod tree;

use crate::catalog::{Blocker, BlockerScope, Capability, Quirk, Support};
use crate::config::Arch;
use crate::space::{Asked, Bits, Price, RequirementId, RowId, Space, Weight};

pub use conflict::{Conflict, ConflictSide};
pub use flip::{Flip, Heavier};
pub use rival::nearest_lighter;
pub use tree::{Branch, Interaction, Tree};

/// A query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Requirements, by identifier or alias.
    pub requires: Vec<String>,
    /// Architectures to answer for; empty where the requirements decide, or else both.
    pub archs: Vec<Arch>,
    /// VMMs to answer for, each by itself; empty for one answer whatever the VMM.
    pub vmms: Vec<String>,
}

/// Why a query cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryError {
    /// Not a requirement.
    Requirement(String),
    /// Not a VMM.
    Vmm(String),
    /// A requirement names another place than the query does: the requirement, and what the query names.
    Elsewhere(String, String),
}

/// The answer to a query.
#[derive(Clone, Debug)]
pub struct Choice<'c> {
    /// What was asked of each configuration: the requirements without those that name an architecture or a VMM, and
    /// what follows from them.
    pub asked: Asked,
    /// One part for each architecture, and VMM where some were named.
    pub parts: Vec<Part<'c>>,
}

impl Choice<'_> {
    /// What to list in a test: the picks with what runs in place of them and beside them, or where there is none at all
    /// what is worth a try.
    #[must_use]
    pub fn rows(&self) -> Vec<RowId> {
        let picks = |part: &Part<'_>| {
            [&part.pick, &part.meanwhile, &part.companion].map(|pick| pick.as_ref().map(|pick| pick.row))
        };
        let rows: Vec<RowId> = self.parts.iter().flat_map(picks).flatten().collect();
        match rows.is_empty() {
            true => self.parts.iter().filter_map(|part| Some(part.trial.as_ref()?.row)).collect(),
            false => rows,
        }
    }
}

/// The answer for one architecture, and VMM where one was named.
#[derive(Clone, Debug)]
pub struct Part<'c> {
    /// The architecture.
    pub arch: Arch,
    /// The VMM, where one was named.
    pub vmm: Option<String>,
    /// The lightest configuration; `None` where there is none. `conflict` gives the reason, except where configurations
    /// provide everything and the caller excluded them all ([`choose_among`]).
    pub pick: Option<Pick<'c>>,
    /// The lightest that runs by default, where a known limit blocks the pick wherever it would run.
    pub meanwhile: Option<Pick<'c>>,
    /// A lighter relative without the paravisor, to be tested as well.
    pub companion: Option<Pick<'c>>,
    /// Lighter configurations that are known not to do, lightest first.
    pub refused: Vec<Refusal<'c>>,
    /// Lighter configurations that fail only by what nobody has shown, lightest first.
    pub unproven: Vec<Refusal<'c>>,
    /// What is worth a try: the lightest of `unproven` against which nothing speaks.
    pub trial: Option<Trial<'c>>,
    /// The next heavier configuration with another guest or boot method.
    pub heavier: Option<Heavier<'c>>,
    /// Requirements without which the answer would be lighter.
    pub flips: Vec<Flip>,
    /// Why there is no answer; `None` where there is one, or where only the caller's exclusion leaves none.
    pub conflict: Option<Conflict<'c>>,
}

impl Part<'_> {
    /// Whether configurations provide everything, and the caller excluded them all.
    #[must_use]
    pub const fn is_excluded(&self) -> bool {
        self.pick.is_none() && self.conflict.is_none()
    }
}

/// A configuration that is recommended.
#[derive(Clone, Debug)]
pub struct Pick<'c> {
    /// The configuration.
    pub row: RowId,
    /// Its cost.
    pub price: Price<'c>,
    /// For each requirement, the statement that answers *yes*; `None` never occurs for a pick.
    pub why: Vec<Reason<'c>>,
    /// Quirks that matter to what is asked.
    pub quirks: Vec<&'c Quirk>,
    /// Known limits that stand against it still, for what is asked: it may be able to, and yet not run everywhere.
    pub limits: Vec<&'c Blocker>,
}

/// A configuration's answer to a requirement, and the statement that decides.
#[derive(Clone, Copy, Debug)]
pub struct Reason<'c> {
    /// The requirement.
    pub requirement: RequirementId,
    /// The answer.
    pub support: Support,
    /// The statement.
    pub statement: Option<&'c Capability>,
}

/// A lighter configuration, and the first thing that it lacks.
#[derive(Clone, Copy, Debug)]
pub struct Refusal<'c> {
    /// The configuration.
    pub row: RowId,
    /// The missing capability.
    pub missing: Reason<'c>,
}

/// A configuration that would be the lightest if a test passed with it, which nobody has shown.
#[derive(Clone, Debug)]
pub struct Trial<'c> {
    /// The configuration.
    pub row: RowId,
    /// Its cost.
    pub price: Price<'c>,
    /// Everything that nobody has shown, in the order asked.
    pub unshown: Vec<Reason<'c>>,
}

/// Requirements that name where a test runs, split off from the others.
struct PlaceFilter {
    archs: Vec<Arch>,
    vmms: Vec<String>,
}

/// Answers a query over a space.
///
/// # Errors
///
/// A word of the query that the catalog does not know.
pub fn choose<'c>(space: &Space<'c>, query: &Query) -> Result<Choice<'c>, QueryError> {
    choose_among(space, query, &|_| true)
}

/// Answers a query with nothing but some configurations. Those that `among` excludes are not blamed on the requirements:
/// see [`Part::is_excluded`].
///
/// # Errors
///
/// A word of the query that the catalog does not know.
pub fn choose_among<'c>(
    space: &Space<'c>,
    query: &Query,
    among: &dyn Fn(RowId) -> bool,
) -> Result<Choice<'c>, QueryError> {
    let (asked, place) = read(space, query)?;
    let mut parts = Vec::new();
    let vmms: Vec<Option<&String>> =
        if place.vmms.is_empty() { vec![None] } else { place.vmms.iter().map(Some).collect() };
    for arch in &place.archs {
        for vmm in &vmms {
            parts.push(part(space, &asked, *arch, *vmm, among));
        }
    }
    Ok(Choice { asked, parts })
}

fn read<'c>(space: &Space<'c>, query: &Query) -> Result<(Asked, PlaceFilter), QueryError> {
    let catalog = space.catalog();
    let mut words = Vec::new();
    let mut place = PlaceFilter { archs: Vec::new(), vmms: Vec::new() };
    for word in &query.requires {
        let requirement = catalog.requirement(word).ok_or_else(|| QueryError::Requirement(word.clone()))?;
        if let Some(arch) = Arch::from_word(&requirement.id) {
            place.archs.push(arch);
        } else if catalog.vmm(&requirement.id).is_some() {
            place.vmms.push(requirement.id.clone());
        } else {
            words.push(requirement.id.as_str());
        }
    }
    // A requirement that names a place and an argument that names others contradict each other.
    if let Some(arch) = place.archs.iter().find(|arch| !query.archs.is_empty() && !query.archs.contains(arch))
    {
        let archs: Vec<&str> = query.archs.iter().map(|arch| arch.word()).collect();
        return Err(QueryError::Elsewhere(arch.to_string(), archs.join(",")));
    }
    if let Some(vmm) = place.vmms.iter().find(|vmm| !query.vmms.is_empty() && !query.vmms.contains(vmm)) {
        return Err(QueryError::Elsewhere(vmm.clone(), query.vmms.join(",")));
    }
    if place.archs.is_empty() {
        place.archs.extend(&query.archs);
    }
    if place.archs.is_empty() {
        place.archs.extend(catalog.archs());
    }
    let given = query.vmms.iter().find(|vmm| catalog.vmm(vmm).is_none());
    if let Some(vmm) = given {
        return Err(QueryError::Vmm(vmm.clone()));
    }
    if place.vmms.is_empty() {
        place.vmms.extend(query.vmms.iter().cloned());
    }
    let mut seen = Vec::new();
    place.archs.retain(|arch| {
        !seen.contains(arch) && {
            seen.push(*arch);
            true
        }
    });
    let mut seen: Vec<String> = Vec::new();
    place.vmms.retain(|vmm| {
        !seen.contains(vmm) && {
            seen.push(vmm.clone());
            true
        }
    });
    let asked = Asked::new(catalog, words).map_err(QueryError::Requirement)?;
    Ok((asked, place))
}

/// The configurations for one architecture and VMM, of those that `among` picks.
fn place_among(space: &Space<'_>, arch: Arch, vmm: Option<&String>, among: &dyn Fn(RowId) -> bool) -> Bits {
    let mut rows = Bits::none(space.rows().len());
    for (id, row) in space.enumerate() {
        if row.config.arch == arch && vmm.is_none_or(|vmm| *vmm == row.vmm.id) && among(id) {
            rows.insert(id);
        }
    }
    rows
}

/// The configurations for one architecture and VMM.
fn place(space: &Space<'_>, arch: Arch, vmm: Option<&String>) -> Bits {
    place_among(space, arch, vmm, &|_| true)
}

/// The configurations of `among` that give everything.
pub(crate) fn fitting(space: &Space<'_>, asked: &Asked, among: &Bits) -> Bits {
    let mut rows = among.clone();
    for requirement in space.demands(asked) {
        rows.keep(&space.providing(requirement, asked));
    }
    rows
}

/// The lightest of some configurations.
pub(crate) fn lightest(space: &Space<'_>, asked: &Asked, rows: &Bits) -> Option<RowId> {
    rows.iter().min_by_key(|row| space.weight(*row, asked))
}

/// The lightest configuration for one architecture; the same as [`choose`] gives, without its reasons.
#[must_use]
pub fn lightest_for(space: &Space<'_>, asked: &Asked, arch: Arch) -> Option<RowId> {
    lightest(space, asked, &fitting(space, asked, &place(space, arch, None)))
}

fn part<'c>(
    space: &Space<'c>,
    asked: &Asked,
    arch: Arch,
    vmm: Option<&String>,
    among: &dyn Fn(RowId) -> bool,
) -> Part<'c> {
    let here = place_among(space, arch, vmm, among);
    let fit = fitting(space, asked, &here);
    let best = lightest(space, asked, &fit);
    let mut part = Part {
        arch,
        vmm: vmm.cloned(),
        pick: best.map(|row| pick(space, asked, row)),
        meanwhile: None,
        companion: None,
        refused: Vec::new(),
        unproven: Vec::new(),
        trial: None,
        heavier: None,
        flips: Vec::new(),
        conflict: None,
    };
    lighter(space, asked, &here, best, &mut part);
    part.trial = trial(space, asked, best, &part.unproven);
    match best {
        Some(best) => {
            part.meanwhile = meanwhile(space, asked, &fit, best);
            part.companion = companion(space, asked, arch, best, among);
            part.heavier = flip::heavier(space, asked, &fit, best);
            part.flips = flip::flips(space, asked, &here, best);
        }
        // What only the caller excludes is no contradiction of the requirements.
        None if fitting(space, asked, &place(space, arch, vmm)).iter().next().is_some() => {}
        None => part.conflict = Some(conflict::explain(space, asked, arch, vmm)),
    }
    part
}

/// The lightest unproven configuration that is known to run, that no known limit is about, and that would save something
/// beside the pick.
fn trial<'c>(
    space: &Space<'c>,
    asked: &Asked,
    best: Option<RowId>,
    unproven: &[Refusal<'c>],
) -> Option<Trial<'c>> {
    let bound = best.map(|row| space.weight(row, asked));
    let row = unproven.iter().map(|refusal| refusal.row).find(|row| {
        let saves = bound.as_ref().is_none_or(|bound| space.weight(*row, asked).is_lighter_than(bound));
        let runs = space.always().all(|always| space.answer(*row, always, asked).support == Support::Yes);
        saves && runs && space.limits(*row, asked).is_empty()
    })?;
    let reasons = space.demands(asked).map(|requirement| reason(space, asked, row, requirement));
    let unshown = reasons.filter(|reason| reason.support == Support::Unknown).collect();
    Some(Trial { row, price: space.price(row, asked), unshown })
}

fn pick<'c>(space: &Space<'c>, asked: &Asked, row: RowId) -> Pick<'c> {
    let why = space.demands(asked).map(|requirement| reason(space, asked, row, requirement)).collect();
    let quirks = space.quirks(row, asked).collect();
    Pick { row, price: space.price(row, asked), why, quirks, limits: space.limits(row, asked) }
}

/// The lightest that no limit blocks everywhere, where one blocks the best.
fn meanwhile<'c>(space: &Space<'c>, asked: &Asked, fit: &Bits, best: RowId) -> Option<Pick<'c>> {
    let held =
        |row: RowId| space.limits(row, asked).iter().any(|limit| limit.holds == Some(BlockerScope::Always));
    if !held(best) {
        return None;
    }
    let free = fit.iter().filter(|row| !held(*row)).min_by_key(|row| space.weight(*row, asked));
    free.map(|row| pick(space, asked, row))
}

fn reason<'c>(space: &Space<'c>, asked: &Asked, row: RowId, requirement: RequirementId) -> Reason<'c> {
    let answer = space.answer(row, requirement, asked);
    Reason { requirement, support: answer.support, statement: answer.statement }
}

/// The first thing that a configuration is known to lack, or else the first that nobody has shown.
pub(crate) fn missing<'c>(space: &Space<'c>, asked: &Asked, row: RowId) -> Option<Reason<'c>> {
    let mut unknown = None;
    for requirement in space.demands(asked) {
        let reason = reason(space, asked, row, requirement);
        match reason.support {
            Support::No => return Some(reason),
            Support::Unknown => unknown = unknown.or(Some(reason)),
            Support::Yes => {}
        }
    }
    unknown
}

/// Sorts the lighter configurations into those refused and those unproven.
fn lighter<'c>(space: &Space<'c>, asked: &Asked, here: &Bits, best: Option<RowId>, part: &mut Part<'c>) {
    let bound = best.map(|row| space.weight(row, asked));
    let mut rows: Vec<(Weight, RowId)> = here
        .iter()
        // An image of another architecture is not a lighter choice: it is none.
        .filter(|row| {
            let row = space.row(*row);
            row.guest.arch.is_none_or(|arch| arch == row.config.arch)
        })
        .map(|row| (space.weight(row, asked), row))
        .filter(|(weight, _)| bound.as_ref().is_none_or(|bound| weight < bound))
        .collect();
    rows.sort_unstable();
    for (_, row) in rows {
        if let Some(missing) = missing(space, asked, row) {
            let refusal = Refusal { row, missing };
            match missing.support {
                Support::No => part.refused.push(refusal),
                Support::Unknown => part.unproven.push(refusal),
                Support::Yes => {}
            }
        }
    }
}

/// For a configuration with the paravisor: the lightest without it, on a VMM of the repository, that gives everything
/// else, by the same guest where that is possible. There is none where something asked for is about the paravisor
/// itself, or where a known limit blocks it.
fn companion<'c>(
    space: &Space<'c>,
    asked: &Asked,
    arch: Arch,
    best: RowId,
    among: &dyn Fn(RowId) -> bool,
) -> Option<Pick<'c>> {
    let pick_row = space.row(best);
    let openhcl = space.requirement("openhcl")?;
    if !pick_row.boot.openhcl {
        return None;
    }
    let implying = flip::implying(space.catalog(), openhcl);
    if asked.indices().iter().any(|index| *index != openhcl && implying.contains(index)) {
        return None;
    }
    let without = flip::without(space.catalog(), asked, openhcl);
    let mut rows = Bits::none(space.rows().len());
    let mut same_guest = rows.clone();
    for (id, row) in space.enumerate() {
        if row.config.arch == arch && row.vmm.in_repo && !row.boot.openhcl && among(id) {
            rows.insert(id);
            if row.config.guest == pick_row.config.guest {
                same_guest.insert(id);
            }
        }
    }
    let best_of = |rows: &Bits| lightest(space, &without, &fitting(space, &without, rows));
    let row = best_of(&same_guest).or_else(|| best_of(&rows))?;
    let companion = pick(space, &without, row);
    // What is known not to run everywhere is no help beside a pick that runs.
    companion.limits.is_empty().then_some(companion)
}
