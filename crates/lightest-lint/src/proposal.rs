//! The list to write for a test, derived from its body as if its author had listed nothing.
//!
//! The chooser decides what is lightest; what is added here is the list: a variant for each operating system and each
//! isolation mode that the body distinguishes, and the companion without the paravisor. Hints decide only between
//! configurations that provide everything that its body asks for.

mod reader;

use lightest_diagnostics::{Span, words};
use lightest_model::catalog::Os;
use lightest_model::chooser::{Choice, Part, Query, QueryError, choose_among};
use lightest_model::config::{Arch, Isolation};
use lightest_model::space::{Row, RowId, Space};

use crate::facts::{TakenFile, Test};
use crate::hints::Origin;
use crate::needs::Needs;
use reader::Reader;

/// Why there is nothing to list, where a configuration provides everything and the body goes on with none of these
/// ([`Part::is_excluded`]).
pub const EXCLUDED: &str =
    "on every configuration that provides the rest, the body fails or asks for more than is known";

/// The caller's request, beside the body.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Further requirements, by identifier.
    pub requires: Vec<String>,
    /// Architectures to answer for; empty where the test decides, or else all.
    pub archs: Vec<Arch>,
    /// VMMs to answer for; empty where the test decides, or else whichever is lightest.
    pub vmms: Vec<String>,
    /// Only the lightest configuration for each architecture.
    pub only_lightest: bool,
}

/// Why a configuration is on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing lighter is known to provide everything.
    Lightest,
    /// Nothing is known to provide everything; this is the lightest that nothing rules out.
    Untried,
    /// The body has a branch for this operating system.
    ForOs(Os),
    /// The body has a branch for this isolation mode.
    ForIsolation(Isolation),
    /// The test is about isolation of any kind, and this is one.
    AlsoIsolated(Isolation),
    /// A known limit blocks the lightest wherever it would run.
    Meanwhile,
    /// The same without the paravisor, which the body does not look at.
    Companion,
}

/// A configuration of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// Its architecture.
    pub arch: Arch,
    /// Its place in the space.
    pub row: RowId,
    /// Why it is there.
    pub role: Role,
    /// Files that the test takes with it, as the declaration names them.
    pub artifacts: Vec<String>,
}

/// Something that the test's names mention, but that its body does not ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeakNeed {
    /// The requirement's identifier.
    pub requirement: String,
    /// Where it is mentioned.
    pub span: Span,
    /// The text that mentions it.
    pub origin: Origin,
    /// Whether it chose between configurations that provide everything that the body asks for.
    pub decides: bool,
}

impl WeakNeed {
    /// How the answer treats it, and the way out.
    #[must_use]
    pub fn advice(&self) -> String {
        let (word, origin) = (&self.requirement, self.origin.word());
        if self.decides {
            format!("`{word}` is taken from the {origin} alone; the body does not show it")
        } else {
            format!(
                "the {origin} mentions `{word}`, which the body does not ask for; `lightest pick --from FILE --requires {word}` \
                 answers with it"
            )
        }
    }
}

/// The advice on a configuration that would be the lightest, if some unproven requirements were shown.
#[must_use]
pub fn try_it<'w>(unshown: impl IntoIterator<Item = &'w str>, config: &str) -> String {
    let unshown: Vec<String> = unshown.into_iter().map(|word| format!("`{word}`")).collect();
    let unshown = words::list(&unshown, "and");
    format!("unproven with {config}: {unshown}; try it: if it passes, it is the lightest")
}

/// The advice where it is not known which file a test takes.
#[must_use]
pub fn unnamed(taken: &str) -> String {
    format!("the artifact of `{taken}` is unknown: name it in `[..]` after each configuration")
}

/// The answer for a test.
#[derive(Debug)]
pub struct Proposal<'c> {
    /// The chooser's answer, one part for each architecture and VMM.
    pub choice: Choice<'c>,
    /// The union of the requirements over the list. One configuration may be asked for more than another, so the query by
    /// itself may have another answer.
    pub asks: Query,
    /// The list, in the order in which it is written.
    pub list: Vec<Proposed>,
    /// Requirements that only a name mentions.
    pub weak: Vec<WeakNeed>,
    /// Files that the test takes and that its signature does not identify.
    pub unnamed: Vec<String>,
}

impl Proposal<'_> {
    /// Whether everything on the list is known to provide what the body asks for, and the declaration is complete.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.unnamed.is_empty() && self.list.iter().all(|proposed| proposed.role != Role::Untried)
    }
}

