//! The answer of `pick` as JSON, under the keys of the contract.

use lightest_model::chooser::{Choice, Conflict, Part, Pick, Query, Refusal, Trial};
use serde_json::{Value, json};

use super::spelled::Spelled;
use crate::json::{SCHEMA_VERSION, because, price, statement_evidence};

/// The whole answer.
pub(super) fn answer(space: &Spelled<'_, '_>, query: &Query, choice: &Choice<'_>) -> Value {
    let mut picks = Vec::new();
    let (mut refused, mut unknown, mut trials, mut heavier, mut flips, mut conflicts) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for part in &choice.parts {
        picks.extend(part.pick.iter().map(|pick| as_pick(space, part, pick, "lightest")));
        picks.extend(part.meanwhile.iter().map(|pick| as_pick(space, part, pick, "meanwhile")));
        picks.extend(part.companion.iter().map(|pick| as_pick(space, part, pick, "companion")));
        refused.extend(part.refused.iter().map(|refusal| as_refusal(space, part, refusal)));
        unknown.extend(part.unproven.iter().map(|refusal| as_refusal(space, part, refusal)));
        trials.extend(part.trial.iter().map(|trial| as_trial(space, part, trial)));
        heavier.extend(part.heavier.iter().map(|heavier| {
            let adds: Vec<&str> = heavier.adds.iter().map(|index| space.requirement_id(*index)).collect();
            json!({
                "arch": part.arch,
                "config": space.config(heavier.row),
                "cost": price(&heavier.price),
                "adds": adds,
            })
        }));
        flips.extend(part.flips.iter().map(|flip| {
            json!({
                "arch": part.arch,
                "without": space.requirement_id(flip.requirement),
                "config": space.config(flip.row),
            })
        }));
        conflicts.extend(part.conflict.iter().map(|conflict| as_conflict(space, part, conflict)));
    }
    json!({
        "schema_version": SCHEMA_VERSION,
        "requires": query.requires,
        "picks": picks,
        "refused": refused,
        "unknown": unknown,
        "try": trials,
        "heavier": heavier,
        "flips": flips,
        "conflicts": conflicts,
        "attribute": space.paste(choice),
        "command": space.command(query),
    })
}

fn as_pick(space: &Spelled<'_, '_>, part: &Part<'_>, pick: &Pick<'_>, role: &str) -> Value {
    let why: Vec<Value> = pick
        .why
        .iter()
        .map(|reason| {
            json!({
                "requirement": space.requirement_id(reason.requirement),
                "because": because(reason.statement),
                "evidence": statement_evidence(reason.statement),
            })
        })
        .collect();
    let quirks: Vec<&str> = pick.quirks.iter().map(|quirk| quirk.id.as_str()).collect();
    json!({
        "arch": part.arch,
        "config": space.config(pick.row),
        "role": role,
        "cost": price(&pick.price),
        "why": why,
        "quirks": quirks,
        "limits": pick.limits.iter().map(|limit| limit.id.as_str()).collect::<Vec<_>>(),
    })
}

fn as_refusal(space: &Spelled<'_, '_>, part: &Part<'_>, refusal: &Refusal<'_>) -> Value {
    json!({
        "arch": part.arch,
        "config": space.config(refusal.row),
        "missing": space.requirement_id(refusal.missing.requirement),
        "support": refusal.missing.support.word(),
        "because": because(refusal.missing.statement),
        "evidence": statement_evidence(refusal.missing.statement),
    })
}

/// A configuration that nobody has shown to do, and that is the lightest if it does.
fn as_trial(space: &Spelled<'_, '_>, part: &Part<'_>, trial: &Trial<'_>) -> Value {
    let unshown: Vec<Value> = trial
        .unshown
        .iter()
        .map(|reason| {
            json!({
                "requirement": space.requirement_id(reason.requirement),
                "because": because(reason.statement),
                "evidence": statement_evidence(reason.statement),
            })
        })
        .collect();
    json!({
        "arch": part.arch,
        "config": space.config(trial.row),
        "cost": price(&trial.price),
        "unshown": unshown,
        "until_then": part.pick.as_ref().map(|pick| space.config(pick.row)),
    })
}

fn as_conflict(space: &Spelled<'_, '_>, part: &Part<'_>, conflict: &Conflict<'_>) -> Value {
    let mut between: Vec<String> = conflict
        .between
        .iter()
        .map(|cornered| space.requirement_id(cornered.requirement).to_owned())
        .collect();
    between.extend(conflict.vmm.clone());
    between.extend(conflict.arch.map(|arch| arch.to_string()));
    let explained: Vec<Value> = conflict
        .between
        .iter()
        .map(|cornered| {
            json!({
                "requirement": space.requirement_id(cornered.requirement),
                "guests": cornered.guests,
                "boot_methods": cornered.boot_methods,
                "refused_arch": cornered.refused_arch,
                "because": cornered.refused_by.map(|statement| statement.because.as_str()),
                "evidence": cornered.refused_by.map(|statement| statement_evidence(Some(statement))),
            })
        })
        .collect();
    json!({"arch": part.arch, "between": between, "unproven": conflict.unproven, "explained": explained})
}
