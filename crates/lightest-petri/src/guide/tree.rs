//! The decision tree of the page, as the chooser derives it.

use lightest_diagnostics::words::capital;
use std::fmt::Write as _;

use lightest_diagnostics::words;
use lightest_model::catalog::{Catalog, Claim, ClaimState, Guest};
use lightest_model::chooser::{Branch, Query, Tree, choose, lightest_for};
use lightest_model::config::{Arch, Form};
use lightest_model::space::{Asked, RequirementId, Row, RowId, Space};

use super::markdown::{code, item, paragraph, prose, sentence, wrapped};
use super::sources::{Sources, issues};
use crate::Spelled;

/// How a guest is called in tables and lists.
pub(super) fn short(guest: &Guest) -> &str {
    guest.short.as_deref().unwrap_or(&guest.title)
}

/// How a configuration is called in passing.
fn name(row: &Row<'_>) -> String {
    if row.guest.form == Form::Direct { row.boot.title.clone() } else { short(row.guest).to_owned() }
}

/// Requirements by their titles, at most `most` of them.
pub(super) fn titles(catalog: &Catalog, needs: &[RequirementId], most: usize, last: &str) -> String {
    let all: Vec<String> = needs
        .iter()
        .filter_map(|need| need.entry(catalog))
        .map(|need| prose(&need.title, issues(catalog)))
        .collect();
    if all.len() <= most.saturating_add(1) {
        return words::list(&all, last);
    }
    format!("{} {last} {} others", all[..most].join(", "), all.len() - most)
}

/// The subject of a test, in the words of a claim.
///
/// Where the source contradicts the claim by now, the titles of its requirements.
pub(super) fn condition(catalog: &Catalog, claim: &Claim) -> String {
    if claim.state == ClaimState::Holds {
        let condition = claim.says.split_once(": ").map_or(claim.says.as_str(), |(condition, _)| condition);
        return prose(condition, issues(catalog));
    }
    let asked = Asked::new(catalog, claim.requires.iter().map(String::as_str)).unwrap_or_default();
    titles(catalog, asked.named(), usize::MAX, "and")
}

/// The tree for x64, with the answers for aarch64 beside.
pub(super) fn section(space: &Space<'_>, sources: &mut Sources<'_>) -> String {
    let tree = Tree::of(space, Arch::X64);
    let other = Tree::of(space, Arch::Aarch64);
    let catalog = space.catalog();
    let mut text = paragraph(
        "Read from top to bottom: the last line that names something your test needs is the answer, or, where the \
         test needs something of an earlier line too, the point below it that names that line.",
    );
    text.push('\n');
    for (at, branch) in tree.branches.iter().enumerate() {
        text.push_str(&one(space, &tree, at, branch, sources));
    }
    text.push('\n');
    text.push_str(&elsewhere(space, &tree, &other));
    text.push('\n');
    let needs = tree.branches.iter().flat_map(|branch| &branch.needs);
    let calm = needs.clone().filter(|need| !tree.apart.contains(need)).count();
    text.push_str(&paragraph(&format!(
        "The tree is not written by hand: it is what `lightest pick` answers to each of {} needs by itself and to \
         every two of them. For a single need it is exact, and for any two of {calm} that can be met together. The \
         others may lead elsewhere together with more: {}. `lightest pick --requires NEED,NEED` is exact for any number, \
         says why each lighter choice is refused, and which needs contradict each other; `lightest list \
         requirements` names them all.",
        needs.count(),
        titles(catalog, &tree.apart, usize::MAX, "and")
    )));
    text
}

