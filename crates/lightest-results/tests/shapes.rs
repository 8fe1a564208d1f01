//! The shapes of reports that cargo-nextest and Ginkgo write, and those of their kin.

use std::time::Duration;

use lightest_results::case::{Case, Outcome};
use lightest_results::junit::{Report, read};

fn cases(text: &str, watch: &[&str]) -> (Report, Vec<Case>) {
    let mut cases = Vec::new();
    let report = read(text.as_bytes(), watch, |_, case| cases.push(case)).expect("a report");
    (report, cases)
}

fn outcomes(cases: &[Case]) -> Vec<(&str, &Outcome, u32)> {
    cases.iter().map(|case| (case.name.as_str(), &case.outcome, case.retries)).collect()
}

#[test]
fn nextest_retries_failures_and_stress_runs() {
    let (report, cases) = cases(include_str!("reports/nextest.xml"), &["ignoring", "stone is", "passed"]);
    assert_eq!(report.uuid.as_deref(), Some("3f9d7a10-5f0e-4a53-9d0c-000000000001"));
    assert_eq!(report.timestamp.as_deref(), Some("2026-09-01T08:30:00.250+00:00"));
    assert_eq!((report.cases, report.setup), (7, 1), "a setup script is no test");
    let expected = [
        ("fruit::apple", &Outcome::Passed, 0),
        ("fruit::pear", &Outcome::Failed, 1),
        ("fruit::plum", &Outcome::Passed, 2),
        ("fruit::quince", &Outcome::Failed, 0),
        ("fruit::cherry", &Outcome::Passed, 0),
        ("fruit::apple", &Outcome::Passed, 0),
    ];
    assert_eq!(outcomes(&cases), expected);
    assert_eq!(cases[1].message, "thread 'fruit::pear' panicked at tests/fruit.rs:4:5: a <worm> & a hole");
    assert_eq!((cases[1].time, cases[1].total), (Some(Duration::from_secs(2)), Duration::from_secs(5)));
    assert_eq!((cases[2].time, cases[2].total), (Some(Duration::from_secs(4)), Duration::from_secs(5)));
    assert!(
        cases.iter().all(|case| case.class == "orchard::tests"),
        "a stress run has the binary's own class"
    );
    // What an attempt before the last one wrote does not count as what the test wrote.
    assert_eq!(cases[1].found, [false, false, false]);
    assert_eq!(cases[4].found, [true, true, false]);
    assert_eq!(
        cases.iter().map(|case| case.has_output).collect::<Vec<_>>(),
        [false, true, false, false, true, false]
    );
}

#[test]
fn ginkgo_states_and_suite_nodes() {
    let (report, cases) = cases(include_str!("reports/ginkgo.xml"), &[]);
    assert_eq!((report.cases, report.setup), (9, 2));
    assert_eq!(report.timestamp.as_deref(), Some("2026-08-30T05:06:07"), "the first suite's");
    let expected = [
        (
            "[It] [sig-fruit]Apple with a stem should fall \"down\" [sig-fruit, ripe, owner:newton]",
            &Outcome::Passed,
            0,
        ),
        ("[It] Pear should hang", &Outcome::Failed, 0),
        ("[It] Plum should be skipped", &Outcome::Skipped, 0),
        ("[It] Quince is pending", &Outcome::Skipped, 0),
        ("[It] Cherry panics", &Outcome::Failed, 0),
        ("[It] Medlar times out", &Outcome::Failed, 0),
        ("[It] Sloe is interrupted", &Outcome::Failed, 0),
    ];
    assert_eq!(outcomes(&cases), expected);
}

#[test]
fn a_dry_run_of_ginkgo_shows_nothing() {
    let text = r#"<testsuites><testsuite name="s"><properties><property name="DryRun" value="true"/></properties>
        <testcase name="[It] a" status="passed" time="0"/></testsuite></testsuites>"#;
    assert_eq!(cases(text, &[]).1[0].outcome, Outcome::Skipped);
}

#[test]
fn unknown_results_are_not_passed() {
    let text = r#"<testsuite name="s"><testcase name="a" status="inconclusive"/>
        <testcase name="b"><expected-failure/></testcase>
        <testcase name="c"><testcase name="d"/></testcase>
        <testcase name="e" status="passed"><failure/></testcase>
        <testcase name="f"><skipped/><failure/></testcase>
        <testcase name="g"><system-out><failure/></system-out></testcase></testsuite>"#;
    let unclear = |what: &str| Outcome::Unclear(what.to_owned());
    let expected = [
        ("a", &unclear("the status `inconclusive`"), 0),
        ("b", &unclear("the element `expected-failure`"), 0),
        ("c", &unclear("the element `testcase`"), 0),
        ("e", &Outcome::Failed, 0),
        ("f", &Outcome::Failed, 0),
        ("g", &Outcome::Passed, 0),
    ];
    assert_eq!(outcomes(&cases(text, &[]).1), expected);
}

#[test]
fn a_report_may_name_its_commit() {
    let text = r#"<testsuites><testsuite name="s"><properties><property name="GITHUB_SHA" value="abc"/>
        <property name="colour" value="red"/></properties></testsuite>
        <testsuite name="t"><properties><property name="commit" value="abc"/></properties></testsuite></testsuites>"#;
    assert_eq!(cases(text, &[]).0.commits, ["abc"]);
}

#[test]
fn a_text_is_found_across_the_pieces_that_it_is_read_in() {
    for before in [0, 1, 7, 65_530, 65_535, 65_536, 131_060] {
        let text = format!(
            "<testsuite name='s'><testcase name='a'><system-err>{}a needle in it</system-err></testcase></testsuite>",
            "x".repeat(before)
        );
        assert_eq!(cases(&text, &["a needle in", "haystack"]).1[0].found, [true, false], "{before}");
    }
}
