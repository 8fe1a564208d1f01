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
    // The first element makes a tuple of any list.
    let source = format!("type Deps = ((),{text}\n);");
    let cst = Cst::parse(&source).ok().filter(|cst| cst.broken.is_empty())?;
    let mut items = cst.root()?.children();
    let (Some(alias), None) = (items.next(), items.next()) else { return None };
    let tuple = alias.ty().filter(|ty| ty.range().end + 1 == source.len())?;
    if !tuple.descendants().all(is_read) {
        return None;
    }
    tuple.types().skip(1).map(|path| is_path(path).then(|| tight(path.text()))).collect()
}

/// Whether a part of an argument is read: a value for a constant's type, made of paths, lifetimes, literals, tuples,
/// references and slices. The parser accepts more, some of which the macros refuse.
fn is_read(node: Node<'_>) -> bool {
    use SyntaxKind::*;
    match node.kind() {
        // Doc comments are attributes to the macros.
        COMMENT => Tokens::read(node.text(), Docs::Tokens).tokens.is_empty(),
        PATH_SEGMENT => {
            let relative =
                node.name_ref().is_some_and(|name| matches!(name.text(), "crate" | "self" | "super"));
            !relative || node.child(GENERIC_ARG_LIST).is_none()
        }
        PATH | PATH_TYPE | NAME_REF | IDENT | COLON2 | CRATE_KW | SELF_KW | SUPER_KW | SELF_TYPE_KW
        | GENERIC_ARG_LIST | TYPE_ARG | LIFETIME_ARG | LIFETIME | LIFETIME_IDENT | CONST_ARG | LITERAL
        | INT_NUMBER | FLOAT_NUMBER | TRUE_KW | FALSE_KW | STRING | BYTE_STRING | C_STRING | CHAR | BYTE
        | TUPLE_TYPE | PAREN_TYPE | REF_TYPE | SLICE_TYPE | MUT_KW | COMMA | L_ANGLE | R_ANGLE | L_PAREN
        | R_PAREN | L_BRACK | R_BRACK | AMP | WHITESPACE => true,
        _ => false,
    }
}

/// Whether a type is a path as the macros parse it: without what a trait gives to a type, and without `Fn(A) -> B`.
fn is_path(ty: Node<'_>) -> bool {
    let mut path = ty.child(SyntaxKind::PATH).filter(|_| ty.kind() == SyntaxKind::PATH_TYPE);
    while let Some(outer) = path {
        let plain = |segment: Node<'_>| {
            use SyntaxKind::{COLON2, COMMENT, GENERIC_ARG_LIST, NAME_REF};
            segment
                .children()
                .all(|part| matches!(part.kind(), NAME_REF | COLON2 | COMMENT | GENERIC_ARG_LIST))
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

/// Words that are not allowed in a path; `crate`, `self`, `super` and `Self` can.
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
            return Err(SyntaxError::new(format!("`{word}` is not allowed in a path"), span)
                .help("name an artifact, such as `LATEST_STANDARD_X64`".to_owned()));
        }
        path.push_str(word);
        if !cursor.eat_path_separator() {
            return Ok(path);
        }
        path.push_str("::");
    }
}
