//! Guests that several tests share.

use crate::repository::Repository;
use crate::support::{Outcome, lightest};

/// A suite in which three tests boot a guest that is heavier than what they do with it: two with guests of their own, and one
/// that shares a helper's.
const SUITE: &str = r#"package tests

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1 "kubevirt.io/api/core/v1"

	"kubevirt.io/kubevirt/pkg/libvmi"
	"kubevirt.io/kubevirt/tests/framework/kubevirt"
	"kubevirt.io/kubevirt/tests/libvmifact"
)

var _ = Describe("status", func() {
	const namespace = "ns"

	BeforeEach(func() {
		By("beginning")
	})

	// The first.
	It("reads", func() {
		vmi := libvmifact.NewAlpine(libvmi.WithLabel("a", "b"))
		vmi, err := kubevirt.Client().VirtualMachineInstance(namespace).Get(nil, vmi.Name, nil)
		Expect(err).ToNot(HaveOccurred())
	})

	It("reads again", func() {
		vmi := libvmifact.NewAlpine(libvmi.WithLabel("c", "d"))
		vmi, err := kubevirt.Client().VirtualMachineInstance(namespace).Get(nil, vmi.Name, nil)
		Expect(err).ToNot(HaveOccurred())
	})

	It("reads what a helper makes", func() {
		vmi := made()
		vmi, err := kubevirt.Client().VirtualMachineInstance(namespace).Get(nil, vmi.Name, nil)
		Expect(err).ToNot(HaveOccurred())
	})
})

func made() *v1.VirtualMachineInstance {
	return libvmifact.NewAlpine(libvmi.WithLabel("e", "f"))
}
"#;

const FACTORY: &str = r#"package libvmifact

import (
	v1 "kubevirt.io/api/core/v1"
	"kubevirt.io/kubevirt/pkg/libvmi"
)

func NewGuestless(opts ...libvmi.Option) *v1.VirtualMachineInstance { return libvmi.New(opts...) }
func NewAlpine(opts ...libvmi.Option) *v1.VirtualMachineInstance    { return libvmi.New(opts...) }
"#;

const CLIENT: &str = r#"package kubevirt

import "kubevirt.io/client-go/kubecli"

func Client() kubecli.KubevirtClient { return nil }
"#;

#[test]
fn a_factory_call_is_touched_by_itself_and_by_any_test_that_shares_it() {
    // Where the factory calls stand, by line.
    let (first, second, helper) = (23, 29, 42);
    let all = [first, second, helper];
    let cases: [(&str, &str, &[usize]); 11] = [
        ("WithLabel(\"a\"", "WithLabel(\"x\"", &[first]),
        ("It(\"reads again\"", "It(\"reads it again\"", &[second]),
        ("vmi := made()", "vmi := made() // x", &[helper]),
        ("WithLabel(\"e\"", "WithLabel(\"x\"", &[helper]),
        ("// The first.", "// lightest: requires(login): x", &[first]),
        ("By(\"beginning\")", "By(\"the beginning\")", &all),
        ("const namespace = \"ns\"", "const namespace = \"other\"", &all),
        ("Describe(\"status\"", "Describe(\"the status\"", &all),
        ("import (", "import ( // x", &[]),
        ("\n\tIt(\"reads again\"", "\n\n\t// About the next.\n\tIt(\"reads again\"", &[second]),
        ("func made()", "func more() {}\n\nfunc made()", &[]),
    ];
    for (old, new, expected) in cases {
        let repository = Repository::empty();
        repository.write("go.mod", "module kubevirt.io/kubevirt\n");
        repository.write("tests/libvmifact/factory.go", FACTORY);
        repository.write("tests/framework/kubevirt/client.go", CLIENT);
        repository.write("tests/own_test.go", SUITE);
        repository.commit("first");
        let lines = |result: Outcome| {
            assert!((0..=1).contains(&result.code), "{}", result.err);
            let line = |text: &str| text.split(':').nth(1).and_then(|line| line.parse::<usize>().ok());
            result.out.lines().filter_map(line).collect::<Vec<_>>()
        };
        let check = |args: &[&str]| {
            lightest(&repository.top, &[&["check", "--message-format", "short"], args].concat())
        };
        assert_eq!(lines(check(&[])), all);
        assert_eq!(lines(check(&["--since", "HEAD"])), [0; 0]);
        repository.replace("tests/own_test.go", old, new);
        let more = new.matches('\n').count() - old.matches('\n').count();
        let changed =
            old.matches('\n').count() + SUITE[..SUITE.find(old).expect("there")].matches('\n').count();
        let mut expected: Vec<usize> =
            expected.iter().map(|line| if *line > changed { line + more } else { *line }).collect();
        if new.contains("requires(login)") {
            // It is touched, and no longer too heavy.
            expected.clear();
            let result = check(&["--since", "HEAD"]);
            assert!(result.err.contains("1 of 3 factory calls is touched"), "{}", result.err);
        }
        assert_eq!(lines(check(&["--since", "HEAD"])), expected, "{new}");
    }
}
