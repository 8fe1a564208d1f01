//! Requirements of tests on shared guests, read through helpers, closures, tables and set-ups.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lightest_kubevirt::go;
use lightest_kubevirt::suite::{Suite, Touched};
use lightest_kubevirt::table::Table;

/// The helpers of every fixture.
const FACTORY: &str = r#"package libvmifact

import (
	v1 "kubevirt.io/api/core/v1"
	"kubevirt.io/kubevirt/pkg/libvmi"
)

func NewAlpine(opts ...libvmi.Option) *v1.VirtualMachineInstance { return libvmi.New(opts...) }
func NewFedora(opts ...libvmi.Option) *v1.VirtualMachineInstance { return libvmi.New(opts...) }
"#;

const CONSOLE: &str = r#"package console

import (
	v1 "kubevirt.io/api/core/v1"
	"kubevirt.io/kubevirt/tests/framework/kubevirt"
)

type LoginToFunction func(*v1.VirtualMachineInstance) error

func LoginToAlpine(vmi *v1.VirtualMachineInstance) error { return open(vmi) }

func open(vmi *v1.VirtualMachineInstance) error {
	_, err := kubevirt.Client().VirtualMachineInstance(vmi.Namespace).SerialConsole(vmi.Name, nil)
	return err
}
"#;

const CLIENT: &str = r#"package kubevirt

import "kubevirt.io/client-go/kubecli"

func Client() kubecli.KubevirtClient { return nil }
"#;

/// The head of a fixture.
const HEAD: &str = r#"package tests

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1 "kubevirt.io/api/core/v1"

	"example.com/elsewhere"

	"kubevirt.io/kubevirt/pkg/libvmi"
	"kubevirt.io/kubevirt/tests/console"
	"kubevirt.io/kubevirt/tests/framework/kubevirt"
	"kubevirt.io/kubevirt/tests/libvmifact"
)

"#;

fn table() -> Table {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog/kubevirt/calls");
    let entries = fs::read_dir(folder).expect("the folder exists");
    let texts: Vec<String> =
        entries.map(|entry| fs::read_to_string(entry.expect("readable").path()).expect("UTF-8")).collect();
    Table::read(texts.iter().map(String::as_str)).expect("the table is sound")
}

fn suite(body: &str, table: &Table) -> Suite {
    let text = format!("{HEAD}{body}");
    let sources = [
        ("tests/libvmifact", FACTORY),
        ("tests/console", CONSOLE),
        ("tests/framework/kubevirt", CLIENT),
        ("tests", &text),
    ];
    let parsed = sources.iter().enumerate().map(|(id, (folder, text))| {
        let tree = go::parse(text).unwrap_or_else(|error| panic!("{folder}: {error:?}\n{text}"));
        (id, (*folder).to_owned(), tree)
    });
    Suite::new(parsed.collect(), &[], table, "tests/libvmifact", &["NewAlpine", "NewFedora"])
}

/// For each site: its factory, how many tests share it, what they ask, and what is open.
fn sites(body: &str) -> Vec<(String, usize, Vec<String>, Vec<String>)> {
    let table = table();
    let suite = suite(body, &table);
    let describe = |site: &lightest_kubevirt::suite::Site| {
        let (mut asks, mut opens) = (BTreeSet::new(), BTreeSet::new());
        for test in &site.tests {
            let test = &suite.tests[*test];
            let reached = suite.reached(test);
            let requires = |touched: &Touched| table.judge(&touched.what).map(|entry| entry.requires.clone());
            asks.extend(reached.touches.iter().filter_map(|trace| requires(trace.what)).flatten());
            opens.extend(reached.opens.iter().map(|open| open.what.what.clone()));
            opens.extend(suite.weak(test).into_iter().map(|(name, ..)| format!("`{name}` of something")));
        }
        (site.factory.clone(), site.tests.len(), asks.into_iter().collect(), opens.into_iter().collect())
    };
    suite.sites.iter().map(describe).collect()
}

