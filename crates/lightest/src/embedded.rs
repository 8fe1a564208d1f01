//! The catalog that comes with the program.

use lightest_model::catalog::{Capability, Catalog, File, Layer};
use lightest_model::space::{ALWAYS, Asked};

use serde::Deserialize;

use crate::failure::Failure;

static READ: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.bin"));
static REST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog_rest.bin"));
static STATEMENTS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/statements.bin"));
/// Requirement, and where its statements start and end.
static INDEX: &[(&str, usize, usize)] = include!(concat!(env!("OUT_DIR"), "/statements_index.rs"));
static ALONE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/alone.bin"));
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/catalog_files.rs"));

fn read<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<T, Failure> {
    postcard::from_bytes(bytes)
        .map_err(|error| Failure::new(format!("the embedded catalog does not fit this program: {error}")))
}

/// The catalog, as it was read when the program was built.
pub(crate) fn catalog() -> Result<Catalog, Failure> {
    read(READ)
}

/// What a pick needs of the same catalog: no sources, claims, questions and lifted blockers, and of the statements only
/// those
/// that bear on some requirements.
pub(crate) fn catalog_about(words: &[String]) -> Result<Catalog, Failure> {
    let mut catalog: Catalog = read(REST)?;
    let known = words.iter().map(String::as_str).filter(|word| catalog.requirement(word).is_some());
    // Whether the agent can be there decides the attribute to paste.
    let asked = Asked::new(&catalog, known.chain(["agent"])).unwrap_or_default();
    let ids = asked.indices().iter().map(|index| catalog.requirements[*index].id.as_str()).chain(ALWAYS);
    let mut statements = Vec::new();
    for id in ids {
        for (_, start, end) in INDEX.iter().filter(|(requirement, ..)| *requirement == id) {
            statements.extend(read::<Vec<Capability>>(&STATEMENTS[*start..*end])?);
        }
    }
    catalog.capabilities = statements;
    Ok(catalog)
}

/// What [`lightest_model::space::Space::alone`] gives for the embedded catalog.
pub(crate) fn alone() -> Result<Vec<u128>, Failure> {
    read(ALONE)
}

/// The files it was read from.
pub(crate) fn files() -> Vec<File> {
    let file = |(name, text): &(&str, &str)| File {
        name: (*name).to_owned(),
        text: (*text).to_owned(),
        layer: Layer::Base,
    };
    FILES.iter().map(file).collect()
}
