//! Which package a file belongs to, and which packages hold tests.

use std::collections::{HashMap, HashSet};
use std::env;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use lightest_lint::source::Source;

use crate::output::{path_text, within};

/// The packages of some files.
pub(super) struct Packages<'p> {
    /// What was named on the command line.
    given: &'p [PathBuf],
    /// The file that marks the top of a package.
    manifest: &'static str,
    current: PathBuf,
    /// The package of each folder so far.
    known: HashMap<PathBuf, PathBuf>,
    /// Packages that hold tests.
    with_tests: HashSet<PathBuf>,
    /// Whether a folder belongs to one of them, as far as it was asked.
    beside: HashMap<PathBuf, bool>,
}

impl<'p> Packages<'p> {
    pub(super) fn new(given: &'p [PathBuf], manifest: &'static str) -> Self {
        Self {
            given,
            manifest,
            current: env::current_dir().unwrap_or_default(),
            known: HashMap::new(),
            with_tests: HashSet::new(),
            beside: HashMap::new(),
        }
    }

    /// Learns where tests are.
    pub(super) fn hold_tests<'f>(&mut self, files: impl Iterator<Item = &'f Path>) {
        for file in files {
            let package = self.of(file);
            self.with_tests.insert(package);
        }
    }

    /// Whether a file belongs to a package that holds tests.
    pub(super) fn is_beside_tests(&mut self, file: &Path) -> bool {
        let folder = folder_of(file);
        if let Some(known) = self.beside.get(folder) {
            return *known;
        }
        let absolute = self.absolute(folder);
        // A package in a folder of another's is asked for its own manifest.
        let below = self.with_tests.iter().any(|package| absolute.starts_with(self.absolute(package)));
        let is_beside = below && {
            let package = self.of(file);
            self.with_tests.contains(&package)
        };
        self.beside.insert(folder.to_owned(), is_beside);
        is_beside
    }

    /// Files with their packages; a file that was named twice is one.
    pub(super) fn sources(&mut self, files: Vec<(PathBuf, String)>) -> (Vec<Source>, Vec<PathBuf>) {
        let mut seen = HashSet::new();
        let mut sources = Vec::with_capacity(files.len());
        let mut paths = Vec::with_capacity(files.len());
        for (path, text) in files {
            let absolute = self.absolute(&path);
            if seen.contains(&absolute) {
                continue;
            }
            let package = self.of(&path);
            let local = within(&path, &package);
            sources.push(Source {
                path: path_text(&path),
                local: local
                    .map_or_else(|| path_text(&path), |local| String::from_utf8_lossy(&local).into_owned()),
                package: package.display().to_string(),
                text: Arc::from(text),
            });
            seen.insert(absolute);
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
        let absolute = self.absolute(folder);
        let package = absolute.ancestors().find(|folder| folder.join(self.manifest).is_file());
        let package = package.map_or_else(
            || {
                let above = self.given.iter().find(|given| file.starts_with(given) && given.is_dir());
                above.cloned().unwrap_or_else(|| folder.to_owned())
            },
            Path::to_owned,
        );
        self.known.insert(folder.to_owned(), package.clone());
        package
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        let parts = path.components().filter(|part| *part != Component::CurDir);
        self.current.join(parts.collect::<PathBuf>())
    }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}
