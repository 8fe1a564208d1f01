//! Requirements that do not depend on an unknown condition. Only these may be called missing: which configurations take a
//! branch with an unknown condition, only the author knows.

use std::rc::Rc;

use lightest_model::space::{Asked, RowId};

use crate::facts::Variant;
use crate::needs::Need;
use crate::subject::{Subject, stated};

impl<'a> Subject<'a, '_> {
    /// The needs of a configuration that some place shows before which no unknown condition stands.
    pub(crate) fn certain_needs_of(&self, row: RowId) -> impl Iterator<Item = &'a Need> {
        self.needs_of(row).filter(|need| !need.guarded)
    }

    /// The requirements of a configuration in the place of a variant, whatever the value of unknown conditions.
    pub(crate) fn certainly_asked_of(&self, row: RowId, variant: &Variant) -> Rc<Asked> {
        let mut words: Vec<&str> = self.certain_needs_of(row).map(|need| need.requirement.as_str()).collect();
        words.extend(stated(variant));
        self.ask(words)
    }
}
