//! Guests: the words of images that the test macros accept, and the artifact that each stands for.

use std::collections::BTreeMap;

use lightest_model::config::{Arch, Form};

use crate::openvmm::corpus::{Corpus, View};
use crate::openvmm::items::{Arm, Item, functions_in, impls, matches_in};

use super::boots::generation;
use super::value::only_arch;
use super::{At, Facts, GuestWord, Image};

pub(super) fn read(corpus: &Corpus, facts: &mut Facts) {
    images(corpus, facts, Form::Vhd, "parse_vhd");
    images(corpus, facts, Form::Iso, "parse_iso");
    firmware_guests(corpus, facts);
}

fn images(corpus: &Corpus, facts: &mut Facts, form: Form, function: &str) {
    let found = functions_in(corpus, function);
    let [parser] = found.as_slice() else {
        let because = format!("there are {} functions `{function}`, not one", found.len());
        let near = facts.boot_list.clone();
        facts.gap(format!("the words of `{}`", form.word()), because, near);
        return;
    };
    let Some(list) = matches_in(parser.body)
        .into_iter()
        .find(|found| found.arms.iter().any(|arm| arm.strings().is_some()))
    else {
        facts.gap(
            format!("the words of `{}`", form.word()),
            format!("`{function}` holds no `match` on words"),
            Some(parser.whole.place()),
        );
        return;
    };
    facts.lists.insert(form, list.place.clone());
    let suffix = name_suffix(parser);
    for arm in list.arms {
        let place = arm.whole().place();
        let Some(words) = arm.strings() else {
            if !arm.is_wild() {
                facts.gap(format!("the words of `{}`", form.word()), "this arm is no word", Some(place));
            }
            continue;
        };
        let images = match chosen(&arm) {
            Ok(images) => images,
            Err((because, place)) => {
                let what = format!("the image of `{}`", words.join("`, `"));
                facts.gap(what, because, Some(place));
                continue;
            }
        };
        for word in words {
            let arch = images.values().find_map(|image| match &image.value {
                Image::Artifact(key) => facts.artifacts.get(key).and_then(|artifact| artifact.arch.as_ref()),
                Image::Refused(_) => None,
            });
            let arch = arch.map(|arch| arch.value);
            for image in images.values() {
                if let Image::Artifact(key) = &image.value
                    && !facts.artifacts.contains_key(key)
                {
                    let because = format!("the artifact `{key}` is not declared as one that can be booted");
                    facts.gap(format!("the image of `{word}`"), because, Some(place.clone()));
                }
            }
            let guest = GuestWord {
                word: word.to_owned(),
                form,
                arch,
                images: images.clone(),
                name_suffix: suffix.clone(),
                place: place.clone(),
            };
            facts.guests.insert((form, word.to_owned()), guest);
        }
    }
}

/// What the macro inside the parser adds to the word in test names: `name_prefix: word.to_string() + ".."`.
fn name_suffix(parser: &Item<'_>) -> String {
    let body = parser.body;
    body.find(&["name_prefix", ":"])
        .and_then(|at| {
            let rest = body.slice(at, (at + 16).min(body.to));
            let field = rest.split(',').into_iter().next()?;
            let plus = field.outer().find(|at| field.is_punct(*at, '+'))?;
            field.string(plus + 1)
        })
        .unwrap_or_default()
        .to_owned()
}

type Problem = (String, crate::openvmm::corpus::Place);

fn chosen(arm: &Arm<'_>) -> Result<BTreeMap<u8, At<Image>>, Problem> {
    let by_generation = matches_in(arm.body)
        .into_iter()
        .find(|found| found.arms.iter().any(|arm| generation(arm.pattern).is_some()));
    let mut images = BTreeMap::new();
    match by_generation {
        Some(found) => {
            for inner in found.arms {
                let Some(generation) = generation(inner.pattern) else {
                    return Err((
                        "this arm is no generation that is known".to_owned(),
                        inner.whole().place(),
                    ));
                };
                images.insert(generation, image(inner.body)?);
            }
        }
        None => {
            let image = image(arm.body)?;
            images.insert(1, image.clone());
            images.insert(2, image);
        }
    }
    Ok(images)
}

/// `image_info!(..::MODULE::NAME)`, or a refusal with its reason.
fn image(body: View<'_>) -> Result<At<Image>, Problem> {
    let place = body.place();
    if let Some(at) = body.find(&["image_info", "!"]) {
        let inside = body.inside(at + 2);
        let idents: Vec<&str> = inside.outer().filter_map(|at| inside.ident(at)).collect();
        if let [.., module, name] = idents.as_slice() {
            return Ok(At::new(Image::Artifact(format!("{module}::{name}")), place));
        }
    } else if body.all().any(|at| body.is_ident(at, "Err"))
        && let Some(reason) = body.first_string()
    {
        return Ok(At::new(Image::Refused(reason.to_owned()), place));
    }
    Err(("it neither names an artifact nor refuses with a reason".to_owned(), place))
}

/// Guests that are bare words: UEFI applications and `none`.
fn firmware_guests(corpus: &Corpus, facts: &mut Facts) {
    for parser in corpus.views().flat_map(|view| impls(view, "Parse")) {
        if !parser.name.ends_with("Guest") {
            continue;
        }
        for found in matches_in(parser.body) {
            for arm in &found.arms {
                for word in arm.strings().unwrap_or_default() {
                    if matches!(word, "vhd" | "iso") {
                        continue;
                    }
                    let form = if word == "none" { Form::None } else { Form::UefiApp };
                    facts.lists.insert(form, found.place.clone());
                    bare(word, form, arm, facts);
                }
            }
        }
    }
    if !facts.lists.contains_key(&Form::None) {
        facts.gap("guests that are bare words", "no `impl Parse for ..Guest` has any", None);
    }
}

fn bare(word: &str, form: Form, arm: &Arm<'_>, facts: &mut Facts) {
    let place = arm.whole().place();
    let mut images = BTreeMap::new();
    let mut arch: Option<Arch> = None;
    if form == Form::UefiApp {
        arch = only_arch(arm.body);
        // The artifact of the same name, in the module of disk images.
        let artifact = facts.artifacts.iter().find(|(_, artifact)| artifact.name.eq_ignore_ascii_case(word));
        match artifact {
            Some((key, _)) => {
                images.insert(2, At::new(Image::Artifact(key.clone()), place.clone()));
            }
            None => {
                facts.gap(format!("the image of `{word}`"), "no artifact has its name", Some(place.clone()));
            }
        }
    }
    let guest = GuestWord { word: word.to_owned(), form, arch, images, name_suffix: String::new(), place };
    facts.guests.insert((form, word.to_owned()), guest);
}
