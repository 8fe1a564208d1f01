//! Compatibility: what each VMM's backend refuses to run, whatever the host.

use std::collections::{BTreeMap, BTreeSet};

use lightest_model::config::Arch;
use lightest_model::machine::SYSTEMS;

use crate::openvmm::corpus::{Corpus, View};
use crate::openvmm::items::{functions, functions_in, impls, matches_in, own_impls};

use super::value::arch;
use super::{At, Compat, Facts};

pub(super) fn read(corpus: &Corpus, facts: &mut Facts) {
    let variants = variants(corpus, facts);
    let predicates = predicates(corpus);
    honoured(corpus, facts);
    // Without boot methods there is nothing to ask for.
    if facts.boots.is_empty() {
        return;
    }
    let boots: Vec<(String, String)> = facts
        .boots
        .values()
        .filter_map(|boot| Some((boot.word.clone(), variants.get(&boot.firmware)?.clone())))
        .collect();
    for view in corpus.views() {
        for item in impls(view, "PetriVmmBackend") {
            let vmm = item.name.to_ascii_lowercase();
            let vmm = vmm.strip_suffix("petribackend").unwrap_or(&vmm).to_owned();
            for function in functions(item.body, "check_compat") {
                let mut refused = BTreeSet::new();
                let mut unread = None;
                for (boot, firmware) in &boots {
                    for arch in crate::ARCHS {
                        let mut some = Some(false);
                        for system in SYSTEMS {
                            for host in crate::ARCHS {
                                let world =
                                    CompatCase { firmware, arch, system, host, predicates: &predicates };
                                match eval(function.body, &world, 16) {
                                    Some(true) => some = Some(true),
                                    Some(false) => {}
                                    None => unread = Some(function.body.place()),
                                }
                            }
                        }
                        if some == Some(false) && unread.is_none() {
                            refused.insert((boot.clone(), arch));
                        }
                    }
                }
                match unread {
                    Some(place) => {
                        let because = "`check_compat` is written in a way that is not known";
                        facts.gap(format!("what {vmm} refuses to run"), because, Some(place));
                    }
                    None => {
                        facts.compat.insert(vmm.clone(), Compat { refused, place: function.whole.place() });
                    }
                }
            }
        }
    }
    let missing: Vec<String> = facts
        .vmms
        .keys()
        .filter(|vmm| {
            !facts.compat.contains_key(*vmm) && !facts.gaps.iter().any(|gap| gap.what.contains(vmm.as_str()))
        })
        .cloned()
        .collect();
    for vmm in missing {
        let because = "no `impl PetriVmmBackend` of its name has a `check_compat`";
        facts.gap(format!("what {vmm} refuses to run"), because, None);
    }
}

