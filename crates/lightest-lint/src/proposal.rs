//! What to list for a test, read from its body as if its author had listed nothing.
//!
//! The chooser decides what is lightest; what is added here is the list: a variant for each operating system and each
//! isolation mode that the body tells apart, and the companion without the paravisor.

use lightest_diagnostics::Span;
use lightest_model::catalog::{Catalog, Os, Requirement, Support, When};
use lightest_model::chooser::{Choice, Part, Query, Unheard, choose};
use lightest_model::config::{Arch, Isolation};
use lightest_model::space::{Asked, Row, Space};

use crate::facts::{Test, What};
use crate::name::{named, spoken};
use crate::needs::{Need, Needs};

/// What is asked beside the body.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Further requirements, by identifier.
    pub requires: Vec<String>,
    /// Architectures to answer for; empty where the test decides, or else all.
    pub archs: Vec<Arch>,
    /// VMMs to answer for; empty where the test decides, or else whichever is lightest.
    pub vmms: Vec<String>,
    /// Only the lightest configuration for each architecture.
    pub only_lightest: bool,
}

/// Why a configuration is on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing lighter is known to provide everything.
    Lightest,
    /// The body has a branch for this operating system.
    ForOs(Os),
    /// The body has a branch for this isolation mode.
    ForIsolation(Isolation),
    /// A known limit holds the lightest back wherever it would run.
    Meanwhile,
    /// The same without the paravisor, which the body does not look at.
    Companion,
}

/// A configuration of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// Its architecture.
    pub arch: Arch,
    /// Its index in the space.
    pub row: usize,
    /// Why it is there.
    pub role: Role,
}

/// Something that the test's name speaks of, but that the body does not ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeakNeed {
    /// The requirement's identifier.
    pub requirement: String,
    /// Where the name stands.
    pub span: Span,
    /// Whether it was asked for all the same: the body asks for nothing that could decide instead.
    pub decides: bool,
}

/// The answer for a test.
#[derive(Debug)]
pub struct Proposal<'c> {
    /// What the chooser answers, one part for each architecture and VMM.
    pub choice: Choice<'c>,
    /// The query that gives the same answer.
    pub query: Query,
    /// The list, in the order in which it is written.
    pub list: Vec<Proposed>,
    /// What the body does not show, and only its name speaks of.
    pub weak: Vec<WeakNeed>,
}

/// Proposes the list for a test.
///
/// # Errors
///
/// A word of the request that the catalog does not know, or that contradicts the test.
pub fn propose<'c>(
    test: &Test,
    needs: &Needs,
    space: &Space<'c>,
    request: &Request,
) -> Result<Proposal<'c>, Unheard> {
    let reader = Reader::of(test, needs, space, request)?;
    let mut parts: Vec<Part<'c>> = Vec::new();
    let mut list: Vec<Proposed> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for arch in &reader.archs {
        let vmms: Vec<Option<&String>> =
            if reader.vmms.is_empty() { vec![None] } else { reader.vmms.iter().map(Some).collect() };
        for vmm in vmms {
            let here = |row: &Row<'_>| row.config.arch == *arch && vmm.is_none_or(|vmm| row.vmm.id == *vmm);
            let best = reader.lightest(&here);
            let asks = reader.words(best);
            let query = Query {
                requires: asks.clone(),
                archs: vec![*arch],
                vmms: vmm.into_iter().cloned().collect(),
            };
            let choice = choose(space, &query)?;
            for word in asks {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
            let Some(part) = choice.parts.into_iter().next() else { continue };
            let chosen = part.pick.as_ref().map(|pick| pick.row);
            if let Some(row) = chosen {
                list.push(Proposed { arch: *arch, row, role: Role::Lightest });
            }
            if !request.only_lightest {
                let meanwhile = part.meanwhile.iter();
                list.extend(meanwhile.map(|pick| Proposed {
                    arch: *arch,
                    row: pick.row,
                    role: Role::Meanwhile,
                }));
                list.extend(reader.branches(*arch, chosen, &here));
                // A body that asks for the paravisor itself fails without it.
                let companion = part.companion.as_ref().filter(|_| !needs.ask("openhcl"));
                list.extend(companion.map(|pick| Proposed {
                    arch: *arch,
                    row: pick.row,
                    role: Role::Companion,
                }));
            }
            parts.push(part);
        }
    }
    let mut seen: Vec<usize> = Vec::new();
    list.retain(|proposed| {
        let new = !seen.contains(&proposed.row);
        seen.push(proposed.row);
        new
    });
    let asked = reader.asked(words.iter().map(String::as_str));
    let archs = if reader.archs == space.catalog().archs().collect::<Vec<_>>() {
        Vec::new()
    } else {
        reader.archs.clone()
    };
    let query = Query { requires: words, archs, vmms: reader.vmms.clone() };
    let weak = reader.weak(test, &list);
    Ok(Proposal { choice: Choice { asked, parts }, query, list, weak })
}

