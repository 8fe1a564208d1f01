//! The further artifacts of a configuration: `[path::TO, OTHER]`.

use super::SyntaxError;
use super::cursor::Cursor;
use crate::rust::SyntaxKind;
use crate::rust::cst::{Cst, Node};
use crate::rust::tokens::{Docs, Tokens};

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

/// Parses paths with arguments, which the macros accept as well: they stand where types do.
fn with_arguments(text: &str) -> Option<Vec<String>> {
    if text.len() > LONGEST {
        return None;
    }
    // The first element makes a tuple of any list, and ends with no comma so that a list without an item is no list.
    let separator = if text.trim().is_empty() { "" } else { "," };
    let source = format!("type Deps = ((){separator}{text}\n);");
    let cst = Cst::parse(&source).ok().filter(|cst| cst.broken.is_empty())?;
    let mut items = cst.root()?.children();
    let (Some(alias), None) = (items.next(), items.next()) else { return None };
    let tuple = alias.ty().filter(|ty| ty.range().end + 1 == source.len())?;
    let is_read = |path: Node<'_>| is_path(path) && path.descendants().all(is_whole);
    tuple.types().skip(1).map(|path| is_read(path).then(|| tight(path.text()))).collect()
}

/// Whether nothing is missing that the parser lets go by: what `-` negates, what `dyn` and `impl` are bounded by.
fn is_whole(node: Node<'_>) -> bool {
    use SyntaxKind::{CONST_ARG, DYN_TRAIT_TYPE, IMPL_TRAIT_TYPE, TYPE_BOUND};
    match node.kind() {
        CONST_ARG => node.text() != "-",
        DYN_TRAIT_TYPE | IMPL_TRAIT_TYPE => node.descendants().any(|part| part.kind() == TYPE_BOUND),
        _ => true,
    }
}

/// Whether a type is a path as the macros parse it: without what a trait gives to a type, and without `Fn(A) -> B`.
fn is_path(ty: Node<'_>) -> bool {
    let mut path = ty.child(SyntaxKind::PATH).filter(|_| ty.kind() == SyntaxKind::PATH_TYPE);
    while let Some(outer) = path {
        let plain = |segment: Node<'_>| {
            use SyntaxKind::{COLON2, COMMENT, GENERIC_ARG_LIST, NAME_REF};
            let relative =
                segment.name_ref().is_some_and(|name| matches!(name.text(), "crate" | "self" | "super"));
            segment.children().all(|part| match part.kind() {
                NAME_REF | COLON2 | COMMENT => true,
                GENERIC_ARG_LIST => !relative,
                _ => false,
            })
        };
        if !outer.child(SyntaxKind::PATH_SEGMENT).is_some_and(plain) {
            return false;
        }
        path = outer.child(SyntaxKind::PATH);
        if path.is_none() {
            return true;
        }
    }
    false
}

/// A path without white space and comments, except between words and after commas.
fn tight(path: &str) -> String {
    let is_word = |character: char| character.is_alphanumeric() || character == '_' || character == '\'';
    let mut tight = String::with_capacity(path.len());
    for token in Tokens::read(path, Docs::Tokens).tokens {
        let token = &path[token.span];
        if let (Some(before), Some(after)) = (tight.chars().next_back(), token.chars().next())
            && (before == ',' || (is_word(before) && is_word(after)))
        {
            tight.push(' ');
        }
        tight.push_str(token);
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
