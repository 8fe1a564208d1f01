//! What a shell script starts: the first word of each command. Not a shell's whole grammar; where it is in doubt, a word is
//! found too much rather than missed, and has to be explained.

use saphyr::{LoadableYamlNode as _, Yaml};

use super::{HostPath, paths};

/// Words that a shell knows itself, or that stand before a command.
const OWN: [&str; 52] = [
    "!", "[", "[[", ":", ".", "alias", "break", "case", "cd", "command", "continue", "declare", "do", "done",
    "echo", "elif", "else", "esac", "eval", "exec", "exit", "export", "false", "fi", "for", "function", "if",
    "in", "kill", "let", "local", "printf", "pwd", "read", "readonly", "return", "select", "set", "shift",
    "source", "test", "then", "time", "trap", "true", "type", "ulimit", "umask", "unset", "until", "wait",
    "while",
];
/// Of these, the ones after which a command follows.
const BEFORE_A_COMMAND: [&str; 12] =
    ["!", "command", "do", "elif", "else", "eval", "exec", "if", "then", "time", "until", "while"];

/// The programs and paths of a script.
pub(super) fn opened(script: &str) -> Vec<HostPath> {
    let mut found = paths(&without_comments(script));
    let functions = functions(script);
    for name in programs(script) {
        if !functions.contains(&name) {
            found.push(HostPath::Program(name));
        }
    }
    found
}