/// The needs of a test, as the space is asked for them.
struct Reader<'a, 'c> {
    test: &'a Test,
    needs: &'a Needs,
    space: &'a Space<'c>,
    archs: Vec<Arch>,
    vmms: Vec<String>,
    /// Asked of every configuration beside the body.
    further: Vec<String>,
    /// What only the name speaks of, where it decides.
    by_name: Vec<String>,
}

impl<'a, 'c> Reader<'a, 'c> {
    fn of(
        test: &'a Test,
        needs: &'a Needs,
        space: &'a Space<'c>,
        request: &Request,
    ) -> Result<Self, Unheard> {
        let catalog = space.catalog();
        let mut reader = Self {
            test,
            needs,
            space,
            archs: Vec::new(),
            vmms: Vec::new(),
            further: Vec::new(),
            by_name: Vec::new(),
        };
        let mut archs = Vec::new();
        let mut words: Vec<String> = needs
            .needs
            .iter()
            .filter(|need| !need.is_conditional())
            .map(|need| need.requirement.clone())
            .collect();
        for word in &request.requires {
            let known = catalog.requirement(word).ok_or_else(|| Unheard::Requirement(word.clone()))?;
            reader.further.push(known.id.clone());
            words.push(known.id.clone());
        }
        for vmm in test.bare.iter().filter_map(|bare| bare.vmm.clone()) {
            words.push(vmm);
        }
        for word in test.bare.iter().flat_map(|bare| &bare.states) {
            let stated = |requirement: &&Requirement| {
                requirement.id == *word
                    || requirement.attribute.as_deref().is_some_and(|attribute| {
                        attribute.strip_prefix("requires(").and_then(|rest| rest.strip_suffix(')'))
                            == Some(word)
                    })
            };
            reader.further.extend(catalog.requirements.iter().find(stated).map(|known| known.id.clone()));
        }
        // A body that never asks for the agent does without it.
        let asks = |word: &String| {
            Asked::new(catalog, [word.as_str()]).is_ok_and(|asked| holds(catalog, &asked, "agent"))
        };
        let conditional = needs.needs.iter().map(|need| &need.requirement);
        if !words.iter().chain(conditional).any(asks) && catalog.requirement("no-agent").is_some() {
            reader.further.push("no-agent".to_owned());
        }
        // Where the body asks for nothing, its name alone says what is booted.
        if needs.needs.is_empty() {
            reader.by_name.extend(named(test, &spoken(catalog)).into_iter().map(str::to_owned));
            reader.by_name.retain(|word| !reader.further.contains(word));
        }
        for word in &words {
            if let Some(arch) = Arch::from_word(word) {
                archs.push(arch);
            } else if catalog.vmm(word).is_some() && !reader.vmms.contains(word) {
                reader.vmms.push(word.clone());
            }
        }
        archs.extend(&test.bound_to);
        // What the caller asks for comes first; what the test cannot do is then an answer of its own.
        reader.archs = match (&request.archs, archs) {
            (asked, _) if !asked.is_empty() => asked.clone(),
            (_, mut own) if !own.is_empty() => {
                own.sort_unstable();
                own.dedup();
                own
            }
            _ => catalog.archs().collect(),
        };
        if !request.vmms.is_empty() {
            for vmm in &request.vmms {
                catalog.vmm(vmm).ok_or_else(|| Unheard::Vmm(vmm.clone()))?;
            }
            reader.vmms.clone_from(&request.vmms);
        }
        Ok(reader)
    }

