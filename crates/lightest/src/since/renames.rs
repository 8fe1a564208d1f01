//! Files that were renamed: what a new file is compared with in place of nothing.

use std::collections::BTreeMap;
use std::path::Path;

use super::OldTree;
use crate::alike::{ALIKE, alike};
use crate::failure::Failure;
use crate::findings::sources::Sources;

/// No more old files than this are looked at.
const MOST: usize = 500;

/// For each new file the text that it had under another name; `None` where it is new as a whole.
pub(super) fn find(
    old: &mut OldTree,
    top: &Path,
    files: &[(usize, String)],
    sources: &Sources,
) -> Result<BTreeMap<usize, Option<String>>, Failure> {
    let mut found: BTreeMap<usize, Option<String>> = files.iter().map(|(file, _)| (*file, None)).collect();
    let Some((_, first)) = files.first() else { return Ok(found) };
    let ending = first.rsplit_once('.').map_or("", |(_, ending)| ending);
    let mut gone = Vec::new();
    for path in old.paths()? {
        let same_kind = path.rsplit_once('.').is_some_and(|(_, known)| known == ending);
        if same_kind && gone.len() < MOST && !top.join(&path).exists() {
            let text = old.text(&path)?.unwrap_or_default();
            gone.push(text);
        }
    }
    // The most alike first, so that each old file is taken once.
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for (file, _) in files {
        for (index, before) in gone.iter().enumerate() {
            let alike = alike(before, &sources.files[*file].text);
            if alike >= ALIKE {
                pairs.push((alike, *file, index));
            }
        }
    }
    pairs.sort_by_key(|(alike, file, index)| (std::cmp::Reverse(*alike), *file, *index));
    let mut taken = vec![false; gone.len()];
    for (_, file, index) in pairs {
        if let Some(place @ None) = found.get_mut(&file)
            && !taken[index]
        {
            taken[index] = true;
            *place = Some(gone[index].clone());
        }
    }
    Ok(found)
}
