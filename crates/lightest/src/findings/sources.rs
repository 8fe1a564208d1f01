//! Finds and reads the files that matter to a dialect.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, mpsc};

use foldhash::HashSet;
use ignore::{DirEntry, WalkBuilder, WalkState};
use lightest_lint::dialect::{Dialect, Relevance};
use lightest_lint::source::Source;

use super::packages::Packages;
use crate::failure::Failure;
use crate::input::ReadError;
use crate::output::{path_text, shown};
use crate::{input, output, words};

/// The sources of a run.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The files that matter, in the order of their paths.
    pub(crate) files: Vec<Source>,
    /// Where each of them is, as it was named.
    pub(crate) paths: Vec<PathBuf>,
    /// How many files were looked at.
    pub(crate) looked_at: usize,
    /// Files that could not be read, each with the reason.
    pub(crate) unread: Vec<UnreadFile>,
}

impl Sources {
    /// Warns of what could not be read.
    pub(crate) fn warn(&self) {
        for unread in &self.unread {
            output::message(&format!("warning: not read: {}: {}", output::line(&unread.path), unread.reason));
        }
    }

    /// Reports that there is no test in what was asked about, and what was looked for.
    pub(crate) fn none(&self, asked: &[PathBuf], dialect: &dyn Dialect) {
        let looked_for = dialect.looks_for();
        let asked: Vec<String> = asked.iter().map(|path| shown(path).to_string()).collect();
        let asked = words::list(&asked, "and");
        output::message(&if self.looked_at == 0 {
            let ending = dialect.extension();
            format!("no test found: no `.{ending}` file in {asked}; looked for {looked_for}")
        } else if dialect.suite().is_some() {
            // The whole suite was read, whichever part was asked about.
            format!("no test found in {asked}: looked for {looked_for}")
        } else {
            format!("no test found in {}: looked for {looked_for}", words::count(self.looked_at, "file"))
        });
    }
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UnreadFile {
    /// Its path, as far as it is known.
    pub(crate) path: String,
    /// Why it could not.
    pub(crate) reason: String,
}

/// The outcome of one file.
enum FileOutcome {
    /// A file without tests.
    Other(PathBuf),
    Tests(PathBuf, Arc<str>),
    Unread(UnreadFile),
}

/// Reads the files below some paths. Links are not followed, so that circles do no harm.
///
/// Most files contain no test, and are looked at once. Files beside tests may define helpers: they are read when the
/// packages with tests are known.
pub(crate) fn read(paths: &[PathBuf], dialect: &dyn Dialect) -> Result<Sources, Failure> {
    for path in paths {
        let wrong = match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() || metadata.is_dir() => continue,
            Ok(_) => "it is neither a file nor a folder".to_owned(),
            Err(error) => ReadError::from(error).reason(),
        };
        return Err(Failure::new(format!("{} cannot be read: {wrong}", shown(path)))
            .help("name files or folders of the checkout"));
    }
    // Where a path goes up on its way, one file would have several names.
    let paths: Vec<PathBuf> =
        paths.iter().map(|path| if turns(path) { input::whole(path) } else { path.clone() }).collect();
    let Some((first, rest)) = paths.split_first() else { return Ok(Sources::default()) };
    for path in &paths {
        if let Some((file, error)) = input::unreadable_above(path) {
            return Err(error.failure(&file));
        }
    }
    let mut walk = WalkBuilder::new(first);
    for path in rest {
        walk.add(path);
    }
    walk.threads(std::thread::available_parallelism().map_or(1, usize::from).min(8));
    let (send, receive) = mpsc::channel();
    let stopped = send.clone();
    let (foreign, package_file) = (dialect.foreign(), dialect.package_file());
    walk.filter_entry(move |entry| {
        if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
            return true;
        }
        // A folder of that name elsewhere is anybody's.
        if foreign.iter().any(|name| entry.file_name() == *name)
            && entry.path().with_file_name(package_file).is_file()
        {
            return false;
        }
        let Some((file, error)) = input::unreadable(entry.path()) else { return true };
        // The receiver outlives the walk.
        let _ =
            stopped.send(FileOutcome::Unread(UnreadFile { path: path_text(&file), reason: error.reason() }));
        false
    });
    walk.build_parallel().run(|| {
        let send = send.clone();
        let mut room = Vec::new();
        Box::new(move |entry| {
            if let Some(looked) = look(entry, dialect, &mut room) {
                // The receiver outlives the walk.
                let _ = send.send(looked);
            }
            WalkState::Continue
        })
    });
    drop((send, walk));
    let mut sources = Sources::default();
    let (mut tests, mut others) = (Vec::new(), Vec::new());
    for looked in receive {
        match looked {
            FileOutcome::Other(path) => others.push(path),
            FileOutcome::Tests(path, text) => tests.push((path, text)),
            FileOutcome::Unread(unread) => sources.unread.push(unread),
        }
    }
    let mut packages = Packages::new(&paths, dialect.package_file());
    // Who names several paths may name one file twice; the first of its names counts.
    if !rest.is_empty() {
        let mut seen = HashSet::default();
        tests.sort_unstable();
        tests.retain(|(path, _)| seen.insert(packages.whole(path)));
        others.sort_unstable();
        others.retain(|path| seen.insert(packages.whole(path)));
        sources.unread.sort_unstable();
        sources.unread.dedup();
        let mut whole = |unread: &UnreadFile| packages.whole(Path::new(&unread.path));
        sources.unread.retain(|unread| unread.path.is_empty() || seen.insert(whole(unread)));
    }
    sources.looked_at = tests.len() + others.len() + sources.unread.len();
    packages.hold_tests(tests.iter().map(|(path, _)| path.as_path()));
    let mut room = Vec::new();
    for path in others.into_iter().filter(|path| packages.is_beside_tests(path)) {
        match contents(&path, &mut room) {
            Ok(bytes) if dialect.relevance(bytes) == Relevance::None => {}
            // A file without tests is only kept for its helpers.
            Ok(bytes) => tests.extend(str::from_utf8(bytes).ok().map(|text| (path, Arc::from(text)))),
            Err(reason) => sources.unread.push(UnreadFile { path: path_text(&path), reason }),
        }
    }
    sources.unread.sort();
    tests.sort_by(|(one, _), (other, _)| one.cmp(other));
    (sources.files, sources.paths) = packages.sources(tests);
    Ok(sources)
}

