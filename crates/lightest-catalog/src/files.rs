//! The files of a catalog: embedded in the program, or read from a folder.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::{fs, io};

use lightest_model::catalog::Layer;
use thiserror::Error;

/// One file of a catalog.
#[derive(Clone, Debug)]
pub struct File {
    /// Name, for messages.
    pub name: String,
    /// Its TOML text.
    pub text: Cow<'static, str>,
    /// Whose it is.
    pub layer: Layer,
}

impl File {
    /// The file at a path.
    #[must_use]
    pub fn new(path: &Path, text: impl Into<Cow<'static, str>>, layer: Layer) -> Self {
        let name = path.display().to_string();
        let name = if cfg!(windows) { name.replace('\\', "/") } else { name };
        Self { name, text: text.into(), layer }
    }

    /// Whether it belongs to the table of calls, rather than to the facts: `calls.toml`, or a file of a folder `calls`.
    #[must_use]
    pub fn is_of_calls(&self) -> bool {
        let path = Path::new(&self.name);
        path.file_name().is_some_and(|name| name == "calls.toml")
            || path.parent().and_then(Path::file_name).is_some_and(|folder| folder == "calls")
    }
}

/// Path below `catalog/`, and text; sorted by path.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The folders with the facts about OpenVMM's tests. What only the lab has comes last: order decides between equals.
pub const OPENVMM: &[&str] = &["openvmm", "lab"];

/// The embedded files of some folders, such as [`OPENVMM`], in the order of the folders.
#[must_use]
pub fn embedded(folders: &[&str]) -> Vec<File> {
    let of = |folder: &&str| {
        let prefix = format!("{folder}/");
        FILES.iter().filter(move |(name, _)| name.starts_with(&prefix))
    };
    let file = |(name, text): &(&'static str, &'static str)| File {
        name: format!("catalog/{name}"),
        text: Cow::Borrowed(text),
        layer: Layer::Base,
    };
    folders.iter().flat_map(of).map(file).collect()
}

/// Why a folder's files cannot be had.
#[derive(Debug, Error)]
pub enum ReadError {
    /// A folder or a file cannot be read.
    #[error("{} cannot be read: {error}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is nothing to read.
    #[error("no TOML file in {}", folder.display())]
    Empty {
        /// The folder.
        folder: PathBuf,
    },
}

/// Every TOML file below a folder, in the order in which they are read: by path, but what only the lab has comes last.
/// Links to folders are not followed.
///
/// # Errors
///
/// The first folder that cannot be read, or that there is no such file.
pub fn list_folder(folder: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let mut paths = Vec::new();
    collect(folder, &mut paths)?;
    if paths.is_empty() {
        return Err(ReadError::Empty { folder: folder.to_owned() });
    }
    let lab = folder.join("lab");
    paths.sort_by_cached_key(|path| (path.starts_with(&lab), path.clone()));
    Ok(paths)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), ReadError> {
    let unreadable = |error| ReadError::Unreadable { path: folder.to_owned(), error };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        if entry.file_type().map_err(unreadable)?.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    Ok(())
}
