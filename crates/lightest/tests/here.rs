//! `lightest pick --here`: what a machine can run. Machines are described, so that the answer is the same on all.

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::lightest;

fn pick(args: &[&str]) -> (i32, String, String) {
    let result = lightest(Path::new("."), &[&["pick"], args].concat());
    (result.code, result.out, result.err)
}

/// The configurations that are picked, and those that are lighter elsewhere.
fn picked(args: &[&str]) -> (i32, Vec<String>, Vec<String>) {
    let (code, out, err) = pick(&[args, &["--format", "json"]].concat());
    let answer: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    let configs = |list: &Value| -> Vec<String> {
        let list = list.as_array().expect("a list").iter();
        list.filter_map(|one| one["config"].as_str().map(str::to_owned)).collect()
    };
    (code, configs(&answer["picks"]), configs(&answer["here"]["elsewhere"]))
}

#[test]
fn a_machine_runs_what_its_hypervisor_and_architecture_allow() {
    let none: [&str; 0] = [];
    let (code, here, elsewhere) = picked(&["--requires", "agent", "--here=linux,x64,kvm"]);
    assert_eq!((code, elsewhere.as_slice()), (0, none.map(str::to_owned).as_slice()));
    assert_eq!(here, ["openvmm_linux_direct_x64"]);
    let (code, here, _) = picked(&["--requires", "agent", "--here=linux,aarch64,mshv"]);
    assert_eq!((code, here), (0, vec!["openvmm_linux_direct_aarch64".to_owned()]));
    let (code, here, _) = picked(&["--requires", "agent", "--here=macos,aarch64,hvf"]);
    assert_eq!((code, here), (0, vec!["openvmm_linux_direct_aarch64".to_owned()]));
    // No hypervisor, or not the guest's architecture.
    for machine in
        ["--here=linux,x64", "--here=macos,x64,hvf", "--here=windows,x64,hyper-v", "--here=linux,x64,whp"]
    {
        let (code, here, elsewhere) = picked(&["--requires", "agent", "--vmm", "openvmm", machine]);
        assert_eq!((code, here.len(), elsewhere.len()), (4, 0, 1), "{machine}: {here:?} {elsewhere:?}");
    }
    let (code, here, elsewhere) =
        picked(&["--requires", "agent", "--here=linux,x64,kvm", "--arch", "aarch64"]);
    assert_eq!((code, here.len()), (4, 0));
    assert_eq!(elsewhere, ["openvmm_linux_direct_aarch64"]);
}

