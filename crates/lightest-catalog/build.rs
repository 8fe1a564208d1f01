//! Lists the catalog's files, so that the program carries them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn toml_files(dir: &Path, found: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", dir.display());
    let entries = fs::read_dir(dir).expect("the catalog is a folder");
    for path in entries.map(|entry| entry.expect("an entry can be read").path()) {
        if path.is_dir() {
            toml_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            println!("cargo::rerun-if-changed={}", path.display());
            found.push(path);
        }
    }
}

fn main() {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let root =
        Path::new(&manifest).join("../../catalog").canonicalize().expect("the catalog is in the workspace");
    let mut paths = Vec::new();
    toml_files(&root, &mut paths);
    paths.sort();
    let mut list = String::from("&[\n");
    for path in &paths {
        let name = path.strip_prefix(&root).expect("it is below").display().to_string().replace('\\', "/");
        writeln!(list, "    ({name:?}, include_str!({path:?})),").expect("a string grows");
    }
    list.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("files.rs"), list).expect("OUT_DIR can be written");
}
