//! What each test needs on each architecture that it lists, and what the page's first table answers to that.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use lightest_catalog::{OPENVMM, embedded, load};
use lightest_model::config::Arch;
use lightest_model::space::Space;
use lightest_petri::ARCHS;
use lightest_petri::guide::{self, Reading, Table, pick};
use serde_json::Value;

/// A test on one architecture.
pub(super) struct Cell {
    /// The test, with its modules.
    test: String,
    arch: Arch,
    /// Needs that hold on every path through the body, sorted.
    needs: BTreeSet<String>,
}

/// Every cell of the tests that `lightest requirements` printed.
pub(super) fn cells(read: &Value) -> Vec<Cell> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut cells = Vec::new();
    for test in list(&read["tests"]) {
        let configurations = list(&test["configurations"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut needs: BTreeSet<String> = list(&test["requirements"])
            .iter()
            .filter(|need| list(&need["within"]).is_empty())
            .map(|need| text(&need["requirement"]))
            .collect();
        if configurations.iter().all(|configuration| configuration["agent"] == false) {
            needs.insert("no-agent".to_owned());
        }
        let name = format!("{}::{}", text(&test["module"]), text(&test["test"]));
        for arch in ARCHS {
            let on = |configuration: &Value| {
                let aarch64 = text(&configuration["config"]).contains(Arch::Aarch64.word());
                aarch64 == (arch == Arch::Aarch64)
            };
            if configurations.iter().any(on) {
                cells.push(Cell { test: name.clone(), arch, needs: needs.clone() });
            }
        }
    }
    cells.sort_by(|a, b| (&a.test, a.arch.word()).cmp(&(&b.test, b.arch.word())));
    cells
}

/// The cells as facts, for `corpus/needs.tsv`.
pub(super) fn tsv(cells: &[Cell]) -> String {
    let mut text = String::from("test\tarch\tneeds\n");
    for cell in cells {
        let needs: Vec<&str> = cell.needs.iter().map(String::as_str).collect();
        let _ = writeln!(text, "{}\t{}\t{}", cell.test, cell.arch.word(), needs.join(","));
    }
    text
}

/// How far the first table of the page gets, as a section of the evaluation.
///
/// # Errors
///
/// That the catalog has mistakes.
pub(super) fn section(cells: &[Cell]) -> Result<String, String> {
    let catalog =
        load(&embedded(OPENVMM)).map_err(|errors| format!("the catalog has {} mistakes", errors.len()))?;
    let space = Space::of_tests(&catalog);
    let texts = guide::embedded();
    let table = Table::of(&space, &texts);
    let (mut agree, mut differ, mut on) = (0, 0, 0);
    for cell in cells {
        let needs: Vec<&str> = cell.needs.iter().map(String::as_str).collect();
        let answer = pick(&space, &[], &needs, cell.arch);
        match table.read(&catalog, &needs, cell.arch) {
            Reading::GoOn => on += 1,
            Reading::Take(row) if answer == Some(row) => agree += 1,
            Reading::Nothing if answer.is_none() => agree += 1,
            _ => differ += 1,
        }
    }
    Ok(format!(
        "\n## The page's first table\n\nEach test on each architecture that it lists (`corpus/needs.tsv`), read against the first \
         table of the Guide's page from the top: the first row that covers every need. The table alone gives the chooser's \
         answer for {agree} of {} cells; {differ} differ, and for {on} no row covers everything, so that the page refers the \
         reader to `lightest pick`. The rows were written with these tests in view, and a reader may take other needs from a \
         body than `check` does. Needs that hold for some variants only are left out.\n",
        cells.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{capture, cargo, root};

    #[test]
    fn the_committed_needs_are_those_of_the_source() {
        let Some(checkout) = std::env::var_os("OPENVMM_REPO") else { return };
        let mut command = cargo();
        command.args(["run", "--quiet", "--package", "lightest", "--bin", "lightest", "--", "requirements"]);
        command.arg(checkout).args(["--format", "json"]);
        let read = serde_json::from_str(&capture(command).expect("it reads the checkout")).expect("JSON");
        let found = std::fs::read_to_string(root().join("corpus/needs.tsv")).expect("it is committed");
        assert!(found == tsv(&cells(&read)), "run `cargo xtask corpus --openvmm DIR`");
    }
}
