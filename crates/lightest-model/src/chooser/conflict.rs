//! Why requirements cannot meet: a smallest set of them that no configuration gives together.

use crate::catalog::{BootMethod, Capability, Os, Support};
use crate::config::Arch;
use crate::space::{Asked, Bits, RequirementId, RowId, Space};

use super::{fitting, place};

/// Requirements that cannot meet.
#[derive(Clone, Debug)]
pub struct Conflict<'c> {
    /// A smallest set that no configuration gives, in the order asked, with where each confines the choice to.
    pub between: Vec<ConflictSide<'c>>,
    /// Whether the architecture is part of the conflict.
    pub arch: Option<Arch>,
    /// Whether the VMM is part of the conflict.
    pub vmm: Option<String>,
    /// Whether it is only that nobody has shown it: some configuration refuses none of them.
    pub unproven: bool,
}

/// A requirement of a conflict, and what it leaves.
#[derive(Clone, Debug)]
pub struct ConflictSide<'c> {
    /// The requirement.
    pub requirement: RequirementId,
    /// Families of the guests that give it, in the order of the catalog.
    pub guests: Vec<&'c str>,
    /// Titles of the boot methods that give it.
    pub boot_methods: Vec<&'c str>,
    /// A statement that refuses it to a configuration which gives all the others.
    pub refused_by: Option<&'c Capability>,
    /// Why the boot methods that give it do not exist on the architecture of the conflict.
    pub refused_arch: Option<&'c str>,
}

/// Part of a demand: a requirement, or the place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Demand {
    Requirement(RequirementId),
    Arch(Arch),
    Vmm,
}

struct Explainer<'a, 'c> {
    space: &'a Space<'c>,
    vmm: Option<&'a String>,
}

impl Explainer<'_, '_> {
    fn asked(&self, demands: &[Demand]) -> Asked {
        let requirement = |demand: &Demand| match demand {
            Demand::Requirement(index) => Some(*index),
            _ => None,
        };
        Asked::of(self.space.catalog(), demands.iter().filter_map(requirement))
    }

    fn among(&self, demands: &[Demand]) -> Bits {
        let vmm = if demands.contains(&Demand::Vmm) { self.vmm } else { None };
        let mut rows = Bits::none(self.space.rows().len());
        for arch in self.space.catalog().archs() {
            let excluded = demands.iter().any(|demand| matches!(demand, Demand::Arch(own) if *own != arch));
            if !excluded {
                rows.add(&place(self.space, arch, vmm));
            }
        }
        rows
    }

    fn satisfiable(&self, demands: &[Demand]) -> bool {
        fitting(self.space, &self.asked(demands), &self.among(demands)).iter().next().is_some()
    }

    /// A smallest set: singles and pairs are tried in order, then all is thinned out.
    fn smallest(&self, all: &[Demand]) -> Vec<Demand> {
        if let Some(alone) = all.iter().find(|alone| !self.satisfiable(&[**alone])) {
            return vec![*alone];
        }
        for (at, first) in all.iter().enumerate() {
            if let Some(second) = all[at + 1..].iter().find(|second| !self.satisfiable(&[*first, **second])) {
                return vec![*first, *second];
            }
        }
        let mut rest = all.to_vec();
        let mut at = 0;
        while at < rest.len() {
            let mut fewer = rest.clone();
            fewer.remove(at);
            if self.satisfiable(&fewer) {
                at += 1;
            } else {
                rest = fewer;
            }
        }
        rest
    }
}

/// Explains why nothing gives all of `asked` for that architecture and VMM.
pub(super) fn explain<'c>(
    space: &Space<'c>,
    asked: &Asked,
    arch: Arch,
    vmm: Option<&String>,
) -> Conflict<'c> {
    let explainer = Explainer { space, vmm };
    let mut all: Vec<Demand> = asked.named().iter().map(|index| Demand::Requirement(*index)).collect();
    if vmm.is_some() {
        all.push(Demand::Vmm);
    }
    all.push(Demand::Arch(arch));
    let between = explainer.smallest(&all);
    let asked = explainer.asked(&between);
    let among = explainer.among(&between);
    let unproven = among.iter().any(|row| {
        space.demands(&asked).all(|requirement| space.answer(row, requirement, &asked).support != Support::No)
    });
    let requirements: Vec<RequirementId> = between
        .iter()
        .filter_map(|demand| match demand {
            Demand::Requirement(index) => Some(*index),
            _ => None,
        })
        .collect();
    let side =
        requirements.iter().map(|requirement| corner(space, &explainer, &between, *requirement)).collect();
    Conflict {
        between: side,
        arch: between.contains(&Demand::Arch(arch)).then_some(arch),
        vmm: if between.contains(&Demand::Vmm) { vmm.cloned() } else { None },
        unproven,
    }
}

fn corner<'c>(
    space: &Space<'c>,
    explainer: &Explainer<'_, 'c>,
    between: &[Demand],
    requirement: RequirementId,
) -> ConflictSide<'c> {
    let alone = explainer.asked(&[Demand::Requirement(requirement)]);
    let mut everywhere = Bits::none(space.rows().len());
    for arch in space.catalog().archs() {
        everywhere.add(&place(space, arch, None));
    }
    let (mut guests, mut boot_methods) = (Vec::new(), Vec::new());
    let mut kinds = Vec::new();
    for row in fitting(space, &alone, &everywhere).iter() {
        let row = space.row(row);
        kinds.push((row.guest.os, row.boot));
        if !guests.contains(&row.guest.family.as_str()) {
            guests.push(row.guest.family.as_str());
        }
        if !boot_methods.contains(&row.boot.title.as_str()) {
            boot_methods.push(row.boot.title.as_str());
        }
    }
    let others: Vec<Demand> =
        between.iter().copied().filter(|demand| *demand != Demand::Requirement(requirement)).collect();
    let all = explainer.asked(between);
    // The reason is the refusal of the configuration nearest to those that provide it; that of any other explains nothing.
    let nearness = |row: RowId| {
        let row = space.row(row);
        let same = |(os, boot): &(Os, &BootMethod)| *os == row.guest.os && boot.id == row.boot.id;
        if kinds.iter().any(same) {
            Some(0)
        } else {
            kinds.iter().any(|(_, boot)| boot.id == row.boot.id).then_some(1)
        }
    };
    let refused_by = fitting(space, &explainer.asked(&others), &explainer.among(&others))
        .iter()
        .filter_map(|row| {
            let answer = space.answer(row, requirement, &all);
            let statement = answer.statement.filter(|_| answer.support == Support::No)?;
            Some((nearness(row)?, row, statement))
        })
        .min_by_key(|(nearness, row, _)| (*nearness, *row))
        .map(|(_, _, statement)| statement);
    let arch = between.iter().find_map(|demand| match demand {
        Demand::Arch(arch) => Some(*arch),
        _ => None,
    });
    // Where the architecture has no boot method that provides it, the framework gives the reason.
    let refused_arch = arch
        .filter(|arch| kinds.iter().all(|(_, boot)| !boot.archs.contains(arch)))
        .and_then(|arch| kinds.iter().find_map(|(_, boot)| boot.refused_archs.get(arch.word())))
        .map(String::as_str);
    ConflictSide { requirement, guests, boot_methods, refused_by, refused_arch }
}
