//! Findings that a comment suppresses, by its place and its words.

#[path = "common/reading.rs"]
mod reading;

use lightest_diagnostics::Safety;
use lightest_lint::change::{Change, Changes};
use lightest_lint::dialect::Dialect;
use lightest_lint::linter::{self, Options};
use lightest_petri::Petri;
use reading::{CATALOG, TABLE, file};

const X64: &str = "openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))";
const ARM: &str = "openvmm_uefi_aarch64(vhd(ubuntu_2404_server_aarch64))";

/// The findings in a text: the rule, the marked text, and whether the edit is safe.
fn found(text: &str) -> Vec<(String, String, bool)> {
    let sources = [file(text)];
    let reading = Petri.read(&sources, &CATALOG, &TABLE);
    assert_eq!(reading.notes, []);
    let findings = linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &Options::default());
    let reported = findings.iter().map(|finding| {
        let safe = finding.diagnostic.help.as_ref().is_some_and(|help| help.safety == Safety::Safe);
        (finding.rule().to_owned(), text[finding.span().bytes.clone()].to_owned(), safe)
    });
    // That another architecture is missing is not what comments are about here.
    reported.filter(|(rule, ..)| rule != "architecture-gap").collect()
}

/// A test of that name with what stands above its attribute, in its list and in its body.
fn test(above: &str, list: &str, body: &str) -> String {
    format!(
        "{above}\n#[vmm_test({list})]\nasync fn answers<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {{\n\
         let (vm, agent) = config.run().await?;\n{body}\nagent.ping().await?;\nOk(())\n}}\n"
    )
}

fn heavy(variant: &str, safe: bool) -> (String, String, bool) {
    ("heavier-than-needed".to_owned(), variant.to_owned(), safe)
}

#[test]
fn a_suppression_in_a_list_is_for_the_next_variant_or_the_one_on_its_line() {
    let expect = "lightest: expect(heavier-than-needed): it is watched";
    let list = |list: String| found(&test("", &list, ""));
    assert_eq!(list(format!("\n{X64},\n{ARM},\n")), [heavy(X64, true), heavy(ARM, true)]);
    assert_eq!(list(format!("\n// {expect}\n{X64},\n{ARM},\n")), [heavy(ARM, true)]);
    assert_eq!(list(format!("\n{X64},\n// {expect}\n{ARM},\n")), [heavy(X64, true)]);
    assert_eq!(list(format!("\n{X64},\n/* {expect} */{ARM},\n")), [heavy(X64, true)]);
    // Behind a variant on its line, it is for that one.
    assert_eq!(list(format!("\n{X64}, // {expect}\n{ARM},\n")), [heavy(ARM, true)]);
    assert_eq!(list(format!("\n{X64},\n{ARM}, // {expect}\n")), [heavy(X64, true)]);
    assert_eq!(list(format!("{X64}, /* {expect} */ {ARM}")), [heavy(X64, true)]);
    assert_eq!(found(&test(&format!("// {expect}"), &format!("\n{X64},\n{ARM},\n"), "")), []);
    // Behind the last variant, it is for none of them: the whole test's.
    assert_eq!(list(format!("\n{X64},\n{ARM},\n// {expect}\n")), []);
    let twice = format!("#[vmm_test(\n{X64},\n// {expect}\n)]\n{}", test("", ARM, ""));
    assert_eq!(found(&twice), [], "nor for one of another list");
}

#[test]
fn a_suppression_that_nothing_needs_is_found_with_its_line() {
    let expect = "// lightest: expect(heavier-than-needed): it is watched";
    let unused = |text: &str, safe: bool| ("unused-suppression".to_owned(), text.to_owned(), safe);
    let light = "openvmm_linux_direct_x64";
    assert_eq!(found(&test(expect, light, "")), [unused(expect, true)]);
    // The second of the same suppresses nothing.
    let twice = test(&format!("{expect}\n{expect} closely"), X64, "");
    assert_eq!(found(&twice), [unused(&format!("{expect} closely"), true)]);
    // Of a rule that is not asked, it is not known.
    let pedantic = "// lightest: expect(redundant-variant): both are wanted";
    assert_eq!(found(&test(pedantic, light, "")), []);
    let slip = "// lightest: expect(heavier-than-neded): it is watched";
    assert_eq!(found(&test(slip, X64, "")), [unused(slip, false), heavy(X64, true)]);
    let reasonless = "// lightest: expect(heavier-than-needed)";
    assert_eq!(found(&test(reasonless, X64, "")), [unused(reasonless, false), heavy(X64, true)]);
    let other = "// lightest: ignore";
    assert_eq!(found(&test(other, X64, "")), [unused(other, false), heavy(X64, true)]);
}

