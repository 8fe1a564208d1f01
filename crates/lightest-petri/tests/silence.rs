//! Why a lighter configuration is known for a variant, but not reported.

#[path = "common/reading.rs"]
mod reading;

use lightest_lint::dialect::Dialect;
use lightest_lint::linter::{self, Weight};
use lightest_lint::needs::Needs;
use lightest_model::space::Space;
use lightest_petri::Petri;
use reading::{CATALOG, TABLE, file};

const UBUNTU: &str = "openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))";
const DIRECT: &str = "openvmm_linux_direct_x64";
const PING: &str = "let (vm, agent) = config.run().await?;\nagent.ping().await?;";

/// How heavy the variants of a test are.
fn weights(name: &str, takes: &str, list: &str, body: &str) -> Vec<Weight> {
    let text = format!(
        "#[vmm_test({list})]\nasync fn {name}<T: PetriVmmBackend>(config: PetriVmBuilder<T>{takes}) -> anyhow::Result<()> {{\n\
         {body}\nOk(())\n}}"
    );
    let sources = [file(text)];
    let reading = Petri.read(&sources, &CATALOG, &TABLE);
    assert_eq!(reading.notes, []);
    let test = &reading.tests[0];
    linter::weigh(test, &Needs::of(test, &TABLE), &sources, &Petri, &Space::of_tests(&CATALOG))
}

fn heavier(lighter: &str, silence: Option<&'static str>) -> Weight {
    Weight::Heavier { lighter: lighter.to_owned(), silence }
}

/// The silence about the first variant, for which Linux Direct would do.
fn silence(name: &str, list: &str, body: &str) -> Option<&'static str> {
    match weights(name, "", list, body).remove(0) {
        Weight::Heavier { lighter, silence } if lighter == DIRECT => silence,
        other => panic!("{name}: {list}: {other:?}"),
    }
}

#[test]
fn a_variant_is_the_lightest_or_unknown_or_heavier_than_another() {
    let weigh = |list: &str, body: &str| weights("answers", "", list, body);
    assert_eq!(weigh(UBUNTU, PING), [heavier(DIRECT, None)]);
    assert_eq!(weigh(DIRECT, PING), [Weight::Lightest]);
    assert_eq!(weigh("openvmm_linux_direct_bzimage_x64", PING), [Weight::Lightest], "nothing costs less");
    let arm = "openvmm_linux_direct_aarch64";
    let both = format!("{UBUNTU}, {arm}, openvmm_uefi_aarch64(vhd(ubuntu_2404_server_aarch64))");
    let listed = Some("the list already has it");
    let matrix = Some("the list is a matrix on purpose; `check --pedantic` reports it");
    assert_eq!(weigh(&both, PING), [heavier(DIRECT, matrix), Weight::Lightest, heavier(arm, listed)]);
    // The paravisor is kept, and so is the VMM.
    let kept = "openvmm_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64))";
    assert_eq!(weigh(kept, PING), [heavier("openvmm_openhcl_linux_direct_x64", None)]);
    let systemd = "let (vm, agent) = config.run().await?;\ncmd!(agent.unix_shell(), \"systemctl status\").run().await?;";
    assert_eq!(weigh(UBUNTU, systemd), [Weight::Lightest]);
    let nothing = format!("{systemd}\nagent.windows_shell();");
    assert_eq!(weigh(UBUNTU, &nothing), [Weight::Unknown], "no guest has both");
}

#[test]
fn choices_open_by_body_or_name_are_not_reported() {
    assert_eq!(silence("answers", UBUNTU, PING), None);
    let unknown = format!("{PING}\nagent.frobnicate().await?;");
    assert_eq!(silence("answers", UBUNTU, &unknown), Some("something in the body is unknown"));
    for name in ["ubuntu_answers", "answers_on_ubuntu", "answers_ubuntu_twice"] {
        assert_eq!(silence(name, UBUNTU, PING), Some("the test names its guest"), "{name}");
    }
    assert_eq!(silence("ubuntus_answer", UBUNTU, PING), None);
    for (name, is_boot) in [
        ("boot", true),
        ("boot_answers", true),
        ("fast_boot", true),
        ("boot_order", false),
        ("reboots", false),
    ] {
        let expected = is_boot.then_some("booting this guest is the point");
        assert_eq!(silence(name, UBUNTU, PING), expected, "{name}");
    }
    let alone = "let vm = config.modify_backend(|b| b.with_nic()).run_without_agent().await?;\nvm.wait_for_clean_teardown().await?;";
    let found = weights("answers", "", UBUNTU, alone);
    let [Weight::Heavier { silence, .. }] = &found[..] else { panic!("{found:?}") };
    assert_eq!(*silence, Some("without an agent, how the guest ends is not read"));
}

#[test]
fn choices_open_by_the_list_are_not_reported() {
    let with = |more: &str| silence("answers", &format!("{UBUNTU},\n{more}"), PING);
    assert_eq!(with(DIRECT), Some("the list already has it"));
    let matrix = Some("the list is a matrix on purpose; `check --pedantic` reports it");
    assert_eq!(with("openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64))"), matrix);
    assert_eq!(with("openvmm_pcat_x64(vhd(ubuntu_2504_server_x64))"), matrix);
    assert_eq!(with("openvmm_uefi_aarch64(vhd(ubuntu_2404_server_aarch64))"), None, "one on each is none");
    assert_eq!(with("openvmm_uefi_aarch64(vhd(windows_11_enterprise_aarch64))"), matrix);
    assert_eq!(with("openvmm_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64))"), None, "the paravisor is none");
    let list = |list: &str| silence("answers", list, PING);
    assert_eq!(list(&format!("ignore(reason = \"slow\", {UBUNTU})")), Some("the variant is ignored"));
    assert_eq!(list(&format!("unstable(reason = \"slow\", {UBUNTU})")), None);
    let mentions = format!("\n// linux_direct_x64 has no clock\n{UBUNTU},\n");
    assert_eq!(list(&mentions), Some("a comment in the list mentions something lighter"));
    let reason = format!("\n// because of its clock\n{UBUNTU},\n");
    assert_eq!(list(&reason), Some("a comment gives a reason for this guest"));
}

#[test]
fn an_image_in_the_place_of_one_that_boots_as_fast_is_a_matter_of_taste() {
    let body =
        "let (vm, agent) = config.run().await?;\ncmd!(agent.windows_shell(), \"systeminfo\").run().await?;";
    let heavy = "openvmm_uefi_x64(vhd(windows_datacenter_core_2025_x64))";
    let lighter = "openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64))";
    let taste = "its image boots no faster, so it is a matter of taste; `check --pedantic` reports it";
    assert_eq!(weights("answers", "", heavy, body), [heavier(lighter, Some(taste))]);
}

#[test]
fn blocked_configurations_are_not_proposed() {
    let takes = ", (tool,): (ResolvedArtifact<impl petri_artifacts_common::tags::IsVmgsTool>,)";
    let list = format!("{UBUNTU}[VMGSTOOL_NATIVE]");
    assert_eq!(weights("answers", takes, &list, PING), [heavier(DIRECT, Some("a known limit blocks it"))]);
}
