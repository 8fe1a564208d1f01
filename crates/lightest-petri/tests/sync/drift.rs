//! Whatever changes in the source is reported at its place there, with the catalog's line beside it.

use lightest_sync::rules;

use crate::orchard::{
    ARTIFACTS, COMMON, HYPERV, MACHINES, MACROS, RESOLVER, TESTS, lines, lines_of, report, tree, with,
};

#[test]
fn a_catalog_that_follows_its_source_agrees_with_it() {
    assert_eq!(lines(&tree()), Vec::<String>::new());
}

#[test]
fn lines_that_only_moved_are_no_difference() {
    assert_eq!(
        lines(&with(MACROS, "//! Reads configurations.", "//! Reads configurations.\n\n// One more line.")),
        [""; 0]
    );
}

#[test]
fn another_size_is_reported_where_the_source_states_it() {
    assert_eq!(
        lines(&with(ARTIFACTS, "1_000_512", "1_000_513")),
        [
            "vmm_tests/artifacts/src/lib.rs:40: image-differs: the image of `plum_1_x64` has another size [bytes = 1000512 # small]"
        ]
    );
}

#[test]
fn another_file_of_a_base_image_is_another_file_of_its_copy() {
    assert_eq!(
        lines(&with(ARTIFACTS, "pear-2.vhdx", "pear-2b.vhdx")),
        [
            "vmm_tests/artifacts/src/lib.rs:63: image-differs: the image of `pear_2_aarch64` is another file [file = \"pear-2.vhdx\"]",
            "vmm_tests/resolver/src/lib.rs:9: image-differs: the image of `pear_2_aarch64_prepped` is another file [file = \"pear-2-prepped.vhdx\"]",
        ]
    );
}

#[test]
fn another_way_to_fetch_is_reported() {
    let now = with(
        ARTIFACTS,
        "declare_blob_artifacts! {\n            /// Plum.",
        "declare_artifacts! {\n            /// Plum.",
    );
    assert_eq!(
        lines(&now),
        [
            "vmm_tests/artifacts/src/lib.rs:22: image-differs: the image of `plum_1_x64` is fetched whole [lazy_fetch = true]"
        ]
    );
}

#[test]
fn a_new_word_is_a_guest_that_the_catalog_lacks() {
    let now = with(MACROS, "\"plum_1_x64\" =>", "\"plum_1_x64\" | \"damson_1_x64\" =>");
    assert_eq!(
        lines(&now),
        ["vmm_tests/macros/src/lib.rs:91: guest-missing: the guest `damson_1_x64` is not in the catalog"]
    );
}

#[test]
fn a_word_that_is_gone_is_reported_at_the_list_of_words() {
    let now = with(
        MACROS,
        "        \"plum_1_x64\" => Ok(image_info!(::orchard::artifacts::test_vhd::PLUM_1_X64)),\n",
        "",
    );
    assert_eq!(
        lines(&now),
        [
            "vmm_tests/macros/src/lib.rs:90: guest-gone: the guest `plum_1_x64` is no longer accepted [id = \"plum_1_x64\"]",
            "vmm_tests/macros/src/lib.rs:91: evidence-changed: `vmm_tests/macros/src/lib.rs:91` has changed [evidence = [\"openvmm:vmm_tests/macros/src/lib.rs:91\"]]",
        ]
    );
}

#[test]
fn a_new_quirk_of_a_guest_is_reported() {
    let now = with(
        ARTIFACTS,
        "impl IsTestIso for QUINCE_3_X64 {",
        "impl IsTestIso for QUINCE_3_X64 {\n            fn quirks() -> GuestQuirks {\n                GuestQuirks {\n                    openvmm: GuestQuirksInner { hyperv_shutdown_ic_sleep: Some(Duration::from_secs(3)), ..Default::default() },\n                    ..Default::default()\n                }\n            }",
    );
    assert_eq!(
        lines(&now),
        [
            "vmm_tests/artifacts/src/lib.rs:92: quirk-differs: `quince_3_x64` has 7 s before a shutdown, the catalog says 4 [cost = { waits_s = 4 }]"
        ]
    );
}

