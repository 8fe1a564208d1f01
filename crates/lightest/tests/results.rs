//! From unknown to known: `unknowns`, `learn` and `suite` as their users see them.

use std::fs;
use std::path::Path;

mod support;
use serde_json::Value;
use support::lightest;

const TESTS: &str = r#"
#[vmm_test(
    openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)),
)]
async fn checks_cpus(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_secure_boot().run().await?;
    agent.unix_shell().read_file("/proc/cpuinfo").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
"#;

const ALPINE: &str = "openvmm_uefi_x64(vhd(alpine_3_23_x64))";
const ALPINE_RUN: &str = "fixture::openvmm_uefi_x64_alpine_3_23_x64_checks_cpus";
const UBUNTU_RUN: &str = "fixture::openvmm_uefi_x64_ubuntu_2504_server_x64_checks_cpus";

/// A package of tests.
fn tree(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("tests/tests/fixture.rs");
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    fs::write(file, text).expect("written");
    fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"fixture\"\n").expect("written");
    folder
}

/// A report of nextest's shape.
fn report(folder: &Path, name: &str, uuid: &str, cases: &[(&str, &str)]) {
    let cases: String = cases
        .iter()
        .map(|(name, inner)| {
            format!("<testcase name=\"{name}\" classname=\"fixture::tests\" time=\"12.5\">{inner}</testcase>")
        })
        .collect();
    let text = format!(
        "<?xml version=\"1.0\"?><testsuites name=\"nextest-run\" uuid=\"{uuid}\" timestamp=\"2026-09-01T08:00:00.000+00:00\">\
         <testsuite name=\"fixture::tests\">{cases}</testsuite></testsuites>"
    );
    fs::write(folder.join(name), text).expect("written");
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let result = lightest(folder, args);
    serde_json::from_str(&result.out).unwrap_or_else(|error| panic!("{error}: {} {}", result.out, result.err))
}

