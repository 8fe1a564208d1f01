//! Where a rule stops: lists and bodies that differ in one thing from what it finds.

#[path = "common/reading.rs"]
mod reading;

use lightest_diagnostics::Safety;
use lightest_lint::dialect::Dialect;
use lightest_lint::finding::Finding;
use lightest_lint::linter::{self, Options};
use lightest_lint::source::Source;
use lightest_model::catalog::{Capability, Catalog, Layer, Os, Quirk, Support, When};
use lightest_petri::Petri;
use reading::{CATALOG, TABLE, file};

const UBUNTU: &str = "openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))";
const WINDOWS: &str = "openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64))";
const DIRECT: &str = "openvmm_linux_direct_x64";
const RUN: &str = "let (mut vm, agent) = config.run().await?;";
const PING: &str = "agent.ping().await?;";
const UNITS: &str = "cmd!(agent.unix_shell(), \"systemctl status\").run().await?;";

/// A test of that name, list and body.
fn text(name: &str, list: &str, body: &str) -> String {
    format!(
        "#[vmm_test({list})]\nasync fn {name}<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {{\n\
         let os = config.os_flavor();\n{RUN}\n{body}\nOk(())\n}}\n"
    )
}

fn check(catalog: &Catalog, text: &str) -> Vec<Finding> {
    let sources = [file(text)];
    let reading = Petri.read(&sources, catalog, &TABLE);
    assert_eq!(reading.notes, [], "{text}");
    let options = Options { pedantic: true, ..Options::default() };
    linter::check(&reading, &sources, &Petri, catalog, &TABLE, &options)
}

/// The findings of a rule in a text: the message of each.
fn found(rule: &str, text: &str) -> Vec<String> {
    let findings = check(&CATALOG, text);
    let own = findings.iter().filter(|finding| finding.rule() == rule);
    own.map(|finding| finding.diagnostic.message.clone()).collect()
}

#[test]
fn no_architecture_gap_beside_an_ignored_variant() {
    let gaps = |list: &str| found("architecture-gap", &text("answers", list, PING)).len();
    assert_eq!(gaps(DIRECT), 1);
    let open = text("answers", DIRECT, &format!("agent.frobnicate().await?;\n{PING}"));
    assert_eq!(found("architecture-gap", &open), [""; 0], "not all of it is known");
    let bound = format!("mod x86_64 {{\n{}\n}}", text("answers", DIRECT, PING));
    assert_eq!(found("architecture-gap", &bound), [""; 0], "its module binds it");
    assert_eq!(
        found("architecture-gap", &text("x86_64_answers", DIRECT, PING)),
        [""; 0],
        "its name binds it"
    );
    assert_eq!(gaps(&format!("ignore(reason = \"slow\", {DIRECT})")), 0);
    assert_eq!(gaps(&format!("unstable(reason = \"slow\", {DIRECT})")), 0);
}

/// The lightest configuration that a matrix lacks, if that is found.
fn missing(name: &str, list: &str, body: &str) -> Option<String> {
    let sources = [file(text(name, list, body))];
    let reading = Petri.read(&sources, &CATALOG, &TABLE);
    assert_eq!(reading.notes, []);
    let findings = linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &Options::default());
    let mut messages = findings.iter().map(|finding| &finding.diagnostic.message);
    let lacks = messages.find_map(|message| {
        message.strip_prefix("the lightest configuration that would do is missing from this list: ")
    });
    lacks.map(|config| config.trim_matches('`').to_owned())
}

#[test]
fn a_matrix_lacks_the_lightest_that_would_do_unless_it_means_to() {
    let direct = Some(DIRECT.to_owned());
    let of = |list: &str| missing("answers", list, PING);
    assert_eq!(of(&format!("{UBUNTU}, {WINDOWS}")), direct);
    assert_eq!(of(&format!("{UBUNTU}, {WINDOWS}, {DIRECT}")), None, "it is there");
    assert_eq!(
        of(&format!("\n// linux_direct_x64 has no clock\n{UBUNTU},\n{WINDOWS},\n")),
        None,
        "its author knows"
    );
    let bios = "openvmm_pcat_x64(vhd(windows_datacenter_core_2022_x64))";
    assert_eq!(of(&format!("{WINDOWS}, {bios}")), None, "the system is the point");
    let openhcl = format!("{UBUNTU}, {WINDOWS}").replace("openvmm_", "openvmm_openhcl_");
    assert_eq!(of(&openhcl), None, "all of it is with the paravisor");
    assert_eq!(of(&format!("{UBUNTU}, {WINDOWS}").replace("openvmm_", "hyperv_")), None, "another VMM");
    assert_eq!(of(&format!("{UBUNTU}, {bios}, openvmm_linux_direct_bzimage_x64")), None, "one is as light");
    assert_eq!(missing("answers", &format!("{UBUNTU}, {WINDOWS}"), UNITS), None, "it would not do");
}

