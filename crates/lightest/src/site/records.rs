//! The data of the picker page. It is written for `site/assets/data.js` alone and has no published schema: records are lists,
//! and what occurs often is kept once in a pool and named by its index.

use std::collections::BTreeMap;

use lightest_model::catalog::UNITS;
use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};

/// Everything that the page looks up.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Data<'c> {
    /// The architectures, in the order by which answers name them.
    pub(crate) archs: Vec<&'static str>,
    pub(crate) questions: Vec<Question<'c>>,
    pub(crate) requirements: Vec<Requirement<'c>>,
    pub(crate) guests: Vec<Guest<'c>>,
    pub(crate) vmms: Vec<Titled<'c>>,
    pub(crate) boots: Vec<Titled<'c>>,
    pub(crate) classes: Vec<Titled<'c>>,
    pub(crate) hosts: Vec<Titled<'c>>,
    pub(crate) isolation: Vec<Titled<'c>>,
    /// Sizes of images in words, by their bytes.
    pub(crate) sizes: BTreeMap<u64, String>,
    /// The words for each kind of cost: for one, and for more.
    pub(crate) costs: Vec<[&'static str; 2]>,
    pub(crate) quirks: Vec<Quirk<'c>>,
    pub(crate) blockers: Vec<Blocker<'c>>,
    /// Pool of lists of blockers.
    pub(crate) blocker_lists: Vec<Vec<usize>>,
    /// The configurations, in the order of the space.
    pub(crate) configs: Vec<Config<'c>>,
    /// For each requirement, the statement that decides for each configuration, as runs of indices.
    pub(crate) matrix: Vec<String>,
    pub(crate) answers: Answers<'c>,
    /// Pool of statements.
    pub(crate) statements: Vec<Statement>,
    /// Pool of places.
    pub(crate) places: Vec<Place>,
}

/// Identifier, question, why it matters, answers, and how many choices they make.
#[derive(Debug, Serialize)]
pub(crate) struct Question<'c>(
    pub(crate) &'c str,
    pub(crate) &'c str,
    pub(crate) &'c str,
    pub(crate) Vec<Choice<'c>>,
    pub(crate) usize,
);

/// The author's answer, the requirements that follow, and the index of that choice.
#[derive(Debug, Serialize)]
pub(crate) struct Choice<'c>(pub(crate) &'c str, pub(crate) &'c [String], pub(crate) usize);

/// A requirement of the catalog, or one that every pick meets.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Requirement<'c> {
    /// Identifier, name, meaning, group, and other words for it.
    Asked(&'c str, &'c str, &'c str, &'c str, String),
    /// Identifier.
    Always([&'static str; 1]),
}

/// Identifier, title, short title, family and agent.
#[derive(Debug, Serialize)]
pub(crate) struct Guest<'c>(
    pub(crate) &'c str,
    pub(crate) &'c str,
    pub(crate) &'c str,
    pub(crate) &'c str,
    pub(crate) Option<&'c str>,
);

/// Identifier and title.
#[derive(Debug, Serialize)]
pub(crate) struct Titled<'c>(pub(crate) &'c str, pub(crate) &'c str);

/// Identifier, title, advice, evidence, and what it costs, by the order of `costs`.
#[derive(Debug, Serialize)]
pub(crate) struct Quirk<'c>(
    pub(crate) &'c str,
    pub(crate) &'c str,
    pub(crate) &'c str,
    pub(crate) String,
    pub(crate) [u32; UNITS.len()],
);

/// Identifier, title, issue, whether it is lifted, since when, and evidence.
#[derive(Debug, Serialize)]
pub(crate) struct Blocker<'c>(
    pub(crate) &'c str,
    pub(crate) &'c str,
    pub(crate) &'c str,
    pub(crate) bool,
    pub(crate) Option<&'c str>,
    pub(crate) String,
);

/// A configuration: spelled, and its parts as indices.
#[derive(Debug)]
pub(crate) struct Config<'c> {
    pub(crate) config: String,
    pub(crate) guest: Option<usize>,
    pub(crate) boot: Option<usize>,
    pub(crate) vmm: Option<usize>,
    pub(crate) arch: Option<usize>,
    pub(crate) isolation: Option<usize>,
    pub(crate) image_bytes: Option<u64>,
    pub(crate) image_note: Option<&'c str>,
    pub(crate) class: Option<usize>,
    pub(crate) price: usize,
    pub(crate) quirks: usize,
    pub(crate) blockers: usize,
}

impl Serialize for Config<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let places = (&self.config, self.guest, self.boot, self.vmm, self.arch, self.isolation);
        let (config, guest, boot, vmm, arch, isolation) = places;
        let costs = (self.image_bytes, self.image_note, self.class, self.price, self.quirks, self.blockers);
        let (bytes, note, class, price, quirks, blockers) = costs;
        (config, guest, boot, vmm, arch, isolation, bytes, note, class, price, quirks, blockers)
            .serialize(serializer)
    }
}

