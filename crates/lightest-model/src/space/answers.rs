//! What a configuration gives, when certain things are asked of it.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::catalog::{Capability, Catalog, Layer, Support};

use super::{ALWAYS, Bits, Space};

/// The requirements that are asked for, with those that follow from them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Indices into the catalog's requirements, in the order asked; what follows from one stands behind it.
    pub(crate) order: Vec<usize>,
    /// Those that were asked for by name.
    named: Vec<usize>,
    /// A bit for each of them, by index.
    mask: Vec<u64>,
}

impl Asked {
    /// Those requirements, which are identifiers or aliases, and what follows from them.
    ///
    /// # Errors
    ///
    /// The first word that is no requirement.
    pub fn new<'a>(catalog: &Catalog, words: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut asked = Self::default();
        for word in words {
            let requirement = catalog.requirement(word).ok_or_else(|| word.to_owned())?;
            let index = catalog.requirements.iter().position(|known| std::ptr::eq(known, requirement));
            asked.add(catalog, index.unwrap_or_default());
        }
        Ok(asked)
    }

    /// Adds the requirement of that index, and what follows from it.
    pub(crate) fn add(&mut self, catalog: &Catalog, index: usize) {
        if !self.named.contains(&index) {
            self.named.push(index);
        }
        let mut pending = vec![index];
        // Made only where something follows: most requirements stand alone.
        let mut indices: Option<HashMap<&str, usize>> = None;
        while let Some(index) = pending.pop() {
            if self.holds(index) {
                continue;
            }
            self.order.push(index);
            let word = index / 64;
            self.mask.resize(self.mask.len().max(word + 1), 0);
            self.mask[word] |= 1 << (index % 64);
            let implied = &catalog.requirements[index].implies;
            if implied.is_empty() {
                continue;
            }
            let indices = indices.get_or_insert_with(|| {
                let all = catalog.requirements.iter().enumerate();
                all.map(|(index, known)| (known.id.as_str(), index)).collect()
            });
            pending.extend(implied.iter().rev().filter_map(|word| indices.get(word.as_str()).copied()));
        }
    }

    /// Whether the requirement of that index is asked for.
    #[must_use]
    pub fn holds(&self, index: usize) -> bool {
        self.mask.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    /// The indices of the requirements that were asked for by name.
    #[must_use]
    pub fn named(&self) -> &[usize] {
        &self.named
    }

    /// The indices of the requirements, in the order asked, each followed by those that follow from it.
    #[must_use]
    pub fn indices(&self) -> &[usize] {
        &self.order
    }
}

/// A statement of the catalog, with the configurations that it is stated of.
#[derive(Debug)]
pub(crate) struct Statement<'c> {
    pub(crate) capability: &'c Capability,
    rows: Bits,
    /// Indices of requirements that must be asked for as well.
    with: Vec<usize>,
}

impl Statement<'_> {
    /// Whether a statement of the user's stands in the place of this one, which is of the base. A statement that is made of
    /// special circumstances only gives way to one that is made of the same.
    fn is_outranked_by(&self, user: &Self) -> bool {
        user.capability.layer == Layer::User && self.with.iter().all(|index| user.with.contains(index))
    }
}

/// What one configuration answers to one requirement, and the statement that decides.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'c> {
    /// The answer.
    pub support: Support,
    /// The first statement that says so; `None` where no statement speaks of it, which is *unknown*.
    pub statement: Option<&'c Capability>,
}

impl<'c> Space<'c> {
    /// The index that answers go by: of a requirement, or of one of [`ALWAYS`].
    #[must_use]
    pub fn requirement_index(&self, id: &str) -> Option<usize> {
        let own = self.catalog().requirements.iter().position(|requirement| requirement.id == id);
        own.or_else(|| {
            ALWAYS.iter().position(|always| *always == id).map(|at| self.catalog().requirements.len() + at)
        })
    }

