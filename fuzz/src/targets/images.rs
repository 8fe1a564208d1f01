//! Images of disks.

use std::fs;
use std::io::Read as _;
use std::rc::Rc;

use lightest_inspect::Source;

use super::{Input, Target};
use crate::disks::Disk;
use crate::repository;

/// The disks that the tests of `lightest-inspect` read.
pub(super) fn target() -> Result<Target, String> {
    let folder = repository("crates/lightest-inspect/tests/images");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "gz") {
            paths.push(path);
        }
    }
    // The file system's order is nobody's.
    paths.sort();
    let mut disks = Vec::new();
    for path in paths {
        let mut bytes = Vec::new();
        let file = fs::File::open(&path).map_err(failed)?;
        flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).map_err(failed)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        disks.push(Rc::new(Disk::new(name, bytes)));
    }
    let read = |image: &_| {
        let image: Rc<dyn Source> = Rc::new(Clone::clone(image));
        let _ = lightest_inspect::format::standalone_source(Rc::clone(&image));
        let _ = lightest_inspect::inspect_source(image);
    };
    Ok(Target { name: "images", input: Input::Disks { disks, read: Box::new(read) } })
}
