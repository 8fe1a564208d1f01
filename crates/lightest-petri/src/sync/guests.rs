//! Guests and their images.

use std::collections::BTreeSet;

use lightest_model::catalog::{Guest, Image as CatalogImage, Os};
use lightest_model::config::Form;

use crate::openvmm::Place;
use crate::openvmm::facts::{Artifact, GuestWord, Image};
use lightest_sync::catalog_text::{Edit, New, Target};
use lightest_sync::rules;

use super::SyncContext;

pub(super) fn compare(work: &mut SyncContext<'_>) {
    let facts = work.facts;
    let catalog = work.compare.catalog;
    if facts.guests.is_empty() {
        // Already a gap; nothing can be stated about each guest.
        return;
    }
    for ((form, word), guest) in &facts.guests {
        match catalog.guests.iter().position(|known| known.form == *form && known.id == *word) {
            Some(index) => same(work, guest, index),
            None => missing(work, guest),
        }
    }
    for (index, guest) in catalog.guests.iter().enumerate() {
        let key = (guest.form, guest.id.clone());
        if guest.form == Form::Direct {
            direct(work, guest, index);
            continue;
        }
        // Where the words of its form cannot be read, that is the gap.
        let Some(list) = facts.lists.get(&guest.form) else { continue };
        if !guest.lab.is_empty() || facts.guests.contains_key(&key) {
            continue;
        }
        work.compare
            .differ(rules::GUEST_GONE, format!("the guest `{}` is no longer accepted", guest.id))
            .spot(Some(work.corpus.spot(list)), format!("these are the words of `{}`", guest.form.word()))
            .catalog(&Target::entry("guest", index), "the catalog still has it")
            .help("remove the guest, and all statements on it")
            .done();
    }
}

fn missing(work: &mut SyncContext<'_>, guest: &GuestWord) {
    let facts = work.facts;
    let mut skeleton = format!("[[guest]]\nid = \"{}\"\nform = \"{}\"\n", guest.word, guest.form.word());
    if let Some(arch) = guest.arch {
        skeleton.push_str(&format!("arch = \"{arch}\"\n"));
    }
    let mut seen = BTreeSet::new();
    for image in guest.images.values() {
        let Image::Artifact(key) = &image.value else { continue };
        let Some(artifact) = facts.artifacts.get(key).filter(|_| seen.insert(key.clone())) else { continue };
        if let Some(os) = artifact.os.as_ref().and_then(|os| os_of(&os.value)) {
            skeleton.push_str(&format!("os = \"{}\"\n", os.word()));
        }
        skeleton.push_str(&format!("[[guest.image]]\nartifact = \"{}\"\n", artifact.name));
        if let Some(file) = &artifact.file {
            skeleton.push_str(&format!("file = \"{}\"\n", file.value));
        }
        if let Some(bytes) = &artifact.bytes {
            skeleton.push_str(&format!("bytes = {}\n", bytes.value));
        }
        skeleton.push_str(&format!("hosted = {}\nlazy_fetch = {}\n", artifact.hosted, artifact.lazy_fetch));
        skeleton.push_str(&format!("evidence = [\"openvmm:{}\"]\n", work.corpus.cite(&artifact.place)));
    }
    work.compare.differ(rules::GUEST_MISSING, format!("the guest `{}` is not in the catalog", guest.word))
        .spot(Some(work.corpus.spot(&guest.place)), format!("`{}({})` is legal here", guest.form.word(), guest.word))
        .note(format!("the source states:\n{}", skeleton.trim_end()))
        .help("add it to guests.toml with its title, family and boot class, and state what it provides in capabilities")
        .done();
}

/// Linux Direct has no word: its kernel and initrd must be declared.
fn direct(work: &mut SyncContext<'_>, guest: &Guest, index: usize) {
    let facts = work.facts;
    for (at, image) in guest.images.iter().enumerate() {
        let Some(artifact) = &image.artifact else { continue };
        let declared = facts.declared.keys().any(|key| key.rsplit("::").next() == Some(artifact.as_str()));
        if !declared && !facts.declared.is_empty() {
            let place =
                facts.declared.values().next().map(|place| Place { end: place.start, ..place.clone() });
            work.compare
                .differ(rules::IMAGE_DIFFERS, format!("the artifact `{artifact}` is no longer declared"))
                .spot(
                    place.as_ref().map(|place| work.corpus.spot(place)),
                    "artifacts are declared here and below",
                )
                .catalog(
                    &Target::entry("guest", index).key("image").at(at).key("artifact"),
                    "the catalog names it",
                )
                .done();
        }
    }
}

