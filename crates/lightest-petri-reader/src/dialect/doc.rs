//! The first paragraph of a doc comment.

use lightest_lint::facts::Comment;

/// How a line of a doc comment begins that is not about what the test does now.
const ASIDES: [&str; 4] = ["TODO", "FIXME", "N.B.", "NOTE"];

/// The first paragraph of the doc comment among some comments, without what is code there.
pub(super) fn of(comments: &[Comment]) -> Option<Comment> {
    comments.iter().find_map(|comment| {
        Some(Comment { text: first_paragraph(&comment.text)?, span: comment.span.clone() })
    })
}

/// `None` where no doc comment is among the comments of the text.
fn first_paragraph(text: &str) -> Option<String> {
    // Four slashes, and three stars, begin a plain comment.
    let is_line = |line: &str| line.starts_with("///") && !line.starts_with("////");
    let text = text.trim_start();
    let block = text.starts_with("/**") && !text.starts_with("/***") && !text.starts_with("/**/");
    // Other comments may stand around it at once.
    let text = if block { text.split("*/").next().unwrap_or_default() } else { text };
    let lines = text.lines().map(str::trim).skip_while(|line| !block && !is_line(line));
    let mut lines = lines.take_while(|line| block || is_line(line)).peekable();
    lines.peek()?;
    let lines = lines.map(|line| line.trim_start_matches(['/', '*', ' ']));
    let lines = lines.skip_while(|line| line.is_empty());
    let lines =
        lines.take_while(|line| !line.is_empty() && !ASIDES.iter().any(|aside| line.starts_with(aside)));
    // What is code stands for itself.
    let is_prose = |word: &&str| !word.contains(['_', '`', '(', ':']) || word.ends_with(':');
    Some(lines.flat_map(str::split_whitespace).filter(is_prose).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::first_paragraph;

    #[test]
    fn only_the_first_paragraph_of_a_doc_comment_counts() {
        let first = |text: &str| first_paragraph(text).expect("there is a doc comment");
        let text = "/// Test that a CVM's key,\n    /// once sealed, stays.\n    ///\n    /// Not on TDX.";
        assert_eq!(first(text), "Test that a CVM's key, once sealed, stays.");
        assert_eq!(first("/// Boots.\n// Not under UEFI."), "Boots.");
        assert_eq!(first("// Not under UEFI.\n/// Boots."), "Boots.");
        assert_eq!(first("/// Boots.\n/// TODO: under UEFI, too"), "Boots.");
        assert_eq!(first("/// As `uefi_boot` (openhcl_uefi_x64) does"), "As does");
        assert_eq!(first("/** Boots.\n * Twice.\n */"), "Boots. Twice.");
        assert_eq!(first("/** Boots. */\n// Under UEFI it hangs."), "Boots.");
        assert_eq!(first("/// "), "");
        for plain in ["// Under UEFI it hangs.", "//// Under UEFI", "/*** Under UEFI */", "/**/"] {
            assert_eq!(first_paragraph(plain), None);
        }
    }
}
