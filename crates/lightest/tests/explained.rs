//! Every word that an answer prints can be explained.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

mod support;
use support::lightest;

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn json(args: &[&str]) -> Value {
    let result = lightest(here(), args);
    serde_json::from_str(&result.out).unwrap_or_else(|error| panic!("{args:?}: {error}: {}", result.err))
}

/// Identifiers in an answer: the values of keys for identifiers, and those that texts name for `explain`.
fn identifiers(value: &Value, key: &str, found: &mut BTreeSet<String>) {
    const KEYS: [&str; 13] = [
        "id",
        "config",
        "requirement",
        "requires",
        "implies",
        "quirks",
        "limits",
        "unknown",
        "host",
        "boot",
        "issue",
        "family",
        "guest",
    ];
    match value {
        // An issue that nobody opened is words.
        Value::String(text) if KEYS.contains(&key) && !text.is_empty() && !text.contains(": ") => {
            found.insert(text.clone());
        }
        Value::Array(list) => list.iter().for_each(|value| identifiers(value, key, found)),
        Value::Object(map) => map.iter().for_each(|(key, value)| identifiers(value, key, found)),
        _ => {}
    }
}

#[test]
fn every_identifier_that_an_answer_prints_is_explained() {
    let mut found = BTreeSet::new();
    for kind in ["requirements", "guests", "quirks", "blockers"] {
        identifiers(&json(&["list", kind, "--format", "json"]), "", &mut found);
    }
    let requirements: Vec<String> = found.iter().cloned().collect();
    for needs in [
        "tpm",
        "windows,reboot",
        "save-restore,pcie",
        "no-vmbus",
        "nested-virt",
        "vpci-boot",
        "attestation,snp",
        "servicing,hyperv",
        "systemd",
        "boot-services",
        "no-guest",
        "hardware-sealing",
    ] {
        identifiers(&json(&["pick", "--requires", needs, "--format", "json"]), "", &mut found);
    }
    for word in [
        "known-limit",
        "cannot-read",
        "runs",
        "repo-code",
        "windows_partition_reset",
        "requires(windows_partition_reset)",
        "edu_initiator",
        "#1798",
        "microsoft/openvmm#1798",
        "microsoft/openvmm#2608",
        "#4271",
        "https://github.com/microsoft/openvmm/issues/74",
        "openvmm-2026-02",
        "noagent",
    ] {
        found.insert(word.to_owned());
    }
    assert!(found.len() > requirements.len() && found.len() > 120, "only {}", found.len());
    let unexplained: Vec<&String> =
        found.iter().filter(|word| lightest(here(), &["explain", word]).code != 0).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
}

#[test]
fn an_unknown_word_gets_the_nearest_in_meaning() {
    for (word, near) in [
        ("hibernate", "save-restore"),
        ("hibernation", "save-restore"),
        ("passthrough", "vfio"),
        ("uart", "serial"),
        ("kvm", "nested-virt"),
        ("sytemd", "systemd"),
    ] {
        for args in [vec!["explain", word], vec!["pick", "--requires", word]] {
            let result = lightest(here(), &args);
            assert_eq!(result.code, 2, "{args:?}");
            assert!(result.err.contains(&format!("did you mean `{near}`?")), "{args:?}: {}", result.err);
        }
    }
}

#[test]
fn an_issue_of_another_repository_is_not_ours() {
    assert_eq!(lightest(here(), &["explain", "someone/else#1798"]).code, 2);
    assert_eq!(lightest(here(), &["explain", "#999999"]).code, 2);
}

/// A word is explained, or leads on, or is known to be nowhere.
#[test]
fn words_that_are_no_identifier_lead_on() {
    for (word, answer) in [
        ("Secure Boot", "secure-boot (firmware requirement)"),
        ("NUMA", "numa (memory requirement)"),
        ("save_restore", "save-restore ("),
        ("hibernate", "did you mean `save-restore`?"),
        ("nestd-virt", "did you mean `nested-virt`?"),
        ("kexec", "no entry was found that mentions it"),
        ("applets", "explain what mentions it: `"),
        ("watchdog", "`guest-test-uefi-ends-by-watchdog`"),
        ("incubator", "explain what mentions it: `"),
    ] {
        let result = lightest(here(), &["explain", word]);
        assert!(
            result.out.contains(answer) || result.err.contains(answer),
            "{word}: {}{}",
            result.out,
            result.err
        );
        assert_eq!(result.code, if result.out.is_empty() { 2 } else { 0 }, "{word}: {}", result.err);
        // What is offered can be explained.
        let offered = result.err.split("help: ").nth(1).unwrap_or_default();
        for id in offered.split('`').skip(1).step_by(2).filter(|id| !id.contains(' ')) {
            assert_eq!(lightest(here(), &["explain", id]).code, 0, "{word} leads to {id}");
        }
    }
}
