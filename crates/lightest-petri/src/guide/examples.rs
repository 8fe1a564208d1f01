//! Attributes to paste: what the chooser answers to each branch of the request's tree.

use lightest_diagnostics::words::capital;
use lightest_model::catalog::Section;
use lightest_model::chooser::{Query, choose};
use lightest_model::space::Space;

use super::markdown::{fence, paragraph};
use super::tree::condition;
use crate::attribute;

/// The label that keeps rustdoc and mdBook from compiling it.
pub(super) const LABEL: &str = "rust,ignore";

/// An attribute for those requirements.
pub(super) fn for_requirements(space: &Space<'_>, requires: &[String]) -> Option<String> {
    let query = Query { requires: requires.to_vec(), archs: Vec::new(), vmms: Vec::new() };
    let choice = choose(space, &query).ok()?;
    attribute(space, &choice).map(|attribute| attribute.to_string())
}

/// One for each branch of the request's tree, but for one that is shown already.
pub(super) fn section(space: &Space<'_>, shown: Option<&str>) -> String {
    let catalog = space.catalog();
    let mut text = String::new();
    for claim in catalog.claims.iter().filter(|claim| claim.section == Section::Tree) {
        let Some(attribute) = for_requirements(space, &claim.requires) else { continue };
        if shown == Some(attribute.as_str()) {
            continue;
        }
        text.push_str(&paragraph(&format!("{}:", capital(&condition(catalog, claim)))));
        text.push('\n');
        text.push_str(&fence(LABEL, &attribute));
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}
