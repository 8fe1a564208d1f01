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

/// The files of a catalog except one, which a command writes anew.
pub(crate) struct Rest(Vec<File>);

impl Rest {
    /// Of files that were read, those that are not at this path.
    pub(crate) fn of(files: &[File], except: Option<&Path>) -> Self {
        let except = except.map(|path| File::new(path, "", Layer::User).name);
        Self(files.iter().filter(|file| except.as_ref() != Some(&file.name)).cloned().collect())
    }

    /// Reads a user's folder, which is laid over the embedded facts.
    pub(crate) fn read(facts: &[&str], folder: &Path, except: &Path) -> Result<Self, Failure> {
        let mut files = embedded(facts);
        let tree = Tree::at(folder);
        let paths = match list_folder(folder) {
            Ok(paths) => paths,
            Err(ReadError::Empty { .. }) => Vec::new(),
            Err(error) => return Err(Failure::new(error.to_string())),
        };
        for path in paths.into_iter().filter(|path| path != except) {
            let text = tree.text(&path).map_err(|error| error.failure(&path))?;
            files.push(File::new(&path, text, Layer::User));
        }
        Ok(Self(files))
    }

    /// The facts; leaked, for a process loads them once.
    pub(crate) fn catalog(&self) -> Result<&'static Catalog, Failure> {
        load(&self.0)
            .map(|catalog| &*Box::leak(Box::new(catalog)))
            .map_err(|errors| failure(&self.0, &errors))
    }

    /// Sees that a text would load beside these as the file at a path.
    pub(crate) fn check_with(&self, path: &Path, text: &str) -> Result<(), Failure> {
        let mut files = self.0.clone();
        files.push(File::new(path, text.to_owned(), Layer::User));
        load(&files).map(|_| ()).map_err(|errors| failure(&files, &errors))
    }

    /// The place of a statement of [`Self::catalog`], as `file:line`; `None` where it is unknown.
    pub(crate) fn place(&self, catalog: &Catalog, statement: &Capability) -> Option<String> {
        let mut left = catalog.capabilities.iter().position(|known| std::ptr::eq(known, statement))?;
        for file in &self.0 {
            for (line, text) in file.text.lines().enumerate() {
                if text.trim() == "[[capability]]" {
                    if left == 0 {
                        return Some(format!("{}:{}", shown(Path::new(&file.name)), line + 1));
                    }
                    left -= 1;
                }
            }
        }
        None
    }
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
