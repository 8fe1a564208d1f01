//! How bodies are followed: which configurations take a branch, what a command runs, and what an unknown step leaves known.

#[path = "common/reading.rs"]
mod reading;

use lightest_lint::dialect::Dialect;
use lightest_lint::linter::{self, Options};
use lightest_lint::needs::Needs;
use lightest_lint::source::Source;
use lightest_model::space::Space;
use lightest_petri::{Petri, Spelled};
use reading::{CATALOG, TABLE, file};

const LINUX: &str = "openvmm_linux_direct_x64";
const ARM: &str = "openvmm_linux_direct_aarch64";
const WINDOWS: &str = "openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64))";

/// What helpers of the same file are there for the bodies.
const HELPERS: &str = "
    struct Env { windows: bool }
    fn is_windows(os: OsFlavor) -> bool { matches!(os, OsFlavor::Windows) }
    fn by_match(os: OsFlavor) -> bool { match os { OsFlavor::Windows => true, _ => false } }
    async fn finish(agent: PipetteClient) -> anyhow::Result<()> { agent.ping().await?; Ok(()) }
    async fn again(vm: PetriVm<OpenVmmPetriBackend>, agent: PipetteClient) -> anyhow::Result<(PetriVm<OpenVmmPetriBackend>, PipetteClient)> { agent.ping().await?; Ok((vm, agent)) }
    async fn only_windows(os: OsFlavor, agent: &PipetteClient) { if os != OsFlavor::Windows { return; } agent.windows_shell(); }
    async fn look(agent: &PipetteClient) -> anyhow::Result<()> { agent.ping().await?; Ok(()) }
";

fn source(list: &str, body: &str) -> Source {
    let text = format!(
        "{HELPERS}\n#[vmm_test({list})]\nasync fn t(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {{\n\
         let os = config.os_flavor();\nlet arch = config.arch();\nlet (mut vm, mut agent) = config.run().await?;\n{body}\n}}"
    );
    file(text)
}

fn needs(body: &str) -> Needs {
    let reading = Petri.read(&[source(LINUX, body)], &CATALOG, &TABLE);
    assert_eq!(reading.notes, []);
    Needs::of(&reading.tests[0], &TABLE)
}

/// Of some requirements those that a body asks of one configuration, in order.
fn asked<'w>(body: &str, config: &str, words: &[&'w str]) -> Vec<&'w str> {
    let space = Space::of_tests(&CATALOG);
    let row =
        space.rows().iter().find(|row| Spelled(&row.config).to_string() == config).expect("a configuration");
    let needs = needs(body);
    let asks = |word: &&&str| needs.asked_of(row).any(|need| need.requirement == **word);
    words.iter().filter(asks).copied().collect()
}

/// The rules that find something.
fn found(list: &str, body: &str) -> Vec<String> {
    let sources = [source(list, body)];
    let reading = Petri.read(&sources, &CATALOG, &TABLE);
    let findings = linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &Options::default());
    findings
        .iter()
        .map(|finding| finding.rule().to_owned())
        .filter(|rule| rule != "architecture-gap")
        .collect()
}

const SHELLS: [&str; 2] = ["unix-shell", "windows-shell"];

#[test]
fn a_stored_truth_value_still_distinguishes_configurations() {
    for condition in [
        "os == OsFlavor::Windows",
        "let windows = os == OsFlavor::Windows; if windows",
        "let windows = matches!(os, OsFlavor::Windows); let again = windows; if again",
        "let linux = os == OsFlavor::Linux; if !linux",
        "if is_windows(os)",
        "if by_match(os)",
        "let env = Env { windows: is_windows(os) }; if env.windows",
        "if let OsFlavor::Windows = os",
        "let other = os == OsFlavor::Windows || os == OsFlavor::FreeBsd; if other",
    ] {
        let test = if condition.contains("if ") { condition.to_owned() } else { format!("if {condition}") };
        let body = format!("{test} {{ agent.windows_shell(); }} else {{ agent.unix_shell(); }} Ok(())");
        assert_eq!(asked(&body, LINUX, &SHELLS), ["unix-shell"], "{condition}");
        assert_eq!(asked(&body, WINDOWS, &SHELLS), ["windows-shell"], "{condition}");
        assert_eq!(found(&format!("{LINUX}, {WINDOWS}"), &body), [""; 0], "{condition}");
    }
    let body = "(os == OsFlavor::Linux).then(|| agent.unix_shell()); let windows = is_windows(os); \
                windows.then(|| agent.windows_shell()); Ok(())";
    assert_eq!(asked(body, LINUX, &SHELLS), ["unix-shell"]);
    assert_eq!(asked(body, WINDOWS, &SHELLS), ["windows-shell"]);
}

