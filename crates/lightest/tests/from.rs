//! `pick --from` and `fill`: from a test's body to the attribute that it asks for.

use std::fs;

mod support;
use support::lightest;

/// Two tests, the second with a list that its body does not need.
const BODIES: &str = r#"
#[vmm_test]
async fn reads_smbios<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/sys/class/dmi/id/sys_vendor").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[vmm_test(hyperv_openhcl_uefi_x64(vhd(windows_datacenter_core_2022_x64)))]
async fn tells_systems_apart<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let os_flavor = config.os_flavor();
    let (vm, agent) = config.with_tpm(true).run().await?;
    match os_flavor {
        OsFlavor::Linux => {
            let sh = agent.unix_shell();
            cmd!(sh, "ls /dev/tpm0").run().await?;
        }
        OsFlavor::Windows => {
            let sh = agent.windows_shell();
            cmd!(sh, "systeminfo").run().await?;
        }
        _ => unreachable!(),
    }
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[vmm_test(openvmm_openhcl_linux_direct_x64)]
async fn services<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    vm.restart_openhcl(igvm, OpenHclServicingFlags::default()).await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
"#;

fn checkout(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("tests")).expect("made");
    fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"p\"\n").expect("written");
    fs::write(folder.path().join("tests/bodies.rs"), text).expect("written");
    folder
}

fn answer(args: &[&str]) -> String {
    let folder = checkout(BODIES);
    let all: Vec<&str> = ["pick", "--from", "tests/bodies.rs"].iter().chain(args).copied().collect();
    let result = lightest(folder.path(), &all);
    format!("exit {}\n{}{}", result.code, result.out, result.err)
}

#[test]
fn a_body_is_answered_with_the_lines_that_ask() {
    insta::assert_snapshot!(answer(&["--test", "reads_smbios"]));
}

#[test]
fn a_body_that_distinguishes_systems_gets_a_variant_for_each() {
    insta::assert_snapshot!(answer(&["--test", "tells_systems_apart", "--arch", "x64"]));
}

#[test]
fn a_file_with_several_tests_asks_for_one() {
    insta::assert_snapshot!(answer(&[]));
}

#[test]
fn a_line_chooses_the_test_around_it() {
    let by_line = answer(&["--line", "5", "--format", "json"]);
    let by_name = answer(&["--test", "reads_smbios", "--format", "json"]);
    assert_eq!(by_line, by_name);
    assert!(by_line.contains("\"test\": \"reads_smbios\""), "{by_line}");
}

#[test]
fn a_name_or_a_line_without_a_test_is_refused() {
    insta::assert_snapshot!(format!("{}\n{}", answer(&["--test", "reads_smbio"]), answer(&["--line", "1"])));
}

/// The paravisor is what `restart_openhcl` needs: no companion without it is listed.
#[test]
fn a_test_of_the_paravisor_gets_no_companion() {
    let result = answer(&["--test", "services", "--format", "json"]);
    assert!(!result.contains("companion"), "{result}");
    assert!(result.contains("openvmm_openhcl_linux_direct_x64"), "{result}");
}

#[test]
fn fill_shows_the_list_of_each_test_that_has_none_and_writes_it_when_asked() {
    let folder = checkout(BODIES);
    let shown = lightest(folder.path(), &["fill", "tests"]);
    insta::assert_snapshot!(format!("exit {}\n{}{}", shown.code, shown.out, shown.err));
    let file = folder.path().join("tests/bodies.rs");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), BODIES, "a diff writes nothing");
    let written = lightest(folder.path(), &["fill", "tests", "--write"]);
    assert_eq!(written.code, 0, "{}", written.err);
    let filled = fs::read_to_string(&file).expect("it is there");
    assert!(
        filled.contains("#[vmm_test(\n    openvmm_linux_direct_x64,\n    openvmm_linux_direct_aarch64,\n)]")
    );
    let again = lightest(folder.path(), &["fill", "tests"]);
    assert_eq!((again.code, again.out.as_str()), (0, ""), "{}", again.err);
}

#[test]
fn fill_without_a_test_finds_nothing() {
    let folder = checkout("fn helper() {}\n");
    assert_eq!(lightest(folder.path(), &["fill", "tests"]).code, 3);
}

