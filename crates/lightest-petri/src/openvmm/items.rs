//! Finds items and match arms among tokens.

use crate::openvmm::corpus::{Corpus, Place, View};

/// How many tokens or groups a signature, the subject of a `match` or a constant may span: hostile files must not make
/// every keyword a search to the end.
const REACH: usize = 256;

/// An item with a body: `impl Trait for Name { .. }`, `fn name(..) { .. }` and the like.
#[derive(Clone, Copy)]
pub(crate) struct Item<'c> {
    /// From its first keyword to its body's end.
    pub(crate) whole: View<'c>,
    /// The header before the body.
    pub(crate) head: View<'c>,
    /// The content of the body's braces.
    pub(crate) body: View<'c>,
    /// Its name, or the type's for an `impl`.
    pub(crate) name: &'c str,
}

/// Every `impl TRAIT for NAME { .. }`, at any depth.
pub(crate) fn impls<'c>(view: View<'c>, wanted: &str) -> Vec<Item<'c>> {
    let mut found = Vec::new();
    for at in view.all() {
        if !view.is_ident(at, "impl") {
            continue;
        }
        let Some((head, open)) = head(view, at) else { continue };
        // `impl Trait for Name`, each of the two a path: the last segment counts.
        let Some(link) = head.outer().find(|at| head.is_ident(*at, "for")) else { continue };
        let of = last_ident(head.slice(at + 1, link));
        let name = last_ident(head.slice(link + 1, head.to));
        if let (Some(of), Some(name)) = (of, name)
            && of == wanted
        {
            found.push(item(view, at, head, open, name));
        }
    }
    found
}

/// Every `impl NAME { .. }` without a trait, at any depth.
pub(crate) fn own_impls<'c>(view: View<'c>, wanted: &str) -> Vec<Item<'c>> {
    let mut found = Vec::new();
    for at in view.all() {
        if !view.is_ident(at, "impl") {
            continue;
        }
        let Some((head, open)) = head(view, at) else { continue };
        if head.outer().any(|at| head.is_ident(at, "for")) {
            continue;
        }
        if let Some(name) = last_ident(head.slice(at + 1, head.to))
            && name == wanted
        {
            found.push(item(view, at, head, open, name));
        }
    }
    found
}

/// Every `KEYWORD NAME .. { .. }` of that keyword, such as `fn`, `struct`, `enum`, `mod`, at any depth.
pub(crate) fn named<'c>(view: View<'c>, keyword: &str) -> Vec<Item<'c>> {
    let mut found = Vec::new();
    for at in view.all() {
        if view.is_ident(at, keyword)
            && let Some(name) = view.ident(at + 1)
            && let Some((head, open)) = head(view, at)
        {
            found.push(item(view, at, head, open, name));
        }
    }
    found
}

/// Every `fn NAME`, at any depth.
pub(crate) fn functions<'c>(view: View<'c>, wanted: &str) -> Vec<Item<'c>> {
    named(view, "fn").into_iter().filter(|item| item.name == wanted).collect()
}

/// Every `fn NAME` of the corpus.
pub(crate) fn functions_in<'c>(corpus: &'c Corpus, wanted: &str) -> Vec<Item<'c>> {
    corpus.views().flat_map(|view| functions(view, wanted)).collect()
}

fn item<'c>(view: View<'c>, at: usize, head: View<'c>, open: usize, name: &'c str) -> Item<'c> {
    Item { whole: view.slice(at, view.next(open)), head, body: view.inside(open), name }
}

/// What stands from `at` to the next brace or semicolon outside of groups, when a brace comes first.
fn head(view: View<'_>, at: usize) -> Option<(View<'_>, usize)> {
    let rest = view.slice(at, view.to);
    for here in rest.outer().take(REACH) {
        if rest.is_open(here, '{') {
            return Some((rest.slice(at, here), here));
        }
        if rest.is_punct(here, ';') || rest.is_punct(here, '}') {
            return None;
        }
    }
    None
}

fn last_ident<'c>(view: View<'c>) -> Option<&'c str> {
    // Generic arguments and where clauses come after the name.
    let mut last = None;
    for at in view.outer() {
        if view.is_punct(at, '<') && last.is_some() || view.is_ident(at, "where") {
            break;
        }
        last = view.ident(at).or(last);
    }
    last
}

