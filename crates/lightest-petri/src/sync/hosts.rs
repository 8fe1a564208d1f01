//! Conditions on hosts: isolation, words of `requires(..)`, and refusals of backends.

use lightest_model::catalog::{Guest, Support};
use lightest_model::config::{Config, Form, GuestRef, Isolation};

use crate::openvmm::facts::Need;
use lightest_sync::catalog_text::Target;
use lightest_sync::{quoted, rules};

use super::SyncContext;

pub(super) fn compare(work: &mut SyncContext<'_>) {
    isolation(work);
    capabilities(work);
    compat(work);
}

/// A mode that must be offered needs a kind of host of its own; no other mode may have one.
fn isolation(work: &mut SyncContext<'_>) {
    let (facts, catalog) = (work.facts, work.compare.catalog);
    if facts.host_needs.is_empty() {
        return;
    }
    let vmms: Vec<&str> = catalog.vmms.iter().filter(|vmm| !vmm.lab).map(|vmm| vmm.id.as_str()).collect();
    for mode in Isolation::ALL {
        for vmm in &vmms {
            let wanted: Vec<_> = facts
                .host_needs
                .iter()
                .filter(|need| need.isolation == mode && need.vmm.as_deref().is_none_or(|of| of == *vmm))
                .collect();
            let of_catalog = catalog.hosts.iter().rposition(|host| {
                let when = &host.when;
                when.isolation.iter().any(|word| word == mode.word())
                    && (when.vmm.is_empty() || when.vmm.iter().any(|word| word == vmm))
            });
            let bare = of_catalog.is_some_and(|index| catalog.hosts[index].id == "bare-metal");
            let wants_bare = wanted.iter().find(|need| need.need == Need::Baremetal);
            match (wanted.first(), of_catalog) {
                (Some(need), None) => {
                    work.compare
                        .differ(
                            rules::HOST_DIFFERS,
                            format!("{mode} on {vmm} requires something of its host"),
                        )
                        .spot(Some(work.corpus.spot(&need.place)), "a requirement is made of it here")
                        .help("add a kind of host for it to hosts.toml")
                        .done();
                }
                (None, Some(index)) => {
                    work.compare
                        .differ(
                            rules::HOST_DIFFERS,
                            format!("{mode} on {vmm} no longer requires anything of its host"),
                        )
                        .spot(
                            facts.host_needs_place.as_ref().map(|place| work.corpus.spot(place)),
                            "requirements are made here",
                        )
                        .catalog(&Target::entry("host", index), "the catalog has a kind of host for it")
                        .done();
                }
                _ => {}
            }
            if let (Some(index), true) = (of_catalog, !wanted.is_empty()) {
                let target = Target::entry("host", index);
                match (wants_bare, bare) {
                    (Some(need), false) => {
                        work.compare
                            .differ(rules::HOST_DIFFERS, format!("{mode} on {vmm} needs bare metal"))
                            .spot(Some(work.corpus.spot(&need.place)), "nested hosts are ruled out here")
                            .catalog(&target, "the catalog asks for less")
                            .done();
                    }
                    (None, true) => {
                        work.compare
                            .differ(
                                rules::HOST_DIFFERS,
                                format!("{mode} on {vmm} no longer needs bare metal"),
                            )
                            .spot(
                                facts.host_needs_place.as_ref().map(|place| work.corpus.spot(place)),
                                "no requirement here rules nested hosts out",
                            )
                            .catalog(&target, "the catalog asks for bare metal")
                            .done();
                    }
                    _ => {}
                }
            }
        }
    }
}

fn capabilities(work: &mut SyncContext<'_>) {
    let (facts, catalog) = (work.facts, work.compare.catalog);
    if facts.capabilities.is_empty() {
        return;
    }
    for (word, place) in &facts.capabilities {
        if !catalog.test_capabilities.iter().any(|known| known.id == *word) {
            work.compare
                .differ(
                    rules::CAPABILITY_DIFFERS,
                    format!("`requires({word})` is legal, and not in the catalog"),
                )
                .spot(Some(work.corpus.spot(place)), "it is listed here")
                .help("add it to test-capabilities.toml with what it requires of the host")
                .done();
        }
    }
    for (index, known) in catalog.test_capabilities.iter().enumerate() {
        if !facts.capabilities.contains_key(&known.id) {
            work.compare
                .differ(rules::CAPABILITY_DIFFERS, format!("`requires({})` is no longer accepted", known.id))
                .spot(
                    facts.capability_list.as_ref().map(|place| work.corpus.spot(place)),
                    "these are the words",
                )
                .catalog(&Target::entry("test_capability", index), "the catalog still has it")
                .done();
        }
    }
}

