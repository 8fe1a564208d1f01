//! The tests of a tree, read for commands that set them beside something else.

use std::path::{Path, PathBuf};

use lightest_lint::calls::Table;
use lightest_lint::dialect::Dialect;
use lightest_lint::facts::{Declaration, Reading, Variant};
use lightest_lint::source::Source;
use lightest_model::catalog::Catalog;

use crate::exit;
use crate::failure::Failure;
use crate::findings::sources::{self, Sources};
use crate::findings::table;
use crate::framework::Framework;
use crate::session::Session;

/// The tests of a tree, and what they were read with.
pub(crate) struct Tests {
    pub(crate) dialect: &'static dyn Dialect,
    pub(crate) table: Table,
    read: Sources,
    pub(crate) reading: Reading,
    /// Whether everything could be read.
    pub(crate) complete: bool,
}

impl Tests {
    /// The framework of the tests below some paths.
    ///
    /// # Errors
    ///
    /// Where its results name no guest: a test that boots several side by side is one result.
    pub(crate) fn framework(paths: &[PathBuf], session: &Session) -> Result<Framework, Failure> {
        let framework = session.framework(paths);
        if framework.dialect().conventions().alternatives {
            Ok(framework)
        } else {
            Err(without_variants(framework.dialect()))
        }
    }

    /// Reads the tests below some paths. What cannot be read is named in a warning.
    pub(crate) fn read(
        paths: &[PathBuf],
        framework: Framework,
        catalog: &Catalog,
        session: &Session,
    ) -> Result<Self, Failure> {
        let dialect = framework.dialect();
        let table = table::of(framework, catalog, session)?;
        let read = sources::read(paths, dialect)?;
        read.warn();
        let reading = dialect.read(&read.files, catalog, &table);
        let complete = read.unread.is_empty() && reading.unread.is_empty();
        Ok(Self { dialect, table, read, reading, complete })
    }

    /// Every variant, with the index of its test.
    pub(crate) fn variants(&self) -> impl Iterator<Item = (usize, &Declaration, &Variant)> {
        self.reading.tests.iter().enumerate().flat_map(|(index, test)| {
            let lists = test.declarations.iter();
            lists.flat_map(move |list| list.variants.iter().map(move |variant| (index, list, variant)))
        })
    }

    /// The name of a test with its modules.
    pub(crate) fn name(&self, test: usize) -> String {
        self.dialect.full_name(&self.reading.tests[test])
    }

    /// Where there is no test below these paths, the exit code for that, after a message.
    pub(crate) fn none(&self, paths: &[PathBuf]) -> Option<u8> {
        if !self.reading.tests.is_empty() {
            return None;
        }
        if !self.complete {
            return Some(exit::COULD_NOT);
        }
        self.read.none(paths, self.dialect);
        Some(exit::NOTHING)
    }

    /// The files that were read.
    pub(crate) fn sources(&self) -> &[Source] {
        &self.read.files
    }

    /// The path of a file that an edit changes, as it was named.
    pub(crate) fn path(&self, file: usize) -> Option<&Path> {
        self.read.paths.get(file).map(PathBuf::as_path)
    }
}

/// That the tests of a framework have no variants.
fn without_variants(dialect: &dyn Dialect) -> Failure {
    let served = Framework::all().map(Framework::dialect).filter(|other| other.conventions().alternatives);
    let served: Vec<&str> = served.map(|other| other.about()).collect();
    Failure::new(format!("`suite`, `learn` and `unknowns` do not read {}", dialect.about()))
        .note("a result there is of all guests that the test boots, so that time and passes belong to no single one")
        .help(format!("they read {}; `check`, `requirements` and `pick --from` read these, too", served.join(", ")))
}
