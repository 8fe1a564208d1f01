//! Answers of configurations: the deciding statement, its layer, and further requirements of the query.

mod made_up;

use lightest_model::catalog::{Catalog, Layer, Support};
use lightest_model::chooser::{Query, choose};
use lightest_model::config::Arch;
use lightest_model::space::{Asked, Row, RowId, Space};

use Layer::{Base, User};

/// The first configuration's answer to a requirement where some are asked for, and the statement that decides.
fn answer(catalog: &Catalog, requirement: &str, asked: &[&str]) -> (Support, Option<String>) {
    let space = Space::of_tests(catalog);
    let asked = Asked::new(catalog, asked.iter().copied()).expect("they are requirements");
    let id = space.requirement(requirement).expect("a requirement");
    let row = space.position(&space.rows()[0].config).expect("it exists");
    let answer = space.answer(row, id, &asked);
    // The pick counts as the answer does.
    let wanted = [asked.indices(), &[id]].concat();
    let requires: Vec<String> = wanted.iter().map(|id| space.requirement_id(*id).to_owned()).collect();
    let all = Asked::new(catalog, requires.iter().map(String::as_str)).expect("they are requirements");
    let fits = space.provides_all(row, &all);
    let query = Query { requires, archs: vec![Arch::X64], vmms: Vec::new() };
    let only =
        lightest_model::chooser::choose_among(&space, &query, &|other| other == row).expect("they are known");
    assert_eq!(only.parts[0].pick.is_some(), fits, "{requirement} of {asked:?}");
    (answer.support, answer.statement.map(|statement| statement.because.clone()))
}

fn by(statement: &str) -> Option<String> {
    Some(statement.to_owned())
}

#[test]
fn no_outweighs_unknown_and_unknown_outweighs_yes() {
    let yes = (Base, "disk", "yes", "");
    let unknown = (Base, "disk", "unknown", "boot = [\"direct\"]");
    let no = (Base, "disk", "no", "guest = [\"kernel\"]");
    let elsewhere = (Base, "disk", "no", "boot = [\"uefi\"]");
    let of = |statements: &[_]| answer(&made_up::catalog(statements), "disk", &[]);
    assert_eq!(of(&[yes, elsewhere]), (Support::Yes, by("statement 0")));
    assert_eq!(of(&[yes, unknown]), (Support::Unknown, by("statement 1")));
    assert_eq!(of(&[yes, unknown, no, no]), (Support::No, by("statement 2")), "the first that says so");
    assert_eq!(of(&[elsewhere]), (Support::Unknown, None), "nothing speaks of it");
}

#[test]
fn the_users_statement_outranks_ours_unless_ours_is_of_circumstances_of_its_own() {
    let ours = (Base, "disk", "no", "");
    let users = (User, "disk", "yes", "guest = [\"kernel\"]");
    let clock = (Base, "clock", "yes", "");
    let of = |statements: &[_], asked: &[&str]| {
        answer(&made_up::catalog(&[statements, &[clock]].concat()), "disk", asked)
    };
    assert_eq!(of(&[ours, users], &[]), (Support::Yes, by("statement 1")));
    // It outranks ours only where it speaks.
    let elsewhere = (User, "disk", "yes", "guest = [\"new\"]");
    assert_eq!(of(&[ours, elsewhere], &[]), (Support::No, by("statement 0")));
    // Two of the user's are weighed as two of ours are.
    let no = (User, "disk", "no", "");
    assert_eq!(of(&[users, no], &[]), (Support::No, by("statement 1")));
    // Ours applies when a clock is asked for; the user's does not mention one.
    let with_clock = (Base, "disk", "no", "with = [\"clock\"]");
    assert_eq!(of(&[with_clock, users], &["clock"]), (Support::No, by("statement 0")));
    assert_eq!(of(&[with_clock, users], &[]), (Support::Yes, by("statement 1")));
    let users_with_clock = (User, "disk", "yes", "with = [\"clock\"]");
    assert_eq!(of(&[with_clock, users_with_clock], &["clock"]), (Support::Yes, by("statement 1")));
    assert_eq!(of(&[ours, users_with_clock], &[]), (Support::No, by("statement 0")), "no clock is asked for");
}

