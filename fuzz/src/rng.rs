//! A generator that gives the same numbers for the same seed.

/// Where it is now; never zero.
pub(crate) struct Rng(u64);

impl Rng {
    /// That of an input's number.
    pub(crate) fn of(number: u64) -> Self {
        let mut rng = Self(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..4 {
            rng.next();
        }
        rng
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % (bound.max(1) as u64)).unwrap_or(0)
    }
}
