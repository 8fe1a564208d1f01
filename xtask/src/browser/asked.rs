//! Queries of the page: made here from the catalog, not taken from the page.

use lightest_model::catalog::Question;
use lightest_model::chooser::Query;
use lightest_model::config::Arch;
use lightest_model::space::Space;
use lightest_petri::Spelled;
use serde_json::{Value, json};

/// An address of the page, and the query that it stands for.
pub(super) struct PageQuery {
    pub(super) hash: String,
    pub(super) query: Query,
}

/// Everything that can be asked.
pub(super) struct All {
    pub(super) queries: Vec<PageQuery>,
    configs: Vec<String>,
}

impl All {
    /// The addresses, for the driver.
    pub(super) fn to_json(&self) -> Value {
        let queries: Vec<&str> = self.queries.iter().map(|asked| asked.hash.as_str()).collect();
        json!({"queries": queries, "configs": self.configs})
    }
}

/// Every combination of answers, each question also skipped, and every requirement alone; on both architectures and on
/// each. Every configuration.
pub(super) fn all(space: &Space<'_>) -> All {
    let catalog = space.catalog();
    let mut combinations: Vec<(String, Vec<String>)> = vec![(String::new(), Vec::new())];
    for question in catalog.questions.iter().take(5) {
        combinations = combinations.iter().flat_map(|before| answered(before, question)).collect();
    }
    let mut requires: Vec<Vec<String>> =
        catalog.requirements.iter().map(|requirement| vec![requirement.id.clone()]).collect();
    requires
        .extend(catalog.claims.iter().map(|claim| claim.requires.clone()).filter(|words| words.len() > 1));
    let sets = requires.into_iter().map(|words| (format!("requires={}", words.join(",")), words));
    let mut queries = Vec::new();
    for (hash, requires) in combinations.into_iter().chain(sets) {
        for arch in [None, Some(Arch::X64), Some(Arch::Aarch64)] {
            // The page cannot express a query with two architectures.
            if arch.is_some() && requires.iter().any(|word| Arch::from_word(word).is_some()) {
                continue;
            }
            let part = arch.map(|arch| format!("arch={arch}"));
            let parts: Vec<&str> = [hash.as_str(), part.as_deref().unwrap_or_default()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect();
            let query =
                Query { requires: requires.clone(), archs: arch.into_iter().collect(), vmms: Vec::new() };
            queries.push(PageQuery { hash: format!("#{}", parts.join("&")), query });
        }
    }
    // The bare address is shown as the page opens.
    queries.retain(|asked| asked.hash != "#");
    queries.insert(
        0,
        PageQuery {
            hash: String::new(),
            query: Query { requires: Vec::new(), archs: Vec::new(), vmms: Vec::new() },
        },
    );
    let configs = space.rows().iter().map(|row| format!("#config={}", Spelled(&row.config))).collect();
    All { queries, configs }
}

/// A combination continued: by no answer, and by each that asks for something. Answers that ask for nothing are the
/// same as none, and are tried by themselves.
fn answered(before: &(String, Vec<String>), question: &Question) -> Vec<(String, Vec<String>)> {
    let (hash, requires) = before;
    let mut all = vec![before.clone()];
    for answer in &question.answers {
        if answer.requires.is_empty() && !hash.is_empty() {
            continue;
        }
        let word = if answer.requires.is_empty() { "none".to_owned() } else { answer.requires.join(",") };
        let between = if hash.is_empty() { "" } else { "&" };
        let mut more = requires.clone();
        more.extend(answer.requires.iter().filter(|word| !requires.contains(word)).cloned());
        all.push((format!("{hash}{between}{}={word}", question.id), more));
    }
    all
}