/// The requirements of the only site's tests, and their unresolved places.
fn only(body: &str) -> (Vec<String>, Vec<String>) {
    let mut all = sites(body);
    assert_eq!(all.len(), 1, "{all:?}");
    let (_, _, asks, opens) = all.remove(0);
    (asks, opens)
}

fn asks(body: &str, wanted: &[&str]) {
    let (asks, opens) = only(body);
    assert_eq!(asks, wanted, "open: {opens:?}");
    assert!(opens.is_empty(), "{opens:?}");
}

fn is_open(body: &str, what: &str) {
    let (_, opens) = only(body);
    assert!(opens.iter().any(|open| open.contains(what)), "{opens:?}");
}

#[test]
fn a_test_that_reads_the_status_asks_nothing() {
    asks(
        r#"var _ = Describe("status", func() {
	It("runs", func() {
		vmi := libvmifact.NewAlpine(libvmi.WithLabel("a", "b"))
		vmi, err := kubevirt.Client().VirtualMachineInstance("ns").Create(nil, vmi, nil)
		Expect(err).ToNot(HaveOccurred())
		Expect(vmi.Status.Phase).To(Equal(v1.Running))
	})
})
"#,
        &[],
    );
}

#[test]
fn a_login_that_is_handed_on_is_followed() {
    asks(
        r#"var _ = Describe("login", func() {
	It("logs in", func() { ready(libvmifact.NewAlpine(), console.LoginToAlpine) })
})

func ready(vmi *v1.VirtualMachineInstance, login console.LoginToFunction) { Expect(login(vmi)).To(Succeed()) }
"#,
        &["login"],
    );
}

#[test]
fn a_closure_counts_where_it_is_used() {
    let body = r#"var _ = Describe("closures", func() {
	login := func(vmi *v1.VirtualMachineInstance) { Expect(console.LoginToAlpine(vmi)).To(Succeed()) }
	It("logs in", func() { login(libvmifact.NewFedora()) })
	It("does not", func() { _ = libvmifact.NewAlpine() })
})
"#;
    let all = sites(body);
    assert_eq!(all[0].2, ["login"]);
    assert_eq!(all[1].2, [""; 0]);
}

#[test]
fn a_closure_that_calls_its_namesake_means_the_outer_one() {
    asks(
        r#"func ready(vmi *v1.VirtualMachineInstance) { Expect(console.LoginToAlpine(vmi)).To(Succeed()) }

var _ = Describe("shadows", func() {
	ready := func(vmi *v1.VirtualMachineInstance) { ready(vmi) }
	It("logs in", func() { ready(libvmifact.NewAlpine()) })
})
"#,
        &["login"],
    );
}

#[test]
fn methods_are_found_by_the_type_of_their_receiver() {
    let body = r#"type guest struct{ vmi *v1.VirtualMachineInstance }
type pod struct{}

func (g *guest) Check() { Expect(console.LoginToAlpine(g.vmi)).To(Succeed()) }
func (p pod) Check()    {}

var _ = Describe("methods", func() {
	It("looks at the pod", func() {
		_ = libvmifact.NewAlpine()
		p := pod{}
		p.Check()
	})
	It("looks at the guest", func() {
		g := &guest{vmi: libvmifact.NewFedora()}
		g.Check()
	})
})
"#;
    let all = sites(body);
    assert_eq!((all[0].2.len(), all[0].3.len()), (0, 0), "{all:?}");
    assert_eq!(all[1].2, ["login"]);
}

#[test]
fn a_method_of_something_unknown_is_open_if_one_of_that_name_asks() {
    is_open(
        r#"type guest struct{ vmi *v1.VirtualMachineInstance }

func (g *guest) Check() { Expect(console.LoginToAlpine(g.vmi)).To(Succeed()) }

var _ = Describe("methods", func() {
	It("checks", func() {
		_ = libvmifact.NewAlpine()
		elsewhere.Thing().Check()
	})
})
"#,
        "`Check` of something",
    );
}