#[test]
fn a_boot_test_that_boots_directly_on_one_architecture_should_on_the_other() {
    let arm = "openvmm_linux_direct_aarch64";
    let boots = |list: &str| missing("boot", list, PING);
    assert_eq!(boots(&format!("{UBUNTU}, {WINDOWS}")), None);
    assert_eq!(boots(&format!("{UBUNTU}, {WINDOWS}, {arm}")), Some(DIRECT.to_owned()));
    let arm = "openvmm_uefi_aarch64(vhd(ubuntu_2404_server_aarch64))";
    assert_eq!(boots(&format!("{UBUNTU}, {WINDOWS}, {arm}")), None);
}

#[test]
fn a_variant_that_lacks_something_is_removed_where_another_provides_it() {
    let text = text("answers", &format!("{DIRECT}, {UBUNTU}"), UNITS);
    let findings = check(&CATALOG, &text);
    let [finding] = &findings[..] else { panic!("{findings:#?}") };
    assert_eq!(finding.rule(), "lacks-what-it-uses");
    let help = finding.diagnostic.help.as_ref().expect("help");
    let message = format!("`{UBUNTU}`, which provides it, is already listed: remove this one");
    assert_eq!((help.message.as_str(), help.safety), (message.as_str(), Safety::Unsafe));
}

#[test]
fn a_variant_goes_with_its_comma_and_with_its_line_where_it_has_one() {
    let removed = |list: &str| {
        let text = text("answers", list, UNITS);
        let findings = check(&CATALOG, &text);
        let help = findings[0].diagnostic.help.as_ref().expect("help");
        let edit = &help.edits[0];
        let mut after = text.clone();
        after.replace_range(edit.span.bytes.clone(), &edit.text);
        let (list, _) =
            after.strip_prefix("#[vmm_test(").and_then(|rest| rest.split_once(")]")).expect("the list");
        list.to_owned()
    };
    assert_eq!(removed(&format!("{DIRECT}, {UBUNTU}")), UBUNTU);
    assert_eq!(removed(&format!("{UBUNTU}, {DIRECT}")), UBUNTU);
    assert_eq!(removed(&format!("{UBUNTU}, {DIRECT},")), format!("{UBUNTU}, "));
    assert_eq!(removed(&format!("\n    {DIRECT},\n    {UBUNTU},\n")), format!("\n    {UBUNTU},\n"));
    assert_eq!(removed(&format!("\n    {UBUNTU},\n    {DIRECT}, \n")), format!("\n    {UBUNTU},\n"));
    assert_eq!(removed(&format!("\n    {UBUNTU},\n    {DIRECT}\n")), format!("\n    {UBUNTU}\n"));
    assert_eq!(removed(&format!("\r\n    {DIRECT},\r\n    {UBUNTU},\r\n")), format!("\r\n    {UBUNTU},\r\n"));
    // What else stands on its line stays.
    assert_eq!(removed(&format!("\n    {DIRECT}, {UBUNTU},\n")), format!("\n    {UBUNTU},\n"));
    assert_eq!(removed(&format!("\n    {UBUNTU}, {DIRECT},\n")), format!("\n    {UBUNTU}, \n"));
    assert_eq!(
        removed(&format!("\n    {DIRECT}, // quick\n    {UBUNTU},\n")),
        format!("\n    // quick\n    {UBUNTU},\n")
    );
}

