//! The chooser, enumerated over everything that the page can be asked.

use std::collections::BTreeMap;

use lightest_model::catalog::{Capability, Quirk};
use lightest_model::chooser::{Choice, Conflict, Part, Pick, choose};
use lightest_model::config::Arch;
use lightest_model::space::{Price, RowId};

use super::Site;
use super::intern::{Pool, packed, width};
use super::ladder::{Rung, nearest, rungs};
use super::reach;
use super::records::{self, Refused, Side};
use super::statements::Statements;
use crate::failure::Failure;
use crate::spelled::Spelled;

/// Every answer, ready to be written: pools of what answers consist of, and for each question asked its indices.
pub(super) struct Answers<'s, 'c> {
    spelled: Spelled<'s, 'c>,
    /// The framework's architectures, by which parts and ladders are numbered.
    archs: Vec<Arch>,
    rungs: Vec<Vec<Rung<'c>>>,
    prices: Pool<records::Price>,
    quirk_lists: Pool<Vec<usize>>,
    picks: Pool<records::Pick>,
    ladders: Pool<Vec<Refused>>,
    adds: Pool<Vec<usize>>,
    flips: Pool<Vec<(usize, usize)>>,
    conflicts: Pool<records::Conflict>,
    parts: Pool<records::Part>,
    attributes: Pool<Option<String>>,
    /// For a configuration, the statement that gives a requirement, where it is the same whatever else is asked.
    why: BTreeMap<usize, BTreeMap<usize, usize>>,
}

impl<'s, 'c> Answers<'s, 'c> {
    pub(super) fn new(site: Site<'s, 'c>) -> Self {
        let spelled = site.spelled;
        let space = spelled.space;
        let archs: Vec<Arch> = space.catalog().archs().collect();
        Self {
            spelled,
            rungs: archs.iter().map(|arch| rungs(space, *arch)).collect(),
            archs,
            prices: Pool::default(),
            quirk_lists: Pool::default(),
            picks: Pool::default(),
            ladders: Pool::default(),
            adds: Pool::default(),
            flips: Pool::default(),
            conflicts: Pool::default(),
            parts: Pool::default(),
            attributes: Pool::default(),
            why: BTreeMap::new(),
        }
    }

