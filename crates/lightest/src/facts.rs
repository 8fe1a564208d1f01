//! The catalog that a command works with: the embedded one, or with the user's laid over it.

use std::path::{Path, PathBuf};

use lightest_catalog::{File, OPENVMM, ReadError, list_folder, load};
use lightest_diagnostics::{Diagnostic, line_column};
use lightest_model::catalog::{Catalog, Layer};
use lightest_model::space::Space;

use crate::failure::{Failure, Place};
use crate::input::Tree;
use crate::{embedded, settings};

/// The facts, with the catalog of `--catalog` or of the configuration file laid over them.
///
/// They live as long as the program, which ends sooner when it need not take them apart.
pub(crate) fn catalog(folder: Option<&Path>) -> Result<&'static Catalog, Failure> {
    read(folder).map(|catalog| &*Box::leak(Box::new(catalog)))
}

/// The space of the tests' configurations, for answers that look at some requirements only; of the embedded catalog, no
/// more is read than they need.
pub(crate) fn space_about(folder: Option<&Path>, words: &[String]) -> Result<Space<'static>, Failure> {
    if user_folder(folder)?.is_some() {
        return Ok(Space::of_tests(catalog(folder)?));
    }
    let (catalog, alone) = embedded::about(words)?;
    Ok(Space::of_tests(Box::leak(Box::new(catalog))).knowing_alone(alone))
}

fn user_folder(folder: Option<&Path>) -> Result<Option<PathBuf>, Failure> {
    match folder {
        Some(folder) => Ok(Some(folder.to_owned())),
        None => {
            let settings = settings::nearest()?;
            settings.catalog.as_ref().map(|path| settings.path("catalog", path)).transpose()
        }
    }
}

fn read(folder: Option<&Path>) -> Result<Catalog, Failure> {
    if user_folder(folder)?.is_none() {
        return embedded::catalog();
    }
    let files = files(folder)?;
    load(&files).map_err(|errors| failure(&files, &errors))
}

/// The files that a command works with: the embedded ones, then the user's.
pub(crate) fn files(folder: Option<&Path>) -> Result<Vec<File>, Failure> {
    let mut files = lightest_catalog::embedded(OPENVMM);
    if let Some(folder) = user_folder(folder)? {
        files.extend(folder_files(&folder, Layer::User)?);
    }
    Ok(files)
}

/// The files of a folder.
pub(crate) fn folder_files(folder: &Path, layer: Layer) -> Result<Vec<File>, Failure> {
    const README: &str = "`catalog/README.md` of Lightest says what a catalog holds";
    let paths = list_folder(folder).map_err(|error| {
        let help = match error {
            ReadError::Empty { .. } => README.to_owned(),
            _ => format!("name a folder of TOML files; {README}"),
        };
        Failure::new(error.to_string()).help(help)
    })?;
    let tree = Tree::at(folder);
    let read = |path: PathBuf| {
        let text = tree.text(&path).map_err(|error| error.failure(&path))?;
        Ok(File::new(&path, text, layer))
    };
    paths.into_iter().map(read).collect()
}

/// The first mistake in full, and how many there are.
pub(crate) fn failure(files: &[File], errors: &[Diagnostic]) -> Failure {
    let Some(first) = errors.first() else { return Failure::new("the catalog cannot be read") };
    let mut failure = Failure::new(first.message.clone());
    for label in &first.labels {
        let file = &files[label.span.file];
        failure = failure.at(Place {
            origin: file.name.clone(),
            text: file.text.to_string(),
            labels: vec![(label.span.bytes.clone(), label.text.clone())],
        });
    }
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
    match first.help_message() {
        Some(help) => failure.help(help),
        None => failure,
    }
}
