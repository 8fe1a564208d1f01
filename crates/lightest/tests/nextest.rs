//! Real reports: cargo-nextest runs a package whose tests are named as OpenVMM's 458 variants are. They sleep a little, some
//! fail, some fail at first, some are ignored. What it reports is set beside a tree with those tests, and it is asked
//! itself what the filters of shards select.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

mod support;
use lightest_catalog::{OPENVMM, embedded, load};
use lightest_model::catalog::Catalog;
use lightest_petri::grammar::Grammar;
use serde_json::Value;
use support::lightest;

/// The ending of the test at an index.
#[derive(Clone, Copy, PartialEq)]
enum Ending {
    Passes,
    Fails,
    Flaky,
    Ignored,
}

fn ending(index: usize) -> Ending {
    match index % 23 {
        3 => Ending::Fails,
        7 => Ending::Flaky,
        11 => Ending::Ignored,
        _ => Ending::Passes,
    }
}

/// The names of all variants, and their configurations.
fn variants() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/variants.tsv");
    let text = fs::read_to_string(path).expect("the corpus");
    let row = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, _, _, config, ..] = columns[..] else { panic!("a name and a configuration: {line}") };
        (name.to_owned(), config.to_owned())
    };
    text.lines().skip(1).map(row).collect()
}

fn catalog() -> Catalog {
    load(&embedded(OPENVMM)).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// A runner of tests by name, as nextest expects one: it lists, and runs one.
const HARNESS: &str = r#"
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| args.iter().any(|arg| arg == word);
    if has("--list") {
        for (index, name) in NAMES.iter().enumerate() {
            if !has("--ignored") || index % 23 == 11 {
                println!("{name}: test");
            }
        }
        return;
    }
    let index = NAMES.iter().position(|name| args.iter().any(|arg| arg == name)).expect("a test");
    std::thread::sleep(std::time::Duration::from_millis((index as u64 * 7919) % 23));
    let first = std::env::var("NEXTEST_ATTEMPT").is_ok_and(|attempt| attempt == "1");
    println!("test passed");
    if index % 23 == 3 || (index % 23 == 7 && first) {
        eprintln!("no luck with <{index}> & co");
        std::process::exit(1);
    }
}
"#;

/// The package, and beside it the tree with the tests that it stands for.
fn package(folder: &Path, variants: &[(String, String)]) {
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    };
    let manifest = "[package]\nname = \"vmm_tests\"\nversion = \"0.0.0\"\nedition = \"2024\"\nautotests = false\n\
        [lib]\npath = \"lib.rs\"\n[[test]]\nname = \"tests\"\npath = \"harness.rs\"\nharness = false\n[workspace]\n";
    write("Cargo.toml", manifest);
    write("lib.rs", "");
    let names: Vec<&str> = variants.iter().map(|(name, _)| name.as_str()).collect();
    write("harness.rs", &format!("const NAMES: &[&str] = &{names:?};\n{HARNESS}"));
    let config = "[profile.ci]\nretries = 1\nfail-fast = false\n[profile.ci.junit]\npath = \"junit.xml\"\n\
        store-success-output = true\n";
    write(".config/nextest.toml", config);
    let catalog = catalog();
    let grammar = Grammar::new(&catalog);
    let mut functions: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
    for (name, config) in variants {
        let (module, last) = name.rsplit_once("::").expect("a module");
        let parsed = grammar.parse_config(config).expect("a configuration");
        let prefix = grammar.test_name_prefix(&parsed).expect("a VMM");
        let function = last.strip_prefix(&format!("{prefix}_")).expect("its prefix");
        functions.entry((module.to_owned(), function.to_owned())).or_default().push(config);
    }
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for ((module, function), configs) in functions {
        let file = files.entry(format!("tests/tests/{}.rs", module.replace("::", "/"))).or_default();
        let _ = writeln!(
            file,
            "#[vmm_test({})]\nasync fn {function}<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {{\n    \
             let (vm, agent) = config.run().await?;\n    agent.power_off().await?;\n    vm.wait_for_clean_teardown().await?;\n    \
             Ok(())\n}}\n",
            configs.join(", ")
        );
    }
    for (path, text) in files {
        write(&path, &text);
    }
}