/// Letter of the answer, the statement in words, and its evidence.
#[derive(Debug, Serialize)]
pub(crate) struct Statement(pub(crate) &'static str, pub(crate) String, pub(crate) String);

/// Name and web address.
#[derive(Debug, Serialize)]
pub(crate) struct Place(pub(crate) String, pub(crate) Option<String>);

/// The chooser, enumerated over everything that the page can be asked.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answers<'c> {
    /// For each architecture, the families of guests with their lightest configuration.
    pub(crate) rungs: Vec<Vec<(&'c str, usize)>>,
    /// Digits of each index in `combinations`.
    pub(crate) part_width: usize,
    /// Digits of each index in `combination_attributes`.
    pub(crate) attribute_width: usize,
    /// For every combination of answers to the questions, its parts.
    pub(crate) combinations: String,
    /// For every combination, the attributes to paste.
    pub(crate) combination_attributes: String,
    /// The same for sets of requirements: parts, and attributes.
    pub(crate) sets: BTreeMap<String, (Vec<usize>, Vec<usize>)>,
    /// Pool of parts of answers.
    pub(crate) parts: Vec<Part>,
    /// Pool of picks.
    pub(crate) picks: Vec<Pick>,
    /// Pool of prices.
    pub(crate) prices: Vec<Price>,
    /// Pool of lists of quirks.
    pub(crate) quirk_lists: Vec<Vec<usize>>,
    /// Pool of ladders of refused families.
    pub(crate) ladders: Vec<Vec<Refused>>,
    /// Pool of lists of requirements that a heavier configuration adds.
    pub(crate) adds: Vec<Vec<usize>>,
    /// Pool of lists of requirements without which another configuration would do.
    pub(crate) flips: Vec<Vec<(usize, usize)>>,
    /// Pool of conflicts.
    pub(crate) conflicts: Vec<Conflict>,
    /// Pool of attributes; a configuration in them is `$row;`.
    pub(crate) attributes: Vec<Option<String>>,
    /// For a configuration, the statement that gives a requirement.
    pub(crate) why: BTreeMap<usize, BTreeMap<usize, usize>>,
}

/// Configuration, price, and list of quirks.
#[derive(Debug, Serialize)]
pub(crate) struct Pick(pub(crate) usize, pub(crate) usize, pub(crate) usize);

/// Host, and what quirks cost, by the order of `costs`.
#[derive(Debug, Serialize)]
pub(crate) struct Price(pub(crate) Option<usize>, pub(crate) [u32; UNITS.len()]);

/// Rung, configuration, missing requirement, and the statement that refuses it.
#[derive(Debug, Serialize)]
pub(crate) struct Refused(pub(crate) usize, pub(crate) usize, pub(crate) usize, pub(crate) usize);

/// The requirements, whether architecture and VMM belong to them, and whether the conflict is only unproven.
#[derive(Debug, Serialize)]
pub(crate) struct Conflict(
    pub(crate) Vec<Side>,
    pub(crate) Option<&'static str>,
    pub(crate) Option<String>,
    pub(crate) bool,
);

/// A requirement, the families and the boot methods that give it, and the statement that refuses it.
#[derive(Debug, Serialize)]
pub(crate) struct Side(
    pub(crate) usize,
    pub(crate) Vec<String>,
    pub(crate) Vec<String>,
    pub(crate) Option<usize>,
);

/// The answer for one architecture. Lists are shorter by what is absent at their end: the page reads nothing and null alike.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) arch: usize,
    pub(crate) pick: Option<usize>,
    pub(crate) companion: Option<usize>,
    pub(crate) ladder: usize,
    /// Configuration, price, and what it adds.
    pub(crate) heavier: Option<(usize, usize, usize)>,
    pub(crate) flips: usize,
    pub(crate) conflict: Option<usize>,
    /// How many are refused.
    pub(crate) refused: usize,
    /// How many are unproven.
    pub(crate) unproven: usize,
    pub(crate) vmm: Option<String>,
    /// Requirements with the statement that gives them, where it is not the usual one.
    pub(crate) odd: Vec<[usize; 2]>,
}

/// A part of an answer in one place.
#[derive(Serialize)]
#[serde(untagged)]
enum Cell<'a> {
    Number(usize),
    Text(&'a str),
    Heavier((usize, usize, usize)),
    Odd(&'a [[usize; 2]]),
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cells = [
            Some(Cell::Number(self.arch)),
            self.pick.map(Cell::Number),
            self.companion.map(Cell::Number),
            Some(Cell::Number(self.ladder)),
            self.heavier.map(Cell::Heavier),
            Some(Cell::Number(self.flips)),
            self.conflict.map(Cell::Number),
            Some(Cell::Number(self.refused)),
            Some(Cell::Number(self.unproven)),
            self.vmm.as_deref().map(Cell::Text),
            Some(self.odd.as_slice()).filter(|odd| !odd.is_empty()).map(Cell::Odd),
        ];
        let length = cells.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        let mut list = serializer.serialize_seq(Some(length))?;
        for cell in &cells[..length] {
            list.serialize_element(cell)?;
        }
        list.end()
    }
}
