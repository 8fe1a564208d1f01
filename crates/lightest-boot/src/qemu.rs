//! The QEMU driver: its control channel.

mod args;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::abilities::{Abilities, Method, Way};
use crate::driver::{CannotStart, Control, Driver, Heard, Prepared, Proof, Tell, check};
use crate::host::{Host, Missing};
use crate::line::Line;
use crate::qmp::{Qmp, QmpEvent, Told};
use crate::spec::{Accelerator, Arch, BootSpec, DiskBus, ImageFormat};
use crate::timeline::{EventKind, Initiator};

/// QEMU, from version 7.2.
#[derive(Debug)]
pub struct Qemu;

const BOTH: &[Arch] = &[Arch::X64, Arch::Aarch64];

static ABILITIES: Abilities = Abilities {
    ways: &[
        Way { method: Method::LinuxDirect, archs: BOTH, disk: DiskBus::Virtio },
        Way { method: Method::Uefi, archs: BOTH, disk: DiskBus::Virtio },
        Way { method: Method::Pcat, archs: &[Arch::X64], disk: DiskBus::Ide },
    ],
    accelerators: &[Accelerator::Tcg, Accelerator::Kvm],
    formats: &[ImageFormat::Raw, ImageFormat::Qcow2, ImageFormat::Vhd, ImageFormat::Vhdx],
    uefi_app: true,
    nothing_to_boot: &[Method::Uefi, Method::Pcat],
    cdrom: true,
    network: true,
    tpm: &[Method::LinuxDirect, Method::Uefi, Method::Pcat],
    agent: Some("virtio-serial"),
    warm: true,
};

/// The program that emulates an architecture.
fn program(arch: Arch) -> &'static str {
    match arch {
        Arch::X64 => "qemu-system-x86_64",
        Arch::Aarch64 => "qemu-system-aarch64",
    }
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
        host.require(&[arch.name()])?;
        host.program(program(arch)).ok_or_else(|| Missing::program(program(arch)))
    }

    fn prepare(&self, spec: &BootSpec, host: &Host, room: &Path) -> Result<Prepared, CannotStart> {
        host.require(&Host::purposes(spec))?;
        check(self, spec, host)?;
        args::prepare(spec, host, room)
    }

    fn attach(&self, control: Line, tell: Tell) -> io::Result<Arc<dyn Control>> {
        let qmp = Qmp::start(control, move |when, told| {
            if let Some(kind) = event(told) {
                tell(when, Heard::Event(kind));
            }
        })?;
        Ok(Arc::new(QemuControl(qmp)))
    }
}

fn event(told: Told) -> Option<EventKind> {
    let QmpEvent { name, data } = match told {
        Told::Version(version) => return Some(EventKind::VmmReady { version }),
        Told::Event(event) => event,
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
        "GUEST_PANICKED" => EventKind::Panicked { what: "the guest told its panic device".to_owned() },
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

    fn reset(&self, limit: Duration) -> Result<(), String> {
        self.execute("system_reset", &Value::Null, limit).map(drop)
    }

    fn pause(&self, limit: Duration) -> Result<(), String> {
        self.execute("stop", &Value::Null, limit).map(drop)
    }

    fn quit(&self, limit: Duration) -> Result<(), String> {
        self.execute("quit", &Value::Null, limit).map(drop)
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

    fn resume(&self, limit: Duration) -> Result<(), String> {
        self.execute("cont", &Value::Null, limit).map(drop)
    }
}
