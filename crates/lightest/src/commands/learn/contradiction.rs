//! A pass that contradicts the catalog: one of the two is wrong.

use lightest_lint::dialect::Dialect;
use lightest_model::catalog::Capability;
use lightest_model::space::{RowId, Space};

use crate::input::catalog::Rest;
use crate::results::{ResultPlace, Results};
use crate::{json as pieces, output};

/// A variant passed a test that asks for a requirement which its configuration lacks by the catalog.
#[derive(Debug)]
pub(super) struct Contradiction<'c> {
    pub(super) row: RowId,
    pub(super) requirement: &'c str,
    pub(super) statement: Option<&'c Capability>,
    pub(super) variant: String,
    pub(super) seen: ResultPlace,
    /// How many other variants show the same.
    pub(super) more: usize,
}

impl Contradiction<'_> {
    /// The same for people, with both places.
    pub(super) fn in_words(
        &self,
        results: &Results,
        space: &Space<'_>,
        dialect: &dyn Dialect,
        catalog: &Rest,
    ) -> String {
        let config = dialect.name_of(&space.row(self.row).config);
        let report = output::shown(&results.runs[self.seen.run].path);
        let lacks = match self.requirement {
            "runs" => "cannot run".to_owned(),
            id => format!("lacks `{id}`"),
        };
        let place = self.statement.and_then(|statement| catalog.place(space.catalog(), statement));
        let more = match self.more {
            0 => String::new(),
            more => format!(" and {} more", crate::words::count(more, "variant")),
        };
        format!(
            "error: `{config}` {lacks} by the catalog, and passed a test that needs it\n  --> {report}:{}: {}{more}\n  \
             --> {}: {} ({})\n  = help: correct the catalog, or what `lightest requirements` reads from the test; \
             nothing was learned from such variants",
            self.seen.line,
            self.variant,
            place.unwrap_or_else(|| "catalog".to_owned()),
            pieces::because(self.statement),
            pieces::statement_evidence(self.statement),
        )
    }
}
