//! How deep source may nest: the parser recurses without a limit of its own on statements and types.

/// Most open brackets at one place.
const MAX_DEPTH: usize = 200;
/// Most tokens, over all brackets that are open, since something ended there. Every token can add a level to the tree
/// (`!!!!x`, `a.b.c.d`, `else if` after `else if`); KubeVirt's tests stay below 400.
const MAX_RUN: usize = 2_000;

/// The byte where source nests deeper than the parser's stack is sure to bear; `None` where it does not.
#[must_use]
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // Tokens since something ended, for each open bracket, and their sum.
    let mut runs = vec![0_usize];
    let mut sum = 0;
    let mut at = 0;
    // Whether a line ended since the last token, and whether a semicolon is inserted after that token then.
    let (mut newline, mut ends) = (false, true);
    while let Some(&byte) = bytes.get(at) {
        let next = token_end(bytes, at);
        let token = bytes.get(at..next)?;
        at = next;
        if byte.is_ascii_whitespace() || is_comment(token) {
            newline |= token.contains(&b'\n');
            continue;
        }
        if matches!(byte, b',' | b';') || (newline && ends) {
            sum -= std::mem::take(runs.last_mut()?);
        }
        match byte {
            b',' | b';' => {}
            b')' | b']' | b'}' => {
                if runs.len() > 1 {
                    sum -= runs.pop().unwrap_or(0);
                }
            }
            _ => {
                *runs.last_mut()? += 1;
                sum += 1;
                if matches!(byte, b'(' | b'[' | b'{') {
                    runs.push(0);
                }
            }
        }
        if runs.len() > MAX_DEPTH || sum > MAX_RUN {
            return Some(next - token.len());
        }
        (newline, ends) = (false, ends_statement(token));
    }
    None
}

/// Whether a token is a comment.
pub(super) fn is_comment(token: &[u8]) -> bool {
    token.starts_with(b"//") || token.starts_with(b"/*")
}

/// Whether a semicolon is inserted after a token at the end of a line.
fn ends_statement(token: &[u8]) -> bool {
    match token {
        b"break" | b"continue" | b"fallthrough" | b"return" => true,
        b"case" | b"chan" | b"const" | b"default" | b"defer" | b"else" | b"for" | b"func" | b"go"
        | b"goto" | b"if" | b"import" | b"interface" | b"map" | b"package" | b"range" | b"select"
        | b"struct" | b"switch" | b"type" | b"var" => false,
        _ => token
            .last()
            .is_some_and(|last| is_word(*last) || matches!(last, b')' | b']' | b'}' | b'"' | b'`' | b'\'')),
    }
}

/// Where the token, the white space or the comment at a place ends.
pub(super) fn token_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at + 1..];
    let within = |len: Option<usize>| len.map_or(bytes.len(), |len| at + 1 + len);
    match bytes[at] {
        b'/' if rest.first() == Some(&b'/') => within(rest.iter().position(|byte| *byte == b'\n')),
        b'/' if rest.first() == Some(&b'*') => {
            within(rest.windows(2).skip(1).position(|pair| pair == b"*/").map(|at| at + 3))
        }
        b'`' => within(rest.iter().position(|byte| *byte == b'`').map(|at| at + 1)),
        quote @ (b'"' | b'\'') => {
            let mut escaped = false;
            let end = rest.iter().position(|byte| {
                let ends = !escaped && (*byte == quote || *byte == b'\n');
                escaped = !escaped && *byte == b'\\';
                ends
            });
            within(end.map(|at| at + 1))
        }
        byte if is_word(byte) => within(rest.iter().position(|byte| !is_word(*byte))),
        _ => at + 1,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
