//! The output of `suite --format json` and `suite --shard-format matrix`.

use std::collections::BTreeSet;

use serde::Serialize;

use super::shared::{Run, Unmatched};

/// Where the time of a suite goes.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Answer<'a> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// The reports that were read.
    pub(crate) runs: Vec<Run<'a>>,
    /// Variants of the tree.
    pub(crate) variants: usize,
    /// Variants that have a result.
    pub(crate) variants_with_results: usize,
    /// All runs of all variants.
    pub(crate) all: Times,
    /// The same, by common properties of variants.
    pub(crate) by: Groups<'a>,
    /// Savings of the findings of `check`.
    pub(crate) savings: Savings<'a>,
    /// Variants that both passed and failed.
    pub(crate) flaky: Vec<Flaky<'a>>,
    /// Cases that belong to no variant.
    pub(crate) unmatched: Unmatched<'a>,
    /// The suite divided into shards; null where none were asked for.
    pub(crate) shards: Option<Shards<'a>>,
}

/// Statistics of runs.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Times {
    /// How many runs have a time.
    pub(crate) count: usize,
    /// All together, in seconds.
    pub(crate) total_s: f64,
    /// Median, in seconds.
    pub(crate) median_s: f64,
    /// 90th percentile, in seconds.
    pub(crate) p90_s: f64,
    /// Longest, in seconds.
    pub(crate) longest_s: f64,
}

impl From<&lightest_results::statistics::Statistics> for Times {
    fn from(stats: &lightest_results::statistics::Statistics) -> Self {
        Self {
            count: stats.count,
            total_s: stats.total.as_secs_f64(),
            median_s: stats.median.as_secs_f64(),
            p90_s: stats.p90.as_secs_f64(),
            longest_s: stats.longest.as_secs_f64(),
        }
    }
}

/// Groups of variants, the most costly first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Groups<'a> {
    /// By guest.
    pub(crate) guest: Vec<Group<'a>>,
    /// By boot method.
    #[serde(rename = "boot method")]
    pub(crate) boot_method: Vec<Group<'a>>,
    /// By VMM.
    pub(crate) vmm: Vec<Group<'a>>,
    /// By isolation.
    pub(crate) isolation: Vec<Group<'a>>,
    /// By architecture.
    pub(crate) architecture: Vec<Group<'a>>,
    /// By test.
    pub(crate) test: Vec<Group<'a>>,
}

/// Variants that have something in common.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Group<'a> {
    #[serde(flatten)]
    pub(crate) times: Times,
    /// Their common property.
    pub(crate) name: &'a str,
    /// How many variants there are.
    pub(crate) variants: usize,
}

/// Savings of the findings of `check`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Savings<'a> {
    /// The findings that name a lighter configuration.
    pub(crate) findings: Vec<Saving<'a>>,
    /// Seconds saved in a run of all that were measured.
    pub(crate) seconds: f64,
    /// How many findings were measured.
    pub(crate) measured_findings: usize,
    /// Bytes of disk image saved, as far as sizes are known.
    pub(crate) image_bytes: i64,
}

/// Savings of one finding.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Saving<'a> {
    /// The test.
    pub(crate) test: &'a str,
    /// The configuration that it has today.
    pub(crate) config: &'a str,
    /// The lighter configuration.
    pub(crate) suggested: &'a str,
    /// Bytes of disk image saved; null where a size is not known.
    pub(crate) image_bytes: Option<i64>,
    /// Median time of the variant today, in seconds; null where it was not measured.
    pub(crate) before_s: Option<f64>,
    /// Median time of the lighter configuration, in seconds; null where it was not measured.
    pub(crate) after_s: Option<f64>,
    /// Whose time `after_s` is: `this test` or `other tests`; null where it was not measured.
    pub(crate) after_is_of: Option<&'static str>,
    /// Seconds saved in a run, negative where the lighter configuration took longer; null where not both were measured.
    pub(crate) saved_s: Option<f64>,
}

/// A variant that both passed and failed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Flaky<'a> {
    /// The variant as the test runner names it.
    pub(crate) variant: &'a str,
    /// Why it counts as flaky, in words.
    pub(crate) why: &'static str,
}

/// A suite divided into shards of about the same duration.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Shards<'a> {
    /// Variants without a measured time, which are taken to be like others of their guest.
    pub(crate) estimated_variants: usize,
    /// The shards.
    pub(crate) shards: Vec<Shard<'a>>,
}

/// One part of a suite.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Shard<'a> {
    /// Number of the shard, from 1.
    pub(crate) shard: usize,
    /// Expected duration, in seconds.
    pub(crate) expected_s: f64,
    /// Its variants, as the test runner names them.
    pub(crate) variants: Vec<&'a str>,
    /// The guests that it boots.
    pub(crate) images: BTreeSet<&'a str>,
    /// Size of their images in bytes, as far as it is known.
    pub(crate) image_bytes: u64,
    /// A filter that makes the test runner run it; null where the framework has none.
    pub(crate) filter: Option<String>,
}

/// One shard for the matrix of a CI job; each is a line.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Line {
    /// Number of the shard, from 1.
    pub(crate) shard: usize,
    /// How many shards there are.
    pub(crate) of: usize,
    /// How many variants it has.
    pub(crate) variants: usize,
    /// Expected duration, in whole seconds.
    pub(crate) expected_s: f64,
    /// A filter that makes the test runner run it.
    pub(crate) filter: String,
}
