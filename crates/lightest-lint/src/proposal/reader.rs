//! The needs of a test, as the space is asked for them.

use std::collections::BTreeSet;

use lightest_model::catalog::{Catalog, Os, Requirement, Support, When};
use lightest_model::chooser::QueryError;
use lightest_model::config::{Arch, Isolation};
use lightest_model::space::{Asked, Row, RowId, Space};

use super::{Request, Role, WeakNeed};
use crate::facts::{Test, UsageKind};
use crate::hints::{self, Hint};
use crate::needs::{Need, Needs};

pub(super) struct Reader<'a, 'c> {
    test: &'a Test,
    needs: &'a Needs,
    space: &'a Space<'c>,
    pub(super) archs: Vec<Arch>,
    pub(super) vmms: Vec<String>,
    /// The VMMs that body and declaration themselves ask for.
    pub(super) needed_vmms: Vec<String>,
    /// Asked of every configuration beside the body.
    further: Vec<String>,
    hints: Vec<Hint<'c>>,
    /// Whether nothing names an architecture, so that all are answered for.
    any_arch: bool,
}

/// The hints that decided for one place.
#[derive(Debug, Default)]
pub(super) struct DecidingHints {
    /// Requirements that changed the answer.
    pub(super) words: Vec<String>,
    /// The VMM, where a name chose it.
    pub(super) vmm: Option<String>,
}

impl<'a, 'c> Reader<'a, 'c> {
    pub(super) fn of(
        test: &'a Test,
        needs: &'a Needs,
        space: &'a Space<'c>,
        request: &Request,
    ) -> Result<Self, QueryError> {
        let catalog = space.catalog();
        let mut reader = Self {
            test,
            needs,
            space,
            archs: Vec::new(),
            vmms: Vec::new(),
            needed_vmms: Vec::new(),
            further: Vec::new(),
            hints: hints::of(test, catalog),
            any_arch: false,
        };
        let mut archs = Vec::new();
        let unconditional = needs.needs.iter().filter(|need| !need.is_conditional());
        let mut words: Vec<String> = unconditional.map(|need| need.requirement.clone()).collect();
        for word in &request.requires {
            let known = catalog.requirement(word).ok_or_else(|| QueryError::Requirement(word.clone()))?;
            reader.further.push(known.id.clone());
            words.push(known.id.clone());
        }
        words.extend(test.bare.iter().filter_map(|bare| bare.vmm.clone()));
        for word in test.bare.iter().flat_map(|bare| &bare.states) {
            reader.further.extend(stated(catalog, word).map(|known| known.id.clone()));
        }
        // A body that never asks for the agent does without it.
        let asks = |word: &String| {
            Asked::new(catalog, [word.as_str()]).is_ok_and(|asked| asks_for(catalog, &asked, "agent"))
        };
        let conditional = needs.needs.iter().map(|need| &need.requirement);
        if !words.iter().chain(conditional).any(asks) && catalog.requirement("no-agent").is_some() {
            reader.further.push("no-agent".to_owned());
        }
        for word in &words {
            if let Some(arch) = Arch::from_word(word) {
                archs.push(arch);
            } else if catalog.vmm(word).is_some() && !reader.vmms.contains(word) {
                reader.vmms.push(word.clone());
            }
        }
        archs.extend(&test.bound_to);
        if archs.is_empty() {
            archs.extend(reader.hints.iter().filter_map(|hint| Arch::from_word(hint.requirement)));
        }
        // The caller's request comes first, even where the test cannot run there.
        reader.archs = match (&request.archs, archs) {
            (asked, _) if !asked.is_empty() => asked.clone(),
            (_, mut own) if !own.is_empty() => {
                own.sort_unstable();
                own.dedup();
                own
            }
            _ => {
                reader.any_arch = true;
                catalog.archs().collect()
            }
        };
        reader.needed_vmms.clone_from(&reader.vmms);
        if !request.vmms.is_empty() {
            for vmm in &request.vmms {
                catalog.vmm(vmm).ok_or_else(|| QueryError::Vmm(vmm.clone()))?;
            }
            reader.vmms.clone_from(&request.vmms);
        }
        Ok(reader)
    }

