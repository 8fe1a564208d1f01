//! The contents of an answer beside the pick: trial, meanwhile, companion, next heavier, what would flip it, and what is excluded.

mod common;
mod made_up;

use std::sync::LazyLock;

use lightest_model::catalog::{BlockerScope, Catalog, Layer, Support};
use lightest_model::chooser::{Choice, Part, Query, QueryError, choose, choose_among, nearest_lighter};
use lightest_model::config::Arch;
use lightest_model::space::{Asked, RequirementId, RowId, Space};

static CATALOG: LazyLock<Catalog> = LazyLock::new(common::catalog);

fn query(requires: &[&str], archs: &[Arch], vmms: &[&str]) -> Query {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Query { requires: words(requires), archs: archs.to_vec(), vmms: words(vmms) }
}

/// Every requirement that names no place alone, and with each of a few others.
fn asked_alone_and_in_pairs(mut look: impl FnMut(&Space<'_>, &Choice<'_>, &Part<'_>)) {
    let space = Space::of_tests(&CATALOG);
    let words: Vec<&str> = CATALOG.requirements.iter().map(|known| known.id.as_str()).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !CATALOG.is_place(word)).collect();
    for (at, first) in words.iter().enumerate() {
        for second in words[at..].iter().step_by(5) {
            let choice = choose(&space, &query(&[first, second], &[], &[])).expect("they are known");
            choice.parts.iter().for_each(|part| look(&space, &choice, part));
        }
    }
}

#[test]
fn lighter_rivals_are_refused_or_unproven_in_order_of_weight() {
    let (mut refused, mut unproven) = (0, 0);
    asked_alone_and_in_pairs(|space, choice, part| {
        for list in [&part.refused, &part.unproven] {
            let weights: Vec<_> = list.iter().map(|one| space.weight(one.row, &choice.asked)).collect();
            assert!(weights.is_sorted());
            for one in list {
                assert_eq!(space.row(one.row).config.arch, part.arch);
                assert!(space.row(one.row).guest.arch.is_none_or(|arch| arch == part.arch));
                assert!(!space.provides_all(one.row, &choice.asked));
                if let Some(pick) = &part.pick {
                    assert!(space.weight(one.row, &choice.asked) < space.weight(pick.row, &choice.asked));
                }
            }
        }
        refused += part.refused.len();
        unproven += part.unproven.len();
    });
    assert!(refused > 1000 && unproven > 100, "{refused} {unproven}");
}

#[test]
fn a_trial_is_unproven_runs_has_no_limit_and_saves_something() {
    let (mut beside, mut alone) = (0, 0);
    asked_alone_and_in_pairs(|space, choice, part| {
        let asked = &choice.asked;
        let saves = |row: RowId| {
            let than = |pick: &lightest_model::chooser::Pick<'_>| {
                space.weight(row, asked).is_lighter_than(&space.weight(pick.row, asked))
            };
            part.pick.as_ref().is_none_or(than)
        };
        let fits = |row: RowId| {
            let always = |id| space.answer(row, id, asked).support == Support::Yes;
            saves(row) && space.always().all(always) && space.limits(row, asked).is_empty()
        };
        let first = part.unproven.iter().map(|one| one.row).find(|row| fits(*row));
        assert_eq!(part.trial.as_ref().map(|trial| trial.row), first);
        if let Some(trial) = &part.trial {
            let demands = space.demands(asked);
            let unknown =
                demands.filter(|id| space.answer(trial.row, *id, asked).support == Support::Unknown);
            let shown: Vec<RequirementId> = trial.unshown.iter().map(|reason| reason.requirement).collect();
            assert_eq!(shown, unknown.collect::<Vec<_>>());
            assert_eq!(trial.price, space.price(trial.row, asked));
            beside += usize::from(part.pick.is_some());
            alone += usize::from(part.pick.is_none());
        }
    });
    assert!(beside > 0 && alone > 0, "{beside} {alone}");
}

#[test]
fn a_blocked_pick_has_an_alternative_until_the_limit_is_lifted() {
    let mut found = 0;
    asked_alone_and_in_pairs(|space, choice, part| {
        let asked = &choice.asked;
        let held =
            |row| space.limits(row, asked).iter().any(|limit| limit.holds == Some(BlockerScope::Always));
        let Some(pick) = &part.pick else { return assert!(part.meanwhile.is_none()) };
        assert_eq!(
            pick.limits.iter().map(|limit| &limit.id).collect::<Vec<_>>(),
            space.limits(pick.row, asked).iter().map(|limit| &limit.id).collect::<Vec<_>>()
        );
        let here = |row: &RowId| {
            space.row(*row).config.arch == part.arch && space.provides_all(*row, asked) && !held(*row)
        };
        let free = RowId::all(space).filter(here).min_by_key(|row| space.weight(*row, asked));
        let expected = free.filter(|_| held(pick.row));
        assert_eq!(part.meanwhile.as_ref().map(|pick| pick.row), expected);
        found += usize::from(expected.is_some());
    });
    assert!(found > 0, "no limit holds a pick back");
}

