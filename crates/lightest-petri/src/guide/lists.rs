//! The pages of Lightest's own book that list everything: requirements and configurations.

use lightest_diagnostics::words;
use lightest_diagnostics::words::capital;
use lightest_model::catalog::Support;
use lightest_model::chooser::lightest_for;
use lightest_model::space::{Asked, RowId, Space};

use super::GENERATED;
use super::markdown::{code, paragraph, prose, sentence, table};
use super::sources::issues;
use crate::{ARCHS, Spelled};

/// Every requirement, with what it leads to by itself.
pub(super) fn requirements(space: &Space<'_>) -> String {
    let catalog = space.catalog();
    let mut text = format!("{GENERATED}\n\n# Requirements\n\n");
    text.push_str(&paragraph(
        "What a test may ask of its environment, with `lightest pick --requires`. Beside each stands the lightest \
         configuration that is known to give it by itself.",
    ));
    let mut groups: Vec<&str> = Vec::new();
    for requirement in &catalog.requirements {
        if !groups.contains(&requirement.group.as_str()) {
            groups.push(&requirement.group);
        }
    }
    for group in groups {
        text.push_str(&format!("\n## {}\n\n", capital(group)));
        let of_group = catalog.requirements.iter().filter(|requirement| requirement.group == group);
        let rows: Vec<Vec<String>> = of_group
            .map(|requirement| {
                let mut meaning = sentence(&prose(&requirement.meaning, issues(catalog)));
                if !requirement.implies.is_empty() {
                    let implied: Vec<String> = requirement.implies.iter().map(code).collect();
                    meaning.push_str(&format!(" Implies {}.", words::list(&implied, "and")));
                }
                let asked = Asked::new(catalog, [requirement.id.as_str()]).unwrap_or_default();
                let [x64, aarch64] = ARCHS.map(|arch| {
                    let row = lightest_for(space, &asked, arch);
                    // A place is no need: it only restricts where to look.
                    row.filter(|_| !catalog.is_place(&requirement.id))
                        .map_or_else(|| "–".to_owned(), |row| code(Spelled(&space.row(row).config)))
                });
                vec![code(&requirement.id), meaning, x64, aarch64]
            })
            .collect();
        text.push_str(&table(&["Requirement", "Meaning", "x64", "aarch64"], &rows));
    }
    text
}

/// Every configuration that the macros accept, lightest first, and whether it can run.
pub(super) fn configurations(space: &Space<'_>) -> String {
    let catalog = space.catalog();
    let asked = Asked::default();
    let mut rows: Vec<RowId> = RowId::all(space).collect();
    rows.sort_by_cached_key(|row| space.weight(*row, &asked));
    let mut text = format!("{GENERATED}\n\n# Configurations\n\n");
    text.push_str(&paragraph(&format!(
        "The {} configurations that petri's macros accept, lightest first, and whether each can run. \u{201c}Not \
         known\u{201d} is said where nobody has shown either.",
        rows.len()
    )));
    text.push('\n');
    let runs = space.runs();
    let lines: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| {
            let answer = space.answer(row, runs, &asked);
            let support = match answer.support {
                Support::Yes => "yes",
                Support::No => "no",
                Support::Unknown => "not known",
            };
            let because = answer.statement.map_or("nobody has shown it", |statement| &statement.because);
            vec![
                code(Spelled(&space.row(row).config)),
                support.to_owned(),
                capital(&prose(because, issues(catalog))),
            ]
        })
        .collect();
    text.push_str(&table(&["Configuration", "Runs", "Because"], &lines));
    text
}
