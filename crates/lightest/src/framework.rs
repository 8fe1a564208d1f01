//! The test frameworks that the program knows, and the detection of the one in a tree.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::{input, words};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use lightest_lint::dialect::Dialect;
use lightest_lint::facts::Reading;
use lightest_lint::rules::Rule;
use lightest_sync::Project;

/// A framework: how its tests read, and what its project's own source states.
trait Implementation: Dialect + Project {}

impl<T: Dialect + Project> Implementation for T {}

/// Every framework; the first is the default.
static FRAMEWORKS: [&dyn Implementation; 2] = [&lightest_petri::Petri, &lightest_kubevirt::KubeVirt];

/// A test framework.
#[derive(Clone, Copy)]
pub(crate) struct Framework(&'static dyn Implementation);

impl fmt::Debug for Framework {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.dialect().name())
    }
}

impl Framework {
    /// All of them, in order.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        FRAMEWORKS.into_iter().map(Self)
    }

    /// The framework that is asked for, or else the one whose tests all paths contain.
    pub(crate) fn of(forced: Option<Self>, paths: &[PathBuf]) -> Self {
        // A checkout may lie within another's: the nearest decides, and of one folder the first framework.
        let depth = |framework: &Self| {
            let tops: Option<Vec<PathBuf>> =
                paths.iter().map(|path| top(path, framework.dialect())).collect();
            tops?.iter().map(|top| top.components().count()).min()
        };
        let found = || Self::all().min_by_key(|framework| std::cmp::Reverse(depth(framework)));
        forced
            .or_else(|| found().filter(|framework| depth(framework).is_some()))
            .unwrap_or(Self(FRAMEWORKS[0]))
    }

    /// The option `--framework` as the command line reads it.
    pub(crate) fn parser() -> impl TypedValueParser<Value = Self> {
        let values = FRAMEWORKS.map(|known| {
            let dialect: &dyn Dialect = known;
            PossibleValue::new(dialect.name()).help(dialect.about())
        });
        PossibleValuesParser::new(values).map(|name| {
            let named = Self::all().find(|framework| framework.dialect().name() == name);
            named.unwrap_or(Self(FRAMEWORKS[0]))
        })
    }

    /// The reader of its tests.
    pub(crate) fn dialect(self) -> &'static dyn Dialect {
        self.0
    }

    /// The project whose own source states the facts about its guests.
    pub(crate) fn project(self) -> &'static dyn Project {
        self.0
    }

    /// The rules on its guests.
    pub(crate) fn rules(self) -> &'static [Rule] {
        self.dialect().rules()
    }

    /// The arguments that choose it, where it is not the one that is meant without; they end in a space.
    pub(crate) fn argument(self) -> String {
        let name = self.dialect().name();
        let default: &dyn Dialect = FRAMEWORKS[0];
        if name == default.name() { String::new() } else { format!("--framework {name} ") }
    }

    /// A part that not every framework has. The failure names those that have it, and what to use instead.
    pub(crate) fn part<T>(
        self,
        of: impl Fn(Self) -> Option<T>,
        what: &str,
        instead: &str,
    ) -> Result<T, Failure> {
        of(self).ok_or_else(|| {
            let served = Self::all().filter(|framework| of(*framework).is_some());
            let served: Vec<&str> = served.map(|framework| framework.dialect().about()).collect();
            let (served, own) = (words::list(&served, "and"), self.dialect().about());
            Failure::new(format!("{what} for {served}, not for {own}")).help(instead)
        })
    }

    /// The framework whose words name the lab's configurations, since its catalog has the lab's guests.
    #[cfg(has_lab)]
    pub(crate) fn of_lab() -> Self {
        let has_lab = |framework: &Self| framework.dialect().catalog().contains(&"lab");
        Self::all().find(has_lab).unwrap_or(Self(FRAMEWORKS[0]))
    }

    /// What has to be read to judge some paths: for suites whose tests share guests through helpers, all of the suite.
    pub(crate) fn roots(self, paths: &[PathBuf]) -> Vec<PathBuf> {
        let Some(suite) = self.dialect().suite() else { return paths.to_vec() };
        let mut roots: Vec<PathBuf> = Vec::new();
        for path in paths {
            let root = match top(path, self.dialect()) {
                Some(top) => top.join(suite),
                None => path.clone(),
            };
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        roots
    }

    /// Which of the files that were read lie at or below what was asked about, wherever links lead.
    pub(crate) fn asked(self, paths: &[PathBuf], files: &[PathBuf]) -> RequestedFiles {
        let among = || {
            let paths: Vec<PathBuf> = paths.iter().map(|path| input::real(path)).collect();
            let is_asked = |file: &PathBuf| {
                let file = input::real(file);
                paths.iter().any(|path| file.starts_with(path))
            };
            files.iter().map(is_asked).collect()
        };
        RequestedFiles(self.dialect().suite().map(|_| among()))
    }
}

/// The rule of that name, of whatever framework.
pub(crate) fn rule(name: &str) -> Option<&'static Rule> {
    Framework::all().find_map(|framework| Rule::among(framework.rules(), name))
}

/// The top of the checkout of a framework's project that a path lies in.
fn top(path: &Path, dialect: &dyn Dialect) -> Option<PathBuf> {
    let marked = |folder: &&Path| dialect.marks().iter().any(|mark| folder.join(mark).is_dir());
    input::real(path).ancestors().find(marked).map(Path::to_owned)
}

/// Of the files that were read, those that were asked about; all, where a part of a suite can be read by itself.
pub(crate) struct RequestedFiles(Option<Vec<bool>>);

impl RequestedFiles {
    /// Whether that file was.
    pub(crate) fn contains(&self, file: usize) -> bool {
        self.0.as_ref().and_then(|asked| asked.get(file)).copied().unwrap_or(true)
    }

    /// Of what was read, keeps what lies in such files.
    pub(crate) fn keep(&self, reading: &mut Reading) {
        reading.tests.retain(|test| self.contains(test.span.file));
        reading.unread.retain(|file| self.contains(*file));
        reading.keep_notes(|span| self.contains(span.file));
    }
}
