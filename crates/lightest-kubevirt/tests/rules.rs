//! Findings of the rules in suites of our own, and their edits.

mod support;

use lightest_diagnostics::Safety;
use lightest_kubevirt::go;
use lightest_lint::finding::Finding;
use lightest_lint::linter::Options;
use support::{HEAD, run, source, sources};

fn findings(body: &str) -> Vec<Finding> {
    let checked = run(&sources(body), &Options::default());
    assert!(checked.notes.is_empty(), "{:?}", checked.notes);
    checked.findings
}

fn one(body: &str) -> Finding {
    let mut all = findings(body);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

/// The body after the edits of its only finding.
fn edited(body: &str) -> (Finding, String) {
    let sources = sources(body);
    let finding = one(body);
    let text = &sources[3].text;
    let mut edits = finding.diagnostic.help.clone().expect("there is help").edits;
    edits.sort_by_key(|edit| edit.span.bytes.start);
    let mut changed = text.to_string();
    for edit in edits.iter().rev() {
        assert_eq!(edit.span.file, 3);
        changed.replace_range(edit.span.bytes.clone(), &edit.text);
    }
    go::parse(&changed).unwrap_or_else(|error| panic!("{error:?}\n{changed}"));
    (finding, changed[HEAD.len()..].to_owned())
}

fn safety(finding: &Finding) -> Option<Safety> {
    finding.diagnostic.help.as_ref().map(|help| help.safety)
}

const READS: &str = r#"var _ = Describe("status", func() {
	It("reads", func() {
		vmi := libvmifact.NewAlpine(libvmi.WithLabel("a", "b"))
		vmi, err := kubevirt.Client().VirtualMachineInstance("ns").Get(nil, vmi.Name, nil)
		Expect(err).ToNot(HaveOccurred())
		Expect(vmi.Status.Phase).To(Equal(v1.Running))
	})
})
"#;

#[test]
fn an_idle_guest_is_replaced_and_keeps_its_options() {
    let (finding, text) = edited(READS);
    assert_eq!(finding.rule(), "heavier-than-needed");
    assert_eq!(finding.diagnostic.message, "this test boots Alpine, but only reads its status");
    assert_eq!(text, READS.replace("NewAlpine", "NewGuestless"));
    assert_eq!(safety(&finding), Some(Safety::Safe));
    // Once it is done, there is nothing left to find.
    assert!(findings(&text).is_empty());
}

#[test]
fn a_shared_guest_is_one_finding_that_counts_its_tests() {
    let finding = one(r#"var _ = Describe("shared", func() {
	var vmi *v1.VirtualMachineInstance
	BeforeEach(func() { vmi = libvmifact.NewFedora() })
	It("is paused", func() {
		Expect(kubevirt.Client().VirtualMachineInstance("ns").Pause(nil, vmi.Name, nil)).To(Succeed())
	})
	It("is migrated", func() {
		_, err := kubevirt.Client().VirtualMachineInstanceMigration("ns").Create(nil, nil, nil)
		Expect(err).ToNot(HaveOccurred())
	})
	PIt("waits for better days", func() { Expect(console.LoginToFedora(vmi)).To(Succeed()) })
})
"#);
    assert_eq!(
        finding.diagnostic.message,
        "2 tests share this guest; each of them only pauses it and migrates it"
    );
    let decoy = "no demand: the hypervisor stops the machine, whatever runs in it";
    assert!(finding.diagnostic.labels.iter().any(|label| label.text == decoy), "{finding:#?}");
}