#[test]
fn quirks_that_are_set_one_by_one_are_understood() {
    let now = with(
        ARTIFACTS,
        "                GuestQuirks::for_all_backends(GuestQuirksInner {\n                    hyperv_shutdown_ic_sleep: Some(std::time::Duration::from_secs(7)),\n                    initial_reboot: Some(InitialRebootCondition::WithTpm),\n                })",
        "                let mut quirks = GuestQuirks::for_all_backends(GuestQuirksInner {\n                    hyperv_shutdown_ic_sleep: Some(std::time::Duration::from_secs(7)),\n                    ..Default::default()\n                });\n                quirks.hyperv.initial_reboot = Some(InitialRebootCondition::WithTpm);\n                quirks",
    );
    assert_eq!(
        lines(&now),
        [
            "vmm_tests/artifacts/src/lib.rs:30: quirk-differs: `plum_1_x64` has 0 reboots at first boot with a TPM, the catalog says 1 [cost = { reboots = 1 }]"
        ]
    );
}

#[test]
fn the_wait_of_every_guest_is_reported_once() {
    assert_eq!(
        lines(&with(MACHINES, "from_secs(4)", "from_secs(5)")),
        [
            "petri/src/vm/mod.rs:5: quirk-differs: every guest waits 5 s before a shutdown, the catalog says 4 [cost = { waits_s = 4 }]"
        ]
    );
}

#[test]
fn quirks_that_petri_forgets_under_a_boot_method_cost_nothing_there() {
    let now = with(MACHINES, "Firmware::Pcat { guest } | ", "");
    let found = lines(&now);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("quirk-differs: `plum_1_x64` has 4 s before a shutdown, the catalog says 11"),
        "{found:?}"
    );
}

#[test]
fn a_kind_of_quirk_that_is_not_known_cannot_be_read() {
    let now = with(COMMON, "pub initial_reboot:", "pub needs_sun: bool,\n        pub initial_reboot:");
    assert_eq!(
        lines(&now),
        [
            "petri/petri_artifacts_common/src/lib.rs:11: cannot-read: the quirk `needs_sun` cannot be read from the source"
        ]
    );
}

#[test]
fn a_new_boot_word_and_architecture_are_reported() {
    let now = with(
        MACROS,
        "\"linux_direct_x64\" => (MachineArch::X86_64, Firmware::LinuxDirect),",
        "\"linux_direct_x64\" => (MachineArch::X86_64, Firmware::LinuxDirect),\n            \"linux_direct_aarch64\" => (MachineArch::Aarch64, Firmware::LinuxDirect),\n            \"graft_x64\" => (MachineArch::X86_64, Firmware::Uefi(parse_uefi_guest(input)?)),",
    );
    assert_eq!(
        lines(&now),
        [
            "vmm_tests/macros/src/lib.rs:42: boot-method-differs: `linux_direct` accepts other architectures [archs = [\"x64\"]]",
            "vmm_tests/macros/src/lib.rs:43: boot-method-missing: the boot method `graft` is not in the catalog",
        ]
    );
}

#[test]
fn another_refusal_generation_option_and_part_of_names_are_reported() {
    assert_eq!(
        lines(&with(MACROS, "a BIOS is for x64", "no BIOS there")),
        [
            "vmm_tests/macros/src/lib.rs:49: boot-method-differs: `pcat` on aarch64 is refused for another reason [aarch64 = \"a BIOS is for x64\"]"
        ]
    );
    assert_eq!(
        lines(&with(
            MACROS,
            "\"snp\" => options.isolation = Some(IsolationType::Snp),",
            "\"snp\" => options.isolation = Some(IsolationType::Snp),\n            \"frost\" => options.frost = true,"
        )),
        [
            "vmm_tests/macros/src/lib.rs:121: boot-method-differs: `openhcl_uefi` accepts the option `frost` [isolation = [\"vbs\", \"snp\"]]"
        ]
    );
    assert_eq!(
        lines(&with(MACROS, "=> \"pcat\",", "=> \"bios\",")),
        [
            "vmm_tests/macros/src/lib.rs:7: boot-method-differs: `pcat` has another part in test names [name_part = \"pcat\"]"
        ]
    );
}

