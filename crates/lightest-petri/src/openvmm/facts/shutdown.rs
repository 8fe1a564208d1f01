//! Waits that petri itself adds: the shutdown path, and the reset of machines that do not boot.

use crate::openvmm::corpus::Corpus;
use crate::openvmm::items::{functions, functions_in, impls};

use super::value::seconds;
use super::{At, Facts};

/// The name of the guest's own quirk, which marks the function that waits.
const QUIRK: &str = "hyperv_shutdown_ic_sleep";

pub(super) fn read(corpus: &Corpus, facts: &mut Facts) {
    let function = functions_in(corpus, "send_enlightened_shutdown")
        .into_iter()
        .find(|function| function.body.find(&[QUIRK]).is_some());
    match function {
        None => facts.gap(
            "how long petri waits before a shutdown",
            format!("no `fn send_enlightened_shutdown` reads `{QUIRK}`"),
            None,
        ),
        Some(function) => {
            let body = function.body;
            // `let mut wait = ..from_secs(..)`, to which the guest's own is added; before there was one for all, none.
            let wait = body.all().filter(|at| body.is_ident(*at, "let")).find_map(|at| {
                let rest = body.slice(at, (at + 64).min(body.to));
                let end = rest.outer().find(|here| rest.is_punct(*here, ';'))?;
                let statement = rest.slice(at, end);
                let equals = statement.outer().find(|here| statement.is_punct(*here, '='))?;
                let value = statement.slice(equals + 1, end);
                Some(At::new(seconds(value)?, statement.place()))
            });
            let sleeps = body.find(&["sleep", "("]).is_some() || body.find(&["sleep"]).is_some();
            match wait {
                Some(wait) => facts.shutdown_wait = Some(wait),
                None if sleeps && body.find(&["from_secs"]).is_none() => {
                    facts.shutdown_wait = Some(At::new(0, function.whole.place()));
                }
                None => facts.gap(
                    "how long petri waits before a shutdown",
                    "`send_enlightened_shutdown` is written in a way that is not known",
                    Some(function.whole.place()),
                ),
            }
        }
    }
    for item in corpus.views().flat_map(|view| impls(view, "PetriVmmBackend")) {
        let vmm = item.name.to_ascii_lowercase();
        let vmm = vmm.strip_suffix("petribackend").unwrap_or(&vmm).to_owned();
        for function in functions(item.body, "quirks") {
            if let Some(at) = function.body.find(&["flaky_boot", ":"]) {
                let rest = function.body.slice(at, (at + 64).min(function.body.to));
                let field = rest.split(',').into_iter().next().unwrap_or(rest);
                if let Some(seconds) = seconds(field) {
                    facts.flaky_boot.insert(vmm.clone(), At::new(seconds, field.place()));
                }
            }
        }
    }
}
