//! A general-purpose distribution comes up clean, with the agent brought in by a seed. Its build takes minutes, so it is asked for:
//! `cargo test --package lightest-lab --features full-guest --test full`, after `lightest image build full_x64`.

use std::time::Duration;

use lightest_guests::Store;
use lightest_guests::host::Host;
use lightest_lab::accel;
use lightest_lab::machine::Machine;
use lightest_lab::message::Run;
use lightest_lab::plan::Plan;
use lightest_lab::qemu::Qemu;
use lightest_lab::spec::{Arch, BootSpec, Disk, DiskBus, FirmwareBoot, Goal, ImageFormat, Payload};
use lightest_model::catalog::Support;

/// Far more than it takes under TCG on a busy machine.
const LIMIT: Duration = Duration::from_secs(600);

fn spec(host: &Host, store: &Store) -> BootSpec {
    let built = match store.find("full_x64") {
        Ok(built) => built,
        Err(error) => panic!("{error}"),
    };
    let raw = |file| Disk { file, format: ImageFormat::Raw, bus: DiskBus::Virtio };
    let seed = store.seed(Arch::X64, &mut |_| ()).expect("a seed");
    BootSpec {
        config: "test".to_owned(),
        arch: Arch::X64,
        accelerator: accel::choose(Arch::X64, host, store).accelerator(),
        payload: Payload::Uefi(FirmwareBoot::Disks),
        disks: vec![raw(built.file("disk.img")), raw(seed)],
        memory_mib: 512,
        cpus: 1,
        network: false,
        tpm: false,
        agent: true,
        goal: Goal::AgentReady { resets: 0 },
        ends_itself: false,
        limit: LIMIT,
        max_resets: 0,
        keep_writes: false,
        write_limit: lightest_lab::spec::WRITE_LIMIT,
        restore: None,
        extra_args: Vec::new(),
    }
}

#[test]
fn cloud_init_is_done_and_systemd_runs_without_a_failed_unit() {
    let host = Host::discover();
    if let Err(missing) = host.require(&["x64", "x64-uefi", "disk"]) {
        panic!("{missing}; {}", missing.command());
    }
    let store = Store::of_user().expect("a cache directory");
    let mut machine = Machine::start(
        &Plan::new(&Qemu, spec(&host, &store), &host).expect("QEMU can make it"),
        &host,
        &mut |_| (),
    )
    .expect("QEMU can be started");
    machine.boot(&mut |_| ()).expect("it boots");
    let agent = machine.agent().expect("an agent");
    let ask = |script: &str| {
        let argv = ["sh", "-c", script].map(|word| word.as_bytes().to_vec()).to_vec();
        let output = agent.run(&Run { argv, ..Run::default() }, b"", 1 << 16, LIMIT).expect("the shell runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    assert_eq!(ask("cloud-init status --wait | tail -1"), "status: done");
    assert_eq!(ask("systemctl is-system-running --wait; systemctl --failed --no-legend"), "running");
    assert_eq!(ask("cat /proc/1/comm; systemctl is-active lightest-agent"), "systemd\nactive");
    let result = machine.end(LIMIT, &mut |_| ());
    assert_eq!(machine.finish(result).failure, None);
}

#[test]
fn the_unbooted_image_agrees_with_the_running_guest() {
    let store = Store::of_user().expect("a cache directory");
    let built = store.find("full_x64").expect("it is built");
    let seen = lightest_inspect::inspect(&built.file("disk.img")).expect("an image");
    let claim_on = |requirement: &str| seen.found.iter().find(|claim| claim.requirement == requirement);
    for requirement in
        ["linux", "systemd", "cloud-init", "full-userland", "sudo", "python3", "kernel-modules", "uefi"]
    {
        let claim = claim_on(requirement).expect("an answer");
        assert_eq!(claim.support, Support::Yes, "{requirement}: {}", claim.seen);
    }
}
