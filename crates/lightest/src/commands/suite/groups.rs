//! Time by guest, boot method, VMM, isolation, architecture and test.

use std::collections::BTreeMap;
use std::time::Duration;

use lightest_lint::facts::Variant;
use lightest_model::space::Space;
use lightest_results::statistics::Statistics;

use crate::results::Results;
use crate::tests_read::Tests;

/// What variants that have something in common cost.
#[derive(Debug)]
pub(super) struct Group {
    /// What they have in common.
    pub(super) name: String,
    /// How many variants there are.
    pub(super) variants: usize,
    /// Their runs.
    pub(super) stats: Statistics,
}

/// The groupings, in the order in which they are shown, most costly groups first.
pub(super) fn all(tests: &Tests, results: &Results, space: &Space<'_>) -> Vec<(&'static str, Vec<Group>)> {
    let by = |name: &dyn Fn(usize, &Variant) -> String| group(tests, results, name);
    vec![
        ("guest", by(&|_, variant| guest(variant))),
        ("boot method", by(&|_, variant| boot(variant, space))),
        ("vmm", by(&|_, variant| variant.config.vmm.clone().unwrap_or_default())),
        (
            "isolation",
            by(&|_, variant| variant.config.isolation.map_or("none", |mode| mode.word()).to_owned()),
        ),
        ("architecture", by(&|_, variant| variant.config.arch.word().to_owned())),
        ("test", by(&|test, _| tests.name(test))),
    ]
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
