//! The answer of `pick` for people, within a screen: at most [`MOST_LINES`] lines where the attribute leaves room.

use lightest_lint::proposal::{EXCLUDED, try_it};
use lightest_model::catalog::{BlockerScope, Support};
use lightest_model::chooser::{Choice, Conflict, Part, Pick, Reason, Trial, nearest_lighter};
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter};

use super::as_text::{between, grouped, missing_words, price, words_of};
use crate::json::because;
use crate::spelled::Spelled;
use crate::style::{answer as green, aside, heading, refused};
use crate::words;

/// How many lines an answer takes at most.
const MOST_LINES: usize = 15;

/// Where lines are wrapped; attributes are as wide at most.
const COLUMNS: usize = 100;

/// The last line, where there is room for it.
const MORE: &str = "`--why` adds the reasons with their sources, the quirks, and the other configurations";

/// How much is left out to keep an answer short; each level leaves out what those before it do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Brevity {
    /// Nothing is left out.
    Full,
    /// Why a lighter configuration lacks something, and the second half of a limit's title.
    NoReasons,
    /// Configurations beside the picks, which the attribute lists, too.
    PicksOnly,
    /// Limits that the attribute gives as its reasons; the cost stands beside the pick.
    Tight,
}

const LEVELS: [Brevity; 4] = [Brevity::Full, Brevity::NoReasons, Brevity::PicksOnly, Brevity::Tight];

/// The answer, as full as fits.
pub(super) fn answer(
    space: &Spelled<'_, '_>,
    choice: &Choice<'_>,
    attribute: Option<&str>,
    further: &[String],
) -> String {
    let mut text = String::new();
    for level in LEVELS {
        text = at(level, space, choice, attribute, further);
        if height(&text) <= MOST_LINES {
            break;
        }
    }
    text
}

fn at(
    level: Brevity,
    space: &Spelled<'_, '_>,
    choice: &Choice<'_>,
    attribute: Option<&str>,
    further: &[String],
) -> String {
    let mut text = String::new();
    let body = |part: &Part<'_>| as_part(level, space, choice, part, further.is_empty());
    for (places, body) in grouped(choice, body) {
        let (head, rest) = body.split_once('\n').unwrap_or((&body, ""));
        text.push_str(&wrapped(&format!("{} {head}", heading(format!("{places}:"))), "", "    "));
        text.push_str(rest);
    }
    for further in further {
        text.push_str(&wrapped(&format!("and {further}"), "", "  "));
    }
    let attribute = attribute.map(|attribute| format!("{attribute}\n")).unwrap_or_default();
    let room = MOST_LINES.saturating_sub(height(&text) + height(&attribute));
    if room > 1 && !attribute.is_empty() {
        text.push('\n');
    }
    text.push_str(&attribute);
    if room > 0 {
        text.push_str(&format!("{}\n", aside(MORE)));
    }
    text
}

/// How many lines a text takes on a screen.
fn height(text: &str) -> usize {
    text.lines().map(|line| display_width(line).div_ceil(COLUMNS).max(1)).sum()
}

/// The answer for one place; `beside`: with the configurations that are to stand beside the pick.
fn as_part(
    level: Brevity,
    space: &Spelled<'_, '_>,
    choice: &Choice<'_>,
    part: &Part<'_>,
    beside: bool,
) -> String {
    let mut text = String::new();
    let mut line = |words: String| text.push_str(&wrapped(&words, "  ", "    "));
    let trial = part.trial.as_ref().map(|trial| as_trial(space, trial));
    let Some(pick) = &part.pick else {
        let conflict = part.conflict.as_ref();
        let conflict =
            conflict.map_or_else(|| format!("{EXCLUDED}\n"), |conflict| as_conflict(level, space, conflict));
        return match trial {
            // A way out is more useful than the conflict.
            Some(trial) if level >= Brevity::NoReasons => format!("{trial}\n"),
            Some(trial) => format!("{trial}\n  {conflict}"),
            None => conflict,
        };
    };
    let config = |pick: &Pick<'_>| green(space.config(pick.row)).to_string();
    let tight = level == Brevity::Tight;
    if !tight {
        line(price(space, pick, true));
    }
    for limit in &pick.limits {
        let held = limit.holds == Some(BlockerScope::Always);
        if tight && held {
            continue;
        }
        let title = if level >= Brevity::NoReasons { words::short(&limit.title) } else { &limit.title };
        let word = if held { "ignored until lifted:" } else { "known limit:" };
        line(format!("{} {title}", refused(word)));
    }
    if beside && level < Brevity::PicksOnly {
        if let Some(meanwhile) = &part.meanwhile {
            line(format!("until then also: {}", config(meanwhile)));
        }
        if let Some(companion) = &part.companion {
            line(format!("also without OpenHCL: {}", config(companion)));
        }
    }
    // What is worth a try is a rival that the answer begins with.
    if let Some(rival) = nearest_lighter(space.space, choice, part).filter(|_| trial.is_none()) {
        let missing = match rival.missing {
            Reason { requirement, support: Support::Unknown, .. }
                if requirement.entry(space.catalog()).is_some() =>
            {
                format!(", where `{}` is unproven", space.requirement_id(requirement))
            }
            Reason { requirement, support, .. } => {
                format!(" {}", missing_words(space.requirement_id(requirement), support))
            }
        };
        let mut words = format!("lighter: {}{missing}", refused(space.config(rival.row)));
        if level < Brevity::NoReasons {
            words.push_str(&aside(format!(": {}", because(rival.missing.statement))).to_string());
        }
        line(words);
    }
    let cost = if tight { format!(" ({})", price(space, pick, true)) } else { String::new() };
    match trial {
        Some(trial) => format!("{trial}\n  until then {}\n{text}", config(pick)),
        None => format!("{}{cost}\n{text}", config(pick)),
    }
}

