//! The chooser, enumerated over everything that the page can be asked.

use std::collections::BTreeMap;

use lightest_model::catalog::{Capability, Quirk};
use lightest_model::chooser::{Choice, Conflict, Part, Pick, choose};
use lightest_model::space::{Price, Space};
use lightest_petri::ARCHS;
use lightest_petri::Spelled;
use lightest_petri::attribute;
use serde_json::{Value, json};

use super::intern::{Pool, packed, width};
use super::ladder::{Rung, nearest, rungs};
use super::reach;
use super::statements::Statements;
use crate::failure::Failure;

/// Every answer, ready to be written: pools of what answers consist of, and for each question asked its indices.
pub(super) struct Answers<'s, 'c> {
    space: &'s Space<'c>,
    rungs: [Vec<Rung<'c>>; 2],
    prices: Pool,
    quirk_lists: Pool,
    picks: Pool,
    ladders: Pool,
    adds: Pool,
    flips: Pool,
    conflicts: Pool,
    parts: Pool,
    attributes: Pool,
    /// For a configuration, the statement that gives a requirement, where it is the same whatever else is asked.
    why: BTreeMap<usize, BTreeMap<usize, usize>>,
}

impl<'s, 'c> Answers<'s, 'c> {
    pub(super) fn new(space: &'s Space<'c>) -> Self {
        Self {
            space,
            rungs: ARCHS.map(|arch| rungs(space, arch)),
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
        let all = &self.space.catalog().quirks;
        let place = |quirk: &Quirk| all.iter().position(|known| known.id == quirk.id);
        let list: Vec<usize> = quirks.into_iter().filter_map(place).collect();
        self.quirk_lists.index(json!(list))
    }

    /// The index of what a configuration costs beside its image and its boot class, which it always has.
    pub(super) fn price(&mut self, price: &Price<'_>) -> usize {
        let hosts = &self.space.catalog().hosts;
        let host = hosts.iter().position(|host| host.id == price.host);
        self.prices.index(json!([price.waits_s, price.reboots, host]))
    }

    fn pick(&mut self, pick: &Pick<'c>) -> usize {
        let price = self.price(&pick.price);
        let quirks = self.quirks(pick.quirks.iter().copied());
        self.picks.index(json!([pick.row, price, quirks]))
    }

    fn part(&mut self, statements: &mut Statements<'c>, choice: &Choice<'c>, part: &Part<'c>) -> usize {
        let space = self.space;
        let pick = part.pick.as_ref().map(|pick| self.pick(pick));
        let companion = part.companion.as_ref().map(|pick| self.pick(pick));
        let mut odd = Vec::new();
        for (pick, named) in part.pick.iter().map(|pick| (pick, choice.asked.named())) {
            for reason in pick.why.iter().filter(|reason| named.contains(&reason.requirement)) {
                let statement = statements.index(reason.statement);
                let known = self.why.entry(pick.row).or_default();
                if *known.entry(reason.requirement.index()).or_insert(statement) != statement {
                    odd.push([reason.requirement.index(), statement]);
                }
            }
        }
        let place = ARCHS.iter().position(|arch| *arch == part.arch).unwrap_or(0);
        let mut ladder = Vec::new();
        for (at, rung) in self.rungs[place].iter().enumerate() {
            if let Some(refusal) = nearest(space, choice, part, rung.family) {
                let statement = statements.index(refusal.missing.statement);
                ladder.push(json!([at, refusal.row, refusal.missing.requirement, statement]));
            }
        }
        let ladder = self.ladders.index(Value::Array(ladder));
        let heavier = part.heavier.as_ref().map(|heavier| {
            let price = self.price(&heavier.price);
            json!([heavier.row, price, self.adds.index(json!(heavier.adds))])
        });
        let flips: Vec<Value> = part.flips.iter().map(|flip| json!([flip.requirement, flip.row])).collect();
        let flips = self.flips.index(Value::Array(flips));
        let conflict = part.conflict.as_ref().map(|conflict| self.conflict(statements, conflict));
        let mut value = vec![
            json!(place),
            json!(pick),
            json!(companion),
            json!(ladder),
            json!(heavier),
            json!(flips),
            json!(conflict),
            json!(part.refused.len()),
            json!(part.unproven.len()),
            json!(part.vmm),
            json!(if odd.is_empty() { None } else { Some(odd) }),
        ];
        while value.last().is_some_and(Value::is_null) {
            value.pop();
        }
        // Written shorter: nothing and null read alike.
        self.parts.index(Value::Array(value))
    }

    fn conflict(&mut self, statements: &mut Statements<'c>, conflict: &Conflict<'c>) -> usize {
        let mut refusing =
            |statement: Option<&Capability>| statement.map(|statement| statements.index(Some(statement)));
        let between: Vec<Value> = conflict
            .between
            .iter()
            .map(|cornered| {
                json!([
                    cornered.requirement,
                    cornered.guests,
                    cornered.boot_methods,
                    refusing(cornered.refused_by)
                ])
            })
            .collect();
        self.conflicts.index(json!([between, conflict.arch, conflict.vmm, conflict.unproven]))
    }

    /// The index of the attribute to paste, its configurations named by their rows; 0 where there is none.
    fn attribute(&mut self, choice: &Choice<'c>) -> usize {
        let none = self.attributes.index(Value::Null);
        let Some(attribute) = attribute(self.space, choice) else { return none };
        let mut text = attribute.to_string();
        let mut names: Vec<(String, usize)> = attribute
            .entries
            .iter()
            .filter_map(|entry| {
                Some((Spelled(&entry.config).to_string(), self.space.position(&entry.config)?))
            })
            .collect();
        // The longest first, in case one name is part of another.
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        for (name, row) in names {
            text = text.replace(&name, &format!("${row};"));
        }
        self.attributes.index(json!(text))
    }

    /// Asks for a set of requirements: the indices of the parts, one for each architecture that it leaves open, and
    /// of the attributes for all of them and for each alone.
    fn ask(
        &mut self,
        statements: &mut Statements<'c>,
        requires: &[String],
    ) -> Result<(Vec<usize>, Vec<usize>), Failure> {
        let choice = choose(self.space, &reach::query(requires, &[])).map_err(|unheard| {
            Failure::new(format!("the catalog's questions ask for something unknown: {unheard:?}"))
        })?;
        let parts = choice.parts.iter().map(|part| self.part(statements, &choice, part)).collect();
        let mut attributes = vec![self.attribute(&choice)];
        if !reach::names_arch(requires) {
            for arch in ARCHS {
                // The answer for one architecture does not depend on whether the other is asked for too.
                let of_arch = choice.parts.iter().filter(|part| part.arch == arch).cloned().collect();
                let alone = Choice { asked: choice.asked.clone(), parts: of_arch };
                attributes.push(self.attribute(&alone));
            }
        }
        Ok((parts, attributes))
    }

    /// Asks everything, and returns what the page looks up: pools, and the indices for each thing asked.
    pub(super) fn into_value(mut self, statements: &mut Statements<'c>) -> Result<Value, Failure> {
        let catalog = self.space.catalog();
        let questions = reach::questions(catalog);
        let (mut parts, mut attributes) = (Vec::new(), Vec::new());
        for requires in reach::combinations(&questions) {
            let (of_archs, of_selections) = self.ask(statements, &requires)?;
            parts.extend(of_archs);
            attributes.extend(of_selections);
        }
        let mut sets = serde_json::Map::new();
        for requires in reach::sets(catalog) {
            let (parts, attributes) = self.ask(statements, &requires)?;
            sets.insert(requires.join(","), json!([parts, attributes]));
        }
        let (part_width, attribute_width) = (width(self.parts.len()), width(self.attributes.len()));
        let ladder = |rungs: &[Rung<'c>]| -> Vec<Value> {
            rungs.iter().map(|rung| json!([rung.family, rung.row])).collect()
        };
        Ok(json!({
            "rungs": self.rungs.iter().map(|rungs| ladder(rungs)).collect::<Vec<_>>(),
            "partWidth": part_width,
            "attributeWidth": attribute_width,
            "combinations": packed(&parts, part_width),
            "combinationAttributes": packed(&attributes, attribute_width),
            "sets": sets,
            "parts": self.parts.into_value(),
            "picks": self.picks.into_value(),
            "prices": self.prices.into_value(),
            "quirkLists": self.quirk_lists.into_value(),
            "ladders": self.ladders.into_value(),
            "adds": self.adds.into_value(),
            "flips": self.flips.into_value(),
            "conflicts": self.conflicts.into_value(),
            "attributes": self.attributes.into_value(),
            "why": self.why,
        }))
    }
}