#[test]
fn two_requirements_of_one_comment_do_not_contradict_each_other_but_the_body() {
    let stated = |body: &str| {
        let comment = "// lightest: requires(windows-shell, unix-shell): both are tried\n";
        found("misdeclared-requirement", &(comment.to_owned() + &text("answers", UBUNTU, body)))
    };
    assert_eq!(stated(PING), Vec::<String>::new());
    assert_eq!(
        stated("cmd!(agent.unix_shell(), \"uname\").run().await?;"),
        ["no configuration provides `windows-shell` together with `unix-shell`, which the test uses"]
    );
    assert_eq!(stated("if os == OsFlavor::Linux { agent.unix_shell(); }"), Vec::<String>::new(), "a branch");
}

#[test]
fn an_ignored_or_rare_variant_needs_no_declared_word() {
    // A reset of Windows takes a host that can do it.
    let lacks = |list: &str| found("unprovided-quirk", &text("answers", list, "agent.reboot().await?;"));
    let word = "the declaration lacks `requires(windows_partition_reset)`, which the test needs";
    assert_eq!(lacks(WINDOWS), [word]);
    assert_eq!(lacks(&format!("{WINDOWS}, {WINDOWS}[VMGSTOOL_NATIVE]")), [word], "it is said once");
    let none: [String; 0] = [];
    assert_eq!(lacks(&format!("ignore(reason = \"slow\", {WINDOWS})")), none);
    assert_eq!(lacks(&format!("unstable(reason = \"slow\", {WINDOWS})")), none);
    assert_eq!(lacks("openvmm_openhcl_uefi_x64(vhd(windows_datacenter_core_2022_x64))"), none);
    assert_eq!(lacks("hyperv_uefi_x64(vhd(windows_datacenter_core_2022_x64))"), none);
    let lacks = |list: &str| {
        found(
            "unprovided-quirk",
            &text("answers", list, &format!("let device = VpciDeviceConfig::new();\n{PING}")),
        )
    };
    assert_eq!(lacks(UBUNTU), ["the declaration lacks `requires(vpci)`, which the test needs"]);
    assert_eq!(lacks("openvmm_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64))"), none, "its hosts can do it");
    assert_eq!(lacks("hyperv_uefi_x64(vhd(ubuntu_2504_server_x64))"), none);
}

/// The notes on a test without a list.
fn notes(above: &str, body: &str) -> Vec<String> {
    let text = format!("{above}\n{}", text("answers", "", body).replace("vmm_test()", "vmm_test"));
    let findings = check(&CATALOG, &text);
    let [finding] = &findings[..] else { panic!("{findings:#?}") };
    assert_eq!(finding.rule(), "no-configuration");
    finding.diagnostic.notes.clone()
}

#[test]
fn a_missing_list_without_proposal_has_a_reason() {
    assert_eq!(notes("", PING), [""; 0]);
    assert_eq!(
        notes("", "agent.unix_shell();\nagent.windows_shell();"),
        [
            "no known configuration provides all of it: `lightest pick --from FILE --test a::answers` explains why"
        ]
    );
    let windows_alone = "match os { OsFlavor::Windows => {}, _ => unreachable!() }\nagent.unix_shell();";
    assert_eq!(
        notes("", windows_alone),
        ["on every configuration that provides the rest, the body fails or asks for more than is known"]
    );
    let untried = notes("// lightest: requires(x64, no-hypervisor-enlightenments, vfio): seen", PING);
    assert_eq!(
        untried,
        [format!(
            "unproven with `{DIRECT}`: `no-hypervisor-enlightenments` and `vfio`; try it: if it passes, it is the lightest"
        )]
    );
    // On another architecture something is known to do: nothing is to be tried.
    assert_eq!(notes("// lightest: requires(no-hypervisor-enlightenments, vfio): seen", PING), [""; 0]);
}

#[test]
fn a_guest_in_a_name_is_not_judged_beside_an_unknown_guest() {
    let named = |list: &str| found("name-contradicts-guest", &text("windows_answers", list, PING)).len();
    assert_eq!(named(UBUNTU), 1);
    assert_eq!(named(&format!("{UBUNTU}, {WINDOWS}")), 0);
    let sources = [file(text("windows_answers", &format!("{UBUNTU}, {WINDOWS}"), PING))];
    let mut reading = Petri.read(&sources, &CATALOG, &TABLE);
    reading.tests[0].declarations[0].variants[1].config.guest.id = "nobody_knows".to_owned();
    let findings = linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &Options::default());
    assert!(findings.iter().all(|finding| finding.rule() != "name-contradicts-guest"), "{findings:?}");
}

