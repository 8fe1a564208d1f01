//! What is unknown, what a yes would change, and what a passing run shows: checked against the configurations themselves,
//! asked one by one, statement by statement.

#[path = "common/reading.rs"]
mod reading;

use std::collections::BTreeSet;

use lightest_lint::dialect::Dialect;
use lightest_lint::facts::{Test, Variant};
use lightest_lint::needs::Needs;
use lightest_lint::shown::shown;
use lightest_lint::source::Source;
use lightest_lint::unknowns::{Experiment, unknowns};
use lightest_model::catalog::{Capability, Catalog, Layer, Support, When};
use lightest_model::space::{ALWAYS, RowId, Space};
use lightest_petri::Petri;
use lightest_petri::Spelled;
use reading::{CATALOG, TABLE, file};

fn read(text: &str) -> (Vec<Source>, Vec<Test>) {
    let sources = vec![file(text)];
    let reading = Petri.read(&sources, &CATALOG, &TABLE);
    assert!(reading.notes.is_empty(), "{:?}", reading.notes);
    (sources, reading.tests)
}

const TESTS: &str = r#"
#[vmm_test(
    openvmm_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64)),
    hyperv_openhcl_uefi_aarch64(vhd(ubuntu_2404_server_aarch64)),
)]
async fn hot_add(config: PetriVmBuilder<OpenVmmPetriBackend>, (_,): (ResolvedArtifact,)) -> anyhow::Result<()> {
    let (vm, agent) = config.with_secure_boot().run().await?;
    agent.unix_shell().read_file("/proc/cpuinfo").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_aarch64(vhd(ubuntu_2404_server_aarch64)), uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn starts_again(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.reboot().await?;
    let agent = vm.wait_for_reset().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn measures(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_tpm(true).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
"#;

/// A configuration's answer, from the statements alone.
fn support(
    catalog: &Catalog,
    space: &Space<'_>,
    row: RowId,
    requirement: &str,
    asked: &BTreeSet<String>,
) -> Support {
    let own = space.row(row);
    let all = || {
        catalog.capabilities.iter().filter(|statement| {
            statement.requirement == requirement
                && own.is_selected_by(&statement.when)
                && statement.when.with.iter().all(|word| asked.contains(word))
        })
    };
    let counts = |statement: &&Capability| {
        statement.layer == Layer::User
            || !all().any(|user| {
                user.layer == Layer::User
                    && statement.when.with.iter().all(|word| user.when.with.contains(word))
            })
    };
    let answers: Vec<Support> = all().filter(counts).map(|statement| statement.support).collect();
    let strongest =
        [Support::No, Support::Unknown, Support::Yes].into_iter().find(|one| answers.contains(one));
    strongest.unwrap_or(Support::Unknown)
}

fn closure(words: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut pending: Vec<String> = words.into_iter().collect();
    while let Some(word) = pending.pop() {
        if let Some(known) = CATALOG.requirement(&word)
            && all.insert(known.id.clone())
        {
            pending.extend(known.implies.iter().cloned());
        }
    }
    all
}

/// The requirements of a variant's test on a configuration.
fn asked(test: &Test, needs: &Needs, variant: &Variant, space: &Space<'_>, row: RowId) -> BTreeSet<String> {
    let words = needs.asked_of(space.row(row)).map(|need| need.requirement.clone());
    let named = lightest_lint::linter::named(test, &CATALOG).into_iter().map(str::to_owned);
    let agent = variant.agent.map(|agent| if agent { "agent" } else { "no-agent" });
    closure(words.chain(named).chain(agent.map(str::to_owned)))
}

/// The lightest configuration for a variant that keeps VMM, architecture, paravisor and isolation.
fn lightest(catalog: &Catalog, test: &Test, needs: &Needs, variant: &Variant) -> Option<(RowId, String)> {
    let space = Space::of_tests(catalog);
    let own = space.row(space.position(&variant.config)?);
    let fits = |row: RowId| {
        let asked = asked(test, needs, variant, &space, row);
        let demands = asked.iter().map(String::as_str).chain(ALWAYS);
        demands.into_iter().all(|demand| support(catalog, &space, row, demand, &asked) == Support::Yes)
    };
    let alike = |row: RowId| {
        let other = space.row(row);
        other.config.arch == own.config.arch
            && other.config.vmm == own.config.vmm
            && other.config.isolation == own.config.isolation
            && other.boot.openhcl == own.boot.openhcl
    };
    let weight = |row: &RowId| {
        let asked = asked(test, needs, variant, &space, *row);
        let words: Vec<&str> = asked.iter().map(String::as_str).collect();
        space.weight(*row, &lightest_model::space::Asked::new(&CATALOG, words).expect("known words"))
    };
    let best = RowId::all(&space).filter(|row| alike(*row) && fits(*row)).min_by_key(weight)?;
    Some((best, Spelled(&space.row(best).config).to_string()))
}

/// The catalog with one more statement of the user's: that one configuration provides one thing.
fn with_yes(space: &Space<'_>, row: RowId, requirement: &str, with: Vec<String>) -> Catalog {
    let config = &space.row(row).config;
    let mut catalog = CATALOG.clone();
    catalog.capabilities.push(Capability {
        id: None,
        requirement: requirement.to_owned(),
        support: Support::Yes,
        when: When {
            vmm: config.vmm.iter().cloned().collect(),
            boot: vec![config.boot.clone()],
            arch: vec![config.arch],
            isolation: vec![config.isolation.map_or("none", |mode| mode.word()).to_owned()],
            guest: vec![config.guest.id.clone()],
            form: vec![config.guest.form],
            with,
            ..When::default()
        },
        because: "flipped".to_owned(),
        evidence: Vec::new(),
        layer: Layer::User,
    });
    catalog
}

/// Every unknown that is listed makes each variant that waits for it lighter, and every other unknown makes none.
#[test]
fn unknowns_are_exactly_those_whose_yes_makes_a_variant_lighter() {
    let (sources, tests) = read(TESTS);
    let space = Space::of_tests(&CATALOG);
    let found = unknowns(&tests, &sources, &Petri, &TABLE, &space, &|_| None);
    assert!(found.unknowns.len() >= 3, "{:?}", found.unknowns.len());
    let listed: BTreeSet<(RowId, String, String)> = found
        .unknowns
        .iter()
        .flat_map(|unknown| {
            unknown
                .waiting
                .iter()
                .map(|waiting| (unknown.row, unknown.requirement.to_owned(), waiting.variant.clone()))
        })
        .collect();
    let mut flipped = BTreeSet::new();
    for test in &tests {
        let needs = Needs::of(test, &TABLE);
        if needs.is_open() {
            continue;
        }
        for variant in test.declarations.iter().flat_map(|list| &list.variants) {
            let Some(own) = space.position(&variant.config) else { continue };
            let before = lightest(&CATALOG, test, &needs, variant);
            for row in RowId::all(&space) {
                let other = space.row(row);
                if other.guest.arch.is_some_and(|arch| arch != other.config.arch) {
                    continue;
                }
                let asked = asked(test, &needs, variant, &space, row);
                for demand in asked.iter().map(String::as_str).chain(ALWAYS) {
                    if support(&CATALOG, &space, row, demand, &asked) != Support::Unknown {
                        continue;
                    }
                    // In force whatever else is asked, so that doubts of special circumstances give way as well.
                    let with =
                        CATALOG.capabilities.iter().filter(|statement| statement.requirement == demand);
                    let with: BTreeSet<String> = with
                        .flat_map(|statement| statement.when.with.clone())
                        .filter(|word| asked.contains(word))
                        .collect();
                    let catalog = with_yes(&space, row, demand, with.into_iter().collect());
                    let after = lightest(&catalog, test, &needs, variant);
                    let words: Vec<&str> = asked.iter().map(String::as_str).collect();
                    let words = lightest_model::space::Asked::new(&CATALOG, words).expect("known words");
                    let lighter =
                        |than: RowId| space.weight(row, &words).is_lighter_than(&space.weight(than, &words));
                    let from = before.as_ref().map_or(own, |(row, _)| *row);
                    if after.as_ref().is_some_and(|(best, _)| *best == row) && lighter(from) && lighter(own) {
                        flipped.insert((row, demand.to_owned(), variant.name.clone()));
                    }
                }
            }
        }
    }
    let shown = |all: BTreeSet<(RowId, String, String)>| -> Vec<String> {
        all.into_iter()
            .map(|(row, demand, variant)| format!("{} {demand} {variant}", Spelled(&space.row(row).config)))
            .collect()
    };
    assert_eq!(shown(listed), shown(flipped));
}

#[test]
fn the_edit_adds_one_variant_whose_failure_blocks_nobody() {
    let (sources, tests) = read(TESTS);
    let space = Space::of_tests(&CATALOG);
    let found = unknowns(&tests, &sources, &Petri, &TABLE, &space, &|_| None);
    let mut tried = 0;
    for unknown in &found.unknowns {
        let Some(Experiment::Add { test, edit: Some(edit), .. }) = &unknown.experiment else { continue };
        let mut text = sources[0].text.to_string();
        text.replace_range(edit.span.bytes.clone(), &edit.text);
        let (_, after) = read(&text);
        let count = |tests: &[Test], test: usize| {
            tests[test].declarations.iter().map(|list| list.variants.len()).sum::<usize>()
        };
        assert_eq!(count(&after, *test), count(&tests, *test) + 1, "{text}");
        let config = &space.row(unknown.row).config;
        let added = after[*test]
            .declarations
            .iter()
            .flat_map(|list| &list.variants)
            .find(|variant| variant.config == *config)
            .expect("the variant is there");
        let reason = added.unstable.as_ref().expect("it blocks nobody");
        assert!(reason.text.contains(&Spelled(config).to_string()), "{}", reason.text);
        tried += 1;
    }
    assert!(tried >= 2, "{tried}");
}

fn shows(body: &str, config: &str) -> Vec<String> {
    let text = format!(
        "#[openvmm_test({config})]\nasync fn fixture(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {{\n{body}\nOk(())\n}}\n"
    );
    let (_, tests) = read(&text);
    let needs = Needs::of(&tests[0], &TABLE);
    let space = Space::of_tests(&CATALOG);
    let variant = &tests[0].declarations[0].variants[0];
    shown(&needs, variant, &space).into_iter().map(|shown| shown.requirement.to_owned()).collect()
}

#[test]
fn a_pass_proves_only_certain_needs() {
    let config = "uefi_x64(vhd(ubuntu_2504_server_x64))";
    let run = "let (mut vm, agent) = config.run().await?;";
    let has = |body: &str, word: &str| {
        let shown = shows(&format!("{run}\n{body}"), config);
        assert!(shown.iter().any(|shown| shown == "runs"), "{shown:?}");
        shown.iter().any(|shown| shown == word)
    };
    assert!(has("agent.reboot().await?;", "reboot"));
    assert!(!has("", "reboot"));
    assert!(!has("if lucky() { agent.reboot().await?; }", "reboot"), "the branch may not be taken");
    assert!(!has("if lucky() { return Ok(()); }\nagent.reboot().await?;", "reboot"), "it may be over before");
    assert!(!has("for _ in 0..rounds() { agent.reboot().await?; }", "reboot"), "there may be no round");
    assert!(!has("let Some(_) = found() else { agent.reboot().await?; return Ok(()); };", "reboot"));
    assert!(!has("match wind() { 1 => { agent.reboot().await?; } _ => {} }", "reboot"));
    let by_system = "match vm.os_flavor() { OsFlavor::Linux => { agent.reboot().await?; } _ => {} }";
    let known = has(by_system, "reboot");
    let other = "match vm.os_flavor() { OsFlavor::Windows => { agent.reboot().await?; } _ => {} }";
    assert!(!has(other, "reboot"), "another system's branch; the own one: {known}");
}

#[test]
fn a_pass_proves_no_hint_of_the_name() {
    let text = "#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]\nasync fn tpm(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {\nlet (vm, agent) = config.run().await?;\nagent.power_off().await?;\nOk(())\n}\n";
    let (_, tests) = read(text);
    assert!(lightest_lint::linter::named(&tests[0], &CATALOG).contains(&"tpm"));
    let needs = Needs::of(&tests[0], &TABLE);
    let variant = &tests[0].declarations[0].variants[0];
    let shown = shown(&needs, variant, &Space::of_tests(&CATALOG));
    assert!(shown.iter().all(|shown| shown.requirement != "tpm"), "{shown:?}");
}

/// A run in those circumstances settles a doubt; which they are is part of what it shows.
#[test]
fn a_proven_doubt_keeps_its_circumstances() {
    let text = "#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]\nasync fn t(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {\nlet (mut vm, agent) = config.with_tpm(true).run().await?;\nagent.unix_shell().read_file(\"/proc/cpuinfo\").await?;\nOk(())\n}\n";
    let (_, tests) = read(text);
    let needs = Needs::of(&tests[0], &TABLE);
    let variant = &tests[0].declarations[0].variants[0];
    let own = When { guest: vec![variant.config.guest.id.clone()], ..When::default() };
    let other = When { guest: vec!["alpine_3_23_x64".to_owned()], ..When::default() };
    let doubt = |requirement: &str, when: &When, with: &[&str]| Capability {
        id: None,
        requirement: requirement.to_owned(),
        support: Support::Unknown,
        when: When { with: with.iter().map(|word| (*word).to_owned()).collect(), ..when.clone() },
        because: "nobody has shown it".to_owned(),
        evidence: Vec::new(),
        layer: Layer::Base,
    };
    let of = |doubts: &[Capability], requirement: &str| {
        let mut catalog = CATALOG.clone();
        catalog.capabilities.extend(doubts.iter().cloned());
        let space = Space::of_tests(&catalog);
        let shown = shown(&needs, variant, &space);
        let one = shown.iter().find(|shown| shown.requirement == requirement).expect("it is shown");
        (one.before, one.with.clone())
    };
    let none = Vec::<String>::new();
    let tpm = || vec!["tpm".to_owned()];
    assert_eq!(of(&[], "unix-shell"), (Support::Yes, none.clone()));
    assert_eq!(of(&[doubt("unix-shell", &own, &["tpm"])], "unix-shell"), (Support::Unknown, tpm()));
    let twice = [doubt("unix-shell", &own, &["tpm"]), doubt("unix-shell", &own, &["tpm"])];
    assert_eq!(of(&twice, "unix-shell"), (Support::Unknown, tpm()));
    assert_eq!(of(&[doubt("unix-shell", &own, &[])], "unix-shell"), (Support::Unknown, none.clone()));
    // What is not asked, another guest's doubt, a doubt about something else, and what is stated without doubt.
    let unasked = [doubt("unix-shell", &own, &[]), doubt("unix-shell", &own, &["secure-boot"])];
    assert_eq!(of(&unasked, "unix-shell"), (Support::Unknown, none.clone()));
    let others = [doubt("unix-shell", &own, &[]), doubt("unix-shell", &other, &["tpm"])];
    assert_eq!(of(&others, "unix-shell"), (Support::Unknown, none.clone()));
    let elsewhere = [doubt("unix-shell", &own, &[]), doubt("agent", &own, &["tpm"])];
    assert_eq!(of(&elsewhere, "unix-shell"), (Support::Unknown, none.clone()));
    let stated = Capability { support: Support::Yes, ..doubt("unix-shell", &own, &["tpm"]) };
    assert_eq!(
        of(&[doubt("unix-shell", &own, &[]), stated.clone()], "unix-shell"),
        (Support::Unknown, none.clone())
    );
    assert_eq!(of(&[stated], "unix-shell"), (Support::Yes, none));
}

#[test]
fn a_learned_yes_leaves_a_doubt_of_special_circumstances_standing() {
    let space = Space::of_tests(&CATALOG);
    let doubt = CATALOG
        .capabilities
        .iter()
        .find(|statement| statement.support != Support::Yes && !statement.when.with.is_empty())
        .expect("a statement of special circumstances");
    let row = RowId::all(&space)
        .find(|row| {
            let row = space.row(*row);
            row.is_selected_by(&doubt.when)
        })
        .expect("it selects something");
    let catalog = with_yes(&space, row, &doubt.requirement, Vec::new());
    let after = Space::of_tests(&catalog);
    let index = after.requirement(&doubt.requirement).expect("known");
    let plain = lightest_model::space::Asked::new(&catalog, [doubt.requirement.as_str()]).expect("known");
    assert_eq!(after.answer(row, index, &plain).support, Support::Yes, "{doubt:?}");
    let words = doubt.when.with.iter().map(String::as_str).chain([doubt.requirement.as_str()]);
    let special = lightest_model::space::Asked::new(&catalog, words).expect("known");
    assert_eq!(after.answer(row, index, &special).support, doubt.support, "{doubt:?}");
    let catalog = with_yes(&space, row, &doubt.requirement, doubt.when.with.clone());
    let after = Space::of_tests(&catalog);
    assert_eq!(after.answer(row, index, &special).support, Support::Yes, "{doubt:?}");
}
