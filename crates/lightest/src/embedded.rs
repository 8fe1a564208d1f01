//! The catalog and the table of calls that come with the program.

use lightest_lint::calls::Entry;
use lightest_model::catalog::Catalog;
use lightest_precompiled::{self as precompiled, Bytes, PrecompiledError};

use crate::failure::Failure;

/// The folders of the catalog that the build script wrote.
pub(crate) const FOLDERS: &[&str] = lightest_catalog::OPENVMM;

macro_rules! written {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name))
    };
}

/// The output of the build script.
static BYTES: Bytes = Bytes {
    whole: written!("catalog.bin"),
    rest: written!("catalog_rest.bin"),
    statements: written!("statements.bin"),
    index: written!("statements_index.bin"),
    alone: written!("alone.bin"),
    calls: written!("calls.bin"),
};

impl From<PrecompiledError> for Failure {
    fn from(error: PrecompiledError) -> Self {
        Self::new(error.to_string())
    }
}

/// The catalog, as it was read when the program was built.
pub(crate) fn catalog() -> Result<Catalog, Failure> {
    Ok(precompiled::catalog(BYTES)?)
}

/// The entries of the table of calls, as they were read when the program was built.
pub(crate) fn calls() -> Result<Vec<Entry>, Failure> {
    Ok(precompiled::calls(BYTES)?)
}

/// The part of the catalog that a pick for some requirements looks at, and for each configuration what
/// [`lightest_model::space::Space::alone`] gives.
pub(crate) fn about(words: &[String]) -> Result<(Catalog, Vec<u128>), Failure> {
    Ok(precompiled::about(BYTES, words)?)
}
