//! The first table as a person reads it: from the top, to the first row that covers everything that the test needs.

use lightest_model::catalog::{Catalog, Support};
use lightest_model::chooser::{Query, choose};
use lightest_model::config::Arch;
use lightest_model::space::{Asked, RowId, Space};

use super::texts::{Row, Texts};
use crate::ARCHS;

/// The table as a reader takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// This configuration.
    Take(RowId),
    /// The row states that no known configuration provides everything.
    Nothing,
    /// No row covers it: the page refers the reader to `lightest pick`.
    GoOn,
}

/// The first table, with every cell answered.
pub struct Table<'t> {
    /// Its rows, in the order of the texts.
    pub lines: Vec<Line<'t>>,
}

/// A row of the table.
pub struct Line<'t> {
    /// Its texts.
    pub row: &'t Row,
    /// The needs that it covers, its own and those of rows above.
    pub covers: Vec<&'t str>,
    /// One cell an architecture, in the order of [`ARCHS`].
    pub cells: Vec<Cell<'t>>,
}

/// The answer of a row on one architecture.
pub struct Cell<'t> {
    /// Where it answers.
    pub arch: Arch,
    /// The configuration; `None` where nothing is known.
    pub own: Option<RowId>,
    /// Needs set apart that have another answer here: the need, and that answer.
    pub apart: Vec<(&'t str, Option<RowId>)>,
    /// Needs that the row names and that are not known to be provided here.
    pub lacking: Vec<&'t str>,
}

impl<'t> Table<'t> {
    /// Asks the chooser for every cell.
    #[must_use]
    pub fn of(space: &Space<'_>, texts: &'t Texts) -> Self {
        let line = |row: &'t Row| {
            let cells = ARCHS.map(|arch| Cell::of(space, row, arch)).into();
            Line { row, covers: covered(texts, row), cells }
        };
        Self { lines: texts.rows.iter().map(line).collect() }
    }

    /// The table's answer to a test with these needs on an architecture.
    #[must_use]
    pub fn read(&self, catalog: &Catalog, needs: &[&str], arch: Arch) -> Reading {
        let beside = |row: &Row, need: &str| {
            row.together.iter().any(|[first, second]| first == need && needs.contains(&second.as_str()))
        };
        let covers = |line: &&Line<'_>| {
            needs
                .iter()
                .all(|need| line.covers.contains(need) || beside(line.row, need) || catalog.is_place(need))
        };
        let Some(line) = self.lines.iter().find(covers) else { return Reading::GoOn };
        let Some(cell) = line.cells.iter().find(|cell| cell.arch == arch) else { return Reading::GoOn };
        if let Some((_, row)) = cell.apart.iter().find(|(need, _)| needs.contains(need)) {
            return row.map_or(Reading::Nothing, Reading::Take);
        }
        if needs.iter().any(|need| cell.lacking.contains(need)) {
            return Reading::Nothing;
        }
        cell.own.map_or(Reading::Nothing, Reading::Take)
    }

    /// Whether the table answers a test as the chooser does; `None` where it leaves the answer to `lightest pick`.
    #[must_use]
    pub fn agrees(&self, space: &Space<'_>, needs: &[&str], arch: Arch) -> Option<bool> {
        let answer = pick(space, &[], needs, arch).map_or(Reading::Nothing, Reading::Take);
        match self.read(space.catalog(), needs, arch) {
            Reading::GoOn => None,
            reading => Some(reading == answer),
        }
    }
}

impl<'t> Cell<'t> {
    fn of(space: &Space<'_>, row: &'t Row, arch: Arch) -> Self {
        let own = pick(space, &row.requires, &[], arch);
        let apart = row.apart.iter().map(|need| (need.as_str(), pick(space, &row.requires, &[need], arch)));
        let apart: Vec<(&str, Option<RowId>)> = apart.filter(|(_, row)| *row != own).collect();
        let named = row.names.iter().map(|need| (need.as_str(), None));
        let paired = row.together.iter().map(|[need, beside]| (need.as_str(), Some(beside.as_str())));
        let lacking = named
            .chain(paired)
            .filter(|(need, _)| !apart.iter().any(|(known, _)| known == need))
            .filter(|(need, beside)| own.is_some_and(|own| !provides(space, own, row, need, *beside)))
            .map(|(need, _)| need)
            .collect();
        Self { arch, own, apart, lacking }
    }
}

/// The lightest configuration for some needs on an architecture.
#[must_use]
pub fn pick(space: &Space<'_>, requires: &[String], further: &[&str], arch: Arch) -> Option<RowId> {
    let words = requires.iter().cloned().chain(further.iter().map(|word| (*word).to_owned()));
    let query = Query { requires: words.collect(), archs: vec![arch], vmms: Vec::new() };
    let choice = choose(space, &query).ok()?;
    choice.parts.first()?.pick.as_ref().map(|pick| pick.row)
}

fn covered<'t>(texts: &'t Texts, row: &'t Row) -> Vec<&'t str> {
    let mut needs = Vec::new();
    for other in texts.rows.iter().filter(|other| row.above.contains(&other.id)) {
        needs.extend(other.names.iter().chain(&other.requires).map(String::as_str));
    }
    needs.retain(|need| !texts.apart_from_above.iter().any(|apart| apart == need));
    needs.extend(row.names.iter().chain(&row.requires).chain(&row.apart).map(String::as_str));
    needs.retain(|need| !row.except.iter().any(|except| except == need));
    needs.extend(texts.undistinguished.iter().map(String::as_str));
    needs.sort_unstable();
    needs.dedup();
    needs
}

fn provides(space: &Space<'_>, own: RowId, row: &Row, need: &str, beside: Option<&str>) -> bool {
    let catalog = space.catalog();
    if catalog.is_place(need) {
        return true;
    }
    let words = row.requires.iter().map(String::as_str).chain([need]).chain(beside);
    let Ok(asked) = Asked::new(catalog, words.filter(|word| !catalog.is_place(word))) else { return false };
    asked.indices().iter().all(|index| space.answer(own, *index, &asked).support == Support::Yes)
}
