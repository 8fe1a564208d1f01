//! Every legal configuration in the page's data: its parts, and its answer to every requirement.

use lightest_model::catalog::Blocker;
use lightest_model::config::Isolation;
use lightest_model::space::{ALWAYS, Asked, RowId, Space};

use super::Site;
use super::answers::Answers;
use super::intern::{Pool, runs};
use super::records::Config;
use super::statements::Statements;

/// The configurations, in the order of the space.
pub(super) fn rows<'c>(
    site: &Site<'_, 'c>,
    answers: &mut Answers<'_, 'c>,
    blocker_lists: &mut Pool<Vec<usize>>,
) -> Vec<Config<'c>> {
    let (space, catalog) = (site.spelled.space, site.spelled.space.catalog());
    let nothing = Asked::default();
    let mut values = Vec::new();
    for (id, row) in space.enumerate() {
        let guest = catalog.guests.iter().position(|guest| std::ptr::eq(guest, row.guest));
        let boot = catalog.boot_methods.iter().position(|boot| std::ptr::eq(boot, row.boot));
        let vmm = catalog.vmms.iter().position(|vmm| std::ptr::eq(vmm, row.vmm));
        let arch = catalog.archs().position(|arch| arch == row.config.arch);
        let isolation = row.config.isolation;
        let isolation = isolation.and_then(|mode| Isolation::ALL.iter().position(|known| *known == mode));
        let selected = |when: &lightest_model::catalog::When| row.is_selected_by(when);
        let quirks = answers.quirks(catalog.quirks.iter().filter(|quirk| selected(&quirk.when)));
        let blockers = catalog.blockers.iter().enumerate();
        let blockers: Vec<usize> = blockers
            .filter(|(_, blocker): &(usize, &Blocker)| selected(&blocker.when))
            .map(|(at, _)| at)
            .collect();
        let price = space.price(id, &nothing);
        let class = catalog.boot_classes.iter().position(|class| class.id == price.boot);
        values.push(Config {
            config: site.spelled.config(id),
            guest,
            boot,
            vmm,
            arch,
            isolation,
            image_bytes: price.image_bytes,
            image_note: price.image_note,
            class,
            price: answers.price(&price),
            quirks,
            blockers: blocker_lists.index(blockers),
        });
    }
    values
}

/// For each requirement, and then for each of those that every query has, the statement that decides for each
/// configuration when nothing else is asked.
pub(super) fn matrix<'c>(space: &Space<'c>, statements: &mut Statements<'c>) -> Vec<String> {
    let requirements = space.catalog().requirements.iter().map(|requirement| requirement.id.as_str());
    let columns = requirements.chain(ALWAYS).filter_map(|id| {
        let requirement = space.requirement(id)?;
        let asked = Asked::new(space.catalog(), [id]).unwrap_or_default();
        let column: Vec<usize> = RowId::all(space)
            .map(|row| statements.index(space.answer(row, requirement, &asked).statement))
            .collect();
        Some(runs(&column))
    });
    columns.collect()
}
