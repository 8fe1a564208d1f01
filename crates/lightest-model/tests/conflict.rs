//! Why requirements cannot meet: the smallest set that has no answer, and what each of them leaves.

mod made_up;

use lightest_model::catalog::{Catalog, Layer};
use lightest_model::chooser::{Conflict, Query, choose};
use lightest_model::config::Arch;
use lightest_model::space::Space;

/// A made-up catalog with statements on what some configurations give.
fn stating(statements: &[(&str, &str, &str)]) -> Catalog {
    let ours: Vec<_> =
        statements.iter().map(|(id, support, when)| (Layer::Base, *id, *support, *when)).collect();
    made_up::catalog(&ours)
}

/// The conflict between requirements on x64, or another architecture and some VMM.
fn conflict<'c>(space: &Space<'c>, requires: &[&str], arch: Arch, vmm: &[&str]) -> Option<Conflict<'c>> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let query = Query { requires: words(requires), archs: vec![arch], vmms: words(vmm) };
    choose(space, &query).expect("they are known").parts.remove(0).conflict
}

/// The requirements of a conflict, its architecture and its VMM.
fn between<'c>(space: &Space<'c>, conflict: &Conflict<'c>) -> (Vec<&'c str>, Option<Arch>, Option<String>) {
    let ids = conflict.between.iter().map(|side| space.requirement_id(side.requirement)).collect();
    (ids, conflict.arch, conflict.vmm.clone())
}

#[test]
fn a_requirement_without_provider_is_a_conflict_or_unproven_without_refusal() {
    let catalog = stating(&[("disk", "yes", ""), ("network", "no", ""), ("clock", "unknown", "")]);
    let space = Space::of_tests(&catalog);
    for (requires, alone, unproven) in [
        (&["disk", "network"][..], "network", false),
        (&["disk", "clock"], "clock", true),
        (&["clock", "network"], "clock", true),
    ] {
        let conflict = conflict(&space, requires, Arch::X64, &[]).expect("it has no answer");
        assert_eq!(between(&space, &conflict), (vec![alone], None, None), "{requires:?}");
        assert_eq!(conflict.unproven, unproven, "{requires:?}");
    }
    assert!(conflict(&space, &["disk"], Arch::X64, &[]).is_none());
}

#[test]
fn two_that_meet_nowhere_leave_guests_and_boot_methods_of_their_own() {
    let catalog = stating(&[
        ("disk", "yes", "guest = [\"old\", \"both\"]"),
        ("disk", "no", "guest = [\"kernel\", \"new\", \"arm\", \"disc\"]"),
        ("network", "yes", "guest = [\"new\", \"kernel\"]"),
        ("network", "no", "guest = [\"old\", \"both\", \"arm\", \"disc\"]"),
        ("clock", "yes", ""),
    ]);
    let space = Space::of_tests(&catalog);
    let conflict = conflict(&space, &["clock", "disk", "network"], Arch::X64, &[]).expect("they cannot meet");
    assert_eq!(between(&space, &conflict), (vec!["disk", "network"], None, None));
    assert!(!conflict.unproven);
    let [disk, network] = &conflict.between[..] else { panic!("two sides") };
    // Each once, from whatever architecture.
    assert_eq!((&disk.guests[..], &disk.boot_methods[..]), (&["old", "both"][..], &["BIOS", "UEFI"][..]));
    assert_eq!(
        (&network.guests[..], &network.boot_methods[..]),
        (&["kernel", "new"][..], &["Direct", "UEFI"][..])
    );
}

#[test]
fn three_that_meet_two_by_two_are_a_conflict_of_three() {
    let catalog = stating(&[
        ("disk", "yes", "guest = [\"old\", \"new\"]"),
        ("network", "yes", "guest = [\"new\", \"both\"]"),
        ("clock", "yes", "guest = [\"both\", \"old\"]"),
    ]);
    let space = Space::of_tests(&catalog);
    let all = ["disk", "network", "clock"];
    let three = conflict(&space, &all, Arch::X64, &[]).expect("they cannot meet");
    assert_eq!(between(&space, &three), (all.to_vec(), None, None));
    for pair in [[all[0], all[1]], [all[1], all[2]], [all[0], all[2]]] {
        assert!(conflict(&space, &pair, Arch::X64, &[]).is_none(), "{pair:?}");
    }
}

