//! The test frameworks that the program knows, and which of them a tree holds.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use lightest_kubevirt::dialect::{KubeVirt, SUITE};
use lightest_lint::dialect::Dialect;
use lightest_lint::rules::Rule;
use lightest_petri::Petri;

/// A test framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Framework {
    /// OpenVMM's tests, written with petri
    Petri,
    /// KubeVirt's end-to-end tests
    #[value(name = "kubevirt")]
    KubeVirt,
}

impl Framework {
    /// The framework that is asked for, or else the one whose tests some paths hold.
    pub(crate) fn of(forced: Option<Self>, paths: &[PathBuf]) -> Self {
        forced.unwrap_or_else(|| {
            let is_there = !paths.is_empty() && paths.iter().all(|path| top(path).is_some());
            if is_there { Self::KubeVirt } else { Self::Petri }
        })
    }

    /// What reads its tests.
    pub(crate) fn dialect(self) -> &'static dyn Dialect {
        match self {
            Self::Petri => &Petri,
            Self::KubeVirt => &KubeVirt,
        }
    }

    /// The rules on its guests.
    pub(crate) fn rules(self) -> &'static [Rule] {
        self.dialect().rules()
    }

    /// Whether its suites are read as a whole, whatever part of one is asked for.
    pub(crate) fn is_whole(self) -> bool {
        self == Self::KubeVirt
    }

    /// What has to be read to judge some paths: for suites whose tests share guests through helpers, all of the suite.
    pub(crate) fn roots(self, paths: &[PathBuf]) -> Vec<PathBuf> {
        if !self.is_whole() {
            return paths.to_vec();
        }
        let mut roots: Vec<PathBuf> = Vec::new();
        for path in paths {
            let root = match top(path) {
                Some(top) => relative(&top.join(SUITE)),
                None => path.clone(),
            };
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        roots
    }
}

/// The rule of that name, of whatever framework.
pub(crate) fn rule(name: &str) -> Option<&'static Rule> {
    Rule::named(name).or_else(|| Rule::among(&lightest_kubevirt::rules::RULES, name))
}

/// The top of the checkout of KubeVirt that a path lies in.
fn top(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let marked = |folder: &&Path| KubeVirt.marks().iter().any(|mark| folder.join(mark).is_dir());
    absolute.ancestors().find(marked).map(Path::to_owned)
}

/// A path as it is seen from the current folder.
fn relative(path: &Path) -> PathBuf {
    let current = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&current).map_or_else(|_| path.to_owned(), Path::to_owned)
}

/// Whether a path lies at or below one of some others.
pub(crate) fn is_below(path: &Path, others: &[PathBuf]) -> bool {
    let Ok(path) = std::path::absolute(path) else { return true };
    others.iter().any(|other| std::path::absolute(other).is_ok_and(|other| path.starts_with(clean(&other))))
}

/// A path without `.` in it.
fn clean(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != std::path::Component::CurDir).collect()
}