/// The experiment is added, runs, is learned from, and changes what is recommended and found.
#[test]
fn an_experiment_turns_an_unknown_into_a_fact() {
    let tree = tree(TESTS);
    let here = tree.path();
    let before = json(here, &["unknowns", "--format", "json"]);
    let unknowns = before["unknowns"].as_array().expect("a list");
    let ours = unknowns
        .iter()
        .find(|unknown| unknown["config"] == ALPINE && unknown["requirement"] == "secure-boot")
        .unwrap_or_else(|| panic!("{before:#}"));
    assert_eq!(ours["experiment"]["kind"], "add");
    let number = ours["number"].to_string();
    let shown = lightest(here, &["unknowns", "--try", &number]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(
        shown.out.contains(&format!(
            "+    unstable(reason = \"tries whether {ALPINE} provides secure-boot\", {ALPINE}),"
        )),
        "{}",
        shown.out
    );
    assert_eq!(fs::read_to_string(here.join("tests/tests/fixture.rs")).expect("read"), TESTS, "shown only");
    assert_eq!(lightest(here, &["unknowns", "--try", &number, "--write"]).code, 0);
    let again = json(here, &["unknowns", "--format", "json"]);
    let experiment = again["unknowns"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["config"] == ALPINE && one["requirement"] == "secure-boot"))
        .map(|one| &one["experiment"]);
    if let Some(experiment) = experiment {
        assert_eq!(experiment["kind"], "runs-already");
    }

    let pick =
        ["pick", "--requires", "secure-boot,agent", "--vmm", "openvmm", "--arch", "x64", "--format", "json"];
    let config = |args: &[&str]| json(here, args)["picks"][0]["config"].clone();
    let usual = config(&pick);
    assert_ne!(usual, ALPINE);
    let openhcl = [
        "pick",
        "--requires",
        "secure-boot,openhcl,agent",
        "--vmm",
        "openvmm",
        "--arch",
        "x64",
        "--format",
        "json",
    ];
    let usual_openhcl = config(&openhcl);

    // A failure that CI ignores is reported as passed: without the test's own word it shows nothing.
    report(here, "silent.xml", "0001", &[(ALPINE_RUN, "")]);
    let silent = json(here, &["learn", "silent.xml", "--format", "json"]);
    assert_eq!(silent["facts"].as_array().map(Vec::len), Some(0), "{silent:#}");
    assert_eq!(silent["masked"][0]["variant"], ALPINE_RUN);
    report(here, "masked.xml", "0002", &[(ALPINE_RUN, "<system-err>WARN unstable test failed</system-err>")]);
    assert_eq!(
        json(here, &["learn", "masked.xml", "--format", "json"])["facts"].as_array().map(Vec::len),
        Some(0)
    );

    report(
        here,
        "passed.xml",
        "0003",
        &[(ALPINE_RUN, "<system-err>INFO test passed</system-err>"), (UBUNTU_RUN, "")],
    );
    let learned = lightest(here, &["learn", "passed.xml", "--into", "facts", "--commit", "abc123"]);
    assert_eq!(learned.code, 0, "{}", learned.err);
    let file = fs::read_to_string(here.join("facts/learned.toml")).expect("a file");
    for part in
        ["commit = \"abc123\"", "date = \"2026-09-01\"", &format!("run-0003:{ALPINE_RUN}"), "seconds = 12.5"]
    {
        assert!(file.contains(part), "{part}: {file}");
    }
    let with = |args: &[&str]| -> Vec<String> {
        ["--catalog", "facts"].iter().chain(args).map(|arg| (*arg).to_owned()).collect()
    };
    let run_with = |args: &[&str]| {
        let args = with(args);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        config(&args)
    };
    assert_eq!(run_with(&pick), ALPINE, "the fact changes the pick");
    assert_eq!(run_with(&openhcl), usual_openhcl, "and is not taken for another configuration");
    assert_eq!(config(&pick), usual, "only where the catalog is asked for");
    fs::write(here.join("tests/tests/fixture.rs"), TESTS).expect("written");
    assert_eq!(lightest(here, &["check"]).code, 0);
    let found = lightest(here, &["--catalog", "facts", "check", "--message-format", "short"]);
    assert_eq!(found.code, 1, "{}", found.out);
    assert!(found.out.contains("heavier-than-needed"), "{}", found.out);

    // The same report again changes nothing, another one adds to it, in whatever order.
    fs::write(
        here.join("tests/tests/fixture.rs"),
        TESTS.replace("    openvmm_uefi", &format!("    {ALPINE},\n    openvmm_uefi")),
    )
    .expect("written");
    lightest(here, &["learn", "passed.xml", "--into", "facts", "--commit", "abc123"]);
    assert_eq!(fs::read_to_string(here.join("facts/learned.toml")).expect("a file"), file);
    report(here, "more.xml", "0004", &[(ALPINE_RUN, "")]);
    lightest(here, &["learn", "more.xml", "--into", "facts", "--commit", "abc124"]);
    let merged = fs::read_to_string(here.join("facts/learned.toml")).expect("a file");
    assert!(
        merged.contains(&format!("run-0004:{ALPINE_RUN}"))
            && merged.contains(&format!("run-0003:{ALPINE_RUN}")),
        "{merged}"
    );
    fs::remove_dir_all(here.join("facts")).expect("removed");
    lightest(here, &["learn", "more.xml", "--into", "facts", "--commit", "abc124"]);
    lightest(here, &["learn", "passed.xml", "--into", "facts", "--commit", "abc123"]);
    let other = fs::read_to_string(here.join("facts/learned.toml")).expect("a file");
    assert_eq!(other, merged);
}

#[cfg(unix)]
#[test]
fn runs_that_learn_at_one_instant_lose_nothing_of_each_other() {
    for exists in [true, false] {
        learn_at_one_instant(exists);
    }
}

