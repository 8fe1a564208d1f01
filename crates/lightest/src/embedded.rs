//! The catalog that comes with the program.

use lightest_model::catalog::{Catalog, File, Layer};

use crate::failure::Failure;

static READ: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.bin"));
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/catalog_files.rs"));

/// The catalog, as it was read when the program was built.
pub(crate) fn catalog() -> Result<Catalog, Failure> {
    postcard::from_bytes(READ)
        .map_err(|error| Failure::new(format!("the embedded catalog does not fit this program: {error}")))
}

/// The files it was read from.
pub(crate) fn files() -> Vec<File> {
    let file = |(name, text): &(&str, &str)| File {
        name: (*name).to_owned(),
        text: (*text).to_owned(),
        layer: Layer::Base,
    };
    FILES.iter().map(file).collect()
}
