//! Reads the files of a catalog that is not the embedded one.

use std::path::{Path, PathBuf};

use lightest_catalog::{File, ReadError, embedded, list_folder, load};
use lightest_diagnostics::{Diagnostic, SourceFile, line_column};
use lightest_model::catalog::{Capability, Catalog, Layer};

use super::text::reason;
use super::tree::Tree;
use crate::failure::Failure;
use crate::output::shown;

/// The files of a folder.
pub(crate) fn folder_files(folder: &Path, layer: Layer) -> Result<Vec<File>, Failure> {
    const README: &str = "`catalog/README.md` of Lightest describes a catalog";
    let paths = list_folder(folder).map_err(|error| match error {
        ReadError::Empty { folder } => {
            Failure::new(format!("no TOML file in {}", shown(&folder))).help(README)
        }
        ReadError::Unreadable { path, error } => {
            Failure::new(format!("{} cannot be read: {}", shown(&path), reason(&error)))
                .help(format!("name a folder of TOML files; {README}"))
        }
    })?;
    let tree = Tree::at(folder);
    let read = |path: PathBuf| {
        let text = tree.text(&path).map_err(|error| error.failure(&path))?;
        Ok(File::new(&path, text, layer))
    };
    paths.into_iter().map(read).collect()
}

/// The facts of some embedded folders with a user's laid over them, but for one of the user's files; leaked, for `learn` reads them once.
pub(crate) fn catalog_without(
    facts: &[&str],
    folder: Option<&Path>,
    file: &str,
) -> Result<&'static Catalog, Failure> {
    let files = files_without(facts, folder, file)?;
    load(&files).map(|catalog| &*Box::leak(Box::new(catalog))).map_err(|errors| failure(&files, &errors))
}

/// Sees that a text would load in the place of one file of a user's folder.
pub(crate) fn check_with(facts: &[&str], folder: &Path, file: &str, text: &str) -> Result<(), Failure> {
    let mut files = files_without(facts, Some(folder), file)?;
    files.push(File::new(&folder.join(file), text.to_owned(), Layer::User));
    load(&files).map(|_| ()).map_err(|errors| failure(&files, &errors))
}

/// The place of a statement, as `file:line`; `None` where it is unknown. The catalog is that of
/// [`catalog_without`].
pub(crate) fn place(
    facts: &[&str],
    folder: Option<&Path>,
    file: &str,
    catalog: &Catalog,
    statement: &Capability,
) -> Result<Option<String>, Failure> {
    let Some(index) = catalog.capabilities.iter().position(|known| std::ptr::eq(known, statement)) else {
        return Ok(None);
    };
    let mut left = index;
    for file in files_without(facts, folder, file)? {
        for (line, text) in file.text.lines().enumerate() {
            if text.trim() == "[[capability]]" {
                if left == 0 {
                    return Ok(Some(format!("{}:{}", file.name, line + 1)));
                }
                left -= 1;
            }
        }
    }
    Ok(None)
}

/// The files that a command works with, but for one of the user's.
fn files_without(facts: &[&str], folder: Option<&Path>, file: &str) -> Result<Vec<File>, Failure> {
    let mut files = embedded(facts);
    let Some(folder) = folder.filter(|folder| folder.exists()) else { return Ok(files) };
    let tree = Tree::at(folder);
    let paths = match list_folder(folder) {
        Ok(paths) => paths,
        Err(ReadError::Empty { .. }) => Vec::new(),
        Err(error) => return Err(Failure::new(error.to_string())),
    };
    for path in paths.into_iter().filter(|path| *path != folder.join(file)) {
        let text = tree.text(&path).map_err(|error| error.failure(&path))?;
        files.push(File::new(&path, text, Layer::User));
    }
    Ok(files)
}

/// The first mistake in full, and how many there are.
pub(crate) fn failure(files: &[File], errors: &[Diagnostic]) -> Failure {
    let Some(first) = errors.first() else { return Failure::new("the catalog cannot be read") };
    let source = |file: &File| SourceFile { name: file.name.clone(), text: (&*file.text).into() };
    let mut failure = Failure::of(first.clone(), files.iter().map(source).collect());
    for error in errors.iter().skip(1).take(9) {
        let place = error.primary().map_or(String::new(), |span| {
            let file = &files[span.file];
            format!("{}:{}: ", file.name, line_column(&file.text, span.bytes.start).0)
        });
        failure = failure.note(format!("{place}{}", error.message));
    }
    if errors.len() > 10 {
        failure = failure.note(format!("and {} more", errors.len() - 10));
    }
    failure
}
