//! Specs whose guest stays, since something asks for it or is not known: each in one way of writing that hides the demand.

mod support;

use lightest_lint::finding::Finding;
use lightest_lint::linter::Options;
use support::{HEAD, run, source, sources};

/// A package of helpers beside the tests.
const HELPERS: &str = r#"package harness

import (
	v1 "kubevirt.io/api/core/v1"

	"kubevirt.io/kubevirt/tests/console"
)

type Machine = v1.VirtualMachineInstance

type Starter interface{ Start() }

type Runner interface {
	Starter
	Stop()
}

type fedora struct{ vmi *v1.VirtualMachineInstance }

func (f *fedora) Start() { _ = console.LoginToFedora(f.vmi) }
func (f *fedora) Stop()  {}

func New(vmi *v1.VirtualMachineInstance) Runner { return &fedora{vmi} }

func Has(vmi *v1.VirtualMachineInstance, name string) bool {
	for _, volume := range vmi.Spec.Volumes {
		if volume.Name == name {
			return true
		}
	}
	return false
}
"#;

/// One function, declared for each kind of system.
const FOR_AMD64: &str = r#"package harness

import (
	v1 "kubevirt.io/api/core/v1"

	"kubevirt.io/kubevirt/tests/console"
)

func Prepare(vmi *v1.VirtualMachineInstance) { _ = console.LoginToAlpine(vmi) }
"#;

const FOR_S390X: &str = r#"package harness

import v1 "kubevirt.io/api/core/v1"

func Prepare(vmi *v1.VirtualMachineInstance) {}
"#;

fn findings(before: &str, body: &str) -> Vec<Finding> {
    let head = HEAD.replace(
        "\t\"kubevirt.io/kubevirt/pkg/libvmi\"\n",
        "\t\"example.com/elsewhere\"\n\t\"kubevirt.io/client-go/kubecli\"\n\n\t\"kubevirt.io/kubevirt/pkg/libvmi\"\n\t\"kubevirt.io/kubevirt/tests/exec\"\n\t\"kubevirt.io/kubevirt/tests/harness\"\n",
    );
    let text = format!(
        "{head}{before}\n\nvar _ = Describe(\"a suite\", func() {{\n\tIt(\"runs\", func() {{\n{body}\n\t}})\n}})\n"
    );
    let mut all = sources("");
    all.truncate(3);
    all.push(source("tests/harness/harness.go", HELPERS));
    all.push(source("tests/harness/harness_amd64.go", FOR_AMD64));
    all.push(source("tests/harness/harness_s390x.go", FOR_S390X));
    all.push(source("tests/own_test.go", &text));
    let checked = run(&all, &Options::default());
    assert!(checked.notes.is_empty(), "{:?}\n{text}", checked.notes);
    checked.findings
}

fn silent(before: &str, body: &str) {
    let found = findings(before, body);
    assert!(found.is_empty(), "{body}\n{found:#?}");
    // What makes it silent is what the test does: the same guest alone is found.
    let guest = body.lines().find(|line| line.contains("libvmifact.")).expect("a guest");
    let alone = findings("", &guest.replace("vmi :=", "_ ="));
    assert_eq!(alone.len(), 1, "{guest}\n{alone:#?}");
}

const GUEST: &str = "\t\tvmi := libvmifact.NewAlpine()\n";

fn silent_after_guest(before: &str, line: &str) {
    silent(before, &format!("{GUEST}\t\t{line}"));
}

#[test]
fn functions_from_elsewhere_that_get_the_machine_are_not_known_however_they_are_called() {
    silent_after_guest("", "check := elsewhere.Check\n\t\tcheck(vmi)");
    silent_after_guest("", "elsewhere.Checker()(vmi)");
    silent_after_guest("var check = elsewhere.Check", "check(vmi)");
    silent_after_guest(
        "type tool struct{ check func(*v1.VirtualMachineInstance) }",
        "tool{elsewhere.Check}.check(vmi)",
    );
    silent_after_guest(
        "type tool struct{ check func(*v1.VirtualMachineInstance) }",
        "t := tool{check: elsewhere.Check}\n\t\tt.check(vmi)",
    );
    silent_after_guest(
        "func apply(vmi *v1.VirtualMachineInstance, f func(*v1.VirtualMachineInstance)) { f(vmi) }",
        "apply(vmi, elsewhere.Check)",
    );
    silent_after_guest(
        "var check func(*v1.VirtualMachineInstance)",
        "check = elsewhere.Check\n\t\tcheck(vmi)",
    );
    // An option that the table knows is known wherever it is called.
    let body = format!("{GUEST}\t\tlibvmi.WithLabel(\"a\", \"b\")(vmi)");
    assert_eq!(findings("", &body).len(), 1);
}

