//! Statements and their evidence, as answers print them.

use lightest_model::catalog::{Capability, Evidence};

/// Places, as one string.
pub(crate) fn evidence(evidence: &[Evidence]) -> String {
    evidence.iter().map(Evidence::to_string).collect::<Vec<_>>().join("; ")
}

/// The places that bear a statement out, or that there is none.
pub(crate) fn statement_evidence(statement: Option<&Capability>) -> String {
    statement
        .map_or_else(|| "no statement in the catalog".to_owned(), |statement| evidence(&statement.evidence))
}

/// The reason of a statement, or that there is none.
pub(crate) fn because(statement: Option<&Capability>) -> &str {
    statement.map_or("nobody has shown it", |statement| statement.because.as_str())
}
