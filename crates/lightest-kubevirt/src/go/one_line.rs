//! Blocks on one line: the parser wants a semicolon after `defer f()` and after an `else` block that Go leaves out there.

use super::limits::{is_comment, token_end};

/// The text with those semicolons in place of the spaces that follow, so that every byte stays where it is; `None` where
/// there is nothing to add.
pub(super) fn with_semicolons(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut mended: Option<Vec<u8>> = None;
    // For each open brace, whether it opens the block of an `else`, and whether a `defer` is not yet ended in it.
    let mut braces: Vec<(bool, bool)> = vec![(false, false)];
    let mut before: &[u8] = b"";
    let mut after_else_block = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let end = token_end(bytes, at);
        let token = &bytes[at..end];
        let start = std::mem::replace(&mut at, end);
        if byte.is_ascii_whitespace() || is_comment(token) {
            if token.contains(&b'\n') {
                after_else_block = false;
                braces.last_mut()?.1 = false;
            }
            continue;
        }
        let mut ends_else = false;
        match byte {
            b'{' => braces.push((before == b"else", false)),
            b';' => braces.last_mut()?.1 = false,
            b'}' => {
                let (is_else, defers) = if braces.len() > 1 { braces.pop()? } else { (false, false) };
                if (defers || after_else_block) && start > 0 && matches!(bytes[start - 1], b' ' | b'\t') {
                    mended.get_or_insert_with(|| bytes.to_vec())[start - 1] = b';';
                }
                ends_else = is_else;
            }
            _ if token == b"defer" => braces.last_mut()?.1 = true,
            _ => {}
        }
        after_else_block = ends_else;
        before = token;
    }
    String::from_utf8(mended?).ok()
}
