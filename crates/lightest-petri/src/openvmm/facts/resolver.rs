//! The resolver of artifacts: the file names of images that are made on the machine.

use crate::openvmm::corpus::{Corpus, View};
use crate::openvmm::items::{Arm, functions_in, matches_in};

use super::{At, Facts};

pub(super) fn read(corpus: &Corpus, facts: &mut Facts) {
    let local: Vec<String> =
        facts.artifacts.iter().filter(|(_, artifact)| !artifact.hosted).map(|(key, _)| key.clone()).collect();
    let mut arms: Vec<Arm<'_>> = Vec::new();
    for view in corpus.views() {
        for found in matches_in(view) {
            arms.extend(found.arms.iter().filter(|arm| arm.pattern.find(&["id", "=", "="]).is_some()));
        }
    }
    for key in local {
        let (module, name) = key.rsplit_once("::").unwrap_or(("", &key));
        let arm = arms.iter().find(|arm| {
            arm.pattern.find(&[module, ":", ":", name]).is_some()
                && arm.pattern.ident(arm.pattern.to - 1) == Some(name)
        });
        let Some(arm) = arm else {
            let place = facts.artifacts.get(&key).map(|artifact| artifact.place.clone());
            facts.gap(format!("the file of `{key}`"), "it is not hosted, and no resolver finds it", place);
            continue;
        };
        if !made(corpus, module, &key, arm.body, facts) {
            facts.gap(
                format!("the file of `{key}`"),
                "it is not hosted, and how its resolver names it is not known",
                Some(arm.whole().place()),
            );
        }
    }
}

/// A function that makes a copy's name from that of the artifact whose facts the copy shares.
fn copied(module: &str, key: &str, body: View<'_>, facts: &mut Facts) -> bool {
    let Some(at) = body.all().find(|at| body.is_ident(*at, "replace") && body.is_open(at + 1, '(')) else {
        return false;
    };
    let strings: Vec<&str> =
        body.inside(at + 1).split(',').iter().filter_map(|part| part.string(part.from)).collect();
    let base = facts.artifacts.get(key).and_then(|artifact| artifact.base.clone());
    let of_base = base.and_then(|base| facts.artifacts.get(&format!("{module}::{base}")).cloned());
    let (Some(of_base), [from, to]) = (of_base, strings.as_slice()) else { return false };
    let Some(artifact) = facts.artifacts.get_mut(key) else { return false };
    artifact.file = of_base
        .file
        .map(|file| At::new(file.value.replace(from, to), body.slice(at, body.next(at + 1)).place()));
    artifact.bytes = of_base.bytes;
    artifact.file.is_some()
}

/// Either a copy, whose name is made from another's, or the name that a function of the resolver gives.
fn made(corpus: &Corpus, module: &str, key: &str, body: View<'_>, facts: &mut Facts) -> bool {
    let base = body.members_of(module).map(|(_, member)| member.to_owned()).next();
    let replaced = body.all().find(|at| body.is_ident(*at, "replace") && body.is_open(at + 1, '('));
    if let (Some(base), Some(at)) = (base, replaced) {
        let of_base = facts.artifacts.get(&format!("{module}::{base}")).cloned();
        let strings: Vec<&str> =
            body.inside(at + 1).split(',').iter().filter_map(|part| part.string(part.from)).collect();
        let (Some(of_base), [from, to]) = (of_base, strings.as_slice()) else { return false };
        let Some(artifact) = facts.artifacts.get_mut(key) else { return false };
        let place = body.slice(at, body.next(at + 1)).place();
        artifact.file = of_base.file.map(|file| At::new(file.value.replace(from, to), place.clone()));
        artifact.bytes = of_base.bytes;
        artifact.base = Some(base);
        return artifact.file.is_some();
    }
    // `name_of_a_function(..)`, whose second argument to `get_path` is the file.
    let Some(name) = body.ident(body.from).filter(|_| body.is_open(body.from + 1, '(')) else { return false };
    for function in functions_in(corpus, name) {
        if copied(module, key, function.body, facts) {
            return true;
        }
        let call = function.body.find(&["get_path", "("]);
        let file = call.and_then(|at| {
            let arguments = function.body.inside(at + 1).split(',');
            arguments.get(1).and_then(|part| Some((part.string(part.from)?, part.place())))
        });
        if let (Some((file, place)), Some(artifact)) = (file, facts.artifacts.get_mut(key)) {
            artifact.file = Some(At::new(file.to_owned(), place));
            return true;
        }
    }
    false
}
