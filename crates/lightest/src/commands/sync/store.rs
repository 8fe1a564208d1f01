//! The catalog that is held against the source: the embedded one, or a folder's.

use std::fs;
use std::path::{Path, PathBuf};

use lightest_lint::calls;
use lightest_model::catalog::{Catalog, File, Layer, load};
use lightest_sync::catalog_text::{CatalogPlace, CatalogText, Step, Target};

use super::SOURCE;
use crate::failure::Failure;
use crate::input::Tree;
use crate::{embedded, facts};

/// The folder of the linter's own table, which cites the source as the facts do, but is no part of them.
const CALLS: &str = "calls";

/// Whether a file is one of the linter's own table.
pub(crate) fn is_of_calls(name: &str) -> bool {
    Path::new(name).parent().and_then(Path::file_name).is_some_and(|folder| folder == CALLS)
}

/// Reads it. A folder's files keep their paths below it as names.
pub(crate) fn read(folder: Option<&Path>) -> Result<(Catalog, CatalogText), Failure> {
    let (files, calls) = match folder {
        None => {
            let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
            (embedded::files(), calls::EMBEDDED.iter().map(own).collect())
        }
        Some(folder) => files(folder)?,
    };
    let catalog = load(&files).map_err(|errors| facts::failure(&files, &errors))?;
    let texts = files.into_iter().map(|file| (file.name, file.text)).chain(calls).collect();
    let text = CatalogText::new(texts)
        .map_err(|(name, why)| Failure::new(format!("{name} cannot be read: {why}")))?;
    Ok((catalog, text))
}

/// The files of the facts, and those of the linter's table, name and text.
type Files = (Vec<File>, Vec<(String, String)>);

fn files(folder: &Path) -> Result<Files, Failure> {
    let mut paths = Vec::new();
    collect(folder, &mut paths)?;
    paths.sort();
    if paths.is_empty() {
        return Err(Failure::new(format!("{} holds no TOML file", folder.display()))
            .help("name a folder with a whole catalog, such as `catalog` of Lightest's own repository"));
    }
    let tree = Tree::at(folder);
    let read = |path: PathBuf| {
        let text = tree.text(&path).map_err(|error| error.failure(&path))?;
        Ok(File { name: path.display().to_string().replace('\\', "/"), text, layer: Layer::Base })
    };
    let read: Vec<File> = paths.into_iter().map(read).collect::<Result<_, _>>()?;
    let (calls, facts): (Vec<File>, Vec<File>) = read.into_iter().partition(|file| is_of_calls(&file.name));
    Ok((facts, calls.into_iter().map(|file| (file.name, file.text)).collect()))
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let unreadable =
        |error: std::io::Error| Failure::new(format!("{} cannot be read: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let kind = entry.file_type().map_err(unreadable)?;
        let path = entry.path();
        if kind.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    Ok(())
}

/// Where the catalog records the commit of the source.
pub(crate) fn commit_place(catalog: &Catalog, text: &CatalogText) -> Option<CatalogPlace> {
    let index = catalog.sources.iter().position(|source| source.id == SOURCE)?;
    text.locate(&source_key(index, "commit"))
}

/// A key of an entry of `sources.toml`.
pub(crate) fn source_key(index: usize, key: &str) -> Target {
    Target { kind: "source".to_owned(), index, path: vec![Step::Key(key.to_owned())] }
}
