//! The quirks of heavy guests, reproduced with small ones and seen in the timeline.

use std::time::Duration;

use lightest_lab::outcome::Failure;
use lightest_lab::spec::{Arch, BootSpec, Disk, DiskBus, FirmwareBoot, Goal, ImageFormat, Payload};

use crate::{LIMIT, assert_reached, boot_and_end, guest, machine, start, story};

fn first_boot(tpm: bool) -> BootSpec {
    let resets = u32::from(tpm);
    let goal = Goal::AgentReady { resets };
    let mut spec = machine(Arch::X64, Payload::Uefi(FirmwareBoot::Disks), goal);
    let file = guest("first_boot_x64").file("disk.img");
    spec.disks.push(Disk { file, format: ImageFormat::Raw, bus: DiskBus::Virtio });
    spec.tpm = tpm;
    spec.max_resets = resets;
    spec
}

#[test]
fn a_guest_that_starts_again_at_its_first_boot_with_a_tpm_shows_both_starts() {
    let report = boot_and_end(&first_boot(true));
    assert_reached(&report);
    let names = story(&report);
    let starts = names.iter().filter(|name| ["kernel", "reset", "agent-ready"].contains(name));
    assert_eq!(starts.collect::<Vec<_>>(), [&"kernel", &"reset", &"kernel", &"agent-ready"]);
}

#[test]
fn the_same_guest_without_a_tpm_starts_once_and_ignores_an_early_shutdown() {
    let mut machine = start(&first_boot(false));
    machine.boot(&mut |_| ()).expect("it boots");
    assert_eq!(machine.timeline().count("reset"), 0);
    // Nobody listens yet: the press is lost, and waiting longer than the guest takes to listen does not help.
    let early = machine.shut_down_by_button(Duration::from_secs(2), &mut |_| ());
    assert!(matches!(early, Err(Failure::TimedOut { .. })), "{early:?}");
    let agent = machine.agent().expect("an agent");
    let listens = "while ! pidof acpid > /dev/null; do sleep 0.2; done; sleep 1".as_bytes().to_vec();
    let argv = [b"sh".to_vec(), b"-c".to_vec(), listens].to_vec();
    let run = lightest_lab::message::Run { argv, ..Default::default() };
    agent.run(&run, b"", 100, LIMIT).expect("it comes to listen");
    assert_eq!(machine.timeline().count("shutdown"), 0);
    let result = machine.shut_down_by_button(LIMIT, &mut |_| ());
    assert_reached(&machine.finish(result));
}