#[test]
fn one_test_that_asks_keeps_the_guest_for_all() {
    let all = findings(
        r#"var _ = Describe("shared", func() {
	var vmi *v1.VirtualMachineInstance
	BeforeEach(func() { vmi = libvmifact.NewFedora() })
	It("reads", func() { Expect(vmi.Status.Phase).To(Equal(v1.Running)) })
	It("logs in", func() { Expect(console.LoginToFedora(vmi)).To(Succeed()) })
})
"#,
    );
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn memory_that_is_read_is_kept() {
    let body = r#"var _ = Describe("memory", func() {
	It("reads", func() {
		vmi := libvmifact.NewAlpine()
		Expect(vmi.Spec.Domain.Resources.Requests.Memory().String()).To(Equal("128Mi"))
	})
	It("reads, too", func() {
		vmi := libvmifact.NewAlpine(
			libvmi.WithLabel("a", "b"),
		)
		Expect(vmi.Spec.Domain.Resources.Requests.Memory().String()).To(Equal("128Mi"))
	})
})
"#;
    let edits: Vec<String> = findings(body)
        .iter()
        .flat_map(|finding| finding.diagnostic.help.clone().expect("there is help").edits)
        .map(|edit| edit.text)
        .collect();
    let option = "libvmi.WithMemoryRequest(\"128Mi\")";
    assert_eq!(edits, ["NewGuestless", option, "NewGuestless", &format!("\n\t\t\t{option},")]);
    // A comment behind the last option swallows nothing.
    let commented = body
        .replace(
            "libvmi.WithLabel(\"a\", \"b\"),",
            "libvmi.WithLabel(\"a\", \"b\"), // of the node\n\t\t\t// and no more",
        )
        .replace("NewAlpine()", "NewAlpine(libvmi.WithLabel(\"c\", \"d\") /* of the pod */)");
    for line in ["\n", "\r\n", " \n"] {
        let sources = sources(&commented.replace('\n', line));
        let texts: Vec<String> = run(&sources, &Options::default())
            .findings
            .iter()
            .map(|finding| {
                let edit = finding.diagnostic.help.as_ref().expect("there is help").edits[1].clone();
                let text = &sources[3].text;
                format!(
                    "{}{}",
                    text[..edit.span.bytes.start].rsplit('\n').next().unwrap_or_default(),
                    edit.text
                )
            })
            .collect();
        let first = format!("\t\tvmi := libvmifact.NewAlpine(libvmi.WithLabel(\"c\", \"d\"), {option}");
        let end = line.trim_start_matches(' ');
        assert_eq!(texts, [first, format!("\t\t\t// and no more{end}\t\t\t{option},")], "{line:?}");
    }
    let edits: Vec<String> = findings(&body.replace('\n', "\r\n"))
        .iter()
        .flat_map(|finding| finding.diagnostic.help.clone().expect("there is help").edits)
        .map(|edit| edit.text)
        .collect();
    assert_eq!(edits[3], format!("\r\n\t\t\t{option},"), "an edit ends lines as its place does");
}

#[test]
fn disks_that_are_counted_move_up_and_that_edit_is_unsafe() {
    let (finding, text) = edited(
        r#"var _ = Describe("disks", func() {
	It("rejects", func() {
		vmi := libvmifact.NewAlpine()
		_, err := kubevirt.Client().VirtualMachineInstance("ns").Create(nil, vmi, nil)
		Expect(err).To(MatchError("spec.domain.devices.disks[1].name: no such volume"))
	})
})
"#,
    );
    assert!(text.contains("NewGuestless()") && text.contains("disks[0].name"), "{text}");
    assert_eq!(safety(&finding), Some(Safety::Unsafe));
}

#[test]
fn a_login_that_fits_no_guest_is_found_and_mended() {
    let body = r#"var _ = Describe("login", func() {
	It("logs in", func() {
		vmi := libvmifact.NewFedora()
		Expect(console.LoginToAlpine(vmi)).To(Succeed())
	})
})
"#;
    let (finding, text) = edited(body);
    assert_eq!(finding.rule(), "wrong-login-for-guest");
    assert_eq!(finding.diagnostic.message, "`LoginToAlpine` waits for a prompt that Fedora does not have");
    assert_eq!(text, body.replace("LoginToAlpine", "LoginToFedora"));
    assert!(findings(&text).is_empty());
}

#[test]
fn a_login_that_fits_one_of_several_guests_is_left_alone() {
    let all = findings(
        r#"var _ = Describe("login", func() {
	It("logs in", func() {
		other := libvmifact.NewFedora()
		vmi := libvmifact.NewAlpine()
		Expect(console.LoginToAlpine(vmi)).To(Succeed())
		Expect(console.LoginToFedora(other)).To(Succeed())
	})
})
"#,
    );
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn cirros_is_banned_where_its_test_needs_a_guest() {
    let finding = one(r#"var _ = Describe("banned", func() {
	It("counts disks", func() {
		vmi := libvmifact.NewCirros()
		Expect(vmi.Spec.Domain.Devices.Disks[0].Name).To(Equal("disk0"))
	})
})
"#);
    assert_eq!(finding.rule(), "banned-guest");
    assert_eq!(finding.suggested.as_deref(), Some("NewAlpine"));
    let lighter = one(&READS.replace("NewAlpine", "NewCirros"));
    assert_eq!(lighter.rule(), "heavier-than-needed");
}

#[test]
fn a_guest_that_is_too_light_is_found_by_declared_intent() {
    let body = r#"var _ = Describe("shutdown", func() {
	It("should run a graceful shutdown", func() {
		_ = libvmifact.NewAlpine(libvmi.WithTerminationGracePeriod(5))
	})
})
"#;
    let finding = one(body);
    assert_eq!(finding.rule(), "lacks-what-it-uses");
    assert_eq!(finding.diagnostic.message, "Alpine lacks what this test asks for: a graceful shutdown");
    assert_eq!(finding.suggested.as_deref(), Some("NewAlpineWithTestTooling"));
    let negative = body.replace("should run a graceful", "should fail without a graceful");
    assert!(findings(&negative).iter().all(|finding| finding.rule() != "lacks-what-it-uses"));
}

