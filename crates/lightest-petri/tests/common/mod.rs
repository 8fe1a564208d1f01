//! The catalog of the repository, read anew.

use std::path::{Path, PathBuf};

use lightest_model::catalog::{Catalog, File, Layer, load};

fn toml_files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(dir).expect("catalog").map(|entry| entry.expect("entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            // The linter reads its own.
            if !path.ends_with("calls") {
                toml_files(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path);
        }
    }
}

/// The files of the catalog.
pub(crate) fn files() -> Vec<File> {
    let mut paths = Vec::new();
    for framework in ["openvmm", "lab"] {
        toml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog").join(framework), &mut paths);
    }
    let read = |path: PathBuf| File {
        name: path.file_name().expect("a file").to_string_lossy().into_owned(),
        text: std::fs::read_to_string(&path).expect("readable"),
        layer: Layer::Base,
    };
    paths.into_iter().map(read).collect()
}

/// The catalog.
pub(crate) fn catalog() -> Catalog {
    load(&files()).unwrap_or_else(|errors| panic!("the catalog has mistakes: {errors:#?}"))
}
