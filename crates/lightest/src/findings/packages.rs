//! The package that a file belongs to, and the packages with tests.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use lightest_lint::source::Source;

use crate::input;
use crate::output::path_text;

/// The packages of some files.
pub(super) struct Packages {
    /// Paths of the command line, with their absolute forms.
    given: HashMap<PathBuf, PathBuf>,
    /// The file that marks the top of a package.
    manifest: &'static str,
    /// The whole of each path below them so far.
    wholes: HashMap<PathBuf, PathBuf>,
    /// The package of each folder so far.
    known: HashMap<PathBuf, PathBuf>,
    /// Packages with tests.
    with_tests: HashSet<PathBuf>,
    /// The same, or what was named within one of them, as the files below are named.
    as_named: Vec<PathBuf>,
    /// Whether a folder belongs to one of them, as far as it was asked; by its text, which is hashed at once, where a path is
    /// hashed part by part.
    beside: HashMap<OsString, bool>,
}

impl Packages {
    pub(super) fn new(given: &[PathBuf], manifest: &'static str) -> Self {
        Self {
            given: given.iter().map(|path| (path.clone(), input::whole(path))).collect(),
            manifest,
            wholes: HashMap::default(),
            known: HashMap::default(),
            with_tests: HashSet::default(),
            as_named: Vec::new(),
            beside: HashMap::default(),
        }
    }

    /// Learns where tests are.
    pub(super) fn hold_tests<'f>(&mut self, files: impl Iterator<Item = &'f Path>) {
        for file in files {
            let package = self.of(file);
            self.with_tests.insert(package);
        }
        self.as_named =
            self.given.iter().flat_map(|(named, whole)| below(named, whole, &self.with_tests)).collect();
    }

    /// Whether a file belongs to a package with tests.
    pub(super) fn is_beside_tests(&mut self, file: &Path) -> bool {
        let folder = folder_of(file);
        if let Some(known) = self.beside.get(folder.as_os_str()) {
            return *known;
        }
        // A package in a folder of another's is asked for its own manifest.
        let may_be = self.as_named.iter().any(|package| folder.starts_with(package))
            || !self.given.keys().any(|named| folder.starts_with(named));
        let is_beside = may_be && {
            let package = self.of(file);
            self.with_tests.contains(&package)
        };
        self.beside.insert(folder.into(), is_beside);
        is_beside
    }

    /// Files with their packages.
    pub(super) fn sources(&mut self, files: Vec<(PathBuf, Arc<str>)>) -> (Vec<Source>, Vec<PathBuf>) {
        let mut sources = Vec::with_capacity(files.len());
        let mut paths = Vec::with_capacity(files.len());
        for (path, text) in files {
            let whole = self.whole(&path);
            let package = self.of(&path);
            sources.push(Source {
                path: path_text(&path),
                local: path_text(whole.strip_prefix(&package).unwrap_or(&path)),
                package: package.display().to_string(),
                text,
            });
            paths.push(path);
        }
        (sources, paths)
    }

    /// The folder of a file's package: the nearest with a manifest, or else what was named.
    fn of(&mut self, file: &Path) -> PathBuf {
        let folder = folder_of(file);
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let whole = self.whole(folder);
        let package = whole.ancestors().find(|folder| folder.join(self.manifest).is_file());
        let package = package.map_or_else(
            || {
                let named = file.ancestors().skip(1).find_map(|folder| self.given.get(folder));
                named.unwrap_or(&whole).clone()
            },
            Path::to_owned,
        );
        self.known.insert(folder.to_owned(), package.clone());
        package
    }

    /// The whole of a path.
    pub(super) fn whole(&mut self, path: &Path) -> PathBuf {
        self.below_named(path).unwrap_or_else(|| input::whole(path))
    }

    /// The whole of a path that is one of those that were named, or lies below one.
    fn below_named(&mut self, path: &Path) -> Option<PathBuf> {
        if let Some(known) = self.given.get(path).or_else(|| self.wholes.get(path)) {
            return Some(known.clone());
        }
        let whole = self.below_named(path.parent()?)?.join(path.file_name()?);
        self.wholes.insert(path.to_owned(), whole.clone());
        Some(whole)
    }
}

/// Packages below what was named, by names that begin with its own; what was named itself where it lies within a package.
fn below<'p>(
    named: &'p Path,
    whole: &'p Path,
    packages: &'p HashSet<PathBuf>,
) -> impl Iterator<Item = PathBuf> + use<'p> {
    packages.iter().filter_map(move |package| match package.strip_prefix(whole) {
        Ok(inner) => Some(named.join(inner)),
        Err(_) => whole.starts_with(package).then(|| named.to_owned()),
    })
}

fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}
