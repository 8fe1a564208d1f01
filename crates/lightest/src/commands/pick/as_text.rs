//! The answer of `pick` for people.

use std::fmt::Write as _;

use lightest_lint::proposal::{EXCLUDED, try_it};
use lightest_model::catalog::{Cost, Quirk, Support};
use lightest_model::chooser::{Choice, Conflict, ConflictSide, Part, Pick, Query, Reason, Refusal, Trial};
use lightest_model::space::Row;

use super::in_short;
use crate::json::{because, statement_evidence};
use crate::spelled::Spelled;
use crate::style::{answer as green, aside, heading, refused};
use crate::{output, words};

/// How many refused configurations are shown for each architecture, unless all are asked for.
const SHOWN: usize = 4;

/// Parts of an answer to a body, beside the picks.
pub(super) struct Shown<'a> {
    /// The attribute, where it is not the picks' own.
    pub(super) attribute: Option<&'a str>,
    /// Further configurations of the list, each with its reason.
    pub(super) further: &'a [String],
}

/// How much of an answer is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// As much as fits on a screen.
    Short,
    /// Every reason and quirk, and the nearest of the refused configurations.
    Why,
    /// Every refused configuration, too.
    All,
}

/// The answer.
pub(super) fn answer(
    space: &Spelled<'_, '_>,
    query: &Query,
    choice: &Choice<'_>,
    detail: Detail,
    shown: Option<&Shown<'_>>,
    command: &str,
) -> String {
    let attribute = match shown {
        Some(shown) => shown.attribute.map(str::to_owned),
        None => space.paste(choice),
    };
    if detail == Detail::Short {
        let further = shown.map_or(&[][..], |shown| shown.further);
        return in_short::answer(space, choice, attribute.as_deref(), further);
    }
    let all = detail == Detail::All;
    let mut text = String::new();
    for (places, body) in grouped(choice, |part| as_part(space, query, choice, part, all)) {
        let _ = writeln!(text, "{} {body}", heading(format!("{places}:")));
    }
    for further in shown.iter().flat_map(|shown| shown.further) {
        let _ = writeln!(text, "and {further}");
    }
    if let Some(attribute) = attribute {
        let untried = choice.parts.iter().all(|part| part.pick.is_none());
        let title = if untried { "To try:" } else { "To paste:" };
        let _ = writeln!(text, "{}\n\n{attribute}\n", heading(title));
    }
    let _ = writeln!(text, "{}", aside(format!("Repeat with: {}", output::line(command))));
    text
}

/// The text for each place; places with the same text share one entry.
pub(super) fn grouped(choice: &Choice<'_>, body: impl Fn(&Part<'_>) -> String) -> Vec<(String, String)> {
    let mut groups: Vec<(String, String)> = Vec::new();
    for part in &choice.parts {
        let body = body(part);
        match groups.iter_mut().find(|(_, known)| *known == body) {
            Some((places, _)) => {
                places.push_str(", ");
                places.push_str(&place(part));
            }
            None => groups.push((place(part), body)),
        }
    }
    groups
}

fn place(part: &Part<'_>) -> String {
    match &part.vmm {
        Some(vmm) => format!("{} on {vmm}", part.arch),
        None => part.arch.to_string(),
    }
}

fn as_part(
    space: &Spelled<'_, '_>,
    query: &Query,
    choice: &Choice<'_>,
    part: &Part<'_>,
    all: bool,
) -> String {
    let mut text = String::new();
    if let Some(trial) = &part.trial {
        as_trial(space, &mut text, trial);
        text.push_str(if part.pick.is_some() { "  until then " } else { "  " });
    }
    match (&part.pick, &part.conflict) {
        (Some(pick), _) => {
            as_pick(space, query, choice, &mut text, pick);
            if let Some(meanwhile) = &part.meanwhile {
                let config = green(space.config(meanwhile.row));
                let _ = writeln!(text, "  until that limit is lifted, also {config}");
                let _ = writeln!(
                    text,
                    "    so that the test runs by default: {}",
                    price(space, meanwhile, false)
                );
            }
            if let Some(companion) = &part.companion {
                let config = green(space.config(companion.row));
                let _ = writeln!(text, "  together with {config}");
                let _ = writeln!(
                    text,
                    "    so that the test also runs without the paravisor: {}",
                    price(space, companion, false)
                );
            }
        }
        (None, Some(conflict)) => as_conflict(space, &mut text, conflict),
        (None, None) => {
            let _ = writeln!(text, "{EXCLUDED}");
        }
    }
    if part.pick.is_some() || all {
        refusals(space, &mut text, "Lighter, but refused:", &part.refused, all);
    }
    refusals(space, &mut text, "Possible, but unproven:", &part.unproven, all);
    for flip in &part.flips {
        let config = space.config(flip.row);
        let _ = writeln!(text, "  without `{}`, {config} would do", space.requirement_id(flip.requirement));
    }
    if let Some(heavier) = &part.heavier {
        let config = space.config(heavier.row);
        let adds: Vec<&str> = heavier.adds.iter().map(|index| space.requirement_id(*index)).collect();
        let adds = if adds.is_empty() { "nothing".to_owned() } else { words::list(&adds, "and") };
        let _ = writeln!(text, "  next heavier: {config}");
        let _ = writeln!(text, "    {}", aside(format!("adds {adds}")));
    }
    text
}

