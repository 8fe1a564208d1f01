//! The catalog of the repository against OpenVMM's source at the commit that it records.
//!
//! Without a checkout, every cited line is within its file, by the list in `corpus/cited-files.tsv`. With one, whose
//! folder `OPENVMM_REPO` names, the list itself is checked, and every reason, TODO, commented-out configuration, condition
//! of the build and unfinished branch of the source is cited by a fact or accounted for in `corpus/accounted.tsv`.
//! `LIGHTEST_BLESS=1` writes the list anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A cited range of lines: source, path, first and last line.
type Cite = (String, String, u32, u32);

fn toml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            toml_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path);
        }
    }
}

/// Everything of that shape that stands in quotes in the catalog's files.
fn cites(folder: &str) -> Vec<Cite> {
    let mut files = Vec::new();
    toml_files(&root().join(folder), &mut files);
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).expect("UTF-8");
        for quoted in text.split('"').skip(1).step_by(2) {
            let Some((source, place)) = quoted.split_once(':') else { continue };
            let Some((path, lines)) = place.rsplit_once(':') else { continue };
            let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
            if let (Ok(first), Ok(last)) = (first.parse(), last.parse()) {
                found.push((source.to_owned(), path.to_owned(), first, last));
            }
        }
    }
    found
}

fn table(path: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join(path)).expect("a table");
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// Sources of OpenVMM's repository, each with its commit.
fn sources() -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("catalog/openvmm/sources.toml")).expect("sources");
    let read: toml_edit::DocumentMut = text.parse().expect("TOML");
    let sources = read["source"].as_array_of_tables().expect("sources");
    let of = |key: &str, source: &toml_edit::Table| Some(source.get(key)?.as_str()?.to_owned());
    sources
        .iter()
        .filter(|source| of("url", source).as_deref() == Some("https://github.com/microsoft/openvmm"))
        .filter_map(|source| Some((of("id", source)?, of("commit", source)?)))
        .collect()
}

fn checkout() -> Option<PathBuf> {
    env::var_os("OPENVMM_REPO").map(PathBuf::from)
}

fn shown(repository: &Path, what: &str) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(repository).args(["show", what]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn every_cited_line_is_within_its_file() {
    let lengths: BTreeMap<(String, String), u32> = table("corpus/cited-files.tsv")
        .into_iter()
        .map(|row| ((row[0].clone(), row[1].clone()), row[2].parse().expect("a number")))
        .collect();
    let sources = sources();
    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    for (source, path, first, last) in cites("catalog/openvmm") {
        if !sources.contains_key(&source) {
            continue;
        }
        let key = (source, path);
        match lengths.get(&key) {
            None => problems.push(format!("{}:{} is not in corpus/cited-files.tsv", key.0, key.1)),
            Some(lines) if first < 1 || first > last || last > *lines => {
                problems.push(format!("{}:{}:{first}-{last}: the file has {lines} lines", key.0, key.1));
            }
            Some(_) => {}
        }
        used.insert(key);
    }
    problems.extend(
        lengths
            .keys()
            .filter(|key| !used.contains(*key))
            .map(|key| format!("nothing cites {}:{}", key.0, key.1)),
    );
    assert!(used.len() > 50, "only {} cited files", used.len());
    if env::var_os("LIGHTEST_BLESS").is_none() {
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }
}

#[test]
fn the_list_of_cited_files_is_that_of_the_recorded_commits() {
    let Some(repository) = checkout() else { return };
    let sources = sources();
    let mut files = BTreeSet::new();
    for (source, path, ..) in cites("catalog/openvmm") {
        if sources.contains_key(&source) {
            files.insert((source, path));
        }
    }
    let mut text = "source\tpath\tlines\n".to_owned();
    for (source, path) in files {
        let what = format!("{}:{path}", sources[&source]);
        let file = shown(&repository, &what).unwrap_or_else(|| panic!("{what} is not in OPENVMM_REPO"));
        text.push_str(&format!("{source}\t{path}\t{}\n", file.lines().count()));
    }
    let list = root().join("corpus/cited-files.tsv");
    if env::var_os("LIGHTEST_BLESS").is_some() {
        fs::write(list, text).expect("written");
    } else {
        assert_eq!(fs::read_to_string(list).expect("the list"), text, "LIGHTEST_BLESS=1 writes it anew");
    }
}

/// What a line of the source has that must be accounted for; `None` for most.
fn kind(path: &str, line: &str) -> Option<&'static str> {
    let text = line.trim();
    let todo = text.contains("TODO") || text.contains("FIXME");
    if path.starts_with("vmm_tests/vmm_tests/tests/") {
        let comment = text.strip_prefix("//").map(|rest| rest.trim_start_matches('/').trim_start());
        let attribute = |rest: &str| rest.starts_with("#[") && rest.contains("_test(");
        let config = |rest: &str| {
            let word = rest.split(['(', '[', ',', ' ']).next().unwrap_or_default();
            (word.ends_with("_x64") || word.ends_with("_aarch64"))
                && ["openvmm_", "hyperv_", "openhcl_", "linux_direct_", "uefi_", "pcat_"]
                    .iter()
                    .any(|start| word.starts_with(start))
        };
        return match comment {
            Some(rest) if attribute(rest) || config(rest) => Some("commented-out"),
            _ if text.contains("reason = \"") => Some("reason"),
            _ if todo => Some("todo"),
            _ if text.starts_with("#[cfg(") || text.starts_with("#![cfg(") => Some("cfg"),
            _ => None,
        };
    }
    let issue = || text.split('#').skip(1).any(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    if (todo || text.to_lowercase().contains("workaround for")) && issue() {
        return Some("todo");
    }
    text.contains("todo!(").then_some("unfinished")
}

#[test]
fn every_reason_and_todo_of_the_source_is_a_fact_or_accounted_for() {
    let accounted: BTreeSet<(String, u32)> = table("corpus/accounted.tsv")
        .into_iter()
        .map(|row| {
            assert!(row.len() == 4 && !row[3].is_empty(), "{row:?} does not say why");
            (row[0].clone(), row[1].parse().expect("a line"))
        })
        .collect();
    let Some(repository) = checkout() else { return };
    let commit = sources()["openvmm"].clone();
    let listed = Command::new("git")
        .arg("-C")
        .arg(&repository)
        .args(["ls-tree", "-r", "--name-only", &commit, "vmm_tests/vmm_tests/tests", "petri/src"])
        .output()
        .expect("git");
    let cited: Vec<Cite> = cites("catalog/openvmm").into_iter().filter(|cite| cite.0 == "openvmm").collect();
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for path in String::from_utf8_lossy(&listed.stdout).lines().filter(|path| path.ends_with(".rs")) {
        let text = shown(&repository, &format!("{commit}:{path}")).expect("a file");
        for (number, line) in (1_u32..).zip(text.lines()) {
            let Some(kind) = kind(path, line) else { continue };
            let place = (path.to_owned(), number);
            let by_fact =
                cited.iter().any(|(_, at, first, last)| at == path && (*first..=*last).contains(&number));
            if !by_fact && !accounted.contains(&place) {
                problems.push(format!("{path}:{number}: {kind}: {}", line.trim()));
            }
            seen.insert(place);
        }
    }
    problems.extend(
        accounted.difference(&seen).map(|(path, line)| format!("{path}:{line} needs no account any more")),
    );
    assert!(seen.len() > 100, "only {} places", seen.len());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
