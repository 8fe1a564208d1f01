//! Asks what the test touches: a few questions in the author's words, each of which can be skipped. The only module that uses `inquire`.

use std::fmt;
use std::io::{self, IsTerminal};

use inquire::{InquireError, MultiSelect, Select};
use lightest_model::catalog::{Answer, Question};
use lightest_model::chooser::{Query, choose};
use lightest_model::space::Space;

use crate::failure::Failure;
use crate::framework::Framework;
use crate::output;
use crate::spelled::Spelled;
use crate::style::{answer as green, aside};

/// How many questions are asked at most.
const MOST: usize = 5;

const KEYS: &str = "What does the test touch? Arrow keys move, Space chooses, letters filter, Enter goes on, Esc skips, \
                    Ctrl-C leaves.";

/// Whether there is somebody to ask: a person at a terminal that understands more than lines.
pub(super) fn is_possible() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !dumb && io::stdin().is_terminal() && io::stdout().is_terminal() && io::stderr().is_terminal()
}

/// Asks, and returns the requirements that follow; `None` when the author gave up.
///
/// # Errors
///
/// A terminal that cannot be read.
pub(super) fn ask(space: &Space<'_>, framework: Framework) -> Result<Option<Vec<String>>, Failure> {
    let questions = &space.catalog().questions;
    if questions.is_empty() {
        return Ok(Some(Vec::new()));
    }
    #[cfg(unix)]
    restore_after_signals();
    output::message(KEYS);
    let spelled = Spelled { framework, space };
    conversation(&spelled, questions, &mut prompt, &mut |line| output::message(line))
        .map_err(|error| Failure::new(format!("the terminal cannot be read: {error}")))
}

/// Has a signal that ends the program restore the terminal first: a question takes its echo, its lines and its cursor.
#[cfg(unix)]
fn restore_after_signals() {
    output::before_the_end(|| {
        // There is nowhere left to report a failure to.
        let _ = crossterm::terminal::disable_raw_mode();
        let _ = crossterm::execute!(io::stderr(), crossterm::cursor::Show);
        output::message("");
    });
}

/// The outcome of a question.
enum Reply {
    /// The requirements of the chosen answers.
    Chosen(Vec<String>),
    Skipped,
    Left,
}

/// Asks one question after another, and shows the best answer before the first and after each that changes it.
fn conversation(
    space: &Spelled<'_, '_>,
    questions: &[Question],
    prompt: &mut impl FnMut(&Question) -> Result<Reply, InquireError>,
    show: &mut impl FnMut(&str),
) -> Result<Option<Vec<String>>, InquireError> {
    let mut requires: Vec<String> = Vec::new();
    show(&so_far(space, &requires));
    for question in questions.iter().take(MOST) {
        match prompt(question)? {
            Reply::Left => return Ok(None),
            Reply::Skipped => {}
            Reply::Chosen(more) => {
                let new: Vec<String> = more.into_iter().filter(|word| !requires.contains(word)).collect();
                requires.extend(new);
            }
        }
        show(&so_far(space, &requires));
    }
    Ok(Some(requires))
}

/// The present recommendation, in one line.
fn so_far(space: &Spelled<'_, '_>, requires: &[String]) -> String {
    let query = Query { requires: requires.to_vec(), archs: Vec::new(), vmms: Vec::new() };
    let Ok(choice) = choose(space.space, &query) else { return String::new() };
    let configs: Vec<String> = choice
        .parts
        .iter()
        .map(|part| match &part.pick {
            Some(pick) => green(space.config(pick.row)).to_string(),
            None => format!("nothing on {}", part.arch),
        })
        .collect();
    format!("  {} {}\n", aside("so far:"), configs.join(", "))
}

/// An answer as it stands in a list.
struct Line<'q>(&'q Answer);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.label)
    }
}

/// Asks one question at the terminal.
fn prompt(question: &Question) -> Result<Reply, InquireError> {
    let lines = question.answers.iter().map(Line);
    let chosen = if question.exclusive {
        Select::new(&question.ask, lines.collect())
            .with_help_message(&question.why)
            .prompt()
            .map(|one| vec![one])
    } else {
        // Choosing nothing is the answer that asks for nothing.
        let lines = lines.filter(|line| !line.0.requires.is_empty()).collect();
        MultiSelect::new(&question.ask, lines)
            .with_help_message(&question.why)
            .with_keep_filter(false)
            .with_formatter(&|chosen| match chosen {
                [] => "nothing".to_owned(),
                chosen => {
                    chosen.iter().map(|line| line.value.0.label.as_str()).collect::<Vec<_>>().join("; ")
                }
            })
            .prompt()
    };
    match chosen {
        Ok(chosen) => {
            Ok(Reply::Chosen(chosen.into_iter().flat_map(|line| line.0.requires.clone()).collect()))
        }
        Err(InquireError::OperationCanceled) => Ok(Reply::Skipped),
        Err(InquireError::OperationInterrupted) => Ok(Reply::Left),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The query after some replies, and every line that was shown.
    fn asked(replies: Vec<Reply>) -> (Option<Vec<String>>, Vec<String>) {
        let catalog = crate::embedded::catalog().expect("the embedded catalog");
        let space = Space::of_tests(&catalog);
        let space = Spelled { framework: Framework::of(None, &[]), space: &space };
        let (mut replies, mut shown) = (replies.into_iter(), Vec::new());
        let mut prompt = |_: &Question| Ok(replies.next().unwrap_or(Reply::Skipped));
        let requires =
            conversation(&space, &catalog.questions, &mut prompt, &mut |line| shown.push(line.to_owned()));
        (requires.expect("nothing fails"), shown)
    }

    fn chosen(words: &[&str]) -> Reply {
        Reply::Chosen(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn skipping_every_question_asks_for_nothing() {
        let (requires, shown) = asked(Vec::new());
        assert_eq!(requires, Some(Vec::new()));
        assert_eq!(shown.len(), 1 + MOST, "{shown:?}");
    }

    #[test]
    fn answers_add_up_and_the_best_so_far_follows() {
        let (requires, shown) = asked(vec![chosen(&["windows-shell"]), chosen(&["tpm", "windows-shell"])]);
        assert_eq!(requires.expect("answered"), ["windows-shell", "tpm"]);
        assert!(shown[0].contains("linux_direct") && shown[1].contains("windows"), "{shown:?}");
    }

    #[test]
    fn leaving_answers_nothing() {
        let (requires, shown) = asked(vec![chosen(&["tpm"]), Reply::Left]);
        assert_eq!(requires, None);
        assert_eq!(shown.len(), 2, "{shown:?}");
    }

    #[test]
    fn every_question_has_answers_and_each_list_fits_on_a_page() {
        let catalog = crate::embedded::catalog().expect("the embedded catalog");
        for question in &catalog.questions {
            let asking = question.answers.iter().filter(|answer| !answer.requires.is_empty()).count();
            assert!((1..=7).contains(&asking), "{}", question.id);
            if question.exclusive {
                assert!(question.answers[0].requires.is_empty(), "Enter at once must skip {}", question.id);
            }
        }
    }
}
