//! The savings of today's findings, in measured seconds and in bytes.

use std::time::Duration;

use lightest_lint::linter::{self, Options};
use lightest_model::catalog::Catalog;
use lightest_results::statistics::Statistics;

use crate::results::Results;
use crate::schema::suite as schema;
use crate::tests_read::Tests;

/// One finding that replaces a configuration by a lighter one.
#[derive(Debug)]
pub(super) struct Saving {
    pub(super) test: String,
    pub(super) config: String,
    pub(super) suggested: String,
    /// Bytes of image that are not needed; `None` where a size is not known.
    pub(super) image_bytes: Option<i64>,
    /// The median of what the variant took.
    pub(super) before: Option<Duration>,
    /// The median of what the suggested configuration took, and whether with this very test.
    pub(super) after: Option<(Duration, bool)>,
}

/// The total savings.
#[derive(Debug, Default)]
pub(super) struct Savings {
    pub(super) findings: Vec<Saving>,
}

impl Saving {
    /// Seconds saved a run; negative where the suggested configuration took longer.
    pub(super) fn seconds(&self) -> Option<f64> {
        Some(self.before?.as_secs_f64() - self.after?.0.as_secs_f64())
    }
}

impl Savings {
    /// Seconds saved, of how many findings that is known, and the bytes.
    pub(super) fn total(&self) -> (f64, usize, i64) {
        let seconds: Vec<f64> = self.findings.iter().filter_map(Saving::seconds).collect();
        let bytes = self.findings.iter().filter_map(|saving| saving.image_bytes).sum();
        (seconds.iter().sum(), seconds.len(), bytes)
    }

    /// For programs.
    pub(super) fn answer(&self) -> schema::Savings<'_> {
        let (seconds, measured_findings, image_bytes) = self.total();
        let findings = self.findings.iter().map(|saving| schema::Saving {
            test: &saving.test,
            config: &saving.config,
            suggested: &saving.suggested,
            image_bytes: saving.image_bytes,
            before_s: saving.before.map(|time| time.as_secs_f64()),
            after_s: saving.after.map(|(time, _)| time.as_secs_f64()),
            after_is_of: saving.after.map(|(_, own)| if own { "this test" } else { "other tests" }),
            saved_s: saving.seconds(),
        });
        schema::Savings { findings: findings.collect(), seconds, measured_findings, image_bytes }
    }
}

/// The findings that replace a configuration, with what is known of both.
pub(super) fn of(tests: &Tests, results: &Results, catalog: &Catalog) -> Savings {
    let options = Options::default();
    let findings =
        linter::check(&tests.reading, tests.sources(), tests.dialect, catalog, &tests.table, &options);
    // Median over the clean passes of variants with a configuration, of one test or of all.
    let median = |test: Option<&str>, config: &str| -> Option<Duration> {
        let named = |index: usize| test.is_none_or(|wanted| tests.name(index) == wanted);
        let times: Vec<Duration> = tests
            .variants()
            .filter(|(test, _, variant)| {
                tests.dialect.name_of(&variant.config.bare()) == config && named(*test)
            })
            .filter_map(|(_, _, variant)| results.variants.get(&variant.name))
            .flat_map(|result| result.history.clean_times())
            .collect();
        (!times.is_empty()).then(|| Statistics::of(times).median)
    };
    let mut savings = Savings::default();
    for finding in findings {
        let (Some(config), Some(suggested)) = (&finding.config, &finding.suggested) else { continue };
        let (Some(cost), Some(after)) = (&finding.cost, &finding.cost_after) else { continue };
        let bytes = |cost: &lightest_lint::finding::Cost| match cost.image_bytes {
            Some(bytes) => i64::try_from(bytes).ok(),
            None => (!cost.has_image).then_some(0),
        };
        let own = median(Some(&finding.test), suggested).map(|time| (time, true));
        savings.findings.push(Saving {
            image_bytes: bytes(cost).zip(bytes(after)).map(|(before, after)| before - after),
            before: median(Some(&finding.test), config),
            after: own.or_else(|| median(None, suggested).map(|time| (time, false))),
            test: finding.test.clone(),
            config: config.clone(),
            suggested: suggested.clone(),
        });
    }
    savings
}
