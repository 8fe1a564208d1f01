//! What `pick --from` answers to each test of OpenVMM as if its list were not there, beside what its maintainers list.
//!
//! Where the two have nothing in common, `corpus/first-try.toml` states whose choice is better. A cell without a
//! verdict fails, and so does a verdict without a cell, and an answer that is too light.

use std::fmt::Write as _;
use std::path::Path;

use lightest_catalog::{OPENVMM, embedded, load};
use lightest_model::catalog::{Catalog, Support};
use lightest_model::config::Arch;
use lightest_model::space::{Asked, Space};
use lightest_petri::{ARCHS, Spelled};
use serde::Deserialize;
use serde_json::Value;

use super::{always_needed, arch_of};
use crate::run::read_toml;

/// Whose choice is better where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BetterChoice {
    /// The maintainers': ours could do what the body asks for, and shows less.
    Theirs,
    /// Ours: lighter, and capable.
    Ours,
    /// Not known.
    Unknown,
}

/// A judgement on a cell.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Verdict {
    test: String,
    arch: String,
    better: BetterChoice,
    why: String,
    /// Where that is known from: an entry of the catalog, or a place of the source.
    #[serde(default)]
    evidence: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Verdicts {
    #[serde(default)]
    verdict: Vec<Verdict>,
}

/// A test on an architecture that it lists.
pub(super) struct Cell {
    test: String,
    arch: Arch,
    /// The proposed configurations, with their roles.
    proposed: Vec<(String, String)>,
    listed: Vec<String>,
    open: bool,
    /// What the lightest of those proposed is not known to provide, though body or declaration ask for it.
    lacks: Vec<String>,
}

impl Cell {
    /// Whether something proposed is on the maintainers' list.
    fn meets(&self) -> bool {
        self.proposed.iter().any(|(config, _)| self.listed.contains(config))
    }

    /// Whether the lightest is on it, or what runs until a limit on that is lifted.
    fn meets_first(&self) -> bool {
        let first = |role: &str| matches!(role, "lightest" | "meanwhile");
        self.proposed.iter().any(|(config, role)| first(role) && self.listed.contains(config))
    }

    /// The proposed configurations that are not listed.
    fn more(&self) -> usize {
        self.proposed.iter().filter(|(config, _)| !self.listed.contains(config)).count()
    }
}

