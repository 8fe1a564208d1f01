//! The fixtures of the rules specify the linter by itself, without the command line that draws its findings.

#[path = "common/reading.rs"]
mod reading;

use std::fs;
use std::path::{Path, PathBuf};

use lightest_diagnostics::{Edit, Safety, line_column};
use lightest_lint::dialect::Dialect;
use lightest_lint::finding::Finding;
use lightest_lint::linter::{self, Level, Options};
use lightest_lint::rules::RULES;
use lightest_petri::Petri;
use reading::{CATALOG, TABLE, file};

fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../lightest/tests/ui")
}

/// The names of the fixtures.
fn fixtures() -> Vec<String> {
    let paths = fs::read_dir(ui()).expect("the fixtures").map(|entry| entry.expect("an entry").path());
    let rust = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut names: Vec<String> =
        rust.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The options in a fixture's first line.
fn options(text: &str) -> Options {
    let flags = text.lines().next().and_then(|line| line.strip_prefix("// flags: ")).unwrap_or_default();
    let mut flags = flags.split_whitespace();
    let mut options = Options::default();
    while let Some(flag) = flags.next() {
        match flag {
            "--pedantic" => options.pedantic = true,
            "--rule" => {
                let only = flags.next().expect("a rule");
                for rule in RULES {
                    let level = if rule.name == only { Level::Warn } else { Level::Allow };
                    options.levels.insert(rule.name.to_string(), level);
                }
            }
            other => panic!("`{other}` is for the command line only"),
        }
    }
    options
}

/// Rule and message, place, notes and help of a finding.
type Printed = (String, String, Vec<String>);

/// The findings that are drawn in an expected file.
fn drawn(text: &str) -> Vec<Printed> {
    let mut all: Vec<Printed> = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim_start();
        if let Some(rest) = line.strip_prefix("warning[") {
            all.push((rest.replacen("]: ", ": ", 1), String::new(), Vec::new()));
        } else if line.starts_with("note:") {
            // A note on the source is no finding; what follows belongs to it.
            all.push((String::new(), "none".to_owned(), Vec::new()));
        } else if let Some((_, place, more)) = all.last_mut() {
            if let Some(first) = trimmed.strip_prefix("--> fixture.rs:").filter(|_| place.is_empty()) {
                first.clone_into(place);
            } else if let Some(note) = trimmed.strip_prefix("= note: ") {
                more.push(note.to_owned());
            } else if let Some(help) =
                trimmed.strip_prefix("= help: ").or_else(|| trimmed.strip_prefix("help: "))
            {
                // Its cost and where it goes are added by who draws it.
                let help = help.split(" (").next().unwrap_or_default();
                more.push(format!("help: {}", help.trim_end_matches(", in a declaration of its own")));
            }
        }
    }
    all.retain(|(head, ..)| !head.is_empty());
    all
}

fn printed(text: &str, finding: &Finding) -> Printed {
    let (line, column) = line_column(text, finding.span().bytes.start);
    let diagnostic = &finding.diagnostic;
    let mut more = diagnostic.notes.clone();
    if let Some(help) = &diagnostic.help {
        more.push(format!("help: {}", help.message.split(" (").next().unwrap_or_default()));
    }
    (format!("{}: {}", finding.rule(), diagnostic.message), format!("{line}:{column}"), more)
}

/// The findings on a fixture, of which `first` has the flags.
fn check(text: &str, first: &str) -> Vec<Finding> {
    let sources = [file(text)];
    let reading = Petri.read(&sources, &CATALOG, &TABLE);
    linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &options(first))
}

/// A fixture by its name, with the expected output in a file of that kind; empty where there is none.
fn fixture(name: &str, kind: &str) -> (String, String) {
    let text = fs::read_to_string(ui().join(format!("{name}.rs"))).expect("UTF-8");
    (text, fs::read_to_string(ui().join(format!("{name}.{kind}"))).unwrap_or_default())
}

#[test]
fn each_fixture_has_the_findings_that_its_expected_file_draws() {
    let mut compared = 0;
    for name in fixtures() {
        let (text, expected) = fixture(&name, "stdout");
        let findings = check(&text, &text);
        let found: Vec<Printed> = findings.iter().map(|finding| printed(&text, finding)).collect();
        assert_eq!(found, drawn(&expected), "{name}");
        compared += found.len();
    }
    assert!(compared > 40, "only {compared} findings were compared");
}

