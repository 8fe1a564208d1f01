//! The reader takes any text: it never fails, and every place that it names lies in the text.

#[path = "common/reading.rs"]
mod reading;

use lightest_lint::dialect::Dialect;
use lightest_lint::facts::Reading;
use lightest_lint::linter::{self, Options};
use lightest_lint::needs::Needs;
use lightest_lint::source::Source;
use lightest_model::space::Space;
use lightest_petri::Petri;
use lightest_petri::Spelled;
use proptest::prelude::*;
use reading::{CATALOG, TABLE, file};

#[test]
fn conditions_of_a_file_and_its_declaration_apply_to_its_tests() {
    let at = |local: &str, text: &str| Source { local: local.to_owned(), ..file(text) };
    let test =
        "#[openvmm_test(linux_direct_x64)]\nasync fn t(config: PetriVmBuilder<OpenVmmPetriBackend>) {}\n";
    let sources = [
        at("tests/tests/main.rs", "#[cfg(windows)]\nmod declared;\nmod inner;\nmod free;\n"),
        at("tests/tests/declared.rs", test),
        at("tests/tests/inner.rs", &format!("#![cfg(windows)]\n{test}")),
        at("tests/tests/free.rs", test),
    ];
    let Reading { tests, .. } = Petri.read(&sources, &CATALOG, &TABLE);
    let bound: Vec<(usize, bool)> =
        tests.iter().map(|test| (test.span.file, Needs::of(test, &TABLE).ask("windows-host"))).collect();
    assert_eq!(bound, [(1, true), (2, true), (3, false)]);
}

#[test]
fn a_test_contains_places_that_begin_in_it() {
    let one = "#[openvmm_test(linux_direct_x64)]\nasync fn one(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {\nOk(())\n}\n";
    let text = [one, &one.replace("fn one", "fn two")].concat();
    let sources = [file(text.as_str()), file(text.as_str())];
    let tests = Petri.read(&sources, &CATALOG, &TABLE).tests;
    let names: Vec<_> = tests.iter().map(|test| (test.name_span.file, test.name.as_str())).collect();
    assert_eq!(names, [(0, "one"), (0, "two"), (1, "one"), (1, "two")]);
    for (at, test) in tests.iter().enumerate() {
        let held: Vec<_> = (0..4).filter(|other| test.contains(&tests[*other].name_span)).collect();
        assert_eq!(held, [at]);
    }
}

/// Hosts are Linux, Windows and macOS: a condition that two of them meet stands for no requirement, and one that none meets
/// leaves nothing to judge.
#[test]
fn a_condition_that_names_no_single_kind_of_host_leaves_a_test_open() {
    let asked = |condition: &str| {
        let text = format!(
            "#[cfg({condition})]\n#[openvmm_test(linux_direct_x64)]\nasync fn t(config: PetriVmBuilder<OpenVmmPetriBackend>) {{}}\n"
        );
        let Reading { tests, .. } = Petri.read(&[file(text.as_str())], &CATALOG, &TABLE);
        let needs = Needs::of(&tests[0], &TABLE);
        (needs.ask("linux-host"), needs.ask("windows-host"), needs.is_open())
    };
    assert_eq!(asked("target_os = \"linux\""), (true, false, false));
    assert_eq!(asked("windows"), (false, true, false));
    assert_eq!(asked("not(unix)"), (false, true, false));
    for many in
        ["unix", "not(windows)", "not(target_os = \"windows\")", "not(target_os = \"linux\")", "any()"]
    {
        assert_eq!(asked(many), (false, false, true), "{many}");
    }
}

#[test]
fn roles_flow_through_helpers_closures_and_branches() {
    let text = r##"
        #[vmm_test(openvmm_linux_direct_x64)]
        async fn t(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
            let flavor = config.os_flavor();
            let setup = |b| b.with_pcie_root_topology(1, 1, 1);
            let (mut vm, agent) = config.modify_backend(setup).run().await?;
            let inner = vm.wait_for_vtl2_agent().await?;
            cmd!(inner.unix_shell(), "systemctl status").run().await?;
            let run = async |agent: &PipetteClient| agent.reboot().await;
            run(&agent).await?;
            match flavor {
                OsFlavor::Windows => { let sh = agent.windows_shell(); cmd!(sh, "reg query").run().await?; }
                _ => look(&agent).await?,
            }
            Ok(())
        }
        async fn look(agent: &PipetteClient) -> anyhow::Result<()> {
            let dir = "/sys/firmware/efi/efivars";
            let path = format!("{dir}/PK");
            agent.unix_shell().read_file(path).await?;
            Ok(())
        }
    "##;
    let Reading { tests, notes, .. } = Petri.read(&[file(text)], &CATALOG, &TABLE);
    assert_eq!(notes, []);
    let needs = Needs::of(&tests[0], &TABLE);
    assert_eq!(needs.unresolved, []);
    let mut found: Vec<(&str, usize)> =
        needs.needs.iter().map(|need| (need.requirement.as_str(), need.within.len())).collect();
    found.sort_unstable();
    found.dedup();
    let expected = [
        ("agent", 0),
        ("efi-variables", 1),
        ("openvmm", 0),
        ("pcie", 0),
        ("reboot", 0),
        ("unix-shell", 1),
        ("vtl2-agent", 0),
        ("windows", 1),
        ("windows-shell", 1),
    ];
    assert_eq!(found, expected);
}

