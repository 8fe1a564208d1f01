//! What is read from a source of today, and from the layouts that OpenVMM had before.

use crate::orchard::{ARTIFACTS, COMMON, MACHINES, MACROS, TESTS, corpus, tree, with};
use lightest_petri::Spelled;
use lightest_petri::openvmm::facts::{Image, Reboot};
use lightest_petri::openvmm::{Corpus, Facts};
use lightest_sync::SourceFile;

fn read(path: &str, was: &str, is: &str) -> Facts {
    Facts::read(&corpus(&with(path, was, is)))
}

#[test]
fn a_small_source_is_read_without_gaps() {
    let facts = Facts::read(&corpus(&tree()));
    assert_eq!(facts.gaps, []);
    let words: Vec<String> =
        facts.guests.keys().map(|(form, word)| format!("{}({word})", form.word())).collect();
    assert_eq!(
        words,
        [
            "vhd(pear_2_aarch64)",
            "vhd(pear_2_aarch64_prepped)",
            "vhd(plum_1_x64)",
            "iso(quince_3_x64)",
            "uefi-app(guest_test_uefi_x64)",
            "none(none)",
        ]
    );
    assert_eq!(facts.boots.keys().collect::<Vec<_>>(), ["linux_direct", "openhcl_uefi", "pcat", "uefi"]);
    assert_eq!(facts.memory.as_ref().map(|memory| memory.value), Some(2 << 30));
    assert_eq!(facts.processors.as_ref().map(|count| count.value), Some(2));
    assert_eq!(facts.shutdown_wait.as_ref().map(|wait| wait.value), Some(4));
    assert_eq!(facts.flaky_boot.get("openvmm").map(|wait| wait.value), Some(15));
}

#[test]
fn a_copy_has_the_facts_of_its_original() {
    let facts = Facts::read(&corpus(&tree()));
    let copy = &facts.artifacts["test_vhd::PEAR_2_AARCH64_PREPPED"];
    assert_eq!(copy.base.as_deref(), Some("PEAR_2_AARCH64"));
    assert_eq!(copy.file.as_ref().map(|file| file.value.as_str()), Some("pear-2-prepped.vhdx"));
    assert_eq!(copy.bytes.as_ref().map(|bytes| bytes.value), Some(2_000_512));
    assert!(!copy.hosted);
    assert_eq!(copy.quirks["hyperv"].reboot.as_ref().map(|reboot| &reboot.value), Some(&Reboot::Always));
}

#[test]
fn a_word_may_stand_for_nothing_in_one_generation() {
    let facts = Facts::read(&corpus(&tree()));
    let images = &facts.guests[&(lightest_model::config::Form::Vhd, "pear_2_aarch64".to_owned())].images;
    assert_eq!(images[&1].value, Image::Refused("pears need UEFI".to_owned()));
    assert_eq!(images[&2].value, Image::Artifact("test_vhd::PEAR_2_AARCH64".to_owned()));
}

#[test]
fn tests_name_their_configurations_their_reasons_and_their_memory() {
    let facts = Facts::read(&corpus(&tree()));
    let grows = facts.tests.iter().find(|test| test.name == "grows").expect("it is a test");
    let variants: Vec<String> = grows
        .variants
        .iter()
        .map(|variant| {
            let reason = variant.ignored.as_ref().map_or("", |reason| reason.value.as_str());
            format!("{}: {reason}", Spelled(&variant.config()))
        })
        .collect();
    assert_eq!(
        variants,
        [
            "openvmm_linux_direct_x64: ",
            "openvmm_uefi_x64(vhd(plum_1_x64)): ",
            "hyperv_openhcl_uefi_x64[vbs](vhd(plum_1_x64)): plums freeze (orchard#7)",
            "hyperv_uefi_aarch64(vhd(pear_2_aarch64)): ",
        ]
    );
    assert_eq!(grows.memory.as_ref().map(|memory| memory.value), Some(512 << 20));
    let ripens = facts.tests.iter().find(|test| test.name == "ripens").expect("it is a test");
    assert!(grows.agent && !ripens.agent);
    let todo = facts.todos.first().expect("there is one");
    assert_eq!((todo.issues.as_slice(), todo.test.as_deref()), ([9].as_slice(), Some("ripens")));
}

