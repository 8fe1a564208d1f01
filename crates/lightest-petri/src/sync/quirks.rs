//! Quirks: what each guest waits and reboots, added up over the catalog's entries and by the source.

use std::collections::BTreeMap;

use crate::Spelled;
use lightest_model::catalog::{Guest, Support};
use lightest_model::config::{Config, Form};

use crate::openvmm::Place;
use crate::openvmm::facts::{At, GuestQuirks, Image, Reboot};
use lightest_sync::catalog_text::{Edit, New, Target};
use lightest_sync::rules;

use super::SyncContext;
use super::hosts::config;

/// The compared aspects of a quirk.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Aspect {
    /// Seconds before a shutdown through the integration component.
    Shutdown,
    /// Reboots at first boot.
    Reboots,
    /// Reboots at first boot with a TPM.
    RebootsWithTpm,
}

impl Aspect {
    const ALL: [Self; 3] = [Self::Shutdown, Self::Reboots, Self::RebootsWithTpm];

    const fn asks(self) -> &'static [&'static str] {
        match self {
            Self::Shutdown => &["shutdown-ic"],
            Self::Reboots => &[],
            Self::RebootsWithTpm => &["tpm"],
        }
    }

    fn say(self, amount: u64) -> String {
        match self {
            Self::Shutdown => format!("{amount} s before a shutdown"),
            Self::Reboots => format!("{amount} reboots at first boot"),
            Self::RebootsWithTpm => format!("{amount} reboots at first boot with a TPM"),
        }
    }
}

/// Configurations of one guest that differ in the same way.
struct Group {
    configs: Vec<String>,
    place: Option<Place>,
    entries: Vec<usize>,
}

pub(super) fn compare(work: &mut SyncContext<'_>) {
    let (facts, catalog) = (work.facts, work.compare.catalog);
    let Some(wait) = &facts.shutdown_wait else { return };
    let base = base(work, wait);
    let mut groups: BTreeMap<(String, Aspect, u64, u64), Group> = BTreeMap::new();
    for boot in facts.boots.values() {
        let Some(known) = catalog.boot_method(&boot.word) else { continue };
        for arch in boot.archs.keys() {
            for guest in &catalog.guests {
                if !guest.lab.is_empty()
                    || !boot.forms.contains(&guest.form)
                    || guest.arch.is_some_and(|of| of != *arch)
                {
                    continue;
                }
                // A VMM that the catalog does not have is reported by itself; what the lab calls so is another.
                let in_catalog = |vmm: &&String| catalog.vmm(vmm).is_some_and(|vmm| !vmm.lab);
                for vmm in facts.vmms.keys().filter(in_catalog) {
                    let config = config(vmm, &boot.word, *arch, guest);
                    let Some((quirks, place)) = stated(work, guest, boot, vmm) else { continue };
                    for what in Aspect::ALL {
                        if what == Aspect::RebootsWithTpm && !has_tpm(work, &config, guest, known.openhcl) {
                            continue;
                        }
                        let sleep = quirks.shutdown_sleep.as_ref();
                        let is = match what {
                            Aspect::Shutdown => wait.value + sleep.map_or(0, |sleep| sleep.value),
                            Aspect::Reboots => match quirks.reboot.as_ref().map(|reboot| &reboot.value) {
                                Some(Reboot::Always) => 1,
                                Some(Reboot::WithOpenhclUefi) if boot.firmware == "OpenhclUefi" => 1,
                                _ => 0,
                            },
                            Aspect::RebootsWithTpm => {
                                match quirks.reboot.as_ref().map(|reboot| &reboot.value) {
                                    Some(Reboot::Always | Reboot::WithTpm) => 1,
                                    Some(Reboot::WithOpenhclUefi) if boot.firmware == "OpenhclUefi" => 1,
                                    _ => 0,
                                }
                            }
                        };
                        let (was, entries) = catalog_value(work, &config, guest, known.openhcl, what, base);
                        if is == was {
                            continue;
                        }
                        let at = match what {
                            Aspect::Shutdown => sleep.map_or_else(
                                || if entries.len() == 1 { wait.place.clone() } else { place.clone() },
                                |sleep| sleep.place.clone(),
                            ),
                            _ => quirks
                                .reboot
                                .as_ref()
                                .map_or_else(|| place.clone(), |reboot| reboot.place.clone()),
                        };
                        let group = groups.entry((guest.id.clone(), what, is, was)).or_insert_with(|| {
                            Group { configs: Vec::new(), place: Some(at), entries: entries.clone() }
                        });
                        group.configs.push(Spelled(&config).to_string());
                        group.entries.retain(|entry| entries.contains(entry));
                    }
                }
            }
        }
    }
    report(work, groups);
}

