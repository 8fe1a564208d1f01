//! Boots that fail: each is an outcome with a reason and something to look at, and leaves nothing behind.

use std::time::Duration;

use lightest_lab::outcome::Failure;
use lightest_lab::spec::{Arch, FirmwareBoot, Goal, Payload};

use crate::{LIMIT, append, failure_of, linux_direct, nothing_to_boot, start};

#[test]
fn a_kernel_panic_is_reported_with_its_line() {
    let mut spec = linux_direct(Arch::X64);
    append(&mut spec, "rdinit=/nowhere root=/dev/nothing");
    let (failure, report) = failure_of(&spec);
    let Failure::Panicked { what } = failure else { panic!("{failure}") };
    assert!(what.contains("Kernel panic - not syncing"), "{what}");
    assert!(report.reached.is_none());
    let diagnosis = report.diagnosis.expect("something to look at");
    assert!(diagnosis.console_tail.iter().any(|line| line.contains("Kernel panic")), "{diagnosis:#?}");
}

#[test]
fn a_silent_guest_times_out_with_the_console_and_the_state() {
    let mut spec = linux_direct(Arch::X64);
    // A first program that never ends and is no agent.
    append(&mut spec, "rdinit=/bin/sleep -- 1000");
    spec.limit = Duration::from_secs(8);
    let (failure, report) = failure_of(&spec);
    let Failure::TimedOut { waited_for, .. } = failure else { panic!("{failure}") };
    assert_eq!(waited_for, "the agent to answer");
    let diagnosis = report.diagnosis.expect("something to look at");
    assert_eq!(diagnosis.vmm_state.as_deref(), Some("running"));
    assert!(!diagnosis.console_tail.is_empty());
}

#[test]
fn a_guest_that_floods_its_console_only_makes_its_own_boot_fail() {
    let mut spec = linux_direct(Arch::X64);
    append(&mut spec, "rdinit=/bin/yes");
    spec.limit = Duration::from_secs(8);
    let mut machine = start(&spec);
    let result = machine.boot(&mut |_| ());
    assert!(matches!(result, Err(Failure::TimedOut { .. })), "{result:?}");
    assert!(machine.console().kept().len() <= 256 * 1024);
}

#[test]
fn a_refused_command_line_is_reported_in_the_vmms_words() {
    let mut spec = nothing_to_boot(Payload::Uefi);
    spec.extra_args = vec!["-nonsense".to_owned()];
    let (failure, report) = failure_of(&spec);
    assert!(matches!(failure, Failure::Exited { .. }), "{failure}");
    let words = report.diagnosis.expect("something to look at").vmm_stderr.join("\n");
    assert!(words.contains("-nonsense: invalid option"), "{words}");
}

#[test]
fn a_disk_without_anything_on_it_is_not_taken_for_a_slow_guest() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    file.as_file().set_len(8 << 20).expect("room");
    let mut spec = nothing_to_boot(Payload::Pcat);
    spec.payload = Payload::Pcat(FirmwareBoot::Disks);
    spec.goal = Goal::AgentReady { resets: 0 };
    spec.disks.push(lightest_lab::spec::Disk {
        file: file.path().to_owned(),
        format: lightest_lab::spec::ImageFormat::Raw,
        bus: lightest_lab::spec::DiskBus::Ide,
    });
    let (failure, _) = failure_of(&spec);
    assert!(matches!(failure, Failure::NothingToBoot { .. }), "{failure}");
}

#[test]
fn a_reset_that_was_not_expected_is_a_loop_and_not_a_boot() {
    let spec = linux_direct(Arch::X64);
    let mut machine = start(&spec);
    machine.boot(&mut |_| ()).expect("it boots");
    machine.agent().expect("an agent").reboot(LIMIT).expect("it answers");
    let again = Goal::AgentReady { resets: 1 };
    let result = machine.wait(&again, std::time::Instant::now() + LIMIT, &mut |_| ());
    assert_eq!(result, Err(Failure::ResetLoop { resets: 1 }));
}