#[test]
fn where_the_lightest_would_run_is_named() {
    let (code, out, err) = pick(&["--requires", "openhcl,agent", "--here=linux,x64,kvm"]);
    assert_eq!(code, 4, "{err}");
    assert!(
        out.contains("no configuration is known to provide all of that on Linux on x64 with KVM"),
        "{out}"
    );
    assert!(out.contains("is the lightest of all; it needs a Windows host"), "{out}");
    // By Hyper-V alone, another one than the lightest of all, which needs WHP.
    let (code, here, elsewhere) = picked(&["--requires", "openhcl,agent", "--here=windows,x64,hyper-v"]);
    assert_eq!(code, 0);
    assert!(here[0].starts_with("hyperv_"), "{here:?}");
    assert!(elsewhere[0].starts_with("openvmm_"), "{elsewhere:?}");
    let (_, out, _) = pick(&["--requires", "openhcl,agent", "--here=windows,x64,hyper-v"]);
    assert!(out.starts_with("Here: Windows on x64 with Hyper-V\n"), "{out}");
    assert!(out.contains(": here, WHP is missing"), "{out}");
    let again = "lightest pick --requires openhcl,agent --arch x64 --here=windows,x64,hyper-v";
    let (_, json, _) =
        pick(&["--requires", "openhcl,agent", "--here=windows,x64,hyper-v", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["command"], again);
    // Which gives the same answer.
    let words: Vec<&str> = again.split(' ').skip(2).collect();
    assert_eq!(pick(&words).1, out);
    // A condition that no program can check is neither yes nor no.
    let (code, out, _) = pick(&["--requires", "snp", "--here=windows,x64,whp,hyper-v"]);
    assert_eq!(code, 4, "{out}");
    assert!(out.contains("2504_server_x64)) runs here if its processor and Hyper-V offer SNP"), "{out}");
}

/// Unproven everywhere: a machine that could try gets that advice, and any other gets the answer of all machines.
#[test]
fn an_unproven_candidate_of_a_machine_is_its_answer_but_no_pick() {
    let asks = ["--requires", "no-hypervisor-enlightenments,vfio", "--arch", "x64"];
    for machine in ["--here=linux,x64,kvm", "--here=windows,x64,whp"] {
        let (code, out, err) = pick(&[&asks[..], &[machine]].concat());
        assert_eq!(code, 1, "{machine}: {out}{err}");
        assert_eq!(
            out.starts_with("Here: Linux on x64 with KVM\nx64: unproven with"),
            machine.contains("linux"),
            "{out}"
        );
        assert!(out.contains("unproven with"), "{machine}: {out}");
        assert!(!out.contains("no configuration is known to provide all of that on"), "{machine}: {out}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let text = "#[openvmm_test]\nasync fn tries(config: PetriVmBuilder<OpenVmmPetriBackend>) {}\n";
    fs::write(folder.path().join("a.rs"), text).expect("written");
    let from = ["pick", "--from", "a.rs", "--arch", "x64", "--requires", "no-hypervisor-enlightenments,vfio"];
    for (machine, words) in [
        ("--here=linux,x64,kvm", "Here: Linux on x64 with KVM\n"),
        ("--here=windows,x64,whp", "a::tries (a.rs:2) asks for:\n"),
    ] {
        let result = lightest(folder.path(), &[&from[..], &[machine]].concat());
        assert_eq!(result.code, 1, "{machine}: {}{}", result.out, result.err);
        assert!(result.out.starts_with(words), "{machine}: {}", result.out);
        assert!(result.out.contains("unproven with"), "{machine}: {}", result.out);
        let result = lightest(folder.path(), &[&from[..], &[machine, "--format", "json"]].concat());
        let json: Value = serde_json::from_str(&result.out).expect("JSON");
        assert_eq!(json["list"].as_array().map(Vec::len), Some(1), "{machine}: {json:#}");
    }
}

#[test]
fn a_need_that_no_machine_provides_is_explained_as_usual() {
    let (code, out, _) = pick(&["--requires", "windows,linux", "--here=linux,x64,kvm"]);
    let (expected, without, _) = pick(&["--requires", "windows,linux", "--arch", "x64"]);
    assert_eq!(code, expected);
    assert_eq!(out.lines().next(), without.lines().next());
}

#[test]
fn a_description_that_means_nothing_is_refused() {
    for (machine, message, help) in [
        ("--here=linux,x46", "`x46` in `--here=linux,x46` describes no machine", "did you mean `x64`?"),
        ("--here=linux", "lacks an architecture", "`--here` alone looks at this machine"),
        ("--here=linux,windows,x64", "`windows` is one too many", ""),
        ("--here=\u{1b}[31m", "describes no machine", "known:"),
    ] {
        let (code, out, err) = pick(&["--requires", "agent", machine]);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(message) && err.contains(help), "{err}");
    }
    let (code, _, err) = pick(&["--framework", "kubevirt", "--requires", "login", "--here"]);
    assert!(code == 2 && err.contains("run on any node of the cluster"), "{err}");
}

#[test]
fn this_machine_is_looked_at() {
    // What it is, nobody knows here; that it is described, everybody does.
    let (code, out, err) = pick(&["--requires", "agent", "--here", "--format", "json"]);
    assert!(code == 0 || code == 4, "{err}");
    let json: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(json["here"]["os"], std::env::consts::OS);
}

#[test]
fn a_body_is_answered_for_a_machine() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "#[vmm_test]\nasync fn looks<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {\n    \
                let (vm, agent) = config.run().await?;\n    agent.ping().await?;\n    Ok(())\n}\n";
    fs::write(folder.path().join("a.rs"), text).expect("written");
    let result =
        |machine: &str| lightest(folder.path(), &["pick", "--from", "a.rs", machine, "--format", "json"]);
    let answer = result("--here=linux,aarch64,kvm");
    assert_eq!(answer.code, 0, "{}", answer.err);
    let json: Value = serde_json::from_str(&answer.out).expect("JSON");
    assert_eq!(json["list"].as_array().map(Vec::len), Some(1), "{json:#}");
    assert_eq!(json["list"][0]["config"], "openvmm_linux_direct_aarch64");
    assert_eq!(json["here"]["arch"], "aarch64");
    let answer = result("--here=linux,x64");
    assert_eq!(answer.code, 4, "{}", answer.err);
    let json: Value = serde_json::from_str(&answer.out).expect("JSON");
    assert_eq!(json["here"]["elsewhere"][0]["config"], "openvmm_linux_direct_x64");
    let answer = lightest(folder.path(), &["pick", "--from", "a.rs", "--here=windows,x64,whp"]);
    assert!(answer.out.starts_with("Here: Windows on x64 with WHP\n"), "{}", answer.out);
}
