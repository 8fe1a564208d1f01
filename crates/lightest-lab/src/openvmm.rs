//! The OpenVMM driver. Written from the source, never run.
//!
//! The machine is described on the command line and controlled by the interactive console; `vmms/openvmm.toml` gives the
//! reason.

mod args;
mod console;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use crate::abilities::{Abilities, BootPath, Method};
use crate::driver::{CannotStart, Control, Driver, EventSink, Prepared, Proof};
use crate::line::Line;
use crate::options::{Facts, Sign};
use crate::spec::{Accelerator, Arch, BootSpec, DiskBus, FirmwareBoot, ImageFormat, Payload};
use crate::timeline::{EventKind, Initiator};
use lightest_guests::host::{Host, Missing, PREFIX};

/// Its options and commands, with evidence.
pub static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts::embedded(include_str!("../vmms/openvmm.toml")));

/// The environment variable that names the program, without `LIGHTEST_`.
pub const PROGRAM: &str = "OPENVMM";
/// Statuses that we choose, so that the exit status of the process shows why; OpenVMM's own are 0 and 1.
const TURNED_OFF: i32 = 100;
const CRASHED: i32 = 101;

/// OpenVMM.
#[derive(Debug)]
pub struct OpenVmm;

const BOTH: &[Arch] = &[Arch::X64, Arch::Aarch64];

static ABILITIES: Abilities = Abilities {
    paths: &[
        BootPath { method: Method::LinuxDirect, archs: BOTH, disk: DiskBus::Virtio },
        BootPath { method: Method::Uefi, archs: BOTH, disk: DiskBus::Scsi },
        BootPath { method: Method::Pcat, archs: &[Arch::X64], disk: DiskBus::Ide },
    ],
    accelerators: &[Accelerator::Native, Accelerator::Kvm],
    formats: &[ImageFormat::Raw, ImageFormat::Vhd, ImageFormat::Vhdx],
    uefi_app: false,
    nothing_to_boot: &[Method::Uefi],
    cdrom: true,
    network: true,
    tpm: &[(Method::Uefi, Arch::X64), (Method::Uefi, Arch::Aarch64)],
    no_tpm: None,
    agent: Some("vsock"),
    warm: false,
};

impl Driver for OpenVmm {
    fn name(&self) -> &'static str {
        "openvmm"
    }

    fn title(&self) -> &'static str {
        "OpenVMM"
    }

    fn proof(&self) -> Proof {
        Proof::WrittenFromSource
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn find(&self, _arch: Arch, host: &Host) -> Result<PathBuf, Missing> {
        host.named_program(PROGRAM, &["openvmm"])
    }

    fn variable(&self) -> Option<String> {
        Some(format!("{PREFIX}{PROGRAM}"))
    }

    fn prepare(
        &self,
        spec: &BootSpec,
        program: &Path,
        host: &Host,
        dir: &Path,
    ) -> Result<Prepared, CannotStart> {
        args::prepare(spec, host, program, dir)
    }

    fn attach(&self, control: Line, sink: EventSink) -> io::Result<Arc<dyn Control>> {
        Ok(Arc::new(console::Console::start(control, sink)))
    }

    fn logged(&self, line: &str) -> Option<EventKind> {
        match FACTS.logged(line)? {
            Sign::GuestReset => Some(EventKind::Reset { by: Initiator::Guest }),
            _ => None,
        }
    }

    fn ended(&self, spec: &BootSpec, code: Option<i32>) -> Vec<EventKind> {
        match (code, &spec.payload) {
            // Without its front page, firmware turns the machine off when nothing is left to try.
            (Some(TURNED_OFF), Payload::Uefi(FirmwareBoot::Nothing)) => {
                vec![EventKind::NothingToBoot, EventKind::Shutdown { by: Initiator::Guest }]
            }
            (Some(TURNED_OFF), _) => vec![EventKind::Shutdown { by: Initiator::Guest }],
            (Some(CRASHED), _) => vec![EventKind::Panicked { what: "the guest triple-faulted".to_owned() }],
            _ => Vec::new(),
        }
    }
}
