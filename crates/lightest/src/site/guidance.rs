//! The guidance that needs no script: decision tree, what a test may touch, guidelines, quirks and blockers.

use lightest_model::catalog::{BlockerState, Catalog, Claim, ClaimState, Cost, Section};
use lightest_model::chooser::{Part, choose};
use lightest_model::space::RowId;

use super::html::{capital, code, codes, escaped, evidence, text};
use super::{Site, reach};
use crate::words;

/// The lightest configuration of each architecture for what is required, or why there is none.
fn answers(site: &Site<'_, '_>, requires: &[String]) -> String {
    let Ok(choice) = choose(site.spelled.space, &reach::query(requires, &[])) else { return String::new() };
    choice.parts.iter().map(|part| format!("<dt>{}<dd>{}", part.arch, answer(site, part))).collect()
}

fn answer(site: &Site<'_, '_>, part: &Part<'_>) -> String {
    let space = site.spelled.space;
    let name = |row: RowId| code(&site.spelled.config(row));
    let Some(pick) = &part.pick else {
        let between = part.conflict.iter().flat_map(|conflict| &conflict.between);
        let mut between: Vec<String> =
            between.map(|side| code(space.requirement_id(side.requirement))).collect();
        between.push(part.arch.to_string());
        return format!("none: nothing gives {}", words::list(&between, "and"));
    };
    let mut answer = name(pick.row);
    if let Some(companion) = &part.companion {
        answer.push_str(", with ");
        answer.push_str(&name(companion.row));
    }
    answer
}

/// A link that sets the picker; without a script it leads to the top.
fn ask(requires: &[String]) -> String {
    let words = escaped(&requires.join(","));
    format!(
        r##"<a class="lt-ask" href="#requires={words}">Why, and what is refused<span class="lt-hidden"> for {words}</span></a>"##
    )
}

fn of_section(catalog: &Catalog, section: Section) -> impl Iterator<Item = &Claim> {
    catalog.claims.iter().filter(move |claim| claim.section == section)
}

/// Whether a sentence of the request is still true.
fn state(claim: &Claim) -> &'static str {
    match claim.state {
        ClaimState::Holds => "",
        ClaimState::MovedOn => r#" <span class="lt-moved">changed since it was written down</span>"#,
    }
}

/// The branches of the request, each with what the chooser answers today.
pub(super) fn tree(site: &Site<'_, '_>) -> String {
    let catalog = site.spelled.space.catalog();
    let mut html = String::from(r#"<ol class="lt-tree">"#);
    for claim in of_section(catalog, Section::Tree) {
        let about = claim.says.rsplit_once(": ").map_or(claim.says.as_str(), |(about, _)| about);
        html.push_str(&format!(
            "<li><h3>{}?</h3><dl>{}</dl><p>{}.{} Asks for {}. {}</p>\n",
            text(&capital(about)),
            answers(site, &claim.requires),
            text(&capital(&claim.now)),
            state(claim),
            codes(&claim.requires),
            ask(&claim.requires),
        ));
    }
    html.push_str("</ol>");
    html
}

/// Each answer to each question by itself.
pub(super) fn touches(site: &Site<'_, '_>) -> String {
    let catalog = site.spelled.space.catalog();
    let mut html = String::new();
    for asking in reach::questions(catalog) {
        let question = asking.question;
        html.push_str(&format!(
            "<h3>{}</h3><p>{}.</p><ul class=\"lt-touches\">\n",
            text(&question.ask),
            text(&capital(&question.why))
        ));
        for answer in question.answers.iter().filter(|answer| !answer.requires.is_empty()) {
            html.push_str(&format!(
                "<li>{} <small>{}</small><dl>{}</dl>\n",
                text(&capital(&answer.label)),
                codes(&answer.requires),
                answers(site, &answer.requires)
            ));
        }
        html.push_str("</ul>\n");
    }
    html
}

/// The guidelines of the request, each with what is true now.
pub(super) fn guidelines(catalog: &Catalog) -> String {
    let mut html = String::from(r#"<ul class="lt-claims">"#);
    for claim in of_section(catalog, Section::Guidelines) {
        html.push_str(&format!(
            "<li><p>{}.{}</p><p class=\"lt-now\">Now: {}. {}</p>\n",
            text(&capital(&claim.says)),
            state(claim),
            text(&claim.now),
            evidence(catalog, &claim.evidence)
        ));
    }
    html.push_str("</ul>");
    html
}

/// The cost of a quirk, in words.
fn cost(cost: Cost) -> String {
    let parts = cost.words();
    if parts.is_empty() { String::new() } else { format!(" <b>costs {}</b>", words::list(&parts, "and")) }
}

/// Behaviour that surprises an author.
pub(super) fn quirks(catalog: &Catalog) -> String {
    let mut html = String::from(r#"<dl class="lt-quirks">"#);
    for quirk in &catalog.quirks {
        html.push_str(&format!(
            "<dt id=\"quirk-{}\">{}{}<dd><p>{}. {} <i>To do:</i> {}. {}</p>\n",
            escaped(&quirk.id),
            text(&capital(&quirk.title)),
            cost(quirk.cost),
            text(&capital(&quirk.handling)),
            if quirk.when.with.is_empty() {
                String::new()
            } else {
                format!("Matters to a test that asks for {}.", codes(&quirk.when.with))
            },
            text(&quirk.advice),
            evidence(catalog, &quirk.evidence)
        ));
    }
    html.push_str("</dl>");
    html
}

/// Limits that somebody means to lift.
pub(super) fn blockers(catalog: &Catalog) -> String {
    let mut html = String::from(r#"<dl class="lt-quirks">"#);
    for blocker in &catalog.blockers {
        let state = match (blocker.state, &blocker.since) {
            (BlockerState::Open, _) => "open".to_owned(),
            (BlockerState::Lifted, Some(since)) => format!("lifted since {}", code(since)),
            (BlockerState::Lifted, None) => "lifted".to_owned(),
        };
        html.push_str(&format!(
            "<dt id=\"blocker-{}\">{} <b>{state}</b><dd><p>{}. {}</p>\n",
            escaped(&blocker.id),
            text(&capital(&blocker.title)),
            text(&capital(&blocker.issue)),
            evidence(catalog, &blocker.evidence)
        ));
    }
    html.push_str("</dl>");
    html
}
