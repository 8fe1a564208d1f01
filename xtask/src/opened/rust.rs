//! The programs and paths that Rust source opens: by its tokens, so that a comment opens nothing and a macro's arguments do.

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

use super::{HostPath, paths, shell};

/// Functions whose string arguments are names of programs.
const TAKES_PROGRAMS: [&str; 3] = ["program", "program_or_name", "named_program"];

/// The text before that of a format.
const FORMAT: [&str; 3] = ["format", "!", "("];

pub(super) fn opened(text: &str) -> Vec<HostPath> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if let Some(content) = content(token) {
            found.extend(paths(content));
            if content.starts_with("#!/") || is_after_c(&tokens[..at]) {
                let script = content.replace("\\n", "\n");
                let is_format = tokens[..at].ends_with(&FORMAT);
                found.extend(shell::opened(&if is_format { formatted(&script) } else { script }));
            }
        }
        let before = |words: &[&str]| at >= words.len() && tokens[at - words.len()..at] == *words;
        let is_call = tokens.get(at + 1) == Some(&"(");
        // `use std::process::Command as Other` would hide what follows.
        if *token == "Command" && tokens.get(at + 1) == Some(&"as") {
            found.push(HostPath::Expression("Command as".to_owned()));
        }
        if *token == "new" && is_call && before(&["Command", ":", ":"]) {
            let args = arguments(&tokens[at + 2..]);
            match args {
                [name] if content(name).is_some() => {
                    let name = content(name).unwrap_or_default();
                    // A path was found above.
                    found.extend((!name.starts_with('/')).then(|| HostPath::Program(name.to_owned())));
                }
                // One of our own programs.
                ["env", "!", ..] => {}
                _ => found.push(HostPath::Expression(args.concat())),
            }
        }
        if TAKES_PROGRAMS.contains(token) && is_call && before(&["."]) {
            let args = arguments(&tokens[at + 2..]);
            // The first argument of `named_program` is an environment variable's.
            let names =
                args.iter().skip(usize::from(*token == "named_program")).filter_map(|arg| content(arg));
            found.extend(names.map(|name| HostPath::Program(name.to_owned())));
        }
    }
    found
}

/// Whether what comes next is a shell's script: it follows the argument `-c`, perhaps as the text of a format or a reference.
fn is_after_c(before: &[&str]) -> bool {
    let before = before.strip_suffix(&FORMAT).unwrap_or(before);
    let before = before.strip_suffix(&["&"]).unwrap_or(before);
    // `arg("-c").arg(script)` gives it, too.
    let chained = ["\"-c\"", ")", ".", "arg", "("];
    before.ends_with(&["\"-c\"", ","]) || before.ends_with(&chained)
}

/// A format's text, with a variable in the place of each argument: what it stands for is not known.
fn formatted(text: &str) -> String {
    let mut script = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' | '}' if letters.next_if_eq(&letter).is_some() => script.push(letter),
            '{' => {
                letters.by_ref().take_while(|next| *next != '}').for_each(drop);
                script.push_str("$x");
            }
            _ => script.push(letter),
        }
    }
    script
}

/// The tokens up to the parenthesis that closes the call.
fn arguments<'t, 'a>(tokens: &'t [&'a str]) -> &'t [&'a str] {
    let mut depth = 0_usize;
    let end = tokens.iter().position(|token| {
        match *token {
            "(" => depth += 1,
            ")" if depth == 0 => return true,
            ")" => depth -= 1,
            _ => {}
        }
        false
    });
    &tokens[..end.unwrap_or(tokens.len())]
}

/// The text between the quotes of a string.
fn content<'a>(token: &&'a str) -> Option<&'a str> {
    let start = token.find('"')?;
    let prefixed = token[..start].chars().all(|letter| matches!(letter, 'b' | 'c' | 'r' | '#'));
    let end = token.rfind('"').filter(|end| *end > start)?;
    prefixed.then(|| &token[start + 1..end])
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut at = 0;
    for token in tokenize(text, FrontmatterAllowed::No) {
        let slice = &text[at..at + token.len as usize];
        at += token.len as usize;
        match token.kind {
            TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => {}
            TokenKind::Literal { kind: LiteralKind::Char { .. } | LiteralKind::Byte { .. }, .. } => {
                tokens.push("'");
            }
            _ => tokens.push(slice),
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_paths_and_expressions_are_found() {
        let text = r##"
            // Command::new("commented")
            fn f() {
                Command::new("cp").arg("/etc/passwd");
                std::process::Command::new(host.program_or_name("mke2fs"));
                Command::new(env!("CARGO_BIN_EXE_x"));
                Command::new("/bin/sh").args(["-c", "grep x | sort"]);
                Command::new("sh").args(["-c", &format!("{x}; stty {size}; ${{{y}}}")]);
                Command::new("sh").arg("-c").arg("wc -l");
                let script = "#!/bin/sh\ntar -x\n";
                host.named_program("OPENVMM", &["openvmm"]);
            }
        "##;
        let mut found = opened(text);
        found.sort();
        let mut expected = vec![
            HostPath::Expression("host.program_or_name(\"mke2fs\")".to_owned()),
            HostPath::File("/etc/passwd".to_owned()),
        ];
        // Once as the script's own interpreter, which is found as the Rust text and as the shell's.
        expected.extend(["/bin/sh"; 3].map(|path| HostPath::File(path.to_owned())));
        for name in ["cp", "mke2fs", "grep", "sort", "sh", "stty", "sh", "wc", "tar", "openvmm"] {
            expected.push(HostPath::Program(name.to_owned()));
        }
        expected.sort();
        assert_eq!(found, expected);
    }
}
