//! Markdown as the OpenVMM Guide writes it: lines of 80 columns, labelled fences, footnotes.

use lightest_diagnostics::words::capital;
use std::fmt::Write as _;

/// Where prose is wrapped.
const WIDTH: usize = 80;

/// Prose, wrapped: `first` starts the first line, `rest` the others.
pub(super) fn wrapped(text: &str, first: &str, rest: &str) -> String {
    let mut lines = String::new();
    let mut line = String::from(first);
    let mut empty = true;
    for word in &words(text) {
        let fits = line.chars().count() + usize::from(!empty) + word.chars().count() <= WIDTH;
        if !empty && !fits && !opens_a_block(word) {
            let _ = writeln!(lines, "{line}");
            rest.clone_into(&mut line);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    let _ = writeln!(lines, "{line}");
    lines
}

/// The words of a text, code in one piece.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if last.matches('`').count() % 2 == 1 => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// Whether a word would mean something else at the start of a line.
fn opens_a_block(word: &str) -> bool {
    let numbered =
        word.strip_suffix(['.', ')']).is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()));
    numbered || matches!(word, "-" | "+" | "*" | "=") || word.starts_with(['#', '>', '|'])
}

/// A paragraph.
pub(super) fn paragraph(text: &str) -> String {
    wrapped(text, "", "")
}

/// An item of a list, `depth` levels in.
pub(super) fn item(text: &str, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    wrapped(text, &format!("{indent}- "), &format!("{indent}  "))
}

/// A table; its cells are Markdown already.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "| {} |", header.join(" | "));
    let _ = writeln!(text, "|{}", " --- |".repeat(header.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

/// A callout of mdbook-admonish.
pub(super) fn callout(kind: &str, text: &str) -> String {
    format!("```admonish {kind}\n{}```\n", paragraph(text))
}

/// A fence.
pub(super) fn fence(label: &str, text: &str) -> String {
    format!("```{label}\n{}\n```\n", text.trim_end())
}

/// Code within a line.
pub(super) fn code(text: impl std::fmt::Display) -> String {
    format!("`{text}`")
}

/// Text of the catalog as Markdown: what looks like code becomes code, issue numbers become links.
pub(super) fn prose(text: &str, issues: Option<&str>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('`').and_then(|after| after.find('`')) {
            out.push_str(&rest[..quoted + 2]);
            rest = &rest[quoted + 2..];
        } else if rest.starts_with(char::is_whitespace) {
            let end = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
            out.push(' ');
            rest = &rest[end..];
        } else {
            let end = word_end(rest);
            out.push_str(&word(&rest[..end], issues));
            rest = &rest[end..];
        }
    }
    out
}

/// The end of the word at the start of a text; a call's arguments belong to it.
fn word_end(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut called = false;
    for (at, c) in text.char_indices() {
        match c {
            '(' if at > 0 && text[..at].contains('_') => {
                depth += 1;
                called = true;
            }
            ')' if called => depth = depth.saturating_sub(1),
            '`' if at > 0 => return at,
            c if c.is_whitespace() && depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

fn word(word: &str, issues: Option<&str>) -> String {
    let start = word.find(|c: char| !"(\"'".contains(c)).unwrap_or(0);
    let (before, body) = word.split_at(start);
    let mut end = body.trim_end_matches([',', '.', ';', ':', '"', '\'']).len();
    // A closing bracket belongs to the word only where it closes one of its own.
    while body[..end].ends_with(')') && body[..end].matches(')').count() > body[..end].matches('(').count() {
        end -= 1;
    }
    let (body, after) = body.split_at(end);
    let number = body.strip_prefix('#').filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let body = match (number, issues) {
        (Some(number), Some(url)) => format!("[#{number}]({url}/issues/{number})"),
        _ if body.contains('_') || body.ends_with("()") => code(body),
        _ => escaped(body),
    };
    format!("{before}{body}{}", escaped(after))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('*', "\\*").replace('<', "\\<")
}

/// A sentence: a capital, and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = capital(text.trim_end_matches('.'));
    format!("{text}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_wrapped_at_eighty_columns_and_never_starts_a_list_by_accident() {
        let long = "word ".repeat(15) + "four 4. - more words after that";
        let text = wrapped(&long, "- ", "  ");
        assert!(text.lines().all(|line| line.chars().count() <= 80 || line.ends_with('-')), "{text}");
        assert!(text.lines().skip(1).all(|line| !line.trim_start().starts_with(['-', '4'])), "{text}");
    }

    #[test]
    fn words_that_look_like_code_are_formatted_as_code() {
        let text = "use vmm_test_with(noagent, ..) and run() (as in guest_test_uefi), not `a b`";
        assert_eq!(
            prose(text, None),
            "use `vmm_test_with(noagent, ..)` and `run()` (as in `guest_test_uefi`), not `a b`"
        );
    }

    #[test]
    fn issue_numbers_become_links_where_their_place_is_known() {
        let url = Some("https://example.org/r");
        assert_eq!(
            prose("lifted (#12); 3 * 4", url),
            "lifted ([#12](https://example.org/r/issues/12)); 3 \\* 4"
        );
        assert_eq!(prose("lifted (#12)", None), "lifted (#12)");
    }

    #[test]
    fn a_bar_does_not_end_a_cell() {
        assert_eq!(
            table(&["a", "b"], &[vec!["x|y".into(), "z".into()]]),
            "| a | b |\n| --- | --- |\n| x\\|y | z |\n"
        );
    }
}
