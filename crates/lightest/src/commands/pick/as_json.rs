//! The answer of `pick` for programs, under the keys of the contract.

use lightest_model::chooser::{Choice, Conflict, Part, Pick, Query, Reason, Refusal, Trial};

use crate::json::{because, statement_evidence};
use crate::schema::pick::{self as schema, Answer, Role};
use crate::schema::{VERSION, shared};
use crate::spelled::Spelled;

/// The whole answer.
pub(super) fn answer<'a>(
    space: &'a Spelled<'_, '_>,
    query: &'a Query,
    choice: &'a Choice<'_>,
    command: String,
) -> Answer<'a> {
    pasting(space, query, choice, space.paste(choice), command)
}

/// The whole answer, with an attribute that is not the picks' own.
pub(super) fn pasting<'a>(
    space: &'a Spelled<'_, '_>,
    query: &'a Query,
    choice: &'a Choice<'_>,
    attribute: Option<String>,
    command: String,
) -> Answer<'a> {
    let mut answer = Answer {
        schema_version: VERSION,
        requires: &query.requires,
        picks: Vec::new(),
        refused: Vec::new(),
        unknown: Vec::new(),
        trials: Vec::new(),
        heavier: Vec::new(),
        flips: Vec::new(),
        conflicts: Vec::new(),
        attribute,
        command,
    };
    for part in &choice.parts {
        let pick = |role| move |pick: &'a Pick<'_>| picked(space, part, pick, role);
        answer.picks.extend(part.pick.iter().map(pick(Role::Lightest)));
        answer.picks.extend(part.meanwhile.iter().map(pick(Role::Meanwhile)));
        answer.picks.extend(part.companion.iter().map(pick(Role::Companion)));
        answer.refused.extend(part.refused.iter().map(|refusal| refused(space, part, refusal)));
        answer.unknown.extend(part.unproven.iter().map(|refusal| refused(space, part, refusal)));
        answer.trials.extend(part.trial.iter().map(|one| trial(space, part, one)));
        answer.heavier.extend(part.heavier.iter().map(|heavier| schema::Heavier {
            arch: part.arch.word(),
            config: space.config(heavier.row),
            cost: shared::Price::from(&heavier.price),
            adds: heavier.adds.iter().map(|id| space.requirement_id(*id)).collect(),
        }));
        answer.flips.extend(part.flips.iter().map(|flip| schema::Flip {
            arch: part.arch.word(),
            without: space.requirement_id(flip.requirement),
            config: space.config(flip.row),
        }));
        answer.conflicts.extend(part.conflict.iter().map(|one| conflict(space, part, one)));
    }
    answer
}

fn picked<'a>(
    space: &'a Spelled<'_, '_>,
    part: &Part<'_>,
    pick: &'a Pick<'_>,
    role: Role,
) -> schema::Pick<'a> {
    schema::Pick {
        arch: part.arch.word(),
        config: space.config(pick.row),
        role,
        cost: shared::Price::from(&pick.price),
        why: reasons(space, &pick.why),
        quirks: pick.quirks.iter().map(|quirk| quirk.id.as_str()).collect(),
        limits: pick.limits.iter().map(|limit| limit.id.as_str()).collect(),
    }
}

fn reasons<'a>(space: &'a Spelled<'_, '_>, reasons: &'a [Reason<'_>]) -> Vec<schema::Reason<'a>> {
    let reason = |reason: &'a Reason<'_>| schema::Reason {
        requirement: space.requirement_id(reason.requirement),
        because: because(reason.statement),
        evidence: statement_evidence(reason.statement),
    };
    reasons.iter().map(reason).collect()
}

fn refused<'a>(space: &'a Spelled<'_, '_>, part: &Part<'_>, refusal: &'a Refusal<'_>) -> schema::Refusal<'a> {
    schema::Refusal {
        arch: part.arch.word(),
        config: space.config(refusal.row),
        missing: space.requirement_id(refusal.missing.requirement),
        support: refusal.missing.support.into(),
        because: because(refusal.missing.statement),
        evidence: statement_evidence(refusal.missing.statement),
    }
}

/// A configuration that nobody has shown to do, and that is the lightest if it does.
fn trial<'a>(space: &'a Spelled<'_, '_>, part: &Part<'_>, trial: &'a Trial<'_>) -> schema::Trial<'a> {
    schema::Trial {
        arch: part.arch.word(),
        config: space.config(trial.row),
        cost: shared::Price::from(&trial.price),
        unshown: reasons(space, &trial.unshown),
        until_then: part.pick.as_ref().map(|pick| space.config(pick.row)),
    }
}

fn conflict<'a>(
    space: &'a Spelled<'_, '_>,
    part: &Part<'_>,
    conflict: &'a Conflict<'_>,
) -> schema::Conflict<'a> {
    let sides = conflict.between.iter();
    let mut between: Vec<String> =
        sides.clone().map(|side| space.requirement_id(side.requirement).to_owned()).collect();
    between.extend(conflict.vmm.clone());
    between.extend(conflict.arch.map(|arch| arch.to_string()));
    let explained = sides.map(|side| schema::Explained {
        requirement: space.requirement_id(side.requirement),
        guests: side.guests.clone(),
        boot_methods: side.boot_methods.clone(),
        refused_arch: side.refused_arch,
        because: side.refused_by.map(|statement| statement.because.as_str()),
        evidence: side.refused_by.map(|statement| statement_evidence(Some(statement))),
    });
    let explained = explained.collect();
    schema::Conflict { arch: part.arch.word(), between, unproven: conflict.unproven, explained }
}
