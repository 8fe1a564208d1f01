//! Boots real guests. Needs the packages of `guests/packages.toml` and the guests that `cargo xtask test` builds; reports
//! exactly what is missing, and never passes without having seen a guest.

mod agent;
mod boots;
mod failures;
mod images;
mod quirks;
mod warm;

use std::time::Duration;

use lightest_guests::host::Host;
use lightest_guests::{Built, Store};
use lightest_lab::accel;
use lightest_lab::machine::Machine;
use lightest_lab::outcome::{Failure, Report};
use lightest_lab::plan::Plan;
use lightest_lab::qemu::Qemu;
use lightest_lab::spec::{Arch, BootSpec, Disk, DiskBus, FirmwareBoot, Goal, ImageFormat, Payload};

/// Far more than a boot takes, also on a busy machine under TCG: what is tested is that it boots, not how fast.
const LIMIT: Duration = Duration::from_secs(240);

fn guest(name: &str) -> Built {
    let store = Store::of_user().expect("a cache directory");
    match store.find(name) {
        Ok(built) => built,
        Err(error) => panic!("{error} (`cargo xtask test` does)"),
    }
}

fn host() -> Host {
    let host = Host::discover();
    if let Err(missing) = host.require(&["x64", "x64-uefi", "aarch64", "aarch64-uefi", "disk", "tpm"]) {
        panic!("{missing}; {}", missing.command());
    }
    host
}

fn machine(arch: Arch, payload: Payload, goal: Goal) -> BootSpec {
    let store = Store::of_user().expect("a cache directory");
    BootSpec {
        config: "test".to_owned(),
        arch,
        accelerator: accel::choose(arch, &host(), &store).accelerator(),
        payload,
        disks: Vec::new(),
        memory_mib: 256,
        cpus: 1,
        network: false,
        tpm: false,
        agent: true,
        goal,
        ends_itself: false,
        limit: LIMIT,
        max_resets: 0,
        keep_writes: false,
        write_limit: lightest_lab::spec::WRITE_LIMIT,
        restore: None,
        extra_args: Vec::new(),
    }
}

fn linux_direct(arch: Arch) -> BootSpec {
    let built = guest(&format!("linux_direct_{}", arch.word()));
    let payload = Payload::LinuxDirect {
        kernel: built.file("kernel"),
        initrd: built.file("initrd.cpio"),
        cmdline: built.cmdline,
    };
    machine(arch, payload, Goal::AgentReady { resets: 0 })
}

fn append(spec: &mut BootSpec, more: &str) {
    if let Payload::LinuxDirect { cmdline, .. } = &mut spec.payload {
        cmdline.push(' ');
        cmdline.push_str(more);
    }
}

fn small_disk(payload: Payload, bus: DiskBus) -> BootSpec {
    let mut spec = machine(Arch::X64, payload, Goal::AgentReady { resets: 0 });
    let file = guest("small_x64").file("disk.img");
    spec.disks.push(Disk { file, format: ImageFormat::Raw, bus });
    spec
}

fn plan(spec: &BootSpec) -> Plan {
    Plan::new(&Qemu, spec.clone(), &host()).expect("QEMU can make it")
}

fn start_plan(plan: &Plan) -> Machine {
    Machine::start(plan, &host(), &mut |_| ()).expect("QEMU can be started")
}

fn start(spec: &BootSpec) -> Machine {
    start_plan(&plan(spec))
}

/// Boots and ends a machine as its guest expects.
fn boot_and_end(spec: &BootSpec) -> Report {
    let mut machine = start(spec);
    let result = machine.boot(&mut |_| ()).and_then(|()| machine.end(LIMIT, &mut |_| ()));
    machine.finish(result)
}

/// The names of a boot's events, in order.
fn story(report: &Report) -> Vec<&'static str> {
    report.timeline.events().iter().map(|event| event.kind.name()).collect()
}

fn assert_reached(report: &Report) {
    if let Some(failure) = &report.failure {
        panic!("{failure}\n{:#?}\n{:#?}", report.diagnosis, story(report));
    }
}

/// A failed boot's reason, which must be there.
fn failure_of(spec: &BootSpec) -> (Failure, Report) {
    let mut machine = start(spec);
    let result = machine.boot(&mut |_| ());
    let report = machine.finish(result);
    (report.failure.clone().expect("a boot that fails"), report)
}

fn nothing_to_boot(payload: fn(FirmwareBoot) -> Payload) -> BootSpec {
    let mut spec = machine(Arch::X64, payload(FirmwareBoot::Nothing), Goal::NothingToBoot);
    spec.agent = false;
    spec
}
