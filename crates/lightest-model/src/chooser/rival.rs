//! The lighter configuration that comes nearest to the pick, for an answer that has room for one.

use crate::catalog::Support;
use crate::space::Space;

use super::{Choice, Part, Refusal};

/// The nearest lighter configuration, and the first thing that it lacks.
///
/// Nearest is the one that lacks least: something unproven counts less than something absent. Among equals it is the one
/// with the pick's own guest, then with its boot method, then the lightest. What cannot run at all comes last.
#[must_use]
pub fn nearest_lighter<'p, 'c>(
    space: &Space<'_>,
    choice: &Choice<'_>,
    part: &'p Part<'c>,
) -> Option<&'p Refusal<'c>> {
    let pick = space.row(part.pick.as_ref()?.row);
    let distance = |refusal: &Refusal<'_>| {
        let mut lacking = (0, 0);
        for requirement in choice.asked.indices() {
            match space.answer(refusal.row, *requirement, &choice.asked).support {
                Support::No => lacking.0 += 1,
                Support::Unknown => lacking.1 += 1,
                Support::Yes => {}
            }
        }
        let row = space.row(refusal.row);
        let elsewhere = refusal.missing.requirement.entry(space.catalog()).is_none();
        (elsewhere, lacking, row.guest.family != pick.guest.family, row.boot.id != pick.boot.id)
    };
    let lighter = part.refused.iter().chain(&part.unproven);
    lighter.min_by_key(|refusal| (distance(refusal), space.weight(refusal.row, &choice.asked)))
}