/// Refusals of a backend on every host must be a *no* for `runs`.
fn compat(work: &mut SyncContext<'_>) {
    let (facts, catalog) = (work.facts, work.compare.catalog);
    for (vmm, compat) in &facts.compat {
        for (word, arch) in &compat.refused {
            let Some(boot) = catalog.boot_method(word).filter(|boot| boot.archs.contains(arch)) else {
                continue;
            };
            let guests: Vec<&Guest> = catalog
                .guests
                .iter()
                .filter(|guest| {
                    guest.lab.is_empty()
                        && boot.forms.contains(&guest.form)
                        && guest.arch.is_none_or(|of_guest| of_guest == *arch)
                })
                .collect();
            let running: Vec<&str> = guests
                .iter()
                .filter(|guest| {
                    let config = config(vmm, word, *arch, guest);
                    !catalog.capabilities.iter().any(|statement| {
                        statement.requirement == "runs"
                            && statement.support == Support::No
                            && statement.when.selects(&config, guest, boot.openhcl)
                    })
                })
                .map(|guest| guest.id.as_str())
                .collect();
            if running.is_empty() {
                continue;
            }
            let index = catalog.capabilities.iter().position(|statement| {
                statement.requirement == "runs"
                    && guests.iter().any(|guest| {
                        statement.when.selects(&config(vmm, word, *arch, guest), guest, boot.openhcl)
                    })
            });
            let mut draft = work
                .compare
                .differ(
                    rules::COMPAT_DIFFERS,
                    format!("no host runs `{vmm}_{word}_{arch}`, and the catalog does not say so"),
                )
                .spot(Some(work.corpus.spot(&compat.place)), "petri refuses it here, whatever the host")
                .note(format!("guests for which the catalog gives no `no`: {}", quoted(running)));
            if let Some(index) = index {
                draft = draft
                    .catalog(&Target::entry("capability", index).key("support"), "the catalog's statement");
            }
            draft.help("add a statement `requirement = \"runs\"`, `support = \"no\"` for it").done();
        }
        // The other way round: a *no* that rests on this very check.
        for (index, statement) in catalog.capabilities.iter().enumerate() {
            if statement.requirement != "runs" || statement.support != Support::No {
                continue;
            }
            let (path, first, last) = work.corpus.lines(&compat.place);
            let rests = statement.evidence.iter().any(|evidence| {
                work.compare
                    .evidence
                    .now(evidence)
                    .is_some_and(|(at, from, to)| at == path && from <= last && to >= first)
            });
            if !rests {
                continue;
            }
            for boot in &catalog.boot_methods {
                for arch in &boot.archs {
                    if compat.refused.contains(&(boot.id.clone(), *arch)) {
                        continue;
                    }
                    let claimed = catalog.guests.iter().any(|guest| {
                        guest.lab.is_empty()
                            && boot.forms.contains(&guest.form)
                            && guest.arch.is_none_or(|of_guest| of_guest == *arch)
                            && statement.when.selects(
                                &config(vmm, &boot.id, *arch, guest),
                                guest,
                                boot.openhcl,
                            )
                    });
                    if claimed {
                        let name = format!("{vmm}_{}_{arch}", boot.id);
                        work.compare
                            .differ(rules::COMPAT_DIFFERS, format!("petri no longer refuses `{name}`"))
                            .spot(Some(work.corpus.spot(&compat.place)), "this check lets some host run it")
                            .catalog(
                                &Target::entry("capability", index).key("support"),
                                "the catalog says no, and cites this check",
                            )
                            .done();
                    }
                }
            }
        }
    }
}

pub(super) fn config(vmm: &str, boot: &str, arch: lightest_model::config::Arch, guest: &Guest) -> Config {
    let id = if guest.form == Form::None { "none".to_owned() } else { guest.id.clone() };
    Config {
        vmm: Some(vmm.to_owned()),
        boot: boot.to_owned(),
        arch,
        isolation: None,
        guest: GuestRef { form: guest.form, id },
        extra_deps: Vec::new(),
    }
}