/// The needs of a test of the backend of OpenVMM with this list and body.
fn needs(list: &str, body: &str) -> Needs {
    let text = format!(
        "#[vmm_test({list})]\nasync fn t(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {{ {body} }}"
    );
    let Reading { tests, notes, .. } = Petri.read(&[file(text.as_str())], &CATALOG, &TABLE);
    assert_eq!(notes, []);
    Needs::of(&tests[0], &TABLE)
}

#[test]
fn a_match_confines_a_test_only_where_every_run_comes_to_it() {
    let only_x64 = "match config.arch() { MachineArch::X86_64 => {} _ => unreachable!() }";
    let confined = |body: &str| needs("openvmm_uefi_x64(none)", body).confined.len();
    assert_eq!(confined(&format!("{only_x64} Ok(())")), 1);
    // Who has left before does not come to it, and is not confined by it.
    let left = format!("if config.arch() == MachineArch::Aarch64 {{ return Ok(()); }} {only_x64} Ok(())");
    assert_eq!(needs("openvmm_uefi_x64(none)", &left).confined[0].within.len(), 1);
    for body in [
        format!("if ready() {{ return Ok(()); }} {only_x64} Ok(())"),
        format!("if std::env::var(\"A\").is_ok() {{ {only_x64} }} Ok(())"),
        format!("let later = || {{ {only_x64} }}; Ok(())"),
        format!("if config.is_openhcl() {{ {only_x64} }} Ok(())"),
    ] {
        assert_eq!(confined(&body), 0, "{body}");
    }
}

#[test]
fn the_guard_of_an_arm_that_fails_is_read() {
    let body = |agent: &str| {
        format!(
            "let (vm, agent) = config.run().await?; match vm.arch() {{ \
             MachineArch::X86_64 if {agent} => unreachable!(), _ => {{}} }} Ok(())"
        )
    };
    let linux = "openvmm_linux_direct_x64";
    let asks = needs(linux, &body("agent.windows_shell().read_file(\"a\").await.is_ok()"));
    assert!(asks.ask("windows-shell"), "{asks:?}");
    let asks = needs(linux, &body("agent.frobnicate().await.is_ok()"));
    assert!(asks.unresolved.iter().any(|unresolved| unresolved.what.contains("frobnicate")), "{asks:?}");
}

#[test]
fn a_function_that_is_declared_unused_off_windows_is_one_of_hyperv() {
    let read = |attribute: &str| {
        let text = format!(
            "#[vmm_test(hyperv_uefi_x64(none))]\n#[cfg_attr({attribute})]\n\
             async fn t<T>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {{ Ok(()) }}"
        );
        let Reading { tests, .. } = Petri.read(&[file(text.as_str())], &CATALOG, &TABLE);
        let needs = Needs::of(&tests[0], &TABLE);
        (needs.ask("hyperv"), needs.unresolved.len())
    };
    assert_eq!(read("not(windows), expect(dead_code)"), (true, 0));
    assert_eq!(read("not(windows), allow(dead_code)"), (true, 0));
    // Others change how it is compiled, not whether.
    assert_eq!(read("windows, expect(dead_code)"), (false, 0));
    assert_eq!(read("not(windows), expect(unused_mut)"), (false, 0));
}

/// What is named for the first file that a test takes, beside one configuration.
fn named(takes: &str, list: &str, config: &str) -> Option<String> {
    let text = format!(
        "#[vmm_test({list})]\nasync fn t<T>(config: PetriVmBuilder<T>, (a,): (ResolvedArtifact<{takes}>,)) \
         -> anyhow::Result<()> {{ Ok(()) }}"
    );
    let Reading { tests, notes, .. } = Petri.read(&[file(text.as_str())], &CATALOG, &TABLE);
    assert_eq!(notes, []);
    let space = Space::of_tests(&CATALOG);
    let row = space.rows().iter().find(|row| Spelled(&row.config).to_string() == config);
    tests[0].takes[0].for_row(row.expect("a configuration")).map(str::to_owned)
}

#[test]
fn a_file_is_named_as_the_list_names_it_for_that_configuration() {
    let openhcl = "openvmm_openhcl_uefi_x64(none)";
    let of_hyperv = "hyperv_openhcl_uefi_x64(none)";
    let takes = "impl petri_artifacts_common::tags::IsOpenhclIgvm";
    // The table's answer, where the list has none.
    let standard = Some("LATEST_STANDARD_X64".to_owned());
    assert_eq!(named(takes, "openvmm_linux_direct_x64[A]", openhcl), standard);
    // The list's own, for that configuration alone.
    let list = format!("{openhcl}[LATEST_RELEASE_STANDARD_X64]");
    assert_eq!(named(takes, &list, openhcl).as_deref(), Some("LATEST_RELEASE_STANDARD_X64"));
    assert_eq!(named(takes, &list, of_hyperv), standard);
    // For an unknown trait, the list proves nothing about others, although all its files agree.
    let list = format!("{openhcl}[SOMETHING]");
    assert_eq!(named("impl IsSomething", &list, openhcl).as_deref(), Some("SOMETHING"));
    assert_eq!(named("impl IsSomething", &list, "openvmm_uefi_x64(none)"), None);
}

