//! Everything that reads what comes from outside.

mod files;
mod images;
#[cfg(unix)]
mod lab;
mod tests;

use std::fs;
use std::rc::Rc;

use crate::disks::{Disk, Image};
use crate::repository;

/// Reads an input; panics where what it answers is wrong.
type Read = dyn Fn(&[u8]);

/// A reader, and what its input is made of.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) input: Input,
}

/// The input of a reader.
pub(crate) enum Input {
    Bytes(Bytes),
    /// Images of disks, where what is read depends on where it lies.
    Disks {
        disks: Vec<Rc<Disk>>,
        read: Box<dyn Fn(&Image)>,
    },
}

/// Input that is changed as a whole.
pub(crate) struct Bytes {
    /// Good input.
    pub(crate) seeds: Vec<Vec<u8>>,
    /// Pieces that are put in, since chance would not find them.
    pub(crate) words: &'static [&'static str],
    /// Whether it reads UTF-8 only.
    pub(crate) is_text: bool,
    /// Reads it.
    pub(crate) read: Box<Read>,
}

impl Target {
    fn text(
        name: &'static str,
        seeds: Vec<String>,
        words: &'static [&'static str],
        read: impl Fn(&str) + 'static,
    ) -> Self {
        let input = Input::Bytes(Bytes {
            seeds: seeds.into_iter().map(String::into_bytes).collect(),
            words,
            is_text: true,
            // Made of a text, so that nothing is lost here.
            read: Box::new(move |bytes| read(&String::from_utf8_lossy(bytes))),
        });
        Self { name, input }
    }

    fn bytes(
        name: &'static str,
        seeds: Vec<Vec<u8>>,
        words: &'static [&'static str],
        read: impl Fn(&[u8]) + 'static,
    ) -> Self {
        Self { name, input: Input::Bytes(Bytes { seeds, words, is_text: false, read: Box::new(read) }) }
    }

    fn has_seeds(&self) -> bool {
        match &self.input {
            Input::Bytes(bytes) => bytes.seeds.iter().any(|seed| !seed.is_empty()),
            Input::Disks { disks, .. } => !disks.is_empty(),
        }
    }
}

/// All of them.
///
/// # Errors
/// When a seed cannot be read.
pub(crate) fn all() -> Result<Vec<Target>, String> {
    let mut targets = tests::all()?;
    targets.extend(files::all()?);
    targets.push(images::target()?);
    #[cfg(unix)]
    targets.extend(lab::all());
    if let Some(empty) = targets.iter().find(|target| !target.has_seeds()) {
        return Err(format!("the target `{}` has no seeds", empty.name));
    }
    Ok(targets)
}

/// The texts of the files with some ending in a folder and the folders in it, in the order of their paths.
///
/// # Errors
/// When one cannot be read, or none is there: a folder that has moved is no target without seeds.
fn texts(folder: &str, ending: &str) -> Result<Vec<String>, String> {
    let failed = |error: std::io::Error| format!("{folder}: {error}");
    let mut paths = Vec::new();
    let mut folders = vec![repository(folder)];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                paths.push(path);
            }
        }
    }
    if paths.is_empty() {
        return Err(format!("{folder}: no file ends in `.{ending}`"));
    }
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).map_err(failed)).collect()
}

/// Texts, each cut at its blank lines: short inputs make fast runs.
fn pieces(texts: &[String]) -> Vec<String> {
    texts.iter().flat_map(|text| text.split("\n\n")).map(str::to_owned).collect()
}