#[test]
fn a_new_backend_is_a_vmm_that_the_catalog_lacks() {
    let now = with(
        MACROS,
        "        } else {\n            (None, word)",
        "        } else if let Some(rest) = word.strip_prefix(\"bonsai_\") {\n            (Some(Vmm::Bonsai), rest)\n        } else {\n            (None, word)",
    );
    let found = lines(&now);
    assert_eq!(
        found,
        [
            "nowhere: cannot-read: what bonsai refuses to run cannot be read from the source [commit = \"aaaaaaaaa\"]",
            "vmm_tests/macros/src/lib.rs:37: vmm-missing: the VMM `bonsai` is not in the catalog",
        ]
    );
}

#[test]
fn another_requirement_of_hosts_is_reported() {
    let now = with(MACROS, "    if is_hyperv && is_vbs {", "    if is_hyperv && is_snp {");
    let found = lines(&now);
    assert!(found.iter().any(|line| line.contains("cannot-read: a host requirement")), "{found:?}");
    let now = with(
        MACROS,
        "    if is_hyperv && is_vbs {\n        all = quote!(#all.and(TestRequirement::ExecutionEnvironment(ExecutionEnvironment::Baremetal)));\n    }\n",
        "",
    );
    assert_eq!(
        lines(&now)[0],
        "vmm_tests/macros/src/lib.rs:137: host-differs: vbs on hyperv no longer needs bare metal [id = \"bare-metal\"]"
    );
}

#[test]
fn another_word_of_requires_is_reported() {
    assert_eq!(
        lines(&with(COMMON, "\"water\"", "\"compost\"")),
        [
            "petri/petri_artifacts_common/src/lib.rs:5: capability-differs: `requires(water)` is no longer accepted [id = \"water\"]",
            "petri/petri_artifacts_common/src/lib.rs:5: capability-differs: `requires(compost)` is legal, and not in the catalog",
        ]
    );
}

#[test]
fn a_refusal_of_a_backend_must_be_a_no_in_the_catalog() {
    let now = with(HYPERV, "!firmware.is_linux_direct()", "!firmware.is_openhcl()");
    assert_eq!(
        lines(&now),
        [
            "petri/src/vm/hyperv/mod.rs:4: compat-differs: no host runs `hyperv_openhcl_uefi_x64`, and the catalog does not say so",
            "petri/src/vm/hyperv/mod.rs:4: compat-differs: petri no longer refuses `hyperv_linux_direct_x64` [support = \"no\"]",
        ]
    );
}

#[test]
fn a_variant_that_is_no_longer_ignored_lifts_its_blocker() {
    let now = with(
        TESTS,
        "ignore(reason = \"plums freeze (orchard#7)\", hyperv_openhcl_uefi_x64[vbs](vhd(plum_1_x64))),",
        "hyperv_openhcl_uefi_x64[vbs](vhd(plum_1_x64)),",
    );
    assert_eq!(
        lines(&now),
        ["vmm_tests/vmm_tests/tests/fruit.rs:7: blocker-lifted: `frozen-plums` is lifted [state = \"open\"]"]
    );
}

#[test]
fn a_variant_that_a_todo_waited_for_lifts_its_blocker() {
    let now = with(
        TESTS,
        "// TODO: add openvmm_uefi_aarch64 once pears ripen (orchard#9)\n#[openvmm_test_no_agent(",
        "#[openvmm_test_no_agent(uefi_aarch64(vhd(pear_2_aarch64)), ",
    );
    let found = lines(&now);
    assert!(found.iter().any(|line| line.contains("blocker-lifted: `unripe-pears` is lifted")), "{found:?}");
}

#[test]
fn a_reason_that_no_blocker_has_is_reported() {
    let now = with(
        TESTS,
        "    hyperv_uefi_aarch64(vhd(pear_2_aarch64))",
        "    ignore(reason = \"wasps\", hyperv_uefi_aarch64(vhd(pear_2_aarch64)))",
    );
    assert_eq!(
        lines(&now),
        [
            "vmm_tests/vmm_tests/tests/fruit.rs:8: blocker-missing: `grows` disables `hyperv_uefi_aarch64(vhd(pear_2_aarch64))`"
        ]
    );
}