    /// The index of a list of quirks.
    pub(super) fn quirks<'q>(&mut self, quirks: impl IntoIterator<Item = &'q Quirk>) -> usize {
        let all = &self.spelled.space.catalog().quirks;
        let place = |quirk: &Quirk| all.iter().position(|known| known.id == quirk.id);
        let list: Vec<usize> = quirks.into_iter().filter_map(place).collect();
        self.quirk_lists.index(list)
    }

    /// The index of what a configuration costs beside its image and its boot class, which it always has.
    pub(super) fn price(&mut self, price: &Price<'_>) -> usize {
        let hosts = &self.spelled.space.catalog().hosts;
        let host = hosts.iter().position(|host| host.id == price.host);
        self.prices.index(records::Price(host, price.quirks.amounts()))
    }

    fn pick(&mut self, pick: &Pick<'c>) -> usize {
        let price = self.price(&pick.price);
        let quirks = self.quirks(pick.quirks.iter().copied());
        self.picks.index(records::Pick(pick.row.index(), price, quirks))
    }

    fn part(&mut self, statements: &mut Statements<'c>, choice: &Choice<'c>, part: &Part<'c>) -> usize {
        let space = self.spelled.space;
        let pick = part.pick.as_ref().map(|pick| self.pick(pick));
        let companion = part.companion.as_ref().map(|pick| self.pick(pick));
        let mut odd = Vec::new();
        for (pick, named) in part.pick.iter().map(|pick| (pick, choice.asked.named())) {
            for reason in pick.why.iter().filter(|reason| named.contains(&reason.requirement)) {
                let statement = statements.index(reason.statement);
                let known = self.why.entry(pick.row.index()).or_default();
                if *known.entry(reason.requirement.index()).or_insert(statement) != statement {
                    odd.push([reason.requirement.index(), statement]);
                }
            }
        }
        let place = self.archs.iter().position(|arch| *arch == part.arch).unwrap_or(0);
        let mut ladder = Vec::new();
        for (at, rung) in self.rungs[place].iter().enumerate() {
            if let Some(refusal) = nearest(space, choice, part, rung.family) {
                let statement = statements.index(refusal.missing.statement);
                ladder.push(Refused(at, refusal.row.index(), refusal.missing.requirement.index(), statement));
            }
        }
        let ladder = self.ladders.index(ladder);
        let heavier = part.heavier.as_ref().map(|heavier| {
            let price = self.price(&heavier.price);
            let adds = heavier.adds.iter().map(|id| id.index()).collect();
            (heavier.row.index(), price, self.adds.index(adds))
        });
        let flips = self
            .flips
            .index(part.flips.iter().map(|flip| (flip.requirement.index(), flip.row.index())).collect());
        let conflict = part.conflict.as_ref().map(|conflict| self.conflict(statements, conflict));
        self.parts.index(records::Part {
            arch: place,
            pick,
            companion,
            ladder,
            heavier,
            flips,
            conflict,
            refused: part.refused.len(),
            unproven: part.unproven.len(),
            vmm: part.vmm.clone(),
            odd,
        })
    }

    fn conflict(&mut self, statements: &mut Statements<'c>, conflict: &Conflict<'c>) -> usize {
        let mut refusing =
            |statement: Option<&Capability>| statement.map(|statement| statements.index(Some(statement)));
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let between = conflict.between.iter().map(|side| {
            let (guests, boots) = (owned(&side.guests), owned(&side.boot_methods));
            Side(side.requirement.index(), guests, boots, refusing(side.refused_by))
        });
        let (between, arch) = (between.collect(), conflict.arch.map(Arch::word));
        self.conflicts.index(records::Conflict(between, arch, conflict.vmm.clone(), conflict.unproven))
    }

    /// The index of the attribute to paste, its configurations named by their rows; 0 where there is none.
    fn attribute(&mut self, choice: &Choice<'c>) -> usize {
        let none = self.attributes.index(None);
        let rows = choice.rows();
        let Some(mut text) = self.spelled.paste(choice) else { return none };
        let name = |row: RowId| (self.spelled.config(row), row);
        let mut names: Vec<(String, RowId)> = rows.into_iter().map(name).collect();
        // The longest first, in case one name is part of another.
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        for (name, row) in names {
            text = text.replace(&name, &format!("${};", row.index()));
        }
        self.attributes.index(Some(text))
    }

    /// Asks for a set of requirements: the indices of the parts, one for each architecture that it leaves open, and
    /// of the attributes for all of them and for each alone.
    fn ask(
        &mut self,
        statements: &mut Statements<'c>,
        requires: &[String],
    ) -> Result<(Vec<usize>, Vec<usize>), Failure> {
        let choice = choose(self.spelled.space, &reach::query(requires, &[])).map_err(|refused| {
            Failure::new(format!("the catalog's questions ask for something unknown: {refused:?}"))
        })?;
        let parts = choice.parts.iter().map(|part| self.part(statements, &choice, part)).collect();
        let mut attributes = vec![self.attribute(&choice)];
        if !reach::names_arch(requires) {
            for arch in self.archs.clone() {
                // The answer for one architecture does not depend on whether the other is asked for too.
                let of_arch = choice.parts.iter().filter(|part| part.arch == arch).cloned().collect();
                let alone = Choice { asked: choice.asked.clone(), parts: of_arch };
                attributes.push(self.attribute(&alone));
            }
        }
        Ok((parts, attributes))
    }

    /// Asks everything, and returns what the page looks up: pools, and the indices for each thing asked.
    pub(super) fn into_page(
        mut self,
        statements: &mut Statements<'c>,
    ) -> Result<records::Answers<'c>, Failure> {
        let catalog = self.spelled.space.catalog();
        let questions = reach::questions(catalog);
        let (mut parts, mut attributes) = (Vec::new(), Vec::new());
        for requires in reach::combinations(&questions) {
            let (of_archs, of_selections) = self.ask(statements, &requires)?;
            parts.extend(of_archs);
            attributes.extend(of_selections);
        }
        let mut sets = BTreeMap::new();
        for requires in reach::sets(catalog) {
            let (parts, attributes) = self.ask(statements, &requires)?;
            sets.insert(requires.join(","), (parts, attributes));
        }
        let (part_width, attribute_width) = (width(self.parts.len()), width(self.attributes.len()));
        let ladder =
            |rungs: &Vec<Rung<'c>>| rungs.iter().map(|rung| (rung.family, rung.row.index())).collect();
        Ok(records::Answers {
            rungs: self.rungs.iter().map(ladder).collect(),
            part_width,
            attribute_width,
            combinations: packed(&parts, part_width),
            combination_attributes: packed(&attributes, attribute_width),
            sets,
            parts: self.parts.into_values(),
            picks: self.picks.into_values(),
            prices: self.prices.into_values(),
            quirk_lists: self.quirk_lists.into_values(),
            ladders: self.ladders.into_values(),
            adds: self.adds.into_values(),
            flips: self.flips.into_values(),
            conflicts: self.conflicts.into_values(),
            attributes: self.attributes.into_values(),
            why: self.why,
        })
    }
}
