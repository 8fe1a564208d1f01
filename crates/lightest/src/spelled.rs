//! The space as a framework's users read it: configurations by their own names, and what to paste.

use lightest_lint::dialect::Dialect;
use lightest_model::catalog::Catalog;
use lightest_model::chooser::{Choice, Query};
use lightest_model::space::{RequirementId, Row, RowId, Space};

use crate::framework::Framework;

/// The space, and the framework that spells its configurations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spelled<'a, 'c> {
    pub(crate) framework: Framework,
    pub(crate) space: &'a Space<'c>,
}

impl<'a, 'c> Spelled<'a, 'c> {
    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        self.framework.dialect()
    }

    pub(crate) fn row(&self, row: RowId) -> &'a Row<'c> {
        self.space.row(row)
    }

    pub(crate) fn requirement_id(&self, requirement: RequirementId) -> &str {
        self.space.requirement_id(requirement)
    }

    pub(crate) fn catalog(&self) -> &'c Catalog {
        self.space.catalog()
    }

    /// A configuration's name.
    pub(crate) fn config(&self, row: RowId) -> String {
        self.dialect().name_of(&self.row(row).config)
    }

    /// The text to paste for a choice.
    pub(crate) fn paste(&self, choice: &Choice<'_>) -> Option<String> {
        let rows: Vec<(RowId, &[String])> = choice.rows().into_iter().map(|row| (row, &[][..])).collect();
        self.dialect().paste(self.space, &rows, &choice.asked)
    }

    /// Whether a requirement is asked of every guest, so that answers do not mention it.
    pub(crate) fn is_always_asked(&self, requirement: RequirementId, query: &Query) -> bool {
        let id = self.requirement_id(requirement);
        !query.requires.iter().any(|word| word == id) && self.dialect().conventions().asks.contains(&id)
    }
}
