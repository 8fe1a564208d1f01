//! Statements of the catalog in the page's data, each once, with the places that prove it.

use lightest_model::catalog::{Capability, Catalog, Evidence, Support};

use super::intern::Pool;
use super::places;
use super::records::{Place, Statement};

/// Statements and places, each once.
pub(super) struct Statements<'c> {
    catalog: &'c Catalog,
    places: Pool<Place>,
    statements: Pool<Statement>,
}

impl<'c> Statements<'c> {
    /// None yet, but the one that stands for no statement.
    pub(super) fn new(catalog: &'c Catalog) -> Self {
        let mut statements = Pool::default();
        statements.index(Statement(
            letter(Support::Unknown),
            crate::json::because(None).to_owned(),
            String::new(),
        ));
        Self { catalog, places: Pool::default(), statements }
    }

    /// The index of a statement; 0 where there is none.
    pub(super) fn index(&mut self, statement: Option<&Capability>) -> usize {
        let Some(statement) = statement else { return 0 };
        let evidence = self.evidence(&statement.evidence);
        self.statements.index(Statement(letter(statement.support), statement.because.clone(), evidence))
    }

    /// Places, as text: `name` or `name:lines` each, where `name` is an index.
    pub(super) fn evidence(&mut self, evidence: &[Evidence]) -> String {
        let one = |evidence: &Evidence| {
            let place = places::place(self.catalog, evidence);
            let index = self.places.index(Place(
                place.name.to_string(),
                place.address.as_ref().map(|address| address.page.clone()),
            ));
            place.span().map_or_else(|| index.to_string(), |span| format!("{index}:{span}"))
        };
        evidence.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    /// The statements, and the names of places.
    pub(super) fn into_values(self) -> (Vec<Statement>, Vec<Place>) {
        (self.statements.into_values(), self.places.into_values())
    }
}

/// One letter for an answer.
const fn letter(support: Support) -> &'static str {
    match support {
        Support::Yes => "y",
        Support::No => "n",
        Support::Unknown => "u",
    }
}