#[test]
fn functions_from_elsewhere_are_not_known_wherever_they_are_put() {
    let declared = "var check func(*v1.VirtualMachineInstance)\n\t\tcheck = elsewhere.Check\n\t\tcheck(vmi)";
    silent_after_guest("", declared);
    silent_after_guest(
        "type tool struct{ check func(*v1.VirtualMachineInstance) }",
        "var t tool\n\t\tt.check = elsewhere.Check\n\t\tt.check(vmi)",
    );
    silent_after_guest(
        "",
        "for _, check := range []func(*v1.VirtualMachineInstance){elsewhere.Check} {\n\t\t\tcheck(vmi)\n\t\t}",
    );
    silent_after_guest(
        "type tool struct{}\n\nfunc (tool) apply(vmi *v1.VirtualMachineInstance, f func(*v1.VirtualMachineInstance)) { f(vmi) }",
        "tool{}.apply(vmi, elsewhere.Check)",
    );
}

#[test]
fn a_function_from_elsewhere_in_an_entry_of_a_table_is_not_known() {
    let table = |check: &str| {
        let text = format!(
            "var _ = Describe(\"tables\", func() {{\n\tDescribeTable(\"runs\", func(check func(*v1.VirtualMachineInstance) error, strategy string) {{\n{GUEST}\t\tExpect(check(vmi)).To(Succeed())\n\t}},\n\t\tEntry(\"one\", {check}, elsewhere.Always),\n\t)\n}})\n"
        );
        findings(&text, "").len()
    };
    assert_eq!(table("elsewhere.Check"), 0);
    assert_eq!(table("Label(\"slow\"), elsewhere.Check"), 0);
    assert_eq!(table("func(*v1.VirtualMachineInstance) error { return nil }"), 1);
}

#[test]
fn a_machine_in_something_else_goes_where_that_goes() {
    silent_after_guest("func look(vmi *harness.Machine) { elsewhere.Check(vmi) }", "look(vmi)");
    silent_after_guest("type pair struct{ vmi *v1.VirtualMachineInstance }", "elsewhere.Check(pair{vmi})");
    silent_after_guest("", "elsewhere.Check(elsewhere.Options{Machine: vmi})");
    silent_after_guest("", "elsewhere.Check([]any{vmi})");
}

#[test]
fn methods_of_embedded_interfaces_and_of_names_for_clients_are_found() {
    silent("", "\t\tvmi := libvmifact.NewFedora()\n\t\tharness.New(vmi).Start()");
    silent_after_guest(
        "type machines = kubecli.VirtualMachineInstanceInterface\n\nfunc users(of machines, name string) { _, _ = of.UserList(nil, name) }",
        "users(kubevirt.Client().VirtualMachineInstance(\"ns\"), vmi.Name)",
    );
}

#[test]
fn a_helper_declared_for_several_systems_has_the_requirements_of_all() {
    silent_after_guest("", "harness.Prepare(vmi)");
}

#[test]
fn a_variable_that_is_given_a_function_anywhere_may_stand_for_it() {
    silent_after_guest(
        "var check func(*v1.VirtualMachineInstance) error\n\nfunc init() { check = console.LoginToAlpine }",
        "Expect(check(vmi)).To(Succeed())",
    );
}

