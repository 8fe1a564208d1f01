//! `lightest pick` for suites whose guests come from factories: the call to paste.

use lightest_kubevirt::pick::{self, Choice};
use lightest_model::catalog::{Catalog, Guest};
use serde_json::{Value, json};

use super::Args;
use crate::args::Format;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::json::{SCHEMA_VERSION, evidence};
use crate::session::Session;
use crate::{exit, output};

/// Answers.
pub(super) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    let catalog = session.catalog_of(Framework::KubeVirt)?;
    let choice = pick::choose(catalog, &args.requires).map_err(|error| {
        let failure = Failure::new(format!("there is no requirement `{}`", error.word));
        match error.near {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`lightest list requirements --framework kubevirt` lists them all"),
        }
    })?;
    match args.format {
        Format::Json => output::json(&as_json(args, catalog, &choice))?,
        Format::Text => output::data(&pick::text(&choice, catalog))?,
    }
    Ok(if choice.pick.is_some() { exit::DONE } else { exit::FINDINGS })
}

fn as_json(args: &Args, catalog: &Catalog, choice: &Choice<'_>) -> Value {
    let left = |list: &[(&Guest, String)]| -> Vec<Value> {
        list.iter().map(|(guest, reason)| json!({"config": guest.id, "because": reason})).collect()
    };
    let picks: Vec<Value> = choice
        .pick
        .iter()
        .map(|guest| {
            let why: Vec<Value> = choice
                .why
                .iter()
                .map(|(word, statement)| {
                    json!({
                        "requirement": word,
                        "because": statement.because,
                        "evidence": evidence(&statement.evidence),
                    })
                })
                .collect();
            let class = catalog.boot_classes.iter().find(|class| class.id == guest.boot_class);
            let quirks: Vec<&str> = choice.quirks.iter().map(|quirk| quirk.id.as_str()).collect();
            json!({
                "config": guest.id,
                "role": "lightest",
                "cost": {"boot": class.map(|class| &class.id), "memory": guest.memory},
                "why": why,
                "quirks": quirks,
            })
        })
        .collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "framework": "kubevirt",
        "requires": choice.asked,
        "picks": picks,
        "refused": left(&choice.refused),
        "unknown": left(&choice.unknown),
        "attribute": choice.pick.map(pick::call),
        "command": format!("lightest pick --framework kubevirt --requires {}", args.requires.join(",")),
    })
}
