//! Reads the catalog from TOML text: every mistake is reported, each with its place.

use lightest_diagnostics::{Diagnostic, Span};
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::files::File;
use crate::merge::{Entry, collect};
use lightest_model::catalog::Catalog;

use crate::validate;
use lightest_model::suggest::reword;

/// Reads a catalog. Files of the user's layer come after those of the base and are laid over them: an entry whose
/// identifier exists replaces the keys that it gives, another is added.
///
/// # Errors
///
/// Every mistake found, in the order of the files: bad TOML, unknown keys, wrong types, missing evidence, identifiers
/// given twice, references to what does not exist.
pub fn load(files: &[File]) -> Result<Catalog, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut tables = Vec::new();
    // The table of calls is read for itself; its files keep their place, so that spans name it.
    for (index, file) in files.iter().enumerate().filter(|(_, file)| !file.is_of_calls()) {
        let (table, mistakes) = DeTable::parse_recoverable(&file.text);
        for mistake in mistakes {
            let span = mistake.span().unwrap_or(0..0);
            errors.push(Diagnostic::new(mistake.message()).label(Span::new(index, span), "this is not TOML"));
        }
        tables.push((index, table));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let groups = collect(files, tables, &mut errors);
    let catalog = Catalog {
        sources: read(groups.of("source"), &mut errors),
        vmms: read(groups.of("vmm"), &mut errors),
        boot_methods: read(groups.of("boot_method"), &mut errors),
        isolation: read(groups.of("isolation"), &mut errors),
        guests: read(groups.of("guest"), &mut errors),
        boot_classes: read(groups.of("boot_class"), &mut errors),
        hosts: read(groups.of("host"), &mut errors),
        hypervisors: read(groups.of("hypervisor"), &mut errors),
        requirements: read(groups.of("requirement"), &mut errors),
        capabilities: read(groups.of("capability"), &mut errors),
        quirks: read(groups.of("quirk"), &mut errors),
        blockers: read(groups.of("blocker"), &mut errors),
        claims: read(groups.of("claim"), &mut errors),
        questions: read(groups.of("question"), &mut errors),
        test_capabilities: read(groups.of("test_capability"), &mut errors),
        timings: read(groups.of("timing"), &mut errors),
    };
    if errors.is_empty() {
        let mut catalog = catalog;
        for (capability, entry) in catalog.capabilities.iter_mut().zip(groups.of("capability")) {
            capability.layer = entry.layer;
        }
        validate::check(&catalog, &groups, &mut errors);
        if errors.is_empty() {
            return Ok(catalog);
        }
    }
    errors.sort_by_key(|error| error.primary().map(|span| (span.file, span.bytes.start)));
    Err(errors)
}

fn read<T: DeserializeOwned>(entries: &[Entry<'_>], errors: &mut Vec<Diagnostic>) -> Vec<T> {
    let mut read = Vec::with_capacity(entries.len());
    for entry in entries {
        let value = Spanned::new(entry.span.clone(), DeValue::Table(entry.table.clone()));
        match T::deserialize(toml::de::ValueDeserializer::from(value)) {
            Ok(value) => read.push(value),
            Err(error) => {
                let span = error.span().unwrap_or_else(|| entry.span.clone());
                let (message, help) = reword(error.message());
                let error = Diagnostic::new(message).label(Span::new(entry.file_of(&span), span), "");
                errors.push(match help {
                    Some(help) => error.help(help),
                    None => error,
                });
            }
        }
    }
    read
}
