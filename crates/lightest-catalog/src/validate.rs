//! Checks that a catalog's entries agree with each other: every reference exists, every fact has evidence.

use std::collections::{HashMap, HashSet};

use lightest_diagnostics::Diagnostic;

use crate::locate::{Step, place};
use crate::merge::Groups;
use lightest_model::catalog::{BlockerState, Catalog, Evidence, When};
use lightest_model::machine::SYSTEMS;
use lightest_model::space::ALWAYS;
use lightest_model::suggest::nearest;

use Step::{At, Key};

struct Checker<'a, 'i> {
    catalog: &'a Catalog,
    groups: &'a Groups<'i>,
    errors: &'a mut Vec<Diagnostic>,
    /// The known words of each kind, as far as they were asked for.
    sets: HashMap<&'static str, HashSet<&'a str>>,
}

/// The number of mistakes for which a suggestion is computed.
const HELPED: usize = 20;
/// So many requirements of a circle are named.
const SHOWN: usize = 8;

/// Appends an error for every disagreement.
pub(crate) fn check(catalog: &Catalog, groups: &Groups<'_>, errors: &mut Vec<Diagnostic>) {
    Checker { catalog, groups, errors, sets: HashMap::new() }.run();
}

impl<'a> Checker<'a, '_> {
    fn run(&mut self) {
        let catalog = self.catalog;
        for (index, vmm) in catalog.vmms.iter().enumerate() {
            self.evidence("vmm", index, &vmm.evidence);
            for (at, os) in vmm.hosts.iter().enumerate() {
                self.system("vmm", index, &[Key("hosts"), At(at)], os);
            }
        }
        for (index, boot) in catalog.boot_methods.iter().enumerate() {
            self.evidence("boot_method", index, &boot.evidence);
            self.known("boot_method", index, &[Key("boot_class")], "boot class", &boot.boot_class);
        }
        for (index, mode) in catalog.isolation.iter().enumerate() {
            self.evidence("isolation", index, &mode.evidence);
        }
        for (index, guest) in catalog.guests.iter().enumerate() {
            self.evidence("guest", index, &guest.evidence);
            self.known("guest", index, &[Key("boot_class")], "boot class", &guest.boot_class);
            for (at, image) in guest.images.iter().enumerate() {
                self.evidence_at("guest", index, &[Key("image"), At(at)], &image.evidence);
                if image.bytes.is_none() && image.bytes_note.is_none() {
                    self.error(
                        "guest",
                        index,
                        &[Key("image"), At(at)],
                        "an image without `bytes` needs a `bytes_note` with the reason".to_owned(),
                        None,
                    );
                }
            }
            for (at, vmm) in guest.lab.iter().enumerate() {
                self.known("guest", index, &[Key("lab"), At(at)], "VMM", vmm);
            }
        }
        for (index, class) in catalog.boot_classes.iter().enumerate() {
            self.evidence("boot_class", index, &class.evidence);
        }
        for (index, host) in catalog.hosts.iter().enumerate() {
            self.evidence("host", index, &host.evidence);
            self.when("host", index, &host.when);
            for (at, machines) in host.machines.iter().enumerate() {
                let path = [Key("machines"), At(at)];
                self.system("host", index, &path, &machines.os);
                for word in &machines.hypervisors {
                    self.known("host", index, &path, "hypervisor", word);
                }
            }
        }
        for (index, hypervisor) in catalog.hypervisors.iter().enumerate() {
            self.evidence("hypervisor", index, &hypervisor.evidence);
            self.system("hypervisor", index, &[Key("os")], &hypervisor.os);
        }
        for (index, requirement) in catalog.requirements.iter().enumerate() {
            for (at, implied) in requirement.implies.iter().enumerate() {
                self.known("requirement", index, &[Key("implies"), At(at)], "requirement", implied);
            }
        }
        self.cycles();
        for (index, statement) in catalog.capabilities.iter().enumerate() {
            self.evidence("capability", index, &statement.evidence);
            self.when("capability", index, &statement.when);
            if !ALWAYS.contains(&statement.requirement.as_str()) {
                self.known("capability", index, &[Key("requirement")], "requirement", &statement.requirement);
            }
        }
        for (index, quirk) in catalog.quirks.iter().enumerate() {
            self.evidence("quirk", index, &quirk.evidence);
            self.when("quirk", index, &quirk.when);
            for (at, word) in quirk.unless.iter().enumerate() {
                self.known("quirk", index, &[Key("unless"), At(at)], "requirement", word);
            }
            if let Some(word) = &quirk.declare {
                let bare = word.strip_prefix("requires(").and_then(|word| word.strip_suffix(')'));
                let known =
                    bare.is_some_and(|bare| catalog.test_capabilities.iter().any(|own| own.id == bare));
                if !known {
                    let message = format!("`{word}` is no `requires(..)` of a capability in the catalog");
                    self.error("quirk", index, &[Key("declare")], message, None);
                }
            }
        }
        for (index, blocker) in catalog.blockers.iter().enumerate() {
            self.evidence("blocker", index, &blocker.evidence);
            self.when("blocker", index, &blocker.when);
            for (at, word) in blocker.unless.iter().enumerate() {
                self.known("blocker", index, &[Key("unless"), At(at)], "requirement", word);
            }
            if (blocker.state == BlockerState::Lifted) != blocker.since.is_some() {
                let message = "a blocker has `since` when, and only when, it is lifted".to_owned();
                self.error("blocker", index, &[Key("state")], message, None);
            }
        }
        for (index, claim) in catalog.claims.iter().enumerate() {
            self.evidence("claim", index, &claim.evidence);
            for (at, requirement) in claim.requires.iter().enumerate() {
                self.known("claim", index, &[Key("requires"), At(at)], "requirement", requirement);
            }
        }
        for (index, question) in catalog.questions.iter().enumerate() {
            for (answer_at, answer) in question.answers.iter().enumerate() {
                for (at, requirement) in answer.requires.iter().enumerate() {
                    let path = [Key("answer"), At(answer_at), Key("requires"), At(at)];
                    self.known("question", index, &path, "requirement", requirement);
                }
            }
        }
        for (index, capability) in catalog.test_capabilities.iter().enumerate() {
            self.evidence("test_capability", index, &capability.evidence);
        }
        for (index, timing) in catalog.timings.iter().enumerate() {
            self.evidence("timing", index, &timing.evidence);
            for (at, measured) in timing.measured.iter().enumerate() {
                self.known("timing", index, &[Key("measured"), At(at), Key("run")], "source", &measured.run);
                if !measured.seconds.is_finite() || measured.seconds < 0.0 {
                    let message = "`seconds` is a number of seconds, zero or more".to_owned();
                    self.error("timing", index, &[Key("measured"), At(at), Key("seconds")], message, None);
                }
            }
        }
    }

    fn system(&mut self, kind: &str, index: usize, path: &[Step], word: &str) {
        if !SYSTEMS.contains(&word) {
            let message =
                format!("there is no operating system `{word}` of hosts: `{}`", SYSTEMS.join("`, `"));
            self.error(kind, index, path, message, None);
        }
    }

    fn words(&self, what: &str) -> Vec<&'a str> {
        let catalog = self.catalog;
        match what {
            "VMM" => catalog.vmms.iter().map(|vmm| vmm.id.as_str()).collect(),
            "boot method" => catalog.boot_methods.iter().map(|boot| boot.id.as_str()).collect(),
            "guest" => catalog.guests.iter().map(|guest| guest.id.as_str()).collect(),
            "family" => catalog.guests.iter().map(|guest| guest.family.as_str()).collect(),
            "boot class" => catalog.boot_classes.iter().map(|class| class.id.as_str()).collect(),
            "hypervisor" => catalog.hypervisors.iter().map(|hypervisor| hypervisor.id.as_str()).collect(),
            "requirement" => catalog.requirements.iter().map(|requirement| requirement.id.as_str()).collect(),
            "source" => catalog.sources.iter().map(|source| source.id.as_str()).collect(),
            _ => vec!["none", "vbs", "snp", "tdx"],
        }
    }

    fn known(&mut self, kind: &str, index: usize, path: &[Step], what: &'static str, word: &str) {
        if !self.is_known(what, word) {
            let help = self.near(what, word);
            self.error(kind, index, path, format!("there is no {what} `{word}`"), help);
        }
    }

    fn is_known(&mut self, what: &'static str, word: &str) -> bool {
        if !self.sets.contains_key(what) {
            let words = self.words(what).into_iter().collect();
            self.sets.insert(what, words);
        }
        self.sets[what].contains(word)
    }

    /// The most similar known word, for the first [`HELPED`] mistakes.
    fn near(&self, what: &str, word: &str) -> Option<String> {
        if self.errors.len() >= HELPED {
            return None;
        }
        nearest(word, self.words(what)).map(|near| format!("did you mean `{near}`?"))
    }

    /// Requirements that imply themselves, by way of others. Each circle is reported once.
    fn cycles(&mut self) {
        let requirements = &self.catalog.requirements;
        let indices: HashMap<&str, usize> =
            requirements.iter().enumerate().map(|(index, known)| (known.id.as_str(), index)).collect();
        let next = |index: usize, at: usize| {
            let implied = requirements[index].implies.get(at)?;
            Some(indices.get(implied.as_str()).copied())
        };
        let mut done = vec![false; requirements.len()];
        // The way to the requirement that is looked at, with the implied one that is next for each.
        let mut way: Vec<(usize, usize)> = Vec::new();
        let mut on_the_way = vec![false; requirements.len()];
        for start in 0..requirements.len() {
            way.push((start, 0));
            while let Some((index, at)) =
                way.last_mut().map(|(index, at)| (*index, std::mem::replace(at, *at + 1)))
            {
                if at == 0 {
                    if done[index] {
                        way.pop();
                        continue;
                    }
                    on_the_way[index] = true;
                }
                match next(index, at) {
                    None => {
                        done[index] = true;
                        on_the_way[index] = false;
                        way.pop();
                    }
                    Some(Some(implied)) if on_the_way[implied] => {
                        let from = way.iter().position(|(index, _)| *index == implied).unwrap_or_default();
                        let circle: Vec<&str> = way[from..]
                            .iter()
                            .map(|(index, _)| requirements[*index].id.as_str())
                            .chain([requirements[implied].id.as_str()])
                            .take(SHOWN)
                            .collect();
                        let more = if way.len() - from >= SHOWN { " -> .." } else { "" };
                        let message = format!(
                            "`{}` implies itself: {}{more}",
                            requirements[implied].id,
                            circle.join(" -> ")
                        );
                        let help = Some("leave one of these out of `implies`".to_owned());
                        self.error("requirement", index, &[Key("implies"), At(at)], message, help);
                    }
                    Some(Some(implied)) if !done[implied] => way.push((implied, 0)),
                    Some(_) => {}
                }
            }
        }
    }

    fn when(&mut self, kind: &str, index: usize, when: &When) {
        let lists: [(&'static str, &str, &[String]); 7] = [
            ("vmm", "VMM", &when.vmm),
            ("boot", "boot method", &when.boot),
            ("isolation", "isolation mode", &when.isolation),
            ("guest", "guest", &when.guest),
            ("except", "guest", &when.except),
            ("family", "family", &when.family),
            ("with", "requirement", &when.with),
        ];
        for (key, what, list) in lists {
            for (at, word) in list.iter().enumerate() {
                self.known(kind, index, &[Key("when"), Key(key), At(at)], what, word);
            }
        }
    }

    fn evidence(&mut self, kind: &str, index: usize, evidence: &[Evidence]) {
        self.evidence_at(kind, index, &[], evidence);
    }

    fn evidence_at(&mut self, kind: &str, index: usize, path: &[Step], evidence: &[Evidence]) {
        if evidence.is_empty() {
            let help = Some("cite the evidence: `evidence = [\"source:place\"]`".to_owned());
            self.error(kind, index, path, "a fact without evidence".to_owned(), help);
        }
        for (at, place) in evidence.iter().enumerate() {
            if !self.is_known("source", &place.source) {
                let help = self.near("source", &place.source);
                let path: Vec<Step> = path
                    .iter()
                    .map(|step| match step {
                        Key(key) => Key(key),
                        At(at) => At(*at),
                    })
                    .chain([Key("evidence"), At(at)])
                    .collect();
                self.error(kind, index, &path, format!("there is no source `{}`", place.source), help);
            }
        }
    }

    fn error(&mut self, kind: &str, index: usize, path: &[Step], message: String, help: Option<String>) {
        let error = Diagnostic::new(message).label(place(self.groups, kind, index, path), "");
        self.errors.push(match help {
            Some(help) => error.help(help),
            None => error,
        });
    }
}
