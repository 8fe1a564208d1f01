//! A saved machine goes on where its agent answered.

use lightest_guests::{Store, hash_file};
use lightest_lab::machine::Machine;
use lightest_lab::message::Run;
use lightest_lab::spec::{Arch, DiskBus, FirmwareBoot, Payload};
use lightest_lab::warm;

use crate::{LIMIT, host, linux_direct, plan, small_disk, start_plan};

#[test]
fn a_restored_machine_answers_without_booting_again() {
    let store = Store::of_user().expect("a cache directory");
    let cold = linux_direct(Arch::X64);
    let warm = warm::warmed(&plan(&cold), &host(), &store, &mut |_| (), &mut |_| ()).expect("it is saved");
    for _ in 0..3 {
        let mut machine = start_plan(&warm);
        machine.boot(&mut |_| ()).expect("it goes on");
        let run =
            Run { argv: [b"sh".to_vec(), b"-c".to_vec(), b"echo on".to_vec()].to_vec(), ..Run::default() };
        let output = machine.agent().expect("an agent").run(&run, b"", 100, LIMIT).expect("it runs");
        assert_eq!(output.stdout, b"on\n");
        assert_eq!((machine.timeline().count("restored"), machine.timeline().count("kernel")), (1, 0));
        let result = machine.end(LIMIT, &mut |_| ());
        assert_eq!(machine.finish(result).failure, None);
    }
}

fn shell(machine: &Machine, script: &str) -> String {
    let argv = ["sh", "-c", script].map(|word| word.as_bytes().to_vec()).to_vec();
    let run = Run { argv, ..Run::default() };
    let output = machine.agent().expect("an agent").run(&run, b"", 1000, LIMIT).expect("it runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Goes on twice from a saved machine with disks and a TPM: each time from the same point, and never on the image itself.
fn goes_on_with_its_disk(payload: Payload, bus: DiskBus, device: &str, tpm: bool) {
    let store = Store::of_user().expect("a cache directory");
    let mut cold = small_disk(payload, bus);
    cold.tpm = tpm;
    let image = cold.disks[0].file.clone();
    let before = hash_file(&image).expect("the image");
    let warm = warm::warmed(&plan(&cold), &host(), &store, &mut |_| (), &mut |_| ()).expect("it is saved");
    let kept = hash_file(&warm.spec.disks[0].file).expect("the overlay");
    for _ in 0..2 {
        let mut machine = start_plan(&warm);
        machine.boot(&mut |_| ()).expect("it goes on");
        assert_eq!((machine.timeline().count("restored"), machine.timeline().count("kernel")), (1, 0));
        // The end of the disk contains nothing of the guest's: it is as the image has it, then written, then seen written.
        let place = format!("bs=512 count=1 seek=$(($(cat /sys/block/{device}/size) - 70))");
        let read = format!("dd if=/dev/{device} {} 2>/dev/null | head -c 5", place.replace("seek", "skip"));
        assert_ne!(shell(&machine, &read), "wrote", "what another machine wrote is not there");
        shell(
            &machine,
            &format!("printf wrote | dd of=/dev/{device} {place} conv=notrunc 2>/dev/null; sync"),
        );
        shell(&machine, "echo 3 > /proc/sys/vm/drop_caches");
        assert_eq!(shell(&machine, &read), "wrote");
        let result = machine.end(LIMIT, &mut |_| ());
        assert_eq!(machine.finish(result).failure, None);
    }
    assert_eq!(hash_file(&image).expect("the image"), before, "the image is as it was");
    assert_eq!(
        hash_file(&warm.spec.disks[0].file).expect("the overlay"),
        kept,
        "what was saved is as it was"
    );
}

#[test]
fn a_restored_machine_with_a_disk_starts_each_time_from_the_same_disk() {
    goes_on_with_its_disk(Payload::Uefi(FirmwareBoot::Disks), DiskBus::Virtio, "vda", false);
    goes_on_with_its_disk(Payload::Pcat(FirmwareBoot::Disks), DiskBus::Virtio, "vda", true);
}
