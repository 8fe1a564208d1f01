//! The catalog and the table of calls as bytes, read when a program is built, so that the program parses nothing
//! when it starts.
//!
//! A build script calls [`write`]; the program includes the files and hands them to [`catalog`], to [`calls`], or to [`about`],
//! which reads only the statements that some requirements need. `tests/whole_space.rs` compares the two.

use std::path::Path;
use std::{fs, io};

use lightest_lint::calls::Entry;
use lightest_model::catalog::{BlockerState, Capability, Catalog, Requirement};
use lightest_model::space::{ALWAYS, Asked, Space};
use serde::Deserialize;
use thiserror::Error;

/// The bytes that [`write`] wrote, as the program includes them.
#[derive(Clone, Copy, Debug)]
pub struct Bytes {
    /// `catalog.bin`.
    pub whole: &'static [u8],
    /// `catalog_rest.bin`.
    pub rest: &'static [u8],
    /// `statements.bin`.
    pub statements: &'static [u8],
    /// `statements_index.bin`.
    pub index: &'static [u8],
    /// `alone.bin`.
    pub alone: &'static [u8],
    /// `calls.bin`.
    pub calls: &'static [u8],
}

/// The bytes were not made by this version.
#[derive(Debug, Error)]
#[error("the embedded catalog does not fit this program: {0}")]
pub struct PrecompiledError(#[from] postcard::Error);

/// Where the statements on a requirement start and end.
type Index = Vec<(String, u32, u32)>;

/// Writes a catalog and its table of calls into a folder.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write(catalog: &Catalog, calls: &[Entry], folder: &Path) -> io::Result<()> {
    let to_file = |name: &str, bytes: Result<Vec<u8>, postcard::Error>| {
        fs::write(folder.join(name), bytes.map_err(io::Error::other)?)
    };
    to_file("catalog.bin", postcard::to_stdvec(catalog))?;
    to_file("alone.bin", postcard::to_stdvec(&Space::of_tests(catalog).alone()))?;
    to_file("calls.bin", postcard::to_stdvec(calls))?;
    to_file("catalog_rest.bin", postcard::to_stdvec(&rest(catalog)))?;
    let lab = |vmm: &String| catalog.vmm(vmm).is_some_and(|vmm| vmm.lab);
    let of_tests =
        |capability: &&Capability| capability.when.vmm.is_empty() || !capability.when.vmm.iter().all(lab);
    let mut requirements: Vec<&str> = Vec::new();
    for capability in &catalog.capabilities {
        if !requirements.contains(&capability.requirement.as_str()) {
            requirements.push(&capability.requirement);
        }
    }
    let (mut statements, mut index): (Vec<u8>, Index) = (Vec::new(), Vec::new());
    for requirement in requirements {
        let of_it = catalog.capabilities.iter().filter(|capability| capability.requirement == requirement);
        let of_it: Vec<&Capability> = of_it.filter(of_tests).collect();
        let start = offset(statements.len())?;
        statements.extend(postcard::to_stdvec(&of_it).map_err(io::Error::other)?);
        index.push((requirement.to_owned(), start, offset(statements.len())?));
    }
    to_file("statements.bin", Ok(statements))?;
    to_file("statements_index.bin", postcard::to_stdvec(&index))
}

fn offset(at: usize) -> io::Result<u32> {
    u32::try_from(at).map_err(io::Error::other)
}

/// The parts of the catalog that a pick needs beside statements: without the lab, sources, claims, questions, lifted
/// blockers, and all evidence but that of statements.
fn rest(catalog: &Catalog) -> Catalog {
    let bare = |requirement: &Requirement| Requirement {
        group: String::new(),
        title: String::new(),
        meaning: String::new(),
        ..requirement.clone()
    };
    let mut rest = Catalog {
        guests: catalog.guests.iter().filter(|guest| guest.lab.is_empty()).cloned().collect(),
        requirements: catalog.requirements.iter().map(bare).collect(),
        isolation: Vec::new(),
        sources: Vec::new(),
        capabilities: Vec::new(),
        blockers: catalog
            .blockers
            .iter()
            .filter(|blocker| blocker.state == BlockerState::Open)
            .cloned()
            .collect(),
        hypervisors: Vec::new(),
        claims: Vec::new(),
        questions: Vec::new(),
        test_capabilities: Vec::new(),
        ..catalog.clone()
    };
    rest.vmms.iter_mut().for_each(|vmm| vmm.evidence.clear());
    rest.boot_methods.iter_mut().for_each(|boot| boot.evidence.clear());
    rest.boot_classes.iter_mut().for_each(|class| class.evidence.clear());
    rest.hosts.iter_mut().for_each(|host| host.evidence.clear());
    for guest in &mut rest.guests {
        guest.evidence.clear();
        guest.agent = None;
        guest.images.iter_mut().for_each(|image| image.evidence.clear());
    }
    rest.blockers.iter_mut().for_each(|blocker| blocker.evidence.clear());
    for quirk in &mut rest.quirks {
        quirk.evidence.clear();
        quirk.handling.clear();
    }
    rest
}

/// The whole catalog.
///
/// # Errors
///
/// Where the bytes are of another version.
pub fn catalog(bytes: Bytes) -> Result<Catalog, PrecompiledError> {
    read(bytes.whole)
}

/// The entries of the table of calls, in their order.
///
/// # Errors
///
/// Where the bytes are of another version.
pub fn calls(bytes: Bytes) -> Result<Vec<Entry>, PrecompiledError> {
    read(bytes.calls)
}

/// The catalog, with statements on some requirements only; and for each configuration of the tests' space what
/// [`Space::alone`] gives.
///
/// # Errors
///
/// Where the bytes are of another version.
pub fn about(bytes: Bytes, words: &[String]) -> Result<(Catalog, Vec<u128>), PrecompiledError> {
    let mut catalog: Catalog = read(bytes.rest)?;
    let known = words.iter().map(String::as_str).filter(|word| catalog.requirement(word).is_some());
    // Whether the agent can run decides the attribute to paste.
    let asked = Asked::new(&catalog, known.chain(["agent"])).unwrap_or_default();
    let ids = asked
        .indices()
        .iter()
        .filter_map(|id| id.entry(&catalog))
        .map(|known| known.id.as_str())
        .chain(ALWAYS);
    let index: Vec<(&str, u32, u32)> = read(bytes.index)?;
    let mut lists: Vec<Vec<Capability>> = Vec::new();
    for id in ids {
        for (_, start, end) in index.iter().filter(|(requirement, ..)| *requirement == id) {
            lists.push(read(bytes.statements.get(*start as usize..*end as usize).unwrap_or_default())?);
        }
    }
    catalog.capabilities.reserve_exact(lists.iter().map(Vec::len).sum());
    catalog.capabilities.extend(lists.into_iter().flatten());
    Ok((catalog, read(bytes.alone)?))
}

fn read<T: Deserialize<'static>>(bytes: &'static [u8]) -> Result<T, PrecompiledError> {
    Ok(postcard::from_bytes(bytes)?)
}
