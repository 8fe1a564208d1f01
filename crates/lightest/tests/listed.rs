//! `lightest list`: filters, entries that are hidden by default, and the message of an empty list.

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::{Outcome, lightest};

fn list(args: &[&str]) -> Outcome {
    lightest(Path::new("."), &[&["list"], args].concat())
}

/// The entries of a list, by a key.
fn listed(args: &[&str], key: &str) -> Vec<String> {
    let result = list(&[args, &["--format", "json"]].concat());
    assert_eq!(result.code, 0, "{args:?}: {}", result.err);
    let json: Value = serde_json::from_str(&result.out).expect("JSON");
    let entries = json[args[0]].as_array().expect("a list").iter();
    entries.filter_map(|entry| entry[key].as_str().map(str::to_owned)).collect()
}

#[test]
fn every_filter_selects_matching_configurations() {
    let configs = |args: &[&str]| listed(&[&["configs"], args].concat(), "config");
    let all = configs(&[]);
    for (args, is_listed) in [
        (
            ["--boot", "linux_direct"],
            (|config| config.starts_with("openvmm_linux_direct_") && !config.contains("bzimage"))
                as fn(&str) -> bool,
        ),
        (["--arch", "aarch64"], |config| config.contains("_aarch64")),
        (["--vmm", "hyperv"], |config| config.starts_with("hyperv_")),
        (["--isolation", "snp"], |config| config.contains("[snp]")),
        (["--isolation", "none"], |config| !config.contains('[')),
        (["--guest", "freebsd"], |config| config.contains("freebsd")),
        (["--guest", "alpine_3_23_x64"], |config| config.contains("alpine_3_23_x64")),
    ] {
        let some = configs(&args);
        let expected: Vec<String> = all.iter().filter(|config| is_listed(config)).cloned().collect();
        assert!(!some.is_empty() && some.len() < all.len(), "{args:?}");
        assert_eq!(some, expected, "{args:?}");
    }
    // Values of one filter add up, filters narrow.
    let two = configs(&["--guest", "freebsd,windows", "--arch", "x64"]);
    assert!(
        two.iter().any(|config| config.contains("freebsd"))
            && two.iter().any(|config| config.contains("windows"))
    );
    assert!(two.iter().all(|config| config.contains("_x64")), "{two:?}");
    // What is picked for some needs is among what provides them.
    let able = configs(&["--provides", "tpm,systemd"]);
    let picked = lightest(Path::new("."), &["pick", "--requires", "tpm,systemd", "--format", "json"]);
    let picked: Value = serde_json::from_str(&picked.out).expect("JSON");
    let picked = picked["picks"][0]["config"].as_str().expect("a pick");
    assert!(able.iter().any(|config| config == picked) && able.len() < all.len(), "{able:?}");
}

#[test]
fn guests_are_those_of_the_configurations_that_are_left() {
    let guests = |args: &[&str]| listed(&[&["guests"], args].concat(), "id");
    let able = guests(&["--provides", "systemd", "--arch", "x64"]);
    assert!(able.iter().any(|guest| guest.starts_with("ubuntu")), "{able:?}");
    assert!(!able.iter().any(|guest| guest.starts_with("alpine")), "{able:?}");
    assert!(guests(&["--lab"]).len() > guests(&[]).len());
}

#[test]
fn lab_and_unrunnable_configurations_are_hidden_by_default() {
    let result = list(&["configs"]);
    assert!(!result.out.contains("lab_") && !result.out.contains("cannot run"), "{}", result.out);
    assert!(result.err.contains("of the lab (`--lab` shows them)"), "{}", result.err);
    assert!(result.err.contains("that cannot run (`--all` shows them)"), "{}", result.err);
    assert!(list(&["configs", "--lab"]).out.contains("lab_"));
    assert!(list(&["configs", "--vmm", "lab"]).out.contains("lab_"));
    assert!(list(&["configs", "--all"]).out.contains("cannot run"));
    let everything = list(&["configs", "--all", "--lab"]);
    assert_eq!(everything.err, "");
    let json = |args: &[&str]| listed(&[&["configs"], args].concat(), "config").len();
    assert_eq!(json(&[]), result.out.lines().count());
    assert_eq!(json(&["--all", "--lab"]), everything.out.lines().count());
}

#[test]
fn an_empty_list_names_the_filter_that_emptied_it() {
    let result = list(&["configs", "--guest", "freebsd", "--arch", "aarch64"]);
    assert_eq!((result.code, result.out.as_str()), (0, ""), "{}", result.err);
    assert!(result.err.contains("nothing to list: `--arch aarch64` leaves none of the "), "{}", result.err);
    assert!(result.err.contains(" with `--guest freebsd`"), "{}", result.err);
    let result = list(&["configs", "--guest", "freebsd", "--arch", "aarch64", "--format", "json"]);
    assert!(result.out.contains("\"configs\": []"), "{}", result.out);
}

