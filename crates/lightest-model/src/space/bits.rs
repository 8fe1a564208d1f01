//! A set of configurations.

use super::RowId;

/// A set of the configurations of one space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// None of the `len` configurations.
    pub(crate) fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)] }
    }

    /// All of the `len` configurations.
    pub(crate) fn all(len: usize) -> Self {
        let mut all = Self { words: vec![u64::MAX; len.div_ceil(64)] };
        if let Some(last) = all.words.last_mut().filter(|_| !len.is_multiple_of(64)) {
            *last = (1 << (len % 64)) - 1;
        }
        all
    }

    /// Adds one.
    pub(crate) fn insert(&mut self, row: RowId) {
        let index = row.index();
        self.words[index / 64] |= 1 << (index % 64);
    }

    /// Whether it contains that one.
    pub(crate) fn contains(&self, row: RowId) -> bool {
        let index = row.index();
        self.words.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    /// Adds the members of `other`.
    pub(crate) fn add(&mut self, other: &Self) {
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Removes the members of `other`.
    pub(crate) fn remove(&mut self, other: &Self) {
        for (word, less) in self.words.iter_mut().zip(&other.words) {
            *word &= !less;
        }
    }

    /// Keeps only the members of `other`.
    pub(crate) fn keep(&mut self, other: &Self) {
        for (word, kept) in self.words.iter_mut().zip(&other.words) {
            *word &= kept;
        }
    }

    /// The configurations, in the order of the space.
    pub(crate) fn iter(&self) -> impl Iterator<Item = RowId> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                (rest != 0).then(|| {
                    rest &= rest - 1;
                    RowId::new(at * 64 + bit)
                })
            })
        })
    }
}
