//! The facts about KubeVirt's guests, and the table of calls in its tests.

use lightest_catalog::File;

use crate::table::Table;

/// The folder of the catalog with the facts.
pub const FOLDERS: &[&str] = &["kubevirt"];

/// The embedded table of calls.
///
/// # Errors
///
/// When one of its files is no table, which a test rules out.
pub fn table() -> Result<Table, String> {
    let files = lightest_catalog::embedded(FOLDERS);
    Table::read(files.iter().filter(|file| file.is_of_calls()).map(|file: &File| &*file.text))
}