#[test]
fn a_mention_of_the_paravisor_in_name_or_body_is_enough() {
    let list = "openvmm_openhcl_uefi_x64[vbs](vhd(windows_datacenter_core_2025_x64_prepped)), openvmm_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64))";
    let isolated = |list: &str| found("isolation-not-exercised", &text("answers", list, PING)).len();
    let found = |name: &str, body: &str| found("isolation-not-exercised", &text(name, list, body)).len();
    assert_eq!(found("answers", PING), 1);
    assert_eq!(found("openhcl_answers", PING), 0);
    assert_eq!(found("vbs_answers", PING), 0);
    assert_eq!(isolated("openvmm_openhcl_uefi_x64[vbs](vhd(windows_datacenter_core_2025_x64_prepped))"), 0);
    assert_eq!(found("answers", &format!("vm.restart_openhcl(igvm, flags).await?;\n{PING}")), 0);
}

#[test]
fn a_test_of_the_paravisor_needs_no_companion_without_it() {
    let listed = |list: &str| found("openhcl-without-plain", &text("answers", list, PING)).len();
    let found = |name: &str, body: &str| {
        found("openhcl-without-plain", &text(name, "openvmm_openhcl_linux_direct_x64", body)).len()
    };
    assert_eq!(found("answers", PING), 1);
    assert_eq!(found("answers", &format!("vm.restart_openhcl(igvm, flags).await?;\n{PING}")), 0);
    assert_eq!(found("vbs_answers", PING), 0);
    assert_eq!(found("openhcls_agent_answers", PING), 0);
    let list = "\n// linux_direct_x64 has no clock\nopenvmm_openhcl_linux_direct_x64,\n";
    assert_eq!(listed(list), 0, "its author knows");
    assert_eq!(listed("openvmm_openhcl_linux_direct_x64[VMGSTOOL_NATIVE]"), 0, "a limit blocks it");
    assert_eq!(found("consoles_answer", PING), 1);
    assert_eq!(found("answers", &format!("agent.frobnicate().await?;\n{PING}")), 0, "not all of it is known");
}

#[test]
fn a_shutdown_that_waits_is_found_where_the_test_itself_asks_for_it_and_has_an_agent() {
    let stop = "vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?;";
    let waits = |list: &str, body: &str| found("unprovided-quirk", &text("ends", list, body));
    let message = |seconds: u32| vec![format!("this waits {seconds} seconds that the test does not need")];
    assert_eq!(waits(DIRECT, &format!("{PING}\n{stop}")), message(10));
    // The worst of the list is reported.
    assert_eq!(waits(&format!("{DIRECT}, {UBUNTU}"), &format!("{PING}\n{stop}")), message(30));
    assert_eq!(waits(&format!("{UBUNTU}, {DIRECT}"), &format!("{PING}\n{stop}")), message(30));
    let both = text(
        "ends",
        &format!("{UBUNTU}, openvmm_pcat_x64(vhd(ubuntu_2504_server_x64))"),
        &format!("{PING}\n{stop}"),
    );
    let findings = check(&CATALOG, &both);
    let finding = findings.iter().find(|finding| finding.rule() == "unprovided-quirk").expect("it waits");
    assert_eq!(finding.config.as_deref(), Some(UBUNTU), "of several that wait as long, the first");
    assert_eq!(waits(DIRECT, &format!("{PING}\ndrop(agent);\n{stop}")), [""; 0], "no agent is left");
    let waited = "drop(agent);\nlet agent = vm.wait_for_agent().await?;";
    assert_eq!(waits(DIRECT, &format!("{PING}\n{waited}\n{stop}")), message(10), "there is one again");
    assert_eq!(waits(DIRECT, &format!("{PING}\ndrop(agent);\nvm.arch();\n{stop}")), [""; 0]);
    let other = "let other = agent.clone();\ndrop(agent);";
    assert_eq!(waits(DIRECT, &format!("{PING}\n{other}\n{stop}")), [""; 0]);
    assert_eq!(
        waits(DIRECT, &format!("{PING}\n{other}\nother.unix_shell();\n{stop}")),
        message(10),
        "another is left"
    );
    let again = "let agent = vm.wait_for_reset().await?;";
    assert_eq!(waits(DIRECT, &format!("agent.reboot().await?;\ndrop(agent);\n{again}\n{stop}")), message(10));
    let text = text("ends", DIRECT, &format!("{PING}\nend(&mut vm).await?;"))
        + &format!("async fn end<T>(vm: &mut PetriVm<T>) -> anyhow::Result<()> {{\n{stop}\nOk(())\n}}\n");
    assert_eq!(found("unprovided-quirk", &text), [""; 0], "a helper serves other tests, too");
}