/// Asks for every cell of the tests that `lightest requirements` printed.
pub(super) fn cells(program: &Path, read: &Value) -> Result<Vec<Cell>, String> {
    let catalog =
        load(&embedded(OPENVMM)).map_err(|errors| format!("the catalog has {} mistakes", errors.len()))?;
    let space = Space::of_tests(&catalog);
    let mut cells = Vec::new();
    for test in read["tests"].as_array().into_iter().flatten() {
        let listed = |arch: Arch| -> Vec<&Value> {
            let all = test["configurations"].as_array().into_iter().flatten();
            all.filter(|variant| arch_of(variant) == arch).collect()
        };
        if ARCHS.iter().all(|arch| listed(*arch).is_empty()) {
            continue;
        }
        let file = test["span"]["file_name"].as_str().unwrap_or_default();
        let line = test["span"]["line_start"].to_string();
        let answer = super::json(program, &["pick", "--from", file, "--line", &line, "--format", "json"])?;
        let name = answer["test"].as_str().unwrap_or_default().to_owned();
        for arch in ARCHS {
            let variants = listed(arch);
            if variants.is_empty() {
                continue;
            }
            let proposed: Vec<(String, String)> = answer["list"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|one| one["arch"] == arch.word())
                .map(|one| (text(&one["config"]), text(&one["role"])))
                .collect();
            let lacks = match proposed.first() {
                Some((config, _)) => lacks(&space, config, test, &variants),
                None => Vec::new(),
            };
            cells.push(Cell {
                test: name.clone(),
                arch,
                proposed,
                listed: variants.iter().map(|variant| text(&variant["config"])).collect(),
                open: answer["open"].as_array().is_some_and(|open| !open.is_empty()),
                lacks,
            });
        }
    }
    cells.sort_by(|a, b| (&a.test, a.arch.word()).cmp(&(&b.test, b.arch.word())));
    Ok(cells)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What a configuration is not known to provide of what the body asks of every configuration, as `requirements` reads it,
/// and of what the maintainers' declaration states.
fn lacks(space: &Space<'_>, config: &str, test: &Value, variants: &[&Value]) -> Vec<String> {
    let catalog = space.catalog();
    let Some(row) = space.find(|row| Spelled(&row.config).to_string() == config) else {
        return vec![format!("`{config}` is no configuration")];
    };
    let mut words = always_needed(test, variants);
    for word in variants.iter().flat_map(|variant| variant["states"].as_array().into_iter().flatten()) {
        words.extend(stated(catalog, &text(word)));
    }
    let own = space.row(row);
    let places = words.iter().filter(|word| {
        let vmm = catalog.vmm(word).is_some() && **word != own.vmm.id;
        vmm || Arch::from_word(word).is_some_and(|arch| arch != own.config.arch)
    });
    let mut missing: Vec<String> = places.cloned().collect();
    let asked = words.iter().map(String::as_str).filter(|word| catalog.requirement(word).is_some());
    let asked = Asked::new(catalog, asked).unwrap_or_default();
    for need in space.demands(&asked) {
        if space.answer(row, need, &asked).support != Support::Yes {
            missing.push(space.requirement_id(need).to_owned());
        }
    }
    missing
}

/// The requirement that a word of a declaration stands for.
fn stated(catalog: &Catalog, word: &str) -> Option<String> {
    let spelled = format!("requires({word})");
    let known = catalog.requirements.iter().find(|known| {
        known.attribute.as_deref() == Some(word) || known.attribute.as_deref() == Some(spelled.as_str())
    })?;
    Some(known.id.clone())
}

/// The cells as facts, for `corpus/first-try.tsv`.
pub(super) fn tsv(cells: &[Cell]) -> String {
    let mut text = String::from("test\tarch\tmeets\tproposed\n");
    for cell in cells {
        let meets = match (cell.meets_first(), cell.meets()) {
            (true, _) => "lightest",
            (false, true) => "other",
            (false, false) => "none",
        };
        let proposed: Vec<&str> = cell.proposed.iter().map(|(config, _)| config.as_str()).collect();
        let _ = writeln!(text, "{}\t{}\t{meets}\t{}", cell.test, cell.arch.word(), proposed.join(" "));
    }
    text
}

/// The verdicts, compared with the cells that need one, each `test` and `arch`.
fn verdicts(differ: &[(String, String)]) -> Result<Vec<Verdict>, String> {
    const FILE: &str = "corpus/first-try.toml";
    let Verdicts { verdict } = read_toml(FILE)?;
    let key = |verdict: &Verdict| (verdict.test.clone(), verdict.arch.clone());
    let mut wrong: Vec<String> = Vec::new();
    for cell in differ {
        let judged = verdict.iter().filter(|verdict| key(verdict) == *cell).count();
        if judged != 1 {
            wrong.push(format!("{} on {}: {judged} verdicts on a cell that differs", cell.0, cell.1));
        }
    }
    for verdict in &verdict {
        if !differ.contains(&key(verdict)) {
            wrong.push(format!("{} on {}: a verdict, and no cell that differs", verdict.test, verdict.arch));
        }
        if verdict.better == BetterChoice::Ours && verdict.evidence.is_empty() {
            wrong.push(format!("{} on {}: ours, without evidence", verdict.test, verdict.arch));
        }
        if verdict.why.trim().is_empty() {
            wrong.push(format!("{} on {}: no reason", verdict.test, verdict.arch));
        }
    }
    if wrong.is_empty() { Ok(verdict) } else { Err(format!("{FILE}:\n{}", wrong.join("\n"))) }
}

/// The section of the evaluation.
///
/// # Errors
///
/// Cells that are not judged, verdicts on none, and answers that are too light.
pub(super) fn section(cells: &[Cell]) -> Result<String, String> {
    let light: Vec<String> = cells
        .iter()
        .filter(|cell| !cell.lacks.is_empty())
        .map(|cell| format!("{} on {} is too light: {}", cell.test, cell.arch, cell.lacks.join(", ")))
        .collect();
    if !light.is_empty() {
        return Err(light.join("\n"));
    }
    let differ: Vec<&Cell> = cells.iter().filter(|cell| !cell.meets()).collect();
    let keys: Vec<(String, String)> =
        differ.iter().map(|cell| (cell.test.clone(), cell.arch.word().to_owned())).collect();
    let verdicts = verdicts(&keys)?;
    let count = |better: BetterChoice| verdicts.iter().filter(|verdict| verdict.better == better).count();
    let meet = cells.len() - differ.len();
    let right = meet + count(BetterChoice::Ours);
    let share = right * 1000 / cells.len().max(1);
    let mut page = format!(
        "\n## From a body to its list\n\nEach test on each architecture that it lists: its list is taken away, and `lightest pick \
         --from` answers from body, signature, names and doc comment (`corpus/first-try.tsv`). Of {} cells, {meet} answers have a \
         configuration of the maintainers' own list ({} with the lightest itself), and {} of all name further ones that the list \
         lacks. The {} others were judged by reading the test (`corpus/first-try.toml`): for {} our choice is lighter and \
         capable, for {} theirs is better, for {} it is not known. That makes {right} of {} right, {}.{} %. No answer is too \
         light: each provides everything that the body asks of every variant and that the maintainers' declaration states. {} \
         cells are of open tests. Names and the table of calls were written with these tests in view, so the share shows how well \
         they fit; OpenVMM's maintainers were not asked.\n\n\
         | test | architecture | proposed | better | why |\n| --- | --- | --- | --- | --- |\n",
        cells.len(),
        cells.iter().filter(|cell| cell.meets_first()).count(),
        cells.iter().filter(|cell| cell.meets() && cell.more() > 0).count(),
        differ.len(),
        count(BetterChoice::Ours),
        count(BetterChoice::Theirs),
        count(BetterChoice::Unknown),
        cells.len(),
        share / 10,
        share % 10,
        cells.iter().filter(|cell| cell.open).count(),
    );
    for cell in differ {
        let Some(verdict) =
            verdicts.iter().find(|verdict| verdict.test == cell.test && verdict.arch == cell.arch.word())
        else {
            continue;
        };
        let better = match verdict.better {
            BetterChoice::Theirs => "theirs",
            BetterChoice::Ours => "ours",
            BetterChoice::Unknown => "not known",
        };
        let proposed: Vec<String> = cell.proposed.iter().map(|(config, _)| format!("`{config}`")).collect();
        let proposed = if proposed.is_empty() { "nothing".to_owned() } else { proposed.join(", ") };
        let evidence: Vec<String> = verdict.evidence.iter().map(|place| format!("`{place}`")).collect();
        let evidence =
            if evidence.is_empty() { String::new() } else { format!(" ({})", evidence.join(", ")) };
        let _ = writeln!(
            page,
            "| `{}` | {} | {proposed} | {better} | {}{evidence} |",
            cell.test,
            cell.arch.word(),
            verdict.why
        );
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::verdicts;

    /// The committed facts and verdicts belong together.
    #[test]
    fn every_cell_that_differs_has_one_verdict_and_no_verdict_is_left_over() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus/first-try.tsv");
        let text = std::fs::read_to_string(path).expect("it is there");
        let rows = text.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
        let (mut differ, mut all) = (Vec::new(), 0);
        for row in rows {
            all += 1;
            if row[2] == "none" {
                differ.push((row[0].to_owned(), row[1].to_owned()));
            }
        }
        assert!(all > 0);
        if let Err(error) = verdicts(&differ) {
            panic!("{error}");
        }
    }
}