#[test]
fn every_configuration_must_run_and_exercise_repository_code() {
    let catalog =
        made_up::catalog(&[(Base, "disk", "yes", ""), (Base, "runs", "no", "guest = [\"kernel\"]")]);
    let space = Space::of_tests(&catalog);
    let always: Vec<&str> = space.always().map(|id| space.requirement_id(id)).collect();
    assert_eq!(always, ["repo-code", "runs"]);
    assert_eq!(space.requirement_id(space.runs()), "runs");
    for id in ["disk", "network", "clock", "repo-code", "runs"] {
        let found = space.requirement(id).expect("it is known");
        assert_eq!(space.requirement_id(found), id);
        assert_eq!(
            found.entry(&catalog).map(|known| known.id.as_str()),
            Some(id).filter(|id| !always.contains(id))
        );
    }
    assert_eq!(space.requirement("runs-on"), None);
    let asked = Asked::new(&catalog, ["disk"]).expect("a requirement");
    let demands: Vec<&str> = space.demands(&asked).map(|id| space.requirement_id(id)).collect();
    assert_eq!(demands, ["disk", "repo-code", "runs"]);
    // The lightest gives the disk, and does not run.
    let query = Query { requires: vec!["disk".to_owned()], archs: vec![Arch::X64], vmms: Vec::new() };
    let choice = choose(&space, &query).expect("it is known");
    let part = &choice.parts[0];
    assert!(part.pick.is_some() && !part.refused.is_empty());
    for refusal in &part.refused {
        assert_eq!(refusal.missing.requirement, space.runs());
    }
}

#[test]
fn requirements_keep_their_order_without_duplicates() {
    let mut catalog = made_up::catalog(&[]);
    catalog.requirements[0].implies = vec!["network".to_owned(), "clock".to_owned()];
    let asked = |words: &[&str]| {
        let asked = Asked::new(&catalog, words.iter().copied()).expect("they are requirements");
        let ids = |ids: &[lightest_model::space::RequirementId]| -> Vec<usize> {
            ids.iter().map(|id| id.index()).collect()
        };
        (ids(asked.named()), ids(asked.indices()))
    };
    // A disk asks for a network and a clock as well.
    assert_eq!(asked(&["disk"]), (vec![0], vec![0, 1, 2]));
    assert_eq!(asked(&["clock", "disk", "clock"]), (vec![2, 0], vec![2, 0, 1]));
    assert_eq!(asked(&["disk", "network"]), (vec![0, 1], vec![0, 1, 2]));
    assert_eq!(Asked::new(&catalog, ["clock", "cloak"]), Err("cloak".to_owned()));
}

#[test]
fn hundreds_of_requirements_are_distinguished() {
    let mut catalog = made_up::catalog(&[]);
    let pattern = catalog.requirements[2].clone();
    // A chain: each asks for the next.
    let id = |at: usize| format!("more-{at}");
    for at in 0..200 {
        let implies = if at < 199 { vec![id(at + 1)] } else { Vec::new() };
        catalog.requirements.push(lightest_model::catalog::Requirement {
            id: id(at),
            implies,
            ..pattern.clone()
        });
    }
    for first in [0, 60, 61, 62, 124, 125, 126, 199] {
        let asked = Asked::new(&catalog, [id(first).as_str()]).expect("a requirement");
        let held: Vec<usize> = lightest_model::space::RequirementId::all(&catalog)
            .filter(|requirement| asked.contains(*requirement))
            .map(|requirement| requirement.index() - 3)
            .collect();
        assert_eq!(held, (first..200).collect::<Vec<_>>());
        assert_eq!(asked.indices().len(), 200 - first);
    }
}