    fn asked<'w>(&self, words: impl Iterator<Item = &'w str>) -> Asked {
        let catalog = self.space.catalog();
        let known = words.filter(|word| catalog.requirement(word).is_some() && !is_place(catalog, word));
        Asked::new(catalog, known).unwrap_or_default()
    }

    /// What is asked of a configuration, or of all where there is none: each word once, in the body's order.
    fn words(&self, row: Option<usize>) -> Vec<String> {
        let applies = |need: &&Need| match row {
            Some(row) => need.applies_to(&self.space.rows()[row]),
            None => !need.is_conditional(),
        };
        let mut words: Vec<String> = Vec::new();
        let own = self.needs.needs.iter().filter(applies).map(|need| &need.requirement);
        for word in own.chain(&self.further).chain(&self.by_name) {
            if !words.contains(word) && !is_place(self.space.catalog(), word) {
                words.push(word.clone());
            }
        }
        words
    }

    /// The lightest of some configurations that is known to provide everything that the body asks of it.
    fn lightest(&self, among: &dyn Fn(&Row<'_>) -> bool) -> Option<usize> {
        // Most configurations are asked the same as the one before.
        let mut last: Option<(Vec<String>, Asked)> = None;
        let rows = self.space.rows().iter().enumerate().filter(|(_, row)| among(row));
        let mut best = None;
        for (index, _) in rows {
            let words = self.words(Some(index));
            if last.as_ref().is_none_or(|(known, _)| *known != words) {
                let asked = self.asked(words.iter().map(String::as_str));
                last = Some((words, asked));
            }
            let Some((_, asked)) = &last else { continue };
            if self
                .space
                .demands(asked)
                .all(|need| self.space.answer(index, need, asked).support == Support::Yes)
            {
                let weight = self.space.weight(index, asked);
                if best.as_ref().is_none_or(|(lightest, _)| weight < *lightest) {
                    best = Some((weight, index));
                }
            }
        }
        best.map(|(_, index)| index)
    }

    /// A variant for each operating system and isolation mode that the body tells apart.
    fn branches(&self, arch: Arch, chosen: Option<usize>, here: &dyn Fn(&Row<'_>) -> bool) -> Vec<Proposed> {
        let mut found = Vec::new();
        let (mut systems, mut modes): (Vec<Os>, Vec<Isolation>) = (Vec::new(), Vec::new());
        let conditions = self.test.sightings.iter().flat_map(|sighting| match &sighting.what {
            What::Tested(when) => when.as_slice(),
            _ => &[],
        });
        for when in conditions {
            note(when, &mut systems, &mut modes);
        }
        if systems.len() > 1 {
            for os in systems {
                let row = self.lightest(&|row| here(row) && row.guest.os == os);
                let same = chosen.is_some_and(|chosen| self.space.rows()[chosen].guest.os == os);
                found.extend(row.filter(|_| !same).map(|row| Proposed { arch, row, role: Role::ForOs(os) }));
            }
        }
        for mode in modes {
            let row = self.lightest(&|row| here(row) && row.config.isolation == Some(mode));
            found.extend(row.map(|row| Proposed { arch, row, role: Role::ForIsolation(mode) }));
        }
        found
    }

    /// What the test's name speaks of, and what the list is not known to provide.
    fn weak(&self, test: &Test, list: &[Proposed]) -> Vec<WeakNeed> {
        let catalog = self.space.catalog();
        let provided = |word: &str| {
            let asked = self.asked(std::iter::once(word));
            let Some(need) = self.space.requirement(word) else { return true };
            list.iter()
                .filter(|one| one.role == Role::Lightest)
                .all(|one| self.space.answer(one.row, need, &asked).support == Support::Yes)
        };
        let words = named(test, &spoken(catalog));
        let decides = |word: &str| self.by_name.iter().any(|known| known == word);
        let weak =
            words.into_iter().filter(|word| decides(word) || (!self.needs.ask(word) && !provided(word)));
        weak.map(|word| WeakNeed {
            requirement: word.to_owned(),
            span: test.name_span.clone(),
            decides: decides(word),
        })
        .collect()
    }
}

/// Whether a requirement is among those asked.
fn holds(catalog: &Catalog, asked: &Asked, id: &str) -> bool {
    asked.indices().iter().filter_map(|asked| asked.entry(catalog)).any(|requirement| requirement.id == id)
}

/// Whether a word names an architecture or a VMM, which the query gives in another way.
fn is_place(catalog: &Catalog, word: &str) -> bool {
    Arch::from_word(word).is_some() || catalog.vmm(word).is_some()
}

fn note(when: &When, systems: &mut Vec<Os>, modes: &mut Vec<Isolation>) {
    for os in when.os.iter().filter(|os| matches!(os, Os::Linux | Os::Windows | Os::Freebsd)) {
        if !systems.contains(os) {
            systems.push(*os);
        }
    }
    for mode in when.isolation.iter().filter_map(|word| Isolation::from_word(word)) {
        if !modes.contains(&mode) {
            modes.push(mode);
        }
    }
}
