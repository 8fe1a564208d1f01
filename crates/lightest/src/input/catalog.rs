//! Reads the files of a catalog that is not the embedded one.

use std::path::{Path, PathBuf};

use lightest_catalog::{File, ReadError, list_folder};
use lightest_diagnostics::{Diagnostic, line_column};
use lightest_model::catalog::Layer;

use super::tree::Tree;
use crate::failure::{Failure, Place};

/// The files of a folder.
pub(crate) fn folder_files(folder: &Path, layer: Layer) -> Result<Vec<File>, Failure> {
    const README: &str = "`catalog/README.md` of Lightest describes a catalog";
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