/// Unproven configurations, with advice.
fn as_trial(space: &Spelled<'_, '_>, trial: &Trial<'_>) -> String {
    let unshown = trial.unshown.iter().map(|reason| space.requirement_id(reason.requirement));
    try_it(unshown, &green(space.config(trial.row)).to_string())
}

fn as_conflict(level: Brevity, space: &Spelled<'_, '_>, conflict: &Conflict<'_>) -> String {
    let mut text = format!("{}\n", between(space, conflict));
    let mut line = |words: String| text.push_str(&wrapped(&words, "  ", "    "));
    let between = words_of(space, conflict);
    for side in &conflict.between {
        let id = format!("`{}`", space.requirement_id(side.requirement));
        let rest: Vec<&String> = between.iter().filter(|word| **word != id).collect();
        let why = side.refused_arch.or(side.refused_by.map(|statement| statement.because.as_str()));
        match why {
            Some(why) if level < Brevity::NoReasons => {
                line(format!("what has {} lacks {id}: {why}", words::list(&rest, "and")));
            }
            Some(_) => {}
            None if !side.guests.is_empty() => {}
            None => line(format!("no known configuration provides {id}")),
        }
    }
    text
}

/// Some words in lines of at most [`COLUMNS`]; a configuration stays in one piece.
fn wrapped(text: &str, first: &str, rest: &str) -> String {
    let options = Options::new(COLUMNS)
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    let mut lines = textwrap::fill(text, options);
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use lightest_model::chooser::{Query, choose};
    use lightest_model::config::Arch;
    use lightest_model::space::Space;

    use super::super::as_text;
    use super::*;
    use crate::framework::Framework;

    /// Every requirement, and every two.
    fn all_pairs(space: &Space<'_>) -> Vec<Vec<String>> {
        let words: Vec<&str> =
            space.catalog().requirements.iter().map(|requirement| requirement.id.as_str()).collect();
        let mut asked = Vec::new();
        for (at, first) in words.iter().enumerate() {
            asked.push(vec![(*first).to_owned()]);
            asked
                .extend(words[at + 1..].iter().map(|second| vec![(*first).to_owned(), (*second).to_owned()]));
        }
        asked
    }

    #[test]
    fn an_answer_fits_on_a_screen_and_names_the_picks_and_a_lighter_rival() {
        let catalog = crate::embedded::catalog().expect("the embedded catalog");
        let space = Space::of_tests(&catalog);
        let spelled = Spelled { framework: Framework::of(None, &[]), space: &space };
        let (mut wrong, mut lengths) = (Vec::new(), [0_usize; 40]);
        for requires in all_pairs(&space) {
            for archs in [vec![Arch::X64], Vec::new()] {
                let query = Query { requires: requires.clone(), archs, vmms: Vec::new() };
                let Ok(choice) = choose(&space, &query) else { continue };
                let styled = as_text::answer(&spelled, &query, &choice, as_text::Detail::Short, None, "");
                let text = strip_str(&styled).to_string();
                let lines = height(&text);
                lengths[lines.min(39)] += 1;
                let picks = choice.parts.iter().filter_map(|part| part.pick.as_ref());
                let named = picks.clone().all(|pick| text.contains(&spelled.config(pick.row)));
                let rivals =
                    choice.parts.iter().filter(|part| nearest_lighter(&space, &choice, part).is_some());
                // Two VMMs on two architectures are four answers at once.
                let fits = lines <= MOST_LINES || choice.parts.len() > 2;
                let tried = text.contains("unproven with");
                if !fits || !named || rivals.count() > 0 && !tried && !text.contains("lighter: ") {
                    wrong.push(format!("{lines} lines for {query:?}:\n{text}"));
                }
            }
        }
        assert!(lengths.iter().sum::<usize>() > 1000, "{lengths:?}");
        assert!(wrong.is_empty(), "{lengths:?} {} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}
