//! What a doc comment says first.

use lightest_lint::facts::Remark;

/// How a line of a doc comment begins that is not about what the test does now.
const ASIDES: [&str; 4] = ["TODO", "FIXME", "N.B.", "NOTE"];

/// The first paragraph of the doc comment among some comments, without what is code there.
pub(super) fn of(remarks: &[Remark]) -> Option<Remark> {
    let is_doc = |remark: &&Remark| {
        let text = remark.text.trim_start();
        text.starts_with("///") || text.starts_with("/**")
    };
    let doc = remarks.iter().find(is_doc)?;
    Some(Remark { text: first_paragraph(&doc.text), span: doc.span.clone() })
}

fn first_paragraph(text: &str) -> String {
    // Other comments may follow at once.
    let block = text.trim_start().starts_with("/**");
    let lines = text.lines().map(str::trim).take_while(|line| block || line.starts_with("///"));
    let lines = lines.map(|line| line.trim_start_matches(['/', '*', ' ']));
    let lines = lines.skip_while(|line| line.is_empty());
    let lines =
        lines.take_while(|line| !line.is_empty() && !ASIDES.iter().any(|aside| line.starts_with(aside)));
    // What is code stands for itself.
    let is_prose = |word: &&str| !word.contains(['_', '`', '(', ':']) || word.ends_with(':');
    lines.flat_map(str::split_whitespace).filter(is_prose).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::first_paragraph;

    #[test]
    fn a_doc_comment_speaks_in_its_first_paragraph() {
        let text = "/// Test that a CVM's key,\n    /// once sealed, stays.\n    ///\n    /// Not on TDX.";
        assert_eq!(first_paragraph(text), "Test that a CVM's key, once sealed, stays.");
        assert_eq!(first_paragraph("/// Boots.\n// Not under UEFI."), "Boots.");
        assert_eq!(first_paragraph("/// Boots.\n/// TODO: under UEFI, too"), "Boots.");
        assert_eq!(first_paragraph("/// As `uefi_boot` (openhcl_uefi_x64) does"), "As does");
        assert_eq!(first_paragraph("/** Boots.\n * Twice.\n */"), "Boots. Twice.");
        assert_eq!(first_paragraph("/// "), "");
    }
}
