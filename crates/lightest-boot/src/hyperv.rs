//! The Hyper-V driver, over PowerShell: on Windows' side of WSL. Not proven here: its tests hold it against recorded dialogue.
//!
//! One PowerShell process is the VMM of one machine: it makes the machine, tells what happens to it on its standard output, takes
//! commands on its standard input, and removes the machine when that ends, however it ends.

mod quote;
mod script;
mod session;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use crate::abilities::{Abilities, Method, Way};
use crate::driver::{CannotStart, Control, Driver, Prepared, Proof, Tell, check};
use crate::host::{Host, Missing, PREFIX};
use crate::line::Line;
use crate::options::Facts;
use crate::spec::{Accelerator, Arch, BootSpec, DiskBus, ImageFormat};

/// What it asks and reads, with evidence.
pub static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts::embedded(include_str!("../vmms/hyperv.toml")));

/// The environment variable that names the program, without `LIGHTEST_`.
pub const PROGRAM: &str = "POWERSHELL";
/// Where Hyper-V writes what happens to a machine.
const EVENT_LOG: &str = "Microsoft-Windows-Hyper-V-Worker-Admin";

/// Hyper-V.
#[derive(Debug)]
pub struct HyperV;

static ABILITIES: Abilities = Abilities {
    ways: &[
        Way { method: Method::Uefi, archs: &[Arch::X64, Arch::Aarch64], disk: DiskBus::Scsi },
        Way { method: Method::Pcat, archs: &[Arch::X64], disk: DiskBus::Ide },
    ],
    accelerators: &[Accelerator::Native],
    formats: &[ImageFormat::Vhd, ImageFormat::Vhdx],
    uefi_app: false,
    // A BIOS only shows it on the screen.
    nothing_to_boot: &[Method::Uefi],
    cdrom: true,
    network: true,
    tpm: &[],
    agent: None,
    warm: false,
};

impl Driver for HyperV {
    fn name(&self) -> &'static str {
        "hyperv"
    }

    fn title(&self) -> &'static str {
        "Hyper-V"
    }

    fn proof(&self) -> Proof {
        Proof::RecordedDialogueOnly
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn find(&self, _arch: Arch, host: &Host) -> Result<PathBuf, Missing> {
        host.named_program(PROGRAM, &["powershell.exe"])
    }

    fn version(&self, arch: Arch, host: &Host) -> Option<String> {
        let ask = "(Get-Command New-VM).Version.ToString()";
        let program = self.find(arch, host).ok()?;
        let version = host.first_line(&program, &["-NoProfile", "-NonInteractive", "-Command", ask])?;
        Some(format!("Hyper-V's PowerShell module {version}"))
    }

    fn variable(&self) -> Option<String> {
        Some(format!("{PREFIX}{PROGRAM}"))
    }

    fn prepare(&self, spec: &BootSpec, host: &Host, room: &Path) -> Result<Prepared, CannotStart> {
        let program = check(self, spec, host)?;
        script::prepare(spec, host, &program, room)
    }

    fn attach(&self, control: Line, tell: Tell) -> io::Result<Arc<dyn Control>> {
        Ok(Arc::new(session::Session::start(control, tell)))
    }
}
