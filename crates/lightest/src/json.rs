//! Pieces of JSON that several commands print.

use lightest_model::catalog::{Capability, Evidence};
use lightest_model::space::Price;
use serde_json::{Value, json};

pub(crate) use crate::schema::VERSION as SCHEMA_VERSION;

/// A price, under the keys of the contract.
pub(crate) fn price(price: &Price<'_>) -> Value {
    json!({
        "image_bytes": price.image_bytes,
        "boot": price.boot,
        "waits_s": price.waits_s,
        "reboots": price.reboots,
        "host": price.host,
    })
}

/// Places, as one string.
pub(crate) fn evidence(evidence: &[Evidence]) -> String {
    evidence.iter().map(Evidence::to_string).collect::<Vec<_>>().join("; ")
}

/// The places that bear a statement out, or that there is none.
pub(crate) fn statement_evidence(statement: Option<&Capability>) -> String {
    statement
        .map_or_else(|| "no statement in the catalog".to_owned(), |statement| evidence(&statement.evidence))
}

/// What a statement says, or that there is none.
pub(crate) fn because(statement: Option<&Capability>) -> &str {
    statement.map_or("nobody has shown it", |statement| statement.because.as_str())
}