#[test]
fn the_other_side_of_a_conjunction_is_for_all_that_fail_any_part() {
    let body = "if os == OsFlavor::Linux && arch == MachineArch::X86_64 { agent.reboot().await?; } \
                else { agent.unix_shell(); } Ok(())";
    let words = ["reboot", "unix-shell"];
    assert_eq!(asked(body, LINUX, &words), ["reboot"]);
    assert_eq!(asked(body, ARM, &words), ["unix-shell"]);
    assert_eq!(asked(body, WINDOWS, &words), ["unix-shell"]);
    // Where a part is not known, so is who takes the other side.
    let body =
        "if os == OsFlavor::Linux && ready() { agent.reboot().await?; } else { agent.unix_shell(); } Ok(())";
    assert_eq!(asked(body, LINUX, &words), words);
    assert_eq!(asked(body, WINDOWS, &words), ["unix-shell"]);
}

#[test]
fn an_arm_with_a_guard_leaves_the_rest_to_the_arms_behind_it() {
    let body = "match os { OsFlavor::Linux if ready() => {} _ => { agent.reboot().await?; } } Ok(())";
    assert_eq!(asked(body, LINUX, &["reboot"]), ["reboot"]);
    let body = "match (os, ready()) { (OsFlavor::Linux, true) => {} _ => { agent.reboot().await?; } } Ok(())";
    assert_eq!(asked(body, LINUX, &["reboot"]), ["reboot"]);
    let body = "match (os, arch) { (OsFlavor::Linux, _) => {} _ => { agent.reboot().await?; } } Ok(())";
    assert_eq!(asked(body, LINUX, &["reboot"]), [""; 0]);
}

#[test]
fn code_behind_a_returning_branch_is_for_the_others() {
    for leaves in [
        "if os == OsFlavor::Windows { agent.windows_shell(); return Ok(()); } agent.unix_shell(); Ok(())",
        "for _ in 0..3 { if os == OsFlavor::Windows { agent.windows_shell(); continue; } agent.unix_shell(); } Ok(())",
        "if os != OsFlavor::Windows { agent.unix_shell(); return Ok(()); } agent.windows_shell(); Ok(())",
    ] {
        assert_eq!(asked(leaves, LINUX, &SHELLS), ["unix-shell"], "{leaves}");
        assert_eq!(asked(leaves, WINDOWS, &SHELLS), ["windows-shell"], "{leaves}");
        assert_eq!(found(&format!("{LINUX}, {WINDOWS}"), leaves), [""; 0], "{leaves}");
    }
    // Leaving a round decides nothing about the code behind the loop.
    let body = "for _ in 0..3 { if os == OsFlavor::Windows { break; } } agent.unix_shell(); Ok(())";
    assert_eq!(asked(body, WINDOWS, &SHELLS), ["unix-shell"]);
    // Who leaves at once is not meant.
    assert_eq!(
        needs("if os != OsFlavor::Windows { return Ok(()); } agent.windows_shell(); Ok(())").confined.len(),
        1
    );
    // Where a helper returns, the test goes on.
    assert_eq!(needs("only_windows(os, &agent).await; Ok(())").confined, []);
}

#[test]
fn needs_behind_an_unknown_condition_are_never_missing() {
    let body = "if ready() { agent.windows_shell(); } Ok(())";
    assert_eq!(asked(body, LINUX, &SHELLS), ["windows-shell"]);
    assert_eq!(found(LINUX, body), [""; 0]);
    let limits = "let config = if cfg!(windows) { config.with_no_vmbus() } else { config };";
    let text = format!(
        "#[vmm_test({LINUX})]\nasync fn t(config: PetriVmBuilder<OpenVmmPetriBackend>) {{\n{limits}\n\
         let (vm, agent) = config.run().await?;\nif busy() {{ agent.reboot().await?; }}\n}}"
    );
    let sources = [file(text)];
    let reading = Petri.read(&sources, &CATALOG, &TABLE);
    let findings = linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &Options::default());
    assert!(findings.iter().all(|finding| finding.rule() == "architecture-gap"), "{findings:?}");
    // In a loop it is asked for.
    assert_eq!(found(LINUX, "while busy() { agent.windows_shell(); } Ok(())"), ["lacks-what-it-uses"]);
}

