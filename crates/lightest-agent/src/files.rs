//! Reading and writing the guest's files for the host.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use crate::message::Reply;
use crate::port::Outbox;
use crate::sys::O_NONBLOCK;
use crate::wire::MAX_PAYLOAD;

/// Sends a file's content, in pieces, ended by an empty one.
pub(crate) fn send(path: &[u8], job: u32, outbox: &Outbox) {
    let result = (|| -> io::Result<()> {
        let mut file =
            File::options().read(true).custom_flags(O_NONBLOCK).open(Path::new(OsStr::from_bytes(path)))?;
        let mut piece = vec![0; MAX_PAYLOAD / 2];
        loop {
            let read = file.read(&mut piece)?;
            outbox.send(job, &Reply::Data(piece[..read].to_vec()))?;
            if read == 0 {
                return Ok(());
            }
        }
    })();
    if let Err(error) = result {
        let _ = outbox.send(job, &Reply::Failed(error.to_string().into_bytes()));
    }
}

/// A file that the host is writing; the first failure ends it.
pub(crate) struct Incoming(io::Result<File>);

impl Incoming {
    /// Opens, without waiting for a reader should it be a pipe.
    pub(crate) fn open(path: &[u8], mode: u32) -> Self {
        let path = Path::new(OsStr::from_bytes(path));
        Self((|| {
            let file = File::options()
                .write(true)
                .create(true)
                .truncate(true)
                .custom_flags(O_NONBLOCK)
                .open(path)?;
            if file.metadata()?.is_file() {
                // Files in /proc and /sys keep their own mode.
                let _ = file.set_permissions(std::fs::Permissions::from_mode(mode & 0o7777));
            }
            Ok(file)
        })())
    }

    /// Takes a piece.
    pub(crate) fn data(&mut self, piece: &[u8]) {
        if let Ok(file) = &mut self.0
            && let Err(error) = file.write_all(piece)
        {
            self.0 = Err(error);
        }
    }

    /// The result that the host gets at the end.
    pub(crate) fn finish(self) -> Reply {
        match self.0 {
            Ok(_) => Reply::Done,
            Err(error) => Reply::Failed(error.to_string().into_bytes()),
        }
    }
}