#[test]
fn disks_that_are_counted_are_asked_for_under_any_name() {
    for line in [
        "Expect(len(vmi.Spec.Domain.Devices.Disks)).To(Equal(1))",
        "disks := vmi.Spec.Domain.Devices.Disks\n\t\tExpect(disks).To(HaveLen(1))",
        "disks := vmi.Spec.Domain.Devices.Disks\n\t\tExpect(disks[0].Name).ToNot(BeEmpty())",
        "const two = 2\n\t\tExpect(vmi.Spec.Volumes[two-2].Name).ToNot(BeEmpty())",
        "Eventually(func() bool { return len(vmi.Spec.Volumes) == 1 }).Should(BeTrue())",
        "Eventually(func() int { return len(vmi.Status.VolumeStatus) }).Should(Equal(1))",
        "disks := func() []v1.Disk { return vmi.Spec.Domain.Devices.Disks }\n\t\tExpect(disks()).To(HaveLen(1))",
        "Expect(vmi.Name).To(ContainSubstring(\"spec.domain.devices.disks[0].name\"))",
        "By(\"/spec/template/spec/volumes/0\")",
        "By(\"/spec/domain/devices/disks/0\")",
        "const first = 0\n\t\tExpect(vmi.Spec.Volumes[first].Name).ToNot(BeEmpty())",
        "for _, volume := range vmi.Spec.Volumes {\n\t\t\tif volume.Name == \"disk0\" {\n\t\t\t\treturn\n\t\t\t}\n\t\t}",
        "switch vmi.Spec.Volumes[len(vmi.Spec.Volumes)-1].Name {\n\t\tcase \"disk0\":\n\t\t}",
        "Expect(harness.Has(vmi, \"disk0\")).To(BeTrue())",
        "const boot = \"disk0\"\n\t\tExpect(harness.Has(vmi, boot)).To(BeTrue())",
        "Expect(vmi.Name).To(HaveField(\"Name\", \"disk0\"))",
    ] {
        silent_after_guest("", line);
    }
}

#[test]
fn effects_of_a_running_guest_are_requirements() {
    for line in [
        "Eventually(func() string { return vmi.Status.GuestOSInfo.Name }).ShouldNot(BeEmpty())",
        "Expect(vmi.Status.Interfaces[0].InterfaceName).To(Equal(\"eth0\"))",
        "Expect(vmi.Status.Memory.GuestCurrent).ToNot(BeNil())",
        "Expect(vmi.Status.Conditions).To(ContainElement(HaveField(\"Type\", \"AgentConnected\")))",
        "Expect(vmi.Status.Conditions[0].Reason).To(Equal(\"PausedIOError\"))",
        "Expect(vmi.Status.Phase).To(Equal(v1.Succeeded))",
        "Expect(vmi.Status.MigrationState.AbortStatus).To(Equal(v1.MigrationAbortSucceeded))",
        "Expect(vmi.Name).To(Equal(\"kubevirt_vmi_storage_iops_read_total\"))",
        "_, _ = exec.ExecuteCommandOnPod(nil, \"compute\", []string{\"ping\", vmi.Status.Interfaces[0].IP})",
        "run(\"ssh\", \"vmi/\"+vmi.Name)",
    ] {
        silent_after_guest("func run(args ...string) {}", line);
    }
}

#[test]
fn one_of_several_outcomes_is_asked_for_only_if_each_of_them_asks() {
    let either = |other: &str| {
        let line = format!("Expect(vmi.Status.Phase).To(Or(Equal(v1.Succeeded), Equal({other})))");
        findings("", &format!("{GUEST}\t\t{line}")).len()
    };
    assert_eq!(either("v1.Failed"), 1);
    assert_eq!(either("v1.Succeeded"), 0);
}

#[test]
fn guests_that_stand_side_by_side_were_chosen() {
    let list = |other: &str| {
        let body = format!(
            "\t\tfor _, create := range []func(...libvmi.Option) *v1.VirtualMachineInstance{{libvmifact.NewAlpine, libvmifact.{other}}} {{\n\t\t\tExpect(create().Name).ToNot(BeEmpty())\n\t\t}}"
        );
        findings("", &body).len()
    };
    assert_eq!(list("NewFedora"), 0);
    assert_eq!(list("NewAlpine"), 2);
    let table = |other: &str| {
        let text = format!(
            "var _ = Describe(\"tables\", func() {{\n\tDescribeTable(\"runs\", func(create func(...libvmi.Option) *v1.VirtualMachineInstance) {{\n\t\tExpect(create().Name).ToNot(BeEmpty())\n\t}},\n\t\tEntry(\"one\", libvmifact.NewAlpine),\n\t\tEntry(\"two\", libvmifact.{other}),\n\t)\n}})\n"
        );
        findings(&text, "").len()
    };
    assert_eq!(table("NewFedora"), 0);
    assert_eq!(table("NewAlpine"), 2);
}
