//! The user's configuration: `lightest.toml`, `.config/lightest.toml`, or `[workspace.metadata.lightest]`.

use std::env;
use std::path::{Path, PathBuf};

use memchr::memmem;
use serde::Deserialize;
use toml::Spanned;

use crate::failure::{Failure, Place};
use crate::input::{Tree, reason};
use crate::output::{path_text, shown};

/// The keys of a configuration file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct Settings {
    /// Folder of a catalog that is laid over the embedded one, relative to the file.
    pub(crate) catalog: Option<Spanned<PathBuf>>,
    /// The settings of `check`, with the team's own helpers.
    pub(crate) check: Check,
    /// The folder that paths in it are relative to.
    #[serde(skip)]
    pub(crate) folder: PathBuf,
    /// The file, for messages.
    #[serde(skip)]
    pub(crate) origin: String,
    /// Its text, for messages.
    #[serde(skip)]
    pub(crate) text: String,
}

/// The settings of `check` in a configuration file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct Check {
    /// Whether what is a choice is mentioned, too.
    pub(crate) pedantic: bool,
    /// Levels of rules.
    pub(crate) rules: std::collections::BTreeMap<Spanned<String>, Level>,
    /// File of known findings to leave out, relative to the file.
    pub(crate) baseline: Option<Spanned<PathBuf>>,
    /// Entries for the table of calls, as in the catalog's `calls/`.
    pub(crate) calls: lightest_catalog::calls::Written,
}

/// The level of a rule.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Level {
    /// Its findings are not reported.
    Allow,
    /// They are warnings.
    Warn,
    /// They are errors.
    Deny,
}

impl Settings {
    /// Where a path of the configuration leads: to a place in the same repository, since a configuration comes with it.
    pub(crate) fn path(&self, key: &str, value: &Spanned<PathBuf>) -> Result<PathBuf, Failure> {
        let path = value.get_ref();
        if path.as_os_str().is_empty() {
            return Err(Failure::new(format!("`{key}` names nothing"))
                .at(self.place(value))
                .help("name a place, or leave the key out"));
        }
        let full = self.folder.join(path);
        if Tree::around(&self.folder).contains(&full) {
            return Ok(full);
        }
        Err(Failure::new(format!("`{key}` names `{}`, which lies outside the repository", shown(path)))
            .at(self.place(value))
            .help(format!("move it into the repository, or name it on the command line with `--{key}`")))
    }

    /// The folder of the catalog that is laid over the embedded one.
    pub(crate) fn catalog_folder(&self) -> Result<Option<PathBuf>, Failure> {
        let Some(value) = &self.catalog else { return Ok(None) };
        let folder = self.path("catalog", value)?;
        let what = match std::fs::metadata(&folder) {
            Ok(metadata) if metadata.is_dir() => return Ok(Some(folder)),
            Ok(_) => "which is not a folder".to_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => "which does not exist".to_owned(),
            Err(error) => format!("which cannot be read: {}", reason(&error)),
        };
        Err(Failure::new(format!("`catalog` names `{}`, {what}", shown(value.get_ref())))
            .at(self.place(value))
            .help("name a folder of TOML files, or leave the key out"))
    }

    /// The file of known findings.
    pub(crate) fn baseline(&self) -> Result<Option<PathBuf>, Failure> {
        self.check.baseline.as_ref().map(|value| self.path("baseline", value)).transpose()
    }

    /// A failure about what a path names, with the path's own place where it has none.
    pub(crate) fn blame(&self, value: Option<&Spanned<PathBuf>>, failure: Failure) -> Failure {
        match value {
            Some(value) if failure.diagnostic.labels.is_empty() => failure.at(self.place(value)),
            _ => failure,
        }
    }

    /// Where a value stands.
    pub(crate) fn place<T>(&self, value: &Spanned<T>) -> Place {
        Place {
            origin: self.origin.clone(),
            text: self.text.clone(),
            labels: vec![(value.span(), String::new())],
        }
    }
}

impl Level {
    /// The same, for the linter.
    pub(crate) const fn level(self) -> lightest_lint::linter::Level {
        match self {
            Self::Allow => lightest_lint::linter::Level::Allow,
            Self::Warn => lightest_lint::linter::Level::Warn,
            Self::Deny => lightest_lint::linter::Level::Deny,
        }
    }
}

/// The names that are looked for, in each folder from the current one upwards; the first found counts.
const NAMES: [&str; 2] = ["lightest.toml", ".config/lightest.toml"];

/// Reads the nearest configuration; the default where there is none.
pub(crate) fn nearest() -> Result<Settings, Failure> {
    let Ok(current) = env::current_dir() else { return Ok(Settings::default()) };
    for folder in current.ancestors() {
        for name in NAMES {
            let path = folder.join(name);
            if let Some(text) = read(&path, folder)? {
                return parse(&path, folder, &text);
            }
        }
        if let Some(settings) = of_workspace(folder)? {
            return Ok(settings);
        }
        // A repository is where a search ends.
        if folder.join(".git").exists() {
            break;
        }
    }
    Ok(Settings::default())
}

/// The text of a file of the repository; `None` where there is none.
fn read(path: &Path, folder: &Path) -> Result<Option<String>, Failure> {
    // Most names that are looked for are not there, which costs one question.
    if std::fs::symlink_metadata(path).is_err_and(|error| {
        matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
    }) {
        return Ok(None);
    }
    Tree::around(folder).text(path).map(Some).map_err(|error| error.failure(path))
}

/// A manifest, as far as it matters here.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Manifest {
    workspace: Workspace,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Workspace {
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    lightest: Option<Settings>,
}

/// `[workspace.metadata.lightest]` of the manifest in a folder, if there is one.
fn of_workspace(folder: &Path) -> Result<Option<Settings>, Failure> {
    let path = folder.join("Cargo.toml");
    let Some(text) = read(&path, folder)? else { return Ok(None) };
    // Whether a manifest without that name is valid, cargo decides.
    let names = |word: &str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    if !(names("metadata") && names("lightest")) {
        return Ok(None);
    }
    let read = toml::from_str::<Manifest>(&text).map(|manifest| manifest.workspace.metadata.lightest);
    match read {
        Ok(None) => Ok(None),
        Ok(Some(settings)) => finish(&path, folder, &text, Ok(settings)).map(Some),
        Err(error) => finish(&path, folder, &text, Err(error)).map(Some),
    }
}

/// Reads the text of a configuration file.
pub(crate) fn parse(path: &Path, folder: &Path, text: &str) -> Result<Settings, Failure> {
    finish(path, folder, text, toml::from_str::<Settings>(text))
}

fn finish(
    path: &Path,
    folder: &Path,
    text: &str,
    read: Result<Settings, toml::de::Error>,
) -> Result<Settings, Failure> {
    match read {
        Ok(settings) => Ok(Settings {
            folder: folder.to_owned(),
            origin: path_text(path),
            text: text.to_owned(),
            ..settings
        }),
        Err(error) => Err(Failure::of_toml(path, text, &error)),
    }
}