#[test]
fn comments_suppress_with_a_reason_and_unused_ones_are_found() {
    let above = "\t\t// lightest: expect(heavier-than-needed): the guest's clock is compared by hand\n\t\tvmi := libvmifact.NewAlpine";
    assert!(findings(&READS.replace("\t\tvmi := libvmifact.NewAlpine", above)).is_empty());
    let beside =
        "WithLabel(\"a\", \"b\")) // lightest: expect(heavier-than-needed): the guest's clock is compared";
    assert!(findings(&READS.replace("WithLabel(\"a\", \"b\"))", beside)).is_empty());
    let on_the_test =
        "\t// lightest: expect(heavier-than-needed): the guest's clock is compared\n\tIt(\"reads\"";
    assert!(findings(&READS.replace("\tIt(\"reads\"", on_the_test)).is_empty());
    // Behind another statement, a comment is about that.
    let behind = "\t\tcount := 1 // lightest: expect(heavier-than-needed): the guest's clock is compared\n\t\tvmi := libvmifact.NewAlpine";
    let all = findings(&READS.replace("\t\tvmi := libvmifact.NewAlpine", behind));
    assert!(all.iter().any(|finding| finding.rule() == "heavier-than-needed"), "{all:#?}");
    let unused = above.replace("NewAlpine", "NewGuestless");
    let all = findings(&READS.replace("\t\tvmi := libvmifact.NewAlpine", &unused));
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(all[0].rule(), "unused-suppression");
    let reasonless = above.replace(": the guest's clock is compared by hand", "");
    let all = findings(&READS.replace("\t\tvmi := libvmifact.NewAlpine", &reasonless));
    let rules: Vec<&str> = all.iter().map(Finding::rule).collect();
    assert_eq!(rules, ["unused-suppression", "heavier-than-needed"], "{all:#?}");
}

#[test]
fn declared_intent_adds_to_the_body() {
    let stated = "\t\t// lightest: requires(agent): the snapshot is taken by a job that asks the agent\n\t\tvmi := libvmifact.NewFedora";
    let body = READS.replace("\t\tvmi := libvmifact.NewAlpine", stated);
    assert!(findings(&body).is_empty(), "{:#?}", findings(&body));
}

#[test]
fn a_broken_file_only_opens_tests_that_depend_on_it() {
    let mut sources = sources(READS);
    sources.push(source("tests/broken_test.go", "package tests\n\nfunc {\n"));
    sources.push(source(
        "tests/zz_test.go",
        &format!(
            "{HEAD}{}",
            READS.replace("Expect(vmi.Status.Phase)", "lookInside()\n\t\tExpect(vmi.Status.Phase)")
        ),
    ));
    let checked = run(&sources, &Options::default());
    assert_eq!(checked.notes.len(), 1);
    assert_eq!(checked.notes[0].primary().map(|span| span.file), Some(4), "{:?}", checked.notes);
    assert_eq!(checked.unread, [4]);
    let places: Vec<usize> = checked.findings.iter().map(|finding| finding.span().file).collect();
    assert_eq!(places, [3]);
}

#[test]
fn nothing_at_all_is_no_trouble() {
    for text in ["", "package", "package p", "\u{feff}package p\n"] {
        let checked = run(&[source("tests/a_test.go", text)], &Options::default());
        assert!(checked.findings.is_empty() && checked.sites.is_empty());
    }
}

#[test]
fn a_guest_that_its_author_chose_is_left_alone() {
    let named = READS.replace("It(\"reads\"", "It(\"reads of an Alpine machine\"");
    assert!(findings(&named).is_empty(), "the name says so");
    let comment = "\t\t// Alpine, so that there is enough memory\n\t\tvmi := libvmifact";
    assert!(findings(&READS.replace("\t\tvmi := libvmifact", comment)).is_empty(), "a comment says so");
    let other = "\t\t// a machine of its own\n\t\tvmi := libvmifact";
    assert_eq!(one(&READS.replace("\t\tvmi := libvmifact", other)).rule(), "heavier-than-needed");
    assert_eq!(one(&READS.replace("It(\"reads\"", "It(\"reads of alpines\"")).rule(), "heavier-than-needed");
}

#[test]
fn a_disk_that_is_looked_for_by_its_name_is_asked_for() {
    let phase = "Expect(vmi.Status.Phase).To(Equal(v1.Running))";
    let by_name = READS.replace(phase, "Expect(vmi.Status.Name).To(Equal(\"disk0\"))");
    assert!(findings(&by_name).is_empty());
    // A text of that name that nothing is compared with may be anything.
    let other = READS.replace(phase, "By(\"disk0\")");
    assert_eq!(one(&other).rule(), "heavier-than-needed");
}

