//! Divides tests into shards of about equal duration, with tests of one image together.

use std::collections::BTreeMap;
use std::time::Duration;

/// A test to be assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its image: tests of one image are kept together where that costs little time.
    pub image: String,
    /// How long it takes.
    pub time: Duration,
}

/// One shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shard {
    /// Indices of its items, ascending.
    pub items: Vec<usize>,
    /// The sum of their times.
    pub time: Duration,
}

impl Shard {
    fn add(&mut self, item: usize, time: Duration) {
        self.items.push(item);
        self.time = self.time.saturating_add(time);
    }
}

/// How much longer the longest shard may be for the sake of fewer images in each, in percent.
const AFFINITY_PERCENT: u32 = 10;

/// Divides items into `count` shards: every item is in exactly one, and a shard may be empty.
///
/// Two ways are tried: the longest item first, each to the shard with the least so far; and image by image, cut where a
/// shard is full. The second repeats at most `count - 1` images, and is taken where its longest shard is at most
/// 10 % longer than that of the first.
#[must_use]
pub fn balance(items: &[Item], count: usize) -> Vec<Shard> {
    let count = count.max(1);
    let spread = longest_first(items, count);
    let together = by_image(items, count);
    let longest = |shards: &[Shard]| shards.iter().map(|shard| shard.time).max().unwrap_or_default();
    let (spread_longest, together_longest) = (longest(&spread), longest(&together));
    let allowed = spread_longest.saturating_add(spread_longest / 100 * AFFINITY_PERCENT);
    let mut best = if together_longest <= allowed { together } else { spread };
    for shard in &mut best {
        shard.items.sort_unstable();
    }
    best
}

fn longest_first(items: &[Item], count: usize) -> Vec<Shard> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|item| (std::cmp::Reverse(items[*item].time), *item));
    let mut shards = vec![Shard::default(); count];
    for item in order {
        // The first of the least, so that the answer is always the same.
        let least = (0..count).min_by_key(|shard| (shards[*shard].time, shards[*shard].items.len()));
        shards[least.unwrap_or_default()].add(item, items[item].time);
    }
    shards
}

fn by_image(items: &[Item], count: usize) -> Vec<Shard> {
    let mut images: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        images.entry(&item.image).or_default().push(index);
    }
    let order: Vec<usize> = images.into_values().flatten().collect();
    // The least capacity for which consecutive pieces fit, by bisection over nanoseconds.
    let total = items.iter().map(|item| item.time.as_nanos()).sum::<u128>();
    let mut low = items.iter().map(|item| item.time.as_nanos()).max().unwrap_or(0);
    let mut high = total;
    while low < high {
        let middle = low + (high - low) / 2;
        if pieces(items, &order, middle).len() <= count {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let mut shards = pieces(items, &order, high);
    shards.resize(count, Shard::default());
    shards
}

/// Cuts a sequence of items into pieces that each take at most `capacity` nanoseconds, where the longest item does.
fn pieces(items: &[Item], order: &[usize], capacity: u128) -> Vec<Shard> {
    let mut pieces = vec![Shard::default()];
    let mut used = 0;
    for item in order {
        let time = items[*item].time.as_nanos();
        if used + time > capacity && used > 0 {
            pieces.push(Shard::default());
            used = 0;
        }
        used += time;
        if let Some(last) = pieces.last_mut() {
            last.add(*item, items[*item].time);
        }
    }
    pieces
}
