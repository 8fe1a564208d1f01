//! The input of a number: a seed, changed in some places.

use crate::targets::Target;

/// No input is longer, in bytes; disks are.
const LONGEST: usize = 20_000;

/// A generator that gives the same numbers for the same seed.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % (bound.max(1) as u64)).unwrap_or(0)
    }
}

/// The input of a number. Where the target reads text, it is UTF-8.
pub(crate) fn input(number: u64, target: &Target) -> Vec<u8> {
    let mut chance = Chance(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for _ in 0..4 {
        chance.next();
    }
    let seed = &target.seeds[chance.below(target.seeds.len())];
    if target.keeps_length {
        return patched(seed.clone(), &mut chance);
    }
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
fn by_words(seed: &str, target: &Target, chance: &mut Chance) -> String {
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

/// Some bytes in other values, near each other and near what is not zero: the structures of a disk.
fn patched(mut bytes: Vec<u8>, chance: &mut Chance) -> Vec<u8> {
    let mut at = chance.below(bytes.len());
    for _ in 0..=chance.below(8) {
        if chance.below(3) == 0 {
            at = chance.below(bytes.len());
        }
        // On to where something is.
        at = bytes[at..].iter().position(|byte| *byte != 0).map_or(at, |found| at + found);
        at = (at + chance.below(16)).min(bytes.len() - 1);
        let value = [0, 1, 0x7f, 0x80, 0xff, (chance.next() & 0xff) as u8][chance.below(6)];
        let end = (at + 1 + chance.below(8)).min(bytes.len());
        bytes[at..end].fill(value);
    }
    if chance.below(10) == 0 {
        let length = chance.below(bytes.len());
        bytes.truncate(length.max(1));
    }
    bytes
}