/// The same for the scripts of a workflow or an action: what stands under `run`.
///
/// # Errors
/// That of the YAML reader.
pub(super) fn in_yaml(text: &str) -> Result<Vec<HostPath>, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    let mut todo: Vec<&Yaml<'_>> = documents.iter().collect();
    while let Some(node) = todo.pop() {
        match node {
            Yaml::Sequence(nodes) => todo.extend(nodes.iter().rev()),
            Yaml::Mapping(map) => {
                for (key, value) in map.iter().rev() {
                    match (key.as_str(), value.as_str()) {
                        (Some("run"), Some(script)) => found.extend(opened(script)),
                        _ => todo.push(value),
                    }
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn without_comments(script: &str) -> String {
    let kept = script
        .lines()
        .enumerate()
        .filter(|(number, line)| *number == 0 || !line.trim_start().starts_with('#'));
    kept.map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

fn functions(script: &str) -> Vec<String> {
    let named = |line: &str| line.trim_start().split_once("()").map(|(name, _)| name.to_owned());
    let names = script.lines().filter_map(named);
    names.filter(|name| name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')).collect()
}

/// The first words of all commands.
fn programs(script: &str) -> Vec<String> {
    let mut found = Vec::new();
    for command in commands(script) {
        for word in command.split_whitespace() {
            let assigned = word.split_once('=').is_some_and(|(name, _)| {
                name.trim_end_matches('+').chars().all(|letter| letter.is_alphanumeric() || letter == '_')
            });
            // An assignment, an option of `command`, or a redirection stands before the program.
            if assigned || word.starts_with(['<', '>', '-', '2']) || BEFORE_A_COMMAND.contains(&word) {
                continue;
            }
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-.+".contains(letter);
            if !OWN.contains(&word)
                && word.chars().all(plain)
                && word.starts_with(|letter: char| letter.is_ascii_alphabetic())
            {
                found.push(word.to_owned());
            }
            break;
        }
    }
    found
}

/// The script, cut where a command ends; a quoted text counts as one word, and what it substitutes as a command.
fn commands(script: &str) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut inner: Vec<String> = Vec::new();
    // Subshells that are open, and where the commands of the line begin.
    let (mut subshells, mut line_start) = (0_usize, 0);
    let mut open = vec![String::new()];
    let mut quoted = Vec::new();
    let mut letters = script.chars().peekable();
    let mut heredoc: Option<String> = None;
    while let Some(letter) = letters.next() {
        let depth = open.len();
        let in_quotes = quoted.last() == Some(&depth);
        let last = open.last_mut().expect("one is always open");
        match letter {
            '\\' => {
                // A continued line goes on; any other escaped letter is part of its word.
                if letters.next() != Some('\n') {
                    last.push('\\');
                }
            }
            '\'' if !in_quotes => {
                last.push('\'');
                letters.by_ref().take_while(|next| *next != '\'').for_each(drop);
            }
            '"' if in_quotes => {
                quoted.pop();
                last.push('"');
            }
            '"' => {
                quoted.push(depth);
                last.push('"');
            }
            '$' if letters.peek() == Some(&'(') => {
                letters.next();
                last.push('$');
                open.push(String::new());
            }
            ')' if depth > 1 && !in_quotes => inner.extend(open.pop()),
            _ if in_quotes => last.push('"'),
            '<' if letters.peek() == Some(&'<') => {
                letters.next();
                let line: String = letters.by_ref().take_while(|next| *next != '\n').collect();
                let word =
                    line.trim_start_matches(['-', '<', ' ']).split_whitespace().next().unwrap_or_default();
                let end = word.trim_matches(['\'', '"']).to_owned();
                // A here-string is a word; the rest of a line with a here-document is rarely more than a redirection.
                if !line.starts_with('<') {
                    heredoc = Some(end);
                }
                done.push(std::mem::take(last));
            }
            '#' if last.ends_with([' ', '\t']) || last.is_empty() => {
                letters.by_ref().take_while(|next| *next != '\n').for_each(drop);
                done.push(std::mem::take(last));
            }
            // The end of a pattern of `case`, whose alternatives are no commands.
            ')' if subshells == 0 => {
                done.truncate(line_start);
                last.clear();
            }
            '\n' | ';' | '|' | '&' | '(' | ')' | '{' | '}' | '`' => {
                done.push(std::mem::take(last));
                match letter {
                    '(' => subshells += 1,
                    ')' => subshells -= 1,
                    '\n' | ';' => line_start = done.len(),
                    _ => {}
                }
            }
            _ => last.push(letter),
        }
        if let Some(end) = heredoc.take() {
            let mut text = String::new();
            loop {
                let line: String = letters.by_ref().take_while(|next| *next != '\n').collect();
                if line.trim() == end || letters.peek().is_none() {
                    break;
                }
                text.push_str(&line);
                text.push('\n');
            }
            // A script that is written to be run.
            if text.starts_with("#!") {
                done.extend(commands(&text));
            }
        }
    }
    done.extend(open);
    done.extend(inner);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_of_each_command_is_found() {
        let script = "#!/bin/sh\nset -e\nX=1 grep -q 'a | b' file && sed s/x/y/ < in > out # and awk\n\
                      f() { tee \"$(mktemp -d)/x; y\"; }\nfor i in a b; do f; done\n\
                      if ! command -v jq > /dev/null; then exec curl \"a $(uname -m)\"; fi\n\
                      cat > x << 'EOF'\nplain text\nEOF\ncat << EOF\n#!/bin/sh\nmount x\nEOF\n\
                      (cd x && find . | cpio -o)\ncase $(id) in a | bb) rg y;; esac\n";
        let mut names = programs(script);
        names.retain(|name| name != "f");
        names.sort();
        names.dedup();
        let expected = [
            "cat", "cpio", "curl", "find", "grep", "id", "jq", "mktemp", "mount", "rg", "sed", "tee", "uname",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn scripts_of_an_action_are_found() {
        let text = "steps:\n  - run: tar -x\n  - name: b\n    run: |\n      jq x\n      rg y\n    env: z\n";
        let programs: Vec<HostPath> =
            ["tar", "jq", "rg"].map(|name| HostPath::Program(name.to_owned())).into();
        assert_eq!(in_yaml(text), Ok(programs));
        // Quoted, folded, and in the flow form.
        let text =
            "a: {run: \"tar -x; jq x\"}\nb:\n- {name: run, run: 'rg y'}\n- run: >-\n    rg y |\n    tee z\n";
        let mut found = in_yaml(text).expect("it is YAML");
        found.sort();
        let programs: Vec<HostPath> =
            ["jq", "rg", "rg", "tar", "tee"].map(|name| HostPath::Program(name.to_owned())).into();
        assert_eq!(found, programs);
        assert!(in_yaml("a: [").is_err());
    }
}