#[test]
fn the_next_heavier_differs_in_guest_or_boot_method_and_names_the_difference() {
    let mut found = 0;
    asked_alone_and_in_pairs(|space, choice, part| {
        let (Some(pick), Some(heavier)) = (&part.pick, &part.heavier) else { return };
        let (own, other) = (space.row(pick.row), space.row(heavier.row));
        assert!(own.guest.family != other.guest.family || own.boot.id != other.boot.id);
        assert!(space.provides_all(heavier.row, &choice.asked));
        let weight = |row| space.weight(row, &choice.asked);
        assert!(weight(pick.row).is_lighter_than(&weight(heavier.row)));
        for row in RowId::all(space) {
            let between = space.row(row);
            let differs = between.guest.family != own.guest.family || between.boot.id != own.boot.id;
            let skipped = between.config.arch == part.arch
                && differs
                && space.provides_all(row, &choice.asked)
                && weight(pick.row).is_lighter_than(&weight(row))
                && weight(row) < weight(heavier.row);
            assert!(!skipped, "{:?} is nearer than {:?}", between.config, other.config);
        }
        for id in RequirementId::all(&CATALOG) {
            let adds = space.provides_alone(heavier.row, id) && !space.provides_alone(pick.row, id);
            assert_eq!(heavier.adds.contains(&id), adds);
        }
        found += 1;
    });
    assert!(found > 100, "{found}");
}

#[test]
fn a_flip_is_lighter_and_another_than_the_pick() {
    let mut found = 0;
    asked_alone_and_in_pairs(|space, choice, part| {
        let Some(pick) = &part.pick else { return assert!(part.flips.is_empty()) };
        for flip in &part.flips {
            assert!(choice.asked.named().contains(&flip.requirement));
            assert_ne!(flip.row, pick.row);
            let none = Asked::default();
            assert!(space.weight(flip.row, &none).is_lighter_than(&space.weight(pick.row, &choice.asked)));
            found += 1;
        }
    });
    assert!(found > 100, "{found}");
}

#[test]
fn a_companion_has_no_paravisor_unless_it_is_asked_for() {
    let space = Space::of_tests(&CATALOG);
    let part = |requires: &[&str]| {
        let choice = choose(&space, &query(requires, &[Arch::X64], &[])).expect("they are known");
        choice.parts.into_iter().next().expect("a part")
    };
    let with = part(&["openhcl", "agent"]);
    let pick = space.row(with.pick.expect("a pick").row);
    let companion = with.companion.expect("a companion");
    let row = space.row(companion.row);
    assert!(pick.boot.openhcl && !row.boot.openhcl && row.vmm.in_repo && companion.limits.is_empty());
    assert_eq!(row.config.arch, Arch::X64);
    assert!(companion.why.iter().all(|reason| space.requirement_id(reason.requirement) != "openhcl"));
    // Servicing replaces the paravisor: without one, nothing is tested.
    let about = part(&["servicing", "agent"]);
    assert!(space.row(about.pick.expect("a pick").row).boot.openhcl);
    assert!(about.companion.is_none());
    assert!(part(&["agent"]).companion.is_none(), "nothing asks for the paravisor");
}

#[test]
fn a_companion_is_the_lightest_that_the_repository_builds_by_the_same_guest_where_that_is_possible() {
    let mut companions = 0;
    asked_alone_and_in_pairs(|space, choice, part| {
        let Some(pick) = &part.pick else { return assert!(part.companion.is_none()) };
        let openhcl = space.requirement("openhcl").expect("it is known");
        let asks_for_it = |id: &RequirementId| {
            Asked::new(&CATALOG, [space.requirement_id(*id)]).is_ok_and(|asked| asked.contains(openhcl))
        };
        let others: Vec<RequirementId> =
            choice.asked.indices().iter().copied().filter(|id| *id != openhcl).collect();
        let own = space.row(pick.row);
        let expected = if own.boot.openhcl && !others.iter().any(asks_for_it) {
            let named = choice.asked.named().iter().filter(|id| **id != openhcl);
            let rest =
                Asked::new(&CATALOG, named.map(|id| space.requirement_id(*id))).expect("they are known");
            let lightest = |same: bool| {
                let fits = |row: &RowId| {
                    let one = space.row(*row);
                    one.config.arch == part.arch
                        && one.vmm.in_repo
                        && !one.boot.openhcl
                        && (!same || one.config.guest == own.config.guest)
                        && space.provides_all(*row, &rest)
                };
                RowId::all(space).filter(fits).min_by_key(|row| space.weight(*row, &rest))
            };
            let found = lightest(true).or_else(|| lightest(false));
            found.filter(|row| space.limits(*row, &rest).is_empty())
        } else {
            None
        };
        companions += usize::from(expected.is_some());
        assert_eq!(part.companion.as_ref().map(|pick| pick.row), expected);
    });
    assert!(companions > 10, "{companions}");
}