fn nextest(folder: &Path, args: &[&str]) -> std::process::Output {
    Command::new("cargo")
        .arg("nextest")
        .args(args)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTFLAGS")
        // What runs this test may be nextest itself.
        .env_remove("NEXTEST_PROFILE")
        .output()
        .expect("cargo starts")
}

#[test]
fn nextest_reports_openvmms_names_and_selects_by_our_filters() {
    let missing =
        !Command::new("cargo").args(["nextest", "--version"]).output().is_ok_and(|out| out.status.success());
    assert!(
        !missing,
        "cargo-nextest is missing: `cargo xtask test` installs it, or `cargo install cargo-nextest --locked`"
    );
    let variants = variants();
    assert_eq!(variants.len(), 458);
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    package(here, &variants);
    let ran = nextest(here, &["run", "--profile", "ci", "--offline", "--no-tests", "fail"]);
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(100), "some fail: {told}");

    let junit = "target/nextest/ci/junit.xml";
    let suite = lightest(here, &["suite", "--junit", junit, "--shards", "5", "--format", "json"]);
    assert_eq!(suite.code, 0, "{}", suite.err);
    let suite: Value = serde_json::from_str(&suite.out).expect("JSON");
    let of = |wanted: Ending| -> BTreeSet<&str> {
        let some = variants.iter().enumerate().filter(|(index, _)| ending(*index) == wanted);
        some.map(|(_, (name, _))| name.as_str()).collect()
    };
    let ran = 458 - of(Ending::Ignored).len();
    assert_eq!(suite["variants"], 458);
    assert_eq!(suite["variants_with_results"], ran);
    assert_eq!(suite["unmatched"]["count"], 0);
    assert!(suite["all"]["total_s"].as_f64().is_some_and(|seconds| seconds > 1.0), "{}", suite["all"]);
    let strings = |value: &Value, key: &str| -> BTreeSet<String> {
        let all = value.as_array().expect("a list").iter();
        all.map(|one| one[key].as_str().expect("a name").to_owned()).collect()
    };
    let owned = |set: BTreeSet<&str>| -> BTreeSet<String> { set.into_iter().map(str::to_owned).collect() };
    assert_eq!(strings(&suite["flaky"], "variant"), owned(of(Ending::Flaky)));

    let learned = lightest(here, &["learn", junit, "--commit", "1488a37b7", "--format", "json"]);
    let learned: Value = serde_json::from_str(&learned.out).expect("JSON");
    assert_eq!(strings(&learned["failed"], "variant"), owned(of(Ending::Fails)));
    assert_eq!(learned["runs"][0]["cases"], ran);

    // Every test is in exactly one shard, by nextest's own reading of the filters.
    let mut selected: Vec<String> = Vec::new();
    for shard in suite["shards"]["shards"].as_array().expect("shards") {
        let filter = shard["filter"].as_str().expect("a filter");
        let args = ["list", "--offline", "--run-ignored", "all", "--message-format", "json", "-E", filter];
        let list = nextest(here, &args);
        assert!(list.status.success(), "{}", String::from_utf8_lossy(&list.stderr));
        let list: Value = serde_json::from_slice(&list.stdout).expect("JSON");
        for suite in list["rust-suites"].as_object().expect("suites").values() {
            let cases = suite["testcases"].as_object().into_iter().flatten();
            let matching = cases.filter(|(_, case)| case["filter-match"]["status"] == "matches");
            selected.extend(matching.map(|(name, _)| name.clone()));
        }
    }
    selected.sort();
    let mut all: Vec<String> = variants.into_iter().map(|(name, _)| name).collect();
    all.sort();
    assert_eq!(selected, all);
}