/// Where the folder exists, they wait for each other; where none does that they could lock, some find that it has one now.
#[cfg(unix)]
fn learn_at_one_instant(exists: bool) {
    let tree = tree(&TESTS.replace("    openvmm_uefi", &format!("    {ALPINE},\n    openvmm_uefi")));
    let here = tree.path();
    if exists {
        fs::create_dir(here.join("facts")).expect("a folder");
    }
    let all = 0..6;
    for number in all.clone() {
        report(
            here,
            &format!("{number}.xml"),
            &format!("000{number}"),
            &[(ALPINE_RUN, ""), (UBUNTU_RUN, "")],
        );
    }
    let learn = |number| {
        let report = format!("{number}.xml");
        lightest(
            here,
            &["learn", &report, "--into", "facts", "--commit", "abc123", "--unstable-failures-reported"],
        )
    };
    let written: Vec<bool> = std::thread::scope(|scope| {
        let runs: Vec<_> = all.clone().map(|number| scope.spawn(move || learn(number))).collect();
        let ended = runs.into_iter().map(|run| {
            let result = run.join().expect("no panic");
            let late = !exists && result.code == 2 && result.err.contains("it changed since it was read");
            assert!(result.code == 0 || late, "{} {}", result.out, result.err);
            result.code == 0
        });
        ended.collect()
    });
    let file = fs::read_to_string(here.join("facts/learned.toml")).expect("a file");
    for number in all.filter(|number| written[*number]) {
        assert!(file.contains(&format!("run-000{number}:{ALPINE_RUN}")), "{number}: {file}");
    }
    assert_eq!(fs::read_dir(here.join("facts")).expect("a folder").count(), 1);
    assert_eq!(lightest(here, &["--catalog", "facts", "check"]).code, 0, "what was learned is a catalog");
}

/// `flock FOLDER COMMAND` locks folders, too.
#[cfg(unix)]
#[test]
fn a_wait_for_another_programs_lock_is_reported() {
    let tree = tree(&TESTS.replace("    openvmm_uefi", &format!("    {ALPINE},\n    openvmm_uefi")));
    let here = tree.path();
    fs::create_dir(here.join("facts")).expect("a folder");
    report(here, "passed.xml", "0001", &[(ALPINE_RUN, "")]);
    let other = fs::File::open(here.join("facts")).expect("it opens");
    other.lock().expect("locked");
    let learn = || lightest(here, &["learn", "passed.xml", "--into", "facts", "--commit", "abc123"]);
    let result = std::thread::scope(|scope| {
        let run = scope.spawn(learn);
        // Longer than it waits without a word.
        std::thread::sleep(std::time::Duration::from_secs(3));
        assert!(!run.is_finished(), "it waits");
        other.unlock().expect("unlocked");
        run.join().expect("no panic")
    });
    assert_eq!(result.code, 0, "{} {}", result.out, result.err);
    assert!(result.err.contains("waiting for another program that has locked facts\n"), "{}", result.err);
    assert!(!learn().err.contains("waiting"), "nobody has it locked");
}

#[test]
fn failures_and_skips_show_nothing_and_names_without_a_variant_are_counted() {
    let tree = tree(&TESTS.replace("    openvmm_uefi", &format!("    {ALPINE},\n    openvmm_uefi")));
    let here = tree.path();
    report(
        here,
        "r.xml",
        "0005",
        &[
            (ALPINE_RUN, "<failure message=\"no \u{1b}[31mluck\" type=\"t\"/>"),
            (UBUNTU_RUN, "<skipped/>"),
            ("fixture::gone", ""),
            ("\u{202e}evil", ""),
        ],
    );
    let learned = json(here, &["learn", "r.xml", "--format", "json"]);
    assert_eq!(learned["facts"].as_array().map(Vec::len), Some(0));
    assert_eq!(learned["failed"][0]["variant"], ALPINE_RUN);
    assert_eq!((&learned["skipped"], &learned["unmatched"]["count"]), (&Value::from(1), &Value::from(2)));
    let text = lightest(here, &["learn", "r.xml"]);
    assert!(
        text.err.contains("2 of 4 results match no variant of these tests: `fixture::gone`"),
        "{}",
        text.err
    );
    for stream in [&text.out, &text.err] {
        assert!(!stream.contains(['\u{1b}', '\u{202e}']), "{stream:?}");
    }
}

