//! The guests of an architecture, lightest first, and why each that is lighter than the pick will not do.

use lightest_model::catalog::Support;
use lightest_model::chooser::{Choice, Part, Refusal};
use lightest_model::config::Arch;
use lightest_model::space::{ALWAYS, Asked, RowId, Space};

/// One line for each family of guests that has a configuration for an architecture, its lightest named.
pub(super) struct Rung<'c> {
    pub(super) family: &'c str,
    pub(super) row: RowId,
}

/// The families for an architecture, lightest first.
pub(super) fn rungs<'c>(space: &Space<'c>, arch: Arch) -> Vec<Rung<'c>> {
    let nothing = Asked::default();
    let mut rows: Vec<RowId> = RowId::all(space)
        .filter(|row| {
            let row = space.row(*row);
            row.config.arch == arch && row.guest.arch.is_none_or(|own| own == arch)
        })
        .collect();
    rows.sort_by_cached_key(|row| space.weight(*row, &nothing));
    let mut rungs: Vec<Rung<'c>> = Vec::new();
    for row in rows {
        let family = space.row(row).guest.family.as_str();
        if rungs.iter().all(|rung| rung.family != family) {
            rungs.push(Rung { family, row });
        }
    }
    rungs
}

/// What is shown of a guest that is refused or unproven: of its configurations that are lighter than the pick, the
/// first that fails only by something unknown, else the one that comes furthest before it fails.
pub(super) fn nearest<'p, 'c>(
    space: &Space<'c>,
    choice: &Choice<'c>,
    part: &'p Part<'c>,
    family: &str,
) -> Option<&'p Refusal<'c>> {
    let of_family = |refusal: &&Refusal<'c>| space.row(refusal.row).guest.family == family;
    if part.pick.as_ref().is_some_and(|pick| space.row(pick.row).guest.family == family) {
        return None;
    }
    if let Some(unproven) = part.unproven.iter().find(of_family) {
        return Some(unproven);
    }
    let how_far = |refusal: &Refusal<'c>| {
        let indices = choice.asked.indices();
        let missing = refusal.missing.requirement;
        indices.iter().position(|index| *index == missing).unwrap_or_else(|| {
            let always = ALWAYS.iter().position(|id| *id == space.requirement_id(missing));
            indices.len() + always.unwrap_or(0)
        })
    };
    let mut best: Option<(usize, &Refusal<'c>)> = None;
    for refusal in part.refused.iter().filter(of_family) {
        let far = how_far(refusal);
        if best.is_none_or(|(furthest, _)| far > furthest) {
            best = Some((far, refusal));
        }
    }
    debug_assert!(best.is_none_or(|(_, refusal)| refusal.missing.support == Support::No));
    best.map(|(_, refusal)| refusal)
}
