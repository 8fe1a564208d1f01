//! The input of a number: a seed, changed in some places.

use crate::chance::Chance;
use crate::targets::Bytes;

/// No input is longer, in bytes.
const LONGEST: usize = 20_000;

/// The input of a number. Where the target reads text, it is UTF-8.
pub(crate) fn input(number: u64, target: &Bytes) -> Vec<u8> {
    let mut chance = Chance::of(number);
    let seed = &target.seeds[chance.below(target.seeds.len())];
    if target.is_text && chance.below(2) == 0 {
        return by_words(&String::from_utf8_lossy(seed), target, &mut chance).into_bytes();
    }
    let mut bytes = seed.clone();
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(7) {
            0 => {
                let end = (at + chance.below(20)).min(bytes.len());
                bytes.drain(at..end);
            }
            1 | 2 if !target.words.is_empty() => {
                let word = target.words[chance.below(target.words.len())];
                // Once in a while very often: what nests or repeats shows in time.
                let times = if chance.below(50) == 0 { chance.below(2_000) } else { 1 };
                bytes.splice(at..at, word.as_bytes().repeat(times));
            }
            3 => {
                let end = (at + chance.below(60)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = chance.below(bytes.len() + 1);
                bytes.splice(to..to, copy);
            }
            4 if at < bytes.len() => bytes[at] = (chance.next() & 0xff) as u8,
            5 => {
                let other = &target.seeds[chance.below(target.seeds.len())];
                let from = chance.below(other.len() + 1);
                let end = (from + chance.below(200)).min(other.len());
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
fn by_words(seed: &str, target: &Bytes, chance: &mut Chance) -> String {
    let mut lines: Vec<String> = seed.split_inclusive('\n').map(str::to_owned).collect();
    for _ in 0..=chance.below(3) {
        let at = chance.below(lines.len());
        let other = String::from_utf8_lossy(&target.seeds[chance.below(target.seeds.len())]);
        let from: Vec<&str> = other.split_inclusive('\n').collect();
        let picked = from.get(chance.below(from.len())).copied().unwrap_or_default();
        match chance.below(6) {
            0 if at < lines.len() => drop(lines.remove(at)),
            1 if at < lines.len() => {
                let line = lines[at].clone();
                lines.insert(chance.below(lines.len() + 1), line);
            }
            2 => lines.insert(at, picked.to_owned()),
            _ if at < lines.len() => {
                let word = word(picked, chance).map_or("x", |place| &picked[place]);
                if let Some(place) = self::word(&lines[at], chance) {
                    lines[at].replace_range(place, word);
                }
            }
            _ => {}
        }
    }
    lines.concat()
}

/// Where a word of a line stands.
fn word(line: &str, chance: &mut Chance) -> Option<std::ops::Range<usize>> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let starts: Vec<usize> = line
        .char_indices()
        .filter(|(at, letter)| is_part(*letter) && !line[..*at].chars().next_back().is_some_and(is_part))
        .map(|(at, _)| at)
        .collect();
    let start = *starts.get(chance.below(starts.len()))?;
    let end = line[start..].find(|letter| !is_part(letter)).map_or(line.len(), |length| start + length);
    Some(start..end)
}