#[test]
fn a_volume_that_is_taken_out_of_a_machine_asks_for_a_guest() {
    let phase = "Expect(vmi.Status.Phase).To(Equal(v1.Running))";
    let call = "Expect(kubevirt.Client().VirtualMachineInstance(\"ns\").RemoveVolume(nil, vmi.Name, nil)).To(Succeed())";
    assert!(findings(&READS.replace(phase, call)).is_empty());
    assert_eq!(one(&READS.replace(phase, &call.replace("Remove", "Add"))).rule(), "heavier-than-needed");
}

/// A test with this body, and the texts of its findings' edits.
fn edits_of(body: &str) -> Vec<Vec<String>> {
    let text =
        format!("var _ = Describe(\"memory\", func() {{\n\tIt(\"runs\", func() {{\n{body}\t}})\n}})\n");
    let help = |finding: &Finding| finding.diagnostic.help.clone().expect("there is help").edits;
    findings(&text).iter().map(|finding| help(finding).into_iter().map(|edit| edit.text).collect()).collect()
}

#[test]
fn memory_that_something_else_is_measured_by_is_kept() {
    let kept = ["NewGuestless", ", libvmi.WithMemoryRequest(\"128Mi\")"];
    for option in ["WithHugepages(\"2Mi\")", "WithUefi(false)"] {
        assert_eq!(edits_of(&format!("\t\t_ = libvmifact.NewAlpine(libvmi.{option})\n")), [kept], "{option}");
    }
    // A limit is no request, and the request of another machine is none of this one's.
    let reads = "\t\tres := vmi.Spec.Domain.Resources\n\t\tExpect(res.Requests.Memory().String()).To(Equal(\"128Mi\"))\n";
    let limited = "\t\tvmi := libvmifact.NewAlpine(libvmi.WithMemoryLimit(\"1Gi\"))\n";
    assert_eq!(edits_of(&format!("{limited}{reads}")), [kept]);
    let other = "\t\t_ = libvmifact.NewAlpine(libvmi.WithMemoryRequest(\"1Gi\"))\n";
    let labelled = "\t\tvmi := libvmifact.NewAlpine(libvmi.WithLabel(\"a\", \"b\"))\n";
    assert_eq!(edits_of(&format!("{other}{labelled}{reads}")), [&kept[..1], &kept]);
    let set = "\t\tvmi.Spec.Domain.Resources.Requests[k8sv1.ResourceMemory] = amount\n";
    assert_eq!(edits_of(&format!("{labelled}{set}{reads}")), [&kept[..1]]);
    let pod = "\t\tExpect(pod.Spec.Containers[0].Resources.Requests.Memory()).ToNot(BeNil())\n";
    assert_eq!(edits_of(&format!("{labelled}{pod}")), [kept]);
}

fn rules_of(body: &str) -> Vec<&'static str> {
    let text =
        format!("var _ = Describe(\"login\", func() {{\n\tIt(\"logs in\", func() {{\n{body}\t}})\n}})\n");
    findings(&text).iter().map(Finding::rule).collect()
}

#[test]
fn a_login_is_right_where_the_machine_was_described_by_hand_or_given_another_image() {
    let login = "\t\tExpect(console.LoginToFedora(vmi)).To(Succeed())\n";
    let by_hand = "\t\t_ = libvmifact.NewCirros()\n\t\tvmi := &v1.VirtualMachineInstance{Spec: spec}\n";
    assert!(!rules_of(&format!("{by_hand}{login}")).contains(&"wrong-login-for-guest"));
    let image = "\t\tvmi := libvmifact.NewAlpine()\n\t\tvmi.Spec.Volumes[0].ContainerDisk.Image = other\n";
    assert_eq!(rules_of(&format!("{image}{login}")), [""; 0]);
}

#[test]
fn a_login_to_a_machine_without_a_console_is_one_finding() {
    let login = "\t\tExpect(console.LoginToFedora(vmi)).To(Succeed())\n";
    let body = format!("\t\tvmi := libvmifact.NewGuestless()\n{login}");
    assert_eq!(rules_of(&body), ["lacks-what-it-uses"]);
}

#[test]
fn a_pending_test_may_log_in_as_it_likes() {
    let body = r#"var _ = Describe("login", func() {
	PIt("logs in", func() {
		vmi := libvmifact.NewFedora()
		Expect(console.LoginToAlpine(vmi)).To(Succeed())
	})
})
"#;
    assert!(findings(body).is_empty(), "{:#?}", findings(body));
}
