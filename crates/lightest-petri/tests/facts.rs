//! The facts of the catalog, checked against each other and against the variants of OpenVMM's tests.

mod common;

use std::sync::LazyLock;

use lightest_model::catalog::{Catalog, Support, When};
use lightest_model::chooser::{Query, choose};
use lightest_model::config::{Arch, Config};
use lightest_model::space::{Asked, RequirementId, Space};
use lightest_petri::Spelled;
use lightest_petri::grammar::Grammar;

static CATALOG: LazyLock<Catalog> = LazyLock::new(common::catalog);

fn parsed(text: &str) -> Config {
    Grammar::new(&CATALOG).parse_config(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn lightest(requires: &[&str], arch: Arch) -> Option<String> {
    let space = Space::of_tests(&CATALOG);
    let requires = requires.iter().map(|&word| word.to_owned()).collect();
    let choice =
        choose(&space, &Query { requires, archs: vec![arch], vmms: Vec::new() }).expect("known words");
    let pick = choice.parts.first().expect("one architecture").pick.as_ref();
    pick.map(|pick| Spelled(&space.row(pick.row).config).to_string())
}

#[test]
fn the_branches_of_the_request_come_out() {
    for (requires, x64, aarch64) in [
        (&["serial"][..], "openvmm_linux_direct_x64", "openvmm_linux_direct_aarch64"),
        (&["disk"], "openvmm_linux_direct_x64", "openvmm_linux_direct_aarch64"),
        (
            &["boot-services"],
            "openvmm_uefi_x64(guest_test_uefi_x64)",
            "openvmm_uefi_aarch64(guest_test_uefi_aarch64)",
        ),
        (
            &["guest-os", "uefi"],
            "openvmm_uefi_x64(vhd(alpine_3_23_x64))",
            "openvmm_uefi_aarch64(vhd(alpine_3_23_aarch64))",
        ),
        (
            &["cloud-init"],
            "openvmm_uefi_x64(vhd(alpine_3_23_x64))",
            "openvmm_uefi_aarch64(vhd(alpine_3_23_aarch64))",
        ),
        (
            &["systemd"],
            "openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))",
            "openvmm_uefi_aarch64(vhd(ubuntu_2404_server_aarch64))",
        ),
        (
            &["full-userland"],
            "openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))",
            "openvmm_uefi_aarch64(vhd(ubuntu_2404_server_aarch64))",
        ),
        (
            &["windows"],
            "openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64))",
            "openvmm_uefi_aarch64(vhd(windows_11_enterprise_aarch64))",
        ),
        (&["openhcl"], "openvmm_openhcl_linux_direct_x64", "hyperv_openhcl_uefi_aarch64(none)"),
        (
            &["servicing"],
            "openvmm_openhcl_linux_direct_x64",
            "hyperv_openhcl_uefi_aarch64(vhd(ubuntu_2404_server_aarch64))",
        ),
        (&["vtl2-settings"], "openvmm_openhcl_linux_direct_x64", ""),
        (&["snp"], "hyperv_openhcl_uefi_x64[snp](vhd(ubuntu_2504_server_x64))", ""),
        (&["tdx"], "hyperv_openhcl_uefi_x64[tdx](vhd(ubuntu_2504_server_x64))", ""),
        (&["tpm", "systemd"], "openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))", ""),
    ] {
        for (arch, wanted) in [(Arch::X64, x64), (Arch::Aarch64, aarch64)] {
            if !wanted.is_empty() {
                assert_eq!(lightest(requires, arch).as_deref(), Some(wanted), "{requires:?} on {arch}");
            }
        }
    }
}

#[test]
fn each_claim_of_the_request_leads_to_its_configuration() {
    let mut led = 0;
    for claim in &CATALOG.claims {
        let Some(config) = &claim.config else { continue };
        let config = parsed(config);
        let requires: Vec<&str> = claim.requires.iter().map(String::as_str).collect();
        let found = lightest(&requires, config.arch);
        assert_eq!(found, Some(Spelled(&config).to_string()), "the claim `{}`", claim.id);
        led += 1;
    }
    assert!(led > 10, "{led} claims name a configuration");
}

#[test]
fn each_runnable_configuration_has_reasoned_answers() {
    let space = Space::of(&CATALOG, |_| true);
    let asked = Asked::default();
    let runs = space.requirement("runs").expect("always there");
    for (id, row) in space.enumerate() {
        let answer = space.answer(id, runs, &asked);
        assert!(answer.statement.is_some(), "nothing says whether {} runs", Spelled(&row.config));
        // The lab boots whatever image it is handed, of which nobody knows anything.
        if answer.support == Support::No || row.vmm.lab && answer.support == Support::Unknown {
            continue;
        }
        for (index, requirement) in RequirementId::all(&CATALOG).zip(&CATALOG.requirements) {
            let answer = space.answer(id, index, &asked);
            assert!(
                answer.statement.is_some(),
                "nothing is said of `{}` for {}",
                requirement.id,
                Spelled(&row.config)
            );
        }
    }
}

#[test]
fn a_provider_of_a_requirement_provides_its_implications() {
    let space = Space::of_tests(&CATALOG);
    let runs = space.requirement("runs").expect("always there");
    for requirement in &CATALOG.requirements {
        let asked = Asked::new(&CATALOG, [requirement.id.as_str()]).expect("known");
        let index = space.requirement(&requirement.id).expect("known");
        for (id, row) in space.enumerate() {
            let answer = |index| space.answer(id, index, &asked).support;
            if answer(runs) != Support::Yes || answer(index) != Support::Yes {
                continue;
            }
            for &implied in asked.indices() {
                let word = space.requirement_id(implied);
                assert_eq!(
                    answer(implied),
                    Support::Yes,
                    "{} gives `{}` but not `{word}`",
                    Spelled(&row.config),
                    requirement.id
                );
            }
        }
    }
}

#[test]
fn statements_select_existing_configurations() {
    let space = Space::of(&CATALOG, |_| true);
    let selects = |when: &When| space.rows().iter().any(|row| row.is_selected_by(when));
    for capability in &CATALOG.capabilities {
        assert!(
            selects(&capability.when),
            "`{}`, {:?}: {} ({:?})",
            capability.requirement,
            capability.support,
            capability.because,
            capability.when
        );
    }
    for (id, when) in CATALOG
        .quirks
        .iter()
        .map(|quirk| (&quirk.id, &quirk.when))
        .chain(CATALOG.blockers.iter().map(|blocker| (&blocker.id, &blocker.when)))
        .chain(CATALOG.hosts.iter().map(|host| (&host.id, &host.when)))
    {
        assert!(selects(when), "`{id}`: {when:?}");
    }
}
