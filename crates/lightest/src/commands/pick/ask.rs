//! Asks what the test touches: a few questions in the author's words, each of which can be skipped.

use std::io::{self, BufRead, Write};

use lightest_model::catalog::Question;
use lightest_model::chooser::{Query, choose};
use lightest_model::space::Space;

/// How many questions are asked at most.
const MOST: usize = 5;

/// Asks, and returns the requirements that follow; `None` when the author gave up or the input ended.
///
/// # Errors
///
/// Those of reading and writing.
pub(super) fn ask(
    space: &Space<'_>,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> io::Result<Option<Vec<String>>> {
    let mut requires: Vec<String> = Vec::new();
    writeln!(
        output,
        "What does the test touch? Numbers answer (several with commas), Enter skips, ? says why, q leaves."
    )?;
    best(space, &requires, output)?;
    for question in space.catalog().questions.iter().take(MOST) {
        match one(question, input, output)? {
            None => return Ok(None),
            Some(more) if more.is_empty() => {}
            Some(more) => {
                for word in more {
                    if !requires.contains(&word) {
                        requires.push(word);
                    }
                }
                best(space, &requires, output)?;
            }
        }
    }
    Ok(Some(requires))
}

/// Says what would be recommended now.
fn best(space: &Space<'_>, requires: &[String], output: &mut impl Write) -> io::Result<()> {
    let query = Query { requires: requires.to_vec(), archs: Vec::new(), vmms: Vec::new() };
    let Ok(choice) = choose(space, &query) else { return Ok(()) };
    let mut configs: Vec<String> = Vec::new();
    for part in &choice.parts {
        match &part.pick {
            Some(pick) => configs.push(space.rows()[pick.row].config.to_string()),
            None => configs.push(format!("nothing on {}", part.arch)),
        }
    }
    writeln!(output, "  so far: {}", configs.join(", "))
}

/// Asks one question; `None` when the author gave up.
fn one(
    question: &Question,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> io::Result<Option<Vec<String>>> {
    writeln!(output, "\n{}", question.ask)?;
    for (at, answer) in question.answers.iter().enumerate() {
        writeln!(output, "  {}. {}", at + 1, answer.label)?;
    }
    loop {
        write!(output, "> ")?;
        output.flush()?;
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            writeln!(output)?;
            return Ok(None);
        }
        match line.trim() {
            "" => return Ok(Some(Vec::new())),
            "q" | "quit" => return Ok(None),
            "?" | "why" | "why?" => writeln!(output, "  {}", question.why)?,
            words => match numbers(words, question.answers.len()) {
                Some(chosen) => {
                    let requires = chosen.into_iter().flat_map(|at| question.answers[at].requires.clone());
                    return Ok(Some(requires.collect()));
                }
                None => writeln!(
                    output,
                    "  a number from 1 to {}, several with commas; Enter to skip",
                    question.answers.len()
                )?,
            },
        }
    }
}

/// Numbers from 1 to `most`, as indices.
fn numbers(words: &str, most: usize) -> Option<Vec<usize>> {
    let numbers = words.split([',', ' ']).filter(|word| !word.is_empty());
    numbers
        .map(|word| word.parse::<usize>().ok().filter(|at| (1..=most).contains(at)).map(|at| at - 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The author's answers, what was understood, and everything that was printed.
    fn asked(answers: &str) -> (Option<Vec<String>>, String) {
        let catalog = crate::embedded::catalog().expect("the embedded catalog");
        let space = Space::of_tests(&catalog);
        let mut output = Vec::new();
        let requires = ask(&space, &mut answers.as_bytes(), &mut output).expect("memory can be written");
        (requires, String::from_utf8(output).expect("UTF-8"))
    }

    #[test]
    fn skipping_every_question_asks_for_nothing() {
        let (requires, said) = asked("\n\n\n\n\n");
        assert_eq!(requires, Some(Vec::new()));
        assert!(said.matches("\n> ").count() <= MOST, "at most five questions: {said}");
    }

    #[test]
    fn answers_add_up_and_the_best_so_far_is_shown_after_each() {
        let (requires, said) = asked("6\n4\n\n\n\n");
        let requires = requires.expect("answered");
        assert!(requires.contains(&"tpm".to_owned()), "{requires:?}");
        assert_eq!(said.matches("so far:").count(), 3, "at first, and after each answer: {said}");
    }

    #[test]
    fn why_is_answered_and_nonsense_is_asked_again() {
        let (requires, said) = asked("?\n77\nnonsense\n\n\n\n\n\n");
        let catalog = crate::embedded::catalog().expect("the embedded catalog");
        assert_eq!(requires, Some(Vec::new()));
        assert!(said.contains(&catalog.questions[0].why));
        assert_eq!(said.matches("a number from 1 to").count(), 2);
    }

    #[test]
    fn leaving_and_the_end_of_input_answer_nothing() {
        assert_eq!(asked("q\n").0, None);
        assert_eq!(asked("").0, None);
    }
}
