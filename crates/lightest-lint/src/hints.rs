//! What a test's name, its modules and its doc comment speak of, which its body need not show.
//!
//! A hint is weak: it chooses only between configurations that provide everything the body asks for, and an answer says
//! that it rests on a name.

use lightest_diagnostics::Span;
use lightest_model::catalog::{Catalog, Requirement};

use crate::facts::{Remark, Test};
use crate::name::{denied, padded};

/// Where a hint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// In the test's own name.
    Name,
    /// In the name of a module around it.
    Module,
    /// In the first paragraph of its doc comment.
    Doc,
}

impl Origin {
    /// As part of a sentence: "from the name alone".
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Module => "module's name",
            Self::Doc => "doc comment",
        }
    }
}

/// A requirement that a test is called by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hint<'c> {
    pub(crate) requirement: &'c str,
    pub(crate) origin: Origin,
    pub(crate) span: Span,
}

/// The hints of a test, the strongest first; each requirement once.
pub(crate) fn of<'c>(test: &Test, catalog: &'c Catalog) -> Vec<Hint<'c>> {
    let name = padded(&test.name);
    let modules: String = test.module.iter().map(|module| padded(module)).collect();
    let doc = test.remarks.iter().find(|remark| is_doc(remark));
    let paragraph = doc.map_or_else(String::new, |remark| first_paragraph(&remark.text));
    let texts = [
        (Origin::Name, name, &test.name_span),
        (Origin::Module, modules, &test.name_span),
        (Origin::Doc, paragraph, doc.map_or(&test.name_span, |doc| &doc.span)),
    ];
    let mut found: Vec<Hint<'c>> = Vec::new();
    for (origin, text, span) in texts {
        for requirement in &catalog.requirements {
            let known = found.iter().any(|hint| hint.requirement == requirement.id);
            if !known && speaks(requirement, catalog, origin) && mentions(&text, requirement) {
                found.push(Hint { requirement: &requirement.id, origin, span: span.clone() });
            }
        }
    }
    found
}

/// Whether a requirement can be hinted at in such a place.
fn speaks(requirement: &Requirement, catalog: &Catalog, origin: Origin) -> bool {
    let place = catalog.is_place(&requirement.id);
    match origin {
        // Names are chosen words; a sentence about a test names much that it is not about.
        Origin::Name | Origin::Module => place || requirement.group != "where",
        Origin::Doc => matches!(&*requirement.group, "isolation" | "paravisor" | "firmware"),
    }
}

fn mentions(text: &str, requirement: &Requirement) -> bool {
    std::iter::once(&requirement.id).chain(&requirement.aliases).any(|word| {
        let word = padded(word);
        text.match_indices(&word).any(|(at, _)| !denied(text, at, word.len()))
    })
}

fn is_doc(remark: &Remark) -> bool {
    let text = remark.text.trim_start();
    text.starts_with("///") || text.starts_with("/**")
}

/// How a line of a doc comment begins that is not about what the test does now.
const ASIDES: [&str; 4] = ["TODO", "FIXME", "N.B.", "NOTE"];

/// The first paragraph of a doc comment, as words between underscores; what is code there stands for itself.
fn first_paragraph(text: &str) -> String {
    // Other comments may follow at once.
    let block = text.trim_start().starts_with("/**");
    let lines = text.lines().map(str::trim).take_while(|line| block || line.starts_with("///"));
    let lines = lines.map(|line| line.trim_start_matches(['/', '*', ' ']));
    let lines = lines.skip_while(|line| line.is_empty());
    let lines =
        lines.take_while(|line| !line.is_empty() && !ASIDES.iter().any(|aside| line.starts_with(aside)));
    let code = |word: &&str| !word.contains(['_', '`', '(', ':']) || word.ends_with(':');
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).filter(code).collect();
    let plain = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let words: String = words.join(" ").chars().map(plain).collect();
    let words: Vec<&str> = words.split('_').filter(|word| !word.is_empty()).collect();
    padded(&words.join("_"))
}

#[cfg(test)]
mod tests {
    use super::first_paragraph;

    #[test]
    fn a_doc_comment_speaks_in_its_first_paragraph() {
        let text = "/// Test that a CVM's key,\n    /// once sealed, stays.\n    ///\n    /// Not on TDX.";
        assert_eq!(first_paragraph(text), "_test_that_a_cvm_s_key_once_sealed_stays_");
        assert_eq!(first_paragraph("/// Boots.\n// Not under UEFI."), "_boots_");
        assert_eq!(first_paragraph("/// Boots.\n/// TODO: under UEFI, too"), "_boots_");
        assert_eq!(first_paragraph("/// As `uefi_boot` (openhcl_uefi_x64) does"), "_as_does_");
        assert_eq!(first_paragraph("/// "), "__");
    }
}