/// The right list for each body, as `bodies/unseen.rs` states it, in order.
#[test]
fn bodies_that_were_written_for_no_list_get_the_right_one() {
    let text = include_str!("bodies/unseen.rs");
    let folder = checkout(text);
    let mut wrong = String::new();
    let mut tried = 0;
    for body in text.split("\nasync fn ").skip(1) {
        let name = body.split(['<', '(']).next().expect("a name");
        let right: Vec<&str> =
            body.lines().filter_map(|line| line.trim().strip_prefix("// right: ")).collect();
        assert!(!right.is_empty(), "{name}");
        let result = lightest(
            folder.path(),
            &["pick", "--from", "tests/bodies.rs", "--test", name, "--format", "json"],
        );
        let answer: serde_json::Value = serde_json::from_str(&result.out).expect("JSON");
        let listed = answer["list"].as_array().into_iter().flatten();
        let listed: Vec<String> = listed
            .map(|one| {
                let artifacts = one["artifacts"].as_array().into_iter().flatten();
                let artifacts: Vec<&str> = artifacts.filter_map(|word| word.as_str()).collect();
                let config = one["config"].as_str().expect("a configuration");
                if artifacts.is_empty() {
                    config.to_owned()
                } else {
                    format!("{config}[{}]", artifacts.join(", "))
                }
            })
            .collect();
        tried += 1;
        if listed != right {
            wrong.push_str(&format!("{name}: {listed:?}, and right is {right:?}\n"));
        }
    }
    assert!(tried > 15 && wrong.is_empty(), "{wrong}");
}

/// Only the body's own `unreachable!()` leaves nothing for aarch64: the requirements meet there.
#[test]
fn a_body_that_fails_wherever_the_rest_is_provided_is_no_conflict_of_requirements() {
    let folder = checkout(include_str!("bodies/unseen.rs"));
    let args = ["pick", "--from", "tests/bodies.rs", "--test", "isolation_is_seen"];
    let excluded = "aarch64: on every configuration that provides the rest, the body fails or asks for more than is known";
    for more in [&[][..], &["--why"], &["--arch", "aarch64"]] {
        let result = lightest(folder.path(), &[&args[..], more].concat());
        let words = result.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(excluded), "{more:?}: {}", result.out);
        assert!(!result.out.contains("not shown together"), "{more:?}: {}", result.out);
    }
    let result = lightest(folder.path(), &[&args[..], &["--format", "json"]].concat());
    let answer: serde_json::Value = serde_json::from_str(&result.out).expect("JSON");
    assert_eq!(answer["conflicts"], serde_json::json!([]));
    assert_eq!(answer["excluded"], serde_json::json!(["aarch64"]));
    // What no configuration provides whatever the body goes on with is one still.
    let asks = [&args[..], &["--requires", "windows-shell", "--format", "json"]].concat();
    let result = lightest(folder.path(), &asks);
    let answer: serde_json::Value = serde_json::from_str(&result.out).expect("JSON");
    assert_eq!(answer["conflicts"][0]["between"], serde_json::json!(["unix-shell", "windows-shell"]));
    assert_eq!(answer["excluded"], serde_json::json!([]));
}

/// The same for a test without a list that excludes every configuration.
#[test]
fn a_list_that_the_body_excludes_is_explained_by_the_body() {
    let folder = checkout(
        "#[vmm_test]\nasync fn gone<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {\n    \
         let flavor = config.os_flavor();\n    let (vm, agent) = config.run().await?;\n    \
         let sh = agent.unix_shell();\n    cmd!(sh, \"uname\").run().await?;\n    match flavor {\n        \
         OsFlavor::Windows => {}\n        _ => unreachable!(),\n    }\n    Ok(())\n}\n",
    );
    let result = lightest(folder.path(), &["check", "tests"]);
    assert!(
        result.out.contains(
            "on every configuration that provides the rest, the body fails or asks for more than is known"
        ),
        "{}",
        result.out
    );
    assert!(!result.out.contains("says why"), "{}", result.out);
}

