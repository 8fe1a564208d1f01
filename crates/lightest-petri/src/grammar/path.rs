//! The further artifacts of a configuration: `[path::TO, OTHER]`.

use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;

use super::SyntaxError;
use super::cursor::Cursor;

/// Parses the list, if there is one.
pub(super) fn extra_deps(cursor: &mut Cursor<'_>) -> Result<Vec<String>, SyntaxError> {
    if !cursor.opens('[') {
        return Ok(Vec::new());
    }
    let start = cursor.position();
    match plain(cursor) {
        Ok(deps) => Ok(deps),
        Err(error) => {
            cursor.go_back(start);
            match with_arguments(cursor.group()) {
                Some(deps) => Ok(deps),
                None => Err(error),
            }
        }
    }
}

/// Parses paths without arguments, as artifacts are named.
fn plain(cursor: &mut Cursor<'_>) -> Result<Vec<String>, SyntaxError> {
    let mut deps = Vec::new();
    cursor.open('[', "")?;
    while !cursor.ends() {
        deps.push(path(cursor)?);
        if !cursor.eat(',') && !cursor.ends() {
            return Err(cursor.error("expected `,` between artifacts", vec![",".to_owned(), "]".to_owned()]));
        }
    }
    cursor.close("the artifacts")?;
    Ok(deps)
}

/// The longest list that is read with arguments in its paths, in bytes: the parser of types recurses.
const LONGEST: usize = 256;

/// Parses paths with arguments, which the macros accept as well, by the parser that the macros use.
fn with_arguments(text: &str) -> Option<Vec<String>> {
    if text.len() > LONGEST {
        return None;
    }
    let paths = Punctuated::<syn::Path, syn::Token![,]>::parse_terminated.parse_str(text).ok()?;
    Some(paths.iter().map(|path| tight(&path.to_token_stream().to_string())).collect())
}

/// The text of tokens without spaces, except between words and after commas.
fn tight(text: &str) -> String {
    let word = |character: char| character.is_alphanumeric() || character == '_' || character == '\'';
    let mut tight = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let before = tight.chars().next_back();
        let keep = before.is_some_and(|before| {
            before == ',' || (word(before) && characters.peek().is_some_and(|after| word(*after)))
        });
        if character != ' ' || keep {
            tight.push(character);
        }
    }
    tight
}

/// Words that cannot stand in a path; `crate`, `self`, `super` and `Self` can.
const KEYWORDS: [&str; 47] = [
    "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Parses a path to an artifact.
fn path(cursor: &mut Cursor<'_>) -> Result<String, SyntaxError> {
    let mut path = String::new();
    if cursor.eat_path_separator() {
        path.push_str("::");
    }
    loop {
        let (word, span) = cursor.ident("the path of an artifact", Vec::new)?;
        if KEYWORDS.contains(&word) {
            return Err(SyntaxError {
                message: format!("`{word}` cannot stand in a path"),
                span,
                expected: Vec::new(),
                help: Some("name an artifact, such as `LATEST_STANDARD_X64`".to_owned()),
            });
        }
        path.push_str(word);
        if !cursor.eat_path_separator() {
            return Ok(path);
        }
        path.push_str("::");
    }
}
