//! How long the whole requirement space of two and of three requirements takes.

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use lightest_model::chooser::lightest_for;
use lightest_model::space::{Asked, Space};

fn every(space: &Space<'_>, sizes: std::ops::RangeInclusive<usize>) -> usize {
    let catalog = space.catalog();
    let ids: Vec<&str> = catalog.requirements.iter().map(|requirement| requirement.id.as_str()).collect();
    let mut answered = 0;
    let mut ask = |words: &[&str]| {
        let asked = Asked::new(catalog, words.iter().copied()).expect("known");
        for arch in catalog.archs() {
            answered += usize::from(black_box(lightest_for(space, &asked, arch)).is_some());
        }
    };
    for (first, a) in ids.iter().enumerate() {
        for (second, b) in ids.iter().enumerate().skip(first + 1) {
            if sizes.contains(&2) {
                ask(&[a, b]);
            }
            if sizes.contains(&3) {
                for c in &ids[second + 1..] {
                    ask(&[a, b, c]);
                }
            }
        }
    }
    answered
}

fn enumerate(criterion: &mut Criterion) {
    let catalog = common::catalog();
    let mut group = criterion.benchmark_group("enumerate");
    group.sample_size(10);
    group.bench_function("two and three requirements, both architectures", |bencher| {
        bencher.iter(|| every(&Space::of_tests(&catalog), 2..=3));
    });
    group.finish();
}

criterion_group!(benches, enumerate);
criterion_main!(benches);