#[test]
fn an_attribute_may_ignore_all_of_its_configurations() {
    let facts = read(
        TESTS,
        "#[openvmm_test_no_agent(pcat_x64(iso(quince_3_x64)), uefi_x64(none))]",
        "#[vmm_test(ignore(reason = \"wasps\"), configs(openvmm_pcat_x64(iso(quince_3_x64)), openvmm_uefi_x64(none)))]",
    );
    let ripens = facts.tests.iter().find(|test| test.name == "ripens").expect("it is a test");
    assert!(
        ripens
            .variants
            .iter()
            .all(|variant| variant.ignored.as_ref().is_some_and(|reason| reason.value == "wasps"))
    );
}

#[test]
fn older_quirks_apply_to_every_vmm() {
    let mut now = with(
        ARTIFACTS,
        "GuestQuirks::for_all_backends(GuestQuirksInner {\n                    hyperv_shutdown_ic_sleep: Some(std::time::Duration::from_secs(7)),\n                    initial_reboot: Some(InitialRebootCondition::WithTpm),\n                })",
        "GuestQuirks {\n                    // Slow fruit.\n                    hyperv_shutdown_ic_sleep: Some(std::time::Duration::from_secs(7)),\n                }",
    );
    let common = now.get_mut(COMMON).expect("it exists");
    *common = common.replace("GuestQuirksInner {\n        pub hyperv", "Gone {\n        pub hyperv").replace(
        "pub openvmm: GuestQuirksInner,\n        pub hyperv: GuestQuirksInner,",
        "pub hyperv_shutdown_ic_sleep: Option<Duration>,",
    );
    let facts = Facts::read(&corpus(&now));
    let quirks = &facts.artifacts["test_vhd::PLUM_1_X64"].quirks;
    let sleeps: Vec<Option<u64>> = ["openvmm", "hyperv"]
        .map(|vmm| quirks[vmm].shutdown_sleep.as_ref().map(|sleep| sleep.value))
        .to_vec();
    assert_eq!(sleeps, [Some(7), Some(7)]);
}

#[test]
fn an_older_shutdown_waits_for_nothing_but_the_guest() {
    let facts = read(
        MACHINES,
        "        let mut wait = Duration::from_secs(4);\n        if let Some(more) = self.quirks.hyperv_shutdown_ic_sleep {\n            wait += more;\n        }\n        timer.sleep(wait).await;",
        "        if let Some(more) = self.quirks.hyperv_shutdown_ic_sleep {\n            timer.sleep(more).await;\n        }",
    );
    assert_eq!(facts.shutdown_wait.as_ref().map(|wait| wait.value), Some(0));
}

#[test]
fn older_macros_know_one_vmm() {
    let facts = read(
        MACROS,
        "        let (vmm, rest) = if let Some(rest) = word.strip_prefix(\"hyperv_\") {\n            (Some(Vmm::HyperV), rest)\n        } else if let Some(rest) = word.strip_prefix(\"openvmm_\") {\n            (Some(Vmm::OpenVmm), rest)\n        } else {\n            (None, word)\n        };\n",
        "",
    );
    assert_eq!(facts.vmms.keys().collect::<Vec<_>>(), ["openvmm"]);
}

#[test]
fn an_older_default_of_memory_depends_on_the_paravisor() {
    let mut now = with(MACHINES, "startup_bytes: 2 * 1024 * 1024 * 1024, ", "");
    now.insert(
        "petri/src/vm/construct.rs".to_owned(),
        "const GB: u64 = 0x4000_0000;\nfn f() { C { mem_size: if firmware.is_openhcl() { 4 * GB } else { GB }, n: 1 } }".to_owned(),
    );
    assert_eq!(Facts::read(&corpus(&now)).memory.as_ref().map(|memory| memory.value), Some(1 << 30));
}

#[test]
fn a_condition_of_compatibility_that_is_not_known_is_a_gap() {
    let facts = read(crate::orchard::HYPERV, "!firmware.is_linux_direct()", "host_is(Sunny)");
    let gaps: Vec<&str> = facts.gaps.iter().map(|gap| gap.what.as_str()).collect();
    assert_eq!(gaps, ["what hyperv refuses to run"]);
}

#[test]
fn files_elsewhere_are_not_read() {
    let corpus = Corpus::new([
        SourceFile { path: "support/src/lib.rs".to_owned(), text: "impl IsTestVhd for X {}".to_owned() },
        SourceFile { path: "petrified/src/lib.rs".to_owned(), text: "impl IsTestVhd for X {}".to_owned() },
        SourceFile { path: "petri/notes.md".to_owned(), text: "impl IsTestVhd for X {}".to_owned() },
    ]);
    assert_eq!(corpus.files(), []);
}
