//! What a quirk costs each boot: the one place that lists the kinds of cost, their order and their words.

use std::array::from_fn;

use serde::{Deserialize, Serialize};

/// What a quirk costs each boot, or a sum or difference of such costs. The order of the fields is the order of their weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(bound = "N: Default + Serialize + schemars::JsonSchema"))]
#[serde(deny_unknown_fields, default)]
pub struct Cost<N = u32> {
    /// Boots beyond the first.
    pub reboots: N,
    /// Fixed waits, in seconds.
    pub waits_s: N,
}

/// The words for an amount of one kind of cost, each with its form for one and for more.
#[derive(Clone, Copy, Debug)]
pub struct Unit {
    /// For a sentence: `2 more boots`.
    pub full: [&'static str; 2],
    /// For a table: `2 boots`.
    pub brief: [&'static str; 2],
}

/// The words, in the order of the fields.
pub const UNITS: [Unit; 2] = [
    Unit { full: [" more boot", " more boots"], brief: [" boot", " boots"] },
    Unit { full: [" s of waiting", " s of waiting"], brief: [" s", " s"] },
];

impl<N> Cost<N> {
    /// The amounts, in the order of the fields.
    pub fn amounts(self) -> [N; UNITS.len()] {
        let Self { reboots, waits_s } = self;
        [reboots, waits_s]
    }

    fn of([reboots, waits_s]: [N; UNITS.len()]) -> Self {
        Self { reboots, waits_s }
    }
}

impl<N: Copy + Default + Ord + std::fmt::Display + From<u8>> Cost<N> {
    /// Both together, amount by amount.
    #[must_use]
    pub fn combined<O>(self, other: Self, with: impl Fn(N, N) -> O) -> Cost<O> {
        let (own, other) = (self.amounts(), other.amounts());
        Cost::of(from_fn(|kind| with(own[kind], other[kind])))
    }

    /// The amounts above zero, in full words.
    #[must_use]
    pub fn words(self) -> Vec<String> {
        self.spelled(|unit| unit.full)
    }

    /// The amounts above zero, in few words.
    #[must_use]
    pub fn brief(self) -> Vec<String> {
        self.spelled(|unit| unit.brief)
    }

    fn spelled(self, form: fn(&Unit) -> [&'static str; 2]) -> Vec<String> {
        let amounts = self.amounts().into_iter().zip(&UNITS).filter(|(amount, _)| *amount > N::default());
        amounts
            .map(|(amount, unit)| format!("{amount}{}", form(unit)[usize::from(amount > N::from(1))]))
            .collect()
    }
}

impl Cost {
    /// The difference to another; negative where the other is more.
    #[must_use]
    pub fn beyond(self, other: Self) -> Cost<i64> {
        self.combined(other, |own, other| i64::from(own) - i64::from(other))
    }
}
