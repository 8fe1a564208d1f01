//! Identifiers that a space resolved.

use crate::catalog::{Catalog, Requirement};

use super::Space;

/// A requirement of the catalog, or one that every configuration must meet; resolved once, and valid with that catalog alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequirementId(usize);

impl RequirementId {
    pub(crate) const fn new(index: usize) -> Self {
        Self(index)
    }

    /// Every requirement of the catalog, in its order.
    pub fn all(catalog: &Catalog) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + use<> {
        (0..catalog.requirements.len()).map(Self)
    }

    /// Its position in the catalog; those that every configuration must meet come after all others.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }

    /// The catalog's entry; `None` for those that every configuration must meet.
    #[must_use]
    pub fn entry(self, catalog: &Catalog) -> Option<&Requirement> {
        catalog.requirements.get(self.0)
    }
}

/// A configuration of a space; valid with that space alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(usize);

impl RowId {
    pub(crate) const fn new(index: usize) -> Self {
        Self(index)
    }

    /// Every configuration of the space, in its order.
    pub fn all(space: &Space<'_>) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + use<> {
        (0..space.rows().len()).map(Self)
    }

    /// Its position in the space, for tables that have an entry for each configuration.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}
