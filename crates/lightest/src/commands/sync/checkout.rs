//! A checkout of the project whose facts these are: its files, and those of its commits.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use lightest_model::catalog::Catalog;
use lightest_sync::catalog_text::CatalogText;
use lightest_sync::evidence::{CitedFile, Evidences, cited_paths, same_repository};
use lightest_sync::{MAX_BYTES, Project, SourceFile};

use crate::alike::{ALIKE, alike};
use crate::failure::Failure;
use crate::git::{Commit, Objects, Repository};
use crate::output::shown;

/// Folders deeper than this contain no source.
const DEPTH: usize = 24;

/// A checkout.
pub(crate) struct Checkout {
    root: PathBuf,
    /// The project.
    pub(crate) project: &'static dyn Project,
    /// Its repository, where it has one.
    pub(crate) repository: Option<Repository>,
    /// The commit that is checked out.
    pub(crate) head: Option<Commit>,
}

impl Checkout {
    /// The checkout in that folder.
    pub(crate) fn open(root: &Path, project: &'static dyn Project) -> Result<Self, Failure> {
        let folders = project.folders();
        if !folders.iter().any(|folder| root.join(folder).is_dir()) {
            let title = project.title();
            return Err(Failure::new(format!("{} is not a checkout of {title}", shown(root)))
                .note(format!("it has none of the folders `{}`", folders.join("`, `")))
                .help(format!("name the top of a checkout: git clone {}", project.url())));
        }
        let repository = Repository::at(root);
        let head = repository.as_ref().and_then(|repository| repository.commit("HEAD"));
        Ok(Self { root: root.to_owned(), project, repository, head })
    }

    /// The repository, or why there must be one.
    pub(crate) fn repository(&self) -> Result<&Repository, Failure> {
        self.repository.as_ref().ok_or_else(|| {
            Failure::new(format!("{} is not a git repository", shown(&self.root)))
                .help("name the top of a clone; git must be on PATH")
        })
    }

    /// The files as they stand in the work tree.
    pub(crate) fn files(&self) -> Result<Vec<SourceFile>, Failure> {
        let mut files = Vec::new();
        for folder in self.project.folders() {
            self.walk(&self.root.join(folder), folder, 0, &mut files)?;
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    fn walk(
        &self,
        folder: &Path,
        path: &str,
        depth: usize,
        files: &mut Vec<SourceFile>,
    ) -> Result<(), Failure> {
        if depth > DEPTH || !folder.is_dir() {
            return Ok(());
        }
        let unreadable =
            |error: std::io::Error| Failure::new(format!("{} cannot be read: {error}", shown(folder)));
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let path = format!("{path}/{name}");
            // Links are not followed: they may lead anywhere, or in a circle.
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() {
                self.walk(&entry.path(), &path, depth + 1, files)?;
            } else if kind.is_file() && self.project.may_state_facts(&path) {
                files.push(SourceFile { text: read(&entry.path())?, path });
            }
        }
        Ok(())
    }

    /// The text of a file in the work tree; `None` when it is not there.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        let safe = Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        let full = self.root.join(path);
        if !safe || !fs::symlink_metadata(&full).is_ok_and(|metadata| metadata.is_file()) {
            return None;
        }
        read(&full).ok()
    }

    /// The files as they stand at a commit.
    pub(crate) fn files_at(&self, commit: &str, objects: &mut Objects) -> Result<Vec<SourceFile>, Failure> {
        let mut files = Vec::new();
        for blob in self.repository()?.blobs(commit, self.project.folders())? {
            if self.project.may_state_facts(&blob.path)
                && let Some(text) = objects.text(&blob.id, MAX_BYTES + 1)?
            {
                files.push(SourceFile { path: blob.path, text });
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    /// Follows the catalog's evidence from the commits that it records to the work tree. The error is a reason why that
    /// cannot be done.
    pub(crate) fn evidence(
        &self,
        catalog: &Catalog,
        text: &CatalogText,
        files_now: &[SourceFile],
    ) -> Result<Evidences, String> {
        let source = self.project.source();
        let sources = same_repository(catalog, source);
        if !sources.iter().any(|known| known.id == source) {
            return Err(format!("the source `{source}` records no commit"));
        }
        let Some(repository) = &self.repository else {
            return Err(
                "the checkout has no git history, so the former text of the cited lines is unavailable"
                    .to_owned(),
            );
        };
        let mut objects = repository.objects().map_err(|failure| failure.message().to_owned())?;
        let mut followed = Evidences::default();
        for known in sources {
            let recorded = known.commit.as_deref().unwrap_or_default();
            let Some(commit) = repository.commit(recorded) else {
                return Err(format!("the recorded commit `{recorded}` is not in this checkout's history"));
            };
            let mut files = BTreeMap::new();
            for path in cited_paths(text, &known.id) {
                let was = objects
                    .text(&format!("{}:{path}", commit.id), MAX_BYTES)
                    .map_err(|failure| failure.message().to_owned())?;
                let is = match self.text(&path) {
                    Some(text) => Some((path.clone(), text)),
                    None => was.as_deref().and_then(|was| renamed(was, files_now)),
                };
                files.insert(path, CitedFile { was, is });
            }
            followed = followed.follow(text, &known.id, &files);
        }
        Ok(followed)
    }

    /// The first file that is wanted and differs from the checked-out commit.
    pub(crate) fn changed(&self, files: &[SourceFile]) -> Result<Option<String>, Failure> {
        let Some(head) = &self.head else { return Ok(None) };
        let mut objects = self.repository()?.objects()?;
        let at_head = self.files_at(&head.id, &mut objects)?;
        let find = |files: &[SourceFile], path: &str| {
            files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()
        };
        for file in &at_head {
            let same = find(files, &file.path)
                .is_some_and(|index| files[index].text == file.text.replace("\r\n", "\n"));
            if !same {
                return Ok(Some(file.path.clone()));
            }
        }
        let added = files.iter().find(|file| find(&at_head, &file.path).is_none());
        Ok(added.map(|file| file.path.clone()))
    }
}

/// The file that another was renamed to: the one that is most alike, where it is alike enough.
fn renamed(was: &str, files: &[SourceFile]) -> Option<(String, String)> {
    // Of files that are equally alike, the first.
    let all = files.iter().rev().map(|file| (alike(was, &file.text), file));
    let (alike, file) = all.max_by_key(|(alike, _)| *alike)?;
    (alike >= ALIKE).then(|| (file.path.clone(), file.text.clone()))
}

/// A file's text, of which no more is read than shows that it is too large; line breaks are git's.
fn read(path: &Path) -> Result<String, Failure> {
    let unreadable = |error: std::io::Error| Failure::new(format!("{} cannot be read: {error}", shown(path)));
    let file = fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(String::from_utf8_lossy(&bytes).replace("\r\n", "\n"))
}