    /// The identifier of that index.
    #[must_use]
    pub fn requirement_id(&self, index: usize) -> &'c str {
        let requirements = &self.catalog().requirements;
        requirements.get(index).map_or_else(
            || ALWAYS.get(index - requirements.len()).copied().unwrap_or_default(),
            |requirement| requirement.id.as_str(),
        )
    }

    fn statements(&self, requirement: usize) -> &[Statement<'c>] {
        self.statements[requirement].get_or_init(|| {
            let id = self.requirement_id(requirement);
            let by_requirement = self.by_requirement.get_or_init(|| {
                let mut all: HashMap<&str, Vec<&Capability>> = HashMap::new();
                for capability in &self.catalog().capabilities {
                    all.entry(&capability.requirement).or_default().push(capability);
                }
                all
            });
            let of_it = by_requirement.get(id).map_or(&[][..], Vec::as_slice);
            of_it
                .iter()
                .map(|capability| {
                    let rows = self.index.select(&capability.when);
                    let with = capability.when.with.iter();
                    let with = with.filter_map(|word| self.requirement_index(word)).collect();
                    Statement { capability, rows, with }
                })
                .collect()
        })
    }

    fn in_force<'s>(
        &'s self,
        requirement: usize,
        asked: &'s Asked,
    ) -> impl Iterator<Item = &'s Statement<'c>> {
        let statements = self.statements(requirement).iter();
        statements.filter(|statement| statement.with.iter().all(|index| asked.holds(*index)))
    }

    /// The configurations that answer *yes* to one requirement.
    pub(crate) fn giving(&self, requirement: usize, asked: &Asked) -> Cow<'_, Bits> {
        let bound_up = self.statements(requirement).iter().any(|statement| !statement.with.is_empty());
        if bound_up {
            return Cow::Owned(self.work_out(requirement, asked));
        }
        Cow::Borrowed(self.giving[requirement].get_or_init(|| self.work_out(requirement, &Asked::default())))
    }

    fn work_out(&self, requirement: usize, asked: &Asked) -> Bits {
        let none = || Bits::none(self.rows.len());
        let (mut yes, mut not_yes) = (none(), none());
        for statement in self.in_force(requirement, asked) {
            let mut rows = statement.rows.clone();
            if statement.capability.layer == Layer::Base {
                for user in self.in_force(requirement, asked).filter(|user| statement.is_outranked_by(user)) {
                    rows.remove(&user.rows);
                }
            }
            match statement.capability.support {
                Support::Yes => yes.add(&rows),
                Support::No | Support::Unknown => not_yes.add(&rows),
            }
        }
        yes.remove(&not_yes);
        yes
    }

    /// What the configuration of that index answers to one requirement, when `asked` is asked for: *no* if any
    /// statement says so, else *unknown* if any says so, else *yes* if any says so, else *unknown*.
    #[must_use]
    pub fn answer(&self, row: usize, requirement: usize, asked: &Asked) -> Answer<'c> {
        let speaks = |statement: &&Statement<'c>| statement.rows.contains(row);
        let counts = |statement: &&Statement<'c>| {
            statement.capability.layer == Layer::User
                || !self
                    .in_force(requirement, asked)
                    .filter(speaks)
                    .any(|user| statement.is_outranked_by(user))
        };
        for support in [Support::No, Support::Unknown, Support::Yes] {
            let found = self
                .in_force(requirement, asked)
                .filter(speaks)
                .find(|statement| statement.capability.support == support && counts(statement));
            if let Some(statement) = found {
                return Answer { support, statement: Some(statement.capability) };
            }
        }
        Answer { support: Support::Unknown, statement: None }
    }

    /// Whether a configuration gives a requirement when nothing else is asked of it.
    #[must_use]
    pub fn gives_alone(&self, row: usize, requirement: usize) -> bool {
        if let Some(known) = self.alone.as_ref().and_then(|alone| alone.get(row)) {
            return known & (1 << requirement.min(127)) != 0;
        }
        let mut asked = Asked::default();
        // What follows from it matters only where a statement depends on it.
        if self.statements(requirement).iter().any(|statement| !statement.with.is_empty()) {
            asked.add(self.catalog, requirement);
        }
        self.answer(row, requirement, &asked).support == Support::Yes
    }

    /// For each configuration, a bit for each requirement that it gives when nothing else is asked of it; for
    /// [`Space::knowing_alone`]. Requirements beyond 127 are not told apart.
    #[must_use]
    pub fn alone(&self) -> Vec<u128> {
        let bits = |row: usize| {
            let given = (0..self.catalog.requirements.len()).filter(|index| self.gives_alone(row, *index));
            given.fold(0_u128, |bits, index| bits | 1 << index.min(127))
        };
        (0..self.rows.len()).map(bits).collect()
    }

    /// The same space, which need not work out again what [`Space::alone`] gave for it.
    #[must_use]
    pub fn knowing_alone(self, alone: Vec<u128>) -> Self {
        Self { alone: Some(alone), ..self }
    }
}