    /// The requirements of these words, none of which is a place, and those that they imply.
    pub(super) fn asked<'w>(&self, words: impl Iterator<Item = &'w str>) -> Asked {
        Asked::of(self.space.catalog(), words.filter_map(|word| self.space.word(word)))
    }

    /// The requirements of a configuration, or of all where there is none: each once, in the body's order.
    pub(super) fn words(&self, row: Option<RowId>, hinted: &[String]) -> Vec<String> {
        let applies = |need: &&Need| match row {
            Some(row) => need.applies_to(self.space.row(row)),
            None => !need.is_conditional(),
        };
        let mut words: Vec<String> = Vec::new();
        let own = self.needs.needs.iter().filter(applies).map(|need| &need.requirement);
        for word in own.chain(&self.further).chain(hinted) {
            if !words.contains(word) && !self.space.catalog().is_place(word) {
                words.push(word.clone());
            }
        }
        words
    }

    /// The lightest of some configurations that is known to provide everything that the body asks and the names mention.
    pub(super) fn lightest(&self, hinted: &[String], among: &dyn Fn(&Row<'_>) -> bool) -> Option<RowId> {
        self.lightest_that(hinted, among, &|id, asked| self.space.provides_all(id, asked))
    }

    /// The lightest of some configurations that is not known to lack anything that the body asks.
    pub(super) fn unproven(&self, hinted: &[String], among: &dyn Fn(&Row<'_>) -> bool) -> Option<RowId> {
        self.lightest_that(hinted, among, &|id, asked| {
            let answers = self.space.demands(asked).map(|need| self.space.answer(id, need, asked).support);
            answers.into_iter().all(|support| support != Support::No)
        })
    }

    fn lightest_that(
        &self,
        hinted: &[String],
        among: &dyn Fn(&Row<'_>) -> bool,
        fits: &dyn Fn(RowId, &Asked) -> bool,
    ) -> Option<RowId> {
        // Most configurations are asked the same as the one before.
        let mut last: Option<(Vec<String>, Asked)> = None;
        let rows = self.space.enumerate().filter(|(_, row)| among(row) && self.needs.allow(row));
        let mut best = None;
        for (id, _) in rows {
            let words = self.words(Some(id), hinted);
            if last.as_ref().is_none_or(|(known, _)| *known != words) {
                let asked = self.asked(words.iter().map(String::as_str));
                last = Some((words, asked));
            }
            let Some((_, asked)) = &last else { continue };
            if fits(id, asked) {
                let weight = self.space.weight(id, asked);
                if best.as_ref().is_none_or(|(lightest, _)| weight < *lightest) {
                    best = Some((weight, id));
                }
            }
        }
        best.map(|(_, id)| id)
    }

    /// The configurations that an answer may name, where it is asked for `words`: those with which the body goes on,
    /// unless one provides the words and not what a branch of the body asks of that one.
    pub(super) fn suiting<'r>(
        &'r self,
        words: &[String],
        hinted: &'r [String],
    ) -> impl Fn(RowId) -> bool + use<'r, 'a, 'c> {
        let asked = self.asked(words.iter().map(String::as_str));
        let branches = self.needs.needs.iter().any(Need::is_conditional);
        move |id| {
            let own = || self.asked(self.words(Some(id), hinted).iter().map(String::as_str));
            self.needs.allow(self.space.row(id))
                && (!branches || !self.space.provides_all(id, &asked) || self.space.provides_all(id, &own()))
        }
    }

    /// The hints that the names add: as many as some configuration provides beside all that the body asks for, and only those
    /// that change the answer, so that a requirement of the body is not attributed to a name.
    pub(super) fn hinted(&self, here: &dyn Fn(&Row<'_>) -> bool) -> DecidingHints {
        let mut hinted = DecidingHints::default();
        let Some(plain) = self.lightest(&[], here) else { return hinted };
        let catalog = self.space.catalog();
        let mut best = plain;
        for hint in &self.hints {
            let word = hint.requirement;
            let vmm = |row: &Row<'_>| hinted.vmm.as_ref().is_none_or(|vmm| row.vmm.id == *vmm);
            if catalog.vmm(word).is_some() {
                if self.vmms.is_empty() && hinted.vmm.is_none() {
                    let found = self.lightest(&hinted.words, &|row| here(row) && row.vmm.id == *word);
                    if let Some(row) = found {
                        hinted.vmm = Some(word.to_owned());
                        best = row;
                    }
                }
            } else if !catalog.is_place(word) {
                let more: Vec<String> = hinted.words.iter().cloned().chain([word.to_owned()]).collect();
                if let Some(row) = self.lightest(&more, &|row| here(row) && vmm(row)) {
                    hinted.words = more;
                    best = row;
                }
            }
        }
        let mut at = 0;
        while at < hinted.words.len() {
            let mut fewer = hinted.words.clone();
            fewer.remove(at);
            let vmm = |row: &Row<'_>| hinted.vmm.as_ref().is_none_or(|vmm| row.vmm.id == *vmm);
            if self.lightest(&fewer, &|row| here(row) && vmm(row)) == Some(best) {
                hinted.words = fewer;
            } else {
                at += 1;
            }
        }
        if hinted.vmm.is_some() && self.lightest(&hinted.words, here) == Some(best) {
            hinted.vmm = None;
        }
        hinted
    }

    /// The architectures to answer for: where a name decides on one, only those on which a configuration provides the
    /// hint. A variant on another would test something else.
    pub(super) fn archs_for_hints(&self) -> Vec<Arch> {
        if !self.any_arch || self.hints.is_empty() {
            return self.archs.clone();
        }
        let on = |arch: Arch| move |row: &Row<'_>| row.config.arch == arch;
        let decided: Vec<DecidingHints> = self.archs.iter().map(|arch| self.hinted(&on(*arch))).collect();
        let words: BTreeSet<&String> = decided.iter().flat_map(|hinted| &hinted.words).collect();
        let vmms: BTreeSet<&String> = decided.iter().filter_map(|hinted| hinted.vmm.as_ref()).collect();
        let provides = |arch: &&Arch| {
            let here = on(**arch);
            words.iter().all(|word| self.lightest(std::slice::from_ref(*word), &here).is_some())
                && vmms
                    .iter()
                    .all(|vmm| self.lightest(&[], &|row| here(row) && row.vmm.id == **vmm).is_some())
        };
        let kept: Vec<Arch> = self.archs.iter().filter(provides).copied().collect();
        if kept.is_empty() { self.archs.clone() } else { kept }
    }

    /// Records hints: those that decided, and those that the pick is not known to provide.
    pub(super) fn record_hints(
        &self,
        hinted: &DecidingHints,
        chosen: Option<RowId>,
        weak: &mut Vec<WeakNeed>,
    ) {
        let catalog = self.space.catalog();
        for hint in &self.hints {
            let word = hint.requirement;
            let decides = hinted.words.iter().chain(&hinted.vmm).any(|known| known == word);
            let provided = || {
                let Some(chosen) = chosen else { return true };
                let Some(need) = self.space.requirement(word) else { return true };
                let asked = self.asked(std::iter::once(word));
                self.space.answer(chosen, need, &asked).support == Support::Yes
            };
            let missing = !catalog.is_place(word) && !self.needs.ask(word) && !provided();
            match weak.iter_mut().find(|known| known.requirement == word) {
                Some(known) => known.decides |= decides,
                None if decides || missing => weak.push(WeakNeed {
                    requirement: word.to_owned(),
                    span: hint.span.clone(),
                    origin: hint.origin,
                    decides,
                }),
                None => {}
            }
        }
    }

    /// A variant for each operating system and isolation mode that the body distinguishes; for a test of isolation that
    /// distinguishes none, one for each mode.
    pub(super) fn branches(
        &self,
        chosen: Option<RowId>,
        hinted: &[String],
        here: &dyn Fn(&Row<'_>) -> bool,
    ) -> Vec<(RowId, Role)> {
        let mut found = Vec::new();
        let (mut systems, mut modes): (Vec<Os>, Vec<Isolation>) = (Vec::new(), Vec::new());
        let conditions = self.test.usages.iter().flat_map(|usage| match &usage.what {
            UsageKind::Tested(when) => &when[..],
            _ => &[],
        });
        for when in conditions {
            note(when, &mut systems, &mut modes);
        }
        let chosen = chosen.map(|row| self.space.row(row));
        // A confidential test stays one under each operating system.
        let isolation = chosen.and_then(|row| row.config.isolation);
        if systems.len() > 1 {
            for os in systems {
                let fits =
                    |row: &Row<'_>| here(row) && row.guest.os == os && row.config.isolation == isolation;
                let row = self.lightest(hinted, &fits);
                let same = chosen.is_some_and(|chosen| chosen.guest.os == os);
                found.extend(row.filter(|_| !same).map(|row| (row, Role::ForOs(os))));
            }
        }
        let of_mode = |mode: Isolation| {
            self.lightest(hinted, &|row: &Row<'_>| here(row) && row.config.isolation == Some(mode))
        };
        found.extend(modes.iter().filter_map(|mode| Some((of_mode(*mode)?, Role::ForIsolation(*mode)))));
        if isolation.is_some() {
            let others = Isolation::ALL.into_iter().filter(|mode| !modes.contains(mode));
            found.extend(others.filter_map(|mode| Some((of_mode(mode)?, Role::AlsoIsolated(mode)))));
        }
        found
    }
}

/// The requirement that a declaration states by a word.
fn stated<'c>(catalog: &'c Catalog, word: &str) -> Option<&'c Requirement> {
    catalog.requirements.iter().find(|requirement| {
        requirement.id == *word
            || requirement.attribute.as_deref().is_some_and(|attribute| {
                attribute.strip_prefix("requires(").and_then(|rest| rest.strip_suffix(')')) == Some(word)
            })
    })
}

/// Whether a requirement is among those asked.
fn asks_for(catalog: &Catalog, asked: &Asked, id: &str) -> bool {
    asked.indices().iter().filter_map(|asked| asked.entry(catalog)).any(|requirement| requirement.id == id)
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
