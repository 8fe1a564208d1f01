//! The further artifacts of a configuration: `[path::TO, OTHER]`.

use super::SyntaxError;
use super::cursor::Cursor;

/// Parses the list, if there is one.
pub(super) fn extra_deps(cursor: &mut Cursor<'_>) -> Result<Vec<String>, SyntaxError> {
    let mut deps = Vec::new();
    if !cursor.opens('[') {
        return Ok(deps);
    }
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

/// Words that cannot stand in a path; `crate`, `self`, `super` and `Self` can.
const KEYWORDS: [&str; 46] = [
    "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while",
];

/// Parses a path to an artifact; generic arguments are taken as they stand.
fn path(cursor: &mut Cursor<'_>) -> Result<String, SyntaxError> {
    let mut path = String::new();
    if cursor.eat_path_separator() {
        path.push_str("::");
    }
    loop {
        let (word, span) = cursor.ident("the path of an artifact", Vec::new)?;
        if KEYWORDS.contains(&word) || word == "yield" {
            return Err(SyntaxError {
                message: format!("`{word}` cannot stand in a path"),
                span,
                expected: Vec::new(),
                help: Some("name an artifact, such as `LATEST_STANDARD_X64`".to_owned()),
            });
        }
        path.push_str(word);
        path.push_str(cursor.generic_arguments()?);
        if !cursor.eat_path_separator() {
            return Ok(path);
        }
        path.push_str("::");
        let arguments = cursor.generic_arguments()?;
        if !arguments.is_empty() {
            path.push_str(arguments);
            if !cursor.eat_path_separator() {
                return Ok(path);
            }
            path.push_str("::");
        }
    }
}
