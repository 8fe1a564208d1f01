//! Guidance for authors: the sentences of the request, and the questions of `pick`.

use serde::{Deserialize, Serialize};

use super::Evidence;

/// Part of the request that a claim stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// The table of guests.
    Guests,
    /// The table of boot methods by architecture.
    Architectures,
    /// The decision tree.
    Tree,
    /// The practical guidelines.
    Guidelines,
    /// The known quirks.
    Quirks,
}

/// Whether the source still bears a claim out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimState {
    /// It does.
    Holds,
    /// The source has moved on since.
    MovedOn,
}

/// A sentence of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Identifier.
    pub id: String,
    /// Where it stands.
    pub section: Section,
    /// The claim, in our words.
    pub says: String,
    /// Whether it is still true.
    pub state: ClaimState,
    /// The present state.
    pub now: String,
    /// Requirements whose answer shows it.
    #[serde(default)]
    pub requires: Vec<String>,
    /// The configuration that those requirements lead to.
    #[serde(default)]
    pub config: Option<String>,
    /// Conditions on the source that make the sentence true, as the crate of the framework reads them.
    #[serde(default)]
    pub watch: Vec<String>,
    /// Where that is known from.
    pub evidence: Vec<Evidence>,
}

/// A question that `pick` asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Identifier.
    pub id: String,
    /// The question, in an author's words.
    pub ask: String,
    /// Why it matters.
    pub why: String,
    /// Whether the answers exclude each other.
    #[serde(default)]
    pub exclusive: bool,
    /// Possible answers.
    #[serde(rename = "answer")]
    pub answers: Vec<Answer>,
}

/// An answer to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The answer, in the author's words.
    pub label: String,
    /// The requirements that follow.
    pub requires: Vec<String>,
}
