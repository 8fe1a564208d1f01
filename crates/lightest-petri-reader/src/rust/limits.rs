//! Limits on source: parser and walk are recursive, so source that nests too deeply is not read.
//!
//! Measured on tokens, before anything is parsed. Within one pair of brackets, what is left to nest are chains of
//! operators and calls, generic arguments, closures and `else if`; each is bounded by what stands between two
//! separators that end it.

use ra_ap_parser::{LexedStr, SyntaxKind};

/// Brackets within brackets that are followed.
const MAX_DEPTH: usize = 120;
/// Tokens between two separators.
const MAX_RUN: usize = 3000;
/// `else if` after `else if`.
const MAX_ELSES: usize = 750;
/// Generic arguments that are open; less-than signs look the same. And signs that shift, which may open two.
const MAX_ANGLES: usize = 2000;
/// Bars since the last statement: each pair may open a closure.
const MAX_BARS: usize = 2000;

/// Why a file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Brackets within brackets beyond all reason.
    Nested,
    /// One expression beyond all reason.
    Endless,
}

/// What was seen within a pair of brackets since the last separator.
#[derive(Clone, Copy, Default)]
struct Level {
    run: usize,
    elses: usize,
    angles: usize,
    shifts: usize,
    bars: usize,
}

/// Measures tokens.
pub(super) fn check_limits(tokens: &LexedStr<'_>) -> Result<(), Unreadable> {
    use SyntaxKind::*;
    let mut around: Vec<Level> = Vec::new();
    let mut level = Level::default();
    let mut after_brace = false;
    let mut before = EOF;
    for at in 0..tokens.len() {
        let kind = tokens.kind(at);
        if kind.is_trivia() {
            before = kind;
            continue;
        }
        // A block ends a statement or an item, unless something goes on with its value.
        if std::mem::take(&mut after_brace) && !goes_on(kind) && (level.angles == 0 || begins(kind)) {
            let elses = if kind == ELSE_KW { level.elses } else { 0 };
            level = Level { elses, ..Level::default() };
        }
        level.run += 1;
        match kind {
            L_PAREN | L_BRACK | L_CURLY => {
                if around.len() >= MAX_DEPTH {
                    return Err(Unreadable::Nested);
                }
                around.push(std::mem::take(&mut level));
            }
            R_PAREN | R_BRACK | R_CURLY => {
                level = around.pop().unwrap_or_default();
                after_brace = kind == R_CURLY;
            }
            SEMICOLON => level = Level::default(),
            COMMA if level.angles == 0 => {
                level.run = 0;
                level.elses = 0;
            }
            // Two of them shift.
            L_ANGLE if before == L_ANGLE => {
                level.angles = level.angles.saturating_sub(1);
                level.shifts += 1;
                before = EOF;
                continue;
            }
            L_ANGLE => level.angles += 1,
            R_ANGLE if before != MINUS && before != EQ => level.angles = level.angles.saturating_sub(1),
            PIPE => level.bars += 1,
            ELSE_KW => level.elses += 1,
            _ => {}
        }
        before = kind;
        if level.angles + level.shifts > MAX_ANGLES {
            return Err(Unreadable::Nested);
        }
        if level.run > MAX_RUN || level.elses > MAX_ELSES || level.bars > MAX_BARS {
            return Err(Unreadable::Endless);
        }
    }
    Ok(())
}

/// Whether what follows a block may go on with its value.
fn goes_on(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(
        kind,
        DOT | QUESTION
            | PLUS
            | MINUS
            | STAR
            | SLASH
            | PERCENT
            | AMP
            | PIPE
            | CARET
            | EQ
            | BANG
            | L_ANGLE
            | R_ANGLE
            | COLON
            | AS_KW
            | L_PAREN
            | L_BRACK
    )
}

/// Whether a word begins a statement or an item, which no generic argument goes beyond.
fn begins(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(
        kind,
        CONST_KW
            | FN_KW
            | IF_KW
            | IMPL_KW
            | LET_KW
            | LOOP_KW
            | MATCH_KW
            | MOD_KW
            | PUB_KW
            | RETURN_KW
            | STRUCT_KW
            | USE_KW
            | WHILE_KW
            | POUND
    )
}

#[cfg(test)]
mod tests {
    use ra_ap_parser::{Edition, LexedStr};

    use super::{Unreadable, check_limits};

    fn measure(text: &str) -> Result<(), Unreadable> {
        check_limits(&LexedStr::new(Edition::CURRENT, text))
    }

    #[test]
    fn ordinary_source_of_any_length_is_within_reason() {
        let many = 20_000;
        let pieces = [
            "fn f<T: Into<u8>>(x: &[T]) -> Option<Vec<T>> { if x.len() < 3 { g(1 << 2, |a, b| a < b) } else { h() } }\n",
            "impl A for B { const C: u8 = 1 << 2; }\n",
            "// ((((((((((\nconst S: &str = \"((((((((\";\n",
            "struct S { a: u8, b: Vec<u8> }\n",
        ];
        for piece in pieces {
            assert_eq!(measure(&piece.repeat(many)), Ok(()), "{piece}");
        }
        for statement in
            ["if a < b { c() }", "x = y;", "match x { A(1, 2) => {} B { c } => {} _ => {} }", "f(|a, b| a);"]
        {
            assert_eq!(measure(&format!("fn f() {{ {} }}", statement.repeat(many))), Ok(()), "{statement}");
        }
        assert_eq!(measure(&format!("const T: [u8; 3] = [{}];", "\"a\", 0xff, -1,".repeat(many))), Ok(()));
    }

    #[test]
    fn endless_nesting_is_refused() {
        let many = 100_000;
        let pieces = [
            "(",
            "[",
            "{",
            "(/*)*/",
            "(/*);*/",
            "!",
            "a.b(1,2).",
            "1 + {} + ",
            "A<u8, ",
            "A << A, ",
            "A<{}, ",
            "A<u8>, A<",
            "|a, b| ",
            "if a {} else ",
            "x as A<u8, u8> as ",
            "&",
            "{}.f(1, 2)",
            "for<'a, 'b> fn() -> ",
            "return ",
            "<<<A, B<",
        ];
        for piece in pieces {
            let text = format!("fn f() {{ let x = {} }}", piece.repeat(many));
            assert!(measure(&text).is_err(), "{piece}");
        }
    }
}
