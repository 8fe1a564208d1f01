//! The attribute to paste: the picks and companions of a choice, with the overrides that they need.

use crate::grammar::{Attribute, AttributeKind};
use lightest_model::catalog::Support;
use lightest_model::space::{Asked, Space};

use lightest_model::chooser::{Choice, Pick};

/// The attribute for a choice; `None` where nothing was picked.
#[must_use]
pub fn attribute(space: &Space<'_>, choice: &Choice<'_>) -> Option<Attribute> {
    let picks: Vec<&Pick<'_>> =
        choice.parts.iter().flat_map(|part| part.pick.iter().chain(&part.companion)).collect();
    let mut configs = Vec::new();
    for pick in &picks {
        let config = &space.rows()[pick.row].config;
        if !configs.contains(config) {
            configs.push(config.clone());
        }
    }
    if configs.is_empty() {
        return None;
    }
    let mut attribute = Attribute::of(configs);
    for index in choice.asked.indices() {
        match space.catalog().requirements[*index].attribute.as_deref() {
            Some("noagent") => attribute.noagent = true,
            Some(word) => {
                let words = word.strip_prefix("requires(").and_then(|rest| rest.strip_suffix(')'));
                for word in words.into_iter().flat_map(|words| words.split(',')).map(str::trim) {
                    // Two requirements may need the same, which the macro takes once only.
                    if !attribute.requires.iter().any(|given| given == word) {
                        attribute.requires.push(word.to_owned());
                    }
                }
            }
            None => {}
        }
    }
    // Petri adds the agent unless told not to, and a guest that cannot have it fails before it boots.
    attribute.noagent |= picks.iter().any(|pick| lacks_agent(space, pick.row));
    if attribute.noagent || !attribute.requires.is_empty() {
        attribute.kind = AttributeKind::VmmTestWith;
    }
    Some(attribute)
}

fn lacks_agent(space: &Space<'_>, row: usize) -> bool {
    let Some(agent) = space.requirement_index("agent") else { return false };
    let Ok(asked) = Asked::new(space.catalog(), ["agent"]) else { return false };
    space.answer(row, agent, &asked).support != Support::Yes
}
