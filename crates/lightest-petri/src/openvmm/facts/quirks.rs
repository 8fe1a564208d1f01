//! Guests' quirks: the value of an image's `fn quirks()`, in each shape that it has had.

use std::collections::{BTreeMap, BTreeSet};

use crate::openvmm::corpus::{Corpus, Place, View};
use crate::openvmm::items::named;

use super::value::seconds;
use super::{At, Facts, GuestQuirks, Reboot};

/// Quirks that are understood.
const KNOWN: [&str; 2] = ["hyperv_shutdown_ic_sleep", "initial_reboot"];

/// How the types of quirks are declared.
pub(super) struct Shape {
    /// VMMs that have quirks of their own.
    vmms: Vec<String>,
}

impl Shape {
    pub(super) fn read(corpus: &Corpus, facts: &mut Facts) -> Self {
        let structs: Vec<_> = corpus.views().flat_map(|view| named(view, "struct")).collect();
        let find = |name: &str| structs.iter().find(|item| item.name == name);
        let fields = |name: &str| find(name).map_or_else(Vec::new, |item| fields(item.body));
        let (per_vmm, inner) = (fields("GuestQuirks"), fields("GuestQuirksInner"));
        // Before quirks differed by VMM, they were fields of the outer type.
        let (vmms, kinds) = if inner.is_empty() {
            (vec!["hyperv".to_owned(), "openvmm".to_owned()], per_vmm)
        } else {
            (per_vmm.into_iter().map(|(name, _)| name).collect(), inner)
        };
        if kinds.is_empty() {
            facts.gap("the kinds of quirks", "there is no `struct GuestQuirks` in any file", None);
        }
        for (name, place) in kinds {
            if !KNOWN.contains(&name.as_str()) {
                facts.gap(
                    format!("the quirk `{name}`"),
                    "it is new: Lightest does not know what it costs",
                    Some(place),
                );
            }
        }
        conditions(corpus, facts);
        Self { vmms }
    }
}

fn fields(body: View<'_>) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    for part in body.split(',') {
        let colon = part.outer().find(|at| part.is_punct(*at, ':') && !part.is_punct(at + 1, ':'));
        if let Some(colon) = colon
            && colon > part.from
            && let Some(name) = part.ident(colon - 1)
        {
            found.push((name.to_owned(), part.place()));
        }
    }
    found
}

fn conditions(corpus: &Corpus, facts: &mut Facts) {
    for view in corpus.views() {
        for item in named(view, "enum") {
            if item.name != "InitialRebootCondition" {
                continue;
            }
            for part in item.body.split(',') {
                if let Some(name) = part.ident(part.to.saturating_sub(1))
                    && reboot(name).is_none()
                {
                    let because = "it is new: Lightest does not know when it applies";
                    facts.gap(format!("the first-boot reboot `{name}`"), because, Some(part.place()));
                }
            }
        }
    }
}

fn reboot(word: &str) -> Option<Reboot> {
    match word {
        "Always" => Some(Reboot::Always),
        "WithTpm" => Some(Reboot::WithTpm),
        "WithOpenHclUefi" => Some(Reboot::WithOpenhclUefi),
        _ => None,
    }
}

/// The result of a `fn quirks()`.
pub(super) enum StatedQuirks {
    /// These, by VMM.
    Quirks(BTreeMap<String, GuestQuirks>),
    /// Those of another artifact.
    SameAs(String),
}

type Problem = (String, Place);

/// Reads the body of a `fn quirks()`.
pub(super) fn of(body: View<'_>, shape: &Shape) -> Result<StatedQuirks, Problem> {
    let from = body.from;
    if let Some(other) = body.ident(from)
        && body.reads(from + 1, &[":", ":", "quirks", "("])
        && body.next(from + 4) == body.to
        && other != "Self"
    {
        return Ok(StatedQuirks::SameAs(other.to_owned()));
    }
    if !body.is_ident(from, "let") {
        return expression(body, shape).map(StatedQuirks::Quirks);
    }
    // `let mut quirks = ..; quirks.VMM.QUIRK = ..; quirks`
    let statements = body.split(';');
    let first = statements[0];
    let equals = first.outer().find(|at| first.is_punct(*at, '='));
    let Some(equals) = equals else { return Err(unreadable(first)) };
    let Some(variable) = first.ident(equals - 1) else { return Err(unreadable(first)) };
    let mut quirks = expression(first.slice(equals + 1, first.to), shape)?;
    for (index, statement) in statements.iter().enumerate().skip(1) {
        let last = index + 1 == statements.len();
        if last && statement.to == statement.from + 1 && statement.is_ident(statement.from, variable) {
            continue;
        }
        let at = statement.from;
        let (Some(vmm), Some(quirk)) = (statement.ident(at + 2), statement.ident(at + 4)) else {
            return Err(unreadable(*statement));
        };
        let assigned = statement.is_ident(at, variable)
            && statement.is_punct(at + 1, '.')
            && statement.is_punct(at + 3, '.')
            && statement.is_punct(at + 5, '=');
        match quirks.get_mut(vmm) {
            Some(of_vmm) if assigned => {
                set(of_vmm, quirk, statement.slice(at + 6, statement.to), *statement)?
            }
            _ => return Err(unreadable(*statement)),
        }
    }
    Ok(StatedQuirks::Quirks(quirks))
}

