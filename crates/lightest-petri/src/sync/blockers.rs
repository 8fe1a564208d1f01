//! Blockers: whether each is still in force, by the tests that name the configurations that it affects.

use lightest_model::catalog::{Blocker, BlockerState, Evidence, Guest};
use lightest_model::config::{Config, Form, GuestRef};

use crate::Spelled;
use crate::openvmm::Place;
use crate::openvmm::facts::{Test, Variant, issues};
use lightest_sync::catalog_text::{Edit, New, Target};
use lightest_sync::compare::{DerivedState, Witness};
use lightest_sync::rules;

use super::SyncContext;

pub(super) fn compare(work: &mut SyncContext<'_>) -> Vec<DerivedState> {
    let catalog = work.compare.catalog;
    if work.facts.tests.iter().all(|test| test.variants.is_empty()) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for (index, blocker) in catalog.blockers.iter().enumerate() {
        let derived = derive(work, blocker);
        report(work, blocker, index, &derived);
        all.push(derived);
    }
    uncovered(work);
    all
}

/// The state of a blocker.
///
/// The tests that its evidence points into decide: a variant there that it blocks, is neither ignored nor unstable and is not refused
/// by petri lifts it. Where they name no such variant, one of any test does, unless the blocker is about what a test asks
/// for besides. Evidence outside of tests decides by lines that still stand there, or a comment that still names the issue.
fn derive(work: &SyncContext<'_>, blocker: &Blocker) -> DerivedState {
    let tests: Vec<&Test> = work.facts.tests.iter().filter(|test| points_into(work, blocker, test)).collect();
    let derived = |state, witness, because: &str| DerivedState {
        id: blocker.id.clone(),
        state,
        witness,
        because: because.to_owned(),
    };
    let mut held = None;
    for test in &tests {
        for variant in test.variants.iter().filter(|variant| selects(work, blocker, variant)) {
            let witness = Some(Witness {
                test: test.name.clone(),
                config: Spelled(&variant.config()).to_string(),
                spot: work.corpus.spot(&variant.place),
            });
            if !variant.is_live() {
                held = held.or(witness);
            } else if work.facts.some_host_runs(&variant.vmm, &variant.boot, variant.arch) {
                return derived(
                    Some(BlockerState::Lifted),
                    witness,
                    "this variant is neither ignored nor unstable, and petri runs it",
                );
            } else {
                held = held.or(witness);
            }
        }
    }
    if held.is_some() {
        return derived(Some(BlockerState::Open), held, "this variant is disabled");
    }
    if !tests.is_empty()
        && blocker.when.with.is_empty()
        && let Some(witness) = any_live_variant(work, blocker)
    {
        return derived(
            Some(BlockerState::Lifted),
            Some(witness),
            "this variant of another test is live, and petri runs it",
        );
    }
    let named = issues(&blocker.issue);
    if tests.iter().any(|test| {
        work.facts.todos.iter().any(|todo| {
            todo.test.as_deref() == Some(&test.name) && todo.issues.iter().any(|issue| named.contains(issue))
        })
    }) {
        return derived(Some(BlockerState::Open), None, "a TODO at its test still names the issue");
    }
    // Evidence outside of tests: the lines themselves.
    let cited: Vec<&Evidence> =
        blocker.evidence.iter().filter(|evidence| evidence.lines().is_some()).collect();
    let still = |evidence: &&&Evidence| {
        let Some((path, first, last)) = work.compare.evidence.now(evidence) else { return false };
        let unchanged = !matches!(
            work.compare.evidence.status_of(evidence),
            Some(lightest_sync::evidence::EvidenceStatus::Changed { .. })
        );
        unchanged || comment_names(work, path, first, last, &named)
    };
    if !cited.is_empty() && cited.iter().any(|evidence| still(&evidence)) {
        return derived(Some(BlockerState::Open), None, "the lines that it rests on are still there");
    }
    match any_live_variant(work, blocker).filter(|_| blocker.when.with.is_empty()) {
        Some(witness) => {
            let because = "the lines that it rests on are gone, and this variant is live";
            derived(Some(BlockerState::Lifted), Some(witness), because)
        }
        None => derived(None, None, "the source does not show it"),
    }
}

/// A variant of any test that runs, although the blocker applies to it.
fn any_live_variant(work: &SyncContext<'_>, blocker: &Blocker) -> Option<Witness> {
    work.facts.tests.iter().find_map(|test| {
        let live = |variant: &&Variant| {
            variant.is_live()
                && selects(work, blocker, variant)
                && work.facts.some_host_runs(&variant.vmm, &variant.boot, variant.arch)
        };
        test.variants.iter().find(live).map(|variant| Witness {
            test: test.name.clone(),
            config: Spelled(&variant.config()).to_string(),
            spot: work.corpus.spot(&variant.place),
        })
    })
}