/// Whether a path goes down and up again.
fn turns(path: &Path) -> bool {
    let mut parts =
        path.components().skip_while(|part| matches!(part, Component::ParentDir | Component::CurDir));
    parts.any(|part| part == Component::ParentDir)
}

/// Looks at one file; at nothing else.
fn look(
    entry: Result<DirEntry, ignore::Error>,
    dialect: &dyn Dialect,
    room: &mut Vec<u8>,
) -> Option<FileOutcome> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => return Some(FileOutcome::Unread(unreadable_entry(&error))),
    };
    let path = entry.path();
    if path.extension().is_none_or(|extension| extension != dialect.extension()) {
        return None;
    }
    // What was named may be a link.
    let is_file = match entry.depth() {
        0 => path.is_file(),
        _ => entry.file_type().is_some_and(|kind| kind.is_file()),
    };
    if !is_file {
        return None;
    }
    Some(match text(path, dialect, room) {
        Ok(None) => FileOutcome::Other(entry.into_path()),
        Ok(Some(text)) => FileOutcome::Tests(entry.into_path(), text),
        Err(reason) => FileOutcome::Unread(UnreadFile { path: path_text(path), reason }),
    })
}

/// The text of a file with tests, or why it cannot be read.
fn text(path: &Path, dialect: &dyn Dialect, room: &mut Vec<u8>) -> Result<Option<Arc<str>>, String> {
    let bytes = contents(path, room)?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        // Letters of ASCII among zeros.
        let letters: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
        let matters = dialect.has_tests(&letters);
        return if matters { Err("UTF-16, where UTF-8 is expected".to_owned()) } else { Ok(None) };
    }
    if !dialect.has_tests(bytes) {
        return Ok(None);
    }
    match str::from_utf8(bytes) {
        Ok(text) => Ok(Some(Arc::from(text))),
        Err(error) => {
            let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(format!("not UTF-8 in line {line}"))
        }
    }
}

/// The bytes of a file, in a room that is used again.
fn contents<'r>(path: &Path, room: &'r mut Vec<u8>) -> Result<&'r [u8], String> {
    match input::fill(path, room) {
        Ok(()) => Ok(room),
        Err(error) => Err(error.reason()),
    }
}

/// A folder that the walk could not enter.
fn unreadable_entry(error: &ignore::Error) -> UnreadFile {
    let mut inner = error;
    let mut path = String::new();
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: place, err } => {
                path = path_text(place);
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    let reason = inner.io_error().map_or_else(|| inner.to_string(), input::reason);
    UnreadFile { path, reason }
}
