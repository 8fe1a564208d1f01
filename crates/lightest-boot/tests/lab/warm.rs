//! A saved machine goes on where its agent answered.

use lightest_boot::images::Store;
use lightest_boot::message::Run;
use lightest_boot::qemu::Qemu;
use lightest_boot::spec::{Arch, DiskBus, FirmwareBoot, Payload};
use lightest_boot::warm;

use crate::{LIMIT, host, linux_direct, small_disk, start};

#[test]
fn a_restored_machine_answers_without_booting_again() {
    let store = Store::of_user().expect("a cache directory");
    let cold = linux_direct(Arch::X64);
    let warm = warm::warmed(&Qemu, &cold, &host(), &store, &mut |_| (), &mut |_| ()).expect("it is saved");
    for _ in 0..3 {
        let mut machine = start(&warm);
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

#[test]
fn a_machine_whose_disks_would_be_lost_is_not_saved() {
    let store = Store::of_user().expect("a cache directory");
    let spec = small_disk(Payload::Uefi(FirmwareBoot::Disks), DiskBus::Virtio);
    let refused =
        warm::warmed(&Qemu, &spec, &host(), &store, &mut |_| (), &mut |_| ()).expect_err("a refusal");
    assert_eq!(
        refused.to_string(),
        "a machine with disks cannot be saved: what it wrote to them is not kept"
    );
}
