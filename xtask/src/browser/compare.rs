//! Compares every answer that the page shows with the library's.

use lightest_model::catalog::Support;
use lightest_model::chooser::{Choice, Part, Pick, Query, Reason, Refusal, choose};
use lightest_model::space::{RowId, Space};
use lightest_petri::Spelled;
use lightest_petri::attribute;
use serde::Deserialize;

use super::asked::PageQuery;

/// The content of the page.
#[derive(Deserialize)]
struct Shown {
    attribute: Option<String>,
    command: Option<String>,
    cards: Vec<Card>,
}

/// Its content for one architecture.
#[derive(Deserialize)]
struct Card {
    arch: String,
    vmm: Option<String>,
    pick: Option<String>,
    companion: Option<String>,
    /// The costs of the pick and its companion.
    costs: Vec<Vec<String>>,
    /// Requirement, and the whole sentence.
    why: Vec<(String, String)>,
    quirks: Vec<String>,
    flips: Vec<String>,
    /// The runner-up, and what it adds.
    heavier: Vec<String>,
    conflict: Option<String>,
    guests: Vec<Guest>,
}

/// One line of the list of guests.
#[derive(Deserialize)]
struct Guest {
    family: String,
    config: String,
    kind: String,
    why: String,
    places: usize,
}

/// Compares all, and returns how many there were.
///
/// # Errors
///
/// The first difference, with where it is seen.
pub(super) fn all(space: &Space<'_>, asked: &[PageQuery], shown: &str) -> Result<usize, String> {
    let lines: Vec<&str> = shown.lines().collect();
    same("answers", &asked.len(), &lines.len())?;
    for (asked, line) in asked.iter().zip(&lines) {
        let shown: Shown = serde_json::from_str(line).map_err(|error| format!("{}: {error}", asked.hash))?;
        let choice = choose(space, &asked.query).map_err(|refused| format!("{}: {refused:?}", asked.hash))?;
        compare(space, &asked.query, &choice, &shown)
            .map_err(|difference| format!("the page at `{}` differs: {difference}", asked.hash))?;
    }
    Ok(lines.len())
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, library: &T, page: &T) -> Result<(), String> {
    if library == page { Ok(()) } else { Err(format!("{what}: library {library:?}, page {page:?}")) }
}

fn compare(space: &Space<'_>, query: &Query, choice: &Choice<'_>, shown: &Shown) -> Result<(), String> {
    same("attribute", &attribute(space, choice).map(|attribute| attribute.to_string()), &shown.attribute)?;
    same("command", &Some(command(query)), &shown.command)?;
    same("parts", &choice.parts.len(), &shown.cards.len())?;
    for (part, card) in choice.parts.iter().zip(&shown.cards) {
        compare_part(space, choice, part, card)
            .map_err(|difference| format!("{}: {difference}", part.arch))?;
    }
    Ok(())
}

/// The command line that asks the same.
fn command(query: &Query) -> String {
    let mut command = String::from("lightest pick");
    if !query.requires.is_empty() {
        command.push_str(&format!(" --requires {}", query.requires.join(",")));
    }
    match query.archs.as_slice() {
        [] if query.requires.is_empty() => command.push_str(" --arch x64,aarch64"),
        [] => {}
        archs => {
            let words: Vec<&str> = archs.iter().map(|arch| arch.word()).collect();
            command.push_str(&format!(" --arch {}", words.join(",")));
        }
    }
    command
}

fn compare_part(space: &Space<'_>, choice: &Choice<'_>, part: &Part<'_>, card: &Card) -> Result<(), String> {
    let name = |row: RowId| Spelled(&space.row(row).config).to_string();
    same("architecture", &part.arch.to_string(), &card.arch)?;
    same("VMM", &part.vmm, &card.vmm)?;
    same("pick", &part.pick.as_ref().map(|pick| name(pick.row)), &card.pick)?;
    same("companion", &part.companion.as_ref().map(|pick| name(pick.row)), &card.companion)?;
    let picks: Vec<&Pick<'_>> = part.pick.iter().chain(&part.companion).collect();
    let costs: Vec<Vec<String>> = picks.iter().map(|pick| cost(space, pick)).collect();
    same("costs", &costs, &card.costs)?;
    if let Some(pick) = &part.pick {
        let quirks: Vec<String> = pick.quirks.iter().map(|quirk| quirk.id.clone()).collect();
        same("quirks", &quirks, &card.quirks)?;
        let named = pick.why.iter().filter(|reason| choice.asked.named().contains(&reason.requirement));
        let named: Vec<&Reason<'_>> = named.collect();
        same("reasons", &named.len(), &card.why.len())?;
        for (reason, (id, sentence)) in named.iter().zip(&card.why) {
            same("requirement", &space.requirement_id(reason.requirement), &id.as_str())?;
            let because = reason.statement.map_or("", |statement| statement.because.as_str());
            check_contains("reason", sentence, because)?;
        }
    }
    let heavier: Vec<String> = part
        .heavier
        .iter()
        .flat_map(|heavier| {
            let adds = heavier.adds.iter().map(|index| space.requirement_id(*index).to_owned());
            std::iter::once(name(heavier.row)).chain(adds)
        })
        .collect();
    same("runner-up", &heavier, &card.heavier)?;
    for (flip, sentence) in part.flips.iter().zip(&card.flips) {
        let wanted =
            format!("Without {}, {} would do.", space.requirement_id(flip.requirement), name(flip.row));
        same("flip", &wanted, sentence)?;
    }
    if card.flips.len() < part.flips.len() || part.pick.is_some() && card.flips.is_empty() {
        return Err(format!("what would change it is missing: {:?}", card.flips));
    }
    compare_conflict(space, part, card)?;
    compare_guests(space, part, card)
}

