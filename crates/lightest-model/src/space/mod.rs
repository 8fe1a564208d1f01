//! Every legal configuration, with its answers to every requirement and what it costs.
//!
//! The space is small (some hundreds of configurations), so it is enumerated and every answer is exact.

mod answers;
mod bits;
mod cost;
mod id;
mod index;

use foldhash::HashMap;
use std::cell::OnceCell;

use crate::catalog::{Blocker, BootMethod, Capability, Catalog, Guest, Image, Quirk, Vmm, When};
use crate::config::{Config, Form, GuestRef};
use crate::machine::{Fit, Machine};

pub use answers::{Answer, Asked};
pub(crate) use bits::Bits;
pub use cost::{Price, Weight};
pub use id::{RequirementId, RowId};

/// Requirements that every configuration must meet, asked for or not.
pub const ALWAYS: [&str; 2] = ["repo-code", "runs"];

/// Where `runs` stands in [`ALWAYS`].
const RUNS: usize = 1;

/// A legal configuration, and the catalog's entries for its parts.
#[derive(Clone, Debug)]
pub struct Row<'c> {
    /// The configuration; its VMM is named.
    pub config: Config,
    /// Its VMM.
    pub vmm: &'c Vmm,
    /// Its boot method.
    pub boot: &'c BootMethod,
    /// Its guest.
    pub guest: &'c Guest,
    /// The image that it boots, where it boots one.
    pub image: Option<&'c Image>,
    /// Its costs that do not depend on the query.
    pub(crate) fixed: cost::FixedCost,
}

impl Row<'_> {
    /// Whether a condition selects it; what the condition wants asked for as well is not looked at.
    #[must_use]
    pub fn is_selected_by(&self, when: &When) -> bool {
        when.selects(&self.config, self.guest, self.boot.openhcl)
    }
}

/// Every legal configuration of some VMMs.
#[derive(Debug)]
pub struct Space<'c> {
    catalog: &'c Catalog,
    rows: Vec<Row<'c>>,
    index: index::Index<'c>,
    /// The requirements by their identifiers and aliases.
    words: OnceCell<HashMap<&'c str, RequirementId>>,
    /// The catalog's statements by the requirement that they are about.
    by_requirement: OnceCell<HashMap<&'c str, Vec<&'c Capability>>>,
    /// The statements on each requirement, made ready when first asked for. The last two are those of [`ALWAYS`].
    statements: Vec<OnceCell<Vec<answers::Statement<'c>>>>,
    /// The configurations that give each requirement, where that does not hang on what else is asked.
    providing: Vec<OnceCell<Bits>>,
    /// Answers to single requirements, where they were computed before.
    alone: Option<Vec<u128>>,
    hosts: OnceCell<Vec<cost::Scoped<()>>>,
    quirks: OnceCell<Vec<cost::Scoped<&'c Quirk>>>,
    blockers: OnceCell<Vec<cost::Scoped<&'c Blocker>>>,
}

impl<'c> Space<'c> {
    /// The configurations that tests may name, whether they can run or not; without the lab's VMMs.
    #[must_use]
    pub fn of_tests(catalog: &'c Catalog) -> Self {
        Self::of(catalog, |vmm| !vmm.lab)
    }

    /// The configurations of the VMMs that `wanted` picks.
    #[must_use]
    pub fn of(catalog: &'c Catalog, wanted: impl Fn(&Vmm) -> bool) -> Self {
        let wanted: Vec<&Vmm> = catalog.vmms.iter().filter(|vmm| wanted(vmm)).collect();
        // Rows are large, and moved as often as a vector of them grows.
        let mut rows = Vec::with_capacity(wanted.len() * at_most(catalog));
        for vmm in wanted {
            for boot in &catalog.boot_methods {
                enumerate(catalog, vmm, boot, &mut rows);
            }
        }
        Self::with(catalog, rows)
    }

