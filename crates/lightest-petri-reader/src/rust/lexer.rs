//! The lexer, behind one function: the same text gives the same tokens wherever it is read.

use std::borrow::Cow;

use lightest_diagnostics::MARK;
use ra_ap_parser::{Edition, LexedStr};

pub(crate) use ra_ap_parser::SyntaxKind;

/// The edition of Rust that is read.
pub(super) const EDITION: Edition = Edition::CURRENT;

/// Lexes `text` and hands the tokens, whose positions are those of `text`, to `read`. Text of 4 GiB and more has none.
pub(super) fn lex<R>(text: &str, read: impl FnOnce(&LexedStr<'_>) -> R) -> R {
    let text = if u32::try_from(text.len()).is_ok() { text } else { "" };
    let lines = if text.contains("\r\n") { Cow::Owned(short_line_ends(text)) } else { text.into() };
    // The compiler drops it as well.
    let lines = match lines.strip_prefix(MARK) {
        Some(rest) => Cow::Owned(format!("{:1$}{rest}", "", MARK.len_utf8())),
        None => lines,
    };
    read(&LexedStr::new(EDITION, &lines))
}

/// A text of the same length, for the lexer: the compiler takes CR LF for one line end before it looks at anything
/// else. The byte that is left over becomes a blank, or a line end where the line is empty: the parser attaches
/// comments by empty lines.
fn short_line_ends(text: &str) -> String {
    text.replace("\r\n\r\n", "\n\n\r\n").replace("\r\n", "\n ")
}
