//! How much two texts have in common, by which a file is known under another name.

use std::collections::HashMap;

/// A file of which so many of a hundred lines are an old one's is that file, renamed; as git has it.
pub(crate) const ALIKE: usize = 50;

/// How many of a hundred lines of the longer text are in both.
pub(crate) fn alike(one: &str, other: &str) -> usize {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let lines = |text| str::lines(text).map(str::trim).filter(|line| !line.is_empty());
    for line in lines(one) {
        *counts.entry(line).or_default() += 1;
    }
    let (mut both, mut length) = (0_usize, 0);
    for line in lines(other) {
        length += 1;
        if let Some(left) = counts.get_mut(line).filter(|left| **left > 0) {
            *left -= 1;
            both += 1;
        }
    }
    let longer = length.max(lines(one).count());
    (both * 100).checked_div(longer).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn texts_are_alike_by_the_lines_that_they_share() {
        assert_eq!(alike("a\nb\n", "a\r\nb\r\n"), 100);
        assert_eq!(alike("a\nb\nc\nd\n", "a\nx\n"), 25);
        assert_eq!(alike("", ""), 0);
    }
}