/// With a paravisor of a made-up framework: `disk` is given by `old` there, and without it by `new` alone, or by both.
fn with_paravisor(without: &str) -> Catalog {
    let mut catalog = made_up::catalog(&[
        (Layer::Base, "disk", "yes", "guest = [\"old\"], openhcl = true"),
        (Layer::Base, "disk", "yes", without),
        (Layer::Base, "clock", "yes", "openhcl = true"),
    ]);
    let mut method = catalog.boot_methods.last().expect("one").clone();
    (method.id, method.name_part, method.openhcl) = ("para".to_owned(), "para".to_owned(), true);
    catalog.boot_methods.push(method);
    // What the made-up framework calls its clock is here the paravisor.
    catalog
        .requirements
        .iter_mut()
        .filter(|known| known.id == "clock")
        .for_each(|it| it.id = "openhcl".to_owned());
    let states = catalog.capabilities.iter_mut().filter(|known| known.requirement == "clock");
    states.for_each(|it| it.requirement = "openhcl".to_owned());
    catalog
}

#[test]
fn a_companion_boots_another_guest_only_where_the_same_does_not_do() {
    for (without, guest) in [
        ("guest = [\"new\"], openhcl = false", "new"),
        ("guest = [\"new\", \"old\"], boot = [\"uefi\"]", "old"),
        ("guest = [\"new\"], openhcl = false, isolation = [\"vbs\"]", "new"),
    ] {
        let catalog = with_paravisor(without);
        let space = Space::of_tests(&catalog);
        let choice = choose(&space, &query(&["openhcl", "disk"], &[Arch::X64], &[])).expect("they are known");
        let part = &choice.parts[0];
        let pick = space.row(part.pick.as_ref().expect("a pick").row);
        assert_eq!((pick.boot.id.as_str(), pick.guest.id.as_str()), ("para", "old"));
        let companion = space.row(part.companion.as_ref().expect("a companion").row);
        assert_eq!((companion.boot.id.as_str(), companion.guest.id.as_str()), ("uefi", guest), "{without}");
    }
}

#[test]
fn a_companion_is_one_of_those_that_the_caller_asks_about() {
    let space = Space::of_tests(&CATALOG);
    let asked = query(&["openhcl", "agent"], &[Arch::X64], &[]);
    let companion = |among: &dyn Fn(RowId) -> bool| {
        let part = choose_among(&space, &asked, among).expect("they are known").parts.remove(0);
        part.companion.map(|pick| pick.row)
    };
    let first = companion(&|_| true).expect("a companion");
    let second = companion(&|row| row != first).expect("another");
    assert!(space.row(second).vmm.in_repo && !space.row(second).boot.openhcl && second != first);
    assert_eq!(companion(&|row| space.row(row).boot.openhcl), None);
}

#[test]
fn a_callers_exclusion_is_no_conflict() {
    let space = Space::of_tests(&CATALOG);
    let asked = query(&["agent"], &[Arch::X64], &[]);
    let without = choose_among(&space, &asked, &|_| false).expect("it is known");
    let [part] = &without.parts[..] else { panic!("{without:?}") };
    assert!(part.is_excluded() && part.conflict.is_none() && part.refused.is_empty());
    let picked = choose(&space, &asked).expect("it is known").parts[0].pick.as_ref().expect("a pick").row;
    let others = choose_among(&space, &asked, &|row| row != picked).expect("it is known");
    let other = others.parts[0].pick.as_ref().expect("another");
    assert!(space.weight(picked, &others.asked) < space.weight(other.row, &others.asked));
    assert!(!others.parts[0].is_excluded());
    let never = query(&["windows", "linux"], &[Arch::X64], &[]);
    for among in [&(|_| true) as &dyn Fn(RowId) -> bool, &|_| false] {
        let choice = choose_among(&space, &never, among).expect("they are known");
        assert!(choice.parts[0].conflict.is_some() && !choice.parts[0].is_excluded());
    }
}

