//! A small project of its own whose source states facts, and a catalog that agrees with it.

#![allow(clippy::allow_attributes, dead_code, reason = "each test file uses some of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use lightest_catalog::{File, load};
use lightest_diagnostics::RuleId;
use lightest_model::catalog::{Catalog, Layer};
use lightest_petri::Petri;
use lightest_petri::openvmm::Corpus;
use lightest_sync::catalog_text::CatalogText;
use lightest_sync::evidence::{CitedFile, Evidences, cited_paths};
use lightest_sync::{Difference, Project, Report, SourceFile, Stated, line_of};

pub(crate) const ARTIFACTS: &str = "vmm_tests/artifacts/src/lib.rs";
pub(crate) const MACROS: &str = "vmm_tests/macros/src/lib.rs";
pub(crate) const RESOLVER: &str = "vmm_tests/resolver/src/lib.rs";
pub(crate) const COMMON: &str = "petri/petri_artifacts_common/src/lib.rs";
pub(crate) const MACHINES: &str = "petri/src/vm/mod.rs";
pub(crate) const HYPERV: &str = "petri/src/vm/hyperv/mod.rs";
pub(crate) const TESTS: &str = "vmm_tests/vmm_tests/tests/fruit.rs";

/// The files as they were when the catalog was written.
pub(crate) fn tree() -> BTreeMap<String, String> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).expect("the fixture is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                let name =
                    path.strip_prefix(root).expect("it is below").display().to_string().replace('\\', "/");
                let text = fs::read_to_string(&path).expect("it is text").replace("\r\n", "\n");
                found.insert(name, text);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sync/tree/now");
    let mut found = BTreeMap::new();
    walk(&root, &root, &mut found);
    found
}

/// The files with one text replaced, which must be there once.
pub(crate) fn with(path: &str, was: &str, is: &str) -> BTreeMap<String, String> {
    let mut tree = tree();
    let text = tree.get_mut(path).expect("the file exists");
    assert_eq!(text.matches(was).count(), 1, "`{was}` is in {path} once");
    *text = text.replace(was, is);
    tree
}

fn files(tree: &BTreeMap<String, String>) -> impl Iterator<Item = SourceFile> {
    tree.iter().map(|(path, text)| SourceFile { path: path.clone(), text: text.clone() })
}

pub(crate) fn corpus(tree: &BTreeMap<String, String>) -> Corpus {
    Corpus::new(files(tree))
}

/// The facts of the files, as commands ask for them.
pub(crate) fn stated(tree: &BTreeMap<String, String>) -> Box<dyn Stated> {
    Petri.stated(files(tree).collect())
}

pub(crate) fn catalog() -> (Catalog, CatalogText) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sync/tree/catalog/all.toml");
    let text = fs::read_to_string(path).expect("the fixture is there").replace("\r\n", "\n");
    let file = File::new(Path::new("all.toml"), text.clone(), Layer::Base);
    let catalog = load(&[file]).unwrap_or_else(|errors| panic!("{errors:?}"));
    let text = CatalogText::new(vec![("all.toml".to_owned(), text)]).expect("it is TOML");
    (catalog, text)
}

/// Follows the evidence from the tree as it was; `renames` gives paths as they are now.
pub(crate) fn evidence(
    text: &CatalogText,
    now: &BTreeMap<String, String>,
    renames: &[(&str, &str)],
) -> Evidences {
    let was = tree();
    let mut files = BTreeMap::new();
    for path in cited_paths(text, "openvmm") {
        let name = renames.iter().find(|(from, _)| *from == path).map_or(path.as_str(), |(_, to)| *to);
        let is = now.get(name).map(|text| (name.to_owned(), text.clone()));
        files.insert(path.clone(), CitedFile { was: was.get(&path).cloned(), is });
    }
    Evidences::default().follow(text, "openvmm", &files)
}

pub(crate) fn report(now: &BTreeMap<String, String>, renames: &[(&str, &str)]) -> Report {
    let (catalog, text) = catalog();
    stated(now).compare(&catalog, &text, &evidence(&text, now, renames))
}

/// Each difference as `path:line: rule: message [the catalog's line]`.
pub(crate) fn lines(now: &BTreeMap<String, String>) -> Vec<String> {
    lines_of(&report(now, &[]), now)
}

pub(crate) fn lines_of(report: &Report, now: &BTreeMap<String, String>) -> Vec<String> {
    let line = |difference: &Difference| {
        let (mut source, mut catalog) = ("nowhere".to_owned(), String::new());
        for label in &difference.diagnostic.labels {
            let file = report.sources.get(label.span.file).expect("it is there");
            let at = label.span.bytes.start;
            if now.contains_key(&file.name) {
                source = format!("{}:{}", file.name, line_of(&file.text, at));
            } else {
                let start = file.text[..at].rfind('\n').map_or(0, |at| at + 1);
                let line = file.text[start..].lines().next().expect("a line starts there");
                catalog = format!(" [{line}]");
            }
        }
        format!(
            "{source}: {}: {}{catalog}",
            difference.rule().map_or("", RuleId::as_str),
            difference.diagnostic
        )
    };
    report.differences.iter().map(line).collect()
}
