//! The catalog that a command works with: the embedded one, or with the user's laid over it.

use std::fs;
use std::path::{Path, PathBuf};

use lightest_model::catalog::{Catalog, CatalogError, File, Layer, load};

use crate::failure::{Failure, Place};
use crate::{embedded, settings};

/// The facts, with the catalog of `--catalog` or of the configuration file laid over them.
pub(crate) fn catalog(folder: Option<&Path>) -> Result<Catalog, Failure> {
    let folder = match folder {
        Some(folder) => Some(folder.to_owned()),
        None => {
            let settings = settings::nearest()?;
            settings.catalog.map(|path| settings.folder.join(path))
        }
    };
    match folder {
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
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).map_err(|error| unreadable(&path, error))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::new(format!("{} is not UTF-8", path.display())).help("save it as UTF-8"))?;
        Ok(File { name: path.display().to_string(), text, layer: Layer::User })
    };
    paths.into_iter().map(read).collect()
}

/// The first mistake in full, and how many there are.
fn failure(files: &[File], errors: &[CatalogError]) -> Failure {
    let Some(first) = errors.first() else { return Failure::new("the catalog cannot be read") };
    let mut failure = Failure::new(first.message.clone());
    for label in &first.labels {
        let file = &files[label.file];
        failure = failure.at(Place {
            origin: file.name.clone(),
            text: file.text.clone(),
            labels: vec![(label.span.clone(), label.text.clone())],
        });
    }
    for error in errors.iter().skip(1).take(9) {
        let place = error.labels.first().map_or(String::new(), |label| {
            let file = &files[label.file];
            let before = &file.text[..file.text.floor_char_boundary(label.span.start)];
            format!("{}:{}: ", file.name, before.matches('\n').count() + 1)
        });
        failure = failure.note(format!("{place}{}", error.message));
    }
    if errors.len() > 10 {
        failure = failure.note(format!("and {} more", errors.len() - 10));
    }
    match &first.help {
        Some(help) => failure.help(help.clone()),
        None => failure,
    }
}
