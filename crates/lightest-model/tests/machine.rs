//! Which machines run which configurations, and what one lacks.

mod common;

use std::borrow::Cow;
use std::sync::LazyLock;

use lightest_model::catalog::Catalog;
use lightest_model::config::{Arch, Isolation};
use lightest_model::machine::{Fit, Machine, SYSTEMS};
use lightest_model::space::{Asked, Row, RowId, Space};

static CATALOG: LazyLock<Catalog> = LazyLock::new(common::catalog);

fn machine(os: &str, arch: Arch, hypervisors: &[&str]) -> Machine {
    let hypervisors = hypervisors.iter().map(|word| (*word).to_owned()).collect();
    Machine { os: os.to_owned(), arch: Some(arch), hypervisors, unknown: Vec::new() }
}

fn row(space: &Space<'_>, wanted: impl Fn(&Row<'_>) -> bool) -> RowId {
    space.find(wanted).expect("there is one")
}

#[test]
fn a_machine_lacks_a_hypervisor_or_is_another_kind_of_host() {
    let space = Space::of_tests(&CATALOG);
    let none = Asked::default();
    let direct = row(&space, |row| {
        row.vmm.id == "openvmm" && row.boot.id == "linux_direct" && row.config.arch == Arch::X64
    });
    let fit = |os, arch, hypervisors: &[&str]| space.fit(direct, &none, &machine(os, arch, hypervisors));
    let lacks = |hypervisors: &[&'static str]| Fit::Lacks { hypervisors: hypervisors.to_vec() };
    assert_eq!(fit("linux", Arch::X64, &["kvm"]), Fit::Runs);
    assert_eq!(fit("linux", Arch::X64, &["mshv", "kvm"]), Fit::Runs);
    assert_eq!(fit("linux", Arch::X64, &[]), lacks(&["mshv", "kvm"]));
    assert_eq!(fit("windows", Arch::X64, &["kvm"]), lacks(&["whp"]));
    // A hypervisor of another architecture, a Mac of the wrong one, and a system that no VMM runs on.
    assert_eq!(fit("linux", Arch::Aarch64, &["kvm"]), lacks(&[]));
    assert_eq!(fit("macos", Arch::X64, &["hvf"]), lacks(&[]));
    assert_eq!(fit("freebsd", Arch::X64, &["kvm"]), lacks(&[]));
    let unknown = Machine { arch: None, ..machine("linux", Arch::X64, &["kvm"]) };
    assert_eq!(space.fit(direct, &none, &unknown), lacks(&[]));
}

#[test]
fn an_uncheckable_property_is_a_condition() {
    let space = Space::of_tests(&CATALOG);
    let none = Asked::default();
    let snp = row(&space, |row| row.vmm.id == "hyperv" && row.config.isolation == Some(Isolation::Snp));
    let provided = space.host_of(snp, &none).and_then(|host| host.machines[0].provided.as_deref());
    let fit = |hypervisors: &[&str]| space.fit(snp, &none, &machine("windows", Arch::X64, hypervisors));
    assert_eq!(fit(&["hyper-v"]), Fit::RunsIf(Cow::Borrowed(provided.expect("it is stated"))));
    assert_eq!(fit(&["whp"]), Fit::Lacks { hypervisors: vec!["hyper-v"] });
    // A kind of host of which no machines are stated.
    let mut catalog = CATALOG.clone();
    catalog.hosts.iter_mut().for_each(|host| host.machines.clear());
    let space = Space::of_tests(&catalog);
    let title = &space.host_of(snp, &none).expect("a host").title;
    let fit = space.fit(snp, &none, &machine("windows", Arch::X64, &[]));
    assert_eq!(fit, Fit::RunsIf(Cow::Owned(format!("it is {title}"))));
    catalog.hosts.clear();
    let space = Space::of_tests(&catalog);
    assert!(matches!(space.fit(snp, &none, &machine("windows", Arch::X64, &[])), Fit::RunsIf(_)));
}

#[test]
fn a_hypervisor_that_may_be_there_is_a_condition_and_no_lack() {
    let space = Space::of_tests(&CATALOG);
    let none = Asked::default();
    let of = |arch| {
        row(&space, |row| row.vmm.id == "openvmm" && row.boot.id == "linux_direct" && row.config.arch == arch)
    };
    let mac = Machine { unknown: vec!["hvf".to_owned()], ..machine("macos", Arch::Aarch64, &[]) };
    let fit = |arch| space.fit(of(arch), &none, &mac);
    assert_eq!(fit(Arch::Aarch64), Fit::RunsIf(Cow::Borrowed("it offers HVF")));
    assert_eq!(fit(Arch::X64), Fit::Lacks { hypervisors: Vec::new() });
}

#[test]
fn the_space_of_a_machine_has_only_configurations_that_run_there() {
    let space = Space::of_tests(&CATALOG);
    let none = Asked::default();
    for (os, hypervisors) in SYSTEMS.iter().zip([&["kvm"][..], &["whp", "hyper-v"], &["hvf"]]) {
        let machine = machine(os, Arch::Aarch64, hypervisors);
        let own = space.on(&machine, &none);
        let runs = |row: &RowId| space.fit(*row, &none, &machine) == Fit::Runs;
        let expected: Vec<_> = RowId::all(&space).filter(runs).map(|row| &space.row(row).config).collect();
        let found: Vec<_> = own.rows().iter().map(|row| &row.config).collect();
        assert!(!found.is_empty() && found.len() < space.rows().len(), "{os}");
        assert_eq!(found, expected, "{os}");
    }
}
