//! The proposed list for a body: which variants, the reason for each, and hints of names.

#[path = "common/reading.rs"]
mod reading;

use std::fs;
use std::path::Path;

use lightest_lint::dialect::Dialect;
use lightest_lint::facts::Test;
use lightest_lint::hints::Origin;
use lightest_lint::needs::Needs;
use lightest_lint::proposal::{Proposal, Request, Role, propose, try_it, unnamed};
use lightest_model::catalog::{Capability, Catalog, Layer, Os, Support, When};
use lightest_model::chooser::QueryError;
use lightest_model::config::{Arch, Isolation};
use lightest_model::space::{Row, Space};
use lightest_petri::{Petri, Spelled};
use reading::{CATALOG, TABLE, file};

fn read(text: &str) -> Vec<Test> {
    let reading = Petri.read(&[file(text)], &CATALOG, &TABLE);
    assert_eq!(reading.notes, []);
    reading.tests
}

/// A test of that name and body for any VMM.
fn test(name: &str, body: &str) -> Test {
    read(&test_text(name, body)).remove(0)
}

fn test_text(name: &str, body: &str) -> String {
    format!(
        "#[vmm_test]\nasync fn {name}<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {{\n\
         let os = config.os_flavor();\nlet arch = config.arch();\nlet (mut vm, agent) = config.run().await?;\n{body}\nOk(())\n}}"
    )
}

const PING: &str = "agent.ping().await?;";
const SHELL: &str = "cmd!(agent.unix_shell(), \"uname\").run().await?;";

/// A request for x64.
fn on_x64() -> Request {
    Request { archs: vec![Arch::X64], ..Request::default() }
}

fn proposed<'c>(space: &Space<'c>, test: &Test, request: &Request) -> Proposal<'c> {
    propose(test, &Needs::of(test, &TABLE), space, request).expect("every word is known")
}

/// The list, as it is written, with why each is there.
fn list(space: &Space<'_>, proposal: &Proposal<'_>) -> Vec<(String, Role)> {
    let spelled = |at: &lightest_lint::proposal::Proposed| {
        let row: &Row<'_> = space.row(at.row);
        assert_eq!(row.config.arch, at.arch);
        let artifacts =
            if at.artifacts.is_empty() { String::new() } else { format!("[{}]", at.artifacts.join(", ")) };
        (format!("{}{artifacts}", Spelled(&row.config)), at.role.clone())
    };
    proposal.list.iter().map(spelled).collect()
}

fn listed(test: &Test, request: &Request) -> Vec<(String, Role)> {
    let space = Space::of_tests(&CATALOG);
    list(&space, &proposed(&space, test, request))
}

fn words(list: &[(String, Role)]) -> Vec<&str> {
    list.iter().map(|(config, _)| config.as_str()).collect()
}

/// The right list for each body, as `unseen.rs` states it, in order.
#[test]
fn bodies_that_were_written_for_no_list_get_the_right_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lightest/tests/bodies/unseen.rs");
    let text = fs::read_to_string(path).expect("the bodies");
    let tests = read(&text);
    assert!(tests.len() > 15);
    for test in &tests {
        let body = &text[test.span.bytes.clone()];
        let right: Vec<&str> =
            body.lines().filter_map(|line| line.trim().strip_prefix("// right: ")).collect();
        assert_eq!(words(&listed(test, &Request::default())), right, "{}", test.name);
    }
}

#[test]
fn a_test_that_only_pings_is_listed_once_for_each_architecture() {
    let space = Space::of_tests(&CATALOG);
    let proposal = proposed(&space, &test("answers", PING), &Request::default());
    let direct = |arch: &str| (format!("openvmm_linux_direct_{arch}"), Role::Lightest);
    assert_eq!(list(&space, &proposal), [direct("x64"), direct("aarch64")]);
    assert!(proposal.is_certain() && proposal.weak.is_empty() && proposal.unnamed.is_empty());
    assert_eq!((proposal.asks.archs.len(), proposal.asks.vmms.len()), (0, 0), "the test decides neither");
    assert_eq!(proposal.asks.requires, ["agent"]);
}

