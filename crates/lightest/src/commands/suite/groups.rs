//! Time by guest, boot method, VMM, isolation, architecture and test.

use std::collections::BTreeMap;
use std::time::Duration;

use lightest_lint::facts::Variant;
use lightest_model::space::Space;
use lightest_results::statistics::Statistics;

use crate::results::Results;
use crate::schema::suite as schema;
use crate::tests_read::Tests;

/// The cost of variants with a common property.
#[derive(Debug)]
pub(super) struct Group {
    /// Their common property.
    pub(super) name: String,
    /// How many variants there are.
    pub(super) variants: usize,
    /// Their runs.
    pub(super) stats: Statistics,
}

impl Group {
    /// For programs.
    pub(super) fn answer(&self) -> schema::Group<'_> {
        schema::Group { times: (&self.stats).into(), name: &self.name, variants: self.variants }
    }
}

/// The groupings, most costly groups first.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) guest: Vec<Group>,
    pub(super) boot_method: Vec<Group>,
    pub(super) vmm: Vec<Group>,
    pub(super) isolation: Vec<Group>,
    pub(super) architecture: Vec<Group>,
    pub(super) test: Vec<Group>,
}

impl Groups {
    pub(super) fn of(tests: &Tests, results: &Results, space: &Space<'_>) -> Self {
        let by = |name: &dyn Fn(usize, &Variant) -> String| group(tests, results, name);
        let isolation =
            |variant: &Variant| variant.config.isolation.map_or("none", |mode| mode.word()).to_owned();
        Self {
            guest: by(&|_, variant| guest(variant)),
            boot_method: by(&|_, variant| boot(variant, space)),
            vmm: by(&|_, variant| variant.config.vmm.clone().unwrap_or_default()),
            isolation: by(&|_, variant| isolation(variant)),
            architecture: by(&|_, variant| variant.config.arch.word().to_owned()),
            test: by(&|test, _| tests.name(test)),
        }
    }

    /// Each with its title, in the order in which they are shown.
    pub(super) fn titled(&self) -> [(&'static str, &[Group]); 6] {
        [
            ("guest", &self.guest),
            ("boot method", &self.boot_method),
            ("vmm", &self.vmm),
            ("isolation", &self.isolation),
            ("architecture", &self.architecture),
            ("test", &self.test),
        ]
    }
}

/// The guest of a variant, by its word in configurations.
pub(super) fn guest(variant: &Variant) -> String {
    variant.config.guest.id.clone()
}

fn boot(variant: &Variant, space: &Space<'_>) -> String {
    let boot = space.catalog().boot_method(&variant.config.boot);
    boot.map_or_else(|| variant.config.boot.clone(), |boot| boot.title.clone())
}

fn group(tests: &Tests, results: &Results, name: &dyn Fn(usize, &Variant) -> String) -> Vec<Group> {
    let mut groups: BTreeMap<String, (usize, Vec<Duration>)> = BTreeMap::new();
    for (test, _, variant) in tests.variants() {
        let Some(result) = results.variants.get(&variant.name) else { continue };
        let group = groups.entry(name(test, variant)).or_default();
        group.0 += 1;
        group.1.extend(result.history.times());
    }
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|(name, (variants, times))| Group { name, variants, stats: Statistics::of(times) })
        .collect();
    groups.sort_by(|one, other| {
        other.stats.total.cmp(&one.stats.total).then_with(|| one.name.cmp(&other.name))
    });
    groups
}
