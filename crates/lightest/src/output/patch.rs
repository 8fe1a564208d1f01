//! A change to a file, in the form that `git apply` and `patch` read.

use std::path::Path;

use super::named::named;

/// What changes in a file, as a unified diff; a file that is not there yet has no text before.
pub(crate) fn patch(path: &Path, before: Option<&str>, after: &str) -> Vec<u8> {
    let name = named(path);
    let side = |mark: &str| quoted([mark.as_bytes(), &name].concat());
    let old = if before.is_some() { side("a/") } else { b"/dev/null".to_vec() };
    let mut patch = [b"--- ", old.as_slice(), b"\n+++ ", &side("b/"), b"\n"].concat();
    let diff = similar::TextDiff::from_lines(before.unwrap_or_default(), after);
    patch.extend_from_slice(diff.unified_diff().context_radius(3).to_string().as_bytes());
    patch
}

/// A name as git writes it: in quotes, with escapes, where it holds what would end or change a line.
fn quoted(name: Vec<u8>) -> Vec<u8> {
    if !name.iter().any(|byte| byte.is_ascii_control() || b"\"\\".contains(byte)) {
        return name;
    }
    let mut quoted = vec![b'"'];
    for byte in name {
        match byte {
            b'"' | b'\\' => quoted.extend_from_slice(&[b'\\', byte]),
            byte if byte.is_ascii_control() => quoted.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
            byte => quoted.push(byte),
        }
    }
    quoted.push(b'"');
    quoted
}
