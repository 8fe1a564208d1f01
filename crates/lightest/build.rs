//! Reads the catalog and embeds it: as text, and as the bytes of what was read, so that nothing is parsed at start.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use lightest_model::catalog::{File, Layer, load};

fn toml_files(dir: &Path, found: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", dir.display());
    let mut paths: Vec<PathBuf> = fs::read_dir(dir)
        .expect("the catalog is there")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            toml_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            println!("cargo::rerun-if-changed={}", path.display());
            found.push(path);
        }
    }
}

fn main() {
    let root = Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../catalog");
    let root = root.canonicalize().expect("the catalog is in the workspace");
    let mut paths = Vec::new();
    toml_files(&root, &mut paths);
    let files: Vec<File> = paths
        .iter()
        .map(|path| File {
            name: format!("catalog/{}", path.strip_prefix(&root).expect("it is below").display())
                .replace('\\', "/"),
            text: fs::read_to_string(path).expect("it is UTF-8"),
            layer: Layer::Base,
        })
        // Read by `lightest-lint`, which embeds it itself.
        .filter(|file| !file.name.starts_with("catalog/calls/"))
        .collect();
    let catalog = load(&files).unwrap_or_else(|errors| {
        for error in &errors {
            let place = error.labels.first().map_or(String::new(), |label| {
                let file = &files[label.file];
                let line = file.text[..label.span.start.min(file.text.len())].lines().count().max(1);
                format!("{}:{line}: ", file.name)
            });
            println!("cargo::warning={place}{} {}", error.message, error.help.as_deref().unwrap_or_default());
        }
        panic!("the catalog has {} mistakes", errors.len());
    });
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("catalog.bin"), postcard::to_stdvec(&catalog).expect("it can be written"))
        .expect("OUT_DIR can be written");
    let mut list = String::from("&[\n");
    for (file, path) in files.iter().zip(paths.iter().filter(|path| !path.starts_with(root.join("calls")))) {
        writeln!(list, "    ({:?}, include_str!({path:?})),", file.name).expect("a string grows");
    }
    list.push(']');
    fs::write(out.join("catalog_files.rs"), list).expect("OUT_DIR can be written");
}
