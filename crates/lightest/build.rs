//! Reads the catalog and embeds it: as text, and as the bytes of what was read, so that nothing is parsed at start.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use lightest_model::catalog::{BlockerState, Capability, Catalog, File, Layer, Requirement, load};
use lightest_model::space::Space;

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

/// A requirement without its words.
fn bare(requirement: &Requirement) -> Requirement {
    Requirement { group: String::new(), title: String::new(), meaning: String::new(), ..requirement.clone() }
}

/// Takes the evidence of everything but statements away: a pick shows only that of statements.
fn without_evidence(catalog: &mut Catalog) {
    catalog.vmms.iter_mut().for_each(|vmm| vmm.evidence.clear());
    catalog.boot_methods.iter_mut().for_each(|boot| boot.evidence.clear());
    catalog.boot_classes.iter_mut().for_each(|class| class.evidence.clear());
    catalog.hosts.iter_mut().for_each(|host| host.evidence.clear());
    for guest in &mut catalog.guests {
        guest.evidence.clear();
        guest.agent = None;
        guest.images.iter_mut().for_each(|image| image.evidence.clear());
    }
    catalog.blockers.iter_mut().for_each(|blocker| blocker.evidence.clear());
    for quirk in &mut catalog.quirks {
        quirk.evidence.clear();
        quirk.handling.clear();
    }
}

fn main() {
    // The lab is a feature that exists on Unix only; this is the one place that knows both conditions.
    println!("cargo::rustc-check-cfg=cfg(has_lab)");
    if env::var_os("CARGO_FEATURE_LAB").is_some() && env::var_os("CARGO_CFG_UNIX").is_some() {
        println!("cargo::rustc-cfg=has_lab");
    }
    let root = Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../catalog");
    let root = root.canonicalize().expect("the catalog is in the workspace");
    let mut paths = Vec::new();
    // What the lab has comes after what tests have: order decides between equals.
    for framework in ["openvmm", "lab"] {
        toml_files(&root.join(framework), &mut paths);
    }
    let files: Vec<File> = paths
        .iter()
        .map(|path| File {
            name: format!("catalog/{}", path.strip_prefix(&root).expect("it is below").display())
                .replace('\\', "/"),
            text: fs::read_to_string(path).expect("it is UTF-8"),
            layer: Layer::Base,
        })
        // Read by `lightest-lint`, which embeds it itself.
        .filter(|file| !file.name.contains("/calls/"))
        .collect();
    let catalog = load(&files).unwrap_or_else(|errors| {
        for error in &errors {
            let place = error.primary().map_or(String::new(), |span| {
                let file = &files[span.file];
                let line = file.text[..span.bytes.start.min(file.text.len())].lines().count().max(1);
                format!("{}:{line}: ", file.name)
            });
            println!("cargo::warning={place}{} {}", error.message, error.help_message().unwrap_or_default());
        }
        panic!("the catalog has {} mistakes", errors.len());
    });
    // Addresses that are known when the program is linked need not be worked out each time that it starts.
    let target = |key: &str| env::var(key).unwrap_or_default();
    if target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let write = |name: &str, bytes: &[u8]| fs::write(out.join(name), bytes).expect("OUT_DIR can be written");
    let bytes = |value: &Catalog| postcard::to_stdvec(value).expect("it can be written");
    write("catalog.bin", &bytes(&catalog));
    let alone = Space::of_tests(&catalog).alone();
    write("alone.bin", &postcard::to_stdvec(&alone).expect("it can be written"));
    // What a pick needs of it, and the statements by requirement, so that it reads only those that it looks at.
    let lab = |vmm: &String| catalog.vmm(vmm).is_some_and(|vmm| vmm.lab);
    let mut rest = Catalog {
        guests: catalog.guests.iter().filter(|guest| guest.lab.is_empty()).cloned().collect(),
        requirements: catalog.requirements.iter().map(bare).collect(),
        isolation: Vec::new(),
        sources: Vec::new(),
        capabilities: Vec::new(),
        blockers: catalog
            .blockers
            .iter()
            .filter(|blocker| blocker.state == BlockerState::Open)
            .cloned()
            .collect(),
        claims: Vec::new(),
        questions: Vec::new(),
        test_capabilities: Vec::new(),
        ..catalog.clone()
    };
    without_evidence(&mut rest);
    write("catalog_rest.bin", &bytes(&rest));
    let mut requirements: Vec<&str> = Vec::new();
    for capability in &catalog.capabilities {
        if !requirements.contains(&capability.requirement.as_str()) {
            requirements.push(&capability.requirement);
        }
    }
    let (mut statements, mut index) = (Vec::new(), String::from("&[\n"));
    for requirement in requirements {
        let of_tests =
            |capability: &&Capability| capability.when.vmm.is_empty() || !capability.when.vmm.iter().all(lab);
        let of_it = catalog.capabilities.iter().filter(|capability| capability.requirement == requirement);
        let of_it: Vec<&Capability> = of_it.filter(of_tests).collect();
        let start = statements.len();
        statements.extend(postcard::to_stdvec(&of_it).expect("it can be written"));
        writeln!(index, "    ({requirement:?}, {start}, {}),", statements.len()).expect("a string grows");
    }
    index.push(']');
    write("statements.bin", &statements);
    write("statements_index.rs", index.as_bytes());
    let mut list = String::from("&[\n");
    for (file, path) in files
        .iter()
        .zip(paths.iter().filter(|path| !path.parent().is_some_and(|folder| folder.ends_with("calls"))))
    {
        writeln!(list, "    ({:?}, include_str!({path:?})),", file.name).expect("a string grows");
    }
    list.push(']');
    write("catalog_files.rs", list.as_bytes());
}
