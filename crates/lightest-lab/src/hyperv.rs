//! The Hyper-V driver, over PowerShell: on Windows' side of WSL. Written from the source, never run.
//!
//! One PowerShell process is the VMM of one machine: it makes the machine, reports what happens to it on its standard output, takes
//! commands on its standard input, and removes the machine when that ends, however it ends.

mod quote;
mod script;
mod session;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use crate::abilities::{Abilities, BootPath, Method};
use crate::driver::{CannotStart, Control, Driver, EventSink, Prepared, Proof};
use crate::line::Line;
use crate::options::Facts;
use crate::spec::{Accelerator, Arch, BootSpec, DiskBus, ImageFormat};
use lightest_guests::host::{Host, Missing, PREFIX};

/// Its commands and events, with evidence.
pub static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts::embedded(include_str!("../vmms/hyperv.toml")));

/// The environment variable that names the program, without `LIGHTEST_`.
pub const PROGRAM: &str = "POWERSHELL";
/// Where Hyper-V writes what happens to a machine.
const EVENT_LOG: &str = "Microsoft-Windows-Hyper-V-Worker-Admin";

/// Hyper-V.
#[derive(Debug)]
pub struct HyperV;

static ABILITIES: Abilities = Abilities {
    paths: &[
        BootPath { method: Method::Uefi, archs: &[Arch::X64, Arch::Aarch64], disk: DiskBus::Scsi },
        BootPath { method: Method::Pcat, archs: &[Arch::X64], disk: DiskBus::Ide },
    ],
    accelerators: &[Accelerator::Native],
    formats: &[ImageFormat::Vhd, ImageFormat::Vhdx],
    uefi_app: false,
    // A BIOS only shows it on the screen.
    nothing_to_boot: &[Method::Uefi],
    cdrom: true,
    network: true,
    tpm: &[],
    no_tpm: None,
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
        Proof::WrittenFromSource
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn find(&self, _arch: Arch, host: &Host) -> Result<PathBuf, Missing> {
        host.named_program(PROGRAM, &["powershell.exe"])
    }

    fn version(&self, program: &Path, host: &Host) -> Option<String> {
        let ask = "(Get-Command New-VM).Version.ToString()";
        let version = host.first_line(program, &["-NoProfile", "-NonInteractive", "-Command", ask])?;
        Some(format!("Hyper-V's PowerShell module {version}"))
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
        script::prepare(spec, host, program, dir)
    }

    fn attach(&self, control: Line, sink: EventSink) -> io::Result<Arc<dyn Control>> {
        Ok(Arc::new(session::Session::start(control, sink)))
    }
}
