//! The requirements that a configuration provides, given a query.

use foldhash::HashMap;
use std::borrow::Cow;

use crate::catalog::{Capability, Catalog, Layer, Support};

use super::{ALWAYS, Bits, RUNS, RequirementId, RowId, Space};

/// The requirements that are asked for, with those that follow from them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// In the order asked; what follows from one stands behind it.
    pub(crate) order: Vec<RequirementId>,
    /// Those that were asked for by name.
    named: Vec<RequirementId>,
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
            asked.add(catalog, RequirementId::new(index.unwrap_or_default()));
        }
        Ok(asked)
    }

    /// Those requirements, and what follows from them.
    #[must_use]
    pub fn of(catalog: &Catalog, ids: impl IntoIterator<Item = RequirementId>) -> Self {
        let mut asked = Self::default();
        for id in ids {
            asked.add(catalog, id);
        }
        asked
    }

    /// Adds a requirement, and what follows from it.
    pub(crate) fn add(&mut self, catalog: &Catalog, index: RequirementId) {
        if !self.named.contains(&index) {
            self.named.push(index);
        }
        let mut pending = vec![index];
        let mut known = RequirementIndex { catalog, searches: 0, indices: None };
        while let Some(index) = pending.pop() {
            if self.contains(index) {
                continue;
            }
            self.order.push(index);
            let (word, bit) = (index.index() / 64, index.index() % 64);
            self.mask.resize(self.mask.len().max(word + 1), 0);
            self.mask[word] |= 1 << bit;
            let implied = &catalog.requirements[index.index()].implies;
            pending.extend(implied.iter().rev().filter_map(|word| known.id_of(word)));
        }
    }

    /// Whether that requirement is asked for.
    #[must_use]
    pub fn contains(&self, requirement: RequirementId) -> bool {
        let bit = requirement.index();
        self.mask.get(bit / 64).is_some_and(|word| word & (1 << (bit % 64)) != 0)
    }

    /// The requirements that were asked for by name.
    #[must_use]
    pub fn named(&self) -> &[RequirementId] {
        &self.named
    }

    /// The requirements, in the order asked, each followed by those that follow from it.
    #[must_use]
    pub fn indices(&self) -> &[RequirementId] {
        &self.order
    }
}

/// The catalog's requirements by their identifiers.
struct RequirementIndex<'c> {
    catalog: &'c Catalog,
    searches: usize,
    indices: Option<HashMap<&'c str, RequirementId>>,
}

impl RequirementIndex<'_> {
    /// Most requirements imply a few others, found by looking at all; a map costs as much as dozens of such searches, and
    /// keeps long chains from growing as a square.
    const SEARCHES: usize = 32;

    fn id_of(&mut self, word: &str) -> Option<RequirementId> {
        let mut all = self.catalog.requirements.iter().zip(RequirementId::all(self.catalog));
        if self.searches < Self::SEARCHES {
            self.searches += 1;
            return all.find(|(known, _)| known.id == word).map(|(_, id)| id);
        }
        let indices =
            self.indices.get_or_insert_with(|| all.map(|(known, id)| (known.id.as_str(), id)).collect());
        indices.get(word).copied()
    }
}

/// A statement of the catalog, with the configurations that it is stated of.
#[derive(Debug)]
pub(crate) struct Statement<'c> {
    pub(crate) capability: &'c Capability,
    rows: Bits,
    /// Requirements that must be asked for as well.
    with: Vec<RequirementId>,
}

impl Statement<'_> {
    /// Whether a statement of the user's stands in the place of this one, which is of the base. A statement that is made of
    /// special circumstances only gives way to one that is made of the same.
    fn is_outranked_by(&self, user: &Self) -> bool {
        user.capability.layer == Layer::User && self.with.iter().all(|index| user.with.contains(index))
    }
}

/// One configuration's answer to one requirement, and the statement that decides.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'c> {
    /// The answer.
    pub support: Support,
    /// The first statement behind the answer; `None` where no statement covers it, which is *unknown*.
    pub statement: Option<&'c Capability>,
}

impl<'c> Space<'c> {
    /// The requirement of that identifier, or the one of [`ALWAYS`].
    #[must_use]
    pub fn requirement(&self, id: &str) -> Option<RequirementId> {
        let own = self.catalog().requirements.iter().position(|requirement| requirement.id == id);
        let own = own.or_else(|| {
            ALWAYS.iter().position(|always| *always == id).map(|at| self.catalog().requirements.len() + at)
        });
        own.map(RequirementId::new)
    }

    /// The requirement of that identifier or alias.
    #[must_use]
    pub fn word(&self, word: &str) -> Option<RequirementId> {
        let words = self.words.get_or_init(|| {
            let mut words = HashMap::default();
            for (known, id) in self.catalog().requirements.iter().zip(RequirementId::all(self.catalog())) {
                for word in std::iter::once(&known.id).chain(&known.aliases) {
                    words.entry(word.as_str()).or_insert(id);
                }
            }
            words
        });
        words.get(word).copied()
    }

    /// Requirements of every query: [`ALWAYS`].
    pub fn always(&self) -> impl Iterator<Item = RequirementId> + use<> {
        let after = self.catalog().requirements.len();
        (after..after + ALWAYS.len()).map(RequirementId::new)
    }

