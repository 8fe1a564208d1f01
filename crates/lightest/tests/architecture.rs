//! The map of the code is true: every path that it names exists, every crate and dependency is on it.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn map() -> String {
    std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the map")
}

/// The words in backticks.
fn quoted(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|part| part.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn every_path_on_the_map_exists() {
    let map = map();
    let paths: Vec<&str> = quoted(&map).into_iter().filter(|word| word.contains('/')).collect();
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths {
        assert!(root().join(path).exists(), "ARCHITECTURE.md names `{path}`, which is not there");
    }
}

#[test]
fn every_path_of_the_recipes_exists() {
    let recipes = std::fs::read_to_string(root().join("CONTRIBUTING.md")).expect("the recipes");
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    let is_path = |word: &&str| word.contains('/') && word.chars().all(plain);
    let paths: Vec<&str> = quoted(&recipes).into_iter().filter(is_path).collect();
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths {
        assert!(root().join(path).exists(), "CONTRIBUTING.md names `{path}`, which is not there");
    }
}

#[test]
fn every_crate_and_every_folder_is_on_the_map() {
    let map = map();
    let mut missing = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).expect("crates") {
        let name = format!("crates/{}", entry.expect("an entry").file_name().to_string_lossy());
        if !map.contains(&format!("`{name}`")) {
            missing.push(name);
        }
    }
    for folder in ["catalog", "guests", "corpus", "docs", "benches", "fuzz"] {
        if !map.contains(&format!("`{folder}/`")) {
            missing.push(folder.to_owned());
        }
    }
    assert!(missing.is_empty(), "not on the map: {missing:?}");
}

#[test]
fn every_dependency_has_its_reason() {
    let map = map();
    let mut missing = Vec::new();
    let crates = std::fs::read_dir(root().join("crates"))
        .expect("crates")
        .map(|entry| entry.expect("an entry").path());
    for folder in crates.chain(["fuzz", "xtask"].map(|name| root().join(name))) {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
        let manifest: toml::Table = manifest.parse().expect("TOML");
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            let Some(dependencies) = manifest.get(kind).and_then(toml::Value::as_table) else { continue };
            for name in dependencies.keys().filter(|name| !name.starts_with("lightest")) {
                if !map.contains(&format!("`{name}`")) && !missing.contains(name) {
                    missing.push(name.clone());
                }
            }
        }
    }
    assert!(missing.is_empty(), "ARCHITECTURE.md says of no use for {missing:?}");
}

#[test]
fn no_file_of_code_has_outgrown_its_room() {
    let mut long = Vec::new();
    let mut folders = ["crates", "fuzz", "xtask"].map(|name| root().join(name)).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.extend((!path.ends_with("target") && !path.ends_with("fixtures")).then_some(path));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let lines = std::fs::read_to_string(&path).expect("UTF-8").lines().count();
                if lines > 700 {
                    long.push(format!("{}: {lines} lines", path.display()));
                }
            }
        }
    }
    assert!(long.is_empty(), "look for the seam: {long:?}");
}

/// Words that the code of a crate must not have: crates that it must not name, and another house's words.
const BANS: [(&str, &[&str]); 5] = [
    (
        "lightest-diagnostics",
        &["std::fs", "std::env", "annotate_snippets", "lightest_model", "lightest_lint"],
    ),
    (
        "lightest-model",
        &[
            "std::fs",
            "std::env",
            "std::time",
            "lightest_lint",
            "vmm_test",
            "pipette",
            "quote!",
            "Display for Config",
        ],
    ),
    (
        "lightest-lint",
        &["std::fs", "std::env", "ra_ap", "vmm_test", "pipette", "PetriVm", "cmd!", "linux_direct"],
    ),
    ("lightest-sync", &["std::fs", "std::env", "ra_ap", "vmm_test"]),
    ("lightest", &["ra_ap", "gosyn", "vmm_test", "pipette", "PetriVm", "requires(", "noagent", "libvmifact"]),
];

/// Names of frameworks, and of what only they have, that nothing in a crate mentions, comments included.
const FRAMEWORKS: [&str; 7] = ["petri", "openvmm", "hyperv", "vmm_test", "kubevirt", "ginkgo", "macro"];

#[test]
fn the_model_mentions_no_framework() {
    for path in sources("lightest-model") {
        let text = std::fs::read_to_string(&path).expect("UTF-8").to_lowercase();
        // The field's own noun.
        let text = text.replace("hypervisor", "");
        let word = FRAMEWORKS.iter().find(|word| text.contains(**word));
        assert!(word.is_none(), "{} mentions `{}`", path.display(), word.copied().unwrap_or_default());
    }
}

/// The crates that implement the two traits of a framework.
fn frameworks() -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).expect("crates") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let text: String = sources(&name)
            .iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            .map(|path| std::fs::read_to_string(path).expect("UTF-8"))
            .collect();
        if text.contains("\nimpl Dialect for ") && text.contains("\nimpl Project for ") {
            found.push(name.replace('-', "_"));
        }
    }
    found
}

#[test]
fn only_the_slice_names_the_crate_of_a_framework() {
    let frameworks = frameworks();
    assert!(frameworks.len() > 1, "{frameworks:?}");
    let slice = root().join("crates/lightest/src/framework.rs");
    for name in &frameworks {
        let text = std::fs::read_to_string(&slice).expect("UTF-8");
        assert_eq!(text.matches(name).count(), 1, "framework.rs names `{name}` on one line");
    }
    for path in sources("lightest").into_iter().filter(|path| *path != slice) {
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        let word =
            frameworks.iter().find(|word| text.contains(*word) || text.contains(&word.replace('_', "-")));
        assert!(word.is_none(), "{} names `{}`", path.display(), word.cloned().unwrap_or_default());
    }
}

#[test]
fn a_framework_names_no_other_and_nothing_below_names_one() {
    let frameworks = frameworks();
    let below = ["diagnostics", "model", "catalog", "lint", "sync", "lab", "guests", "inspect", "results"];
    let below = below.map(|name| format!("lightest-{name}"));
    for name in frameworks.iter().map(|name| name.replace('_', "-")).chain(below) {
        let others = frameworks.iter().filter(|other| other.replace('_', "-") != name);
        for path in sources(&name) {
            let text = std::fs::read_to_string(&path).expect("UTF-8");
            let word = others.clone().find(|word| text.contains(*word));
            assert!(word.is_none(), "{} names `{}`", path.display(), word.cloned().unwrap_or_default());
        }
    }
}

/// The files of a crate's code.
fn sources(name: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join("crates").join(name).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    assert!(!files.is_empty(), "`{name}` has no code");
    files
}

#[test]
fn no_crate_has_a_word_of_another_house() {
    for (name, words) in BANS {
        for path in sources(name) {
            let text = std::fs::read_to_string(&path).expect("UTF-8");
            let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            let word = words.iter().find(|word| code.contains(**word));
            assert!(word.is_none(), "{} names `{}`", path.display(), word.copied().unwrap_or_default());
        }
    }
}
