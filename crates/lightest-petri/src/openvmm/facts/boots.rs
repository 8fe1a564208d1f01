//! Boot methods: the words, architectures, guests and options that the test macros accept.

use std::collections::{BTreeMap, BTreeSet};

use lightest_model::config::{Form, Isolation};

use crate::openvmm::corpus::{Corpus, Place, View};
use crate::openvmm::items::{Arm, Item, functions, functions_in, impls, matches_in};

use super::value::{only_arch, split_arch};
use super::{At, Boot, Facts};

pub(super) fn read(corpus: &Corpus, facts: &mut Facts) {
    let parsers: Vec<Item<'_>> =
        corpus.views().flat_map(|view| impls(view, "Parse")).filter(|item| item.name == "Config").collect();
    let mut arms = Vec::new();
    for parser in &parsers {
        for found in matches_in(parser.body) {
            if found.arms.iter().any(|arm| arm.strings().is_some() && names_firmware(arm)) {
                facts.boot_list = Some(found.place.clone());
                arms = found.arms;
            }
        }
    }
    if arms.is_empty() {
        let place = parsers.first().map(|item| item.whole.place()).or_else(|| macros(corpus));
        facts.gap(
            "the words of boot methods",
            "there is no `match` from words to `Firmware` in an `impl Parse for Config`",
            place,
        );
        return;
    }
    vmms(&parsers, facts);
    for arm in &arms {
        match arm.strings() {
            Some(words) if names_firmware(arm) => {
                for word in words {
                    accepted(corpus, word, arm, facts);
                }
            }
            Some(words) if refuses(arm) => {
                for word in words {
                    refused(word, arm, facts);
                }
            }
            None if arm.is_wild() && refuses(arm) => {}
            _ => facts.gap(
                "the words of boot methods",
                "this arm neither names a `Firmware` nor refuses",
                Some(arm.whole().place()),
            ),
        }
    }
    // A word that is only refused has no arm of its own.
    facts.boots.retain(|_, boot| !boot.archs.is_empty());
    names(corpus, facts);
    checks(corpus, facts);
}

/// Where the test macros begin, for what is not found among them.
fn macros(corpus: &Corpus) -> Option<Place> {
    corpus.views().find_map(|view| view.find(&["proc_macro_attribute"]).map(|at| view.place_at(at)))
}

fn names_firmware(arm: &Arm<'_>) -> bool {
    arm.body.members_of("Firmware").next().is_some()
}

fn refuses(arm: &Arm<'_>) -> bool {
    arm.body.all().any(|at| arm.body.is_ident(at, "Err") || arm.body.is_ident(at, "error"))
}

