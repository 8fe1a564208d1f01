//! The catalog of the repository.

use lightest_catalog::{OPENVMM, embedded, load};
use lightest_model::catalog::Catalog;

/// The catalog.
pub(crate) fn catalog() -> Catalog {
    load(&embedded(OPENVMM)).unwrap_or_else(|errors| panic!("the catalog has mistakes: {errors:#?}"))
}
