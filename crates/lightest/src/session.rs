//! The session of every command: the settings and the catalog, each read once, when it is first asked for.

use std::cell::{OnceCell, RefCell};
use std::path::PathBuf;

use lightest_catalog::{File, load};
use lightest_model::catalog::{Catalog, Layer};
use lightest_model::space::Space;

use crate::failure::Failure;
use crate::framework::Framework;
use crate::input::catalog;
use crate::output::{path_text, shell_word};
use crate::settings::Settings;
use crate::{embedded, settings};

/// The folders of `catalog/` that a framework's facts are in.
type Folders = &'static [&'static str];

/// One run of the program.
#[derive(Debug)]
pub(crate) struct Session {
    /// The folder of `--catalog`.
    named_catalog: Option<PathBuf>,
    /// The framework of `--framework`.
    forced: Option<Framework>,
    settings: OnceCell<Settings>,
    /// By the folders that each is read from.
    catalogs: RefCell<Vec<(Folders, &'static Catalog)>>,
    /// The files that those were read from which are not the embedded one.
    files: RefCell<Vec<(Folders, &'static [File])>>,
}

impl Session {
    /// A run with the catalog of that folder laid over the embedded one, or with the settings'.
    pub(crate) const fn new(named_catalog: Option<PathBuf>, forced: Option<Framework>) -> Self {
        Self {
            named_catalog,
            forced,
            settings: OnceCell::new(),
            catalogs: RefCell::new(Vec::new()),
            files: RefCell::new(Vec::new()),
        }
    }

    /// Whether `--catalog` was given.
    pub(crate) const fn has_named_catalog(&self) -> bool {
        self.named_catalog.is_some()
    }

    /// The arguments before a command with which a later run has the same facts; they end in a space.
    pub(crate) fn arguments(&self, framework: Framework) -> String {
        let mut arguments = framework.argument();
        if let Some(folder) = &self.named_catalog {
            arguments.push_str(&format!("--catalog {} ", shell_word(&path_text(folder))));
        }
        arguments
    }

    /// The framework that was asked for, or else the one whose tests some paths contain.
    pub(crate) fn framework(&self, paths: &[PathBuf]) -> Framework {
        Framework::of(self.forced, paths)
    }

    /// The facts about a framework's guests, with the user's catalog laid over them.
    pub(crate) fn catalog_of(&self, framework: Framework) -> Result<&'static Catalog, Failure> {
        let folders = framework.dialect().catalog();
        if let Some((_, known)) = self.catalogs.borrow().iter().find(|(known, _)| *known == folders) {
            return Ok(known);
        }
        let read = if self.is_embedded(framework)? {
            embedded::catalog()?
        } else {
            let files = self.catalog_files(framework)?;
            load(files).map_err(|errors| catalog::failure(files, &errors))?
        };
        // Read once in a process; leaked, so that spaces and answers may borrow from it without the session.
        let read: &'static Catalog = Box::leak(Box::new(read));
        self.catalogs.borrow_mut().push((folders, read));
        Ok(read)
    }

    /// Whether a framework's facts are those that the build script wrote.
    pub(crate) fn is_embedded(&self, framework: Framework) -> Result<bool, Failure> {
        Ok(framework.dialect().catalog() == embedded::FOLDERS && self.catalog_folder()?.is_none())
    }

    /// The user's settings.
    pub(crate) fn settings(&self) -> Result<&Settings, Failure> {
        match self.settings.get() {
            Some(settings) => Ok(settings),
            None => {
                let read = settings::nearest()?;
                Ok(self.settings.get_or_init(|| read))
            }
        }
    }

    /// The space of the tests' configurations, for answers that look at some requirements only; of the embedded catalog, no
    /// more is read than they need.
    pub(crate) fn space_about(
        &self,
        words: &[String],
        framework: Framework,
    ) -> Result<&'static Space<'static>, Failure> {
        let space = if self.is_embedded(framework)? {
            let (catalog, alone) = embedded::about(words)?;
            Space::of_tests(Box::leak(Box::new(catalog))).with_alone(alone)
        } else {
            Space::of_tests(self.catalog_of(framework)?)
        };
        // One query a process: the answer borrows from the space, and the space from the catalog, until the program ends.
        Ok(Box::leak(Box::new(space)))
    }

    /// The files that a framework's catalog is read from: the embedded ones, then the user's.
    pub(crate) fn catalog_files(&self, framework: Framework) -> Result<&'static [File], Failure> {
        let folders = framework.dialect().catalog();
        if let Some((_, known)) = self.files.borrow().iter().find(|(known, _)| *known == folders) {
            return Ok(known);
        }
        let mut files = lightest_catalog::embedded(folders);
        if let Some(folder) = self.catalog_folder()? {
            let read = catalog::folder_files(&folder, Layer::User);
            files.extend(match (read, &self.named_catalog) {
                (Err(failure), None) => {
                    let settings = self.settings()?;
                    return Err(settings.blame(settings.catalog.as_ref(), failure));
                }
                (read, _) => read?,
            });
        }
        // As the catalog is: facts and calls come from one state of the folder.
        let files: &'static [File] = Box::leak(files.into_boxed_slice());
        self.files.borrow_mut().push((folders, files));
        Ok(files)
    }

    /// The user's catalog, where there is one.
    pub(crate) fn catalog_folder(&self) -> Result<Option<PathBuf>, Failure> {
        if let Some(folder) = &self.named_catalog {
            return Ok(Some(folder.clone()));
        }
        self.settings()?.catalog_folder()
    }
}