    /// That a configuration runs on some host, which is one of [`ALWAYS`].
    #[must_use]
    pub fn runs(&self) -> RequirementId {
        RequirementId::new(self.catalog().requirements.len() + RUNS)
    }

    /// Everything that a configuration must meet: what is asked, then what always is.
    pub fn demands<'a>(&self, asked: &'a Asked) -> impl Iterator<Item = RequirementId> + use<'a> {
        asked.indices().iter().copied().chain(self.always())
    }

    /// The identifier of a requirement.
    #[must_use]
    pub fn requirement_id(&self, requirement: RequirementId) -> &'c str {
        let requirements = &self.catalog().requirements;
        requirement.entry(self.catalog()).map_or_else(
            || ALWAYS.get(requirement.index() - requirements.len()).copied().unwrap_or_default(),
            |requirement| requirement.id.as_str(),
        )
    }

    fn statements(&self, requirement: RequirementId) -> &[Statement<'c>] {
        self.statements[requirement.index()].get_or_init(|| {
            let id = self.requirement_id(requirement);
            let by_requirement = self.by_requirement.get_or_init(|| {
                let mut all: HashMap<&str, Vec<&Capability>> = HashMap::default();
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
                    let with = with.filter_map(|word| self.requirement(word)).collect();
                    Statement { capability, rows, with }
                })
                .collect()
        })
    }

    fn in_force<'s>(
        &'s self,
        requirement: RequirementId,
        asked: &'s Asked,
    ) -> impl Iterator<Item = &'s Statement<'c>> {
        let statements = self.statements(requirement).iter();
        statements.filter(|statement| statement.with.iter().all(|index| asked.contains(*index)))
    }

    /// The configurations that answer *yes* to one requirement.
    pub(crate) fn providing(&self, requirement: RequirementId, asked: &Asked) -> Cow<'_, Bits> {
        let bound_up = self.statements(requirement).iter().any(|statement| !statement.with.is_empty());
        if bound_up {
            return Cow::Owned(self.compute(requirement, asked));
        }
        Cow::Borrowed(
            self.providing[requirement.index()].get_or_init(|| self.compute(requirement, &Asked::default())),
        )
    }

    fn compute(&self, requirement: RequirementId, asked: &Asked) -> Bits {
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

    /// A configuration's answer to one requirement, when `asked` is asked for: *no* if any statement is *no*, else
    /// *unknown* if any is *unknown*, else *yes* if any is *yes*, else *unknown*.
    #[must_use]
    pub fn answer(&self, row: RowId, requirement: RequirementId, asked: &Asked) -> Answer<'c> {
        let applies = |statement: &&Statement<'c>| statement.rows.contains(row);
        let counts = |statement: &Statement<'c>| {
            statement.capability.layer == Layer::User
                || !self
                    .in_force(requirement, asked)
                    .any(|user| statement.is_outranked_by(user) && applies(&user))
        };
        let (mut unknown, mut yes) = (None, None);
        for statement in self.in_force(requirement, asked).filter(applies) {
            let first = match statement.capability.support {
                Support::No if counts(statement) => {
                    return Answer { support: Support::No, statement: Some(statement.capability) };
                }
                Support::No => continue,
                Support::Unknown => &mut unknown,
                Support::Yes => &mut yes,
            };
            if first.is_none() && counts(statement) {
                *first = Some(statement.capability);
            }
        }
        let support = if unknown.is_none() && yes.is_some() { Support::Yes } else { Support::Unknown };
        Answer { support, statement: unknown.or(yes) }
    }

    /// Whether a configuration is known to give everything that is asked, and what always is.
    #[must_use]
    pub fn provides_all(&self, row: RowId, asked: &Asked) -> bool {
        self.demands(asked).all(|demand| self.answer(row, demand, asked).support == Support::Yes)
    }

    /// Whether a configuration provides a requirement when nothing else is asked for.
    #[must_use]
    pub fn provides_alone(&self, row: RowId, requirement: RequirementId) -> bool {
        if let Some(known) = self.alone.as_ref().and_then(|alone| alone.get(row.index())) {
            return known & (1 << requirement.index().min(127)) != 0;
        }
        let mut asked = Asked::default();
        // What follows from it matters only where a statement depends on it.
        if self.statements(requirement).iter().any(|statement| !statement.with.is_empty()) {
            asked.add(self.catalog, requirement);
        }
        self.answer(row, requirement, &asked).support == Support::Yes
    }

    /// For each configuration, a bit for each requirement that it provides when nothing else is asked for; for
    /// [`Space::with_alone`]. Requirements beyond 127 share a bit.
    #[must_use]
    pub fn alone(&self) -> Vec<u128> {
        let bits = |row: RowId| {
            let given =
                RequirementId::all(self.catalog).filter(|requirement| self.provides_alone(row, *requirement));
            given.fold(0_u128, |bits, requirement| bits | 1 << requirement.index().min(127))
        };
        RowId::all(self).map(bits).collect()
    }

    /// The same space, which need not work out again what [`Space::alone`] gave for it.
    #[must_use]
    pub fn with_alone(self, alone: Vec<u128>) -> Self {
        Self { alone: Some(alone), ..self }
    }
}
