//! Makes edits: in memory first, then each file in one step, so that none is ever half written.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use lightest_lint::finding::{Edit, Finding, Safety};
use lightest_lint::source::Source;

use crate::failure::Failure;

/// What the edits of some findings make of their files.
#[derive(Debug, Default)]
pub(crate) struct Fixed {
    /// The new text of each changed file, by its index.
    pub(crate) texts: BTreeMap<usize, String>,
    /// How many findings were fixed.
    pub(crate) count: usize,
}

/// Makes the edits that may be made. Edits that touch each other wait for another round.
pub(crate) fn apply(sources: &[Source], findings: &[Finding], unsafe_too: bool) -> Fixed {
    let mut edits: BTreeMap<usize, Vec<&Edit>> = BTreeMap::new();
    let mut fixed = Fixed::default();
    for finding in findings {
        let Some(help) = &finding.help else { continue };
        let may = match help.safety {
            Safety::Safe => true,
            Safety::Unsafe => unsafe_too,
            Safety::DisplayOnly => false,
        };
        if !may || help.edits.is_empty() {
            continue;
        }
        let free = |edit: &&Edit| {
            edits.get(&edit.span.file).is_none_or(|made| made.iter().all(|other| apart(other, edit)))
        };
        if !help.edits.iter().all(|edit| free(&edit)) {
            continue;
        }
        fixed.count += 1;
        for edit in &help.edits {
            edits.entry(edit.span.file).or_default().push(edit);
        }
    }
    for (file, mut edits) in edits {
        let Some(source) = sources.get(file) else { continue };
        edits.sort_by_key(|edit| (edit.span.bytes.start, edit.span.bytes.end));
        let mut text = String::new();
        let mut at = 0;
        for edit in edits {
            text.push_str(source.text.get(at..edit.span.bytes.start).unwrap_or_default());
            text.push_str(&edit.text);
            at = edit.span.bytes.end;
        }
        text.push_str(source.text.get(at..).unwrap_or_default());
        fixed.texts.insert(file, text);
    }
    fixed
}

/// Whether two edits touch neither each other nor the same place.
fn apart(one: &Edit, other: &Edit) -> bool {
    one.span.bytes.end < other.span.bytes.start || other.span.bytes.end < one.span.bytes.start
}

/// Writes a file in one step: beside it first, then renamed over it.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed =
        |error: std::io::Error| Failure::new(format!("{} cannot be written: {error}", path.display()));
    // A link keeps pointing where it points: what it points to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let permissions = fs::metadata(&target).map(|metadata| metadata.permissions());
    if permissions.as_ref().is_ok_and(fs::Permissions::readonly) {
        // A file that is put in its place would not ask.
        return Err(Failure::new(format!("{} cannot be written: it is read-only", path.display())));
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    if let Ok(permissions) = permissions {
        file.as_file().set_permissions(permissions).map_err(failed)?;
    }
    file.persist(&target).map_err(|error| failed(error.error))?;
    Ok(())
}

/// What changed in a file, as a unified diff.
pub(crate) fn diff(path: &str, before: &str, after: &str) -> String {
    similar::TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string()
}
