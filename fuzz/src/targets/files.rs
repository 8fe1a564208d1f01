//! Files of a user: a catalog, settings, a baseline, results of tests.

use super::{Target, pieces, texts};

const TOML: [&str; 24] = [
    "[[guest]]",
    "[check]",
    "[check.rules]",
    "id = ",
    "= \"",
    "\"\"\"",
    "'''",
    "[",
    "]",
    "{",
    "}",
    "a.b.c = 1\n",
    "\n",
    "#",
    "=",
    "evidence = [",
    "when = { ",
    "9999999999999999999",
    "0x",
    "nan",
    "1979-05-27T07:32:00Z",
    "\u{0}",
    "é",
    "\\u",
];

const XML: [&str; 24] = [
    "<testsuites>",
    "<testsuite name=\"",
    "</testsuite>",
    "<testcase name=\"a\" classname=\"b\" time=\"",
    "</testcase>",
    "<failure>",
    "<skipped/>",
    "<rerunFailure>",
    "<system-out>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "&lt;",
    "&#0;",
    "&#x110000;",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "&b;",
    "\"",
    ">",
    "time=\"1e999\"",
    "<property name=\"commit\" value=\"",
    "\u{0}",
    "é",
];

const REPORT: &str = r#"<?xml version="1.0"?>
<testsuites name="nextest" tests="3" time="4.5">
  <testsuite name="vmm_tests::multiarch" timestamp="2026-01-02T03:04:05Z" tests="3">
    <properties><property name="commit" value="0123abcd"/></properties>
    <testcase name="boot::openvmm_uefi_x64_ubuntu" classname="vmm_tests" time="12.5"><system-out>a line &amp; more</system-out></testcase>
    <testcase name="b" time="1"><failure message="panicked" type="x"><![CDATA[a <b> c]]></failure></testcase>
    <testcase name="c" time="0"><skipped/><flakyFailure type="t">text</flakyFailure></testcase>
  </testsuite>
</testsuites>
"#;

const SETTINGS: &str = "catalog = \"own\"\n\n[check]\npedantic = true\nbaseline = \"known.toml\"\n\n[check.rules]\nheavier-than-needed = \"deny\"\n\n\
                        [[check.calls.method]]\non = \"agent\"\nname = \"reach\"\nrequires = [\"network\"]\n";

const BASELINE: &str =
    "[[finding]]\npath = \"a/b.rs\"\ntest = \"boot\"\nrule = \"heavier-than-needed\"\ncount = 2\n";

pub(super) fn all() -> Result<Vec<Target>, String> {
    let catalog = texts("catalog/openvmm", "toml")?;
    let reports = [vec![REPORT.to_owned()], texts("crates/lightest-results/tests/reports", "xml")?].concat();
    Ok(vec![
        Target::text("catalog", pieces(&catalog), &TOML, lightest::fuzz::catalog),
        Target::text("settings", vec![SETTINGS.to_owned()], &TOML, lightest::fuzz::settings),
        Target::text("baseline", vec![BASELINE.to_owned()], &TOML, lightest::fuzz::baseline),
        Target::bytes("junit", reports.into_iter().map(String::into_bytes).collect(), &XML, |bytes| {
            let _ = lightest_results::junit::read(bytes, &["a line", "panicked"], |_, case| {
                assert!(case.name.len() <= bytes.len() * 8, "a name is longer than the report");
            });
        }),
    ])
}
