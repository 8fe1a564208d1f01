//! The request's sentences on the page: its guidelines, and those that the source contradicts by now.

use lightest_diagnostics::words::capital;
use lightest_model::catalog::{Catalog, Claim, ClaimState, Quirk, Section};
use lightest_model::space::Space;

use super::markdown::{item, prose, sentence, table};
use super::sources::{Sources, inline, issues};
use lightest_diagnostics::words;

/// The practical guidelines, as they are true now.
pub(super) fn guidelines(space: &Space<'_>, sources: &mut Sources<'_>) -> String {
    let catalog = space.catalog();
    let mut text = String::new();
    for claim in of(catalog, Section::Guidelines) {
        let says = sentence(&prose(&claim.says, issues(catalog)));
        let now = prose(&claim.now, issues(catalog));
        let line = match claim.state {
            ClaimState::Holds => format!("**{says}** {}", sentence(&now)),
            ClaimState::MovedOn => format!("The request said: *{says}* **Now: {now}.**"),
        };
        text.push_str(&item(&format!("{line}{}", sources.mark(&claim.evidence)), 0));
    }
    text
}

/// Sentences that are out of date, each with the present state.
pub(super) fn moved_on(space: &Space<'_>) -> String {
    let catalog = space.catalog();
    let moved = catalog.claims.iter().filter(|claim| claim.state == ClaimState::MovedOn);
    let rows: Vec<Vec<String>> = moved
        .map(|claim| {
            let cell = |text: &str| capital(&prose(text, issues(catalog)));
            vec![cell(&claim.says), cell(&claim.now), inline(catalog, &claim.evidence)]
        })
        .collect();
    table(&["The request", "The source", "Where"], &rows)
}

fn of(catalog: &Catalog, section: Section) -> impl Iterator<Item = &Claim> {
    catalog.claims.iter().filter(move |claim| claim.section == section)
}

/// The quirks that cost time.
pub(super) fn costly_quirks(space: &Space<'_>, sources: &mut Sources<'_>) -> String {
    let catalog = space.catalog();
    let mut text = String::new();
    for quirk in &catalog.quirks {
        let Some(cost) = cost(quirk) else { continue };
        let [title, handling, advice] = [&quirk.title, &quirk.handling, &quirk.advice]
            .map(|text| sentence(&prose(text, issues(catalog))));
        let mark = sources.mark(&quirk.evidence);
        text.push_str(&item(&format!("**{title}** Costs {cost}. {handling} {advice}{mark}"), 0));
    }
    text
}

/// The quirks that only surprise.
pub(super) fn other_quirks(space: &Space<'_>) -> String {
    let catalog = space.catalog();
    let rows: Vec<Vec<String>> = catalog
        .quirks
        .iter()
        .filter(|quirk| cost(quirk).is_none() && !repeats(catalog, quirk))
        .map(|quirk| {
            let [title, handling, advice] = [&quirk.title, &quirk.handling, &quirk.advice]
                .map(|text| sentence(&prose(text, issues(catalog))));
            vec![format!("**{title}** {handling}"), advice, inline(catalog, &quirk.evidence)]
        })
        .collect();
    table(&["Quirk, and what handles it", "What you do", "Source"], &rows)
}

/// Whether an earlier row for another configuration, or the table of blockers, has the same content.
fn repeats(catalog: &Catalog, quirk: &Quirk) -> bool {
    let before = catalog.quirks.iter().take_while(|known| known.id != quirk.id);
    let alike = |known: &Quirk| {
        (quirk.stops.is_some() && (known.stops == quirk.stops || same_need(known, quirk)))
            || (quirk.declare.is_some() && known.declare == quirk.declare)
    };
    before.into_iter().any(alike) || catalog.blockers.iter().any(|blocker| blocker.id == quirk.id)
}

/// Whether both stop what asks for the same, or what the same helps.
fn same_need(known: &Quirk, quirk: &Quirk) -> bool {
    let with = &quirk.when.with;
    known.stops.is_some() && !with.is_empty() && (known.when.with == *with || known.advice == quirk.advice)
}

fn cost(quirk: &Quirk) -> Option<String> {
    let parts = quirk.cost.words();
    (!parts.is_empty()).then(|| words::list(&parts, "and"))
}