/// Unproven configurations, with advice.
fn as_trial(space: &Spelled<'_, '_>, text: &mut String, trial: &Trial<'_>) {
    let config = space.config(trial.row);
    let unshown = trial.unshown.iter().map(|reason| space.requirement_id(reason.requirement));
    let _ = writeln!(text, "{}", try_it(unshown, &green(&config).to_string()));
    for reason in &trial.unshown {
        let _ = writeln!(text, "    {} {}", because(reason.statement), source(reason));
    }
    let _ = writeln!(text, "    add `{config}` to the list");
}

fn as_pick(space: &Spelled<'_, '_>, query: &Query, choice: &Choice<'_>, text: &mut String, pick: &Pick<'_>) {
    let _ = writeln!(text, "{}", green(space.config(pick.row)));
    let _ = writeln!(text, "  {}", price(space, pick, false));
    let named = |reason: &&Reason<'_>| choice.asked.named().contains(&reason.requirement);
    let implicit = |reason: &&Reason<'_>| space.is_always_asked(reason.requirement, query);
    for reason in pick.why.iter().filter(named).filter(|reason| !implicit(reason)) {
        let id = space.requirement_id(reason.requirement);
        let _ = writeln!(text, "  provides `{id}`: {} {}", because(reason.statement), source(reason));
    }
    let implied = pick.why.iter().filter(|reason| !named(reason) && !is_always(space, reason));
    let implied: Vec<String> =
        implied.map(|reason| format!("`{}`", space.requirement_id(reason.requirement))).collect();
    if !implied.is_empty() {
        let _ = writeln!(text, "  {}", aside(format!("and with that {}", words::list(&implied, "and"))));
    }
    let costs = |quirk: &&&Quirk| quirk.cost != Cost::default() || !quirk.when.with.is_empty();
    for quirk in pick.quirks.iter().filter(costs) {
        let _ = writeln!(text, "  {} {} (`{}`)", refused("quirk:"), quirk.title, quirk.id);
        let _ = writeln!(text, "    {}", quirk.advice);
    }
    for limit in &pick.limits {
        let _ = writeln!(text, "  {} {} (`{}`)", refused("known limit:"), limit.title, limit.id);
    }
    let others: Vec<String> =
        pick.quirks.iter().filter(|quirk| !costs(quirk)).map(|quirk| format!("`{}`", quirk.id)).collect();
    if !others.is_empty() {
        let _ = writeln!(text, "  {}", aside(format!("good to know: {}", others.join(", "))));
    }
}

/// Where a reason is known from: the first place, and how many more there are.
fn source(reason: &Reason<'_>) -> impl std::fmt::Display + use<> {
    let places = reason.statement.map_or(&[][..], |statement| statement.evidence.as_slice());
    aside(match places {
        [] => "(no statement in the catalog)".to_owned(),
        [one] => format!("({one})"),
        [first, rest @ ..] => format!("({first} and {} more)", rest.len()),
    })
}

fn is_always(space: &Spelled<'_, '_>, reason: &Reason<'_>) -> bool {
    reason.requirement.entry(space.catalog()).is_none()
}

/// Guest and costs of a pick, in one line; in few words where it is `short`.
pub(super) fn price(space: &Spelled<'_, '_>, pick: &Pick<'_>, short: bool) -> String {
    let guest = space.row(pick.row).guest;
    let mut parts = vec![match &guest.short {
        Some(name) if short => name.clone(),
        _ => guest.title.clone(),
    }];
    if short {
        parts[0] = parts[0].replace('`', "");
    }
    let head = |text: &str| if short { words::short(text).to_owned() } else { text.to_owned() };
    match (pick.price.image_bytes, pick.price.image_note) {
        (Some(bytes), _) if bytes > 0 => parts.push(format!("{} image", words::bytes(bytes))),
        (None, Some(note)) => parts.push(head(note)),
        _ => {}
    }
    let catalog = space.catalog();
    let class = catalog.boot_classes.iter().find(|class| class.id == pick.price.boot);
    parts
        .push(format!("{} boot", class.map_or(pick.price.boot, |class| class.title.as_str()).to_lowercase()));
    let plus = if short { "+" } else { "" };
    let costs = if short { pick.price.quirks.brief() } else { pick.price.quirks.words() };
    parts.extend(costs.iter().map(|cost| format!("{plus}{cost}")));
    // The commonest kind of host is not mentioned.
    let host = catalog.hosts.iter().skip(1).find(|host| host.id == pick.price.host);
    let needs = if short { "needs " } else { "host: " };
    parts.extend(host.map(|host| format!("{needs}{}", head(&host.title))));
    parts.join(", ")
}