#[test]
fn a_suppression_that_nothing_needs_goes_with_its_line_where_it_has_one() {
    let light = "openvmm_linux_direct_x64";
    let line = "// lightest: expect(heavier-than-needed): it is watched";
    let block = "/* lightest: expect(heavier-than-needed): it is watched */";
    let after = |list: &str| {
        let text = test("", list, "");
        let sources = [file(text.as_str())];
        let reading = Petri.read(&sources, &CATALOG, &TABLE);
        let findings = linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &Options::default());
        let finding =
            findings.iter().find(|finding| finding.rule() == "unused-suppression").expect("it is unused");
        let edit = &finding.diagnostic.help.as_ref().expect("help").edits[0];
        let mut after = text.clone();
        after.replace_range(edit.span.bytes.clone(), &edit.text);
        after
            .split_once("vmm_test(")
            .and_then(|(_, rest)| rest.split_once(")]"))
            .expect("a list")
            .0
            .to_owned()
    };
    assert_eq!(after(&format!("\n    {line}\n    {light},\n")), format!("\n    {light},\n"));
    assert_eq!(after(&format!("\n    {light}, {line}\n")), format!("\n    {light}, \n"));
    assert_eq!(after(&format!("\n    {block} {light},\n")), format!("\n     {light},\n"));
    assert_eq!(after(&format!("{block} {light}")), format!(" {light}"));
}

#[test]
fn a_reason_beside_a_variant_is_for_that_variant() {
    let list = |list: String| found(&test("", &list, ""));
    assert_eq!(list(format!("\n{X64}, // because of udev\n{ARM},\n")), [heavy(ARM, true)]);
    assert_eq!(list(format!("\n// because of udev\n{X64},\n{ARM},\n")), [heavy(ARM, true)]);
    assert_eq!(list(format!("\n{X64},\n{ARM}, // because of udev\n")), [heavy(X64, true)]);
    assert_eq!(list(format!("\n{X64},\n{ARM},\n// because of udev\n")), [heavy(X64, true)]);
    // What stands above the next variant does not go on with it.
    let both = format!("\n{X64}, // for now\n// because of udev\n{ARM},\n");
    assert_eq!(list(both), [heavy(X64, false)]);
    // One that mentions the variant without a reason keeps it from being changed unseen.
    assert_eq!(list(format!("\n{X64}, // for now\n{ARM},\n")), [heavy(X64, false), heavy(ARM, true)]);
    assert_eq!(list(format!("\n{X64},\n/* because of udev */{ARM},\n")), [heavy(X64, true)]);
    assert_eq!(list(format!("\n/* because of udev */{X64},\n{ARM},\n")), [heavy(ARM, true)]);
    assert_eq!(
        list(format!("{X64}, /* because of udev */ {ARM}")),
        [heavy(X64, true)],
        "it stands before the second"
    );
    assert_eq!(
        list(format!("\n{X64}, // Linux\n{ARM},\n")),
        [heavy(X64, false), heavy(ARM, true)],
        "so are others"
    );
    // The guest's own name is reason enough beside it, and code is none.
    assert_eq!(list(format!("\n{X64}, // Ubuntu\n{ARM},\n")), [heavy(ARM, true)]);
    assert_eq!(list(format!("\n{X64}, // ----\n{ARM},\n")), [heavy(X64, true), heavy(ARM, true)]);
}

#[test]
fn a_comment_above_the_attribute_must_name_the_guest_and_a_reason() {
    let above = |comment: &str| found(&test(comment, X64, ""));
    assert_eq!(above("// Ubuntu, because the reader wants it."), []);
    assert_eq!(above("// The image is needed."), []);
    assert_eq!(above("// Runs on Ubuntu."), [heavy(X64, false)]);
    assert_eq!(above("// It must be quick."), [heavy(X64, false)]);
    assert_eq!(above("// Answers quickly."), [heavy(X64, true)]);
    assert_eq!(above("// Ubuntus, because ponderous."), [heavy(X64, false)], "another word");
}

#[test]
fn findings_at_one_place_are_in_rule_order() {
    let openhcl = "openvmm_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64))";
    let rules =
        |list: &str| found(&test("", list, "")).into_iter().map(|(rule, ..)| rule).collect::<Vec<_>>();
    assert_eq!(rules(openhcl), ["heavier-than-needed", "openhcl-without-plain"]);
}

