//! Compares the page's explanation of every configuration with the library's answers.

use std::collections::BTreeMap;

use lightest_model::catalog::Support;
use lightest_model::space::{ALWAYS, Asked, RowId, Space};
use lightest_petri::Spelled;
use serde::Deserialize;

/// The page's content on one configuration.
#[derive(Deserialize)]
struct Explained {
    config: String,
    command: String,
    verdict: String,
    /// By the group's title: requirement, and what is stated about it.
    groups: BTreeMap<String, Vec<(String, String)>>,
}

/// Compares all, and returns how many there were.
///
/// # Errors
///
/// The first difference.
pub(super) fn all(space: &Space<'_>, shown: &str) -> Result<usize, String> {
    let lines: Vec<&str> = shown.lines().collect();
    if lines.len() != space.rows().len() {
        return Err(format!("{} configurations are explained, of {}", lines.len(), space.rows().len()));
    }
    for (row, line) in RowId::all(space).zip(&lines) {
        let shown: Explained = serde_json::from_str(line).map_err(|error| error.to_string())?;
        compare(space, row, &shown).map_err(|difference| format!("{}: {difference}", shown.config))?;
    }
    Ok(lines.len())
}

fn compare(space: &Space<'_>, row: RowId, shown: &Explained) -> Result<(), String> {
    let config = Spelled(&space.row(row).config).to_string();
    if shown.config != config || shown.command != format!("lightest explain '{config}'") {
        return Err(format!("`{config}` should be explained, not by `{}`", shown.command));
    }
    let requirements = space.catalog().requirements.iter().map(|requirement| requirement.id.as_str());
    for id in requirements.chain(ALWAYS) {
        let Some(index) = space.requirement(id) else { continue };
        let asked = Asked::new(space.catalog(), [id]).unwrap_or_default();
        let answer = space.answer(row, index, &asked);
        let (group, verdict) = match answer.support {
            Support::Yes => ("Gives", "Runs"),
            Support::No => ("Lacks", "Cannot run"),
            Support::Unknown => ("Not shown either way", "Not known to run"),
        };
        let because = answer.statement.map_or("nobody has shown it", |statement| statement.because.as_str());
        let shown_text =
            shown.groups.get(group).and_then(|group| group.iter().find(|(known, _)| known == id));
        let Some((_, shown_text)) = shown_text else { return Err(format!("`{id}` is not among: {group}")) };
        if !shown_text.contains(because) {
            return Err(format!("`{id}`: `{because}` is not in `{shown_text}`"));
        }
        if id == "runs" && !(shown.verdict.starts_with(verdict) && shown.verdict.contains(because)) {
            return Err(format!("it is said to `{}`, and not: {verdict}, {because}", shown.verdict));
        }
    }
    Ok(())
}
