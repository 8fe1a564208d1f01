//! Changes of the work tree since a commit, for `check --since`: read from git's objects, and compared here.
//!
//! Git is asked for commits and for the text of files only. It compares nothing, so that no program that a configuration
//! names (a filter, a text conversion, a foreign diff) is started, and so that a file that git does not know yet is new
//! as a whole.

mod lines;
mod renames;

use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};

use lightest_lint::change::{Change, Changes, LeadingLines};
use lightest_model::suggest::nearest;

use crate::failure::Failure;
use crate::findings::sources::Sources;
use crate::git::{Commit, Objects, Repository};
use crate::{input, output};

/// The text of an old file is read up to this many bytes; none that is read now is larger.
const MAX_BYTES: usize = 16 << 20;

/// The commit that the work tree is compared with.
pub(crate) struct Since {
    /// The top of the repository, without links.
    top: PathBuf,
    repository: Repository,
    /// `None` where nothing is committed yet.
    base: Option<Commit>,
    /// The revision as it was named.
    named: String,
}

impl Since {
    /// Where the current commit and a revision parted, in the repository that some paths lie in.
    pub(crate) fn find(revision: &str, paths: &[PathBuf]) -> Result<Self, Failure> {
        let named = output::line(revision).to_string();
        if revision.is_empty() || revision.starts_with('-') {
            return Err(Failure::new(format!("`{named}` is not a revision"))
                .help("name a commit, a branch or a tag: `--since origin/main`"));
        }
        let top = top_of_all(paths)?;
        let repository = Repository::at_top(&top)?;
        let Some(commit) = repository.commit(revision) else {
            // A hook asks this before the first commit, too.
            if revision == "HEAD" && repository.is_unborn() {
                return Ok(Self { top, repository, base: None, named });
            }
            return Err(unknown(&repository, revision, &named));
        };
        let Some(base) = repository.merge_base(&commit)? else {
            let failure = Failure::new(format!("HEAD and `{named}` have no commit in common"));
            return Err(if repository.is_shallow() {
                failure.note("the clone is shallow").help(DEEPEN)
            } else {
                failure.help("name a commit that HEAD is derived from")
            });
        };
        Ok(Self { top, repository, base: Some(base), named })
    }

    /// The commit in words: `since 1a2b3c4d5, where HEAD and \`main\` part`.
    pub(crate) fn in_words(&self) -> String {
        match &self.base {
            Some(base) => format!("since {}, where HEAD and `{}` part", base.short(), self.named),
            None => "before the first commit".to_owned(),
        }
    }

    /// The changes in some sources.
    pub(crate) fn changes(&self, sources: &Sources, leading: LeadingLines) -> Result<Changes, Failure> {
        let mut changes = Changes::to(leading);
        let mut tops = RepositoryCache::default();
        // The files of each repository: this one, and those of its submodules.
        let mut files: BTreeMap<PathBuf, Vec<(usize, String)>> = BTreeMap::new();
        for (file, path) in sources.paths.iter().enumerate() {
            let real = real(path)?;
            let top = tops.of(&real).filter(|top| top.starts_with(&self.top));
            let local = top.as_ref().and_then(|top| real.strip_prefix(top).ok()).and_then(slashed);
            let (Some(top), Some(local)) = (top, local) else {
                return Err(Failure::new(format!(
                    "{} lies outside of the repository {}",
                    output::shown(path),
                    output::shown(&self.top)
                ))
                .help("name files and folders of one repository, or leave out `--since`"));
            };
            files.entry(top).or_default().push((file, local));
        }
        for (top, files) in files {
            let read = match &self.base {
                None => None,
                Some(base) if top == self.top => Some(OldTree::open(self.repository.clone(), &base.id)?),
                Some(base) => self.submodule(base, &top)?,
            };
            let Some(mut old) = read else {
                for (file, _) in files {
                    changes.set(file, all_of(&sources.files[file].text));
                }
                continue;
            };
            let mut left = Vec::new();
            for (file, local) in files {
                match old.text(&local)? {
                    Some(before) => changes.set(file, lines::changes(&before, &sources.files[file].text)),
                    None => left.push((file, local)),
                }
            }
            for (file, before) in renames::find(&mut old, &top, &left, sources)? {
                let text = &sources.files[file].text;
                changes
                    .set(file, before.map_or_else(|| all_of(text), |before| lines::changes(&before, text)));
            }
        }
        Ok(changes)
    }

