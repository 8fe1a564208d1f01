//! The guest's console: its last part is kept, and its lines are searched for known signs.

use std::collections::VecDeque;

use serde::Deserialize;

/// How much of the console is kept.
const KEPT: usize = 256 * 1024;
/// A line is searched up to here.
const MAX_LINE: usize = 2048;

/// How much of a text is shown, in characters.
const SHOWN: usize = 400;

/// The meanings of console lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// Firmware has nothing to boot.
    NothingToBoot,
    /// A kernel starts.
    Kernel,
    /// A first program starts.
    Init,
    /// A kernel gave up.
    Panicked,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marks {
    mark: Vec<Mark>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    sign: Sign,
    text: String,
    #[expect(dead_code, reason = "for readers of the file")]
    evidence: String,
}

/// The texts that are known signs; from `guests/console.toml`.
#[derive(Debug)]
pub struct Signs(Vec<Mark>);

impl Signs {
    /// The list that came with the program.
    ///
    /// # Panics
    /// Never: a test reads the same text.
    #[must_use]
    pub fn embedded() -> Self {
        let text = include_str!("../../../guests/console.toml");
        let marks: Marks = toml::from_str(text).expect("guests/console.toml is read by a test");
        Self(marks.mark)
    }

    fn find(&self, line: &str) -> Option<Sign> {
        let mut marks = self.0.iter();
        marks.find(|mark| line.contains(&mark.text)).map(|mark| mark.sign)
    }
}

/// The console's output so far.
#[derive(Debug)]
pub struct Console {
    signs: Signs,
    kept: VecDeque<u8>,
    line: Vec<u8>,
}

/// A whole line, and what it shows.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// Its text, without control sequences, cut at a limit.
    pub text: String,
    /// Its meaning.
    pub sign: Option<Sign>,
}

impl Console {
    /// An empty one.
    #[must_use]
    pub fn new(signs: Signs) -> Self {
        Self { signs, kept: VecDeque::new(), line: Vec::new() }
    }

    /// Takes in what was read; answers with the lines that it completes.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Line> {
        self.kept.extend(bytes);
        let over = self.kept.len().saturating_sub(KEPT);
        self.kept.drain(..over);
        let mut lines = Vec::new();
        for &byte in bytes {
            if byte == b'\n' || byte == b'\r' {
                lines.extend(self.finish_line());
            } else if self.line.len() < MAX_LINE {
                self.line.push(byte);
            }
        }
        lines
    }

    fn finish_line(&mut self) -> Option<Line> {
        let raw = std::mem::take(&mut self.line);
        let text = plain(&raw);
        if text.trim().is_empty() {
            return None;
        }
        let sign = self.signs.find(&text);
        Some(Line { text, sign })
    }

    /// Whether the line that is not ended yet contains the text.
    #[must_use]
    pub fn pending_contains(&self, text: &str) -> bool {
        !self.line.is_empty() && plain(&self.line).contains(text)
    }

    /// All that is kept, as it came.
    #[must_use]
    pub fn kept(&self) -> Vec<u8> {
        self.kept.iter().copied().collect()
    }

    /// The last lines, readable.
    #[must_use]
    pub fn tail(&self, lines: usize) -> Vec<String> {
        let all = self.kept();
        let text = all.split(|byte| matches!(byte, b'\n' | b'\r')).map(plain);
        let mut text: Vec<_> = text.filter(|line| !line.trim().is_empty()).collect();
        text.split_off(text.len().saturating_sub(lines))
    }
}

/// Text without terminal control sequences and other control characters.
pub(crate) fn plain(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len().min(MAX_LINE));
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            0x1b => {
                if rest.next_if_eq(&b'[').is_some() {
                    // Parameters, then one final byte.
                    while rest.next_if(|byte| !(0x40..=0x7e).contains(byte)).is_some() {}
                    rest.next();
                } else {
                    rest.next();
                }
            }
            b'\t' => out.push(b' '),
            0..=0x1f | 0x7f => {}
            _ if out.len() < MAX_LINE => out.push(byte),
            _ => break,
        }
    }
    escape(&String::from_utf8_lossy(&out))
}

/// The same with C1 controls, line separators and what changes the order of letters spelled out.
fn escape(text: &str) -> String {
    let spelled = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().fold(String::with_capacity(text.len()), |mut all, letter| {
        if spelled(letter) {
            all.extend(letter.escape_unicode())
        } else {
            all.push(letter)
        }
        all
    })
}

/// A text of the guest's or the VMM's that is shown on one line: harmless, and cut where it is longer than a line.
pub(crate) fn short(text: &str) -> String {
    let whole = plain(text.as_bytes());
    if whole.chars().count() <= SHOWN {
        return whole;
    }
    whole.chars().take(SHOWN).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_signs_can_be_read() {
        assert!(!Signs::embedded().0.is_empty());
    }

    #[test]
    fn a_line_is_found_however_it_is_cut() {
        let text = b"\x1b[2J\x1b[01;01HBdsDxe: hello\r\n[    0.0] Linux version 6.1\nrest";
        for cut in 0..text.len() {
            let mut console = Console::new(Signs::embedded());
            let mut lines = console.push(&text[..cut]);
            lines.extend(console.push(&text[cut..]));
            let texts: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
            assert_eq!(texts, ["BdsDxe: hello", "[    0.0] Linux version 6.1"]);
            assert_eq!(lines[1].sign, Some(Sign::Kernel));
            assert_eq!(console.tail(1), ["rest"]);
        }
    }

    #[test]
    fn guest_output_is_escaped_to_one_line() {
        let hostile = "6.1\x1b]0;title\x07\n::error::\u{9b}2J\u{202e}panic\u{2028}";
        let shown = short(hostile);
        assert_eq!(shown, "6.10;title::error::\\u{9b}2J\\u{202e}panic\\u{2028}");
        assert_eq!(short(&"x".repeat(65_000)).chars().count(), SHOWN + 1);
    }

    #[test]
    fn memory_stays_bounded_on_an_endless_line() {
        let mut console = Console::new(Signs::embedded());
        for _ in 0..200 {
            console.push(&[b'x'; 65536]);
        }
        assert_eq!(console.kept().len(), KEPT);
        assert_eq!(console.line.len(), MAX_LINE);
    }
}