/// Compares the wait of every guest with the one entry that states it for a guest without a sleep of its own: Linux
/// Direct. Returns that entry, and the value that it should have.
fn base(work: &mut SyncContext<'_>, wait: &At<u64>) -> Option<(usize, u64)> {
    let catalog = work.compare.catalog;
    let guest = catalog.guests.iter().find(|guest| guest.form == Form::Direct && guest.lab.is_empty())?;
    let boot = catalog.boot_methods.iter().find(|boot| boot.forms.contains(&Form::Direct))?;
    let vmm = catalog.vmms.iter().find(|vmm| !vmm.lab)?;
    let config = config(&vmm.id, &boot.id, *boot.archs.first()?, guest);
    let (was, entries) = catalog_value(work, &config, guest, boot.openhcl, Aspect::Shutdown, None);
    let [entry] = entries.as_slice() else { return None };
    if was != wait.value {
        let target = Target::entry("quirk", *entry).key("cost").key("waits_s");
        work.compare
            .differ(
                rules::QUIRK_DIFFERS,
                format!("every guest waits {} s before a shutdown, the catalog says {was}", wait.value),
            )
            .spot(Some(work.corpus.spot(&wait.place)), format!("{} s here", wait.value))
            .catalog(&target, format!("{was} s in the catalog"))
            .edit(Edit { target, new: New::Int(wait.value) })
            .done();
    }
    Some((*entry, wait.value))
}

/// The quirks that the source states for this guest there; `None` where it has none of waits at all.
fn stated(
    work: &SyncContext<'_>,
    guest: &Guest,
    boot: &crate::openvmm::facts::Boot,
    vmm: &str,
) -> Option<(GuestQuirks, Place)> {
    let facts = work.facts;
    if guest.form == Form::Direct {
        return Some((GuestQuirks::default(), boot.place.clone()));
    }
    let word = facts.guests.get(&(guest.form, guest.id.clone()))?;
    let image = word.images.get(&boot.generation?)?;
    let Image::Artifact(key) = &image.value else { return None };
    let artifact = facts.artifacts.get(key)?;
    // Quirks that could not be read are a gap already.
    if !artifact.quirks_known {
        return None;
    }
    // A guest without an operating system is not asked to shut down.
    if artifact.os.as_ref().is_some_and(|os| os.value == "Uefi") {
        return None;
    }
    let honoured = facts.quirks_honoured.as_ref()?.value.contains(&boot.firmware);
    let quirks =
        if honoured { artifact.quirks.get(vmm).cloned().unwrap_or_default() } else { GuestQuirks::default() };
    Some((quirks, artifact.quirks_place.clone().unwrap_or_else(|| artifact.place.clone())))
}

/// The catalog's value; `base` is an entry that is reported already, and the value that it should have.
fn catalog_value(
    work: &SyncContext<'_>,
    config: &Config,
    guest: &Guest,
    openhcl: bool,
    what: Aspect,
    base: Option<(usize, u64)>,
) -> (u64, Vec<usize>) {
    let mut sum = 0;
    let mut entries = Vec::new();
    for (index, quirk) in work.compare.catalog.quirks.iter().enumerate() {
        let asked = quirk.when.with.iter().all(|word| what.asks().contains(&word.as_str()));
        if !asked || !quirk.when.selects(config, guest, openhcl) {
            continue;
        }
        let amount = match (what, base) {
            (Aspect::Shutdown, Some((entry, seconds))) if entry == index => seconds,
            (Aspect::Shutdown, _) => u64::from(quirk.cost.waits_s),
            _ => u64::from(quirk.cost.reboots),
        };
        if amount > 0 {
            sum += amount;
            entries.push(index);
        }
    }
    (sum, entries)
}

/// Whether the catalog states that it has a TPM: without one there is no reboot to pay for.
fn has_tpm(work: &SyncContext<'_>, config: &Config, guest: &Guest, openhcl: bool) -> bool {
    let states = |support| {
        work.compare.catalog.capabilities.iter().any(|statement| {
            statement.requirement == "tpm"
                && statement.support == support
                && statement.when.selects(config, guest, openhcl)
        })
    };
    states(Support::Yes) && !states(Support::No)
}

fn report(work: &mut SyncContext<'_>, groups: BTreeMap<(String, Aspect, u64, u64), Group>) {
    for ((guest, what, is, was), group) in groups {
        let index =
            work.compare.catalog.guests.iter().position(|known| known.id == guest).unwrap_or_default();
        let key = if what == Aspect::Shutdown { "waits_s" } else { "reboots" };
        let mut draft = work
            .compare
            .differ(rules::QUIRK_DIFFERS, format!("`{guest}` has {}, the catalog says {was}", what.say(is)))
            .spot(group.place.as_ref().map(|place| work.corpus.spot(place)), "stated here");
        draft = match group.entries.as_slice() {
            [] => draft.catalog(&Target::entry("guest", index), "no quirk in the catalog covers it"),
            [first, ..] => {
                let target = Target::entry("quirk", *first).key("cost").key(key);
                draft.catalog(&target, format!("{was} in all by the catalog"))
            }
        };
        // A single entry with the whole value can be corrected; a share of a sum takes a person.
        if let [only] = group.entries.as_slice()
            && is > 0
        {
            draft = draft
                .edit(Edit { target: Target::entry("quirk", *only).key("cost").key(key), new: New::Int(is) });
        }
        let shown: Vec<&str> = group.configs.iter().take(4).map(String::as_str).collect();
        let more = group.configs.len().saturating_sub(4);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        draft
            .note(format!("in {}{more}", lightest_sync::quoted(shown)))
            .help("correct `when` or `cost` of the quirk in quirks.toml")
            .done();
    }
}
