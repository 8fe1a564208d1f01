//! An initial file system: a cpio archive, plain or compressed, as a tree of files.

use std::collections::BTreeMap;
use std::io::Read;

use cpio::newc;

/// No more is unpacked than this.
const MOST: u64 = 256 * 1024 * 1024;
const LINK: u32 = 0o120_000;
const KIND: u32 = 0o170_000;
/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

pub(crate) struct Archive {
    content: Vec<u8>,
    /// Mode and place of each name.
    files: BTreeMap<String, (u32, std::ops::Range<usize>)>,
}

impl Archive {
    /// `None` when it is no archive in a form that is known.
    pub(crate) fn open(packed: Vec<u8>) -> Option<Self> {
        let content = match packed.get(..4)? {
            [0x1f, 0x8b, ..] => unpacked(flate2::read::MultiGzDecoder::new(&packed[..]))?,
            [0x28, 0xb5, 0x2f, 0xfd] => unpacked(ruzstd::decoding::StreamingDecoder::new(&packed[..]).ok()?)?,
            _ => packed,
        };
        let mut files = BTreeMap::new();
        let mut here = 0;
        // Several archives may follow each other, with zeros between: microcode comes first, often.
        while let Some(rest) = content.get(here..).filter(|rest| !rest.is_empty()) {
            if rest.starts_with(&[0; 4]) {
                here += 4;
                continue;
            }
            let mut rest = rest;
            let Ok(entry) = newc::Reader::new(&mut rest) else { break };
            let (name, mode, size) = (entry.entry().name(), entry.entry().mode(), entry.entry().file_size());
            let (name, trailer) = (clean(name), entry.entry().is_trailer());
            drop(entry);
            let start = content.len() - rest.len();
            let end = start.checked_add(size as usize)?;
            if end > content.len() {
                break;
            }
            if !trailer {
                files.insert(name, (mode, start..end));
            }
            here = end.next_multiple_of(4);
        }
        (!files.is_empty()).then_some(Self { content, files })
    }

    fn bytes(&self, range: &std::ops::Range<usize>) -> &[u8] {
        self.content.get(range.clone()).unwrap_or_default()
    }

    pub(crate) fn real_path(&self, path: &str) -> Option<String> {
        self.resolve(path).map(|found| format!("/{found}"))
    }

    /// Follows links, also those in the middle of a path.
    fn resolve(&self, path: &str) -> Option<String> {
        let mut path = clean(path);
        'again: for _ in 0..MOST_LINKS {
            for end in path.match_indices('/').map(|(at, _)| at).chain([path.len()]) {
                let (before, after) = path.split_at(end);
                if let Some((mode, range)) = self.files.get(before)
                    && mode & KIND == LINK
                {
                    let target = String::from_utf8_lossy(self.bytes(range)).into_owned();
                    let parent = before.rsplit_once('/').map_or("", |(parent, _)| parent);
                    let base = if target.starts_with('/') { target } else { format!("{parent}/{target}") };
                    path = clean(&format!("{base}{after}"));
                    continue 'again;
                }
            }
            return self.files.contains_key(&path).then_some(path);
        }
        None
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.resolve(path).is_some()
    }

    pub(crate) fn read(&self, path: &str, most: u64) -> Option<Vec<u8>> {
        let (mode, range) = self.files.get(&self.resolve(path)?)?;
        let content = self.bytes(range);
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(content.len());
        (mode & KIND == 0o100_000).then(|| content[..most].to_vec())
    }

    pub(crate) fn list(&self, path: &str) -> Option<Vec<String>> {
        let path = clean(path);
        let directory = if path.is_empty() { String::new() } else { format!("{}/", self.resolve(&path)?) };
        let names = self.files.keys().filter_map(|name| name.strip_prefix(&directory));
        Some(names.filter(|name| !name.is_empty() && !name.contains('/')).map(str::to_owned).collect())
    }
}

fn unpacked(reader: impl Read) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    reader.take(MOST).read_to_end(&mut content).ok()?;
    Some(content)
}

/// Without `.`, `..` and double slashes.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
