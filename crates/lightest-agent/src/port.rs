//! Finds and opens the channel to the host, a virtio-serial port or a vsock connection, and keeps trying when there is none.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::message::Reply;
use crate::{PORT_NAME, VSOCK_PORT, sys};

/// An open channel to the host.
pub(crate) struct Channel {
    pub(crate) file: File,
    /// Whether end of file closes it: a port stays when the host goes away, a connection does not.
    pub(crate) ends: bool,
}

/// Waits until a channel to the host exists, and opens it.
pub(crate) fn open() -> Channel {
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(path) = find() {
            match File::options().read(true).write(true).open(&path) {
                Ok(file) => return Channel { file, ends: false },
                Err(error) => eprintln!("lightest-agent: cannot open {}: {error}", path.display()),
            }
        } else if let Ok(socket) = sys::connect_vsock(VSOCK_PORT) {
            return Channel { file: File::from(socket), ends: true };
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}

fn find() -> Option<PathBuf> {
    for entry in fs::read_dir("/sys/class/virtio-ports").ok()? {
        let entry = entry.ok()?;
        let name = fs::read_to_string(entry.path().join("name")).unwrap_or_default();
        if name.trim_end() == PORT_NAME {
            return Some(PathBuf::from("/dev").join(entry.file_name()));
        }
    }
    None
}

/// The writing end of the channel, shared by all jobs; a frame is never interleaved with another.
#[derive(Clone)]
pub(crate) struct Outbox(Arc<Mutex<File>>);

impl Outbox {
    pub(crate) fn new(file: File) -> Self {
        Self(Arc::new(Mutex::new(file)))
    }

    /// Puts another open port in place of one that failed.
    pub(crate) fn replace(&self, file: File) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = file;
    }

    /// Sends, or waits while the host is away; an error means that the port itself is gone.
    pub(crate) fn send(&self, job: u32, reply: &Reply) -> io::Result<()> {
        let bytes = reply.to_frame(job).to_bytes();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&bytes)
    }
}
