//! Output and exit codes of the program, as its users see them.

use std::path::Path;
use std::process::Command;

mod support;
use support::{Outcome, lightest};

/// Runs the program in a folder, and returns its exit code and everything that it printed.
fn run_in(folder: &Path, args: &[&str]) -> String {
    let Outcome { code, out, err } = lightest(folder, args);
    let text = |text: String| text.replace(&format!("{}/", folder.display()), "");
    let mut result = format!("exit {code}\n");
    if !out.is_empty() {
        result.push_str(&format!("--- stdout\n{}", text(out)));
    }
    if !err.is_empty() {
        result.push_str(&format!("--- stderr\n{}", text(err)));
    }
    result
}

fn run(args: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    run_in(folder.path(), args)
}

macro_rules! says {
    ($name:ident, $($arg:expr),+) => {
        #[test]
        fn $name() {
            insta::assert_snapshot!(run(&[$($arg),+]));
        }
    };
}

says!(pick_for_most_people, "pick");
says!(pick_in_short, "pick", "--requires", "tpm,systemd", "--arch", "x64");
says!(pick_in_short_for_both_architectures, "pick", "--requires", "tpm,no-agent");
says!(pick_with_reasons, "pick", "--requires", "tpm,systemd", "--arch", "x64", "--why");
says!(pick_with_all_that_is_refused, "pick", "--requires", "unix-shell,uefi", "--arch", "x64", "--all");
says!(
    pick_as_json,
    "pick",
    "--requires",
    "tpm,systemd",
    "--arch",
    "x64,aarch64",
    "--vmm",
    "openvmm",
    "--format",
    "json"
);
says!(pick_refuses_a_place_that_a_requirement_excludes, "pick", "--arch", "x64", "--requires", "aarch64");
says!(pick_says_why_the_nearest_cannot, "pick", "--requires", "pcat,aarch64", "--why");
says!(pick_shows_known_limits, "pick", "--requires", "tpm,agent", "--arch", "x64", "--why");
says!(pick_asks_for_a_capability_once, "pick", "--requires", "vpci-boot", "--arch", "x64", "--why");
says!(pick_with_the_paravisor_has_a_companion, "pick", "--requires", "openhcl", "--arch", "x64", "--why");
says!(pick_about_the_paravisor_has_none, "pick", "--requires", "servicing", "--arch", "x64", "--why");
says!(pick_without_an_operating_system_needs_no_agent, "pick", "--requires", "boot-services");
says!(
    pick_for_each_vmm_that_was_named,
    "pick",
    "--requires",
    "openhcl,agent",
    "--vmm",
    "openvmm,hyperv",
    "--arch",
    "x64"
);
says!(pick_explains_two_that_cannot_meet, "pick", "--requires", "windows,linux");
says!(pick_explains_an_architecture_that_cannot_be, "pick", "--requires", "snp,aarch64", "--why");
says!(
    pick_explains_an_operating_system_with_boot_services,
    "pick",
    "--requires",
    "linux,boot-services",
    "--why"
);
says!(pick_answers_where_it_can_and_explains_the_rest, "pick", "--requires", "snp");
says!(pick_refuses_a_misspelt_requirement, "pick", "--requires", "tpm,sytemd");
says!(pick_refuses_an_unknown_vmm, "pick", "--vmm", "openvm");
says!(pick_refuses_an_unknown_architecture, "pick", "--arch", "arm64");
says!(parse_in_words, "parse", "hyperv_openhcl_uefi_x64[snp](vhd(ubuntu_2504_server_x64))");
says!(
    parse_as_json,
    "parse",
    "hyperv_openhcl_uefi_x64[snp](vhd(ubuntu_2504_server_x64))",
    "--format",
    "json"
);
says!(parse_knows_what_runs_nowhere, "parse", "openvmm_openhcl_uefi_aarch64(vhd(alpine_3_23_aarch64))");
says!(parse_draws_a_caret_under_the_mistake, "parse", "openvmm_uefi_x64(vhd(alpine_3_23_x46))");
says!(
    parse_a_whole_attribute,
    "parse",
    "#[vmm_test_with(openvmm, noagent, configs(uefi_x64(none), linux_direct_x64))]"
);
says!(parse_draws_a_caret_in_an_attribute, "parse", "#[vmm_test(openvmm_uefi_x64(none), uefi_x64(none))]");
says!(explain_a_requirement, "explain", "secure-boot");
says!(explain_a_quirk, "explain", "shutdown-ic-sleep");
says!(explain_refuses_what_is_not_known, "explain", "apline_3_23_x64");
says!(list_refuses_what_cannot_be_listed, "list", "guest");

/// A catalog with one guest of its own.
const OURS: &str = r#"
[[source]]
id = "ours"
title = "our team"

[[guest]]
id = "tiny_systemd_x64"
form = "vhd"
title = "Tiny"
family = "tiny"
arch = "x64"
os = "linux"
boot_class = "fast"
evidence = ["ours:wiki"]

