//! Values that occur often, each kept once and named by its index.

use std::collections::HashMap;

use serde::Serialize;

/// Values, each kept once.
#[derive(Debug)]
pub(super) struct Pool<T> {
    values: Vec<T>,
    known: HashMap<String, usize>,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self { values: Vec::new(), known: HashMap::new() }
    }
}

impl<T: Serialize> Pool<T> {
    /// The index of a value, which is added where it is new: where the page would read it as no other.
    pub(super) fn index(&mut self, value: T) -> usize {
        // Nothing in a pool can fail to be JSON.
        let key = serde_json::to_string(&value).unwrap_or_default();
        if let Some(index) = self.known.get(&key) {
            return *index;
        }
        self.values.push(value);
        self.known.insert(key, self.values.len() - 1);
        self.values.len() - 1
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The values, in the order of their indices.
    pub(super) fn into_values(self) -> Vec<T> {
        self.values
    }
}

const DIGITS: &[u8; 64] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

/// How many digits each number below `bound` needs.
pub(super) fn width(bound: usize) -> usize {
    let mut width = 1;
    while 64_usize.pow(u32::try_from(width).unwrap_or(u32::MAX)) < bound {
        width += 1;
    }
    width
}

/// Numbers as text, each in `width` digits to the base of 64.
pub(super) fn packed(numbers: &[usize], width: usize) -> String {
    let mut text = String::with_capacity(numbers.len() * width);
    for number in numbers {
        for place in (0..width).rev() {
            text.push(char::from(DIGITS[number >> (6 * place) & 63]));
        }
    }
    text
}

/// Numbers as text, runs of the same number joined: `12*3 7` is 12, 12, 12, 7.
pub(super) fn runs(numbers: &[usize]) -> String {
    let mut text = String::new();
    for run in numbers.chunk_by(|one, other| one == other) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&run[0].to_string());
        if run.len() > 1 {
            text.push_str(&format!("*{}", run.len()));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_packed_in_as_many_digits_as_the_largest_needs() {
        assert_eq!((width(1), width(64), width(65), width(4097)), (1, 1, 2, 3));
        assert_eq!(packed(&[0, 1, 63, 64, 4095], 2), "00010_10__");
    }

    #[test]
    fn runs_of_a_number_are_joined() {
        assert_eq!(runs(&[12, 12, 12, 7, 7, 1]), "12*3 7*2 1");
        assert_eq!(runs(&[]), "");
    }
}