#[test]
fn nesting_at_the_limit_fits_the_stack() {
    let pieces = [
        ("(", 110, ")"),
        ("{", 110, "}"),
        ("!", 2900, ""),
        ("x.a(1).", 400, "b()"),
        ("1 + ", 1400, "1"),
        ("A::<u8, ", 480, ""),
        ("|a, b| ", 900, "a"),
        ("if a {} else ", 700, "{}"),
        ("vec![", 110, "]"),
        ("return ", 2900, "1"),
        ("x as A<u8, u8> as ", 200, "u8"),
    ];
    for (piece, times, end) in pieces {
        let body = format!("{}{}", piece.repeat(times), end.repeat(if end.len() == 1 { times } else { 1 }));
        let text = format!("#[openvmm_test(linux_direct_x64)]\nfn f() {{ let x = {body}; }}");
        let Reading { tests, notes, .. } = Petri.read(&[file(text.as_str())], &CATALOG, &TABLE);
        assert_eq!(tests.len(), 1, "{piece}: {notes:?}");
    }
}

/// Pieces that chance would not put together.
const PIECES: [&str; 19] = [
    "#[vmm_test(",
    "#[openvmm_test(",
    "openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))",
    "linux_direct_x64",
    ")]",
    "async fn f(config: PetriVmBuilder<T>) {",
    "}",
    "{",
    "let (vm, agent) = config.run().await?;",
    "cmd!(sh, \"sh -c 'ls | wc'\")",
    "|b| b",
    "match x {",
    "=>",
    "// lightest: expect(runs-nowhere): x\n",
    "\"",
    "'",
    "\u{1f980}",
    ";",
    "\n",
];

fn texts() -> impl Strategy<Value = String> {
    let piece =
        prop_oneof![4 => (0..PIECES.len()).prop_map(|at| PIECES[at].to_owned()), 1 => any::<String>()];
    prop::collection::vec(piece, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_read_and_every_place_lies_in_it(text in texts()) {
        let sources = [file(text.as_str())];
        let reading = Petri.read(&sources, &CATALOG, &TABLE);
        let options = Options { pedantic: true, ..Options::default() };
        let findings = linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &options);
        for note in &reading.notes {
            let span = note.primary().expect("a note has a place");
            prop_assert!(text.get(span.bytes.clone()).is_some());
        }
        for finding in &findings {
            prop_assert!(text.get(finding.span().bytes.clone()).is_some());
            for edit in finding.diagnostic.help.iter().flat_map(|help| &help.edits) {
                prop_assert!(text.get(edit.span.bytes.clone()).is_some());
            }
        }
    }
}

#[test]
fn attributes_of_past_releases_are_read_and_unknown_ones_are_named() {
    let test = |attribute: &str| {
        let text = format!(
            "{attribute}\nasync fn t<T>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {{ Ok(()) }}\n"
        );
        let sources = [file(text.as_str())];
        assert!(Petri.has_tests(text.as_bytes()) || Petri.read(&sources, &CATALOG, &TABLE).tests.is_empty());
        let Reading { tests, notes, .. } = Petri.read(&sources, &CATALOG, &TABLE);
        let variants = tests.iter().flat_map(|test| &test.declarations).flat_map(|list| &list.variants);
        let read: Vec<String> = variants
            .map(|variant| format!("{} {}", Spelled(&variant.config), variant.agent == Some(true)))
            .collect();
        (read, notes.into_iter().map(|note| note.message).collect::<Vec<_>>())
    };
    let linux = "linux_direct_x64";
    for (attribute, read) in [
        (format!("#[vmm_test(openvmm_{linux})]"), format!("openvmm_{linux} true")),
        (format!("#[vmm_test_no_agent(openvmm_{linux})]"), format!("openvmm_{linux} false")),
        (format!("#[openvmm_test_no_agent({linux})]"), format!("openvmm_{linux} false")),
        (
            "#[hyperv_test(openhcl_uefi_x64(none))]".to_owned(),
            "hyperv_openhcl_uefi_x64(none) true".to_owned(),
        ),
        (
            "#[vmm_test_macros::hyperv_test(openhcl_uefi_x64(none))]".to_owned(),
            "hyperv_openhcl_uefi_x64(none) true".to_owned(),
        ),
    ] {
        assert_eq!(test(&attribute), (vec![read], Vec::new()), "{attribute}");
    }
    for attribute in [
        "#[qemu_test(linux_direct_x64)]",
        "#[nested_vmm_test(openvmm_linux_direct_x64)]",
        "#[cfg_attr(windows, openvmm_test(linux_direct_x64))]",
        "#[guest_test(x)]",
    ] {
        let (read, notes) = test(attribute);
        assert!(read.is_empty() && notes.len() == 1, "{attribute}: {read:?} {notes:?}");
    }
}