#[test]
fn a_shared_set_up_is_asked_by_all_of_its_tests() {
    let body = r#"var _ = Describe("shared", func() {
	var vmi *v1.VirtualMachineInstance
	BeforeEach(func() { vmi = libvmifact.NewAlpine() })
	It("reads", func() { Expect(vmi.Status.Phase).To(Equal(v1.Running)) })
	Context("inside", func() {
		It("reads, too", func() { Expect(vmi.Name).ToNot(BeEmpty()) })
		It("logs in", func() { Expect(console.LoginToAlpine(vmi)).To(Succeed()) })
	})
})
"#;
    let all = sites(body);
    assert_eq!((all[0].1, &all[0].2[..]), (3, &["login".to_owned()][..]));
}

#[test]
fn entries_of_a_table_are_tests_and_their_arguments_decide() {
    let body = r#"var _ = Describe("tables", func() {
	DescribeTable("boots", func(vmi *v1.VirtualMachineInstance, login console.LoginToFunction) {
		if login != nil {
			Expect(login(vmi)).To(Succeed())
		}
	},
		Entry("without a login", libvmifact.NewAlpine(), nil),
		Entry("with a login", libvmifact.NewFedora(), console.LoginToAlpine),
	)
})
"#;
    let all = sites(body);
    assert_eq!((all[0].1, all[0].2.len()), (1, 0), "{all:?}");
    assert_eq!((all[1].1, &all[1].2[..]), (1, &["login".to_owned()][..]));
}

#[test]
fn containers_that_a_function_makes_belong_to_each_of_its_callers() {
    let body = r#"var shared = func(kind string) {
	BeforeEach(func() { _ = libvmifact.NewAlpine() })
	It("runs as "+kind, func() {})
}

var _ = Describe("made", func() {
	Context("first", func() { shared("one") })
	Context("second", func() { shared("two") })
})
"#;
    assert_eq!(sites(body)[0].1, 2);
}

#[test]
fn a_wrapper_around_texts_and_bodies_is_seen_through() {
    let body = r#"func SIG(text string, args ...interface{}) (string, []interface{}) { return "[sig] " + text, args }

var _ = Describe(SIG("wrapped", func() {
	It("runs", func() { _ = libvmifact.NewAlpine() })
}))
"#;
    let table = table();
    let suite = suite(body, &table);
    assert_eq!(suite.tests[0].name(), "wrapped runs");
    assert_eq!(suite.sites[0].tests, [0]);
}

#[test]
fn pending_tests_are_known_as_such() {
    let body = r#"var _ = Describe("pending", func() {
	PIt("first", func() {})
	It("second", Pending, func() {})
	PContext("around", func() { It("third", func() {}) })
	It("fourth", func() {})
})
"#;
    let table = table();
    let pending: Vec<bool> = suite(body, &table).tests.iter().map(|test| test.pending).collect();
    assert_eq!(pending, [true, true, true, false]);
}

#[test]
fn an_unknown_method_of_a_client_is_open() {
    is_open(
        r#"var _ = Describe("client", func() {
	It("frobnicates", func() {
		vmi := libvmifact.NewAlpine()
		Expect(kubevirt.Client().VirtualMachineInstance("ns").Frobnicate(nil, vmi.Name)).To(Succeed())
	})
})
"#,
        "`Frobnicate`",
    );
}

#[test]
fn an_unknown_function_that_is_given_the_machine_is_open() {
    is_open(
        r#"var _ = Describe("elsewhere", func() {
	It("hands the machine on", func() { elsewhere.Poke(libvmifact.NewAlpine()) })
})
"#,
        "elsewhere.Poke",
    );
}

#[test]
fn a_helper_that_was_not_read_is_open() {
    is_open(
        r#"var _ = Describe("missing", func() {
	It("uses a helper", func() {
		_ = libvmifact.NewAlpine()
		lookInside()
	})
})
"#,
        "`lookInside`",
    );
    is_open(
        r#"var _ = Describe("missing", func() {
	It("uses a helper", func() {
		_ = libvmifact.NewAlpine()
		console.LookInside()
	})
})
"#,
        "`LookInside`",
    );
}

