//! Inputs of reading tests: the catalog of the repository, its table of calls, and a file of their own.

use std::sync::{Arc, LazyLock};

use lightest_catalog::{OPENVMM, calls, embedded, load};
use lightest_lint::calls::Table;
use lightest_lint::source::Source;
use lightest_model::catalog::Catalog;

pub(crate) static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| load(&embedded(OPENVMM)).expect("the catalog is sound"));

pub(crate) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::new(calls::load(&embedded(OPENVMM), &CATALOG).expect("the table is sound")));

/// The only file of a package, with that text.
pub(crate) fn file(text: impl Into<Arc<str>>) -> Source {
    Source {
        path: "a.rs".to_owned(),
        local: "src/a.rs".to_owned(),
        package: String::new(),
        text: text.into(),
    }
}
