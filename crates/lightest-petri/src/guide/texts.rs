//! The texts of the page, each with the needs that it is about: `texts.toml`.

use std::collections::BTreeMap;

use lightest_model::config::GuestRef;
use serde::Deserialize;

/// Everything that `texts.toml` has, in its order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// The boot methods that the page shows, by their names in the catalog.
    pub boot_methods: Vec<String>,
    /// The first table, lightest first.
    #[serde(rename = "row")]
    pub rows: Vec<Row>,
    /// The decision tree.
    #[serde(rename = "question")]
    pub questions: Vec<Question>,
    /// Strengths of guests.
    #[serde(rename = "trade_off")]
    pub trade_offs: Vec<TradeOff>,
    /// One line each.
    #[serde(rename = "guideline")]
    pub guidelines: Vec<Guideline>,
    /// Configurations that do not run.
    #[serde(rename = "symptom")]
    pub symptoms: Vec<Symptom>,
    /// Attributes to paste.
    #[serde(rename = "example")]
    pub examples: Vec<Example>,
    /// Needs that a row covers only where it names them itself.
    pub apart_from_above: Vec<String>,
    /// Needs about the host or the build, which no text names: every row covers them.
    pub undistinguished: Vec<String>,
    /// Names of guests in the first table.
    #[serde(rename = "guest")]
    pub guests: Vec<Guest>,
    /// How needs are called within a cell; others by their titles.
    pub words: BTreeMap<String, String>,
}

/// A row of the first table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its name, for `above`.
    pub id: String,
    /// Completes "your test ..".
    pub text: String,
    /// The query of the row.
    pub requires: Vec<String>,
    /// The needs that a reader finds in `text`.
    #[serde(default)]
    pub names: Vec<String>,
    /// Rows whose needs this one covers as well.
    #[serde(default)]
    pub above: Vec<String>,
    /// Needs of those rows that it does not cover.
    #[serde(default)]
    pub except: Vec<String>,
    /// Covered needs with an answer of their own, which the cell gives.
    #[serde(default)]
    pub apart: Vec<String>,
    /// Pairs of needs; the first is covered only where a test needs the second as well.
    #[serde(default)]
    pub together: Vec<[String; 2]>,
}

/// What some guests are called in the first table: at most one for each architecture.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guest {
    /// Its name there.
    pub name: String,
    /// Identifiers of the catalog.
    pub ids: Vec<String>,
}

/// A question of the decision tree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question.
    pub ask: String,
    /// Its answers.
    #[serde(rename = "leaf")]
    pub leaves: Vec<Leaf>,
}

/// A leaf of the decision tree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// Its words.
    pub text: String,
    /// The query.
    pub requires: Vec<String>,
    /// Words that each configuration must have, since the text promises them.
    pub answers: Vec<String>,
}

/// The strengths of a guest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradeOff {
    /// Its name in tables.
    pub guest: String,
    /// Its capabilities, in words.
    pub good: String,
    /// The needs of `good`.
    pub provides: Vec<String>,
    /// Its gaps, in words.
    pub not: String,
    /// The needs of `not`.
    pub lacks: Vec<String>,
}

/// A guideline, and the entries of the catalog that it rests on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guideline {
    /// The advice.
    pub text: String,
    /// Why; the words in brackets lead to the source.
    pub because: String,
    /// Claims of the request that it rests on.
    #[serde(default)]
    pub claims: Vec<String>,
    /// Quirks that it rests on.
    #[serde(default)]
    pub quirks: Vec<String>,
    /// Needs that lead to `config`.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Where `requires` leads.
    #[serde(default)]
    pub config: Option<String>,
}

/// Something that does not run, and what to use instead.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Symptom {
    /// Its words.
    pub text: String,
    /// The blocker or quirk that it is about.
    pub limit: String,
    /// The query for the alternative.
    pub requires: Vec<String>,
    /// The change that lifts it, where no issue states it.
    #[serde(default)]
    pub until: Option<String>,
}

/// An attribute to paste.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The subject of the example.
    pub title: String,
    /// The query.
    pub requires: Vec<String>,
    /// Words that each configuration must have, since the text promises them.
    pub answers: Vec<String>,
}

impl Texts {
    /// What a guest is called in the first table; `None` where it stands there as an attribute spells it.
    #[must_use]
    pub fn guest_name(&self, guest: &GuestRef) -> Option<&str> {
        self.guests.iter().find(|known| known.ids.contains(&guest.id)).map(|known| known.name.as_str())
    }
}

const TEXTS: &str = include_str!("texts.toml");

/// The texts that came with the program.
///
/// # Panics
///
/// Never: a test reads them.
#[must_use]
pub fn embedded() -> Texts {
    toml::from_str(TEXTS).expect("a test reads it")
}
