//! What is asked whatever an unknown condition says. A rule that calls something missing is about that alone: who takes a
//! branch that hangs on something else is the author's to know.

use lightest_model::space::{Asked, RowId};

use crate::facts::Variant;
use crate::needs::Need;
use crate::subject::{Subject, stated};

impl<'a> Subject<'a, '_> {
    /// The needs of a configuration that some place shows before which no unknown condition stands.
    pub(crate) fn sure_needs_of(&self, row: RowId) -> impl Iterator<Item = &'a Need> {
        self.needs_of(row).filter(|need| !need.guarded)
    }

    /// What is asked of a configuration whatever an unknown condition says, in the place of a variant.
    pub(crate) fn surely_asked_of(&self, row: RowId, variant: &Variant) -> Asked {
        let mut words: Vec<&str> = self.sure_needs_of(row).map(|need| need.requirement.as_str()).collect();
        words.extend(stated(variant));
        self.ask(words)
    }
}