#[test]
fn a_pass_that_the_catalog_excludes_is_a_diagnostic_with_both_places() {
    // By the catalog, OpenVMM cannot run the paravisor there.
    let config = "openvmm_openhcl_uefi_aarch64(vhd(ubuntu_2404_server_aarch64))";
    let tree = tree(&TESTS.replace("openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))", config));
    let here = tree.path();
    let name = "fixture::openvmm_openhcl_uefi_aarch64_ubuntu_2404_server_aarch64_checks_cpus";
    report(here, "r.xml", "0006", &[(name, "")]);
    let result = lightest(here, &["learn", "r.xml", "--into", "facts"]);
    assert_eq!(result.code, 1, "{} {}", result.out, result.err);
    assert!(result.err.contains(&format!("--> r.xml:1: {name}")), "{}", result.err);
    assert!(result.err.contains("--> catalog/openvmm/capabilities/"), "{}", result.err);
    let file = fs::read_to_string(here.join("facts/learned.toml")).unwrap_or_default();
    assert!(!file.contains("[[capability]]"), "{file}");
}

#[test]
fn broken_reports_are_refused_with_their_place() {
    let tree = tree(TESTS);
    let here = tree.path();
    for (text, place) in [
        (
            "<testsuites>\n<testsuite name='a'>\n<testcase name='b'>",
            "r.xml:3: the file ends within `testcase`",
        ),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><testsuites/>", "r.xml:1: a document type is declared"),
        ("{\"json\": true}", "r.xml:1: not XML"),
        ("", "r.xml:1: an empty file"),
    ] {
        fs::write(here.join("r.xml"), text).expect("written");
        for args in [&["learn", "r.xml", "--into", "facts"][..], &["suite", "--junit", "r.xml"]] {
            let result = lightest(here, args);
            assert_eq!((result.code, result.out.as_str()), (2, ""), "{text}");
            assert!(result.err.contains(place), "{}", result.err);
        }
    }
    assert!(!here.join("facts").exists(), "nothing is learned of a broken report");
    let missing = lightest(here, &["learn", "gone.xml"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("there is no such file"), "{}", missing.err);
}

#[test]
fn a_suite_shows_where_time_goes() {
    let tree = tree(&TESTS.replace("    openvmm_uefi", &format!("    {ALPINE},\n    openvmm_uefi")));
    let here = tree.path();
    report(here, "one.xml", "0007", &[(ALPINE_RUN, ""), (UBUNTU_RUN, "")]);
    report(here, "two.xml", "0008", &[(ALPINE_RUN, "<failure/>"), (UBUNTU_RUN, "")]);
    let args = ["suite", "--junit", "one.xml", "two.xml", "--commit", "abc", "--shards", "2"];
    let suite = json(here, &[&args[..], &["--format", "json"]].concat());
    assert_eq!((&suite["all"]["count"], &suite["all"]["total_s"]), (&Value::from(4), &Value::from(50.0)));
    assert_eq!(suite["by"]["guest"].as_array().map(Vec::len), Some(2));
    assert_eq!(suite["flaky"][0]["variant"], ALPINE_RUN);
    assert_eq!(suite["flaky"][0]["why"], "passed and failed at one commit");
    let text = lightest(here, &args);
    assert!(text.out.contains("by guest") && text.out.contains("2 shards"), "{}", text.out);
    let page = lightest(here, &[&args[..], &["--format", "markdown"]].concat());
    assert!(page.out.starts_with("# What the suite costs\n"), "{}", page.out);
    let lines = lightest(here, &[&args[..], &["--shard-format", "matrix"]].concat());
    let lines: Vec<Value> = lines.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["filter"], format!("test(={ALPINE_RUN})"));
}