#[test]
fn unknown_words_are_refused_with_a_suggestion() {
    for (args, message, help) in [
        (["configs", "--guest", "ubunto"], "there is no guest `ubunto`", "did you mean `ubuntu`?"),
        (["configs", "--boot", "uefy"], "there is no boot method `uefy`", "did you mean `uefi`?"),
        (["configs", "--arch", "x86"], "there is no architecture `x86`", "x64"),
        (["guests", "--vmm", "openvm"], "there is no VMM `openvm`", "did you mean `openvmm`?"),
        (["guests", "--isolation", "snpp"], "there is no isolation `snpp`", "did you mean `snp`?"),
        (
            ["configs", "--provides", "tpm,sytemd"],
            "there is no requirement `sytemd`",
            "did you mean `systemd`?",
        ),
        (["tests", ".", "--lab"], "`--lab` does not filter tests", "`list configs` and `list guests`"),
        (["tests", ".", "--all"], "`--all` does not filter tests", "`list configs` and `list guests`"),
        (["quirks", "--arch", "x64"], "`--arch` does not filter quirks", "`list configs`"),
    ] {
        let result = list(&args);
        assert_eq!((result.code, result.out.as_str()), (2, ""), "{}", result.err);
        assert!(result.err.contains(message) && result.err.contains(help), "{}", result.err);
    }
    let result = list(&["guests", "some/path"]);
    assert!(result.code == 2 && result.err.contains("takes no path"), "{}", result.err);
}

#[test]
fn tests_are_listed_with_their_configurations() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "#[vmm_test(openvmm_linux_direct_x64, hyperv_uefi_x64(vhd(ubuntu_2504_server_x64)))]\n\
                async fn one(config: X) -> anyhow::Result<()> {\n    Ok(())\n}\n\n\
                #[openvmm_test(linux_direct_x64)]\nasync fn two(config: X) -> anyhow::Result<()> {\n    Ok(())\n}\n";
    fs::write(folder.path().join("a.rs"), text).expect("written");
    let result = lightest(folder.path(), &["list", "tests"]);
    assert_eq!(result.code, 0, "{}", result.err);
    assert_eq!(result.out.lines().count(), 5, "{}", result.out);
    let result = lightest(folder.path(), &["list", "tests", "a.rs", "--guest", "ubuntu", "--format", "json"]);
    let json: Value = serde_json::from_str(&result.out).expect("JSON");
    let tests = json["tests"].as_array().expect("a list");
    assert_eq!(tests.len(), 1);
    assert_eq!((&tests[0]["test"], &tests[0]["line"]), (&Value::from("a::one"), &Value::from(2)));
    assert_eq!(tests[0]["config"], "hyperv_uefi_x64(vhd(ubuntu_2504_server_x64))");
    let result = lightest(folder.path(), &["list", "tests", "--provides", "systemd"]);
    assert_eq!(result.out.lines().count(), 2, "{}", result.out);
    let result = lightest(folder.path(), &["list", "tests", "--isolation", "snp"]);
    assert!(result.err.contains("`--isolation snp` leaves none of 3 variants"), "{}", result.err);
    // A file that was not read may contain more tests, and is named.
    fs::write(folder.path().join("b.rs"), [text.as_bytes(), b"// \xff\n"].concat()).expect("written");
    let result = lightest(folder.path(), &["list", "tests"]);
    assert_eq!((result.code, result.out.lines().count()), (2, 5), "{}", result.err);
    assert!(result.err.contains("warning: not read: b.rs: not UTF-8 in line 10"), "{}", result.err);
    fs::write(
        folder.path().join("b.rs"),
        format!("{text}\n#[openvmm_test({}uefi_x64)]\nfn three() {{}}\n", "(".repeat(200)),
    )
    .expect("written");
    let result = lightest(folder.path(), &["list", "tests"]);
    assert_eq!(result.code, 2, "{}", result.err);
    assert!(
        result.err.contains("note: b.rs:1:1: not read: brackets are nested too deeply"),
        "{}",
        result.err
    );
    fs::remove_file(folder.path().join("a.rs")).expect("removed");
    assert_eq!(lightest(folder.path(), &["list", "tests"]).code, 2);
    fs::remove_file(folder.path().join("b.rs")).expect("removed");
    assert_eq!(lightest(folder.path(), &["list", "tests"]).code, 3);
}

#[test]
fn the_number_of_an_issue_needs_no_mark() {
    let explain = |what: &str| lightest(Path::new("."), &["explain", what]);
    let (with, without) = (explain("#1798"), explain("1798"));
    assert_eq!((with.code, &with.out), (0, &without.out), "{}", without.err);
    assert_eq!(explain("99999999").code, 2);
}
