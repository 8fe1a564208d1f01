//! Reads git objects through the `git` program; the only place that starts it. Nothing in a work tree is changed.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use crate::failure::Failure;
use crate::output::shown;

/// A repository.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    root: PathBuf,
}

/// A commit, and when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    /// Its full name.
    pub(crate) id: String,
    /// The day it was committed, `YYYY-MM-DD`, by its own clock.
    pub(crate) date: String,
}

impl Commit {
    /// As people write it.
    pub(crate) fn short(&self) -> &str {
        self.id.get(..9).unwrap_or(&self.id)
    }
}

/// A blob of a commit's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blob {
    pub(crate) id: String,
    pub(crate) path: String,
}

impl Repository {
    /// The repository of a folder, when it is the top of one.
    pub(crate) fn at(root: &Path) -> Option<Self> {
        let repository = Self { root: root.to_owned() };
        let top = repository.ask(["rev-parse", "--show-prefix"]).ok()?;
        top.trim().is_empty().then_some(repository)
    }

    /// The repository of a folder that contains a `.git`.
    pub(crate) fn at_top(root: &Path) -> Result<Self, Failure> {
        let repository = Self { root: root.to_owned() };
        // Git itself gives the reason why this is no repository: ownership, a damaged configuration.
        repository.ask(["rev-parse", "--git-dir"])?;
        Ok(repository)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        // A hook's surroundings name a repository, an index and programs; where configuration is, and whose folders are
        // trusted, stays the user's choice.
        let foreign = std::env::vars_os().map(|(name, _)| name).filter(|name| {
            name.to_str().is_some_and(|name| name.starts_with("GIT_") && !name.starts_with("GIT_CONFIG"))
        });
        for name in foreign {
            command.env_remove(name);
        }
        command
            .arg("-C")
            .arg(&self.root)
            // The checkout may be anybody's: its configuration must not start programs, nor its remotes be asked.
            .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager"])
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            // For a git that does not know the line above: no transport may be used, so that none starts a program.
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Result<Output, Failure> {
        self.command().args(args).output().map_err(|error| unstartable(&error))
    }

    fn ask<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Result<String, Failure> {
        let output = self.run(args)?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            let stderr = stderr.lines().next().unwrap_or("it gave no reason").to_owned();
            return Err(Failure::new(format!("git could not read {}", shown(&self.root))).note(stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The commit of that name, such as `HEAD`; `None` when there is none.
    pub(crate) fn commit(&self, name: &str) -> Option<Commit> {
        // A name that begins with a dash would be an option.
        if name.starts_with('-') || name.is_empty() {
            return None;
        }
        let id = self.ask(["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]).ok()?;
        let text = self.ask(["log", "-1", "--no-show-signature", "--format=%H %cs", id.trim()]).ok()?;
        commit_of(text.trim())
    }

    /// The commit at which HEAD and another commit part; `None` where they have none in common.
    pub(crate) fn merge_base(&self, other: &Commit) -> Result<Option<Commit>, Failure> {
        let output = self.run(["merge-base", other.id.as_str(), "HEAD"])?;
        let id = String::from_utf8_lossy(&output.stdout);
        Ok(id.lines().next().and_then(|id| self.commit(id.trim())))
    }

    /// Whether there is no commit yet on the branch that is checked out.
    pub(crate) fn is_unborn(&self) -> bool {
        self.ask(["symbolic-ref", "--quiet", "HEAD"]).is_ok() && self.commit("HEAD").is_none()
    }

    /// Whether the history was cut off when it was fetched.
    pub(crate) fn is_shallow(&self) -> bool {
        self.ask(["rev-parse", "--is-shallow-repository"]).is_ok_and(|answer| answer.trim() == "true")
    }

    /// The short names of branches and tags.
    pub(crate) fn refs(&self) -> Vec<String> {
        let text = self.ask(["for-each-ref", "--format=%(refname:short)"]).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// The commit that a submodule had in another commit; `None` where there was none.
    pub(crate) fn submodule(&self, commit: &str, path: &str) -> Result<Option<String>, Failure> {
        let text = self.ask(["--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", path])?;
        let head = text.split('\t').next().unwrap_or_default();
        Ok(head.strip_prefix("160000 commit ").map(str::to_owned))
    }

    /// The commits of the main line up to `to`, newest first, without those up to `from`.
    pub(crate) fn main_line(
        &self,
        from: Option<&str>,
        to: &str,
        paths: &[&str],
    ) -> Result<Vec<Commit>, Failure> {
        let range = from.map_or_else(|| to.to_owned(), |from| format!("{from}..{to}"));
        let mut args = vec![
            "log".to_owned(),
            "--no-show-signature".to_owned(),
            "--first-parent".to_owned(),
            "--format=%H %cs".to_owned(),
            range,
            "--".to_owned(),
        ];
        args.extend(paths.iter().map(|path| (*path).to_owned()));
        let text = self.ask(args)?;
        Ok(text.lines().filter_map(commit_of).collect())
    }

    /// The blobs of a commit whose path is wanted.
    pub(crate) fn blobs(&self, commit: &str, roots: &[&str]) -> Result<Vec<Blob>, Failure> {
        let mut args = vec!["ls-tree", "-r", "-z", "--full-tree", commit, "--"];
        args.extend(roots);
        let text = self.ask(args)?;
        let blob = |entry: &str| {
            // `mode type id\tpath`; links and submodules contain no source.
            let (head, path) = entry.split_once('\t')?;
            let mut words = head.split(' ');
            let (mode, kind, id) = (words.next()?, words.next()?, words.next()?);
            (kind == "blob" && mode != "120000").then(|| Blob { id: id.to_owned(), path: path.to_owned() })
        };
        Ok(text.split('\0').filter_map(blob).collect())
    }

    /// The first file below the folder that differs from the last commit, or that git does not know; `None` where there is
    /// none, or where the folder is in no repository.
    pub(crate) fn first_change(folder: &Path) -> Result<Option<String>, Failure> {
        let repository = Self { root: folder.to_owned() };
        if repository.ask(["rev-parse", "--verify", "--quiet", "HEAD"]).is_err() {
            return Ok(None);
        }
        let text = repository.ask(["status", "--porcelain=v1", "-z", "--untracked-files=all", "--", "."])?;
        // `XY path`; of a rename, the old name follows.
        Ok(text.split('\0').next().and_then(|entry| entry.get(3..)).map(str::to_owned))
    }

    /// Starts to read objects.
    pub(crate) fn objects(&self) -> Result<Objects, Failure> {
        let mut child = self
            .command()
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| unstartable(&error))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::new("git has no open pipe"));
        };
        Ok(Objects { child, input: Some(input), output: BufReader::new(output) })
    }
}

fn unstartable(error: &std::io::Error) -> Failure {
    Failure::new(format!("git cannot be started: {}", crate::input::reason(error)))
        .help("install git, or put it on PATH")
}

fn commit_of(line: &str) -> Option<Commit> {
    let (id, date) = line.split_once(' ')?;
    Some(Commit { id: id.to_owned(), date: date.to_owned() })
}

/// A running `git cat-file --batch`.
#[derive(Debug)]
pub(crate) struct Objects {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Objects {
    /// The text of an object, of which at most `limit` bytes are kept; `None` when there is none of that name.
    pub(crate) fn text(&mut self, name: &str, limit: usize) -> Result<Option<String>, Failure> {
        let broken = |error: std::io::Error| Failure::new(format!("git stopped answering: {error}"));
        if name.contains('\n') {
            return Ok(None);
        }
        let Some(input) = self.input.as_mut() else { return Ok(None) };
        writeln!(input, "{name}").and_then(|()| input.flush()).map_err(broken)?;
        let mut head = String::new();
        self.output.read_line(&mut head).map_err(broken)?;
        let words: Vec<&str> = head.trim_end().rsplitn(3, ' ').collect();
        let [size, kind, _] = words.as_slice() else { return Ok(None) };
        let Ok(size) = size.parse::<u64>() else { return Ok(None) };
        let keep = size.min(limit as u64);
        let mut bytes = Vec::new();
        self.output.by_ref().take(keep).read_to_end(&mut bytes).map_err(broken)?;
        // The rest of a large object, and the line break after it.
        std::io::copy(&mut self.output.by_ref().take(size - keep + 1), &mut std::io::sink())
            .map_err(broken)?;
        Ok((*kind == "blob").then(|| String::from_utf8_lossy(&bytes).into_owned()))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // Without input, git ends by itself.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