#[test]
fn needs_behind_an_unknown_return_are_never_missing() {
    for before in [
        "if !ready() { return Ok(()); }",
        "let Some(_) = part() else { return Ok(()); };",
        "if os == OsFlavor::Windows { return Ok(()); } else if ready() { return Ok(()); }",
        "for _ in 0..3 { if !ready() { continue; } agent.windows_shell(); } if !ready() { return Ok(()); }",
        "'o: for _ in 0..3 { for _ in 0..2 { if !ready() { continue 'o; } } agent.windows_shell(); } return Ok(());",
        "'o: loop { loop { if ready() { break 'o; } } agent.windows_shell(); } return Ok(());",
    ] {
        assert_eq!(found(LINUX, &format!("{before}\nagent.windows_shell();\nOk(())")), [""; 0], "{before}");
    }
}

#[test]
fn undistinguished_needs_are_asked_but_never_missing() {
    let mixed = "if os == OsFlavor::Windows && arch != MachineArch::Aarch64 { agent.windows_shell(); } else { agent.unix_shell(); }\nOk(())";
    assert!(!found(WINDOWS, mixed).contains(&"lacks-what-it-uses".to_owned()));
    for fast in [
        "match os { OsFlavor::Windows if ready() => true, _ => false }",
        "if os == OsFlavor::Windows && ready() { true } else { false }",
        "matches!(os, OsFlavor::Windows if ready())",
    ] {
        let body = format!("let fast = {fast};\nif !fast {{ agent.windows_shell(); }}\nOk(())");
        assert_eq!(asked(&body, WINDOWS, &SHELLS), ["windows-shell"], "{fast}");
    }
}

#[test]
fn a_command_of_the_agent_runs_its_program() {
    for body in [
        "agent.command(\"systemctl\").arg(\"status\").output().await?; Ok(())",
        "let mut command = agent.command(\"sh\"); command.arg(\"-c\"); command.arg(\"systemctl status\"); \
         command.spawn().await?; Ok(())",
        "let mut command = agent.command(\"sh\"); command.args([\"-c\", \"systemctl status\"]).stdin(Stdio::null()); \
         let child = command.spawn().await?; Ok(())",
    ] {
        assert_eq!(asked(body, LINUX, &["systemd"]), ["systemd"], "{body}");
        assert!(!needs(body).is_open(), "{body}");
    }
    // One of several programs, by the configuration or in turn.
    let body = "let program = match os { OsFlavor::Windows => \"ipconfig\", _ => \"systemctl\" }; \
                agent.command(program).output().await?; Ok(())";
    assert_eq!(asked(body, LINUX, &["systemd", "windows"]), ["systemd"]);
    assert_eq!(asked(body, WINDOWS, &["systemd", "windows"]), ["windows"]);
    let body = "let sh = agent.unix_shell(); \
                for (program, args) in [(\"systemctl\", [\"status\"]), (\"python3\", [\"-V\"])] { \
                sh.cmd(program).args(args).run().await?; } Ok(())";
    assert_eq!(asked(body, LINUX, &["systemd", "python3"]), ["systemd", "python3"]);
    assert!(!needs(body).is_open());
    let unknown = needs("agent.command(\"frobnicate\").spawn().await?; Ok(())");
    assert!(
        unknown.unresolved.iter().any(|unresolved| unresolved.what.contains("frobnicate")),
        "{unknown:?}"
    );
    let paravisor =
        "let inner = vm.wait_for_vtl2_agent().await?; inner.command(\"systemctl\").output().await?; Ok(())";
    assert_eq!(asked(paravisor, LINUX, &["systemd", "vtl2-agent"]), ["vtl2-agent"]);
}

#[test]
fn a_command_in_another_root_is_none_of_the_guests() {
    let before = "agent.mount(\"/dev/vda\", \"/tools\", \"erofs\", 1, true).await?; agent.prepare_chroot(\"/tools\").await?;";
    let words = ["full-userland", "nvme"];
    let of_agent = format!(
        "{before} let mut command = agent.command(\"fio\"); \
         command.chroot(\"/tools\").arg(\"--filename=/dev/nvme0n1\").arg(\"--output=/opt/out\"); \
         command.output().await?; Ok(())"
    );
    let of_shell = format!(
        "{before} let mut sh = agent.unix_shell(); sh.chroot(\"/tools\"); sh.change_dir(\"/root\"); \
         cmd!(sh, \"fio --filename=/dev/nvme0n1 --output=/opt/out\").run().await?; Ok(())"
    );
    for body in [of_agent, of_shell] {
        // The devices are the guest's in any root.
        assert_eq!(asked(&body, LINUX, &words), ["nvme"], "{body}");
        assert_eq!(needs(&body).unresolved, [], "{body}");
    }
}

