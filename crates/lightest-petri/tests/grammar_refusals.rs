//! Refusals of the macros are refused here, with a caret under the mistake and the legal words.

mod common;

use lightest_petri::Spelled;
use lightest_petri::grammar::{AttributeKind, Grammar, SyntaxError};

fn drawn(text: &str, error: &SyntaxError) -> String {
    let mut drawn = format!("{text}\n");
    let columns = text[..error.span().start].chars().count();
    let width = text[error.span()].chars().count().max(1);
    drawn.push_str(&format!("{}{} {}\n", " ".repeat(columns), "^".repeat(width), error));
    if !error.expected.is_empty() {
        let shown = error.expected.iter().take(4).cloned().collect::<Vec<_>>().join(" | ");
        let more = if error.expected.len() > 4 { " | .." } else { "" };
        drawn.push_str(&format!("  legal: {shown}{more}\n"));
    }
    if let Some(help) = error.diagnostic.help_message() {
        drawn.push_str(&format!("  help: {help}\n"));
    }
    drawn
}

#[test]
fn refused_configurations() {
    let catalog = common::catalog();
    let grammar = Grammar::new(&catalog);
    let texts = [
        "",
        "uefi_x64",
        "openvmm_",
        "openvm_uefi_x64(none)",
        "openvmm_uefi_x86(none)",
        "openvmm_uefi_x64()",
        "openvmm_uefi_x64(nothing)",
        "openvmm_uefi_x64(vhd)",
        "openvmm_uefi_x64(vhd())",
        "openvmm_uefi_x64(vhd(alpine_3_23_x46))",
        "openvmm_uefi_x64(alpine_3_23_x64)",
        "openvmm_uefi_x64(vhd(alpine_3_23_aarch64))",
        "openvmm_uefi_x64(vhd(freebsd_13_2_x64))",
        "openvmm_uefi_x64(iso(freebsd_13_2_x64))",
        "openvmm_uefi_x64(vhd(alpine_3_23_x64),)",
        "openvmm_uefi_x64(vhd(alpine_3_23_x64,))",
        "openvmm_uefi_x64(vhd[alpine_3_23_x64])",
        "openvmm_uefi_x64[vbs](none)",
        "openvmm_pcat_x64(none)",
        "openvmm_pcat_x64(vhd(windows_datacenter_core_2025_x64))",
        "openvmm_pcat_aarch64(vhd(alpine_3_23_aarch64))",
        "openvmm_openhcl_linux_direct_aarch64",
        "openvmm_linux_direct_bzimage_aarch64",
        "openvmm_linux_direct_x64(none)",
        "openvmm_linux_direct_x64[]extra",
        "openvmm_linux_direct_x64[as]",
        "openvmm_linux_direct_x64[A B]",
        "hyperv_openhcl_uefi_x64[nvme](none)",
        "hyperv_openhcl_uefi_x64[vbs, snp](none)",
        "hyperv_openhcl_uefi_x64[vbs tdx](none)",
        "hyperv_openhcl_uefi_x64{vbs}(none)",
        "hyperv_openhcl_uefi_x64",
        "openvmm_uefi_x64(r#none)",
        "openvmm_uefi_x64(none",
        "openvmm_uefi_x64(none]",
        "openvmm_uefi_x64(none))",
        "openvmm_uefi_x64(none) hyperv_uefi_x64(none)",
        "openvmm_uefi_x64(\"none\")",
        "openvmm_uefi_x64(none /*",
        "ignore(openvmm_uefi_x64(none))",
        "ignore(reason = \"why\")",
        "ignore(reason = why, openvmm_uefi_x64(none))",
        "unstable(reason = \"a\", ignore(reason = \"b\", openvmm_uefi_x64(none)))",
        "unstable(reason = \"a\", openvmm_uefi_x64(none), openvmm_linux_direct_x64)",
    ];
    let mut all = String::new();
    for text in texts {
        match grammar.parse_entry(text) {
            Ok(entry) => panic!("{text} was understood as {}", Spelled(&entry.config)),
            Err(error) => all.push_str(&format!("{}\n", drawn(text, &error))),
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn refused_attributes() {
    let catalog = common::catalog();
    let grammar = Grammar::new(&catalog);
    let texts = [
        "vmm_test(openvmm_uefi_x64(none))",
        "#[vmm_tests(openvmm_uefi_x64(none))]",
        "#[vmm_test]",
        "#[vmm_test()]",
        "#[vmm_test(,)]",
        "#[vmm_test(uefi_x64(none))]",
        "#[vmm_test(openvmm_uefi_x64(none) hyperv_uefi_x64(none))]",
        "#[vmm_test(openvmm_uefi_x64(none)); more]",
        "#[vmm_test(noagent, configs(openvmm_uefi_x64(none)))]",
        "#[openvmm_test(hyperv_uefi_x64(none))]",
        "#[vmm_test(lab_linux_direct_x64)]",
        "#[vmm_test_with(openvmm_uefi_x64(none))]",
        "#[vmm_test_with(noagent)]",
        "#[vmm_test_with(noagent configs(openvmm_uefi_x64(none)))]",
        "#[vmm_test_with(configs())]",
        "#[vmm_test_with(configs(uefi_x64(none)))]",
        "#[vmm_test_with(configs(openvmm_uefi_x64(none)), noagent)]",
        "#[vmm_test_with(hyperv, configs(openvmm_uefi_x64(none)))]",
        "#[vmm_test_with(noagent, openvmm, configs(uefi_x64(none)))]",
        "#[vmm_test_with(noagent, noagent, configs(openvmm_uefi_x64(none)))]",
        "#[vmm_test_with(amd, intel, configs(openvmm_uefi_x64(none)))]",
        "#[vmm_test_with(requires(), configs(openvmm_uefi_x64(none)))]",
        "#[vmm_test_with(requires(vcpi), configs(openvmm_uefi_x64(none)))]",
        "#[vmm_test_with(requires(vpci, vpci), configs(openvmm_uefi_x64(none)))]",
        "#[vmm_test_with(requires(vpci), requires(vpci), configs(openvmm_uefi_x64(none)))]",
        "#[vmm_test_with(ignore(reason = \"a\", openvmm_uefi_x64(none)), configs(openvmm_uefi_x64(none)))]",
        "#[vmm_test_with(ignore(reason = \"a\"), ignore(reason = \"b\"), configs(openvmm_uefi_x64(none)))]",
        "#[vmm_test_with(unstable, configs(openvmm_uefi_x64(none)))]",
        "#[vmm_test_with(no_agent, configs(openvmm_uefi_x64(none)))]",
    ];
    let mut all = String::new();
    for text in texts {
        match grammar.parse_attribute(text) {
            Ok(attribute) => panic!("{text} was understood as {attribute}"),
            Err(error) => all.push_str(&format!("{}\n", drawn(text, &error))),
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn accepted_though_unusual() {
    let catalog = common::catalog();
    let grammar = Grammar::new(&catalog);
    let texts = [
        "  openvmm_uefi_x64 ( none ) ",
        "openvmm_uefi_x64(/* nothing */ none) // at all",
        "hyperv_openhcl_uefi_x64[](none)",
        "hyperv_openhcl_uefi_x64[vbs,](none)",
        "openvmm_linux_direct_x64[]",
        "openvmm_linux_direct_x64[::a::B, crate::C, self::D, super::E, Self::F, g::h::<I>::J, K<L>,]",
        "openvmm_uefi_x64(guest_test_uefi_aarch64)",
        "hyperv_linux_direct_x64",
        "openvmm_openhcl_uefi_x64[snp](vhd(ubuntu_2404_server_aarch64))",
        "openvmm_pcat_x64(vhd(alpine_3_23_aarch64))",
        "openvmm_pcat_x64(iso(freebsd_13_2_x64))",
        "ignore(reason = r#\"a \"b\"\"#, openvmm_linux_direct_x64,)",
    ];
    let mut all = String::new();
    for text in texts {
        let entry = grammar.parse_entry(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let prefix = grammar.test_name_prefix(&entry.config).unwrap_or_default();
        all.push_str(&format!("{text}\n  {}\n  {prefix}\n", Spelled(&entry.config)));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn attributes_print_as_rustfmt_would_and_read_back_the_same() {
    let catalog = common::catalog();
    let grammar = Grammar::new(&catalog);
    let texts = [
        "#[vmm_test(openvmm_uefi_x64(none))]",
        "#[vmm_test(openvmm_uefi_x64(none), hyperv_openhcl_uefi_x64[snp](vhd(ubuntu_2504_server_x64))[A, b::C])]",
        "#[petri::vmm_test_with(hyperv, noagent, amd, requires(vpci, test_disk), unstable(reason = \"it's \\\"new\\\"\"), \
         configs(openhcl_uefi_x64(none), ignore(reason = \"b\", openhcl_uefi_aarch64(none))))]",
        "#[vmm_test_with[configs(openvmm_uefi_x64(none),),]]",
        "#[openvmm_test{linux_direct_x64, openvmm_linux_direct_aarch64}]",
        "#[openvmm_test_no_agent(uefi_x64(guest_test_uefi_x64))]",
    ];
    let mut all = String::new();
    for text in texts {
        let attribute = grammar.parse_attribute(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let printed = attribute.to_string();
        let again = grammar.parse_attribute(&printed).unwrap_or_else(|error| panic!("{printed}: {error}"));
        assert_eq!(again.to_string(), printed);
        all.push_str(&format!("{printed}\n"));
        for variant in attribute.variants() {
            let flags = (variant.agent, variant.ignored.is_some(), variant.unstable.is_some());
            all.push_str(&format!("  {} agent, ignored, unstable: {flags:?}\n", Spelled(&variant.config)));
        }
    }
    assert_eq!(AttributeKind::ALL.len(), 4);
    insta::assert_snapshot!(all);
}
