//! `lightest check` on fixtures: the files in `ui/` are its specification, and are held in order here.
//!
//! `ui/RULE.rs` fires, `ui/RULE.silent.rs` does not; `.stderr` is all that is printed, `.fixed` the file after
//! `--fix --unsafe-fixes`. `LIGHTEST_BLESS=1` writes the expected files anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

use lightest_lint::rules::RULES;

mod support;
use support::lightest;

fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui")
}

/// Every fixture by its name without `.rs`, with its text.
fn fixtures() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(ui()).expect("fixtures") {
        let path = entry.expect("a fixture").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            found.insert(name, fs::read_to_string(&path).expect("UTF-8"));
        }
    }
    found
}

/// What a fixture asks the command line for.
fn flags(text: &str) -> Vec<&str> {
    let first = text.lines().next().and_then(|line| line.strip_prefix("// flags: "));
    first.map(|flags| flags.split(' ').collect()).unwrap_or_default()
}

/// A folder with one fixture in it.
fn checkout(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    // A neutral name: the module is part of what a test says of itself.
    let file = "fixture.rs".to_owned();
    fs::write(folder.path().join(&file), text).expect("written");
    (folder, file)
}

/// Compares with the expected file, or writes it.
fn hold(path: &Path, found: &str, problems: &mut Vec<String>) {
    if env::var_os("LIGHTEST_BLESS").is_some() {
        if found.is_empty() {
            let _ = fs::remove_file(path);
        } else {
            fs::write(path, found).expect("written");
        }
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected != found {
        problems.push(format!("{} differs; found:\n{found}", path.display()));
    }
}

#[test]
fn each_fixture_says_what_its_expected_file_says() {
    let mut problems = Vec::new();
    for (name, text) in fixtures() {
        let (folder, file) = checkout(&text);
        let mut args = vec!["check", file.as_str()];
        args.extend(flags(&text));
        let said = lightest(folder.path(), &args);
        let fires = said.out.contains("warning[");
        if said.code != i32::from(fires) {
            problems.push(format!("{name}: exit code {}", said.code));
        }
        hold(&ui().join(format!("{name}.stderr")), &format!("{}{}", said.out, said.err), &mut problems);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn each_fixed_file_is_as_expected_and_checks_clean_of_what_was_fixed() {
    let mut problems = Vec::new();
    for (name, text) in fixtures() {
        let (folder, file) = checkout(&text);
        let mut args = vec!["check", file.as_str()];
        args.extend(flags(&text));
        let mut fix = args.clone();
        fix.extend(["--fix", "--unsafe-fixes"]);
        let said = lightest(folder.path(), &fix);
        let fixed = fs::read_to_string(folder.path().join(&file)).expect("UTF-8");
        let changed = if fixed == text { "" } else { &fixed };
        hold(&ui().join(format!("{name}.fixed")), changed, &mut problems);
        let again = lightest(folder.path(), &args);
        if again.err.contains("fixable") || again.err.contains("--unsafe-fixes") {
            problems.push(format!("{name}: something is still fixable after fixing: {}", again.err));
        }
        if said.out != again.out {
            problems.push(format!("{name}: fixing reports other findings than checking afterwards"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_file_with_lines_that_end_in_cr_lf_has_the_same_findings_and_keeps_its_line_ends() {
    let mut problems = Vec::new();
    for (name, text) in fixtures() {
        let long = |text: &str| text.replace('\n', "\r\n");
        let short = |text: &str| text.replace("\r\n", "\n");
        let (folder, file) = checkout(&text);
        let (folder_long, _) = checkout(&long(&text));
        let mut args = vec!["check", file.as_str()];
        args.extend(flags(&text));
        let (said, said_long) = (lightest(folder.path(), &args), lightest(folder_long.path(), &args));
        if (said.code, &said.out, &said.err) != (said_long.code, &short(&said_long.out), &said_long.err) {
            problems.push(format!("{name}: found\n{}{}", said_long.out, said_long.err));
        }
        args.extend(["--fix", "--unsafe-fixes"]);
        lightest(folder_long.path(), &args);
        let fixed = fs::read_to_string(folder_long.path().join(&file)).expect("UTF-8");
        let expected = fs::read_to_string(ui().join(format!("{name}.fixed"))).unwrap_or(text);
        if fixed != long(&expected) {
            problems.push(format!("{name}: fixed to\n{fixed:?}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn rustfix_makes_of_the_json_what_the_program_makes_itself() {
    for (name, text) in fixtures() {
        let (folder, file) = checkout(&text);
        let mut args = vec!["check", file.as_str(), "--message-format", "json"];
        args.extend(flags(&text));
        let mut text = text.clone();
        // As often as the program does: an edit may make room for another.
        for _ in 0..10 {
            let said = lightest(folder.path(), &args);
            let only = std::collections::HashSet::new();
            let suggestions =
                rustfix::get_suggestions_from_json(&said.out, &only, rustfix::Filter::Everything)
                    .expect("JSON");
            let mut fix = rustfix::CodeFix::new(&text);
            for suggestion in &suggestions {
                // What touches an edit already made waits for the next round.
                let _ = fix.apply(suggestion);
            }
            let fixed = fix.finish().expect("UTF-8");
            if fixed == text {
                break;
            }
            text = fixed;
            fs::write(folder.path().join(&file), &text).expect("written");
        }
        let expected = fs::read_to_string(ui().join(format!("{name}.fixed"))).unwrap_or_default();
        if !expected.is_empty() {
            assert_eq!(text, expected, "{name}");
        }
    }
}

#[test]
fn each_rule_has_a_fixture_that_fires_one_that_is_silent_and_an_explanation() {
    let fixtures = fixtures();
    for rule in &RULES {
        let said = |name: &str| fs::read_to_string(ui().join(format!("{name}.stderr"))).unwrap_or_default();
        let mark = format!("[{}]", rule.name);
        assert!(fixtures.contains_key(rule.name), "{} has no fixture that fires", rule.name);
        assert!(said(rule.name).contains(&mark), "{} does not fire on its fixture", rule.name);
        let silent = format!("{}.silent", rule.name);
        assert!(fixtures.contains_key(&silent), "{} has no silent fixture", rule.name);
        assert!(!said(&silent).contains(&mark), "{} fires on its silent fixture", rule.name);
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
        let said = lightest(folder.path(), &["check", &file, "--pedantic", "--message-format", "short"]);
        let mut fired: BTreeMap<&str, usize> = BTreeMap::new();
        for rule in &RULES {
            let count = said.out.matches(&format!("[{}]", rule.name)).count();
            if count > 0 {
                fired.insert(rule.name, count);
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
fn every_form_of_output_says_the_same() {
    let (folder, file) = checkout(SMALL);
    let mut all = String::new();
    for form in ["human", "short", "json", "github", "junit"] {
        let said = lightest(folder.path(), &["check", &file, "--message-format", form]);
        all.push_str(&format!("# {form}: exit {}\n{}", said.code, said.out));
        if form == "json" {
            for line in said.out.lines() {
                let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
                assert_eq!(value["$message_type"], "diagnostic");
            }
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn sarif_names_every_rule_and_holds_the_fix() {
    let (folder, file) = checkout(SMALL);
    let said = lightest(folder.path(), &["check", &file, "--message-format", "sarif"]);
    let mut value: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let rules = value["runs"][0]["tool"]["driver"]["rules"].take();
    let ids: Vec<&str> =
        rules.as_array().expect("rules").iter().filter_map(|rule| rule["id"].as_str()).collect();
    assert_eq!(ids, RULES.iter().map(|rule| rule.name).collect::<Vec<_>>());
    insta::assert_snapshot!(format!("{value:#}"));
}

#[test]
fn requirements_says_why_a_lighter_configuration_is_not_a_finding() {
    let text = fs::read_to_string(ui().join("heavier-than-needed.silent.rs")).expect("a fixture");
    let (folder, file) = checkout(&text);
    let said = lightest(folder.path(), &["requirements", &file]);
    insta::assert_snapshot!(format!("{}{}", said.out, said.err));
}

#[test]
fn requirements_shows_what_was_touched_and_what_that_asks() {
    let (folder, file) = checkout(SMALL);
    let text = lightest(folder.path(), &["requirements", &file]);
    let json = lightest(folder.path(), &["requirements", &file, "--test", "answers", "--format", "json"]);
    let none = lightest(folder.path(), &["requirements", &file, "--test", "nobody"]);
    insta::assert_snapshot!(format!("{}\n{}\n{}", text.out, json.out, none.err));
}
