//! The lightest factory for what a test asks.

use lightest_model::catalog::{Capability, Catalog, Guest, Quirk, Support};
use lightest_model::config::Arch;
use lightest_model::space::{ALWAYS, Answer, Asked, Space};
use lightest_model::suggest::nearest;

/// An answer.
#[derive(Debug)]
pub struct Choice<'c> {
    /// What is asked, with what follows from it.
    pub asked: Vec<&'c str>,
    /// The guest; `None` where no factory is known to give everything.
    pub pick: Option<&'c Guest>,
    /// For each requirement, where it is known that the guest gives it.
    pub why: Vec<(&'c str, &'c Capability)>,
    /// Behaviour of the guest that surprises an author.
    pub quirks: Vec<&'c Quirk>,
    /// Lighter guests that are known not to do, each with its reason.
    pub refused: Vec<(&'c Guest, String)>,
    /// Lighter guests of which it is not known, each with its reason.
    pub unknown: Vec<(&'c Guest, String)>,
}

/// A word that is no requirement, and the nearest that is.
#[derive(Debug, PartialEq, Eq)]
pub struct NoRequirement {
    /// The word.
    pub word: String,
    /// What was meant, perhaps.
    pub near: Option<String>,
}

/// Picks the lightest guest that new tests may use and that is known to give everything on both architectures.
///
/// # Errors
///
/// The first word that is no requirement.
pub fn choose<'c>(catalog: &'c Catalog, requires: &[String]) -> Result<Choice<'c>, NoRequirement> {
    let asked = Asked::new(catalog, requires.iter().map(String::as_str)).map_err(|word| {
        let known = catalog.requirements.iter().map(|requirement| requirement.id.as_str());
        NoRequirement { near: nearest(&word, known).map(ToString::to_string), word }
    })?;
    let space = Space::of_tests(catalog);
    let words: Vec<&str> =
        asked.indices().iter().map(|index| catalog.requirements[*index].id.as_str()).collect();
    let answer = |guest: &Guest, word: &str| -> Answer<'c> {
        let row =
            space.rows().iter().position(|row| row.guest.id == guest.id && row.config.arch == Arch::X64);
        match (row, space.requirement_index(word)) {
            (Some(row), Some(index)) => space.answer(row, index, &asked),
            _ => Answer { support: Support::Unknown, statement: None },
        }
    };
    let class = |guest: &Guest| catalog.boot_classes.iter().position(|class| class.id == guest.boot_class);
    let mut guests: Vec<&Guest> = catalog.guests.iter().collect();
    guests.sort_by_key(|guest| class(guest));
    let mut choice = Choice {
        asked: words.clone(),
        pick: None,
        why: Vec::new(),
        quirks: Vec::new(),
        refused: Vec::new(),
        unknown: Vec::new(),
    };
    for guest in guests {
        if let Some(why) = &guest.retired {
            choice.refused.push((guest, why.clone()));
            continue;
        }
        let reason = |answer: &Answer<'_>, word: &str| {
            let because = answer.statement.map_or("nobody has shown it", |statement| &statement.because);
            format!("`{word}`: {because}")
        };
        let mut open = None;
        let mut refused = None;
        for word in words.iter().copied().chain(ALWAYS) {
            let answer = answer(guest, word);
            match answer.support {
                Support::Yes => {}
                Support::No => {
                    refused = refused.or_else(|| Some(reason(&answer, word)));
                }
                Support::Unknown => {
                    open = open.or_else(|| Some(reason(&answer, word)));
                }
            }
        }
        match (refused, open) {
            (Some(reason), _) => choice.refused.push((guest, reason)),
            (None, Some(reason)) => choice.unknown.push((guest, reason)),
            (None, None) => {
                let statement =
                    |word: &&'c str| answer(guest, word).statement.map(|statement| (*word, statement));
                choice.why = words.iter().filter_map(statement).collect();
                choice.quirks =
                    catalog.quirks.iter().filter(|quirk| quirk.when.guest.contains(&guest.id)).collect();
                choice.pick = Some(guest);
                break;
            }
        }
    }
    Ok(choice)
}

/// The call to paste.
#[must_use]
pub fn call(guest: &Guest) -> String {
    format!("libvmifact.{}()", guest.id)
}

/// The answer for people.
#[must_use]
pub fn text(choice: &Choice<'_>, catalog: &Catalog) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    match choice.pick {
        Some(guest) => {
            line(call(guest));
            line(String::new());
            let class = catalog.boot_classes.iter().find(|class| class.id == guest.boot_class);
            let class = class.map_or(guest.boot_class.as_str(), |class| &class.title);
            let memory =
                guest.memory.as_ref().map_or_else(String::new, |memory| format!("; {memory} of memory"));
            line(format!("cost: {class}{memory}"));
            for (word, statement) in &choice.why {
                let evidence: Vec<String> =
                    statement.evidence.iter().take(1).map(ToString::to_string).collect();
                line(format!("provides `{word}`: {} ({})", statement.because, evidence.join(", ")));
            }
        }
        None => line("no factory is known to provide all of this".to_owned()),
    }
    for (guest, reason) in &choice.refused {
        line(format!("not {}: {reason}", guest.id));
    }
    for (guest, reason) in &choice.unknown {
        line(format!("possible, but unproven: {}: {reason}", guest.id));
    }
    for quirk in &choice.quirks {
        line(format!("quirk: {}", quirk.title));
        line(format!("  {}", quirk.advice));
    }
    text
}
