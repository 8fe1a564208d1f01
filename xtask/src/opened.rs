//! What the tree opens of the host: every program that code and scripts start, and every absolute path that they name. The
//! tests compare it with the one list of packages.

mod rust;
mod shell;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde::Deserialize;

use crate::packages;
use crate::run::{capture, read_toml, root};

/// Where what is found, but is no matter of the list, is explained.
const EXPLAINED: &str = "xtask/opened.toml";
/// Folders whose files are data, documentation, or run inside a guest only.
const NOT_THE_HOSTS: [&str; 10] = [
    "catalog/",
    "corpus/",
    "docs/",
    "examples/",
    "measurements/",
    "guests/",
    "crates/lightest-agent/",
    "crates/lightest/tests/ui/",
    "crates/lightest/src/site/assets/",
    // The examples of its tests.
    "xtask/src/opened",
];
/// What a distribution's files lie in. `/dev`, `/proc`, `/sys` are the kernel's, and `/tmp` is everywhere.
const FOLDERS: [&str; 12] =
    ["bin", "boot", "etc", "home", "lib", "lib64", "opt", "root", "sbin", "srv", "usr", "var"];

/// Something of the host that a file of the tree names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum HostPath {
    /// A program, by its name.
    Program(String),
    /// A file, by its absolute path.
    File(String),
    /// A program that is not written out: the expression.
    Expression(String),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Explained {
    #[serde(default)]
    explained: Vec<Explanation>,
}

/// Why something that is found is not on the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Explanation {
    /// How the file's path ends; all files when empty.
    #[serde(default)]
    file: String,
    #[serde(default)]
    programs: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    expressions: Vec<String>,
    /// Entries of the list that nothing in the tree opens.
    #[serde(default)]
    unnamed: Vec<String>,
    /// The reason.
    because: String,
}

impl Explanation {
    fn covers(&self, file: &str, opened: &HostPath) -> bool {
        file.ends_with(&self.file)
            && match opened {
                HostPath::Program(name) => self.programs.contains(name),
                HostPath::File(path) => self.paths.contains(path),
                HostPath::Expression(text) => self.expressions.contains(text),
            }
    }

    fn entries(&self) -> impl Iterator<Item = HostPath> {
        let programs = self.programs.iter().cloned().map(HostPath::Program);
        let paths = self.paths.iter().cloned().map(HostPath::File);
        programs.chain(paths).chain(self.expressions.iter().cloned().map(HostPath::Expression))
    }
}

/// Checks that everything that the tree opens is on the list or explained, and that nothing on either is out of date.
///
/// # Errors
/// What is not, one a line.
pub(crate) fn check() -> Result<(), String> {
    let list = packages::list()?;
    let explained: Explained = read_toml(EXPLAINED)?;
    let texts = texts()?;
    let found = found(&texts)?;
    let mut wrong = BTreeSet::new();
    for (file, opened) in &found {
        let listed = list.iter().any(|package| match opened {
            HostPath::Program(name) => package.programs.contains(name),
            HostPath::File(path) => {
                packages::PROGRAM_FOLDERS.contains(&path.as_str())
                    || package.files.iter().any(|file| file.to_str() == Some(path))
                    || package.programs.iter().any(|name| is_program(path, name))
            }
            HostPath::Expression(_) => false,
        });
        if !listed && !explained.explained.iter().any(|entry| entry.covers(file, opened)) {
            wrong.insert(format!("{file}: {opened:?} is neither in {} nor in {EXPLAINED}", packages::LIST));
        }
    }
    for entry in &explained.explained {
        if entry.because.is_empty() {
            wrong.insert(format!("{EXPLAINED}: an entry about `{}` has no reason", entry.file));
        }
        for opened in entry.entries() {
            if !found.iter().any(|(file, found)| entry.covers(file, found) && *found == opened) {
                wrong.insert(format!("{EXPLAINED}: {opened:?} is not found in {}", entry.file));
            }
        }
    }
    for package in &list {
        let files = package.files.iter().filter_map(|file| file.to_str());
        for thing in package.programs.iter().map(String::as_str).chain(files) {
            let named = |(path, text): &(String, String)| path != packages::LIST && mentions(text, thing);
            let unnamed =
                explained.explained.iter().any(|entry| entry.unnamed.iter().any(|name| name == thing));
            if !unnamed && !texts.iter().any(named) {
                wrong.insert(format!("{}: nothing opens {thing} of {}", packages::LIST, package.name));
            }
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(wrong.into_iter().collect::<Vec<_>>().join("\n"))
}

fn is_program(path: &str, name: &str) -> bool {
    packages::PROGRAM_FOLDERS.iter().any(|folder| path.strip_prefix(folder) == Some(&format!("/{name}")))
}

/// Whether a text names something, as a word of its own.
fn mentions(text: &str, thing: &str) -> bool {
    let inside =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || "_-".contains(letter));
    text.match_indices(thing).any(|(at, _)| {
        !inside(text[..at].chars().next_back()) && !inside(text[at + thing.len()..].chars().next())
    })
}

/// The repository's files that can open something of the host, and their texts.
fn texts() -> Result<Vec<(String, String)>, String> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let names = capture(git)?;
    let kept = names.lines().filter(|name| !NOT_THE_HOSTS.iter().any(|folder| name.starts_with(folder)));
    Ok(kept.filter_map(|name| Some((name.to_owned(), fs::read_to_string(root().join(name)).ok()?))).collect())
}

/// Everything that is opened, with the file that does.
fn found(texts: &[(String, String)]) -> Result<BTreeSet<(String, HostPath)>, String> {
    let mut found = BTreeSet::new();
    for (name, text) in texts {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let opened = match ending {
            "rs" => rust::opened(text),
            "yml" | "yaml" => shell::in_yaml(text).map_err(|error| format!("{name}: {error}"))?,
            "js" | "mjs" => paths(text),
            _ if ending == "sh" || text.starts_with("#!") => shell::opened(text),
            _ => continue,
        };
        found.extend(opened.into_iter().map(|opened| (name.clone(), opened)));
    }
    Ok(found)
}

/// Absolute paths of the host in a text.
fn paths(text: &str) -> Vec<HostPath> {
    let mut found = Vec::new();
    let part = |letter: char| letter.is_ascii_alphanumeric() || "._/+-".contains(letter);
    for (at, _) in text.match_indices('/') {
        // Not a path's later part, an address, or a part of a relative path.
        if text[..at].chars().next_back().is_some_and(|before| part(before) || "}>*~$:".contains(before)) {
            continue;
        }
        let rest = &text[at..];
        let path = &rest[..rest.find(|letter| !part(letter)).unwrap_or(rest.len())];
        let mut parts = path[1..].splitn(2, '/');
        if parts.next().is_some_and(|first| FOLDERS.contains(&first))
            && parts.next().is_some_and(|rest| !rest.is_empty())
        {
            found.push(HostPath::File(path.trim_end_matches(['.', '/']).to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_the_tree_opens_is_on_the_list() {
        if let Err(wrong) = check() {
            panic!("\n{wrong}");
        }
    }

    #[test]
    fn paths_of_the_host_are_found_and_others_are_not() {
        let text = "a/usr/bin/x /usr/lib/y.bin \"/etc/z\" https://host/usr/bin {room}/bin/w /proc/x /usr";
        let files: Vec<HostPath> =
            ["/usr/lib/y.bin", "/etc/z"].map(|path| HostPath::File(path.to_owned())).into();
        assert_eq!(paths(text), files);
    }
}
