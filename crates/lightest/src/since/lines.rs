//! Which lines of a text are new, and where lines are gone. How lines end makes no difference.

use std::ops::Range;
use std::time::{Duration, Instant};

use lightest_lint::change::Change;
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

/// After this time, files that have next to nothing in common are compared less finely.
const PATIENCE: Duration = Duration::from_secs(2);

/// The changes between two texts of a file.
pub(super) fn changes(before: &str, after: &str) -> Vec<Change> {
    if before == after {
        return Vec::new();
    }
    let (old, new) = (lines(before), lines(after));
    let starts: Vec<usize> = starts(after);
    let deadline = Some(Instant::now() + PATIENCE);
    let ops = capture_diff_slices_deadline(Algorithm::Myers, &old, &new, deadline);
    let mut changes = Vec::new();
    for op in ops {
        match op {
            DiffOp::Equal { .. } => {}
            DiffOp::Insert { new_index, new_len, .. } => {
                let block = natural_block(&new, new_index..new_index + new_len);
                changes.push(Change::New(starts[block.start]..starts[block.end]));
            }
            DiffOp::Replace { new_index, new_len, .. } => {
                changes.push(Change::New(starts[new_index]..starts[new_index + new_len]));
            }
            DiffOp::Delete { old_index, old_len, new_index } => {
                let block = natural_block(&old, old_index..old_index + old_len);
                let line = (new_index + block.start).saturating_sub(old_index);
                let last = old[block].iter().rev().find(|line| !line.trim().is_empty());
                let last = last.map_or_else(String::new, |line| (*line).to_owned());
                changes.push(Change::Gone { at: starts[line.min(new.len())], last });
            }
        }
    }
    changes
}

/// The lines of a text, without their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').map(|line| line.trim_end_matches(['\n', '\r'])).collect()
}

/// Where each line begins, and where the text ends.
fn starts(text: &str) -> Vec<usize> {
    let mut at = 0;
    let mut starts = vec![0];
    for line in text.split_inclusive('\n') {
        at += line.len();
        starts.push(at);
    }
    starts
}

/// Shifts a block of lines to where a person would see the change: with equal lines before or behind it, a block has several
/// possible places. Prefers the one that begins after a blank line or ends with one.
fn natural_block(lines: &[&str], block: Range<usize>) -> Range<usize> {
    let is_blank = |line: Option<usize>| {
        line.is_none_or(|line| lines.get(line).is_none_or(|line| line.trim().is_empty()))
    };
    let mut up = block.clone();
    loop {
        if is_blank(up.start.checked_sub(1)) || (up.start < up.end && is_blank(Some(up.end - 1))) {
            return up;
        }
        let Some(above) = up.start.checked_sub(1).filter(|_| !up.is_empty()) else { break };
        if lines[above] != lines[up.end - 1] {
            break;
        }
        up = above..up.end - 1;
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> Vec<String> {
        let show = |change: Change| match change {
            Change::New(bytes) => format!("new {:?}", &after[bytes]),
            Change::Gone { at, last } => format!("{last:?} gone before {:?}", &after[at..]),
        };
        changes(before, after).into_iter().map(show).collect()
    }

    #[test]
    fn lines_that_are_new_or_different_or_gone_are_found() {
        assert_eq!(shown("a\nb\nc\n", "a\nx\nc\nd"), ["new \"x\\n\"", "new \"d\""]);
        assert_eq!(shown("a\nb\nc\n", "a\nc\n"), ["\"b\" gone before \"c\\n\""]);
        assert_eq!(shown("a\nb\n", "a\n"), ["\"b\" gone before \"\""]);
        assert_eq!(shown("a\n", ""), ["\"a\" gone before \"\""]);
    }

    #[test]
    fn how_lines_end_is_no_change() {
        assert_eq!(shown("a\nb\n", "a\r\nb\r\n"), [""; 0]);
        assert_eq!(shown("a\nb", "a\nb\n"), [""; 0]);
        assert_eq!(shown("a\nb\n", "a\r\nx\r\n"), ["new \"x\\r\\n\""]);
    }

    #[test]
    fn a_block_between_equal_lines_is_the_one_that_a_person_sees() {
        let (one, two) = ("#[t]\nfn one() {}\n\n", "#[t]\nfn two() {}\n\n");
        let three = "#[t]\nfn three() {}\n";
        let (short, long) = (format!("{one}{three}"), format!("{one}{two}{three}"));
        assert_eq!(shown(&short, &long), ["new \"#[t]\\nfn two() {}\\n\\n\""]);
        assert_eq!(shown(&long, &short), ["\"fn two() {}\" gone before \"#[t]\\nfn three() {}\\n\""]);
    }
}
