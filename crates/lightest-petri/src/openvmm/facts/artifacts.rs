//! Artifacts: what the artifact crates declare, and what they state about each image.

use std::collections::BTreeMap;

use crate::openvmm::corpus::{Corpus, Place, View};
use crate::openvmm::items::{Item, constants, impls, named};

use super::quirks::{self, StatedQuirks};
use super::value::{arch, integer};
use super::{Artifact, At, Facts};

/// Traits that make an artifact something to boot from.
const BOOTABLE: [&str; 2] = ["IsTestVhd", "IsTestIso"];
/// The trait of what is downloaded.
const HOSTED: &str = "IsHostedOnHvliteAzureBlobStore";

/// A fact that is another artifact's.
struct Alias {
    key: String,
    what: &'static str,
    other: String,
    place: Place,
}

pub(super) fn read(corpus: &Corpus, facts: &mut Facts) {
    let shape = quirks::Shape::read(corpus, facts);
    let mut lazy: BTreeMap<String, bool> = BTreeMap::new();
    for view in corpus.views() {
        declarations(view, facts, &mut lazy);
    }
    let mut same = Vec::new();
    for view in corpus.views() {
        let modules = named(view, "mod");
        for kind in BOOTABLE {
            for item in impls(view, kind) {
                bootable(&modules, item, &shape, facts, &mut same);
            }
        }
        for item in impls(view, HOSTED) {
            hosted(&modules, item, facts);
        }
    }
    if facts.artifacts.is_empty() {
        let because = format!("there is no `impl {} for ..` in any file", BOOTABLE.join("` or `"));
        facts.gap("images that can be booted", because, None);
    }
    resolve(facts, same);
    let keys: Vec<String> = facts.artifacts.keys().cloned().collect();
    for key in keys {
        finish(&key, &lazy, facts);
    }
}

/// The innermost module around a place; the file's own name is not looked at.
fn key(modules: &[Item<'_>], at: usize, name: &str) -> (String, String) {
    let module = modules
        .iter()
        .rfind(|item| (item.body.from..item.body.to).contains(&at))
        .map_or(String::new(), |item| item.name.to_owned());
    (format!("{module}::{name}"), module)
}

fn declarations(view: View<'_>, facts: &mut Facts, lazy: &mut BTreeMap<String, bool>) {
    let modules = named(view, "mod");
    for at in view.all() {
        let Some(name) = view.ident(at) else { continue };
        if !(name.starts_with("declare_") && name.ends_with("artifacts") && view.is_punct(at + 1, '!')) {
            continue;
        }
        let blob = match name {
            "declare_artifacts" => false,
            "declare_blob_artifacts" => true,
            _ => {
                facts.gap(
                    "which artifacts are declared",
                    format!("the macro `{name}!` is not known"),
                    Some(view.place_at(at)),
                );
                continue;
            }
        };
        let inside = view.inside(at + 2);
        let whole = view.slice(at, view.next(at + 2)).place();
        for part in inside.split(',') {
            // Documentation is no token; what is left is the name.
            if let Some(name) = part.ident(part.from)
                && part.to == part.from + 1
            {
                let (key, _) = key(&modules, at, name);
                lazy.insert(key.clone(), blob);
                facts.declared.insert(key, whole.clone());
            }
        }
    }
}

fn bootable(
    modules: &[Item<'_>],
    item: Item<'_>,
    shape: &quirks::Shape,
    facts: &mut Facts,
    same: &mut Vec<Alias>,
) {
    let (key, module) = key(modules, item.whole.from, item.name);
    let place = item.whole.place();
    let mut artifact = Artifact {
        module,
        name: item.name.to_owned(),
        os: None,
        arch: None,
        file: None,
        bytes: None,
        download: None,
        hosted: false,
        lazy_fetch: false,
        base: None,
        quirks: BTreeMap::new(),
        quirks_known: true,
        place,
        quirks_place: None,
    };
    for (name, value, place) in constants(item.body) {
        let other = delegate(value, name);
        match name {
            "OS_FLAVOR" | "ARCH" if other.is_some() => {
                let what = if name == "ARCH" { "ARCH" } else { "OS_FLAVOR" };
                same.push(Alias {
                    key: key.clone(),
                    what,
                    other: other.unwrap_or_default().to_owned(),
                    place,
                });
            }
            "OS_FLAVOR" => match value.members_of("OsFlavor").next() {
                Some((_, flavor)) => artifact.os = Some(At::new(flavor.to_owned(), place)),
                None => facts.gap(format!("the OS of `{key}`"), "it is no member of `OsFlavor`", Some(place)),
            },
            "ARCH" => match value.members_of("MachineArch").next().and_then(|(_, member)| arch(member)) {
                Some(arch) => artifact.arch = Some(At::new(arch, place)),
                None => {
                    facts.gap(
                        format!("the architecture of `{key}`"),
                        "it is no known member of `MachineArch`",
                        Some(place),
                    );
                }
            },
            _ => {
                facts.gap(
                    format!("all of `{key}`"),
                    format!("its constant `{name}` is not known"),
                    Some(place),
                );
            }
        }
    }
    for function in named(item.body, "fn") {
        if function.name == "quirks" {
            artifact.quirks_place = Some(function.whole.place());
            match quirks::of(function.body, shape) {
                Ok(StatedQuirks::Quirks(quirks)) => artifact.quirks = quirks,
                Ok(StatedQuirks::SameAs(other)) => {
                    same.push(Alias { key: key.clone(), what: "quirks", other, place: function.body.place() })
                }
                Err((because, place)) => {
                    artifact.quirks_known = false;
                    facts.gap(format!("the quirks of `{key}`"), because, Some(place));
                }
            }
        }
    }
    facts.artifacts.insert(key, artifact);
}

/// `OTHER::NAME`, where OTHER is an artifact rather than an enum.
fn delegate<'c>(value: View<'c>, name: &str) -> Option<&'c str> {
    let other = value.ident(value.from)?;
    let member = value.reads(value.from + 1, &[":", ":", name]) && value.to == value.from + 4;
    member.then_some(other)
}

