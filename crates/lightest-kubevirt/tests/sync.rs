//! Facts of the factories, checked against the catalog: each change of the source is reported at its place.

use std::collections::BTreeMap;

use lightest_catalog::{embedded, load};
use lightest_diagnostics::RuleId;
use lightest_kubevirt::sync::{DISKS, FACTORIES};
use lightest_kubevirt::{KubeVirt, facts};
use lightest_sync::catalog_text::CatalogText;
use lightest_sync::evidence::{CitedFile, Evidences, cited_paths};
use lightest_sync::{Project, Report, SourceFile, line_of};

const FACTORY: &str = r#"package libvmifact

import (
	v1 "kubevirt.io/api/core/v1"

	"kubevirt.io/kubevirt/pkg/libvmi"
	cd "kubevirt.io/kubevirt/tests/containerdisk"
)

const bigMemory = "544Mi"

func NewFedora(opts ...libvmi.Option) *v1.VirtualMachineInstance {
	own := []libvmi.Option{
		libvmi.WithContainerDisk("disk0", cd.ContainerDiskFor(cd.ContainerDiskFedoraTestTooling)),
		libvmi.WithMemoryRequest(bigMemory),
		libvmi.WithRng(),
	}
	return libvmi.New(append(own, opts...)...)
}

// NewCirros is old.
//
// Deprecated: use another.
func NewCirros(opts ...libvmi.Option) *v1.VirtualMachineInstance {
	vmi := libvmi.New(
		libvmi.WithContainerDisk("disk0", cd.ContainerDiskFor(cd.ContainerDiskCirros)),
		libvmi.WithMemoryRequest(small()),
	)
	if libvmi.GetCloudInitVolume(vmi) == nil {
		libvmi.WithCloudInitNoCloud(data())(vmi)
	}
	return vmi
}

func NewAlpine(opts ...libvmi.Option) *v1.VirtualMachineInstance {
	memory := small
	return libvmi.New(
		libvmi.WithContainerDisk("disk0", cd.ContainerDiskFor(cd.ContainerDiskAlpine)),
		libvmi.WithMemoryRequest(memory()),
		libvmi.WithRng(),
	)
}

func NewAlpineWithTestTooling(opts ...libvmi.Option) *v1.VirtualMachineInstance {
	vmi := libvmi.New(
		libvmi.WithContainerDisk("disk0", cd.ContainerDiskFor(cd.ContainerDiskAlpineTestTooling)),
		libvmi.WithMemoryRequest(small()),
		libvmi.WithRng(),
	)
	if libvmi.GetCloudInitVolume(vmi) == nil {
		libvmi.WithCloudInitNoCloud(data())(vmi)
	}
	return vmi
}

func NewGuestless(opts ...libvmi.Option) *v1.VirtualMachineInstance {
	if isS390X() {
		return libvmi.New(libvmi.WithKernelBoot(), libvmi.WithMemoryRequest("16Mi"))
	}
	return libvmi.New(libvmi.WithMemoryRequest(least()))
}

func NewWindows(opts ...libvmi.Option) *v1.VirtualMachineInstance {
	return libvmi.New(libvmi.WithMemoryRequest("2048Mi"))
}

func least() string {
	if isARM64() {
		return "128Mi"
	}
	return "1Mi"
}

func small() string {
	if isARM64() {
		return "256Mi"
	}
	return "128Mi"
}
"#;

const DISK: &str = r#"package containerdisk

type ContainerDisk string

const (
	ContainerDiskCirros            ContainerDisk = "cirros"
	ContainerDiskAlpine            ContainerDisk = "alpine"
	ContainerDiskAlpineTestTooling ContainerDisk = "alpine-with-test-tooling"
	ContainerDiskFedoraTestTooling ContainerDisk = "fedora-with-test-tooling"
)
"#;

/// The report on two files, without the lines that facts rest on.
fn report(factory: &str, disks: &str) -> Report {
    let files = embedded(facts::FOLDERS);
    let catalog = load(&files).expect("the catalog is sound");
    let text = CatalogText::new(files.into_iter().map(|file| (file.name, file.text.into_owned())).collect())
        .expect("it is TOML");
    let sources = [(FACTORIES, factory), (DISKS, disks)];
    let sources = sources.map(|(path, text)| SourceFile { path: path.to_owned(), text: text.to_owned() });
    KubeVirt.stated(sources.into()).compare(&catalog, &text, &Evidences::default())
}

/// Rule, line of the source and message of each difference.
fn lines(factory: &str, disks: &str) -> Vec<String> {
    let report = report(factory, disks);
    let line = |difference: &lightest_sync::Difference| {
        let primary = difference.diagnostic.primary();
        let file = primary.and_then(|span| Some((span, report.sources.get(span.file)?)));
        let of_source = file.filter(|(_, file)| [FACTORIES, DISKS].contains(&file.name.as_str()));
        let place = of_source.map_or_else(String::new, |(span, file)| {
            let name = file.name.rsplit('/').next().unwrap_or_default();
            format!("{name}:{}: ", line_of(&file.text, span.bytes.start))
        });
        format!("{place}{}: {}", difference.rule().map_or("", RuleId::as_str), difference.diagnostic)
    };
    report.differences.iter().map(line).collect()
}