#[test]
fn a_renamed_file_is_reported_once() {
    let mut now = tree();
    let text = now.remove(MACHINES).expect("it exists");
    now.insert("petri/src/machines.rs".to_owned(), text);
    let found = report(&now, &[(MACHINES, "petri/src/machines.rs")]);
    assert_eq!(
        lines_of(&found, &now),
        [
            "petri/src/machines.rs:1: evidence-moved: `petri/src/vm/mod.rs` is `petri/src/machines.rs` now [evidence = [\"openvmm:petri/src/vm/mod.rs:1\"]]"
        ]
    );
}

#[test]
fn lines_that_prose_rests_on_are_reported_when_they_change() {
    let now = with(MACHINES, "//! Machines.", "//! Machines of wood.");
    assert_eq!(
        lines(&now),
        [
            "petri/src/vm/mod.rs:1: evidence-changed: `petri/src/vm/mod.rs:1` has changed [evidence = [\"openvmm:petri/src/vm/mod.rs:1\"]]"
        ]
    );
}

/// A layout that changed must never pass as agreement.
#[test]
fn every_anchor_that_goes_is_a_difference() {
    let mut unnoticed: Vec<String> = Vec::new();
    for (path, anchor) in [
        (ARTIFACTS, "impl IsTestVhd for PLUM_1_X64"),
        (ARTIFACTS, "impl IsHostedOnHvliteAzureBlobStore for PLUM_1_X64"),
        (ARTIFACTS, "declare_blob_artifacts! {\n            /// Plum."),
        (ARTIFACTS, "const OS_FLAVOR: OsFlavor = OsFlavor::Linux"),
        (ARTIFACTS, "for_all_backends(GuestQuirksInner {\n                    hyperv"),
        (ARTIFACTS, "PEAR_2_AARCH64::quirks()"),
        (RESOLVER, "test_vhd::PEAR_2_AARCH64_PREPPED"),
        (RESOLVER, "test_vhd::GUEST_TEST_UEFI_X64"),
        (RESOLVER, "\"guest_test_uefi.img\""),
        (MACROS, "impl Parse for Config"),
        (MACROS, "impl Parse for Args"),
        (MACROS, "impl Parse for PcatGuest"),
        (MACROS, "impl Parse for UefiGuest"),
        (MACROS, "impl Parse for ParavisorOptions"),
        (MACROS, "fn parse_vhd"),
        (MACROS, "fn parse_iso"),
        (MACROS, "fn parse_pcat_guest"),
        (MACROS, "fn parse_paravisor_options"),
        (MACROS, "fn build_requirements"),
        (MACROS, "fn name_prefix"),
        (MACROS, "match rest {"),
        (COMMON, "KNOWN_CAPABILITIES"),
        (COMMON, "struct GuestQuirksInner"),
        (MACHINES, "fn send_enlightened_shutdown"),
        (MACHINES, "from_secs(4)"),
        (MACHINES, "impl Default for MemoryConfig"),
        (MACHINES, "impl Default for ProcessorTopology"),
        (MACHINES, "fn quirks"),
        (HYPERV, "fn check_compat"),
        (HYPERV, "!firmware.is_linux_direct()"),
        (HYPERV, "impl PetriVmmBackend for HyperVPetriBackend"),
        (TESTS, "#[vmm_test("),
    ] {
        let changed = anchor.replacen(['_', 'a', 'k', 'q'], "zz", 1);
        // Evidence would notice too; the facts must by themselves.
        let (catalog, text) = crate::orchard::catalog();
        let unchanged = crate::orchard::evidence(&text, &tree(), &[]);
        let found =
            crate::orchard::stated(&with(path, anchor, &changed)).compare(&catalog, &text, &unchanged);
        unnoticed.extend(found.differences.is_empty().then(|| format!("{path}: `{changed}`")));
    }
    assert_eq!(unnoticed, Vec::<String>::new(), "these became something else, and nobody noticed");
}

#[test]
fn a_source_with_nothing_in_it_is_all_gaps() {
    let found = report(&std::collections::BTreeMap::new(), &[]).differences;
    assert!(found.iter().any(|difference| difference.rule() == Some(rules::CANNOT_READ)), "{found:?}");
    assert!(
        found.iter().all(|difference| matches!(
            difference.rule(),
            Some(rules::CANNOT_READ | rules::EVIDENCE_CHANGED)
        )),
        "{found:?}"
    );
}
