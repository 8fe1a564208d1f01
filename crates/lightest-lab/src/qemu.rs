//! The QEMU driver: its control channel.

mod args;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::abilities::{Abilities, BootPath, Method};
use crate::driver::{CannotStart, ChannelEvent, Control, Driver, EventSink, Prepared, Proof};
use crate::line::Line;
use crate::qmp::{Qmp, QmpEvent, QmpMessage};
use crate::spec::{Accelerator, Arch, BootSpec, DiskBus, ImageFormat, Payload};
use crate::timeline::{EventKind, Initiator};
use lightest_guests::host::{Host, Missing};

/// QEMU, from version 7.2.
#[derive(Debug)]
pub struct Qemu;

const BOTH: &[Arch] = &[Arch::X64, Arch::Aarch64];

static ABILITIES: Abilities = Abilities {
    paths: &[
        BootPath { method: Method::LinuxDirect, archs: BOTH, disk: DiskBus::Virtio },
        BootPath { method: Method::Uefi, archs: BOTH, disk: DiskBus::Virtio },
        BootPath { method: Method::Pcat, archs: &[Arch::X64], disk: DiskBus::Ide },
    ],
    accelerators: &[Accelerator::Tcg, Accelerator::Kvm],
    formats: &[ImageFormat::Raw, ImageFormat::Qcow2, ImageFormat::Vhd, ImageFormat::Vhdx],
    uefi_app: true,
    nothing_to_boot: &[Method::Uefi, Method::Pcat],
    cdrom: true,
    network: true,
    tpm: &[
        (Method::LinuxDirect, Arch::Aarch64),
        (Method::Uefi, Arch::X64),
        (Method::Uefi, Arch::Aarch64),
        (Method::Pcat, Arch::X64),
    ],
    // Seen with QEMU 7.2 and SeaBIOS 1.16.2: the TPM's log makes the ACPI tables larger than what QEMU leaves free above the
    // initial file system, and Linux finds `Invalid table length 0x2 in RSDT`: no TPM, no power off.
    no_tpm: Some(
        "QEMU loads the initial file system over the ACPI tables of an x64 machine with a TPM; boot a disk by UEFI",
    ),
    agent: Some("virtio-serial"),
    warm: true,
};

/// The program that emulates an architecture.
pub(crate) fn program(arch: Arch) -> &'static str {
    match arch {
        Arch::X64 => "qemu-system-x86_64",
        Arch::Aarch64 => "qemu-system-aarch64",
        Arch::S390x => "qemu-system-s390x",
    }
}

/// The purposes of a boot, in the words of the package list.
fn purposes(spec: &BootSpec) -> Vec<&'static str> {
    let mut purposes = vec![spec.arch.word()];
    match (&spec.payload, spec.arch) {
        (Payload::Uefi(_), Arch::X64) => purposes.push("x64-uefi"),
        (Payload::Uefi(_), Arch::Aarch64) => purposes.push("aarch64-uefi"),
        (Payload::Uefi(_), Arch::S390x) | (Payload::Pcat(_) | Payload::LinuxDirect { .. }, _) => {}
    }
    if spec.tpm {
        purposes.push("tpm");
    }
    purposes
}

impl Driver for Qemu {
    fn name(&self) -> &'static str {
        "qemu"
    }

    fn title(&self) -> &'static str {
        "QEMU"
    }

    fn proof(&self) -> Proof {
        Proof::BootsRealGuests
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn find(&self, arch: Arch, host: &Host) -> Result<PathBuf, Missing> {
        host.require(&[arch.word()])?;
        host.program(program(arch)).ok_or_else(|| Missing::program(program(arch)))
    }

    fn prepare(
        &self,
        spec: &BootSpec,
        program: &Path,
        host: &Host,
        dir: &Path,
    ) -> Result<Prepared, CannotStart> {
        host.require(&purposes(spec))?;
        args::prepare(spec, program, host, dir)
    }

    fn attach(&self, control: Line, sink: EventSink) -> io::Result<Arc<dyn Control>> {
        let qmp = Qmp::start(control, move |when, message| {
            if let Some(kind) = event(message) {
                sink(when, ChannelEvent::Event(kind));
            }
        })?;
        Ok(Arc::new(QemuControl(qmp)))
    }
}

fn event(message: QmpMessage) -> Option<EventKind> {
    let QmpEvent { name, data } = match message {
        QmpMessage::Version(version) => return Some(EventKind::VmmReady { version }),
        QmpMessage::Event(event) => event,
    };
    let by = match data["guest"].as_bool() {
        Some(true) => Initiator::Guest,
        Some(false) => Initiator::Host,
        None => Initiator::Unknown,
    };
    Some(match name.as_str() {
        "RESET" => EventKind::Reset { by },
        "SHUTDOWN" => EventKind::Shutdown { by },
        "RESUME" => EventKind::Restored,
        "GUEST_PANICKED" => {
            EventKind::Panicked { what: "the guest reported a panic to its panic device".to_owned() }
        }
        _ => return None,
    })
}

struct QemuControl(Arc<Qmp>);

impl QemuControl {
    fn execute(&self, name: &str, arguments: &Value, limit: Duration) -> Result<Value, String> {
        let answer = self.0.execute(name, arguments, limit);
        answer.map_err(|error| format!("{name}: {error}"))
    }
}

impl Control for QemuControl {
    fn power_button(&self, limit: Duration) -> Result<(), String> {
        self.execute("system_powerdown", &Value::Null, limit).map(drop)
    }

    fn state(&self, limit: Duration) -> Result<String, String> {
        let answer = self.execute("query-status", &Value::Null, limit)?;
        let state = answer["status"].as_str().unwrap_or("no state");
        Ok(state.to_owned())
    }

    fn save(&self, file: &Path, limit: Duration) -> Result<(), String> {
        let deadline = Instant::now() + limit;
        // As fast as the disk takes it. The machine is not stopped before: it would be restored stopped.
        let bandwidth = json!({"max-bandwidth": 1_u64 << 40});
        self.execute("migrate-set-parameters", &bandwidth, limit)?;
        let file = file.to_str().ok_or("the file's name is not UTF-8")?;
        if file.contains(['\'', '\\']) {
            return Err(format!("{file}: the name has a character that a shell would read"));
        }
        let uri = json!({"uri": format!("exec:cat > '{file}'")});
        self.execute("migrate", &uri, limit)?;
        loop {
            let answer = self.execute("query-migrate", &Value::Null, limit)?;
            match answer["status"].as_str() {
                Some("completed") => return Ok(()),
                Some("failed" | "cancelled") => {
                    let why = answer["error-desc"].as_str().unwrap_or("no reason given");
                    return Err(format!("saving the machine failed: {why}"));
                }
                _ if Instant::now() > deadline => {
                    return Err("saving the machine takes too long".into());
                }
                _ => thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}