/// A rule about something other than the guest is silent where a comment gives a reason for that.
#[test]
fn a_comment_on_the_topic_of_a_rule_is_a_reason() {
    let pedantic = Options { pedantic: true, ..Options::default() };
    let silent = |rule: &str, list: &str, comment: &str| {
        let sources = [file(test(comment, list, ""))];
        let reading = Petri.read(&sources, &CATALOG, &TABLE);
        let findings = linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &pedantic);
        findings.iter().all(|finding| finding.rule() != rule)
    };
    let isolated =
        format!("openvmm_openhcl_uefi_x64[vbs](vhd(windows_datacenter_core_2025_x64_prepped)), {X64}");
    for (rule, list, about) in [
        ("architecture-gap", "openvmm_linux_direct_x64", "x64"),
        ("openhcl-without-plain", "openvmm_openhcl_linux_direct_x64", "paravisor"),
        ("isolation-not-exercised", isolated.as_str(), "VBS"),
    ] {
        assert!(!silent(rule, list, ""), "{rule}");
        assert!(!silent(rule, list, &format!("// The {about}.")), "{rule}: no reason");
        assert!(!silent(rule, list, "// It must be quick."), "{rule}: about something else");
        assert!(silent(rule, list, &format!("// The {about} must be there.")), "{rule}");
    }
    let direct = "\nopenvmm_openhcl_linux_direct_x64, // direct\n";
    assert!(!silent("openhcl-without-plain", direct, ""), "a word of its name that says nothing");
}

#[test]
fn a_name_of_two_letters_is_never_a_mention() {
    let called = |family: &str| {
        let mut catalog = CATALOG.clone();
        for guest in catalog.guests.iter_mut().filter(|guest| guest.family == "ubuntu") {
            guest.family = family.to_owned();
        }
        let sources = [file(test("", &format!("\n{X64}, // {family}\n"), ""))];
        let reading = Petri.read(&sources, &catalog, &TABLE);
        let findings = linter::check(&reading, &sources, &Petri, &catalog, &TABLE, &Options::default());
        findings.iter().filter(|finding| finding.rule() == "heavier-than-needed").count()
    };
    assert_eq!(called("ubu"), 0);
    assert_eq!(called("ub"), 1);
}

#[test]
fn a_comment_in_the_body_must_name_the_guest_or_a_part_of_a_distribution() {
    let body = |comment: &str| found(&test("", X64, comment));
    assert_eq!(body("// Needs udev."), []);
    assert_eq!(body("// Ubuntu is needed here."), []);
    assert_eq!(body("// The image is needed here."), [heavy(X64, true)]);
    assert_eq!(body("// Udev answers."), [heavy(X64, true)], "no reason");
}

#[test]
fn a_comment_at_the_top_of_a_file_must_name_the_guest() {
    let preface = |text: &str| found(&format!("//! {text}\n{}", test("", X64, "")));
    assert_eq!(preface("On Ubuntu, because udev is looked at."), []);
    assert_eq!(preface("On Ubuntu."), [heavy(X64, false)]);
    assert_eq!(preface("Tests that need an image."), [heavy(X64, true)]);
    // A byte order mark is no part of the first line.
    let marked = format!("\u{feff}//! On Ubuntu, because udev is looked at.\n{}", test("", X64, ""));
    assert_eq!(found(&marked), []);
}

#[test]
fn why_a_machine_is_stopped_in_this_way_stands_at_the_end_of_the_call_within_it_or_directly_above() {
    let stop = "vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?;";
    let waits = |body: &str| {
        let text = format!(
            "#[openvmm_test(linux_direct_x64)]\nasync fn ends(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {{\n\
             let (mut vm, agent) = config.run().await?;\n{body}\nvm.wait_for_clean_teardown().await?;\nOk(())\n}}\n"
        );
        found(&text).iter().any(|(rule, ..)| rule == "unprovided-quirk")
    };
    let ping = "agent.ping().await?;";
    let why = "// power_off() would hang";
    assert!(waits(&format!("{ping}\n{stop}")));
    assert!(!waits(&format!("{ping}\n{stop}\n{stop}")), "where it is done again, it is the point");
    for explained in [
        format!("{ping}\n{why}\n{stop}"),
        format!("{ping}\n// It hangs otherwise:\n{why}\n// as seen\n{stop}"),
        format!("{ping}\n/* power_off() would hang */\n{stop}"),
        format!("{ping}\n{stop} {why}"),
        format!("{ping}\nvm.send_enlightened_shutdown(\nShutdownKind::Shutdown, {why}\n)\n.await?;"),
        format!("{ping} // it answers\n{why}\n{stop}"),
        format!("{ping}\nif early {{ {why}\n{stop}\n}}"),
        format!("{ping}\nvm.send_enlightened_shutdown(ShutdownKind::Shutdown)\n.await?; {why}"),
        format!("{ping}\n/* It would\n\nhang with power_off() */\n{stop}"),
        format!("let _ = (\nvm.arch(),\n{}, {why}\n);", stop.trim_end_matches(';')),
        format!("{ping}\nvm\n{why}\n.send_enlightened_shutdown(ShutdownKind::Shutdown)\n.await?;"),
        format!("{ping}\n{why}\nvm\n.send_enlightened_shutdown(ShutdownKind::Shutdown)\n.await?;"),
    ] {
        assert!(!waits(&explained), "{explained}");
    }
    for elsewhere in [
        format!("{why}\n{ping}\n{stop}"),
        format!("{ping} {why}\n{stop}"),
        format!("{ping} /* power_off()\nwould hang */\n{stop}"),
        format!("{stop}\nvm.ready().await?; {why}"),
        format!("{ping}\n{why}\n\n{stop}"),
        format!("{ping}\n{why}\n\n{stop}\n// The end."),
        format!("{ping}\n{stop}\n{why}"),
        format!("{ping}\n// Ends here.\n{stop}"),
        format!("let _ = async {{\n{ping}\n{}\n}}; {why}", stop.trim_end_matches(';')),
        format!("let _ = async {{\n{ping}\n{}\n\n{why}\n}};", stop.trim_end_matches(';')),
        format!("let _ = (\nvm.arch(), {why}\n{},\n);", stop.trim_end_matches(';')),
        format!("let _ = (\n{why}\nvm.arch(),\n// Ends here.\n{},\n);", stop.trim_end_matches(';')),
    ] {
        assert!(waits(&elsewhere), "{elsewhere}");
    }
}