#[test]
fn a_place_is_asked_for_by_a_requirement_or_beside_them_and_never_by_both_differently() {
    let space = Space::of_tests(&CATALOG);
    let places = |asked: &Query| {
        let choice = choose(&space, asked).expect("they are known");
        let place = |part: &Part<'_>| (part.arch, part.vmm.clone().unwrap_or_default());
        (choice.parts.iter().map(place).collect::<Vec<_>>(), choice.asked.named().len())
    };
    let (x64, arm) = (Arch::X64, Arch::Aarch64);
    let owned = |places: &[(Arch, &str)]| -> Vec<(Arch, String)> {
        places.iter().map(|(arch, vmm)| (*arch, (*vmm).to_owned())).collect()
    };
    assert_eq!(places(&query(&["agent"], &[], &[])), (owned(&[(x64, ""), (arm, "")]), 1));
    assert_eq!(places(&query(&["agent", "aarch64", "aarch64"], &[], &[])), (owned(&[(arm, "")]), 1));
    assert_eq!(places(&query(&["hyperv", "agent"], &[x64, x64], &[])), (owned(&[(x64, "hyperv")]), 1));
    let both = query(&[], &[x64], &["openvmm", "hyperv", "openvmm"]);
    assert_eq!(places(&both), (owned(&[(x64, "openvmm"), (x64, "hyperv")]), 0));
    assert_eq!(places(&query(&["x64"], &[arm, x64], &[])).0, owned(&[(x64, "")]));
    let refused = |asked: &Query| choose(&space, asked).expect_err("it contradicts itself");
    let elsewhere = |word: &str, given: &str| QueryError::Elsewhere(word.to_owned(), given.to_owned());
    assert_eq!(refused(&query(&["x64"], &[arm], &[])), elsewhere("x64", "aarch64"));
    assert_eq!(refused(&query(&["hyperv"], &[], &["openvmm"])), elsewhere("hyperv", "openvmm"));
    assert_eq!(refused(&query(&["nothing"], &[], &[])), QueryError::Requirement("nothing".to_owned()));
    assert_eq!(refused(&query(&[], &[], &["nothing"])), QueryError::Vmm("nothing".to_owned()));
}

#[test]
fn the_list_has_running_configurations_or_else_candidates() {
    let (mut picked, mut tried) = (0, 0);
    asked_alone_and_in_pairs(|_, choice, part| {
        let rows = choice.rows();
        let own: Vec<_> = [&part.pick, &part.meanwhile, &part.companion]
            .into_iter()
            .flatten()
            .map(|pick| pick.row)
            .collect();
        assert!(rows.windows(own.len().max(1)).any(|window| window == own) || own.is_empty());
        let trial = part.trial.as_ref().map(|trial| trial.row);
        if choice.parts.iter().all(|part| part.pick.is_none()) {
            assert_eq!(rows.len(), choice.parts.iter().filter(|part| part.trial.is_some()).count());
            assert!(trial.is_none_or(|row| rows.contains(&row)));
            tried += rows.len();
        } else {
            let picks = choice.parts.iter().flat_map(|part| [&part.pick, &part.meanwhile, &part.companion]);
            assert_eq!(rows.len(), picks.flatten().count());
            picked += rows.len();
        }
    });
    assert!(picked > 0 && tried > 0, "{picked} {tried}");
}

#[test]
fn the_nearest_rival_lacks_least() {
    let mut found = 0;
    asked_alone_and_in_pairs(|space, choice, part| {
        let nearest = nearest_lighter(space, choice, part);
        let some = part.pick.is_some() && !(part.refused.is_empty() && part.unproven.is_empty());
        assert_eq!(nearest.is_some(), some);
        let Some(nearest) = nearest else { return };
        let lacks = |row: RowId| {
            let of = |support| {
                let ids = choice.asked.indices().iter();
                ids.filter(|id| space.answer(row, **id, &choice.asked).support == support).count()
            };
            (of(Support::No), of(Support::Unknown))
        };
        let cannot_run = |one: &lightest_model::chooser::Refusal<'_>| {
            ["runs", "repo-code"].contains(&space.requirement_id(one.missing.requirement))
        };
        // Then comes the pick's own guest, then its boot method, then what is lightest.
        let pick = space.row(part.pick.as_ref().expect("there is one").row);
        let distance = |one: &lightest_model::chooser::Refusal<'_>| {
            let row = space.row(one.row);
            let (guest, boot) = (row.guest.family != pick.guest.family, row.boot.id != pick.boot.id);
            (cannot_run(one), lacks(one.row), guest, boot, space.weight(one.row, &choice.asked))
        };
        for other in part.refused.iter().chain(&part.unproven) {
            assert!(distance(nearest) <= distance(other), "{:?} is nearer", space.row(other.row).config);
        }
        found += 1;
    });
    assert!(found > 100, "{found}");
}
