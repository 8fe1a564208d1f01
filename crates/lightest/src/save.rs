//! Writes files so that nobody ever sees half of one: a temporary file beside it, which is then renamed.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::failure::Failure;

/// Writes a file, and the folders that it lies in. What is replaced keeps its permissions; a link stays one.
pub(crate) fn bytes(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write(path, bytes).map_err(|error| {
        Failure::new(format!("{} cannot be written: {error}", path.display()))
            .help("it is as it was; see that its folder can be written to, then run the command again")
    })
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What a link points to is written, not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(bytes)?;
    // A temporary file is for its owner only; a new file gets the usual permissions.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&path).map_or(0o644, |metadata| metadata.permissions().mode());
        temporary.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    }
    temporary.as_file().sync_all()?;
    temporary.persist(&path)?;
    Ok(())
}
