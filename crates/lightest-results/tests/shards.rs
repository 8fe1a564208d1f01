//! Shards are a partition, whatever is divided.

use std::time::Duration;

use lightest_results::shards::{Item, Shard, balance};
use proptest::prelude::*;

fn items() -> impl Strategy<Value = Vec<Item>> {
    let time = prop_oneof![Just(0_u64), 1..100_u64, 1..1_000_000_u64];
    let item = ("[a-d]", time).prop_map(|(image, time)| Item { image, time: Duration::from_millis(time) });
    proptest::collection::vec(item, 0..120)
}

fn longest(shards: &[Shard]) -> Duration {
    shards.iter().map(|shard| shard.time).max().unwrap_or_default()
}

proptest! {
    #[test]
    fn every_item_is_in_exactly_one_shard(items in items(), count in 0_usize..40) {
        let shards = balance(&items, count);
        prop_assert_eq!(shards.len(), count.max(1));
        let mut all: Vec<usize> = shards.iter().flat_map(|shard| shard.items.iter().copied()).collect();
        all.sort_unstable();
        prop_assert_eq!(all, (0..items.len()).collect::<Vec<_>>());
        for shard in &shards {
            let time: Duration = shard.items.iter().map(|item| items[*item].time).sum();
            prop_assert_eq!(shard.time, time);
        }
    }

    #[test]
    fn the_longest_shard_is_near_the_least_possible(items in items(), count in 1_usize..20) {
        let total: Duration = items.iter().map(|item| item.time).sum();
        let most = items.iter().map(|item| item.time).max().unwrap_or_default();
        let bound = most.max(total / u32::try_from(count).expect("small"));
        // 4/3 for the longest first, and the 10 % that affinity may cost.
        let allowed = bound.mul_f64(4.0 / 3.0 * 1.1 + 0.001) + most.mul_f64(0.4) + Duration::from_micros(1);
        prop_assert!(longest(&balance(&items, count)) <= allowed);
    }
}

#[test]
fn tests_of_one_image_stay_together_where_that_costs_little() {
    let item = |image: &str| Item { image: image.to_owned(), time: Duration::from_secs(10) };
    let items: Vec<Item> = ["a", "b", "a", "b", "a", "b", "a", "b"].map(item).into();
    let shards = balance(&items, 2);
    assert_eq!(shards[0].items, [0, 2, 4, 6]);
    assert_eq!(shards[1].items, [1, 3, 5, 7]);
}

#[test]
fn time_comes_before_affinity() {
    let item =
        |image: &str, seconds: u64| Item { image: image.to_owned(), time: Duration::from_secs(seconds) };
    let items = [item("a", 100), item("a", 1), item("b", 100), item("b", 1)];
    assert_eq!(longest(&balance(&items, 2)), Duration::from_secs(101));
    let lumpy = [item("a", 50), item("b", 100), item("c", 50)];
    assert_eq!(longest(&balance(&lumpy, 2)), Duration::from_secs(100));
}
