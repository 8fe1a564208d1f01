//! Images of disks.

use std::fs;
use std::io::Read as _;

use super::Target;
use crate::repository;

/// The disks that the tests of `lightest-inspect` read.
pub(super) fn target() -> Result<Target, String> {
    let folder = repository("crates/lightest-inspect/tests/images");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut seeds = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "gz") {
            let mut bytes = Vec::new();
            let file = fs::File::open(&path).map_err(failed)?;
            flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).map_err(failed)?;
            seeds.push(bytes);
        }
    }
    // The file system's order is nobody's.
    seeds.sort();
    let room = tempfile::NamedTempFile::new().map_err(failed)?;
    Ok(Target {
        name: "images",
        seeds,
        words: &[],
        is_text: false,
        keeps_length: true,
        read: Box::new(move |bytes| {
            if fs::write(room.path(), bytes).is_ok() {
                let _ = lightest_inspect::inspect(room.path());
            }
        }),
    })
}