[[guest.image]]
generation = 2
bytes = 90_000_000
hosted = true
lazy_fetch = false
evidence = ["ours:wiki"]

[[capability]]
requirement = "systemd"
support = "yes"
when = { family = ["tiny"] }
because = "we built it with systemd"
evidence = ["ours:wiki"]

[[capability]]
requirement = "runs"
support = "yes"
when = { vmm = ["openvmm"], boot = ["uefi"], family = ["tiny"] }
because = "we boot it daily"
evidence = ["ours:wiki"]
"#;

#[test]
fn a_catalog_of_ones_own_adds_guests_and_outranks_facts() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("facts")).expect("a folder");
    std::fs::write(folder.path().join("facts/ours.toml"), OURS).expect("written");
    let args = ["pick", "--requires", "systemd", "--arch", "x64"];
    let by_flag = run_in(folder.path(), &[&["--catalog", "facts"][..], &args[..]].concat());
    std::fs::write(folder.path().join("lightest.toml"), "catalog = \"facts\"\n").expect("written");
    let by_file = run_in(folder.path(), &args);
    assert_eq!(by_flag, by_file);
    insta::assert_snapshot!(by_file);
}

#[test]
fn mistakes_in_a_catalog_of_ones_own_are_drawn_at_their_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let facts = folder.path().join("facts");
    std::fs::create_dir(&facts).expect("a folder");
    let statement = |requirement: &str, support: &str, evidence: &str| {
        format!(
            "[[capability]]\nrequirement = \"{requirement}\"\nsupport = \"{support}\"\nbecause = \"b\"\nevidence = [{evidence}]\n"
        )
    };
    let texts = [
        ("not TOML", "[[guest]\n".to_owned()),
        ("an unknown kind", "[[gest]]\nid = \"a\"\n".to_owned()),
        ("an unknown key", "[[source]]\nid = \"a\"\ntitel = \"A\"\n".to_owned()),
        ("a wrong type", "[[source]]\nid = 1\ntitle = \"A\"\n".to_owned()),
        ("an unknown word", statement("tpm", "maybe", "\"request:x\"")),
        ("a requirement that is none", statement("tmp", "yes", "\"request:x\"")),
        ("a fact without evidence", statement("tpm", "yes", "")),
        ("a source that is none", statement("tpm", "yes", "\"requst:x\"")),
        ("evidence of another form", statement("tpm", "yes", "\"somewhere\"")),
        (
            "an identifier given twice",
            "[[source]]\nid = \"a\"\ntitle = \"A\"\n\n[[source]]\nid = \"a\"\ntitle = \"B\"\n".to_owned(),
        ),
        (
            "an overridden fact of a wrong type",
            "[[guest]]\nid = \"alpine_3_23_x64\"\nboot_class = 7\n".to_owned(),
        ),
    ];
    let mut all = String::new();
    for (what, text) in texts {
        std::fs::write(facts.join("ours.toml"), text).expect("written");
        let result = run_in(folder.path(), &["--catalog", "facts", "list", "quirks"]);
        all.push_str(&format!("# {what}\n{result}\n"));
    }
    std::fs::write(facts.join("ours.toml"), [0xff, 0xfe]).expect("written");
    all.push_str(&format!("# not UTF-8\n{}\n", run_in(folder.path(), &["--catalog", "facts", "pick"])));
    all.push_str(&format!("# no folder\n{}\n", run_in(folder.path(), &["--catalog", "fact", "pick"])));
    std::fs::write(folder.path().join("lightest.toml"), "catalogue = \"facts\"\n").expect("written");
    all.push_str(&format!("# a configuration with an unknown key\n{}\n", run_in(folder.path(), &["pick"])));
    insta::assert_snapshot!(all);
}

#[test]
fn every_identifier_that_is_listed_is_explained() {
    for kind in ["guests", "requirements", "quirks", "blockers"] {
        let listed = run(&["list", kind, "--format", "json"]);
        let json: serde_json::Value =
            serde_json::from_str(listed.split_once("--- stdout\n").expect("it prints").1).expect("JSON");
        let entries = json[kind].as_array().expect("a list");
        assert!(!entries.is_empty(), "{kind}");
        for entry in entries {
            let id = entry["id"].as_str().expect("an identifier");
            let result = run(&["explain", id]);
            assert!(result.starts_with("exit 0\n") && result.contains(id), "{id}: {result}");
        }
    }
}

#[test]
fn cargo_lightest_is_the_same_program() {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-lightest"))
        .args(["lightest", "pick", "--requires", "serial", "--format", "json"])
        .output()
        .expect("it starts");
    let result = run(&["pick", "--requires", "serial", "--format", "json"]);
    assert_eq!(result, format!("exit 0\n--- stdout\n{}", String::from_utf8_lossy(&output.stdout)));
}

#[test]
fn completions_are_made_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let result = run(&["completions", shell]);
        assert!(result.starts_with("exit 0\n") && result.contains("lightest"), "{shell}");
    }
}
