//! The table of calls: the catalog's, with the entries of the configuration file after it.

use std::path::Path;

use lightest_catalog::{File, calls};
use lightest_lint::calls::Table;
use lightest_model::catalog::{Catalog, Layer};

use crate::embedded;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::input::catalog::failure;
use crate::session::Session;

/// The table that a framework's tests are judged by: empty where its dialect has one of its own.
pub(crate) fn of(framework: Framework, catalog: &Catalog, session: &Session) -> Result<Table, Failure> {
    if !framework.dialect().uses_table() {
        return Ok(Table::new(Vec::new()));
    }
    let settings = session.settings()?;
    let mut entries = if session.is_embedded(framework)? {
        embedded::calls()?
    } else {
        let files = session.catalog_files(framework)?;
        calls::load(files, catalog).map_err(|errors| failure(files, &errors))?
    };
    let own = calls::check(settings.check.calls.clone(), catalog, 0, Layer::User).map_err(|errors| {
        let file = File::new(Path::new(&settings.origin), settings.text.clone(), Layer::User);
        failure(&[file], &errors)
    })?;
    entries.extend(own);
    Ok(Table::new(entries))
}
