//! An initial file system, the same bytes each time: entries in order, no owner, no time.

use std::collections::BTreeMap;
use std::io::Write;

const DIRECTORY: u32 = 0o040_000;
const REGULAR: u32 = 0o100_000;
const LINK: u32 = 0o120_000;
const CHARACTER_DEVICE: u32 = 0o020_000;

enum Entry {
    Directory,
    File { mode: u32, content: Vec<u8> },
    Link(String),
    Console,
}

/// Files to pack, by path without a leading `/`.
#[derive(Default)]
pub(crate) struct Initrd(BTreeMap<String, Entry>);

impl Initrd {
    pub(crate) fn directory(&mut self, path: &str) {
        for (end, _) in path.match_indices('/') {
            let parent = path[..end].to_owned();
            self.0.entry(parent).or_insert(Entry::Directory);
        }
        self.0.entry(path.to_owned()).or_insert(Entry::Directory);
    }

    fn parents(&mut self, path: &str) {
        if let Some((parent, _)) = path.rsplit_once('/') {
            self.directory(parent);
        }
    }

    pub(crate) fn file(&mut self, path: &str, mode: u32, content: Vec<u8>) {
        self.parents(path);
        self.0.insert(path.to_owned(), Entry::File { mode, content });
    }

    pub(crate) fn link(&mut self, path: &str, target: &str) {
        self.parents(path);
        self.0.entry(path.to_owned()).or_insert(Entry::Link(target.to_owned()));
    }

    /// The device that the kernel opens as the first program's streams.
    pub(crate) fn console(&mut self) {
        self.directory("dev");
        self.0.insert("dev/console".to_owned(), Entry::Console);
    }

    /// A cpio archive, uncompressed: under TCG decompression costs more than it saves.
    pub(crate) fn pack(&self) -> Vec<u8> {
        let mut archive = Vec::new();
        for (number, (path, entry)) in (1_u32..).zip(&self.0) {
            let builder = cpio::newc::Builder::new(path).ino(number).nlink(1);
            let (builder, content): (_, &[u8]) = match entry {
                Entry::Directory => (builder.mode(DIRECTORY | 0o755).nlink(2), b""),
                Entry::File { mode, content } => (builder.mode(REGULAR | mode), content),
                Entry::Link(target) => (builder.mode(LINK | 0o777), target.as_bytes()),
                Entry::Console => (builder.mode(CHARACTER_DEVICE | 0o600).rdev_major(5).rdev_minor(1), b""),
            };
            let size = u32::try_from(content.len()).unwrap_or(u32::MAX);
            let mut writer = builder.write(&mut archive, size);
            let written = writer.write_all(content).and_then(|()| writer.finish().map(drop));
            // A vector takes everything.
            debug_assert!(written.is_ok());
        }
        let ended = cpio::newc::trailer(&mut archive);
        debug_assert!(ended.is_ok());
        archive
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_adding_changes_no_byte() {
        let mut one = Initrd::default();
        one.console();
        one.file("lib/a/b", 0o644, b"text".to_vec());
        one.link("bin/sh", "busybox");
        let mut other = Initrd::default();
        other.link("bin/sh", "busybox");
        other.file("lib/a/b", 0o644, b"text".to_vec());
        other.console();
        assert_eq!(one.pack(), other.pack());
    }
}
