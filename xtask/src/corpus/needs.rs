//! What each test needs on each architecture that it lists, and what the page's first table answers to that.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use lightest_catalog::{OPENVMM, embedded, load};
use lightest_model::config::Arch;
use lightest_model::space::Space;
use lightest_petri::ARCHS;
use lightest_petri::guide::{self, Table};
use serde_json::Value;

use super::{always_needed, arch_of};

/// A test on one architecture.
pub(super) struct Cell {
    /// The test, with its modules.
    test: String,
    arch: Arch,
    /// Needs on every path through the body, sorted.
    needs: BTreeSet<String>,
}

/// Every cell of the tests that `lightest requirements` printed.
pub(super) fn cells(read: &Value) -> Vec<Cell> {
    let mut cells = Vec::new();
    for test in read["tests"].as_array().into_iter().flatten() {
        let configurations: Vec<&Value> = test["configurations"].as_array().into_iter().flatten().collect();
        let text = |key: &str| test[key].as_str().unwrap_or_default();
        let needs: BTreeSet<String> = always_needed(test, &configurations).into_iter().collect();
        let name = format!("{}::{}", text("module"), text("test"));
        for arch in ARCHS {
            if configurations.iter().any(|configuration| arch_of(configuration) == arch) {
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
        match table.agrees(&space, &needs, cell.arch) {
            Some(true) => agree += 1,
            Some(false) => differ += 1,
            None => on += 1,
        }
    }
    let undistinguished: Vec<String> = texts.undistinguished.iter().map(|need| format!("`{need}`")).collect();
    Ok(format!(
        "\n## The page's first table\n\nEach test on each architecture that it lists (`corpus/needs.tsv`), read against the first \
         table of the Guide's page from the top: the first row that covers every need. The table alone gives the chooser's \
         answer for {agree} of {} cells; {differ} differ, and for {on} no row covers everything, so that the page refers the \
         reader to `lightest pick`. The rows were written with these tests in view, and a reader may take other needs from a \
         body than `check` does. Needs of some variants only are left out. No row distinguishes needs about the \
         host or the build ({}), so its text does not name them and every row covers them.\n",
        cells.len(),
        undistinguished.join(", ")
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