#[test]
fn an_unknown_option_is_open() {
    is_open(
        r#"var _ = Describe("options", func() {
	It("is configured", func() { _ = libvmifact.NewAlpine(libvmi.WithFrobnicator()) })
})
"#,
        "libvmi.WithFrobnicator",
    );
}

#[test]
fn a_function_that_is_picked_while_the_test_runs_is_open() {
    is_open(
        r#"var _ = Describe("dynamic", func() {
	It("picks", func() {
		vmi := libvmifact.NewAlpine()
		checks[vmi.Name](vmi)
	})
})
"#,
        "picked while the test runs",
    );
}

#[test]
fn a_negated_expectation_is_no_requirement() {
    let body = r#"import "kubevirt.io/kubevirt/tests/framework/matcher"

var _ = Describe("absence", func() {
	It("has no agent", func() {
		vmi := libvmifact.NewAlpine()
		Eventually(vmi).Should(matcher.HaveConditionMissingOrFalse(v1.VirtualMachineInstanceAgentConnected))
	})
})
"#;
    let table = table();
    let text = format!(
        "{}{}",
        HEAD.replace("\n)\n\n", "\n\t\"kubevirt.io/kubevirt/tests/framework/matcher\"\n)\n\n"),
        body.split_once('\n').expect("two lines").1
    );
    let matcher =
        "package matcher\n\nfunc HaveConditionMissingOrFalse(x interface{}) interface{} { return x }\n";
    let sources = [("tests/libvmifact", FACTORY), ("tests/framework/matcher", matcher), ("tests", &text)];
    let parsed = sources.iter().enumerate().map(|(id, (folder, text))| {
        (id, (*folder).to_owned(), go::parse(text).unwrap_or_else(|error| panic!("{error:?}\n{text}")))
    });
    let suite = Suite::new(parsed.collect(), &[], &table, "tests/libvmifact", &["NewAlpine"]);
    let reached = suite.reached(&suite.tests[0]);
    let asks: Vec<_> = reached
        .touches
        .iter()
        .filter_map(|trace| table.judge(&trace.what.what))
        .flat_map(|entry| &entry.requires)
        .collect();
    assert!(asks.is_empty(), "{asks:?}");
}

#[test]
fn a_disk_that_is_counted_on_is_asked_for() {
    asks(
        r#"var _ = Describe("disks", func() {
	It("counts", func() {
		vmi := libvmifact.NewAlpine()
		vmi.Spec.Domain.Devices.Disks = append(vmi.Spec.Domain.Devices.Disks, v1.Disk{Name: "more"})
		Expect(vmi.Spec.Domain.Devices.Disks[1].Name).To(Equal("more"))
	})
})
"#,
        &["boot-disk"],
    );
}

#[test]
fn appending_a_disk_counts_on_none() {
    asks(
        r#"var _ = Describe("disks", func() {
	It("appends", func() {
		vmi := libvmifact.NewAlpine()
		vmi.Spec.Domain.Devices.Disks = append(vmi.Spec.Domain.Devices.Disks, v1.Disk{Name: "more"})
	})
})
"#,
        &[],
    );
}

#[test]
fn a_probe_of_a_pod_is_none_of_the_machine() {
    asks(
        r#"var _ = Describe("probes", func() {
	It("probes the pod", func() {
		_ = libvmifact.NewAlpine()
		pod := elsewhere.Pod()
		pod.Spec.Containers[0].ReadinessProbe = &v1.Probe{}
	})
})
"#,
        &[],
    );
    asks(
        r#"var _ = Describe("probes", func() {
	It("probes the guest", func() {
		vmi := libvmifact.NewAlpine()
		vmi.Spec.ReadinessProbe = &v1.Probe{}
	})
})
"#,
        &["guest-software"],
    );
}
