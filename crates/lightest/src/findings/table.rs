//! The table of calls: the embedded one, with the team's own entries after it.

use lightest_diagnostics::Diagnostic;
use lightest_lint::calls::{self, Table};
use lightest_model::catalog::Catalog;

use crate::failure::{Failure, Place};
use crate::settings::Settings;

/// The table that a command works with.
pub(crate) fn table(catalog: &Catalog, settings: &Settings) -> Result<Table, Failure> {
    let mut entries = Vec::new();
    for (name, text) in calls::EMBEDDED {
        let read = calls::read(text, catalog, false).map_err(|errors| failure(name, text, &errors))?;
        entries.extend(read);
    }
    let own = calls::check(settings.check.calls.clone(), catalog, true)
        .map_err(|errors| failure(&settings.origin, &settings.text, &errors))?;
    entries.extend(own);
    Ok(Table::new(entries))
}

fn failure(origin: &str, text: &str, errors: &[Diagnostic]) -> Failure {
    let Some(first) = errors.first() else { return Failure::new("the table of calls cannot be read") };
    let failure = Failure::new(first.message.clone()).at(Place {
        origin: origin.to_owned(),
        text: text.to_owned(),
        labels: first.labels.iter().map(|label| (label.span.bytes.clone(), label.text.clone())).collect(),
    });
    let failure = match errors.len() {
        0 | 1 => failure,
        more => failure.note(format!("and {} more", more - 1)),
    };
    match first.help_message() {
        Some(help) => failure.help(help),
        None => failure,
    }
}