fn vmms(parsers: &[Item<'_>], facts: &mut Facts) {
    for parser in parsers {
        let body = parser.body;
        for at in body.all() {
            if !(body.is_ident(at, "strip_prefix") && body.is_open(at + 1, '(')) {
                continue;
            }
            let block = body.next(at + 1);
            let names_vmm = body.is_open(block, '{') && body.inside(block).members_of("Vmm").next().is_some();
            if let Some(word) = body.inside(at + 1).first_string().and_then(|word| word.strip_suffix('_'))
                && names_vmm
            {
                facts.vmms.insert(word.to_owned(), body.place_at(at + 2));
            }
        }
    }
    if facts.vmms.is_empty()
        && let Some(place) = facts.boot_list.clone()
    {
        // Before there was a choice, the macros knew OpenVMM alone and no prefix.
        facts.vmms.insert("openvmm".to_owned(), place);
    }
}

fn boot<'f>(word: &str, arm: &Arm<'_>, facts: &'f mut Facts) -> &'f mut Boot {
    facts.boots.entry(word.to_owned()).or_insert_with(|| Boot {
        word: word.to_owned(),
        firmware: String::new(),
        archs: BTreeMap::new(),
        refused: BTreeMap::new(),
        forms: BTreeSet::new(),
        generation: None,
        isolation: BTreeMap::new(),
        options: BTreeMap::new(),
        name_part: None,
        checks_guest_arch: false,
        place: arm.whole().place(),
    })
}

fn accepted(corpus: &Corpus, word: &str, arm: &Arm<'_>, facts: &mut Facts) {
    let place = arm.whole().place();
    let stated = only_arch(arm.body);
    let Some((stem, arch)) = split_arch(word).filter(|(_, arch)| stated == Some(*arch)) else {
        facts.gap(
            format!("the boot method `{word}`"),
            "its word does not end in its architecture",
            Some(place),
        );
        return;
    };
    let firmware = arm.body.members_of("Firmware").next().map_or("", |(_, member)| member).to_owned();
    let guests = guest_parser(corpus, arm.body);
    let options = options_parser(corpus, arm.body);
    let boot = boot(stem, arm, facts);
    boot.archs.insert(arch, place.clone());
    if boot.firmware.is_empty() {
        boot.firmware = firmware;
    } else if boot.firmware != firmware {
        let because = format!("it is `{firmware}` here and `{}` on another architecture", boot.firmware);
        facts.gap(format!("the boot method `{stem}`"), because, Some(place));
        return;
    }
    let mut unread = Vec::new();
    match guests {
        Guests::Direct => {
            boot.forms.insert(Form::Direct);
        }
        Guests::Read(arms) => {
            for (form, generation) in arms {
                boot.forms.insert(form);
                boot.generation = boot.generation.or(generation);
            }
        }
        Guests::Unreadable(what) => unread.push(what),
    }
    for (name, isolation, place) in options {
        match (isolation, Isolation::from_word(&name)) {
            (true, Some(mode)) => {
                boot.isolation.insert(mode, place);
            }
            (true, None) => unread.push(format!("the isolation mode `{name}` is new")),
            (false, _) => {
                boot.options.insert(name, place);
            }
        }
    }
    for because in unread {
        facts.gap(format!("what the boot method `{stem}` accepts"), because, Some(place.clone()));
    }
}

fn refused(word: &str, arm: &Arm<'_>, facts: &mut Facts) {
    let place = arm.whole().place();
    match (split_arch(word), arm.body.first_string()) {
        (Some((stem, arch)), Some(reason)) => {
            boot(stem, arm, facts).refused.insert(arch, At::new(reason.to_owned(), place));
        }
        _ => facts.gap(format!("why `{word}` is refused"), "no reason is given", Some(place)),
    }
}

/// The legal guests of a boot method.
enum Guests {
    /// Nothing is parsed: the guest is Linux Direct's own.
    Direct,
    /// These forms, with the generation that their images are chosen by.
    Read(Vec<(Form, Option<u8>)>),
    /// A parser that is not understood.
    Unreadable(String),
}

fn guest_parser(corpus: &Corpus, body: View<'_>) -> Guests {
    let Some(at) = body.all().find(|at| {
        body.ident(*at).is_some_and(|word| word.starts_with("parse_") && word.ends_with("_guest"))
    }) else {
        return Guests::Direct;
    };
    let name = body.text(at);
    // `fn NAME(..) -> ..Result<TYPE>`, then `impl Parse for TYPE`.
    let types: Vec<&str> = functions_in(corpus, name)
        .iter()
        .filter_map(|function| {
            function
                .head
                .outer()
                .filter_map(|at| function.head.ident(at))
                .filter(|word| word.ends_with("Guest"))
                .last()
        })
        .collect();
    let [guest] = types.as_slice() else {
        return Guests::Unreadable(format!("`{name}` does not return one type of guest"));
    };
    let mut found = Vec::new();
    for parser in corpus.views().flat_map(|view| impls(view, "Parse")).filter(|item| item.name == *guest) {
        for arm in matches_in(parser.body).into_iter().flat_map(|found| found.arms) {
            let Some(words) = arm.strings() else { continue };
            let generation = generation(arm.body);
            for word in words {
                found.push(match word {
                    "vhd" => (Form::Vhd, generation),
                    "iso" => (Form::Iso, generation),
                    "none" => (Form::None, None),
                    _ if arm.body.members_of(guest).next().is_some() => (Form::UefiApp, None),
                    _ => return Guests::Unreadable(format!("the guest `{word}` is new")),
                });
            }
        }
    }
    if found.is_empty() {
        return Guests::Unreadable(format!("there is no `impl Parse for {guest}` with words"));
    }
    Guests::Read(found)
}

/// The generation that is named in view.
pub(super) fn generation(view: View<'_>) -> Option<u8> {
    match view.members_of("Generation").next()?.1 {
        "Gen1" => Some(1),
        "Gen2" => Some(2),
        _ => None,
    }
}

fn options_parser(corpus: &Corpus, body: View<'_>) -> Vec<(String, bool, Place)> {
    let Some(at) = body.all().find(|at| {
        body.ident(*at).is_some_and(|word| word.starts_with("parse_") && word.ends_with("_options"))
    }) else {
        return Vec::new();
    };
    let types: Vec<&str> = functions_in(corpus, body.text(at))
        .iter()
        .filter_map(|function| {
            function
                .head
                .outer()
                .filter_map(|at| function.head.ident(at))
                .filter(|word| word.ends_with("Options"))
                .last()
        })
        .collect();
    let mut found = Vec::new();
    for parser in
        corpus.views().flat_map(|view| impls(view, "Parse")).filter(|item| types.contains(&item.name))
    {
        for arm in matches_in(parser.body).into_iter().flat_map(|found| found.arms) {
            for word in arm.strings().unwrap_or_default() {
                let isolation = arm.body.members_of("IsolationType").next().is_some();
                found.push((word.to_owned(), isolation, arm.pattern.place()));
            }
        }
    }
    found
}

/// The parts of test names: `Firmware::X => "part"`.
fn names(corpus: &Corpus, facts: &mut Facts) {
    let mut parts: BTreeMap<String, At<String>> = BTreeMap::new();
    for function in functions_in(corpus, "name_prefix") {
        for arm in matches_in(function.body).into_iter().flat_map(|found| found.arms) {
            if let (Some((_, member)), Some(part)) =
                (arm.pattern.members_of("Firmware").next(), arm.body.string(arm.body.from))
            {
                parts
                    .entry(member.to_owned())
                    .or_insert_with(|| At::new(part.to_owned(), arm.whole().place()));
            }
        }
    }
    let mut unnamed = Vec::new();
    for boot in facts.boots.values_mut() {
        boot.name_part = parts.get(&boot.firmware).cloned();
        if boot.name_part.is_none() {
            unnamed.push((boot.word.clone(), boot.place.clone()));
        }
    }
    for (word, place) in unnamed {
        let because = "no `name_prefix` gives a string for its `Firmware`";
        facts.gap(format!("the part of test names of `{word}`"), because, Some(place));
    }
}

/// Boot methods under which `impl Parse for Args` compares a disk image's architecture.
fn checks(corpus: &Corpus, facts: &mut Facts) {
    let mut read = false;
    for parser in corpus.views().flat_map(|view| impls(view, "Parse")).filter(|item| item.name == "Args") {
        read |= !functions(parser.body, "parse").is_empty();
        for arm in matches_in(parser.body).into_iter().flat_map(|found| found.arms) {
            let checked: Vec<&str> = arm.pattern.members_of("Firmware").map(|(_, member)| member).collect();
            if checked.is_empty() || arm.body.find(&["arch"]).is_none() {
                continue;
            }
            for boot in facts.boots.values_mut().filter(|boot| checked.contains(&boot.firmware.as_str())) {
                boot.checks_guest_arch = true;
            }
        }
    }
    if !read {
        facts.gap(
            "where an image's architecture is checked",
            "there is no `impl Parse for Args` in any file",
            facts.boot_list.clone(),
        );
    }
}