#[test]
fn a_condition_selects_by_each_of_its_parts_and_by_any_of_a_list() {
    type Fits = fn(&Row<'_>) -> bool;
    let conditions: [(&str, Fits); 17] = [
        ("", |_| true),
        ("vmm = [\"two\"]", |row| row.vmm.id == "two"),
        ("boot = [\"bios\", \"uefi\"]", |row| row.boot.id != "direct"),
        ("arch = [\"aarch64\"]", |row| row.config.arch == Arch::Aarch64),
        ("isolation = [\"vbs\"]", |row| row.config.isolation.is_some()),
        ("isolation = [\"none\"]", |row| row.config.isolation.is_none()),
        ("isolation = [\"none\", \"vbs\"]", |_| true),
        ("guest = [\"old\", \"arm\"]", |row| ["old", "arm"].contains(&row.guest.id.as_str())),
        ("except = [\"old\", \"arm\"]", |row| !["old", "arm"].contains(&row.guest.id.as_str())),
        ("family = [\"old\", \"both\"], except = [\"old\"]", |row| row.guest.id == "both"),
        ("family = [\"both\"]", |row| row.guest.id == "both"),
        ("os = [\"freebsd\", \"windows\"]", |row| ["both", "new"].contains(&row.guest.id.as_str())),
        ("form = [\"iso\"]", |row| row.guest.id == "disc"),
        ("openhcl = true", |_| false),
        ("arch_mismatch = true", |row| row.guest.id == "arm" && row.config.arch == Arch::X64),
        ("arch_mismatch = false", |row| row.guest.id != "arm" || row.config.arch == Arch::Aarch64),
        ("boot = [\"uefi\"], arch = [\"x64\"], family = [\"old\"]", |row| {
            row.boot.id == "uefi" && row.config.arch == Arch::X64 && row.guest.id == "old"
        }),
    ];
    for (condition, fits) in conditions {
        let catalog = made_up::catalog(&[(Base, "disk", "yes", condition)]);
        let space = Space::of_tests(&catalog);
        let disk = space.requirement("disk").expect("a requirement");
        let when = &catalog.capabilities.last().expect("a statement").when;
        for (at, row) in space.enumerate() {
            assert_eq!(row.is_selected_by(when), fits(row), "{condition}: {:?}", row.config);
            assert_eq!(space.provides_alone(at, disk), fits(row), "{condition}: {:?}", row.config);
        }
    }
}

#[test]
fn an_unconditional_statement_covers_every_configuration_of_any_space() {
    let mut catalog = made_up::catalog(&[(Base, "disk", "yes", ""), (Base, "clock", "no", "")]);
    let pattern = catalog.vmms[0].clone();
    let mut sizes = Vec::new();
    for more in 0..10 {
        let space = Space::of_tests(&catalog);
        let id = |word| space.requirement(word).expect("a requirement");
        sizes.push(space.rows().len());
        for (at, row) in space.enumerate() {
            assert!(
                space.provides_alone(at, id("disk")) && !space.provides_alone(at, id("clock")),
                "{:?}",
                row.config
            );
        }
        let asked = Query { requires: vec!["disk".to_owned()], archs: vec![Arch::X64], vmms: Vec::new() };
        let last = format!("more-{}", more - 1);
        let vmms = if more > 0 { vec![last] } else { Vec::new() };
        let choice = choose(&space, &Query { vmms: vmms.clone(), ..asked }).expect("it is known");
        let pick = choice.parts[0].pick.as_ref().expect("a pick");
        let vmm = Some(&space.row(pick.row).vmm.id);
        assert_eq!(vmm.filter(|_| more > 0), vmms.first());
        catalog.vmms.push(lightest_model::catalog::Vmm { id: format!("more-{more}"), ..pattern.clone() });
    }
    assert!(sizes.contains(&64) && sizes.contains(&128), "{sizes:?}");
}

#[test]
fn implied_requirements_count_when_asked_alone() {
    let mut catalog = made_up::catalog(&[(Base, "disk", "yes", "with = [\"clock\"]")]);
    let gives = |catalog: &Catalog| {
        let space = Space::of_tests(catalog);
        let row = space.position(&space.rows()[0].config).expect("it exists");
        space.provides_alone(row, space.requirement("disk").expect("a requirement"))
    };
    assert!(!gives(&catalog), "no clock is asked for");
    catalog.requirements[0].implies = vec!["clock".to_owned()];
    assert!(gives(&catalog));
}

#[test]
fn answers_to_single_requirements_are_cached_as_bits() {
    let mut catalog =
        made_up::catalog(&[(Base, "network", "yes", "guest = [\"kernel\"]"), (Base, "clock", "yes", "")]);
    let pattern =
        (catalog.requirements[2].clone(), catalog.capabilities.last().expect("a statement").clone());
    for at in 0..200 {
        let id = format!("more-{at}");
        catalog.requirements.push(lightest_model::catalog::Requirement { id, ..pattern.0.clone() });
    }
    let alone = |catalog: &Catalog| Space::of_tests(catalog).alone();
    let space = Space::of_tests(&catalog);
    let bits = |row: &Row<'_>| if row.guest.id == "kernel" { 0b110 } else { 0b100 };
    assert_eq!(alone(&catalog), space.rows().iter().map(bits).collect::<Vec<u128>>());
    // Those beyond the last bit share it.
    let mut more = catalog.clone();
    for id in ["more-150", "more-160"] {
        let requirement = id.to_owned();
        more.capabilities.push(lightest_model::catalog::Capability { requirement, ..pattern.1.clone() });
    }
    let shared = |row: &Row<'_>| bits(row) | 1 << 127;
    assert_eq!(alone(&more), space.rows().iter().map(shared).collect::<Vec<u128>>());
    let clock = space.requirement("clock").expect("a requirement");
    let row = space.position(&space.rows()[0].config).expect("it exists");
    let none = vec![0; space.rows().len()];
    assert!(space.provides_alone(row, clock));
    assert!(!space.with_alone(none).provides_alone(row, clock), "what is known is not asked again");
}

#[test]
fn a_catalog_that_knows_no_requirement_asks_none() {
    let mut catalog = made_up::catalog(&[]);
    catalog.requirements.clear();
    let space = Space::of_tests(&catalog);
    assert!(RowId::all(&space).all(|row| space.provides_all(row, &Asked::default())));
}
