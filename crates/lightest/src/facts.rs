//! The catalog that a command works with: the embedded one, or with the user's laid over it.

use std::fs;
use std::path::{Path, PathBuf};

use lightest_diagnostics::{Diagnostic, line_column};
use lightest_model::catalog::{Catalog, File, Layer, load};

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
    let catalog = Box::leak(Box::new(embedded::catalog_about(words)?));
    Ok(Space::of_tests(catalog).knowing_alone(embedded::alone()?))
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
    match user_folder(folder)? {
        None => embedded::catalog(),
        Some(folder) => {
            let mut files = embedded::files();
            files.extend(user_files(&folder)?);
            load(&files).map_err(|errors| failure(&files, &errors))
        }
    }
}

fn user_files(folder: &Path) -> Result<Vec<File>, Failure> {
    let unreadable = |path: &Path, error: std::io::Error| {
        Failure::new(format!("{} cannot be read: {error}", path.display()))
            .help("name a folder of TOML files; `catalog/README.md` of Lightest says what they hold")
    };
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(|error| unreadable(folder, error))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    // Read by the linter.
    paths.retain(|path| path.file_name().is_none_or(|name| name != "calls.toml"));
    paths.sort();
    if paths.is_empty() {
        return Err(Failure::new(format!("{} holds no TOML file", folder.display()))
            .help("`catalog/README.md` of Lightest says what a catalog holds"));
    }
    let tree = Tree::at(folder);
    let read = |path: PathBuf| {
        let text = tree.text(&path).map_err(|error| error.failure(&path))?;
        Ok(File { name: path.display().to_string(), text, layer: Layer::User })
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
            text: file.text.clone(),
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
