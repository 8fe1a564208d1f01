//! The list of packages in an empty Debian: what this machine happens to have hides nothing there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::packages::{self, LIST, PROGRAM_FOLDERS, Package};
use crate::run::{report, root, run};

/// The release that the README names.
const RELEASE: &str = "bookworm";
/// A root that is older is made anew: packages move.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Installs the whole list in an empty root, and looks there for every program and file, and for whose each is.
///
/// # Errors
/// What cannot be installed, is not there, or belongs to another package.
pub(crate) fn check() -> Result<(), String> {
    if !packages::debian_as_root() {
        report("skipped: an empty root is made on Debian, as root");
        return Ok(());
    }
    packages::install(&["root"])?;
    let list = packages::list()?;
    let folder = root().join("target/empty-root");
    let tree = made(&folder, &list)?;
    let mut wrong = Vec::new();
    let mut owned = BTreeMap::new();
    for package in &list {
        for name in &package.programs {
            match PROGRAM_FOLDERS.iter().map(|dir| format!("{dir}/{name}")).find(|path| there(&tree, path)) {
                Some(path) => drop(owned.insert(path, package.name.as_str())),
                None => wrong.push(format!("{}: the program {name} is not there", package.name)),
            }
        }
        for file in &package.files {
            let path = file.display().to_string();
            if there(&tree, &path) {
                owned.insert(path, package.name.as_str());
            } else {
                wrong.push(format!("{}: {path} is not there", package.name));
            }
        }
    }
    for (path, package) in &owned {
        let owners = owners(&tree, path)?;
        if !owners.iter().any(|owner| owner == package) {
            wrong.push(format!("{path} is not of {package} but of {}", owners.join(", ")));
        }
    }
    if wrong.is_empty() {
        report(&format!("{} programs and files, each of the package that {LIST} names", owned.len()));
        return Ok(());
    }
    Err(wrong.join("\n"))
}

/// The root, from the last run where the list is the same and the packages are of today.
fn made(folder: &Path, list: &[Package]) -> Result<PathBuf, String> {
    let tree = folder.join("root");
    let stamp = folder.join("made-from");
    let mut names: Vec<&str> = list.iter().map(|package| package.name.as_str()).collect();
    names.sort_unstable();
    let names = names.join(",");
    let fresh = fs::metadata(&stamp)
        .and_then(|meta| meta.modified())
        .is_ok_and(|made| SystemTime::now().duration_since(made).is_ok_and(|age| age < AGE));
    if fresh && fs::read_to_string(&stamp).is_ok_and(|from| from == names) {
        return Ok(tree);
    }
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    if tree.exists() {
        fs::remove_dir_all(&tree).map_err(failed)?;
    }
    let archives = folder.join("archives");
    fs::create_dir_all(archives.join("partial")).map_err(failed)?;
    // What it mounts in the root is mounted for it alone, and gone with it: the next run removes the root.
    let mut debootstrap = Command::new("unshare");
    debootstrap
        .args(["--mount", "mmdebstrap"])
        .args(["--quiet", "--variant=minbase", "--mode=root", "--format=directory"])
        .arg("--aptopt=APT::Install-Recommends \"false\"")
        // Nothing here has to survive a power failure.
        .arg("--dpkgopt=force-unsafe-io")
        .arg("--dpkgopt=path-exclude=/usr/share/man/*")
        .arg("--dpkgopt=path-exclude=/usr/share/doc/*")
        .arg("--dpkgopt=path-exclude=/usr/share/locale/*")
        // What was downloaded is kept for the next root.
        .args(["--skip=download/empty", "--skip=essential/unlink"])
        .arg("--setup-hook=mkdir -p \"$1/var/cache/apt/archives\"")
        .arg(format!("--setup-hook=sync-in '{}' /var/cache/apt/archives", archives.display()))
        .arg(format!("--customize-hook=sync-out /var/cache/apt/archives '{}'", archives.display()))
        .arg(format!("--include={names}"))
        .arg(RELEASE)
        .arg(&tree);
    run(debootstrap)?;
    fs::write(&stamp, names).map_err(failed)?;
    Ok(tree)
}

/// Whether a path names a file there; links are followed inside of the root.
fn there(tree: &Path, path: &str) -> bool {
    places(tree, path).is_some()
}

/// The path itself and every place that its links lead to, up to a file; nothing where there is no file.
fn places(tree: &Path, path: &str) -> Option<Vec<String>> {
    let mut path = PathBuf::from(path);
    let mut places = Vec::new();
    for _ in 0..16 {
        let outside = tree.join(path.strip_prefix("/").ok()?);
        let meta = fs::symlink_metadata(&outside).ok()?;
        places.push(path.to_str()?.to_owned());
        if !meta.is_symlink() {
            return meta.is_file().then_some(places);
        }
        let target = fs::read_link(&outside).ok()?;
        path = if target.is_absolute() { target } else { path.parent()?.join(target) };
        // `..` is only met in the links of Debian's own programs, none of which leads through another link.
        let mut plain = PathBuf::new();
        for part in path.components() {
            if part == std::path::Component::ParentDir {
                plain.pop();
            } else {
                plain.push(part);
            }
        }
        path = plain;
    }
    None
}

/// The packages that own a file of the root, by dpkg's own record. Debian's merged folders have two names, and what an
/// alternative made is no package's, but what it leads to is.
fn owners(tree: &Path, path: &str) -> Result<Vec<String>, String> {
    let mut places = places(tree, path).unwrap_or_default();
    let other =
        |path: &String| path.strip_prefix("/usr").map_or_else(|| format!("/usr{path}"), str::to_owned);
    let others: Vec<String> = places.iter().map(other).collect();
    places.extend(others);
    let mut found = Vec::new();
    for place in places {
        let mut query = Command::new("dpkg-query");
        query.arg(format!("--admindir={}", tree.join("var/lib/dpkg").display())).args(["--search", &place]);
        query.stderr(std::process::Stdio::null());
        // It fails where nothing owns the place.
        let output = query.output().map_err(|error| format!("dpkg-query: {error}"))?;
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Some((names, _)) = line.rsplit_once(": ") else { continue };
            found.extend(names.split(", ").map(|name| name.split(':').next().unwrap_or(name).to_owned()));
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}