/// The variant of petri's `Firmware` that each variant of the macros' becomes.
fn variants(corpus: &Corpus, facts: &Facts) -> BTreeMap<String, String> {
    let petri: Vec<_> = corpus.views().flat_map(|view| own_impls(view, "Firmware")).collect();
    let known: BTreeSet<String> = petri
        .iter()
        .flat_map(|item| functions(item.body, "is_openhcl"))
        .flat_map(|function| {
            function.body.members_of("Firmware").map(|(_, member)| member.to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let mut found = BTreeMap::new();
    for boot in facts.boots.values() {
        let firmware = boot.firmware.as_str();
        if known.contains(firmware) {
            found.insert(firmware.to_owned(), firmware.to_owned());
            continue;
        }
        // `Firmware::X => quote!(::petri::Firmware::constructor(..))`
        let constructor = functions_in(corpus, "to_tokens")
            .iter()
            .flat_map(|function| matches_in(function.body))
            .flat_map(|found| found.arms)
            .filter(|arm| arm.pattern.members_of("Firmware").any(|(_, member)| member == firmware))
            .find_map(|arm| arm.body.members_of("Firmware").next().map(|(_, name)| name.to_owned()));
        let Some(constructor) = constructor else { continue };
        let variant = petri.iter().flat_map(|item| functions(item.body, &constructor)).find_map(|function| {
            function.body.members_of("Firmware").next().map(|(_, name)| name.to_owned())
        });
        if let Some(variant) = variant {
            found.insert(firmware.to_owned(), variant);
        }
    }
    found
}

/// Variants for which `Firmware::is_..` is true, by the predicate's name.
fn predicates(corpus: &Corpus) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for item in corpus.views().flat_map(|view| own_impls(view, "Firmware")) {
        for function in crate::openvmm::items::named(item.body, "fn") {
            if !function.name.starts_with("is_") {
                continue;
            }
            let mut variants = BTreeSet::new();
            let mut whole = false;
            for arm in matches_in(function.body).into_iter().flat_map(|found| found.arms) {
                whole = true;
                if arm.body.is_ident(arm.body.from, "true") {
                    variants.extend(arm.pattern.members_of("Firmware").map(|(_, member)| member.to_owned()));
                }
            }
            if whole {
                found.insert(function.name.to_owned(), variants);
            } else if function.body.find(&["matches", "!"]).is_some() {
                let members = function.body.members_of("Firmware").map(|(_, member)| member.to_owned());
                found.insert(function.name.to_owned(), members.collect());
            }
        }
    }
    found
}

/// Variants whose guests' quirks `Firmware::quirks` looks up.
fn honoured(corpus: &Corpus, facts: &mut Facts) {
    for item in corpus.views().flat_map(|view| own_impls(view, "Firmware")) {
        for function in functions(item.body, "quirks") {
            let mut variants = BTreeSet::new();
            for arm in matches_in(function.body).into_iter().flat_map(|found| found.arms) {
                if arm.body.find(&[".", "quirks"]).is_some() {
                    variants.extend(arm.pattern.members_of("Firmware").map(|(_, member)| member.to_owned()));
                }
            }
            if !variants.is_empty() {
                facts.quirks_honoured = Some(At::new(variants, function.whole.place()));
            }
        }
    }
    if facts.quirks_honoured.is_none() {
        let because = "no `impl Firmware` has a `fn quirks` that looks them up";
        facts.gap("for which boot methods a guest's quirks count", because, None);
    }
}

struct CompatCase<'a> {
    firmware: &'a str,
    arch: Arch,
    system: &'a str,
    host: Arch,
    predicates: &'a BTreeMap<String, BTreeSet<String>>,
}

/// The value of a condition; `None` when it is written in a way that is not known.
fn eval(view: View<'_>, world: &CompatCase<'_>, depth: u8) -> Option<bool> {
    if depth == 0 || view.is_empty() {
        return None;
    }
    for (operator, all) in [('|', false), ('&', true)] {
        let parts = split_twice(view, operator);
        if parts.len() > 1 {
            let mut result = all;
            for part in parts {
                let value = eval(part, world, depth - 1)?;
                result = if all { result && value } else { result || value };
            }
            return Some(result);
        }
    }
    let from = view.from;
    if view.is_punct(from, '!') {
        return eval(view.slice(from + 1, view.to), world, depth - 1).map(|value| !value);
    }
    if view.is_open(from, '(') && view.next(from) == view.to {
        return eval(view.inside(from), world, depth - 1);
    }
    if view.to == from + 1 {
        return view.text(from).parse().ok();
    }
    if view.reads(from, &["cfg", "!"]) && view.next(from + 2) == view.to {
        let inside = view.inside(from + 2);
        return match (inside.text(inside.from), inside.string(inside.from + 2)) {
            ("windows", None) => Some(world.system == "windows"),
            ("unix", None) => Some(world.system != "windows"),
            ("target_os", Some(system)) if SYSTEMS.contains(&system) => Some(world.system == system),
            _ => None,
        };
    }
    if view.reads(from, &["firmware", "."]) && view.next(from + 3) == view.to {
        return world.predicates.get(view.ident(from + 2)?).map(|set| set.contains(world.firmware));
    }
    if view.reads(from, &["arch"]) && view.reads(from + 2, &["=", "MachineArch", ":", ":"]) {
        let other = match view.ident(from + 6)? {
            "host" => world.host,
            member => arch(member)?,
        };
        let equal = world.arch == other;
        return match view.text(from + 1) {
            "=" => Some(equal),
            "!" => Some(!equal),
            _ => None,
        };
    }
    None
}

/// The parts between a doubled operator such as `&&`, outside of groups.
fn split_twice<'c>(view: View<'c>, operator: char) -> Vec<View<'c>> {
    let mut parts = Vec::new();
    let mut from = view.from;
    let mut skip = None;
    for at in view.outer() {
        if skip == Some(at) {
            continue;
        }
        if view.is_punct(at, operator) && view.is_punct(at + 1, operator) {
            parts.push(view.slice(from, at));
            from = at + 2;
            skip = Some(at + 1);
        }
    }
    parts.push(view.slice(from, view.to));
    parts
}