    /// The configurations among these that a machine can run where that is asked of them.
    #[must_use]
    pub fn on(&self, machine: &Machine, asked: &Asked) -> Self {
        let runs = |row: &RowId| self.fit(*row, asked, machine) == Fit::Runs;
        let rows = RowId::all(self).filter(runs).map(|row| self.row(row).clone()).collect();
        Self::with(self.catalog, rows)
    }

    fn with(catalog: &'c Catalog, rows: Vec<Row<'c>>) -> Self {
        let slots = catalog.requirements.len() + ALWAYS.len();
        let statements = (0..slots).map(|_| OnceCell::new()).collect();
        let providing = (0..slots).map(|_| OnceCell::new()).collect();
        let index = index::Index::of(&rows);
        Self {
            catalog,
            rows,
            index,
            words: OnceCell::new(),
            by_requirement: OnceCell::new(),
            statements,
            providing,
            alone: None,
            hosts: OnceCell::new(),
            quirks: OnceCell::new(),
            blockers: OnceCell::new(),
        }
    }

    /// The facts.
    #[must_use]
    pub const fn catalog(&self) -> &'c Catalog {
        self.catalog
    }

    /// The configurations.
    #[must_use]
    pub fn rows(&self) -> &[Row<'c>] {
        &self.rows
    }

    /// The configurations with their identifiers.
    pub fn enumerate(&self) -> impl Iterator<Item = (RowId, &Row<'c>)> {
        RowId::all(self).zip(&self.rows)
    }

    /// One of the configurations.
    #[must_use]
    pub fn row(&self, row: RowId) -> &Row<'c> {
        &self.rows[row.index()]
    }

    /// The first configuration that is wanted.
    pub fn find(&self, wanted: impl Fn(&Row<'_>) -> bool) -> Option<RowId> {
        self.enumerate().find(|(_, row)| wanted(row)).map(|(id, _)| id)
    }

    /// The identifier of a configuration, whose further artifacts are not looked at.
    #[must_use]
    pub fn position(&self, config: &Config) -> Option<RowId> {
        self.find(|row| {
            row.config.vmm == config.vmm
                && row.config.boot == config.boot
                && row.config.arch == config.arch
                && row.config.isolation == config.isolation
                && row.config.guest == config.guest
        })
    }
}

/// More configurations of a VMM than there are.
fn at_most(catalog: &Catalog) -> usize {
    let of = |boot: &BootMethod| {
        let guests = catalog.guests.iter().filter(|guest| boot.forms.contains(&guest.form)).count();
        boot.archs.len() * (1 + boot.isolation.len()) * guests
    };
    catalog.boot_methods.iter().map(of).sum()
}

fn enumerate<'c>(catalog: &'c Catalog, vmm: &'c Vmm, boot: &'c BootMethod, rows: &mut Vec<Row<'c>>) {
    for arch in &boot.archs {
        let modes = std::iter::once(None).chain(boot.isolation.iter().copied().map(Some));
        for isolation in modes {
            for guest in catalog.guests.iter().filter(|guest| boot.forms.contains(&guest.form)) {
                if !guest.lab.is_empty() && !guest.lab.contains(&vmm.id) {
                    continue;
                }
                let image = guest.images.iter().find(|image| {
                    image.arch.is_none_or(|own| own == *arch)
                        && (guest.form != Form::Vhd
                            || boot
                                .generation
                                .is_none_or(|wanted| image.generation.is_none_or(|own| own == wanted)))
                });
                if guest.form == Form::Vhd
                    && (image.is_none()
                        || (boot.checks_guest_arch && guest.arch.is_some_and(|own| own != *arch)))
                {
                    continue;
                }
                let config = Config {
                    vmm: Some(vmm.id.clone()),
                    boot: boot.id.clone(),
                    arch: *arch,
                    isolation,
                    guest: GuestRef { form: guest.form, id: guest.id.clone() },
                    extra_deps: Vec::new(),
                };
                let fixed = cost::FixedCost::of(catalog, boot, guest, image);
                rows.push(Row { config, vmm, boot, guest, image, fixed });
            }
        }
    }
}
