//! The texts of the page, each with the needs that it speaks of: `page.toml` of the catalog.

use serde::Deserialize;

/// Everything that `page.toml` holds, in its order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
    #[serde(rename = "row")]
    pub(crate) rows: Vec<Row>,
    #[serde(rename = "question")]
    pub(crate) questions: Vec<Question>,
    #[serde(rename = "trade_off")]
    pub(crate) trade_offs: Vec<TradeOff>,
    #[serde(rename = "guideline")]
    pub(crate) guidelines: Vec<Guideline>,
    #[serde(rename = "symptom")]
    pub(crate) symptoms: Vec<Symptom>,
    #[serde(rename = "example")]
    pub(crate) examples: Vec<Example>,
}

/// A row of the first table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) id: String,
    /// Completes "your test ..".
    pub(crate) text: String,
    /// What the chooser is asked for the row's configurations.
    pub(crate) requires: Vec<String>,
    /// The needs that a reader finds in `text`.
    #[serde(default)]
    pub(crate) names: Vec<String>,
    /// Rows whose needs this one covers as well.
    #[serde(default)]
    pub(crate) above: Vec<String>,
    /// Needs of those rows that it does not cover.
    #[serde(default)]
    pub(crate) except: Vec<String>,
    /// Covered needs with an answer of their own, which the cell gives.
    #[serde(default)]
    pub(crate) apart: Vec<String>,
}

/// A question of the decision tree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    pub(crate) ask: String,
    #[serde(rename = "leaf")]
    pub(crate) leaves: Vec<Leaf>,
}

/// A leaf of the decision tree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Leaf {
    pub(crate) text: String,
    pub(crate) requires: Vec<String>,
}

/// What a guest is good for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TradeOff {
    /// Its name in tables.
    pub(crate) guest: String,
    pub(crate) good: String,
    pub(crate) provides: Vec<String>,
    pub(crate) not: String,
    pub(crate) lacks: Vec<String>,
}

/// A guideline, and the entries of the catalog that it rests on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Guideline {
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) claims: Vec<String>,
    #[serde(default)]
    pub(crate) quirks: Vec<String>,
    /// Needs that lead to `config`.
    #[serde(default)]
    pub(crate) requires: Vec<String>,
    #[serde(default)]
    pub(crate) config: Option<String>,
}

/// Something that does not run, and what to use instead.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Symptom {
    pub(crate) text: String,
    /// The blocker or quirk that it is about.
    pub(crate) limit: String,
    /// What the chooser is asked for what to use instead.
    pub(crate) requires: Vec<String>,
    /// What lifts it, where no issue says so.
    #[serde(default)]
    pub(crate) until: Option<String>,
}

/// An attribute to paste.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Example {
    pub(crate) title: String,
    pub(crate) requires: Vec<String>,
}

const TEXTS: &str = include_str!("../../../../catalog/openvmm/page.toml");

/// The texts that came with the program.
pub(crate) fn embedded() -> Texts {
    toml::from_str(TEXTS).expect("a test reads it")
}
