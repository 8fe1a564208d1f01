//! The fixtures of `check`, in `ui/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where they are.
pub(crate) fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui")
}

/// Every fixture by its name without `.rs`, with its text.
pub(crate) fn fixtures() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(ui()).expect("fixtures") {
        let path = entry.expect("a fixture").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            found.insert(name, fs::read_to_string(&path).expect("UTF-8"));
        }
    }
    found
}

/// The arguments of a fixture.
pub(crate) fn flags(text: &str) -> Vec<&str> {
    let first = text.lines().next().and_then(|line| line.strip_prefix("// flags: "));
    first.map(|flags| flags.split_whitespace().collect()).unwrap_or_default()
}

/// A folder with one fixture in it.
pub(crate) fn checkout(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    // A neutral name: the module is part of what a test states about itself.
    let file = "fixture.rs".to_owned();
    fs::write(folder.path().join(&file), text).expect("written");
    (folder, file)
}
