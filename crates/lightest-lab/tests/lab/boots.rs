//! Each way to boot, with a real guest.

use lightest_lab::spec::{Arch, DiskBus, FirmwareBoot, Goal, Payload};

use crate::{assert_reached, boot_and_end, guest, linux_direct, machine, nothing_to_boot, small_disk, story};

/// The checks of every guest with an agent.
const WITH_AGENT: [&str; 6] = ["kernel", "init", "agent-ready", "shutdown-asked", "shutdown", "exited"];

#[test]
fn linux_direct_x64_boots_to_its_agent_and_turns_off() {
    let report = boot_and_end(&linux_direct(Arch::X64));
    assert_reached(&report);
    assert_eq!(story(&report)[2..], WITH_AGENT);
}

#[test]
fn linux_direct_aarch64_boots_to_its_agent_and_turns_off() {
    let report = boot_and_end(&linux_direct(Arch::Aarch64));
    assert_reached(&report);
    assert_eq!(story(&report)[2..], WITH_AGENT);
}

#[test]
fn a_small_disk_boots_by_uefi() {
    let report = boot_and_end(&small_disk(Payload::Uefi(FirmwareBoot::Disks), DiskBus::Virtio));
    assert_reached(&report);
    assert_eq!(story(&report)[2], "firmware");
    assert_eq!(story(&report)[3..], WITH_AGENT);
}

#[test]
fn the_same_disk_boots_by_a_bios() {
    let report = boot_and_end(&small_disk(Payload::Pcat(FirmwareBoot::Disks), DiskBus::Ide));
    assert_reached(&report);
    assert_eq!(story(&report)[2], "firmware");
    assert_eq!(story(&report)[3..], WITH_AGENT);
}

#[test]
fn the_uefi_application_passes_its_checks_and_turns_the_machine_off() {
    let application = guest("guest_test_uefi_x64").file("application.efi");
    let goal = Goal::ConsoleLine("guest_test_uefi: all checks passed".to_owned());
    let mut spec = machine(Arch::X64, Payload::Uefi(FirmwareBoot::App(application)), goal);
    spec.agent = false;
    spec.ends_itself = true;
    let report = boot_and_end(&spec);
    assert_reached(&report);
    // The line and the end come on different channels, within the same millisecond.
    let mut names = story(&report)[2..].to_vec();
    names[1..3].sort_unstable();
    assert_eq!(names, ["firmware", "marker", "shutdown", "exited"]);
}

#[test]
fn uefi_without_a_guest_finds_nothing_to_boot() {
    let report = boot_and_end(&nothing_to_boot(Payload::Uefi));
    assert_reached(&report);
    assert!(story(&report).contains(&"nothing-to-boot"));
}

#[test]
fn a_bios_without_a_guest_finds_nothing_to_boot() {
    let report = boot_and_end(&nothing_to_boot(Payload::Pcat));
    assert_reached(&report);
    assert!(story(&report).contains(&"nothing-to-boot"));
}