/// A quirk that costs no waiting is none of what a wait is explained by.
#[test]
fn only_waiting_quirks_are_noted_for_a_shutdown() {
    let mut catalog = CATALOG.clone();
    let waits =
        catalog.quirks.iter().find(|quirk| quirk.id == "shutdown-ic-wait").expect("it is known").clone();
    let cost = Default::default();
    catalog.quirks.push(Quirk {
        id: "blinks".to_owned(),
        title: "it blinks".to_owned(),
        cost,
        ..waits.clone()
    });
    let text = text(
        "ends",
        DIRECT,
        &format!("{PING}\nvm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?;"),
    );
    let findings = check(&catalog, &text);
    let finding = findings.iter().find(|finding| finding.rule() == "unprovided-quirk").expect("it waits");
    let on_windows = catalog.quirks.iter_mut().filter(|quirk| quirk.when.with == ["shutdown-ic"]);
    on_windows.for_each(|quirk| quirk.when.os = vec![Os::Windows]);
    assert!(check(&catalog, &text).iter().all(|finding| finding.rule() != "unprovided-quirk"), "none waits");
    assert_eq!(finding.diagnostic.notes.len(), 1);
    assert!(finding.diagnostic.notes[0].starts_with(&waits.title));
}

#[test]
fn needs_of_one_system_are_not_required_of_others() {
    let list = "openvmm_uefi_x64(vhd(windows_datacenter_core_2025_x64))";
    // No Linux has all of this: what is left is lighter Windows.
    let body = format!("if os == OsFlavor::Linux {{ {UNITS}\nagent.windows_shell(); }}\n{PING}");
    let lighter = "this test boots windows_datacenter_core_2025_x64 with UEFI (Gen 2), but asks for nothing that \
                   windows_datacenter_core_2022_x64 with UEFI (Gen 2) lacks";
    assert_eq!(found("heavier-than-needed", &text("answers", list, &body)), [lighter]);
}

#[test]
fn a_comment_on_anything_lighter_shows_that_the_list_was_weighed() {
    let heavier = |comment: &str| {
        found("heavier-than-needed", &text("answers", &format!("\n// {comment}\n{UBUNTU},\n"), PING)).len()
    };
    assert_eq!(heavier("linux_direct_bzimage_x64 has no clock"), 0);
    assert_eq!(heavier("linux_direct_aarch64 has no clock"), 1, "another architecture");
    assert_eq!(heavier("pcat_x64 has a clock"), 1, "no lighter");
    assert_eq!(heavier("openvmm_linux_direct_x64 has no clock"), 0);
    for another in ["my_linux_direct_x64", "mylinux_direct_x64"] {
        assert_eq!(heavier(&format!("{another} has no clock")), 1, "{another}");
    }
}

/// The catalog with one more statement.
fn with_statement(requirement: &str, support: Support, when: When) -> Catalog {
    let mut catalog = CATALOG.clone();
    catalog.capabilities.push(Capability {
        id: None,
        requirement: requirement.to_owned(),
        support,
        when,
        because: "it is so here".to_owned(),
        evidence: Vec::new(),
        layer: Layer::Base,
    });
    catalog
}