fn hosted(modules: &[Item<'_>], item: Item<'_>, facts: &mut Facts) {
    let (key, _) = key(modules, item.whole.from, item.name);
    let place = item.whole.place();
    let Some(mut artifact) = facts.artifacts.remove(&key) else {
        // Files that no machine boots from, such as firmware state, are hosted too.
        return;
    };
    artifact.hosted = true;
    artifact.place = join(&artifact.place, &place);
    for (name, value, at) in constants(item.body) {
        let text = (value.to == value.from + 1).then(|| value.string(value.from)).flatten();
        match (name, text) {
            ("FILENAME", Some(text)) => artifact.file = Some(At::new(text.to_owned(), at)),
            ("DOWNLOAD_NAME", Some(text)) => artifact.download = Some(At::new(text.to_owned(), at)),
            ("SIZE", _) if integer(value).is_some() => {
                artifact.bytes = integer(value).map(|bytes| At::new(bytes, at));
            }
            ("FILENAME" | "DOWNLOAD_NAME" | "SIZE", _) => {
                facts.gap(format!("`{name}` of `{key}`"), "its value is no plain constant", Some(at));
            }
            _ => {
                facts.gap(format!("all of `{key}`"), format!("its constant `{name}` is not known"), Some(at));
            }
        }
    }
    for (what, missing) in [("file name", artifact.file.is_none()), ("size", artifact.bytes.is_none())] {
        if missing && !facts.gaps.iter().any(|gap| gap.what.contains(&key)) {
            let because = "it is hosted, but does not say";
            facts.gap(format!("the {what} of `{key}`"), because, Some(place.clone()));
        }
    }
    facts.artifacts.insert(key, artifact);
}

fn join(a: &Place, b: &Place) -> Place {
    if a.file == b.file {
        Place { file: a.file, start: a.start.min(b.start), end: a.end.max(b.end) }
    } else {
        a.clone()
    }
}

/// Resolves properties that refer to another artifact's.
fn resolve(facts: &mut Facts, same: Vec<Alias>) {
    // A chain of copies settles in as many rounds as it has links; a circle never does.
    let mut left = same;
    for _ in 0..8 {
        let mut unsettled = Vec::new();
        for entry in left {
            let module = entry.key.rsplit_once("::").map_or("", |(module, _)| module).to_owned();
            let other = facts.artifacts.get(&format!("{module}::{}", entry.other)).cloned();
            let settled = other.is_some_and(|other| {
                let Some(artifact) = facts.artifacts.get_mut(&entry.key) else { return false };
                artifact.base = Some(other.name.clone());
                match entry.what {
                    "OS_FLAVOR" => {
                        artifact.os = other.os.map(|os| At::new(os.value, entry.place.clone()));
                        artifact.os.is_some()
                    }
                    "ARCH" => {
                        artifact.arch = other.arch.map(|arch| At::new(arch.value, entry.place.clone()));
                        artifact.arch.is_some()
                    }
                    _ => {
                        artifact.quirks = other.quirks;
                        artifact.quirks_known = other.quirks_known;
                        for quirks in artifact.quirks.values_mut() {
                            if let Some(sleep) = &mut quirks.shutdown_sleep {
                                sleep.place = entry.place.clone();
                            }
                            if let Some(reboot) = &mut quirks.reboot {
                                reboot.place = entry.place.clone();
                            }
                        }
                        true
                    }
                }
            });
            if !settled {
                unsettled.push(entry);
            }
        }
        left = unsettled;
    }
    for entry in left {
        if let Some(artifact) = facts.artifacts.get_mut(&entry.key)
            && entry.what == "quirks"
        {
            artifact.quirks_known = false;
        }
        facts.gap(
            format!("`{}` of `{}`", entry.what, entry.key),
            format!("it is said to be that of `{}`, which is not known", entry.other),
            Some(entry.place),
        );
    }
}

fn finish(key: &str, lazy: &BTreeMap<String, bool>, facts: &mut Facts) {
    let declared = facts.declared.get(key).cloned();
    let Some(artifact) = facts.artifacts.get_mut(key) else { return };
    let place = artifact.place.clone();
    match (lazy.get(key), declared) {
        (Some(lazy), Some(declared)) => {
            artifact.lazy_fetch = *lazy;
            artifact.place = join(&artifact.place, &declared);
        }
        _ => facts.gap(format!("how `{key}` is fetched"), "no macro declares it", Some(place.clone())),
    }
    let known =
        facts.artifacts.get(key).is_some_and(|artifact| artifact.os.is_some() && artifact.arch.is_some());
    if !known && !facts.gaps.iter().any(|gap| gap.what.contains(key)) {
        facts.gap(format!("`{key}`"), "it states no OS or no architecture", Some(place));
    }
}
