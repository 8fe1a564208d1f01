//! The input of a number: a seed, changed in some places.

use crate::rng::Rng;
use crate::targets::Bytes;

/// No input is longer, in bytes.
const LONGEST: usize = 20_000;

/// The input of a number. Where the target reads text, it is UTF-8.
pub(crate) fn input(number: u64, target: &Bytes) -> Vec<u8> {
    let mut rng = Rng::of(number);
    let seed = &target.seeds[rng.below(target.seeds.len())];
    if target.is_text && rng.below(2) == 0 {
        return by_words(&String::from_utf8_lossy(seed), target, &mut rng).into_bytes();
    }
    let mut bytes = seed.clone();
    for _ in 0..=rng.below(6) {
        let at = rng.below(bytes.len() + 1);
        match rng.below(7) {
            0 => {
                let end = (at + rng.below(20)).min(bytes.len());
                bytes.drain(at..end);
            }
            1 | 2 if !target.words.is_empty() => {
                let word = target.words[rng.below(target.words.len())];
                // Once in a while very often: what nests or repeats shows in time.
                let times = if rng.below(50) == 0 { rng.below(2_000) } else { 1 };
                bytes.splice(at..at, word.as_bytes().repeat(times));
            }
            3 => {
                let end = (at + rng.below(60)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = rng.below(bytes.len() + 1);
                bytes.splice(to..to, copy);
            }
            4 if at < bytes.len() => bytes[at] = (rng.next() & 0xff) as u8,
            5 => {
                let other = &target.seeds[rng.below(target.seeds.len())];
                let from = rng.below(other.len() + 1);
                let end = (from + rng.below(200)).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            _ => bytes.truncate(at.max(1)),
        }
    }
    bytes.truncate(LONGEST);
    if target.is_text { String::from_utf8_lossy(&bytes).into_owned().into_bytes() } else { bytes }
}

/// A text with some of its words exchanged, and some of its lines left out, repeated or brought from another seed: what a parser
/// takes more often, so that what comes after it is reached.
fn by_words(seed: &str, target: &Bytes, rng: &mut Rng) -> String {
    let mut lines: Vec<String> = seed.split_inclusive('\n').map(str::to_owned).collect();
    for _ in 0..=rng.below(3) {
        let at = rng.below(lines.len());
        let other = String::from_utf8_lossy(&target.seeds[rng.below(target.seeds.len())]);
        let from: Vec<&str> = other.split_inclusive('\n').collect();
        let picked = from.get(rng.below(from.len())).copied().unwrap_or_default();
        match rng.below(6) {
            0 if at < lines.len() => drop(lines.remove(at)),
            1 if at < lines.len() => {
                let line = lines[at].clone();
                lines.insert(rng.below(lines.len() + 1), line);
            }
            2 => lines.insert(at, picked.to_owned()),
            _ if at < lines.len() => {
                let word = word(picked, rng).map_or("x", |place| &picked[place]);
                if let Some(place) = self::word(&lines[at], rng) {
                    lines[at].replace_range(place, word);
                }
            }
            _ => {}
        }
    }
    lines.concat()
}

/// Where a word of a line stands.
fn word(line: &str, rng: &mut Rng) -> Option<std::ops::Range<usize>> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let starts: Vec<usize> = line
        .char_indices()
        .filter(|(at, letter)| is_part(*letter) && !line[..*at].chars().next_back().is_some_and(is_part))
        .map(|(at, _)| at)
        .collect();
    let start = *starts.get(rng.below(starts.len()))?;
    let end = line[start..].find(|letter| !is_part(letter)).map_or(line.len(), |length| start + length);
    Some(start..end)
}