/// Proposes the list for a test.
///
/// # Errors
///
/// A word of the request that the catalog does not know, or that contradicts the test.
pub fn propose<'c>(
    test: &Test,
    needs: &Needs,
    space: &Space<'c>,
    request: &Request,
) -> Result<Proposal<'c>, QueryError> {
    let reader = Reader::of(test, needs, space, request)?;
    let mut parts: Vec<Part<'c>> = Vec::new();
    let mut list: Vec<Proposed> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut weak: Vec<WeakNeed> = Vec::new();
    let archs = reader.archs_for_hints();
    for arch in &archs {
        let vmms: Vec<Option<&String>> =
            if reader.vmms.is_empty() { vec![None] } else { reader.vmms.iter().map(Some).collect() };
        for vmm in vmms {
            let here = |row: &Row<'_>| row.config.arch == *arch && vmm.is_none_or(|vmm| row.vmm.id == *vmm);
            let hinted = reader.hinted(&here);
            let vmm = vmm.or(hinted.vmm.as_ref());
            let here = |row: &Row<'_>| row.config.arch == *arch && vmm.is_none_or(|vmm| row.vmm.id == *vmm);
            let best = reader.lightest(&hinted.words, &here);
            // Where nothing is known to be enough, the requirements of the lightest that may be.
            let asks = reader.words(best.or_else(|| reader.unproven(&hinted.words, &here)), &hinted.words);
            let query = Query {
                requires: asks.clone(),
                archs: vec![*arch],
                vmms: vmm.into_iter().cloned().collect(),
            };
            let choice = choose_among(space, &query, &reader.suiting(&asks, &hinted.words))?;
            for word in asks {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
            let Some(mut part) = choice.parts.into_iter().next() else { continue };
            // A body that asks for the paravisor itself fails without it, and one that is written for a VMM under another.
            part.companion = part.companion.filter(|pick| {
                let vmm = &space.row(pick.row).vmm.id;
                !needs.ask("openhcl") && (reader.needed_vmms.is_empty() || reader.needed_vmms.contains(vmm))
            });
            let chosen = part.pick.as_ref().map(|pick| pick.row);
            let mut add = |row: RowId, role: Role| {
                if !list.iter().any(|known| known.row == row) {
                    list.push(Proposed { arch: *arch, row, role, artifacts: Vec::new() });
                }
            };
            match (chosen, &part.trial) {
                (Some(row), _) => add(row, Role::Lightest),
                (None, Some(trial)) => add(trial.row, Role::Untried),
                (None, None) => {}
            }
            if !request.only_lightest {
                part.meanwhile.iter().for_each(|pick| add(pick.row, Role::Meanwhile));
                for (row, role) in reader.branches(chosen, &hinted.words, &here) {
                    add(row, role);
                }
                part.companion.iter().for_each(|pick| add(pick.row, Role::Companion));
            }
            reader.record_hints(&hinted, chosen, &mut weak);
            parts.push(part);
        }
    }
    // An unproven configuration is not listed beside one that is known to be enough.
    if list.iter().any(|proposed| proposed.role == Role::Lightest) {
        list.retain(|proposed| proposed.role != Role::Untried);
    }
    let mut unnamed = Vec::new();
    for proposed in &mut list {
        proposed.artifacts = artifacts(&test.takes, space.row(proposed.row), &mut unnamed);
    }
    let asked = reader.asked(words.iter().map(String::as_str));
    let archs = if archs == space.catalog().archs().collect::<Vec<_>>() { Vec::new() } else { archs };
    let mut vmms: Vec<String> = Vec::new();
    for vmm in parts.iter().filter_map(|part| part.vmm.as_ref()) {
        if !vmms.contains(vmm) {
            vmms.push(vmm.clone());
        }
    }
    let asks = Query { requires: words, archs, vmms };
    Ok(Proposal { choice: Choice { asked, parts }, asks, list, weak, unnamed })
}

/// The files that a declaration names for those that a test takes. Unknown ones go to `unnamed`, and then none is named.
fn artifacts(takes: &[TakenFile], row: &Row<'_>, unnamed: &mut Vec<String>) -> Vec<String> {
    let mut named = Vec::new();
    for taken in takes {
        match taken.for_row(row) {
            Some(artifact) => named.push(artifact.to_owned()),
            None => {
                if !unnamed.contains(&taken.written) {
                    unnamed.push(taken.written.clone());
                }
                return Vec::new();
            }
        }
    }
    named
}