/// The value of `const NAME: .. = VALUE;` among the body's own tokens.
pub(crate) fn constants<'c>(body: View<'c>) -> Vec<(&'c str, View<'c>, Place)> {
    let mut found = Vec::new();
    for at in body.outer() {
        if !body.is_ident(at, "const") || body.is_ident(at + 1, "fn") {
            continue;
        }
        let Some(name) = body.ident(at + 1) else { continue };
        let rest = body.slice(at, body.to);
        let Some(end) = rest.outer().take(REACH).find(|here| rest.is_punct(*here, ';')) else { continue };
        let Some(equals) = rest.slice(at, end).outer().find(|here| rest.is_punct(*here, '=')) else {
            continue;
        };
        found.push((name, rest.slice(equals + 1, end), rest.slice(at, (end + 1).min(rest.to)).place()));
    }
    found
}

/// An arm of a `match`.
#[derive(Clone, Copy)]
pub(crate) struct Arm<'c> {
    /// Its pattern, guard included.
    pub(crate) pattern: View<'c>,
    /// Its value.
    pub(crate) body: View<'c>,
}

impl<'c> Arm<'c> {
    /// The whole arm.
    pub(crate) fn whole(&self) -> View<'c> {
        View { to: self.body.to.max(self.pattern.to), ..self.pattern }
    }

    /// The strings that it matches, when it matches nothing but strings.
    pub(crate) fn strings(&self) -> Option<Vec<&'c str>> {
        let parts = self.pattern.split('|');
        let strings: Vec<&str> = parts
            .iter()
            .filter(|part| !part.is_empty())
            .filter_map(|part| (part.to == part.from + 1).then(|| part.string(part.from)).flatten())
            .collect();
        (!strings.is_empty() && strings.len() == parts.iter().filter(|part| !part.is_empty()).count())
            .then_some(strings)
    }

    /// Whether it is `_`.
    pub(crate) fn is_wild(&self) -> bool {
        self.pattern.to == self.pattern.from + 1 && self.pattern.text(self.pattern.from) == "_"
    }
}

/// A `match` expression.
#[derive(Clone)]
pub(crate) struct Match<'c> {
    /// Its arms, in order.
    pub(crate) arms: Vec<Arm<'c>>,
    /// The keyword and what it looks at.
    pub(crate) place: Place,
}

/// Every `match`, at any depth, outer ones first.
pub(crate) fn matches_in<'c>(view: View<'c>) -> Vec<Match<'c>> {
    let mut found = Vec::new();
    for at in view.all() {
        if !view.is_ident(at, "match") || view.is_punct(at + 1, '!') {
            continue;
        }
        let rest = view.slice(at + 1, view.to);
        let Some(open) = rest.outer().take(REACH).find(|here| rest.is_open(*here, '{')) else { continue };
        found.push(Match {
            arms: arms(view.inside(open)),
            place: View { from: at, to: open, ..view }.place(),
        });
    }
    found
}

fn arms<'c>(body: View<'c>) -> Vec<Arm<'c>> {
    let mut found = Vec::new();
    let mut from = body.from;
    while from < body.to {
        let rest = body.slice(from, body.to);
        let Some(arrow) = rest.outer().find(|at| rest.is_punct(*at, '=') && rest.is_punct(at + 1, '>'))
        else {
            break;
        };
        let pattern = without_attributes(rest.slice(from, arrow));
        let start = arrow + 2;
        let after = rest.slice(start, rest.to);
        let end = if after.is_open(start, '{') && !ends_early(&after, start) {
            after.next(start)
        } else {
            after.outer().find(|at| after.is_punct(*at, ',')).unwrap_or(after.to)
        };
        found.push(Arm { pattern, body: after.slice(start, end) });
        from = if body.is_punct(end, ',') { end + 1 } else { end };
        if end <= start {
            from = from.max(start + 1);
        }
    }
    found
}

/// Whether a block is only the beginning of an arm's body, as in `{ a }.b()`.
fn ends_early(view: &View<'_>, open: usize) -> bool {
    let next = view.next(open);
    view.is_punct(next, '.') || view.is_punct(next, '?')
}

fn without_attributes<'c>(pattern: View<'c>) -> View<'c> {
    let mut view = pattern;
    while view.is_punct(view.from, '#') && view.is_open(view.from + 1, '[') {
        view.from = view.next(view.from + 1);
    }
    view
}