fn changed(was: &str, is: &str) -> Vec<String> {
    assert!(FACTORY.contains(was), "{was}");
    lines(&FACTORY.replacen(was, is, 1), DISK)
}

#[test]
fn factories_that_match_the_catalog_have_no_drift() {
    assert_eq!(lines(FACTORY, DISK), [""; 0]);
}

#[test]
fn other_memory_is_reported_where_the_amount_stands_and_can_be_written() {
    let factory = FACTORY.replacen("\"544Mi\"", "\"1Gi\"", 1);
    assert_eq!(lines(&factory, DISK), ["factory.go:10: guest-differs: `NewFedora` asks for other memory"]);
    let report = report(&factory, DISK);
    assert_eq!(report.differences[0].edits.len(), 1);
    assert_eq!(changed("return \"1Mi\"", "return \"2Mi\"").len(), 1, "through a function");
    assert_eq!(
        changed("return \"128Mi\"\n\t}\n\treturn \"1Mi\"", "return \"64Mi\"\n\t}\n\treturn \"1Mi\""),
        [""; 0]
    );
}

#[test]
fn additions_and_omissions_of_a_factory_are_reported() {
    assert_eq!(
        changed("\t\tlibvmi.WithRng(),\n\t)\n}\n\nfunc NewAlpineWith", "\t)\n}\n\nfunc NewAlpineWith"),
        ["factory.go:35: capability-differs: `NewAlpine` does not add a random number generator"]
    );
    assert_eq!(
        changed(
            "libvmi.WithMemoryRequest(\"2048Mi\")",
            "libvmi.WithMemoryRequest(\"2048Mi\"), libvmi.WithRng()"
        ),
        ["factory.go:64: capability-differs: `NewWindows` adds a random number generator"]
    );
    assert_eq!(
        changed("cd.ContainerDiskAlpine)", "cd.ContainerDiskCirros)"),
        ["factory.go:38: image-differs: `NewAlpine` has another container disk"]
    );
}

#[test]
fn factories_come_and_go() {
    let found = changed("func NewWindows(", "func NewBeos(");
    assert_eq!(
        found,
        [
            "guest-gone: the factory `NewWindows` is gone",
            "factory.go:63: guest-missing: the factory `NewBeos` is not in the catalog",
        ]
    );
}

#[test]
fn a_deprecation_that_comes_or_goes_is_reported() {
    assert_eq!(
        changed("// Deprecated: use another.", "// Use another."),
        ["factory.go:24: capability-differs: `NewCirros` is not deprecated"]
    );
    assert_eq!(
        changed("func NewWindows(", "// Deprecated: no.\nfunc NewWindows("),
        ["factory.go:63: capability-differs: `NewWindows` is deprecated"]
    );
}

#[test]
fn another_image_behind_a_constant_is_reported() {
    assert_eq!(
        lines(FACTORY, &DISK.replace("\"alpine\"", "\"alpine-next\"")),
        ["containerdisk.go:7: image-differs: `ContainerDiskAlpine` is another image"]
    );
}

#[test]
fn a_value_that_is_not_followed_is_a_gap() {
    assert_eq!(
        changed("libvmi.WithMemoryRequest(\"2048Mi\")", "libvmi.WithMemoryRequest(ask(opts))"),
        ["factory.go:64: cannot-read: the memory of `NewWindows` cannot be read from the source"]
    );
    let broken = lines("package libvmifact\n\nfunc {", DISK);
    assert_eq!(broken.len(), 1);
    assert!(broken[0].contains("cannot-read: the factories cannot be read"), "{broken:?}");
    assert_eq!(
        lines("package libvmifact\n", DISK),
        ["cannot-read: the factories cannot be read from the source"]
    );
}

#[test]
fn cited_lines_of_facts_and_calls_are_followed() {
    let files = embedded(facts::FOLDERS);
    let text = CatalogText::new(files.into_iter().map(|file| (file.name, file.text.into_owned())).collect())
        .expect("it is TOML");
    let paths = cited_paths(&text, "kubevirt");
    assert!(paths.iter().any(|path| path == FACTORIES), "{paths:?}");
    assert!(
        paths.iter().any(|path| path == "tests/framework/matcher/conditions.go"),
        "calls cite, too: {paths:?}"
    );
    // Every cited file gets one line more at its top.
    let was: String = (1..3_000).map(|line| format!("line {line}\n")).collect();
    let cited = |path: &String| {
        (path.clone(), CitedFile { was: Some(was.clone()), is: Some((path.clone(), format!("new\n{was}"))) })
    };
    let cited: BTreeMap<String, CitedFile> = paths.iter().map(cited).collect();
    let followed = Evidences::default().follow(&text, "kubevirt", &cited);
    let moved =
        followed.count(|status| matches!(status, lightest_sync::evidence::EvidenceStatus::Moved { .. }));
    assert_eq!(moved, followed.count(|_| true));
    assert!(moved > 80, "{moved}");
}
