//! Values as PowerShell's own literals: whatever is in a value, it stays a value.

/// Characters that PowerShell takes for a single quote, so that each could end a literal.
const QUOTES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];

/// A text as a literal in which nothing is expanded.
pub(super) fn text(value: &str) -> String {
    let mut literal = String::with_capacity(value.len() + 2);
    literal.push('\'');
    for letter in value.chars() {
        literal.push(letter);
        if QUOTES.contains(&letter) {
            literal.push(letter);
        }
    }
    literal.push('\'');
    literal
}

/// A truth.
pub(super) fn truth(value: bool) -> &'static str {
    if value { "$true" } else { "$false" }
}

/// A list of literals.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("@({})", items.into_iter().collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The value that PowerShell reads from a literal, and the rest of the text.
    fn read(literal: &str) -> Option<(String, &str)> {
        let mut letters = literal.char_indices().peekable();
        let (_, first) = letters.next()?;
        if !QUOTES.contains(&first) {
            return None;
        }
        let mut value = String::new();
        while let Some((at, letter)) = letters.next() {
            if !QUOTES.contains(&letter) {
                value.push(letter);
            } else if let Some((_, again)) = letters.next_if(|(_, next)| QUOTES.contains(next)) {
                value.push(again);
            } else {
                return Some((value, &literal[at + letter.len_utf8()..]));
            }
        }
        None
    }

    #[test]
    fn quotes_keep_code_as_text() {
        let names = [
            r"C:\$(Remove-Item x)\disk.vhdx",
            "it's.vhdx",
            "a'; Remove-VM *; '.vhdx",
            "a\u{2019}; Remove-VM *; \u{2018}.vhdx",
            "`$x\"; &calc\n'@",
        ];
        for name in names {
            assert_eq!(read(&text(name)), Some((name.to_owned(), "")), "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_value_ends_its_literal(value in any::<String>()) {
            let literal = text(&value);
            prop_assert_eq!(read(&literal), Some((value, "")));
        }
    }
}