/// What is drawn beside the marks of a finding: its labels, and behind the first what the configuration costs.
fn beside_marks(section: &str) -> String {
    let source = section.lines().take_while(|line| {
        let line = line.trim_start();
        !line.starts_with("= ") && !line.starts_with("help: ")
    });
    let beside = source.filter_map(|line| line.trim_start().strip_prefix('|'));
    beside.map(|line| line.trim_matches(['^', '-', '_', '|', ' '])).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_finding_has_the_labels_that_are_drawn_on_their_lines() {
    let mut compared = 0;
    for name in fixtures() {
        let (text, expected) = fixture(&name, "stdout");
        // What is noted of the source is no finding.
        let sections = expected.split("\n\n").filter(|section| section.trim_start().starts_with("warning["));
        let findings = check(&text, &text);
        for (finding, section) in findings.iter().zip(sections) {
            let mut rest = beside_marks(section);
            for label in finding.diagnostic.labels.iter().filter(|label| !label.text.is_empty()) {
                assert!(rest.contains(&label.text), "{name}: {:?} in {section}", label.text);
                rest = rest.replacen(&label.text, "", 1);
                let (line, _) = line_column(&text, label.span.bytes.start);
                let numbered =
                    |drawn: &str| drawn.trim_start().split(' ').next() == Some(line.to_string().as_str());
                assert!(section.lines().any(numbered), "{name}: line {line} of {section}");
                compared += 1;
            }
            let costs: Vec<&str> = rest
                .lines()
                .map(|line| line.trim_matches([':', ' ']))
                .filter(|line| !line.is_empty())
                .collect();
            let is_cost = |part: &str| {
                [" image", " boot", " boots", " of waiting"].iter().any(|kind| part.ends_with(kind))
            };
            assert!(
                costs.iter().flat_map(|line| line.split(", ")).all(is_cost),
                "{name}: {costs:?} is no label of {section}"
            );
            assert_eq!(!costs.is_empty(), finding.cost.is_some(), "{name}: {section}");
        }
    }
    assert!(compared > 60, "only {compared} labels were compared");
}

/// A text after the edits of some findings; those that touch an earlier one are left for another round.
fn mended(text: &str, findings: &[Finding]) -> Option<String> {
    let mut made: Vec<Edit> = Vec::new();
    for help in findings.iter().filter_map(|finding| finding.diagnostic.help.as_ref()) {
        let apart = |edit: &Edit| {
            let touches = |other: &Edit| {
                edit.span.bytes.start <= other.span.bytes.end && other.span.bytes.start <= edit.span.bytes.end
            };
            !made.iter().any(touches)
        };
        if help.safety != Safety::DisplayOnly && help.edits.iter().all(apart) {
            made.extend(help.edits.iter().cloned());
        }
    }
    made.sort_by_key(|edit| std::cmp::Reverse(edit.span.bytes.start));
    let mut text = text.to_owned();
    for edit in &made {
        text.replace_range(edit.span.bytes.clone(), &edit.text);
    }
    (!made.is_empty()).then_some(text)
}

#[test]
fn each_fixture_is_mended_as_its_expected_file_shows() {
    let mut changed = 0;
    for name in fixtures() {
        let (text, expected) = fixture(&name, "fixed");
        let mut now = text.clone();
        let mut rounds = 0;
        while let Some(next) = mended(&now, &check(&now, &text)) {
            now = next;
            rounds += 1;
            assert!(rounds < 20, "{name} is never done");
        }
        assert_eq!(if now == text { "" } else { &now }, expected, "{name}");
        changed += usize::from(now != text);
        // A file whose lines end otherwise keeps its ends.
        let long = |text: &str| text.replace('\n', "\r\n");
        let mut now_long = long(&text);
        let mut rounds = 0;
        while let Some(next) = mended(&now_long, &check(&now_long, &text)) {
            now_long = next;
            rounds += 1;
            assert!(rounds < 20, "{name} with long ends is never done");
        }
        assert_eq!(now_long, long(&now), "{name} with long ends");
    }
    assert!(changed > 15, "only {changed} fixtures were changed");
}

/// An edit is safe where it cannot change what a test exercises.
#[test]
fn each_fixture_has_as_many_safe_edits_as_its_expected_file_counts() {
    let mut counted = 0;
    for name in fixtures() {
        let (text, expected) = fixture(&name, "stderr");
        let findings = check(&text, &text);
        let edits = |safety: Safety| {
            let helps = findings.iter().filter_map(|finding| finding.diagnostic.help.as_ref());
            helps.filter(|help| help.safety == safety && !help.edits.is_empty()).count()
        };
        let number = |before: &str| {
            let at = expected.find(before)?;
            expected[..at].rsplit(' ').next()?.parse().ok()
        };
        let safe = number(" fixable with --fix").unwrap_or(0);
        let more = number(" more with --unsafe-fixes").unwrap_or(0);
        assert_eq!((edits(Safety::Safe), edits(Safety::Unsafe)), (safe, more), "{name}");
        counted += safe + more;
    }
    assert!(counted > 30, "only {counted} edits were counted");
}