#[test]
fn the_place_is_part_of_a_conflict_that_another_place_does_not_have() {
    let catalog = stating(&[
        ("disk", "yes", "arch = [\"x64\"], boot = [\"bios\"]"),
        ("network", "yes", "vmm = [\"two\"], boot = [\"direct\"]"),
        ("clock", "yes", "arch = [\"aarch64\"], vmm = [\"one\"]"),
    ]);
    let space = Space::of_tests(&catalog);
    let on = |requires: &[&str], arch, vmm: &[&str]| {
        conflict(&space, requires, arch, vmm).map(|conflict| between(&space, &conflict))
    };
    let (x64, arm) = (Arch::X64, Arch::Aarch64);
    assert_eq!(on(&["disk"], arm, &[]), Some((vec!["disk"], Some(arm), None)));
    assert_eq!(on(&["disk"], x64, &[]), None);
    assert_eq!(on(&["network"], x64, &["one"]), Some((vec!["network"], None, Some("one".to_owned()))));
    assert_eq!(on(&["network"], x64, &["two"]), None);
    // On Two there is none, on x64 there is none: the first that is found is named.
    assert_eq!(on(&["clock"], x64, &["two"]), Some((vec!["clock"], None, Some("two".to_owned()))));
    assert_eq!(on(&["clock"], x64, &["one"]), Some((vec!["clock"], Some(x64), None)));
}

#[test]
fn a_boot_method_missing_on_an_architecture_has_the_frameworks_reason() {
    let catalog = stating(&[
        ("disk", "yes", "boot = [\"bios\"]"),
        ("network", "yes", "boot = [\"bios\"]"),
        ("network", "yes", "boot = [\"uefi\"], arch = [\"x64\"]"),
    ]);
    let space = Space::of_tests(&catalog);
    let reason = |requires: &[&str]| {
        conflict(&space, requires, Arch::Aarch64, &[]).expect("no answer").between[0].refused_arch
    };
    assert_eq!(reason(&["disk"]), Some("an Arm machine has no BIOS"));
    // UEFI gives it as well, and exists there.
    assert_eq!(reason(&["network"]), None);
}

#[test]
fn the_reason_is_the_refusal_of_the_nearest_configuration() {
    // What refuses the disk to those that give the network: a kernel, another system on the boot method of those that
    // give the disk, and their system on that boot method.
    let network = ("network", "yes", "guest = [\"kernel\", \"both\", \"disc\"]");
    let disk = ("disk", "yes", "guest = [\"old\"], boot = [\"bios\"]");
    let direct = ("disk", "no", "guest = [\"kernel\"]");
    let other_system = ("disk", "no", "guest = [\"both\"], boot = [\"bios\"]");
    let same_system = ("disk", "no", "guest = [\"disc\"]");
    let reason = |statements: &[(&str, &str, &str)]| {
        let catalog = stating(statements);
        let space = Space::of_tests(&catalog);
        let conflict = conflict(&space, &["disk", "network"], Arch::X64, &[]).expect("they cannot meet");
        assert_eq!(between(&space, &conflict).0, ["disk", "network"]);
        conflict.between[0].refused_by.map(|statement| statement.when.guest[0].clone())
    };
    assert_eq!(reason(&[network, disk, direct, other_system, same_system]).as_deref(), Some("disc"));
    assert_eq!(reason(&[network, disk, direct, other_system]).as_deref(), Some("both"));
    assert_eq!(reason(&[network, disk, direct]), None, "a kernel boots by nothing that gives a disk");
    assert_eq!(reason(&[network, disk]), None, "nothing refuses it");
}