/// A query cannot express what branches ask of single systems, nor what the body excludes; the file can.
#[test]
fn the_command_of_an_answer_gives_the_same_answer() {
    let folder = checkout(include_str!("bodies/unseen.rs"));
    let file = folder.path().join("tests/it's here.rs");
    fs::rename(folder.path().join("tests/bodies.rs"), &file).expect("renamed");
    for more in
        [&[][..], &["--arch", "x64", "--only-lightest"], &["--requires", "tpm", "--here=windows,x64,hyper-v"]]
    {
        let args =
            ["pick", "--from", "tests/it's here.rs", "--test", "isolation_is_seen", "--format", "json"];
        let result = lightest(folder.path(), &[&args[..], more].concat());
        let answer: serde_json::Value = serde_json::from_str(&result.out).expect("JSON");
        let command = answer["command"].as_str().expect("a command");
        let rest = command.strip_prefix("lightest pick --from \"tests/it's here.rs\" ").expect(command);
        let again: Vec<&str> = args[..3].iter().copied().chain(rest.split(' ')).collect();
        let again = lightest(folder.path(), &[&again[..], &["--format", "json"]].concat());
        assert_eq!(result.out, again.out, "{command}");
    }
    let result = lightest(folder.path(), &["requirements", "tests", "--test", "isolation_is_seen"]);
    let last = result.out.lines().last().expect("lines");
    assert_eq!(last, "  lightest pick --from \"tests/it's here.rs\" --test isolation_is_seen");
}

#[test]
fn tests_with_one_name_are_distinguished_by_module_or_line() {
    let test = "#[vmm_test]\nasync fn same<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {\n    \
                let (vm, agent) = config.run().await?;\n    Ok(())\n}\n";
    let text = format!(
        "{test}mod inner {{\n{test}}}\n#[cfg(windows)]\nmod twice {{\n{test}}}\n#[cfg(not(windows))]\nmod twice {{\n{test}}}\n"
    );
    let folder = checkout(&text);
    let result = lightest(folder.path(), &["requirements", "tests/bodies.rs"]);
    let commands = result.out.lines().filter_map(|line| line.strip_prefix("  lightest "));
    let mut lines = Vec::new();
    for command in commands {
        let args: Vec<&str> = command.split(' ').chain(["--format", "json"]).collect();
        let result = lightest(folder.path(), &args);
        let answer: serde_json::Value =
            serde_json::from_str(&result.out).unwrap_or_else(|_| panic!("{command}: {}", result.err));
        assert_eq!(answer["command"], format!("lightest {command}"));
        lines.push(answer["needs"][0]["span"]["line_start"].as_u64());
    }
    lines.dedup();
    assert_eq!(lines.len(), 4, "{}", result.out);
}

