//! The OpenVMM driver. Not proven here: its tests hold it against OpenVMM's source and recorded dialogue.
//!
//! The machine is described on the command line and ruled by the interactive console: `vmms/openvmm.toml` says why.

mod args;
mod console;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use crate::abilities::{Abilities, Method, Way};
use crate::driver::{CannotStart, Control, Driver, Prepared, Proof, Tell, check};
use crate::host::{Host, Missing, PREFIX};
use crate::line::Line;
use crate::options::{Facts, Sign};
use crate::spec::{Accelerator, Arch, BootSpec, DiskBus, FirmwareBoot, ImageFormat, Payload};
use crate::timeline::{EventKind, Initiator};

/// What it understands, with evidence.
pub static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts::embedded(include_str!("../vmms/openvmm.toml")));

/// The environment variable that names the program, without `LIGHTEST_`.
pub const PROGRAM: &str = "OPENVMM";
/// Statuses that we choose, so that the end of the process tells why; OpenVMM's own are 0 and 1.
const TURNED_OFF: i32 = 100;
const CRASHED: i32 = 101;

/// OpenVMM.
#[derive(Debug)]
pub struct OpenVmm;

const BOTH: &[Arch] = &[Arch::X64, Arch::Aarch64];

static ABILITIES: Abilities = Abilities {
    ways: &[
        Way { method: Method::LinuxDirect, archs: BOTH, disk: DiskBus::Virtio },
        Way { method: Method::Uefi, archs: BOTH, disk: DiskBus::Scsi },
        Way { method: Method::Pcat, archs: &[Arch::X64], disk: DiskBus::Ide },
    ],
    accelerators: &[Accelerator::Native, Accelerator::Kvm],
    formats: &[ImageFormat::Raw, ImageFormat::Vhd, ImageFormat::Vhdx],
    uefi_app: false,
    nothing_to_boot: &[Method::Uefi],
    cdrom: true,
    network: true,
    tpm: &[Method::Uefi],
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
        Proof::RecordedDialogueOnly
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

    fn prepare(&self, spec: &BootSpec, host: &Host, room: &Path) -> Result<Prepared, CannotStart> {
        let program = check(self, spec, host)?;
        args::prepare(spec, host, &program, room)
    }

    fn attach(&self, control: Line, tell: Tell) -> io::Result<Arc<dyn Control>> {
        Ok(Arc::new(console::Console::start(control, tell)))
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