#[test]
fn a_program_where_systems_keep_theirs_is_known_by_its_name() {
    let of = |path: &str| {
        needs(&format!("let sh = agent.unix_shell(); cmd!(sh, \"{path} status\").run().await?; Ok(())"))
    };
    let known = of("/usr/bin/systemctl");
    assert!(known.ask("systemd") && !known.is_open(), "{known:?}");
    assert!(of("/usr/bin/frobnicate").is_open());
    assert!(of("/frobnicate/systemctl").is_open());
}

#[test]
fn a_kernel_command_line_that_is_written_anew_is_not_known() {
    let text = |how: &str| {
        let text = format!(
            "#[vmm_test({LINUX})]\nasync fn t(config: PetriVmBuilder<OpenVmmPetriBackend>) {{\n\
             let (vm, agent) = config.modify_backend(|b| b.with_custom_config(|c| {{\n\
             if let LoadMode::Linux {{ cmdline, boot_mode, .. }} = &mut c.load_mode {{ {how} }} }})).run().await?;\n}}"
        );
        let reading = Petri.read(&[file(text)], &CATALOG, &TABLE);
        Needs::of(&reading.tests[0], &TABLE).is_open()
    };
    assert!(text("*cmdline = format!(\"{cmdline} a=b\");"));
    assert!(text("*cmdline += \" a=b\";"));
    assert!(!text("cmdline.push_str(\" intel_iommu=on\");"));
    assert!(!text("*boot_mode = LinuxDirectBootMode::Acpi;"));
}

#[test]
fn an_unknown_step_does_not_lose_a_shell_or_an_agent() {
    let opened =
        |body: &str| needs(body).unresolved.into_iter().map(|unresolved| unresolved.what).collect::<Vec<_>>();
    let body = "let sh = agent.unix_shell().with_patience(5); cmd!(sh, \"systemctl\").run().await?; Ok(())";
    assert_eq!(asked(body, LINUX, &["systemd"]), ["systemd"]);
    assert_eq!(opened(body), ["`with_patience` of the unix-shell"]);
    let text = "#[vmm_test(openvmm_linux_direct_x64)]\nasync fn t(config: PetriVmBuilder<OpenVmmPetriBackend>) {\n\
                let (vm, agent) = config.run_from_snapshot().await?;\n\
                let sh = agent.unix_shell();\ncmd!(sh, \"systemctl\").run().await?;\n}";
    let reading = Petri.read(&[file(text)], &CATALOG, &TABLE);
    let needs = Needs::of(&reading.tests[0], &TABLE);
    assert!(needs.ask("systemd") && needs.ask("unix-shell"), "{needs:?}");
    assert_eq!(needs.unresolved.len(), 1, "{needs:?}");
}

#[test]
fn an_agent_that_a_helper_took_is_left_to_nobody() {
    let stop = "vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?; vm.wait_for_clean_teardown().await?; Ok(())";
    assert_eq!(found(LINUX, &format!("finish(agent).await?; {stop}")), [""; 0]);
    assert_eq!(found(LINUX, &format!("look(&agent).await?; {stop}")), ["unprovided-quirk"]);
    let again = "let (mut vm, agent) = again(vm, agent).await?;";
    assert_eq!(found(LINUX, &format!("{again} {stop}")), ["unprovided-quirk"]);
}

#[test]
fn every_way_to_reset_windows_is_one() {
    for reset in [
        "vm.backend().reset().await?; agent = vm.backend().wait_for_agent(false).await?;",
        "vm.send_enlightened_shutdown(ShutdownKind::Reboot).await?; agent = vm.wait_for_reset().await?;",
        "vm.send_enlightened_shutdown(ShutdownKind::Reboot).await?; vm.wait_for_reset_no_agent().await?;",
    ] {
        let body = format!("agent.windows_shell(); {reset} Ok(())");
        // No advice to power off in the place of a restart.
        assert_eq!(found(WINDOWS, &body), ["unprovided-quirk"], "{reset}");
        assert_eq!(asked(&body, WINDOWS, &["reboot"]), ["reboot"], "{reset}");
    }
}
