//! The queries of the page: every combination of answers to the questions, and some sets of requirements.
//!
//! A terminal takes any set of requirements; a page has to contain every answer, so its queries are selected: one
//! answer or none to each question, each requirement by itself, and the sets that the guidance names.

use lightest_model::catalog::{Answer, Catalog, Question};
use lightest_model::chooser::Query;
use lightest_model::config::Arch;

/// How many questions are asked at most, as in a terminal.
const MOST: usize = 5;

/// A question, with its answers sorted into those that ask for the same.
pub(super) struct Asking<'c> {
    pub(super) question: &'c Question,
    /// The queries; the first is empty.
    pub(super) choices: Vec<&'c [String]>,
}

impl<'c> Asking<'c> {
    fn of(question: &'c Question) -> Self {
        let mut choices: Vec<&[String]> = vec![&[]];
        for answer in &question.answers {
            if !choices.contains(&answer.requires.as_slice()) {
                choices.push(&answer.requires);
            }
        }
        Self { question, choices }
    }

    /// Which choice an answer is.
    pub(super) fn choice(&self, answer: &Answer) -> usize {
        self.choices.iter().position(|choice| *choice == answer.requires.as_slice()).unwrap_or(0)
    }
}

/// The questions of the page.
pub(super) fn questions(catalog: &Catalog) -> Vec<Asking<'_>> {
    catalog.questions.iter().take(MOST).map(Asking::of).collect()
}

/// The requirements of every combination of answers; the choice of the last question changes fastest.
pub(super) fn combinations(questions: &[Asking<'_>]) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for asking in questions {
        let mut longer = Vec::with_capacity(all.len() * asking.choices.len());
        for before in &all {
            for choice in &asking.choices {
                let mut requires = before.clone();
                for word in *choice {
                    if !requires.contains(word) {
                        requires.push(word.clone());
                    }
                }
                longer.push(requires);
            }
        }
        all = longer;
    }
    all
}

/// The sets of requirements that can be asked for besides: each by itself, and those that the guidance names.
pub(super) fn sets(catalog: &Catalog) -> Vec<Vec<String>> {
    let mut sets: Vec<Vec<String>> =
        catalog.requirements.iter().map(|requirement| vec![requirement.id.clone()]).collect();
    for claim in &catalog.claims {
        if !claim.requires.is_empty() && !sets.contains(&claim.requires) {
            sets.push(claim.requires.clone());
        }
    }
    sets
}

/// Whether a set names an architecture itself, so that none can be chosen beside it.
pub(super) fn names_arch(requires: &[String]) -> bool {
    requires.iter().any(|word| Arch::from_word(word).is_some())
}

/// The query for what is required on some architectures, whatever the VMM.
pub(super) fn query(requires: &[String], archs: &[Arch]) -> Query {
    Query { requires: requires.to_vec(), archs: archs.to_vec(), vmms: Vec::new() }
}