fn comment_names(work: &SyncContext<'_>, path: &str, first: u32, last: u32, named: &[u64]) -> bool {
    let Some(file) = work.corpus.find(path) else { return false };
    let text = &work.corpus.files()[file].text;
    work.corpus.comments(file).iter().any(|comment| {
        let line = lightest_sync::line_of(text, comment.start);
        (first..=last).contains(&line)
            && issues(text.get(comment.clone()).unwrap_or_default()).iter().any(|issue| named.contains(issue))
    })
}

fn points_into(work: &SyncContext<'_>, blocker: &Blocker, test: &Test) -> bool {
    let (path, first, last) = work.corpus.lines(&test.place);
    blocker.evidence.iter().any(|evidence| {
        work.compare
            .evidence
            .now(evidence)
            .or_else(|| evidence.lines())
            .is_some_and(|(at, from, to)| at == path && from <= last && to >= first)
    })
}

fn guest_of<'a>(work: &SyncContext<'a>, variant: &Variant) -> Option<&'a Guest> {
    let catalog = work.compare.catalog;
    match &variant.guest {
        Some((form, word)) => catalog.guest(*form, word),
        None => catalog.guests.iter().find(|guest| guest.form == Form::Direct && guest.lab.is_empty()),
    }
}

fn selects(work: &SyncContext<'_>, blocker: &Blocker, variant: &Variant) -> bool {
    let Some(guest) = guest_of(work, variant) else { return false };
    let openhcl = work.compare.catalog.boot_method(&variant.boot).is_some_and(|boot| boot.openhcl);
    let named = GuestRef { form: guest.form, id: guest.id.clone() };
    blocker.when.selects(&Config { guest: named, ..variant.config() }, guest, openhcl)
}

fn report(work: &mut SyncContext<'_>, blocker: &Blocker, index: usize, derived: &DerivedState) {
    let target = Target::entry("blocker", index).key("state");
    let Some(state) = derived.state.filter(|state| *state != blocker.state) else { return };
    let spot = derived.witness.as_ref().map(|witness| witness.spot.clone());
    match state {
        BlockerState::Lifted => work
            .compare
            .differ(rules::BLOCKER_LIFTED, format!("`{}` is lifted", blocker.id))
            .spot(spot, derived.because.clone())
            .catalog(&target, "open in the catalog")
            .help("set `state` and `since`, and see which *no* of the capabilities rests on it")
            .edit(Edit { target, new: New::Str("lifted".to_owned()) })
            .done(),
        BlockerState::Open => work
            .compare
            .differ(rules::BLOCKER_REOPENED, format!("`{}` is not lifted", blocker.id))
            .spot(spot, derived.because.clone())
            .catalog(&target, "lifted in the catalog")
            .edit(Edit { target, new: New::Str("open".to_owned()) })
            .edit(Edit { target: Target::entry("blocker", index).key("since"), new: New::Gone })
            .done(),
    }
}

/// Reasons of ignored configurations, and TODO comments that name one, that no blocker mentions.
fn uncovered(work: &mut SyncContext<'_>) {
    let facts = work.facts;
    let mut seen: Vec<(String, String)> = Vec::new();
    for test in &facts.tests {
        for variant in &test.variants {
            for held in variant.held() {
                let once = (test.name.clone(), held.value.clone());
                if seen.contains(&once) || covered(work, &held.place, &issues(&held.value), Some(variant)) {
                    continue;
                }
                seen.push(once);
                let reason = match held.value.as_str() {
                    "" => "no reason is given".to_owned(),
                    reason => reason.to_owned(),
                };
                work.compare
                    .differ(
                        rules::BLOCKER_MISSING,
                        format!("`{}` disables `{}`", test.name, Spelled(&variant.config())),
                    )
                    .spot(Some(work.corpus.spot(&held.place)), reason)
                    .help("add a blocker to blockers.toml, or cite this line in the one that it belongs to")
                    .done();
            }
        }
    }
    for todo in facts.todos.iter().filter(|todo| !todo.configs.is_empty() && todo.test.is_some()) {
        if covered(work, &todo.place, &todo.issues, None) {
            continue;
        }
        let words: Vec<String> = todo.configs.iter().map(|(boot, arch)| format!("{boot}_{arch}")).collect();
        let test = todo.test.clone().unwrap_or_default();
        work.compare
            .differ(
                rules::BLOCKER_MISSING,
                format!("a TODO at `{test}` waits for {}", lightest_sync::quoted(words)),
            )
            .spot(Some(work.corpus.spot(&todo.place)), "it is not among the catalog's blockers")
            .help("add a blocker to blockers.toml, or cite this line in the one that it belongs to")
            .done();
    }
}

fn covered(work: &SyncContext<'_>, place: &Place, named: &[u64], variant: Option<&Variant>) -> bool {
    let (path, first, last) = work.corpus.lines(place);
    work.compare.catalog.blockers.iter().any(|blocker| {
        let cites = blocker.evidence.iter().any(|evidence| {
            work.compare
                .evidence
                .now(evidence)
                .is_some_and(|(at, from, to)| at == path && from <= last && to >= first)
        });
        let same_issue = issues(&blocker.issue).iter().any(|issue| named.contains(issue));
        cites || same_issue && variant.is_none_or(|variant| selects(work, blocker, variant))
    })
}