/// Hyper-V gives an NVMe disk on x64 only: on aarch64 there is nothing that the name means.
#[test]
fn a_vmm_that_a_name_chooses_decides_on_architectures_too() {
    let folder = checkout(
        "#[vmm_test]\nasync fn hyperv_disk<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {\n    \
         let (vm, agent) = config.run().await?;\n    agent.unix_shell().read_file(\"/dev/nvme0n1\").await?;\n    Ok(())\n}\n",
    );
    let result = lightest(folder.path(), &["pick", "--from", "tests/bodies.rs", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&result.out).expect("JSON");
    let listed: Vec<&str> =
        answer["list"].as_array().into_iter().flatten().filter_map(|one| one["config"].as_str()).collect();
    // The companion runs without the paravisor, which no VMM but OpenVMM does in this repository's code.
    let x64 = [
        "hyperv_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64))",
        "openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))",
    ];
    assert_eq!(listed, x64);
}

/// What is asked of every guest can be had without a disk image, but not what the branch for Linux asks of such a guest.
#[test]
fn a_picked_guest_provides_the_needs_of_its_own_branch() {
    let body = |linux: &str, windows: &str| {
        let text = format!(
            "#[vmm_test]\nasync fn told<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {{\n    \
             let flavor = config.os_flavor();\n    let (vm, agent) = config.run().await?;\n    \
             match flavor {{\n        OsFlavor::Linux => {{ {linux} }}\n        OsFlavor::Windows => {{ {windows} }}\n        \
             _ => unreachable!(),\n    }}\n    Ok(())\n}}\n"
        );
        let folder = checkout(&text);
        let result = lightest(
            folder.path(),
            &["pick", "--from", "tests/bodies.rs", "--arch", "x64", "--format", "json"],
        );
        serde_json::from_str::<serde_json::Value>(&result.out).expect("JSON")
    };
    // No Linux guest has such a shell.
    let windows = "cmd!(agent.windows_shell(), \"systeminfo\").run().await?;";
    let answer = body(windows, "");
    let first = answer["picks"][0]["config"].as_str().unwrap_or_default();
    assert!(first.contains("windows"), "{answer:#}");
    // Nor has any other guest what each is asked.
    let linux = "cmd!(agent.unix_shell(), \"uname\").run().await?;";
    let answer = body(windows, linux);
    assert_eq!(
        (&answer["picks"], &answer["excluded"]),
        (&serde_json::json!([]), &serde_json::json!(["x64"])),
        "{answer:#}"
    );
}

/// Two needs that no test has shown together, against which nothing speaks, are advice first.
#[test]
fn unproven_candidates_come_first() {
    let folder = checkout(BODIES);
    let args = ["pick", "--requires", "no-hypervisor-enlightenments,vfio", "--arch", "x64"];
    let result = lightest(folder.path(), &args);
    let first = result.out.lines().next().unwrap_or_default();
    assert!(first.contains("unproven with") && first.contains("openvmm_linux_direct_x64"), "{}", result.out);
    assert!(result.out.contains("#[vmm_test(openvmm_linux_direct_x64)]"), "{}", result.out);
    let result = lightest(folder.path(), &[&args[..], &["--format", "json"]].concat());
    let answer: serde_json::Value = serde_json::from_str(&result.out).expect("JSON");
    assert_eq!(answer["try"][0]["config"], "openvmm_linux_direct_x64");
    assert_eq!(answer["try"][0]["until_then"], serde_json::Value::Null);
}

/// What is worth a try is named once, at the head of the answer.
#[test]
fn an_unproven_need_of_a_body_is_named_once() {
    let folder = checkout(
        "#[vmm_test]\nasync fn tries<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {\n    \
         let (vm, agent) = config.run().await?;\n    agent.ping().await?;\n    Ok(())\n}\n",
    );
    let more = "no-hypervisor-enlightenments,vfio";
    let result =
        lightest(folder.path(), &["pick", "--from", "tests/bodies.rs", "--requires", more, "--arch", "x64"]);
    assert!(result.out.contains("unproven with"), "{}", result.out);
    let before = result.out.split("#[vmm_test(").next().unwrap_or_default();
    assert_eq!(before.matches("openvmm_linux_direct_x64").count(), 1, "{}", result.out);
}

/// Every test ends with the command line that answers it.
#[test]
fn requirements_end_with_the_pick_that_answers_them() {
    let folder = checkout(BODIES);
    let result = lightest(folder.path(), &["requirements", "tests"]);
    assert_eq!(result.out.matches("\n  lightest pick ").count(), 3, "{}", result.out);
    assert!(!result.out.contains("nothing is known to give"), "{}", result.out);
}

#[test]
fn helpers_in_other_files_are_found_from_whatever_folder_the_file_is_named() {
    let folder = checkout(
        "#[vmm_test]\nasync fn asks<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {\n    \
         let (vm, agent) = config.run().await?;\n    look(&agent).await?;\n    Ok(())\n}\n",
    );
    let helper = "use pipette_client::PipetteClient;\n\npub async fn look(agent: &PipetteClient) -> anyhow::Result<()> {\n    \
                  let sh = agent.unix_shell();\n    cmd!(sh, \"systemctl status\").run().await?;\n    Ok(())\n}\n";
    fs::write(folder.path().join("tests/helper.rs"), helper).expect("written");
    fs::create_dir(folder.path().join("tests/inner")).expect("made");
    let asked = |from: &str, file: &str| {
        let result = lightest(&folder.path().join(from), &["pick", "--from", file, "--format", "json"]);
        let answer: serde_json::Value = serde_json::from_str(&result.out).expect("JSON");
        answer["requires"].clone()
    };
    let top = asked("", "tests/bodies.rs");
    assert!(top.to_string().contains("systemd"), "{top}");
    let whole = folder.path().join("tests/bodies.rs").display().to_string();
    for (from, file) in
        [("tests", "bodies.rs"), ("tests/inner", "../bodies.rs"), ("tests", &whole), ("tests", "./bodies.rs")]
    {
        assert_eq!(asked(from, file), top, "{file} in {from}");
    }
}
