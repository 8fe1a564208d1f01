//! Divides the variants of a tree into shards. None is ever left out, whether it has a result or not.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use lightest_lint::dialect::Dialect;
use lightest_model::space::Space;
use lightest_results::shards::{Item, Shard, balance};
use lightest_results::statistics::Statistics;

use super::groups::guest;
use crate::results::Results;
use crate::schema::suite as schema;
use crate::tests_read::Tests;

/// Where nothing at all was measured, every variant counts the same.
const UNMEASURED: Duration = Duration::from_secs(1);

/// The shards of a suite.
#[derive(Debug)]
pub(super) struct Shards {
    pub(super) shards: Vec<Shard>,
    /// The names of the items.
    names: Vec<String>,
    /// The image of each.
    images: Vec<String>,
    /// The size of each image, where it is known.
    bytes: BTreeMap<String, u64>,
    /// Variants without a measured time, which are taken to be like others of their guest.
    pub(super) estimated: usize,
}

impl Shards {
    pub(super) fn of(tests: &Tests, results: &Results, space: &Space<'_>, count: usize) -> Self {
        let mut by_guest: BTreeMap<String, Vec<Duration>> = BTreeMap::new();
        let mut measured: BTreeMap<&str, Duration> = BTreeMap::new();
        for (_, _, variant) in tests.variants() {
            let Some(result) = results.variants.get(&variant.name) else { continue };
            // What a run takes with its retries is what a shard has to wait for.
            let totals = result.history.results.iter().filter(|one| one.time.is_some()).map(|one| one.total);
            let stats = Statistics::of(totals);
            if stats.count > 0 {
                measured.insert(&variant.name, stats.median);
                by_guest.entry(guest(variant)).or_default().push(stats.median);
            }
        }
        let all = Statistics::of(measured.values().copied());
        let usual = if all.count > 0 { all.median } else { UNMEASURED };
        let by_guest: BTreeMap<String, Duration> =
            by_guest.into_iter().map(|(guest, times)| (guest, Statistics::of(times).median)).collect();
        let mut shards = Self {
            shards: Vec::new(),
            names: Vec::new(),
            images: Vec::new(),
            bytes: BTreeMap::new(),
            estimated: 0,
        };
        let mut items = Vec::new();
        let mut seen = BTreeSet::new();
        for (_, _, variant) in tests.variants() {
            // A name twice is one test for a runner.
            if !seen.insert(variant.name.as_str()) {
                continue;
            }
            let guest = guest(variant);
            let time = measured.get(variant.name.as_str()).copied().unwrap_or_else(|| {
                shards.estimated += 1;
                by_guest.get(&guest).copied().unwrap_or(usual)
            });
            if let Some(row) = space.position(&variant.config)
                && let Some(bytes) = space.row(row).image.and_then(|image| image.bytes)
            {
                shards.bytes.insert(guest.clone(), bytes);
            }
            items.push(Item { image: guest.clone(), time });
            shards.names.push(variant.name.clone());
            shards.images.push(guest);
        }
        shards.shards = balance(&items, count);
        shards
    }

    /// The filter by which a runner runs a shard.
    pub(super) fn filter(&self, shard: usize, dialect: &dyn Dialect) -> Option<String> {
        let names: Vec<&str> =
            self.shards[shard].items.iter().map(|item| self.names[*item].as_str()).collect();
        dialect.filter(&names)
    }

    /// The images of a shard, and what is known of their size.
    pub(super) fn images(&self, shard: &Shard) -> (BTreeSet<&str>, u64) {
        let images: BTreeSet<&str> = shard.items.iter().map(|item| self.images[*item].as_str()).collect();
        let bytes = images.iter().filter_map(|image| self.bytes.get(*image)).sum();
        (images, bytes)
    }

    /// For programs.
    pub(super) fn answer(&self, dialect: &dyn Dialect) -> schema::Shards<'_> {
        let shards = self.shards.iter().enumerate().map(|(index, shard)| {
            let (images, image_bytes) = self.images(shard);
            schema::Shard {
                shard: index + 1,
                expected_s: shard.time.as_secs_f64(),
                variants: shard.items.iter().map(|item| self.names[*item].as_str()).collect(),
                images,
                image_bytes,
                filter: self.filter(index, dialect),
            }
        });
        schema::Shards { estimated_variants: self.estimated, shards: shards.collect() }
    }
}
