//! KubeVirt's suite as the linter's walker sees it: which files matter.

use lightest_lint::calls;
use lightest_lint::change::LeadingLines;
use lightest_lint::dialect::{Conventions, Dialect, Relevance};
use lightest_lint::facts::{Declaration, Reading, Test};
use lightest_lint::finding::Finding;
use lightest_lint::guide::Guide;
use lightest_lint::linter::Options;
use lightest_lint::rules::Rule;
use lightest_lint::source::Source;
use lightest_model::catalog::Catalog;
use lightest_model::config::Config;
use lightest_model::space::{Asked, RowId, Space};

use crate::check::Checked;
use crate::judge::NEW_TESTS;
use crate::rules::RULES;
use crate::{check, facts, guide};

/// The folder with the suite, below the top of a checkout.
pub const SUITE: &str = "tests";
/// The folder with the factories, by which a checkout is known.
pub const FACTORIES: &str = "tests/libvmifact";

/// KubeVirt's end-to-end tests.
#[derive(Clone, Copy, Debug)]
pub struct KubeVirt;

impl Dialect for KubeVirt {
    fn name(&self) -> &'static str {
        "kubevirt"
    }

    fn about(&self) -> &'static str {
        "KubeVirt's end-to-end tests"
    }

    fn looks_for(&self) -> &'static str {
        "calls of `libvmifact.New..`"
    }

    fn package_file(&self) -> &'static str {
        "go.mod"
    }

    /// Vendored folders, and those that are published on their own.
    fn foreign(&self) -> &'static [&'static str] {
        &["vendor", "staging"]
    }

    fn extension(&self) -> &'static str {
        "go"
    }

    fn leading(&self) -> LeadingLines {
        LeadingLines { begins: &["//", "/*", "*"], except: &[] }
    }

    fn catalog(&self) -> &'static [&'static str] {
        facts::FOLDERS
    }

    /// Helpers are followed wherever they are, so that every file of the suite matters.
    fn relevance(&self, _bytes: &[u8]) -> Relevance {
        Relevance::Tests
    }

    fn read(&self, sources: &[Source], catalog: &Catalog, _table: &calls::Table) -> Reading {
        let table = facts::table().unwrap_or_default();
        check::specs(sources, catalog, &table)
    }

    fn suite(&self) -> Option<&'static str> {
        Some(SUITE)
    }

    fn uses_table(&self) -> bool {
        false
    }

    fn marks(&self) -> &'static [&'static str] {
        &[FACTORIES]
    }

    fn judge(
        &self,
        sources: &[Source],
        catalog: &Catalog,
        options: &Options,
    ) -> Option<(Reading, Vec<Finding>)> {
        let table = facts::table().ok()?;
        let Checked { sites, notes, unread, findings } = check::check(sources, catalog, &table, options);
        Some((Reading { tests: sites, sites: Vec::new(), notes, unread }, findings))
    }

    fn unit(&self) -> Option<&'static str> {
        Some("factory call")
    }

    fn rules(&self) -> &'static [Rule] {
        &RULES
    }

    fn conventions(&self) -> Conventions {
        Conventions {
            alternatives: false,
            boot_tests: false,
            shown_by: None,
            any_arch: true,
            asks: &[NEW_TESTS],
            bare: false,
        }
    }

    fn name_of(&self, config: &Config) -> String {
        config.guest.id.clone()
    }

    fn guide(&self) -> Option<&'static Guide> {
        Some(&guide::GUIDE)
    }

    /// As Ginkgo prints it.
    fn full_name(&self, test: &Test) -> String {
        let parts = test.module.iter().chain([&test.name]).filter(|part| !part.is_empty());
        parts.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Calls of factories, each once.
    fn paste(&self, space: &Space<'_>, list: &[(RowId, &[String])], _asked: &Asked) -> Option<String> {
        let mut calls: Vec<String> = Vec::new();
        for (row, _) in list {
            let call = format!("libvmifact.{}()", space.row(*row).guest.id);
            if !calls.contains(&call) {
                calls.push(call);
            }
        }
        (!calls.is_empty()).then(|| calls.join("\n"))
    }

    fn spell(&self, config: &Config, _declaration: &Declaration) -> Option<String> {
        Some(config.guest.id.clone())
    }
}