fn check_contains(what: &str, sentence: &str, words: &str) -> Result<(), String> {
    if sentence.contains(words) { Ok(()) } else { Err(format!("{what}: `{words}` is not in `{sentence}`")) }
}

/// The cost of a configuration, in the words of the page.
fn cost(space: &Space<'_>, pick: &Pick<'_>) -> Vec<String> {
    let catalog = space.catalog();
    let price = &pick.price;
    // Sizes are rounded by the program; what is left out here is compared by a snapshot of its command line.
    let mut parts = Vec::new();
    parts.push(match price.image_bytes {
        Some(bytes) if bytes > 0 => format!("{} image", rounded(bytes)),
        _ => "no disk image".to_owned(),
    });
    let class = catalog.boot_classes.iter().find(|class| class.id == price.boot);
    parts.push(format!("{} boot", class.map_or("", |class| class.title.as_str()).to_lowercase()));
    parts.extend(price.quirks.words());
    let host = catalog.hosts.iter().find(|host| host.id == price.host);
    parts.push(format!("host: {}", host.map_or("", |host| host.title.as_str())));
    parts
}

/// A size in decimal units: three digits below 1 GB, tenths below 10 GB.
fn rounded(bytes: u64) -> String {
    match bytes {
        0..1_000_000_000 => format!("{} MB", (bytes + 500_000) / 1_000_000),
        1_000_000_000..9_950_000_000 => {
            let tenths = (bytes + 50_000_000) / 100_000_000;
            if tenths.is_multiple_of(10) {
                format!("{} GB", tenths / 10)
            } else {
                format!("{}.{} GB", tenths / 10, tenths % 10)
            }
        }
        _ => format!("{} GB", (bytes + 500_000_000) / 1_000_000_000),
    }
}

fn compare_conflict(space: &Space<'_>, part: &Part<'_>, card: &Card) -> Result<(), String> {
    let Some(conflict) = &part.conflict else { return same("conflict", &None, &card.conflict) };
    let sentence = card.conflict.as_deref().unwrap_or_default();
    for side in &conflict.between {
        check_contains("conflict", sentence, space.requirement_id(side.requirement))?;
    }
    for word in conflict.vmm.iter().cloned().chain(conflict.arch.map(|arch| arch.to_string())) {
        check_contains("conflict", sentence, &word)?;
    }
    if conflict.between.is_empty() && sentence.is_empty() {
        return Err("a conflict is not shown".to_owned());
    }
    Ok(())
}

/// Every guest that is refused or unproven is in sight, with a reason that the library gives for one of its
/// configurations; no other guest is shown as such.
fn compare_guests(space: &Space<'_>, part: &Part<'_>, card: &Card) -> Result<(), String> {
    let family = |row: RowId| space.row(row).guest.family.as_str();
    let chosen = part.pick.as_ref().map(|pick| family(pick.row));
    let refusals: Vec<&Refusal<'_>> = part.refused.iter().chain(&part.unproven).collect();
    for refusal in &refusals {
        if !card.guests.iter().any(|guest| guest.family == family(refusal.row)) {
            return Err(format!("the guest {} is not shown", family(refusal.row)));
        }
    }
    for guest in &card.guests {
        let of_guest = || refusals.iter().filter(|refusal| family(refusal.row) == guest.family);
        let wanted = if chosen == Some(guest.family.as_str()) {
            "pick"
        } else if of_guest().any(|refusal| refusal.missing.support == Support::Unknown) {
            "unknown"
        } else if of_guest().next().is_some() {
            "no"
        } else {
            "heavier"
        };
        same(&guest.family, &wanted, &guest.kind.as_str())?;
        if matches!(wanted, "no" | "unknown") {
            let known = of_guest()
                .find(|refusal| Spelled(&space.row(refusal.row).config).to_string() == guest.config);
            let Some(refusal) = known else { return Err(format!("{} is not refused", guest.config)) };
            let id = space.requirement_id(refusal.missing.requirement);
            if !matches!(id, "runs" | "repo-code") {
                check_contains(&guest.config, &guest.why, id)?;
            }
            let (because, places) =
                refusal.missing.statement.map_or(("nobody has shown it", 0), |statement| {
                    (statement.because.as_str(), statement.evidence.len())
                });
            check_contains(&guest.config, &guest.why, because)?;
            same(&guest.config, &places, &guest.places)?;
        }
    }
    Ok(())
}