fn refusals(space: &Spelled<'_, '_>, text: &mut String, title: &str, refusals: &[Refusal<'_>], all: bool) {
    let shown = if all { refusals.iter().collect() } else { nearest(space, refusals) };
    if shown.is_empty() {
        return;
    }
    let _ = writeln!(text, "  {}", heading(title));
    for refusal in &shown {
        let missing = space.requirement_id(refusal.missing.requirement);
        let _ = writeln!(
            text,
            "    {} {}",
            refused(space.config(refusal.row)),
            aside(missing_words(missing, refusal.missing.support))
        );
        let _ = writeln!(text, "      {} {}", because(refusal.missing.statement), source(&refusal.missing));
    }
    let hidden = refusals.len() - shown.len();
    if hidden > 0 {
        let _ = writeln!(text, "    {}", aside(format!("and {hidden} more (--all)")));
    }
}

pub(super) fn missing_words(requirement: &str, support: Support) -> String {
    match (requirement, support) {
        ("runs", Support::No) => "cannot run".to_owned(),
        ("runs", _) => "not known to run".to_owned(),
        ("repo-code", Support::No) => "runs no code of the repository".to_owned(),
        (_, Support::No) => format!("lacks `{requirement}`"),
        _ => format!("unproven: `{requirement}`"),
    }
}

/// One configuration for each guest and boot method, the heaviest first: those that a reader would have reached for.
fn nearest<'r, 'c>(space: &Spelled<'_, '_>, refusals: &'r [Refusal<'c>]) -> Vec<&'r Refusal<'c>> {
    let key = |row: &Row<'_>| (row.guest.family.clone(), row.boot.openhcl);
    let mut seen = Vec::new();
    let mut shown = Vec::new();
    for refusal in refusals {
        let key = key(space.row(refusal.row));
        if !seen.contains(&key) {
            seen.push(key);
            shown.push(refusal);
        }
    }
    shown.truncate(SHOWN);
    shown
}

/// The requirements and places that exclude each other.
pub(super) fn words_of(space: &Spelled<'_, '_>, conflict: &Conflict<'_>) -> Vec<String> {
    let requirements =
        conflict.between.iter().map(|side| format!("`{}`", space.requirement_id(side.requirement)));
    let places =
        conflict.vmm.iter().map(ToString::to_string).chain(conflict.arch.map(|arch| arch.to_string()));
    requirements.chain(places.map(|place| format!("`{place}`"))).collect()
}

/// That they exclude each other.
pub(super) fn between(space: &Spelled<'_, '_>, conflict: &Conflict<'_>) -> String {
    let between = words_of(space, conflict);
    let verb = match (conflict.unproven, between.len()) {
        (true, 1) => "is unproven for every configuration",
        (true, _) => "are not proven together for any configuration",
        (false, 1) => "is provided by no configuration",
        (false, _) => "cannot meet",
    };
    let between = words::list(&between, "and");
    format!("{} {verb}", refused(between))
}

fn as_conflict(space: &Spelled<'_, '_>, text: &mut String, conflict: &Conflict<'_>) {
    let _ = writeln!(text, "{}", between(space, conflict));
    for side in &conflict.between {
        as_side(space, text, side);
    }
}

fn as_side(space: &Spelled<'_, '_>, text: &mut String, side: &ConflictSide<'_>) {
    let id = space.requirement_id(side.requirement);
    if side.guests.is_empty() {
        let _ = writeln!(text, "  no known configuration provides `{id}`");
    } else {
        let _ = writeln!(
            text,
            "  `{id}` is provided by {}, booted by {}",
            some(&side.guests),
            some(&side.boot_methods)
        );
    }
    if let Some(why) = side.refused_arch {
        let _ = writeln!(text, "    unavailable there: {why}");
    } else if let Some(statement) = side.refused_by {
        let evidence = aside(format!("({})", statement_evidence(Some(statement))));
        let _ = writeln!(text, "    unavailable elsewhere: {} {evidence}", statement.because);
    }
}

/// A list of titles, cut where it gets long.
fn some(titles: &[&str]) -> String {
    if titles.len() <= 5 {
        return words::list(titles, "or");
    }
    format!("{} and {} others", titles[..4].join(", "), titles.len() - 4)
}
