//! The values of literals.

use std::borrow::Cow;
use std::ops::Range;

/// The value of a string literal, raw or not, whose suffix is dropped.
///
/// # Errors
///
/// The byte range in `literal` of the first escape that the compiler refuses; the whole range where it is not a string.
pub(crate) fn string(literal: &str) -> Result<String, Range<usize>> {
    let not_a_string = || 0..literal.len();
    if let Some(raw) = literal.strip_prefix('r') {
        let hashes = raw.bytes().take_while(|byte| *byte == b'#').count();
        let inner = raw.get(hashes + 1..raw.rfind('"').unwrap_or_default()).ok_or_else(not_a_string)?;
        return Ok(line_ends(inner).into_owned());
    }
    let end = literal.rfind('"').filter(|end| *end > 0 && literal.starts_with('"'));
    let inner = &literal[1..end.ok_or_else(not_a_string)?];
    if !inner.contains(['\\', '\r']) {
        return Ok(inner.to_owned());
    }
    let lines = line_ends(inner);
    let mut value = String::with_capacity(lines.len());
    let mut refused: Option<Range<usize>> = None;
    rustc_literal_escaper::unescape_str(&lines, |range, character| match character {
        Ok(character) => value.push(character),
        Err(error) if error.is_fatal() && refused.is_none() => refused = Some(range),
        Err(_) => {}
    });
    match refused {
        Some(range) => Err(1 + written(inner, range.start)..1 + written(inner, range.end)),
        None => Ok(value),
    }
}

/// The value of an integer literal, whose suffix is dropped; `None` where it exceeds 64 bits or is not one.
pub(super) fn integer(literal: &str) -> Option<u64> {
    let (radix, digits) = match literal.get(..2) {
        Some("0x") => (16, &literal[2..]),
        Some("0o") => (8, &literal[2..]),
        Some("0b") => (2, &literal[2..]),
        _ => (10, literal),
    };
    let is_digit = |c: char| c == '_' || c.is_digit(radix.max(10));
    let digits: String = digits.chars().take_while(|c| is_digit(*c)).filter(|c| *c != '_').collect();
    u64::from_str_radix(&digits, radix).ok()
}

/// Text as the compiler reads it.
fn line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").into() } else { text.into() }
}

/// The position in `text` for `at`, a position in the result of [`line_ends`]: each line end before it was a byte longer.
fn written(text: &str, at: usize) -> usize {
    let ends = text.match_indices("\r\n").enumerate();
    at + ends.take_while(|(before, (end, _))| end - before < at).count()
}

#[cfg(test)]
mod tests {
    use super::{integer, string};

    #[test]
    fn strings_have_the_compilers_value() {
        for (literal, value) in [
            (r#""a\n\u{41}""#, "a\nA"),
            (r##"r#"a\n"b"#"##, "a\\n\"b"),
            ("\"a\r\nb\"", "a\nb"),
            ("\"a\\\r\n   b\"suffix", "ab"),
            ("r\"a\r\nb\"", "a\nb"),
            ("\"\"", ""),
            ("r\"\"", ""),
        ] {
            assert_eq!(string(literal).as_deref(), Ok(value), "{literal}");
        }
    }

    #[test]
    fn a_refused_escape_has_its_place_in_the_source() {
        assert_eq!(string(r#""ab\q""#), Err(3..5));
        assert_eq!(string("\"a\r\n\\q\""), Err(4..6));
        for literal in ["", "\"", "r", "r#", "r#\"", "b\"x\"", "7"] {
            assert_eq!(string(literal), Err(0..literal.len()), "{literal}");
        }
    }

    #[test]
    fn integers_drop_suffix_and_underscores() {
        for (literal, value) in [
            ("1_000u64", Some(1000)),
            ("0xff_u8", Some(255)),
            ("0b101usize", Some(5)),
            ("0o17", Some(15)),
            ("0b12", None),
            ("99999999999999999999", None),
            ("0x", None),
            ("", None),
        ] {
            assert_eq!(integer(literal), value, "{literal}");
        }
    }
}
