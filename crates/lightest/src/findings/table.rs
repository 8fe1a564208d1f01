//! The table of calls: the catalog's, with the entries of the configuration file after it.

use std::path::Path;

use lightest_catalog::{File, calls};
use lightest_lint::calls::Table;
use lightest_model::catalog::{Catalog, Layer};

use crate::facts;
use crate::failure::Failure;
use crate::settings::Settings;

/// The table that a command works with; `folder` is the user's catalog.
pub(crate) fn table(catalog: &Catalog, folder: Option<&Path>, settings: &Settings) -> Result<Table, Failure> {
    let files = facts::files(folder)?;
    let mut entries = calls::load(&files, catalog).map_err(|errors| facts::failure(&files, &errors))?;
    let own = calls::check(settings.check.calls.clone(), catalog, 0, Layer::User).map_err(|errors| {
        let file = File::new(Path::new(&settings.origin), settings.text.clone(), Layer::User);
        facts::failure(&[file], &errors)
    })?;
    entries.extend(own);
    Ok(Table::new(entries))
}
