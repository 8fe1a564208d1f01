//! The attribute to paste: the picks and companions of a choice, with the overrides that they need.

use crate::grammar::{Attribute, AttributeKind, Grammar, Reason, Vendor};
use lightest_lint::proposal::Proposed;
use lightest_model::catalog::{BlockerScope, Support};
use lightest_model::chooser::Choice;
use lightest_model::config::Config;
use lightest_model::space::{Asked, RowId, Space};

/// The attribute for a choice: its picks, or where there is none at all what is worth a try; `None` without either.
#[must_use]
pub fn attribute(space: &Space<'_>, choice: &Choice<'_>) -> Option<Attribute> {
    let rows: Vec<(RowId, &[String])> = choice.rows().into_iter().map(|row| (row, &[][..])).collect();
    attribute_of(space, &rows, &choice.asked)
}

/// The attribute that lists some configurations, each with the files that a test takes with it, for what is asked; `None` where
/// there are none.
pub(crate) fn attribute_of(
    space: &Space<'_>,
    list: &[(RowId, &[String])],
    asked: &Asked,
) -> Option<Attribute> {
    extend(Attribute::of([]), space, list.iter().copied(), asked)
}

/// An attribute as it is written, without a list, with these configurations for what is asked; `None` where there are no
/// configurations, or the text is no such attribute.
#[must_use]
pub(crate) fn declare(
    space: &Space<'_>,
    written: &str,
    list: &[Proposed],
    asked: &Asked,
) -> Option<Attribute> {
    let (path, arguments) = match written.split_once('(') {
        Some((path, rest)) => (path, rest.rsplit_once(')')?.0),
        None => (written.trim_end().trim_end_matches(']'), ""),
    };
    let kind = AttributeKind::from_word(path.rsplit(['[', ':', ' ']).find(|part| !part.is_empty())?.trim())?;
    let bare = Grammar::new(space.catalog()).parse_without_list(kind, arguments)?;
    let list = list.iter().map(|proposed| (proposed.row, proposed.artifacts.as_slice()));
    extend(bare, space, list, asked)
}

/// Adds configurations, and the words that what is asked of them needs.
fn extend<'l>(
    mut attribute: Attribute,
    space: &Space<'_>,
    list: impl Iterator<Item = (RowId, &'l [String])> + Clone,
    asked: &Asked,
) -> Option<Attribute> {
    let common = attribute.common_vmm().map(str::to_owned);
    let rows = list.clone().map(|(row, _)| row);
    for (row, artifacts) in list {
        let config = Config { extra_deps: artifacts.to_vec(), ..space.row(row).config.clone() };
        if attribute.entries.iter().any(|entry| entry.config == config) {
            continue;
        }
        let mut entry = Attribute::of([config]).entries;
        // What a limit blocks everywhere does not run by default here either.
        let held =
            space.limits(row, asked).into_iter().find(|limit| limit.holds == Some(BlockerScope::Always));
        let reason = held.map(|limit| Reason { text: limit.reason(), span: 0..0 });
        entry.iter_mut().for_each(|entry| entry.ignored.clone_from(&reason));
        attribute.entries.append(&mut entry);
    }
    if attribute.entries.is_empty() {
        return None;
    }
    for requirement in asked.indices().iter().filter_map(|asked| asked.entry(space.catalog())) {
        if let Some(word) = requirement.attribute.as_deref() {
            add(&mut attribute, word);
        }
    }
    for row in rows.clone() {
        for word in space.quirks(row, asked).filter_map(|quirk| quirk.declare.as_deref()) {
            add(&mut attribute, word);
        }
    }
    // Petri adds the agent unless asked not to, and a guest that cannot have it fails before it boots.
    attribute.noagent |= rows.clone().any(|row| lacks_agent(space, row));
    // A macro that names the VMM for all configurations takes them without it, and no other VMM's.
    if attribute.entries.iter().any(|entry| common.is_some() && entry.config.vmm != common) {
        attribute.kind = AttributeKind::VmmTest;
        attribute.vmm = None;
    } else if common.is_some() {
        attribute.entries.iter_mut().for_each(|entry| entry.config.vmm = None);
    }
    let overrides = attribute.vendor.is_some() || !attribute.requires.is_empty();
    attribute.kind = match attribute.kind {
        AttributeKind::OpenvmmTest | AttributeKind::OpenvmmTestNoAgent if overrides => {
            attribute.noagent |= attribute.kind == AttributeKind::OpenvmmTestNoAgent;
            attribute.vmm = common;
            AttributeKind::VmmTestWith
        }
        AttributeKind::OpenvmmTest if attribute.noagent => AttributeKind::OpenvmmTestNoAgent,
        AttributeKind::VmmTest if attribute.noagent || overrides => AttributeKind::VmmTestWith,
        kind => kind,
    };
    Some(attribute)
}

/// Adds a word of the catalog to an attribute, once.
fn add(attribute: &mut Attribute, word: &str) {
    if word == "noagent" {
        attribute.noagent = true;
    } else if let Some(vendor) = Vendor::from_word(word) {
        attribute.vendor = Some(vendor);
    } else {
        let words = word.strip_prefix("requires(").and_then(|rest| rest.strip_suffix(')'));
        for word in words.into_iter().flat_map(|words| words.split(',')).map(str::trim) {
            // Two requirements may need the same, which the macro takes once only.
            if !attribute.requires.iter().any(|given| given == word) {
                attribute.requires.push(word.to_owned());
            }
        }
    }
}

fn lacks_agent(space: &Space<'_>, row: RowId) -> bool {
    let Some(agent) = space.requirement("agent") else { return false };
    let Ok(asked) = Asked::new(space.catalog(), ["agent"]) else { return false };
    space.answer(row, agent, &asked).support != Support::Yes
}