fn os_of(flavor: &str) -> Option<Os> {
    match flavor {
        "Windows" => Some(Os::Windows),
        "Linux" => Some(Os::Linux),
        "FreeBsd" => Some(Os::Freebsd),
        "Uefi" => Some(Os::Uefi),
        _ => None,
    }
}

fn same(work: &mut SyncContext<'_>, guest: &GuestWord, index: usize) {
    let facts = work.facts;
    let known = &work.compare.catalog.guests[index];
    let target = || Target::entry("guest", index);
    // What an artifact that is not known would be is a gap already.
    let unknown = guest.images.values().any(|image| match &image.value {
        Image::Artifact(key) => !facts.artifacts.contains_key(key),
        Image::Refused(_) => false,
    });
    if guest.arch != known.arch && !unknown {
        let (is, was) = (guest.arch.map(|arch| arch.word()), known.arch.map(|arch| arch.word()));
        work.compare
            .differ(rules::GUEST_DIFFERS, format!("`{}` is built for another architecture", guest.word))
            .spot(Some(work.corpus.spot(&guest.place)), format!("{} here", is.unwrap_or("either")))
            .catalog(&target().key("arch"), format!("{} in the catalog", was.unwrap_or("either")))
            .edit(Edit {
                target: target().key("arch"),
                new: is.map_or(New::Gone, |arch| New::Str(arch.to_owned())),
            })
            .done();
    }
    let part = if guest.name_suffix.is_empty() {
        None
    } else {
        Some(format!("{}{}", guest.word, guest.name_suffix))
    };
    if matches!(guest.form, Form::Vhd | Form::Iso) && part != known.name_part {
        let is = part.clone().unwrap_or_else(|| guest.word.clone());
        let was = known.name_part.clone().unwrap_or_else(|| guest.word.clone());
        work.compare
            .differ(rules::GUEST_DIFFERS, format!("`{}` has another part in test names", guest.word))
            .spot(Some(work.corpus.spot(&guest.place)), format!("`{is}` here"))
            .catalog(&target().key("name_part"), format!("`{was}` in the catalog"))
            .edit(Edit { target: target().key("name_part"), new: part.map_or(New::Gone, New::Str) })
            .done();
    }
    // What each generation boots, on both sides.
    let mut generations: BTreeSet<u8> = BTreeSet::new();
    for boot in facts.boots.values().filter(|boot| boot.forms.contains(&guest.form)) {
        generations.extend(boot.generation);
    }
    let mut checked: BTreeSet<String> = BTreeSet::new();
    for generation in generations {
        let of_catalog = known
            .images
            .iter()
            .position(|image| image.generation.is_none_or(|of_image| of_image == generation));
        let in_source = guest.images.get(&generation);
        let artifact = in_source.and_then(|image| match &image.value {
            Image::Artifact(key) => facts.artifacts.get(key).map(|artifact| (key, artifact)),
            Image::Refused(_) => None,
        });
        let place = in_source.map_or(&guest.place, |image| &image.place);
        match (artifact, of_catalog) {
            (Some((key, artifact)), Some(at)) => {
                // One artifact may serve both generations.
                let first = checked.insert(key.clone());
                if first {
                    image(work, guest, artifact, place, index, at);
                }
            }
            (Some((_, artifact)), None) => {
                let message = format!("`{}` boots in generation {generation} too", guest.word);
                work.compare
                    .differ(rules::IMAGE_DIFFERS, message)
                    .spot(Some(work.corpus.spot(place)), format!("it is `{}` there", artifact.name))
                    .catalog(&target(), "the catalog has no image for it")
                    .done();
            }
            (None, Some(at)) => {
                let Some(Image::Refused(reason)) = in_source.map(|image| &image.value) else { continue };
                let reason = format!("refused: {reason}");
                let message = format!("`{}` does not boot in generation {generation}", guest.word);
                work.compare
                    .differ(rules::IMAGE_DIFFERS, message)
                    .spot(Some(work.corpus.spot(place)), reason)
                    .catalog(&target().key("image").at(at), "the catalog has an image for it")
                    .done();
            }
            _ => {}
        }
    }
}

