//! Finds and reads the files that matter to a dialect.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};

use ignore::{WalkBuilder, WalkState};
use lightest_lint::dialect::{Dialect, Interest};
use lightest_lint::source::Source;

use crate::failure::Failure;

/// Files larger than this hold no test that a person wrote.
const MAX_BYTES: u64 = 16 << 20;

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The files that matter, in the order of their paths.
    pub(crate) files: Vec<Source>,
    /// How many files were looked at.
    pub(crate) looked_at: usize,
    /// Files that could not be read, each with the reason.
    pub(crate) unread: Vec<(String, String)>,
}

/// What became of one file.
enum Looked {
    Nothing,
    Matters(PathBuf, Interest, String),
    Unread(String, String),
}

/// Reads the files below some paths. Links are not followed, so that circles do no harm.
pub(crate) fn read(paths: &[PathBuf], dialect: &dyn Dialect) -> Result<Sources, Failure> {
    let Some((first, rest)) = paths.split_first() else { return Ok(Sources::default()) };
    for path in paths {
        if let Err(error) = fs::metadata(path) {
            return Err(Failure::new(format!("{} cannot be read: {error}", path.display()))
                .help("name files or folders of the checkout"));
        }
    }
    let mut walk = WalkBuilder::new(first);
    for path in rest {
        walk.add(path);
    }
    walk.threads(std::thread::available_parallelism().map_or(1, usize::from).min(8));
    let (send, receive) = mpsc::channel();
    walk.build_parallel().run(|| {
        let send = send.clone();
        Box::new(move |entry| {
            let looked = match entry {
                Ok(entry) => look(&entry, dialect),
                Err(error) => Some(Looked::Unread(String::new(), error.to_string())),
            };
            if let Some(looked) = looked {
                // The receiver outlives the walk.
                let _ = send.send(looked);
            }
            WalkState::Continue
        })
    });
    drop(send);
    let mut sources = Sources::default();
    let mut found = Vec::new();
    for looked in receive {
        sources.looked_at += 1;
        match looked {
            Looked::Nothing => {}
            Looked::Matters(path, interest, text) => found.push((path, interest, text)),
            Looked::Unread(path, reason) => sources.unread.push((path, reason)),
        }
    }
    sources.unread.sort();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found.dedup_by(|one, other| one.0 == other.0);
    sources.files = assign(found, paths, dialect.package_file());
    Ok(sources)
}

fn look(entry: &ignore::DirEntry, dialect: &dyn Dialect) -> Option<Looked> {
    let path = entry.path();
    let given = entry.depth() == 0;
    if !given && !entry.file_type().is_some_and(|kind| kind.is_file()) {
        return None;
    }
    if path.extension().is_none_or(|extension| extension != dialect.extension()) || (given && path.is_dir()) {
        return None;
    }
    let name = || path.display().to_string();
    let unread = |reason: String| Some(Looked::Unread(name(), reason));
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) => return unread(error.to_string()),
    };
    let size = match file.metadata() {
        Ok(metadata) if !metadata.is_file() => return None,
        Ok(metadata) => metadata.len(),
        Err(error) => return unread(error.to_string()),
    };
    if size > MAX_BYTES {
        return unread(format!("larger than {} MiB", MAX_BYTES >> 20));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    if let Err(error) = file.by_ref().take(MAX_BYTES).read_to_end(&mut bytes) {
        return unread(error.to_string());
    }
    let interest = dialect.interest(&bytes);
    if interest == Interest::None {
        return Some(Looked::Nothing);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Some(Looked::Matters(path.to_owned(), interest, text)),
        Err(_) if interest == Interest::Helpers => Some(Looked::Nothing),
        Err(_) => unread("not UTF-8".to_owned()),
    }
}

/// Gives each file its package, and lets go of those whose package holds no test.
fn assign(found: Vec<(PathBuf, Interest, String)>, given: &[PathBuf], package_file: &str) -> Vec<Source> {
    let mut known: HashMap<PathBuf, PathBuf> = HashMap::new();
    let mut package_of = |path: &Path| -> PathBuf {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        known
            .entry(folder.clone())
            .or_insert_with(|| {
                let absolute = std::path::absolute(&folder).unwrap_or_else(|_| folder.clone());
                let package = absolute.ancestors().find(|folder| folder.join(package_file).is_file());
                package.map_or_else(
                    || {
                        let above = given.iter().find(|given| path.starts_with(given) && given.is_dir());
                        above.cloned().unwrap_or(folder)
                    },
                    Path::to_owned,
                )
            })
            .clone()
    };
    let packages: Vec<PathBuf> = found.iter().map(|(path, ..)| package_of(path)).collect();
    let with_tests: HashSet<&PathBuf> = found
        .iter()
        .zip(&packages)
        .filter(|((_, interest, _), _)| *interest == Interest::Tests)
        .map(|(_, package)| package)
        .collect();
    found
        .iter()
        .zip(&packages)
        .filter(|(_, package)| with_tests.contains(package))
        .map(|((path, _, text), package)| {
            let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            let local =
                absolute.strip_prefix(package).or_else(|_| path.strip_prefix(package)).unwrap_or(path);
            Source {
                path: path.display().to_string(),
                local: local.display().to_string().replace('\\', "/"),
                package: package.display().to_string(),
                text: Arc::from(text.as_str()),
            }
        })
        .collect()
}
