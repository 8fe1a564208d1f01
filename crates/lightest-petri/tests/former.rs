//! Attributes of release branches are read: those of the macro crate's history, each as it stood there.

mod common;

use lightest_petri::Spelled;
use lightest_petri::grammar::{AttributeKind, Grammar};

/// The variants that the linter reads from an attribute's arguments, each with its properties.
fn read(name: &str, arguments: &str) -> Vec<String> {
    let catalog = common::catalog();
    let kind = AttributeKind::from_word(name).unwrap_or_else(|| panic!("`{name}` is not known"));
    let (attribute, errors) = Grammar::new(&catalog)
        .parse_arguments_partly(kind, arguments)
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(errors.is_empty(), "{errors:?}");
    let words = |variant: lightest_petri::grammar::Variant<'_>| {
        let agent = if variant.agent { "" } else { " noagent" };
        let unstable = if variant.unstable.is_some() { " unstable" } else { "" };
        format!("{}{agent}{unstable}", Spelled(&variant.config))
    };
    attribute.variants().map(words).collect()
}

#[test]
fn attributes_that_are_gone_are_read() {
    assert_eq!(read("hyperv_test", "openhcl_uefi_x64(none)"), ["hyperv_openhcl_uefi_x64(none)"]);
    assert_eq!(
        read("vmm_test_no_agent", "openvmm_uefi_x64(none), hyperv_uefi_aarch64(none)"),
        ["openvmm_uefi_x64(none) noagent", "hyperv_uefi_aarch64(none) noagent"]
    );
}

#[test]
fn marks_and_groups_of_older_grammars_are_read() {
    assert_eq!(
        read("vmm_test", "unstable_openvmm_linux_direct_x64, openvmm_linux_direct_aarch64"),
        ["openvmm_linux_direct_x64 unstable", "openvmm_linux_direct_aarch64"]
    );
    assert_eq!(
        read("vmm_test_with", "unstable_noagent_openvmm(linux_direct_x64)"),
        ["openvmm_linux_direct_x64 noagent unstable"]
    );
    assert_eq!(read("vmm_test_with", "noagent(openvmm_uefi_x64(none))"), ["openvmm_uefi_x64(none) noagent"]);
    assert_eq!(
        read("vmm_test_with", "(openvmm, requires(vpci)), (linux_direct_aarch64)"),
        ["openvmm_linux_direct_aarch64"]
    );
    assert_eq!(
        read("vmm_test_with", "unstable, noagent, configs(openvmm_uefi_x64(none))"),
        ["openvmm_uefi_x64(none) noagent unstable"]
    );
}

#[test]
fn new_attributes_follow_todays_macros() {
    let catalog = common::catalog();
    let grammar = Grammar::new(&catalog);
    for attribute in [
        "#[vmm_test(unstable_openvmm_linux_direct_x64)]",
        "#[vmm_test_with(noagent(openvmm_uefi_x64(none)))]",
        "#[vmm_test_with((openvmm), (linux_direct_x64))]",
        "#[vmm_test_with(unstable, configs(openvmm_linux_direct_x64))]",
    ] {
        assert!(grammar.parse_attribute(attribute).is_err(), "{attribute}");
    }
}

#[test]
fn the_labs_vmm_is_never_suggested_for_petri() {
    let catalog = common::catalog();
    let grammar = Grammar::new(&catalog);
    let help = |attribute: &str| {
        let error = grammar.parse_attribute(attribute).expect_err("refused");
        error.diagnostic.help_message().unwrap_or_default().to_owned()
    };
    let in_list = help("#[vmm_test(qemu_linux_direct_x64)]");
    assert_eq!(help("#[vmm_test_with(qemu, configs(linux_direct_aarch64))]"), in_list);
    assert!(in_list.contains("petri does not know"), "{in_list}");
    assert!(!help("#[vmm_test(qem_linux_direct_x64)]").contains("did you mean `qemu"));
}