fn image(
    work: &mut SyncContext<'_>,
    guest: &GuestWord,
    artifact: &Artifact,
    named: &Place,
    index: usize,
    at: usize,
) {
    let catalog = work.compare.catalog;
    let known: &CatalogImage = &catalog.guests[index].images[at];
    let target = |key: &str| Target::entry("guest", index).key("image").at(at).key(key);
    let short = known.artifact.as_deref().unwrap_or_default();
    let short = short.rsplit("::").next().unwrap_or(short);
    if short != artifact.name {
        let name = if artifact.module == "test_vhd" {
            artifact.name.clone()
        } else {
            format!("{}::{}", artifact.module, artifact.name)
        };
        work.compare
            .differ(rules::IMAGE_DIFFERS, format!("`{}` is another artifact", guest.word))
            .spot(Some(work.corpus.spot(named)), format!("`{}` here", artifact.name))
            .catalog(&target("artifact"), format!("`{short}` in the catalog"))
            .edit(Edit { target: target("artifact"), new: New::Str(name) })
            .done();
    }
    if let Some(os) = &artifact.os
        && os_of(&os.value) != Some(catalog.guests[index].os)
    {
        let entry = Target::entry("guest", index).key("os");
        let mut draft = work
            .compare
            .differ(rules::GUEST_DIFFERS, format!("another operating system runs in `{}`", guest.word))
            .spot(Some(work.corpus.spot(&os.place)), format!("`{}` here", os.value))
            .catalog(&entry, format!("`{}` in the catalog", catalog.guests[index].os.word()));
        if let Some(os) = os_of(&os.value) {
            draft = draft.edit(Edit { target: entry.clone(), new: New::Str(os.word().to_owned()) });
        }
        draft.done();
    }
    let file = artifact.file.as_ref();
    if let Some(file) = file
        && known.file.as_deref() != Some(file.value.as_str())
    {
        work.compare
            .differ(rules::IMAGE_DIFFERS, format!("the image of `{}` is another file", guest.word))
            .spot(Some(work.corpus.spot(&file.place)), format!("`{}` here", file.value))
            .catalog(&target("file"), format!("`{}` in the catalog", known.file.as_deref().unwrap_or("none")))
            .edit(Edit { target: target("file"), new: New::Str(file.value.clone()) })
            .done();
    }
    match (&artifact.bytes, known.bytes) {
        (Some(bytes), was) if was != Some(bytes.value) => {
            work.compare
                .differ(rules::IMAGE_DIFFERS, format!("the image of `{}` has another size", guest.word))
                .spot(Some(work.corpus.spot(&bytes.place)), format!("{} bytes here", bytes.value))
                .catalog(
                    &target("bytes"),
                    was.map_or("no size in the catalog".to_owned(), |was| {
                        format!("{was} bytes in the catalog")
                    }),
                )
                .edit(Edit { target: target("bytes"), new: New::Int(bytes.value) })
                .done();
        }
        (None, Some(was)) => {
            work.compare
                .differ(
                    rules::IMAGE_DIFFERS,
                    format!("the source gives no size for the image of `{}`", guest.word),
                )
                .spot(Some(work.corpus.spot(&artifact.place)), "none here")
                .catalog(&target("bytes"), format!("{was} bytes in the catalog"))
                .done();
        }
        _ => {}
    }
    for (key, is, was, yes, no) in [
        ("hosted", artifact.hosted, known.hosted, "downloaded", "made on the machine"),
        ("lazy_fetch", artifact.lazy_fetch, known.lazy_fetch, "fetched block by block", "fetched whole"),
    ] {
        if is != was {
            let word = |flag: bool| if flag { yes } else { no };
            work.compare
                .differ(rules::IMAGE_DIFFERS, format!("the image of `{}` is {}", guest.word, word(is)))
                .spot(Some(work.corpus.spot(&artifact.place)), format!("{} here", word(is)))
                .catalog(&target(key), format!("{} in the catalog", word(was)))
                .edit(Edit { target: target(key), new: New::Bool(is) })
                .done();
        }
    }
}