    /// The files of a submodule at the commit that it had; `None` where it is new, or none of this repository's.
    fn submodule(&self, base: &Commit, top: &Path) -> Result<Option<OldTree>, Failure> {
        let Some(local) = top.strip_prefix(&self.top).ok().and_then(slashed) else { return Ok(None) };
        let Some(commit) = self.repository.submodule(&base.id, &local)? else { return Ok(None) };
        let inner = Repository::at_top(top)?;
        if inner.commit(&commit).is_none() {
            return Err(Failure::new(format!(
                "the submodule {} lacks its commit {} of {}",
                output::line(&local),
                commit.get(..9).unwrap_or(&commit),
                base.short()
            ))
            .help("fetch it: `git submodule foreach git fetch --unshallow`, or a full clone in CI"));
        }
        OldTree::open(inner, &commit).map(Some)
    }
}

/// Advice for a clone without its history.
const DEEPEN: &str = "fetch the history: `git fetch --unshallow`; with actions/checkout, `fetch-depth: 0`";

/// The files of a commit.
struct OldTree {
    repository: Repository,
    commit: String,
    objects: Objects,
}

impl OldTree {
    fn open(repository: Repository, commit: &str) -> Result<Self, Failure> {
        let objects = repository.objects()?;
        Ok(Self { repository, commit: commit.to_owned(), objects })
    }

    /// The text of a file; `None` where the commit has none of that path.
    fn text(&mut self, path: &str) -> Result<Option<String>, Failure> {
        self.objects.text(&format!("{}:{path}", self.commit), MAX_BYTES)
    }

    /// The paths of all files.
    fn paths(&self) -> Result<Vec<String>, Failure> {
        let blobs = self.repository.blobs(&self.commit, &[])?;
        Ok(blobs.into_iter().map(|blob| blob.path).collect())
    }
}

/// A change that adds a whole file.
fn all_of(text: &str) -> Vec<Change> {
    vec![Change::New(0..text.len())]
}

fn unknown(repository: &Repository, revision: &str, named: &str) -> Failure {
    let failure = Failure::new(format!("there is no commit `{named}`"));
    let refs = repository.refs();
    let remote = format!("origin/{revision}");
    if refs.contains(&remote) {
        return failure.help(format!("did you mean `{}`?", output::line(&remote)));
    }
    if let Some(near) = nearest(revision, refs.iter().map(String::as_str)) {
        return failure.help(format!("did you mean `{}`?", output::line(near)));
    }
    if repository.is_shallow() {
        return failure.note("the clone is shallow").help(DEEPEN);
    }
    failure.help("name a commit, a branch or a tag that is fetched; `git branch --all` lists branches")
}

/// The top of the one repository that all paths lie in.
fn top_of_all(paths: &[PathBuf]) -> Result<PathBuf, Failure> {
    let mut tops = RepositoryCache::default();
    let mut found: Option<PathBuf> = None;
    for path in paths {
        let Some(top) = tops.of(&real(path)?) else {
            return Err(Failure::new(format!("{} lies in no git repository", output::shown(path)))
                .help("name files or folders of a clone, or leave out `--since`"));
        };
        match &found {
            Some(known) if *known != top => {
                return Err(Failure::new("the paths lie in several git repositories")
                    .note(format!("{} and {}", output::shown(known), output::shown(&top)))
                    .help("check each repository by itself"));
            }
            _ => found = Some(top),
        }
    }
    found.ok_or_else(|| Failure::new("no path is named"))
}

/// The repositories of folders, as far as they were asked for.
#[derive(Default)]
struct RepositoryCache {
    known: HashMap<PathBuf, Option<PathBuf>>,
}

impl RepositoryCache {
    /// The nearest folder at or above a path that is the top of a repository.
    fn of(&mut self, path: &Path) -> Option<PathBuf> {
        let folder = if path.is_dir() { path } else { path.parent()? };
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let top = folder.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned);
        self.known.insert(folder.to_owned(), top.clone());
        top
    }
}

/// A path without links.
fn real(path: &Path) -> Result<PathBuf, Failure> {
    match std::fs::metadata(path) {
        Ok(_) => Ok(input::real(path)),
        Err(error) => Err(input::ReadError::from(error).failure(path)),
    }
}

/// A relative path as git writes it; `None` where it is not UTF-8.
fn slashed(path: &Path) -> Option<String> {
    let parts = path.components().map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    Some(parts.collect::<Option<Vec<&str>>>()?.join("/"))
}