fn unreadable(view: View<'_>) -> Problem {
    ("this is not written in a way that is known".to_owned(), view.place())
}

/// `GuestQuirks::for_all_backends(..)`, `GuestQuirks { .. }`, `GuestQuirks::default()`.
fn expression(view: View<'_>, shape: &Shape) -> Result<BTreeMap<String, GuestQuirks>, Problem> {
    let all = |quirks: &GuestQuirks| shape.vmms.iter().map(|vmm| (vmm.clone(), quirks.clone())).collect();
    if is_default(view) {
        return Ok(all(&GuestQuirks::default()));
    }
    let last = view.outer().last().unwrap_or(view.from);
    if view.is_ident(last.saturating_sub(1), "for_all_backends") && view.is_open(last, '(') {
        return inner(view.inside(last)).map(|quirks| all(&quirks));
    }
    if !(view.is_open(last, '{') && view.is_ident(last.saturating_sub(1), "GuestQuirks")) {
        return Err(unreadable(view));
    }
    let body = view.inside(last);
    let names: BTreeSet<&str> = body.split(',').iter().filter_map(|part| part.ident(part.from)).collect();
    if names.iter().any(|name| KNOWN.contains(name)) {
        let mut quirks = GuestQuirks::default();
        fill(&mut quirks, body)?;
        return Ok(all(&quirks));
    }
    let mut found: BTreeMap<String, GuestQuirks> = all(&GuestQuirks::default());
    for part in body.split(',') {
        if part.is_punct(part.from, '.') {
            continue;
        }
        let Some(vmm) = part.ident(part.from) else { return Err(unreadable(part)) };
        let Some(of_vmm) = found.get_mut(vmm) else { return Err(unreadable(part)) };
        *of_vmm = inner(part.slice(part.from + 2, part.to))?;
    }
    Ok(found)
}

/// `GuestQuirksInner { .. }` or its default.
fn inner(view: View<'_>) -> Result<GuestQuirks, Problem> {
    // A trailing comma belongs to the call around it.
    let view = view.split(',').first().copied().unwrap_or(view);
    let mut quirks = GuestQuirks::default();
    if is_default(view) {
        return Ok(quirks);
    }
    let last = view.outer().last().unwrap_or(view.from);
    if !(view.is_open(last, '{') && view.is_ident(last.saturating_sub(1), "GuestQuirksInner")) {
        return Err(unreadable(view));
    }
    fill(&mut quirks, view.inside(last))?;
    Ok(quirks)
}

fn fill(quirks: &mut GuestQuirks, body: View<'_>) -> Result<(), Problem> {
    for part in body.split(',') {
        if part.is_punct(part.from, '.') {
            continue;
        }
        let Some(name) = part.ident(part.from) else { return Err(unreadable(part)) };
        if !part.is_punct(part.from + 1, ':') {
            return Err(unreadable(part));
        }
        set(quirks, name, part.slice(part.from + 2, part.to), part)?;
    }
    Ok(())
}

fn set(quirks: &mut GuestQuirks, name: &str, value: View<'_>, whole: View<'_>) -> Result<(), Problem> {
    let place = whole.place();
    let none = value.is_ident(value.from, "None") && value.to == value.from + 1;
    let some = value.is_ident(value.from, "Some") && value.next(value.from + 1) == value.to;
    if !none && !some {
        return Err(unreadable(whole));
    }
    match name {
        "hyperv_shutdown_ic_sleep" if none => quirks.shutdown_sleep = None,
        "hyperv_shutdown_ic_sleep" => {
            let Some(seconds) = seconds(value) else { return Err(unreadable(whole)) };
            quirks.shutdown_sleep = Some(At::new(seconds, place));
        }
        "initial_reboot" if none => quirks.reboot = None,
        "initial_reboot" => {
            let condition =
                value.members_of("InitialRebootCondition").next().and_then(|(_, word)| reboot(word));
            let Some(condition) = condition else { return Err(unreadable(whole)) };
            quirks.reboot = Some(At::new(condition, place));
        }
        _ => return Err((format!("the quirk `{name}` is not known"), place)),
    }
    Ok(())
}

fn is_default(view: View<'_>) -> bool {
    let last = view.outer().last().unwrap_or(view.from);
    view.is_open(last, '(')
        && view.inside(last).is_empty()
        && view.is_ident(last.saturating_sub(1), "default")
        && view.split(',').len() == 1
}
