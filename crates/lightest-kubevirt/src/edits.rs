//! Edits of a site: another factory, with what its tests count on kept.

use lightest_diagnostics::{Edit, Safety, Span};
use lightest_model::catalog::Guest;

use crate::judge::{Judged, counts_disks};
use crate::rules::{Context, span};

/// The option that sets a machine's memory.
const OPTION: &str = "WithMemoryRequest";
/// The end of the path of the package with the options.
const OPTIONS: &str = "pkg/libvmi";

/// An edit, with its words.
pub(crate) struct Proposal {
    pub(crate) edits: Vec<Edit>,
    pub(crate) safety: Safety,
    /// The option that is added.
    pub(crate) option: Option<String>,
    pub(crate) notes: Vec<String>,
}

/// Another guest in the place of a site's, keeping its options.
pub(crate) fn replace(context: &Context<'_, '_>, judged: &Judged<'_>, lighter: &Guest) -> Proposal {
    let edit = Edit { span: span(&judged.site.name_place), text: lighter.id.clone() };
    let mut proposal = Proposal { edits: vec![edit], safety: Safety::Safe, option: None, notes: Vec::new() };
    let reading = context.reading;
    let reads_memory = judged.asks.iter().any(|ask| ask.requirement == "memory");
    if reads_memory && !judged.tests.iter().all(|test| reading.sets_memory(judged.site, *test)) {
        match memory(context, judged, judged.guest) {
            Some((option, edit)) => {
                proposal.edits.push(edit);
                proposal.option = Some(option);
            }
            None => {
                proposal.safety = Safety::DisplayOnly;
                proposal
                    .notes
                    .push("the tests read the memory that the factory asks for: set it by hand".to_owned());
            }
        }
    }
    // Without the factory's disk, the disks that tests add move up.
    let had_disk = judged.guest.is_some_and(|guest| context.reading.gives(guest, ["boot-disk"]));
    let has_disk = context.reading.gives(lighter, ["boot-disk"]);
    if had_disk && !has_disk {
        let mut places: Vec<_> = judged.tests.iter().flat_map(|test| &reading.asking[*test].counts).collect();
        places.sort_by_key(|place| (place.0, place.1.start));
        places.dedup();
        for place in places {
            proposal.edits.extend(count_down(context, place.0, &place.1));
            proposal.safety = Safety::Unsafe;
        }
        if proposal.safety == Safety::Unsafe {
            proposal
                .notes
                .push("without the factory's disk, the disks that the tests count move up by one".to_owned());
        }
    }
    proposal
}

/// The option that asks for the memory that a guest has, and the edit that adds it to a site; `None` where it cannot be
/// added.
pub(crate) fn memory(
    context: &Context<'_, '_>,
    judged: &Judged<'_>,
    guest: Option<&Guest>,
) -> Option<(String, Edit)> {
    let amount = guest?.memory.as_deref()?;
    let source = judged.site.place.0;
    let text = &context.sources.get(source)?.text;
    let head = context.reading.suite.files.get(&source)?;
    let import = head.imports.iter().find(|import| import.path.ends_with(OPTIONS))?;
    let package = import.name.as_deref().unwrap_or("libvmi");
    if matches!(package, "." | "_") {
        return None;
    }
    let option = format!("{package}.{OPTION}(\"{amount}\")");
    let parens = judged.site.parens.clone()?;
    let inner = text.get(parens.start + 1..parens.end - 1)?;
    let kept = inner.trim_end();
    let start = parens.start + 1;
    // Comments may follow the last option.
    let mut code = kept;
    while let Some(comment) = head
        .comments
        .iter()
        .find(|comment| start <= comment.bytes.start && comment.bytes.end == start + code.len())
    {
        code = text.get(start..comment.bytes.start)?.trim_end();
    }
    if code.ends_with("...") {
        return None;
    }
    let mut at = start + code.len();
    let added = if code.is_empty() && kept.is_empty() {
        option.clone()
    } else if code.is_empty() {
        return None;
    } else if let Some(list) = code.strip_suffix(',') {
        // One option a line: the new one looks like the one before.
        let line = list.rsplit('\n').next().unwrap_or_default();
        let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
        at = start + kept.len();
        format!("\n{indent}{option},")
    } else {
        format!(", {option}")
    };
    Some((option, Edit { span: Span::new(source, at..at), text: added }))
}

/// Edits that lower each number of a disk in a text by one.
fn count_down(context: &Context<'_, '_>, source: usize, bytes: &std::ops::Range<usize>) -> Vec<Edit> {
    let Some(text) = context.sources.get(source).and_then(|source| source.text.get(bytes.clone())) else {
        return Vec::new();
    };
    let mut edits = Vec::new();
    for word in ["disks[", "volumes["] {
        for (at, _) in text.match_indices(word) {
            let start = at + word.len();
            let Some(number) = text[start..].split(']').next().filter(|_| counts_disks(&text[at..])) else {
                continue;
            };
            let Ok(count) = number.parse::<u32>() else { continue };
            let Some(lower) = count.checked_sub(1) else { continue };
            let place = bytes.start + start..bytes.start + start + number.len();
            edits.push(Edit { span: Span::new(source, place), text: lower.to_string() });
        }
    }
    edits
}