#[test]
fn a_body_without_an_agent_asks_for_none() {
    let space = Space::of_tests(&CATALOG);
    let text = "#[vmm_test]\nasync fn t<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {\n\
                let mut vm = config.run_without_agent().await?;\nvm.wait_for_clean_teardown().await?;\nOk(())\n}";
    let alone = &read(text)[0];
    assert_eq!(proposed(&space, alone, &on_x64()).asks.requires, ["no-agent"]);
    let request = Request { requires: vec!["tpm".to_owned()], ..on_x64() };
    assert_eq!(proposed(&space, alone, &request).asks.requires, ["tpm", "no-agent"]);
}

#[test]
fn requested_needs_apply_to_every_configuration() {
    let space = Space::of_tests(&CATALOG);
    let plain = test("answers", PING);
    let with = |request: &Request| {
        let proposal = proposed(&space, &plain, request);
        let configs: Vec<String> = list(&space, &proposal).into_iter().map(|(config, _)| config).collect();
        (configs, proposal.asks)
    };
    let request = Request { requires: vec!["systemd".to_owned()], ..on_x64() };
    let (configs, asks) = with(&request);
    assert_eq!(configs, ["openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))"]);
    assert_eq!(
        (asks.requires, asks.archs),
        (vec!["agent".to_owned(), "systemd".to_owned()], vec![Arch::X64])
    );
    let request = Request { archs: vec![Arch::Aarch64], ..Request::default() };
    assert_eq!(with(&request).0, ["openvmm_linux_direct_aarch64"]);
    let request = Request { vmms: vec!["hyperv".to_owned(), "openvmm".to_owned()], ..on_x64() };
    let (configs, asks) = with(&request);
    assert!(
        configs[0].starts_with("hyperv_") && configs.contains(&"openvmm_linux_direct_x64".to_owned()),
        "{configs:?}"
    );
    assert_eq!(asks.vmms, ["hyperv", "openvmm"]);
    let refused = |request: &Request| {
        propose(&plain, &Needs::of(&plain, &TABLE), &space, request).expect_err("it is not known")
    };
    let request = Request { requires: vec!["tmp".to_owned()], ..Request::default() };
    assert_eq!(refused(&request), QueryError::Requirement("tmp".to_owned()));
    let request = Request { vmms: vec!["xen".to_owned()], ..Request::default() };
    assert_eq!(refused(&request), QueryError::Vmm("xen".to_owned()));
}

