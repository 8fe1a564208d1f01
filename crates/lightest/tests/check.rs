//! `lightest check`: what all of the fixtures in `ui/` have in common, and what no fixture shows. Each fixture by itself is a
//! test of `ui.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use lightest_lint::rules::RULES;

#[path = "support/fixtures.rs"]
mod fixtures;
mod support;
use fixtures::{checkout, fixtures, flags, ui};
use support::lightest;

#[test]
fn each_rule_has_a_fixture_that_fires_one_that_is_silent_and_an_explanation() {
    let fixtures = fixtures();
    for rule in &RULES {
        let result = |name: &str| fs::read_to_string(ui().join(format!("{name}.stdout"))).unwrap_or_default();
        let mark = format!("[{}]", rule.name);
        assert!(fixtures.contains_key(rule.name.as_str()), "{} has no fixture that fires", rule.name);
        assert!(result(rule.name.as_str()).contains(&mark), "{} does not fire on its fixture", rule.name);
        let silent = format!("{}.silent", rule.name);
        assert!(fixtures.contains_key(&silent), "{} has no silent fixture", rule.name);
        assert!(!result(&silent).contains(&mark), "{} fires on its silent fixture", rule.name);
        let explanation = rule.explanation();
        for part in ["## What it does", "## Why", "## Example", "## Use instead"] {
            assert!(explanation.contains(part), "{}: its explanation lacks `{part}`", rule.name);
        }
        let summary = rule.summary();
        assert!(!summary.is_empty() && !summary.ends_with('.'), "{}: its summary is `{summary}`", rule.name);
    }
}

#[test]
fn no_expected_file_is_left_behind() {
    let known: BTreeSet<String> = fixtures().into_keys().collect();
    for entry in fs::read_dir(ui()).expect("fixtures") {
        let path = entry.expect("a file").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(known.contains(&name), "{} belongs to no fixture", path.display());
    }
}

#[test]
fn messages_begin_lower_case_and_end_without_a_full_stop() {
    for (name, text) in fixtures() {
        let (folder, file) = checkout(&text);
        let mut args = vec!["check", file.as_str(), "--message-format", "json"];
        args.extend(flags(&text));
        for line in lightest(folder.path(), &args).out.lines() {
            let diagnostic: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let mut messages = vec![diagnostic["message"].clone()];
            for child in diagnostic["children"].as_array().expect("children") {
                messages.push(child["message"].clone());
            }
            for message in messages {
                let message = message.as_str().expect("text");
                let first = message.chars().next().expect("not empty");
                // Names of products and systems keep their capitals.
                let name_first = message.split(' ').next().is_some_and(|word| {
                    word.chars().skip(1).any(char::is_uppercase) || !word.chars().all(char::is_alphabetic)
                });
                let from_catalog = diagnostic["children"].as_array().is_some_and(|children| {
                    children.iter().any(|child| child["message"] == message && child["level"] == "note")
                });
                assert!(!first.is_uppercase() || name_first || from_catalog, "{name}: `{message}`");
                assert!(!message.ends_with('.'), "{name}: `{message}`");
            }
        }
    }
}

#[test]
fn which_rules_fire_on_which_fixtures() {
    let mut table = String::new();
    for (name, text) in fixtures() {
        let (folder, file) = checkout(&text);
        // All rules, whatever the fixture is for.
        let result = lightest(folder.path(), &["check", &file, "--pedantic", "--message-format", "short"]);
        let mut fired: BTreeMap<&str, usize> = BTreeMap::new();
        for rule in &RULES {
            let count = result.out.matches(&format!("[{}]", rule.name)).count();
            if count > 0 {
                fired.insert(rule.name.as_str(), count);
            }
        }
        let fired: Vec<String> = fired.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
        table.push_str(&format!("{name}: {}\n", fired.join(", ")));
    }
    insta::assert_snapshot!(table);
}

/// A fixture with a finding, a fix and a note, for the forms of output.
const SMALL: &str = "\
petri::test!(elsewhere, |resolver| resolver);

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn answers(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    Ok(())
}
";

#[test]
fn every_output_format_has_the_same_findings() {
    let (folder, file) = checkout(SMALL);
    let mut all = String::new();
    for form in ["human", "short", "json", "github", "junit"] {
        let result = lightest(folder.path(), &["check", &file, "--message-format", form]);
        all.push_str(&format!("# {form}: exit {}\n{}", result.code, result.out));
        if form == "json" {
            for line in result.out.lines() {
                let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
                assert_eq!(value["$message_type"], "diagnostic");
            }
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn sarif_has_every_rule_and_the_fix() {
    let (folder, file) = checkout(SMALL);
    let result = lightest(folder.path(), &["check", &file, "--message-format", "sarif"]);
    let mut value: serde_json::Value = serde_json::from_str(&result.out).expect("JSON");
    let rules = value["runs"][0]["tool"]["driver"]["rules"].take();
    let ids: Vec<&str> =
        rules.as_array().expect("rules").iter().filter_map(|rule| rule["id"].as_str()).collect();
    assert_eq!(ids, RULES.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>());
    insta::assert_snapshot!(format!("{value:#}"));
}

#[test]
fn requirements_explains_why_a_lighter_configuration_is_no_finding() {
    let text = fs::read_to_string(ui().join("heavier-than-needed.silent.rs")).expect("a fixture");
    let (folder, file) = checkout(&text);
    let result = lightest(folder.path(), &["requirements", &file]);
    insta::assert_snapshot!(format!("{}{}", result.out, result.err));
}

#[test]
fn requirements_lists_usages_and_their_needs() {
    let (folder, file) = checkout(SMALL);
    let text = lightest(folder.path(), &["requirements", &file]);
    let json = lightest(folder.path(), &["requirements", &file, "--test", "answers", "--format", "json"]);
    let none = lightest(folder.path(), &["requirements", &file, "--test", "nobody"]);
    insta::assert_snapshot!(format!("{}\n{}\n{}", text.out, json.out, none.err));
}
