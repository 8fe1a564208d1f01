//! Count, total, median and 90th percentile of durations.

use std::time::Duration;

/// Statistics of a set of durations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// How many there are.
    pub count: usize,
    /// Their sum.
    pub total: Duration,
    /// The middle one, or the mean of the middle two.
    pub median: Duration,
    /// The smallest that at least nine of ten do not exceed (nearest rank).
    pub p90: Duration,
    /// The longest.
    pub longest: Duration,
}

impl Statistics {
    /// Of those durations, in any order; all zero for none.
    #[must_use]
    pub fn of(durations: impl IntoIterator<Item = Duration>) -> Self {
        let mut sorted: Vec<Duration> = durations.into_iter().collect();
        sorted.sort_unstable();
        let count = sorted.len();
        let Some(longest) = sorted.last().copied() else { return Self::default() };
        let middle = (sorted[(count - 1) / 2], sorted[count / 2]);
        Self {
            count,
            total: sorted.iter().fold(Duration::ZERO, |sum, one| sum.saturating_add(*one)),
            // Between two neighbours, so that no sum overflows.
            median: middle.0 + (middle.1 - middle.0) / 2,
            p90: sorted[(count * 9).div_ceil(10) - 1],
            longest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(all: &[u64]) -> Statistics {
        Statistics::of(all.iter().copied().map(Duration::from_secs))
    }

    #[test]
    fn nothing_costs_nothing() {
        assert_eq!(seconds(&[]), Statistics::default());
    }

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_middle_two() {
        assert_eq!(seconds(&[1, 2, 5, 100]).median, Duration::from_millis(3_500));
        assert_eq!(seconds(&[7]).median, Duration::from_secs(7));
        assert_eq!(seconds(&[9, 1, 5]).median, Duration::from_secs(5));
    }

    #[test]
    fn the_90th_percentile_is_the_nearest_rank() {
        let ten: Vec<u64> = (1..=10).rev().collect();
        assert_eq!(seconds(&ten).p90, Duration::from_secs(9));
        let eleven: Vec<u64> = (1..=11).collect();
        assert_eq!(seconds(&eleven).p90, Duration::from_secs(10));
        assert_eq!(seconds(&[3]).p90, Duration::from_secs(3));
        assert_eq!(seconds(&ten).total, Duration::from_secs(55));
        assert_eq!(seconds(&ten).longest, Duration::from_secs(10));
    }

    #[test]
    fn the_longest_durations_do_not_overflow() {
        let stats = Statistics::of([Duration::MAX, Duration::MAX]);
        assert_eq!((stats.total, stats.median), (Duration::MAX, Duration::MAX));
    }
}