/// One test with a branch for each system.
const SYSTEMS: &str = "match os {
    OsFlavor::Linux => { cmd!(agent.unix_shell(), \"uname\").run().await?; }
    OsFlavor::Windows => { cmd!(agent.windows_shell(), \"systeminfo\").run().await?; }
    _ => unreachable!(),
}";

#[test]
fn repeated_needs_and_places_are_asked_once() {
    let space = Space::of_tests(&CATALOG);
    let text = "#[openvmm_test]\nasync fn t(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {\n\
                let (vm, agent) = config.run().await?;\nagent.ping().await?;\nagent.ping().await?;\nOk(())\n}";
    let test = &read(text)[0];
    let proposal = proposed(&space, test, &on_x64());
    assert_eq!(proposal.asks.requires, ["agent"]);
    assert_eq!((proposal.asks.vmms, proposal.asks.archs), (vec!["openvmm".to_owned()], vec![Arch::X64]));
}

#[test]
fn needs_of_a_declaration_without_a_list_are_asked() {
    let space = Space::of_tests(&CATALOG);
    let states = |words: &str| {
        let text = test_text("answers", PING)
            .replace("#[vmm_test]", &format!("#[vmm_test_with({words}, configs())]"));
        proposed(&space, &read(&text)[0], &on_x64()).asks.requires
    };
    assert_eq!(states("requires(vpci)"), ["agent", "vpci"]);
    assert_eq!(states("amd"), ["agent", "amd"]);
}

/// Each configuration is asked for what its own branches ask, whatever the one before it was asked.
#[test]
fn needs_of_one_system_are_not_asked_of_another() {
    // No guest has both shells.
    let linux_alone = "if os == OsFlavor::Linux { agent.windows_shell(); agent.unix_shell(); }";
    let list = listed(&test("known", &format!("{PING}\n{linux_alone}")), &on_x64());
    assert_eq!(words(&list), ["openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64))"]);
    // On Windows, what its branch asks is nowhere to be had: it is no demand of the whole test.
    let space = Space::of_tests(&CATALOG);
    let windows_alone =
        test("known", &format!("{PING}\nif os == OsFlavor::Windows {{ agent.unix_shell(); }}"));
    let proposal =
        proposed(&space, &windows_alone, &Request { requires: vec!["windows".to_owned()], ..on_x64() });
    assert_eq!(proposal.asks.requires, ["agent", "windows"]);
    assert_eq!(proposal.list, []);
    let not_linux = "if os != OsFlavor::Linux { cmd!(agent.unix_shell(), \"systemctl\").run().await?; }";
    let list = listed(&test("known", &format!("{PING}\n{not_linux}")), &on_x64());
    assert_eq!(words(&list), ["openvmm_linux_direct_x64"]);
}

#[test]
fn each_system_that_a_body_distinguishes_has_a_variant() {
    let known = test("known", SYSTEMS);
    let list = listed(&known, &on_x64());
    assert_eq!(list[0], ("openvmm_linux_direct_x64".to_owned(), Role::Lightest));
    assert_eq!(list[1].1, Role::ForOs(Os::Windows));
    assert!(list[1].0.contains("windows") && list.len() == 2, "{list:?}");
    let lightest = listed(&known, &Request { only_lightest: true, ..on_x64() });
    assert_eq!(words(&lightest), ["openvmm_linux_direct_x64"]);
    // One branch is no distinction.
    for system in ["Linux", "Windows"] {
        let one = test("one", &format!("if os == OsFlavor::{system} {{ agent.ping().await?; }}"));
        assert_eq!(words(&listed(&one, &on_x64())), ["openvmm_linux_direct_x64"]);
    }
}

#[test]
fn a_body_that_fails_on_one_architecture_may_run_on_the_other() {
    let windows_alone = "match os { OsFlavor::Windows => {}, _ => unreachable!() }";
    let list = |body: &str| listed(&test("known", &format!("{PING}\n{body}")), &Request::default());
    let all = list(windows_alone);
    assert!(words(&all).iter().all(|config| config.contains("windows")), "{all:?}");
    let on_x64 = list(&format!("if arch == MachineArch::Aarch64 {{ return Ok(()); }}\n{windows_alone}"));
    let [first, second] = &words(&on_x64)[..] else { panic!("{on_x64:?}") };
    assert!(first.contains("windows"), "{first}");
    assert_eq!(*second, "openvmm_linux_direct_aarch64", "it has left before");
}

#[test]
fn each_isolation_mode_that_a_body_distinguishes_has_a_variant() {
    let body = format!(
        "{PING}\nlet isolation = vm.isolation();\n\
        if isolation == Some(IsolationType::Vbs) {{ agent.ping().await?; }}\n\
        if isolation == Some(IsolationType::Snp) {{ agent.ping().await?; }}\n\
        if isolation == Some(IsolationType::Vbs) {{ agent.ping().await?; }}"
    );
    let roles: Vec<Role> =
        listed(&test("known", &body), &on_x64()).into_iter().map(|(_, role)| role).collect();
    assert_eq!(
        roles,
        [Role::Lightest, Role::ForIsolation(Isolation::Vbs), Role::ForIsolation(Isolation::Snp)]
    );
}

#[test]
fn a_test_of_isolation_has_a_variant_for_each_mode() {
    let list =
        listed(&test("answers", PING), &Request { requires: vec!["confidential".to_owned()], ..on_x64() });
    let expected = [
        ("openvmm_openhcl_uefi_x64[vbs](vhd(windows_datacenter_core_2025_x64_prepped))", Role::Lightest),
        ("hyperv_openhcl_uefi_x64[snp](vhd(ubuntu_2504_server_x64))", Role::AlsoIsolated(Isolation::Snp)),
        ("hyperv_openhcl_uefi_x64[tdx](vhd(ubuntu_2504_server_x64))", Role::AlsoIsolated(Isolation::Tdx)),
    ];
    assert_eq!(list, expected.map(|(config, role)| (config.to_owned(), role)));
    let lightest = listed(
        &test("answers", PING),
        &Request { requires: vec!["confidential".to_owned()], only_lightest: true, ..on_x64() },
    );
    assert_eq!(lightest, list[..1]);
}

#[test]
fn the_paravisor_has_a_companion_without_it_unless_the_body_asks_for_it_or_only_the_lightest_is_wanted() {
    let request = Request { requires: vec!["openhcl".to_owned()], ..on_x64() };
    let list = listed(&test("answers", PING), &request);
    let expected = [
        ("openvmm_openhcl_linux_direct_x64".to_owned(), Role::Lightest),
        ("openvmm_linux_direct_x64".to_owned(), Role::Companion),
    ];
    assert_eq!(list, expected);
    let lightest = listed(&test("answers", PING), &Request { only_lightest: true, ..request });
    assert_eq!(lightest, expected[..1]);
    let looks = test("looks", "vm.restart_openhcl(igvm, flags).await?;\nagent.ping().await?;");
    assert_eq!(words(&listed(&looks, &on_x64())), ["openvmm_openhcl_linux_direct_x64"]);
}

#[test]
fn an_unproven_variant_is_listed_only_without_a_proven_one() {
    let request =
        Request { requires: vec!["no-hypervisor-enlightenments".to_owned(), "vfio".to_owned()], ..on_x64() };
    let space = Space::of_tests(&CATALOG);
    let proposal = proposed(&space, &test("answers", PING), &request);
    assert_eq!(list(&space, &proposal), [("openvmm_linux_direct_x64".to_owned(), Role::Untried)]);
    assert!(!proposal.is_certain());
    let advice = try_it(["vfio"], "x");
    assert_eq!(advice, "unproven with x: `vfio`; try it: if it passes, it is the lightest");
    let advice = try_it(["a", "b", "c"], "x");
    assert_eq!(advice, "unproven with x: `a`, `b` and `c`; try it: if it passes, it is the lightest");
}

/// The lightest configuration that may be enough decides which branches of the body count.
#[test]
fn the_lightest_candidate_is_asked_for_its_own_branches() {
    let space = Space::of_tests(&CATALOG);
    let body = "if arch == MachineArch::Aarch64 { agent.reboot().await?; } else { agent.unix_shell(); }";
    let known = test("known", &format!("{PING}\n{body}"));
    let requires = vec!["no-hypervisor-enlightenments".to_owned(), "vfio".to_owned()];
    let asks = |arch| {
        let request = Request { requires: requires.clone(), archs: vec![arch], ..Request::default() };
        let proposal = proposed(&space, &known, &request);
        let roles: Vec<&Role> = proposal.list.iter().map(|proposed| &proposed.role).collect();
        assert_eq!(roles, [&Role::Untried]);
        let asked = ["reboot", "unix-shell"].into_iter();
        asked.filter(|word| proposal.asks.requires.iter().any(|known| known == word)).collect::<Vec<_>>()
    };
    assert_eq!(asks(Arch::Aarch64), ["reboot"]);
    assert_eq!(asks(Arch::X64), ["unix-shell"]);
    let by_system = "if os == OsFlavor::Linux { agent.unix_shell(); } else { agent.reboot().await?; }";
    let known = test("known", &format!("{PING}\n{by_system}"));
    let request = Request { requires, ..on_x64() };
    assert_eq!(proposed(&space, &known, &request).asks.requires.last().map(String::as_str), Some("vfio"));
    assert!(proposed(&space, &known, &request).asks.requires.iter().any(|known| known == "unix-shell"));
}

#[test]
fn a_name_decides_between_sufficient_configurations() {
    let space = Space::of_tests(&CATALOG);
    let weak = |name: &str, body: &str, request: &Request| {
        let proposal = proposed(&space, &test(name, body), request);
        let weak: Vec<(String, bool)> =
            proposal.weak.iter().map(|need| (need.requirement.clone(), need.decides)).collect();
        assert!(proposal.weak.iter().all(|need| need.origin == Origin::Name));
        let advice: Vec<String> = proposal.weak.iter().map(|need| need.advice()).collect();
        let configs: Vec<String> = list(&space, &proposal).into_iter().map(|(config, _)| config).collect();
        (configs[0].clone(), weak, advice.join("\n"))
    };
    let (first, found, advice) = weak("tpm_answers", PING, &on_x64());
    assert_eq!(
        (first.as_str(), &found[..]),
        ("openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))", &[("tpm".to_owned(), true)][..])
    );
    assert_eq!(advice, "`tpm` is taken from the name alone; the body does not show it");
    // The body shows it, so that it rests on no name.
    let shows = "cmd!(agent.unix_shell(), \"ls /dev/tpm0\").run().await?;";
    assert_eq!(weak("tpm_answers", shows, &on_x64()).1, []);
    // What only one system's branch shows is open to a name where another system is picked.
    let on_windows = format!(
        "{PING}\nif os == OsFlavor::Windows {{ cmd!(agent.unix_shell(), \"ls /dev/tpm0\").run().await?; }}"
    );
    assert_eq!(weak("tpm_answers", &on_windows, &on_x64()), weak("tpm_answers", PING, &on_x64()));
    // What is asked for by the caller is asked already.
    let asked = Request { requires: vec!["tpm".to_owned()], ..on_x64() };
    assert_eq!(weak("tpm_answers", PING, &asked).1, []);
    let asked = Request { requires: vec!["unix-shell".to_owned()], ..on_x64() };
    assert_eq!(weak("tpm_answers", PING, &asked).1, [("tpm".to_owned(), true)], "which else is not");
    // Nothing with that shell has it: the body outweighs the name, and what it mentions is advice.
    let (first, found, advice) = weak("windows_answers", SHELL, &on_x64());
    assert_eq!(
        (first.as_str(), &found[..]),
        ("openvmm_linux_direct_x64", &[("windows".to_owned(), false)][..])
    );
    assert!(advice.contains("the name mentions `windows`, which the body does not ask for"), "{advice}");
    // A VMM.
    let (first, found, _) = weak("hyperv_answers", PING, &on_x64());
    assert!(first.starts_with("hyperv_"), "{first}");
    assert_eq!(found, [("hyperv".to_owned(), true)]);
    let asked = Request { vmms: vec!["openvmm".to_owned()], ..on_x64() };
    assert_eq!(weak("hyperv_answers", PING, &asked).0, "openvmm_linux_direct_x64");
    // A VMM, and what is to be had with it.
    let (first, found, _) = weak("hyperv_tpm_answers", PING, &on_x64());
    assert!(first.starts_with("hyperv_openhcl_uefi_x64"), "{first}");
    assert_eq!(found, [("tpm".to_owned(), true), ("hyperv".to_owned(), true)]);
    let within = |module: &str, name: &str| {
        let text = test_text(name, PING);
        let test = read(&format!("mod {module} {{\n{text}\n}}")).remove(0);
        words(&listed(&test, &on_x64()))[0].to_owned()
    };
    assert_eq!(within("tpm", "hyperv_answers"), first, "whichever is mentioned first");
    // Of two VMMs that a name mentions, the lightest is as good as any.
    for name in ["hyperv_or_openvmm_answers", "openvmm_or_hyperv_answers"] {
        let (first, found, _) = weak(name, PING, &on_x64());
        assert_eq!((first.as_str(), found), ("openvmm_linux_direct_x64", Vec::new()), "{name}");
    }
    assert_eq!(weak("hyperv_uefi_answers", PING, &on_x64()).1, [("hyperv".to_owned(), true)]);
    // What follows from another word decides nothing by itself.
    assert_eq!(weak("uefi_tpm_answers", PING, &on_x64()).1, [("tpm".to_owned(), true)]);
    // What no guest of the VMM has that is asked for decides nothing.
    let asked = Request { vmms: vec!["hyperv".to_owned()], ..on_x64() };
    let (first, found, _) = weak("direct_boot_answers", PING, &asked);
    assert!(first.starts_with("hyperv_"), "{first}");
    assert!(!found.is_empty() && found.iter().all(|(_, decides)| !decides), "{found:?}");
    // What nothing on the architecture or of the VMM has that is asked for decides nothing there.
    for (name, elsewhere, request) in [
        ("vbs_answers", "vbs", Request { archs: vec![Arch::Aarch64], ..Request::default() }),
        ("snp_answers", "snp", Request { vmms: vec!["openvmm".to_owned()], ..on_x64() }),
    ] {
        let (first, found, _) = weak(name, PING, &request);
        assert_eq!(found, [(elsewhere.to_owned(), false)], "{name}");
        assert!(first.starts_with("openvmm_linux_direct_"), "{name}: {first}");
    }
    // An architecture.
    let both = test("aarch64_answers", PING);
    assert_eq!(words(&listed(&both, &Request::default())), ["openvmm_linux_direct_aarch64"]);
    // Only where something provides what the name speaks of, unless an architecture is asked for.
    let isolated = test("vbs_answers", PING);
    let archs = |archs: &[Arch]| {
        let request = Request { archs: archs.to_vec(), ..Request::default() };
        let proposal = proposed(&space, &isolated, &request);
        let weak: Vec<bool> = proposal.weak.iter().map(|need| need.decides).collect();
        (proposal.choice.parts.len(), weak)
    };
    assert_eq!(archs(&[]), (1, vec![true]));
    assert_eq!(archs(&[Arch::X64, Arch::Aarch64]), (2, vec![true]), "it decides on one of them");
    assert_eq!(archs(&[Arch::Aarch64, Arch::X64]), (2, vec![true]), "in either order");
    let mut elsewhere = CATALOG.clone();
    elsewhere.capabilities.push(Capability {
        id: None,
        requirement: "runs".to_owned(),
        support: Support::No,
        when: When { vmm: vec!["hyperv".to_owned()], arch: vec![Arch::Aarch64], ..When::default() },
        because: "it is so here".to_owned(),
        evidence: Vec::new(),
        layer: Layer::Base,
    });
    let archs = |catalog: &Catalog| {
        let space = Space::of_tests(catalog);
        proposed(&space, &test("hyperv_answers", PING), &Request::default()).choice.parts.len()
    };
    assert_eq!((archs(&CATALOG), archs(&elsewhere)), (2, 1));
}

#[test]
fn a_file_that_a_test_takes_is_named_beside_each_configuration() {
    let taking = |tag: &str| {
        let text = format!(
            "#[vmm_test]\nasync fn t<T: PetriVmmBackend>(config: PetriVmBuilder<T>, (tool,): (ResolvedArtifact<{tag}>,)) \
             -> anyhow::Result<()> {{\nlet (vm, agent) = config.run().await?;\nagent.ping().await?;\nOk(())\n}}"
        );
        let space = Space::of_tests(&CATALOG);
        let proposal = proposed(&space, &read(&text)[0], &on_x64());
        (list(&space, &proposal), proposal.is_certain(), proposal.unnamed)
    };
    let (list, certain, unknown) = taking("impl petri_artifacts_common::tags::IsVmgsTool");
    // A limit blocks the lightest, and the file is named beside each.
    let expected = [
        ("openvmm_linux_direct_x64[VMGSTOOL_NATIVE]".to_owned(), Role::Lightest),
        ("openvmm_openhcl_linux_direct_x64[VMGSTOOL_NATIVE]".to_owned(), Role::Meanwhile),
    ];
    assert_eq!(list, expected);
    assert!(certain && unknown.is_empty());
    let (list, certain, unknown) = taking("impl IsNobodyKnowsWhat");
    assert_eq!(words(&list), ["openvmm_linux_direct_x64"]);
    assert!(!certain);
    assert_eq!(unknown.len(), 1);
    assert_eq!(
        unnamed(&unknown[0]),
        format!("the artifact of `{}` is unknown: name it in `[..]` after each configuration", unknown[0])
    );
}