fn one(
    space: &Space<'_>,
    tree: &Tree<'_>,
    at: usize,
    branch: &Branch<'_>,
    sources: &mut Sources<'_>,
) -> String {
    let catalog = space.catalog();
    let query = representative(catalog, branch);
    // Claims that are out of date no longer describe what leads here; the needs do.
    let current: Vec<&Claim> =
        branch.claims.iter().copied().filter(|claim| claim.state == ClaimState::Holds).collect();
    let needs = titles(catalog, &branch.needs, usize::MAX, "or");
    let mut line = if current.is_empty() {
        format!("**{}?**", capital(&needs))
    } else {
        let conditions: Vec<String> = current.iter().map(|claim| condition(catalog, claim)).collect();
        format!("**{}?**", capital(&conditions.join("; or ")))
    };
    let _ = write!(line, " {}", code(Spelled(&space.row(branch.row).config)));
    if let Some(row) = for_arch(space, &query, Arch::Aarch64) {
        let _ = write!(line, ", on aarch64 {}", code(Spelled(&space.row(row).config)));
    }
    if let Some(companion) = companion(space, &query) {
        let _ = write!(line, "; beside it, without OpenHCL, {}", code(Spelled(&space.row(companion).config)));
    }
    line.push('.');
    for claim in &branch.claims {
        line.push_str(&sources.mark(&claim.evidence));
    }
    let marker = format!("{}. ", at + 1);
    let indent = " ".repeat(marker.len());
    let mut text = wrapped(&line, &marker, &indent);
    let mut points = Vec::new();
    if !current.is_empty() && !branch.needs.is_empty() {
        points.push(format!("Also for {}.", titles(catalog, &branch.needs, usize::MAX, "and")));
    }
    points.extend(branch.claims.iter().map(|claim| sentence(&prose(&claim.now, issues(catalog)))));
    let host = space.price(branch.row, &Asked::default()).host;
    if let Some(host) = catalog.hosts.iter().skip(1).find(|known| known.id == host) {
        points.push(format!("Needs {}.", prose(&host.title, None)));
    }
    for (with, row) in interactions(space, tree, branch) {
        points.push(format!(
            "Together with {}: {}.",
            words::list(&with, "or"),
            code(Spelled(&space.row(row).config))
        ));
    }
    for point in points {
        text.push_str(&wrapped(&point, &format!("{indent}- "), &format!("{indent}  ")));
    }
    text
}

/// The twists of a branch, those with the same answer together.
fn interactions(space: &Space<'_>, tree: &Tree<'_>, branch: &Branch<'_>) -> Vec<(Vec<String>, RowId)> {
    let mut interactions: Vec<(Vec<String>, RowId)> = Vec::new();
    for interaction in &branch.interactions {
        let Some(row) = interaction.row else { continue };
        let with = format!(
            "line {} ({})",
            interaction.with + 1,
            name(space.row(tree.branches[interaction.with].row))
        );
        match interactions.iter_mut().find(|(_, known)| *known == row) {
            Some((names, _)) => names.push(with),
            None => interactions.push((vec![with], row)),
        }
    }
    interactions
}

/// Requirements that stand for a branch: those of its claim, or else its first.
fn representative(catalog: &Catalog, branch: &Branch<'_>) -> Vec<String> {
    match (branch.claims.first(), branch.needs.first()) {
        (Some(claim), _) => claim.requires.clone(),
        (None, Some(need)) => need.entry(catalog).map(|need| need.id.clone()).into_iter().collect(),
        (None, None) => Vec::new(),
    }
}

fn for_arch(space: &Space<'_>, requires: &[String], arch: Arch) -> Option<RowId> {
    let asked = Asked::new(space.catalog(), requires.iter().map(String::as_str)).ok()?;
    lightest_for(space, &asked, arch)
}

fn companion(space: &Space<'_>, requires: &[String]) -> Option<RowId> {
    let query = Query { requires: requires.to_vec(), archs: vec![Arch::X64], vmms: Vec::new() };
    let choice = choose(space, &query).ok()?;
    choice.parts.first()?.companion.as_ref().map(|pick| pick.row)
}

/// Where aarch64 differs from what the lines of the tree state about it.
fn elsewhere(space: &Space<'_>, tree: &Tree<'_>, other: &Tree<'_>) -> String {
    let catalog = space.catalog();
    let said = |need: &RequirementId| {
        let branch = tree.branches.iter().find(|branch| branch.needs.contains(need))?;
        for_arch(space, &representative(catalog, branch), Arch::Aarch64)
    };
    let mut differ: Vec<(RowId, Vec<RequirementId>)> = Vec::new();
    for branch in &other.branches {
        for need in &branch.needs {
            if said(need) != Some(branch.row) {
                match differ.iter_mut().find(|(row, _)| *row == branch.row) {
                    Some((_, needs)) => needs.push(*need),
                    None => differ.push((branch.row, vec![*need])),
                }
            }
        }
    }
    let mut text = String::from("On aarch64 some needs lead elsewhere than their line says:\n\n");
    for (row, needs) in &differ {
        let needs = capital(&titles(catalog, needs, usize::MAX, "or"));
        text.push_str(&item(&format!("{needs}: {}.", code(Spelled(&space.row(*row).config))), 0));
    }
    let nothing: Vec<RequirementId> =
        other.nowhere.iter().filter(|need| said(need).is_some()).copied().collect();
    let neither: Vec<RequirementId> =
        tree.nowhere.iter().filter(|need| other.nowhere.contains(need)).copied().collect();
    for (needs, place) in [(nothing, "there"), (neither, "there or on x64")] {
        if !needs.is_empty() {
            let needs = capital(&titles(catalog, &needs, usize::MAX, "or"));
            text.push_str(&item(&format!("{needs}: nothing is known to give it {place}."), 0));
        }
    }
    text
}