#[test]
fn a_variant_without_code_of_the_repository_gets_the_paravisor_only_if_that_runs_and_is_such_code() {
    let list = "hyperv_uefi_x64(vhd(ubuntu_2504_server_x64))";
    let text = text("answers", list, PING);
    let suggested = |catalog: &Catalog| {
        let findings = check(catalog, &text);
        let finding =
            findings.iter().find(|finding| finding.rule() == "runs-no-repo-code").expect("it is found");
        finding.suggested.clone()
    };
    let paravisor = || When { vmm: vec!["hyperv".to_owned()], openhcl: Some(true), ..When::default() };
    assert_eq!(suggested(&CATALOG).as_deref(), Some("hyperv_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64))"));
    assert_eq!(suggested(&with_statement("runs", Support::No, paravisor())), None);
    assert_eq!(suggested(&with_statement("repo-code", Support::No, paravisor())), None);
    let listed = format!("{list}, hyperv_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64))");
    let findings = check(&CATALOG, &text.replace(list, &listed));
    let finding = findings.iter().find(|finding| finding.rule() == "runs-no-repo-code").expect("it is found");
    assert_eq!(finding.suggested, None, "it is listed already");
    assert_eq!(finding.diagnostic.help.as_ref().map(|help| help.message.as_str()), Some("remove it"));
}

#[test]
fn the_operating_system_of_a_guest_that_lacks_something_is_kept_where_it_can_be() {
    let suggested = |catalog: &Catalog| {
        let findings = check(catalog, &text("answers", WINDOWS, PING));
        let finding =
            findings.iter().find(|finding| finding.rule() == "lacks-what-it-uses").expect("it is found");
        finding.suggested.clone().expect("another provides it")
    };
    let guests = |guests: &[&str]| When {
        guest: guests.iter().map(|guest| (*guest).to_owned()).collect(),
        ..When::default()
    };
    let one = with_statement("agent", Support::No, guests(&["windows_datacenter_core_2022_x64"]));
    assert!(suggested(&one).contains("windows"), "{}", suggested(&one));
    let all = with_statement("agent", Support::No, When { os: vec![Os::Windows], ..When::default() });
    assert_eq!(suggested(&all), DIRECT);
}

#[test]
fn a_guest_that_lacks_something_is_not_called_too_heavy_as_well() {
    let lacking = When { guest: vec!["ubuntu_2504_server_x64".to_owned()], ..When::default() };
    let alone = |catalog: &Catalog| {
        let findings = check(catalog, &text("answers", UBUNTU, PING));
        findings.iter().map(|finding| finding.rule().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(alone(&CATALOG), ["heavier-than-needed"]);
    assert_eq!(alone(&with_statement("agent", Support::No, lacking)), ["lacks-what-it-uses"]);
}

#[test]
fn a_helpers_need_is_shown_at_the_call_and_in_the_helper() {
    let helper =
        format!("async fn ask(agent: &PipetteClient) -> anyhow::Result<()> {{\n{UNITS}\nOk(())\n}}\n");
    let test = text("answers", DIRECT, "ask(&agent).await?;");
    let labels = |sources: &[Source]| {
        let reading = Petri.read(sources, &CATALOG, &TABLE);
        let findings = linter::check(&reading, sources, &Petri, &CATALOG, &TABLE, &Options::default());
        let finding =
            findings.iter().find(|finding| finding.rule() == "lacks-what-it-uses").expect("it is found");
        finding.diagnostic.labels.iter().filter(|label| label.text == "in this helper").count()
    };
    assert_eq!(labels(&[file(test.clone() + &helper)]), 1);
    let elsewhere = Source { local: "src/b.rs".to_owned(), path: "b.rs".to_owned(), ..file(helper) };
    let main = Source { local: "src/lib.rs".to_owned(), ..file(format!("mod b;\nuse b::ask;\n{test}")) };
    assert_eq!(labels(&[main, elsewhere]), 0, "a label points into the file of the finding");
}

#[test]
fn a_guest_with_files_of_its_own_is_not_changed_unseen() {
    let safety = |list: &str| {
        let findings = check(&CATALOG, &text("answers", list, PING));
        let finding =
            findings.iter().find(|finding| finding.rule() == "heavier-than-needed").expect("it is heavy");
        finding.diagnostic.help.as_ref().map(|help| help.safety)
    };
    assert_eq!(safety(UBUNTU), Some(Safety::Safe));
    assert_eq!(safety(&format!("{UBUNTU}[SOME_FILE]")), Some(Safety::Unsafe));
}
