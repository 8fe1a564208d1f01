//! The attribute to paste: the picks and companions of a choice, with the overrides that they need.

use crate::grammar::{Attribute, AttributeKind, Reason, Vendor};
use lightest_model::catalog::{Holds, Support};
use lightest_model::space::{Asked, Space};

use lightest_model::chooser::{Choice, Pick};

/// The attribute for a choice; `None` where nothing was picked.
#[must_use]
pub fn attribute(space: &Space<'_>, choice: &Choice<'_>) -> Option<Attribute> {
    let picks: Vec<&Pick<'_>> =
        choice.parts.iter().flat_map(|part| part.pick.iter().chain(&part.companion)).collect();
    let mut attribute = Attribute::of([]);
    for pick in &picks {
        let config = &space.rows()[pick.row].config;
        if attribute.entries.iter().any(|entry| entry.config == *config) {
            continue;
        }
        let mut entry = Attribute::of([config.clone()]).entries;
        // What a limit holds back everywhere does not run by default here either.
        let held = pick.limits.iter().find(|limit| limit.holds == Some(Holds::Always));
        let reason = held.map(|limit| Reason { text: limit.reason(), span: 0..0 });
        entry.iter_mut().for_each(|entry| entry.ignored.clone_from(&reason));
        attribute.entries.append(&mut entry);
    }
    if attribute.entries.is_empty() {
        return None;
    }
    for index in choice.asked.indices() {
        if let Some(word) = space.catalog().requirements[*index].attribute.as_deref() {
            add(&mut attribute, word);
        }
    }
    for word in picks.iter().flat_map(|pick| &pick.quirks).filter_map(|quirk| quirk.declare.as_deref()) {
        add(&mut attribute, word);
    }
    // Petri adds the agent unless told not to, and a guest that cannot have it fails before it boots.
    attribute.noagent |= picks.iter().any(|pick| lacks_agent(space, pick.row));
    if attribute.noagent || attribute.vendor.is_some() || !attribute.requires.is_empty() {
        attribute.kind = AttributeKind::VmmTestWith;
    }
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

fn lacks_agent(space: &Space<'_>, row: usize) -> bool {
    let Some(agent) = space.requirement_index("agent") else { return false };
    let Ok(asked) = Asked::new(space.catalog(), ["agent"]) else { return false };
    space.answer(row, agent, &asked).support != Support::Yes
}
