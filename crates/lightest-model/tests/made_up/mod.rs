//! The catalog of a made-up framework, and what a test adds to it.

use std::path::Path;

use lightest_catalog::{File, load};
use lightest_model::catalog::{Catalog, Layer};

const CATALOG: &str = include_str!("catalog.toml");

/// The made-up catalog with more statements: whether the configurations of a condition give a requirement.
pub(crate) fn catalog(statements: &[(Layer, &str, &str, &str)]) -> Catalog {
    let mut files = vec![File::new(Path::new("catalog.toml"), CATALOG.to_owned(), Layer::Base)];
    for (at, (layer, requirement, support, when)) in statements.iter().enumerate() {
        let text = format!(
            "[[capability]]\nrequirement = \"{requirement}\"\nsupport = \"{support}\"\nwhen = {{ {when} }}\n\
             because = \"statement {at}\"\nevidence = [\"here:by hand\"]\n"
        );
        files.push(File::new(Path::new(&format!("{at}.toml")), text, *layer));
    }
    load(&files).unwrap_or_else(|errors| panic!("{errors:#?}"))
}