#[test]
fn a_comment_that_waits_for_a_limit_that_is_lifted_is_found() {
    let number = |comment: &str| {
        let text = format!(
            "{comment}\n#[openvmm_test(linux_direct_x64)]\nasync fn ends(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {{\n\
             let (vm, agent) = config.run().await?;\nagent.ping().await?;\nOk(())\n}}\n"
        );
        found(&text).iter().filter(|(rule, ..)| rule == "lifted-blocker").count()
    };
    for waiting in [
        "// TODO: microsoft/openvmm#1798",
        "// blocked by https://github.com/microsoft/openvmm/issues/1798",
        "// Runs once issue 1798 is done",
        "// Waits until GH 1798",
        "// linux_direct_aarch64, see #1798",
    ] {
        assert_eq!(number(waiting), 1, "{waiting}");
    }
    for other in
        ["// See microsoft/openvmm#1798", "// TODO: #17980", "// TODO: 1798 of them", "// TODO: #2803"]
    {
        assert_eq!(number(other), 0, "{other}");
    }
}

#[test]
fn only_a_comment_in_a_list_is_replaced_by_its_variant() {
    let safety = |above: &str, inside: &str| {
        let sources = [file(test(above, &format!("\nopenvmm_linux_direct_x64,\n{inside}\n"), ""))];
        let reading = Petri.read(&sources, &CATALOG, &TABLE);
        let findings = linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &Options::default());
        let finding =
            findings.iter().find(|finding| finding.rule() == "lifted-blocker").expect("it is lifted");
        finding.diagnostic.help.as_ref().map(|help| help.safety)
    };
    let comment = "// openvmm_linux_direct_aarch64, once #1798 is done";
    assert_eq!(safety("", comment), Some(Safety::Unsafe));
    assert_eq!(safety(comment, ""), Some(Safety::DisplayOnly));
    assert_eq!(safety("// More, once #1798 is done.", ""), None, "it names none");
}

#[test]
fn a_finding_on_a_comment_above_a_test_is_that_tests() {
    let expect = |why: &str| format!("// lightest: expect(heavier-than-needed): {why}");
    let one = test(&expect("one"), "openvmm_linux_direct_x64", "let first = 1;");
    let two =
        test(&expect("two"), "openvmm_linux_direct_x64", "let second = 2;").replace("answers", "replies");
    let text = [one, two].concat();
    let sources = [file(text.as_str())];
    let reading = Petri.read(&sources, &CATALOG, &TABLE);
    let findings = linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &Options::default());
    let unused: Vec<_> = findings.iter().filter(|finding| finding.rule() == "unused-suppression").collect();
    assert_eq!(unused.len(), 2);
    for (at, line) in ["let first = 1;", "let second = 2;"].into_iter().enumerate() {
        let start = text.find(line).expect("it is there");
        let mut changes = Changes::to(Petri.leading());
        changes.set(0, vec![Change::New(start..start + line.len())]);
        let touched = changes.touched(&reading, &sources);
        let found: Vec<_> = (0..2).filter(|other| touched.has_finding(unused[*other], &reading)).collect();
        assert_eq!(found, [at], "{line}");
    }
}
