//! Petri as a dialect of the linter: its reader, its words, and the attribute to paste.

use crate::guide;
use crate::paste::attribute_of;
use lightest_model::catalog::Catalog;
use lightest_model::config::Config;
use lightest_model::space::{Asked, RowId, Space};
use lightest_petri_reader::grammar::{self, Grammar, SyntaxError};
use lightest_petri_reader::{Spelled, dialect};

use lightest_lint::calls::Table;
use lightest_lint::change::LeadingLines;
use lightest_lint::dialect::{Conventions, Dialect, HostWord, Masking, Relevance};
use lightest_lint::facts::{BareDeclaration, Declaration, Reading};
use lightest_lint::guide::Guide;
use lightest_lint::proposal::Proposed;
use lightest_lint::source::Source;
use lightest_lint::spelling::Spelling;

/// The dialect of OpenVMM's tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Petri;

impl Dialect for Petri {
    fn name(&self) -> &'static str {
        "petri"
    }

    fn about(&self) -> &'static str {
        "OpenVMM's tests, written with petri"
    }

    fn looks_for(&self) -> &'static str {
        "`#[vmm_test(..)]` and its relatives"
    }

    fn package_file(&self) -> &'static str {
        "Cargo.toml"
    }

    fn extension(&self) -> &'static str {
        "rs"
    }

    fn marks(&self) -> &'static [&'static str] {
        &["vmm_tests"]
    }

    fn leading(&self) -> LeadingLines {
        LeadingLines { begins: &["//", "/*", "*", "#["], except: &["//!"] }
    }

    fn catalog(&self) -> &'static [&'static str] {
        &["openvmm", "lab"]
    }

    fn has_tests(&self, bytes: &[u8]) -> bool {
        dialect::has_tests(bytes)
    }

    fn relevance(&self, bytes: &[u8]) -> Relevance {
        dialect::relevance(bytes)
    }

    fn read(&self, sources: &[Source], catalog: &Catalog, table: &Table) -> Reading {
        dialect::read(sources, catalog, table, |_| true)
    }

    fn read_file(&self, file: usize, sources: &[Source], catalog: &Catalog, table: &Table) -> Reading {
        let mut reading = dialect::read(sources, catalog, table, |other| other == file);
        reading.keep_file(file);
        reading
    }

    fn conventions(&self) -> Conventions {
        // How a guest without an agent ends is not read: too few of its requirements are seen.
        Conventions {
            alternatives: true,
            boot_tests: true,
            shown_by: Some("agent"),
            any_arch: false,
            asks: &[],
            bare: true,
        }
    }

    fn name_of(&self, config: &Config) -> String {
        Spelled(config).to_string()
    }

    fn guide(&self) -> Option<&'static Guide> {
        Some(&guide::GUIDE)
    }

    fn spelling(&self) -> Option<&dyn Spelling> {
        Some(self)
    }

    fn paste(&self, space: &Space<'_>, list: &[(RowId, &[String])], asked: &Asked) -> Option<String> {
        attribute_of(space, list, asked).map(|attribute| attribute.to_string())
    }

    fn spell(&self, config: &Config, declaration: &Declaration) -> Option<String> {
        // Where the attribute names the VMM, its configurations do not.
        let vmm = if declaration.vmm.is_some() { None } else { config.vmm.clone() };
        Some(Spelled(&Config { vmm, ..config.clone() }).to_string())
    }

    fn host_word(&self, capability: &str) -> Option<HostWord> {
        Some(HostWord { written: format!("requires({capability})"), within: "vmm_test_with" })
    }

    fn spell_ignored(&self, written: &str, reason: &str) -> Option<String> {
        Some(format!("ignore(reason = \"{}\", {written})", reason.escape_default()))
    }

    fn declare(
        &self,
        space: &Space<'_>,
        bare: &BareDeclaration,
        list: &[Proposed],
        asked: &Asked,
    ) -> Option<String> {
        crate::paste::declare(space, &bare.written, list, asked).map(|attribute| attribute.to_string())
    }

    fn spell_unstable(&self, config: &Config, declaration: &Declaration, reason: &str) -> Option<String> {
        let config = self.spell(config, declaration)?;
        Some(format!("unstable(reason = {}, {config})", grammar::quoted(reason)))
    }

    /// A filter expression of cargo-nextest.
    fn filter(&self, variants: &[&str]) -> Option<String> {
        if variants.is_empty() {
            return Some("none()".to_owned());
        }
        let term = |name: &&str| {
            let mut text = String::new();
            for letter in name.chars() {
                match letter {
                    '\\' | ')' | '(' | ',' | '/' => text.extend(['\\', letter]),
                    letter => text.push(letter),
                }
            }
            format!("test(={text})")
        };
        Some(variants.iter().map(term).collect::<Vec<_>>().join(" | "))
    }

    /// With `PETRI_IGNORE_UNSTABLE_FAILURES`, which OpenVMM's CI sets, an unstable test that fails is reported as
    /// passed; only its log shows the failure (`petri/src/test.rs`, `petri/src/tracing.rs`).
    fn masking(&self) -> Option<Masking> {
        Some(Masking {
            passed: "test passed",
            failed: "unstable test failed",
            advice: "keep the output of tests that pass (`store-success-output` of nextest's JUnit), or run without \
                     PETRI_IGNORE_UNSTABLE_FAILURES and pass `--unstable-failures-reported`",
        })
    }
}

impl Spelling for Petri {
    fn config(&self, catalog: &Catalog, text: &str) -> Result<Config, SyntaxError> {
        Grammar::new(catalog).parse_config(text)
    }

    fn declaration(&self, catalog: &Catalog, text: &str) -> Option<Result<Vec<Config>, SyntaxError>> {
        text.trim_start().starts_with('#').then(|| {
            let attribute = Grammar::new(catalog).parse_attribute(text)?;
            Ok(attribute.variants().map(|variant| variant.config).collect())
        })
    }

    fn test_name_prefix(&self, catalog: &Catalog, config: &Config) -> Option<String> {
        Grammar::new(catalog).test_name_prefix(config)
    }
}
