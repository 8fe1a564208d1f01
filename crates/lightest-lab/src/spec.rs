//! The specification of a boot: everything that a driver needs to know, without the means.

use std::path::PathBuf;
use std::time::Duration;

pub use lightest_inspect::format::ImageFormat;
pub use lightest_model::config::Arch;
use serde::Serialize;

/// The accelerator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Accelerator {
    /// QEMU's own translator: works everywhere.
    Tcg,
    /// Linux's hypervisor.
    Kvm,
    /// The VMM has only one way.
    Native,
}

impl Accelerator {
    /// As on QEMU's command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcg => "tcg",
            Self::Kvm => "kvm",
            Self::Native => "native",
        }
    }
}

/// A disk; its file is never written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Disk {
    /// The image.
    pub file: PathBuf,
    /// Its kind.
    pub format: ImageFormat,
    /// The controller it hangs on.
    pub bus: DiskBus,
}

/// The bus of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskBus {
    /// virtio-blk.
    Virtio,
    /// An NVMe controller.
    Nvme,
    /// A SCSI controller, of whatever kind the VMM has.
    Scsi,
    /// The old PC's disk controller.
    Ide,
    /// A CD-ROM on whatever the machine has for it.
    Cdrom,
}

/// The boot source of a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Payload {
    /// A kernel and its initial file system, without firmware of a test's interest.
    LinuxDirect {
        /// The kernel.
        kernel: PathBuf,
        /// The file system in memory.
        initrd: PathBuf,
        /// The kernel's command line.
        cmdline: String,
    },
    /// UEFI firmware.
    Uefi(FirmwareBoot),
    /// A PC's BIOS.
    Pcat(FirmwareBoot),
}

/// Boot media that firmware finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirmwareBoot {
    /// Nothing: no guest.
    Nothing,
    /// The disks of [`BootSpec::disks`].
    Disks,
    /// One UEFI application, handed over by the VMM.
    App(PathBuf),
}

/// When a boot counts as done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// The agent answers; after this many resets by the guest.
    AgentReady {
        /// 0 unless the guest is known to reboot first.
        resets: u32,
    },
    /// A console line contains this.
    ConsoleLine(String),
    /// Firmware found that there is nothing to boot.
    NothingToBoot,
    /// The guest turned the machine off.
    Shutdown,
}

impl Goal {
    /// For people: what is waited for.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::AgentReady { resets: 0 } => "the agent to answer".to_owned(),
            Self::AgentReady { resets } => {
                format!("the agent to answer after {resets} reset(s)")
            }
            Self::ConsoleLine(text) => format!("`{text}` on the console"),
            Self::NothingToBoot => "the firmware to find nothing to boot".to_owned(),
            Self::Shutdown => "the guest to turn the machine off".to_owned(),
        }
    }
}

/// The usual [`BootSpec::write_limit`].
pub const WRITE_LIMIT: u64 = 4 << 30;

/// One machine to start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BootSpec {
    /// The configuration, as it was written.
    pub config: String,
    /// The guest's architecture.
    pub arch: Arch,
    /// The accelerator.
    pub accelerator: Accelerator,
    /// The boot source.
    pub payload: Payload,
    /// Its disks; the first is the one that firmware boots.
    pub disks: Vec<Disk>,
    /// Memory.
    pub memory_mib: u32,
    /// Processors.
    pub cpus: u32,
    /// Whether there is a network card (with a network that reaches only the VMM).
    pub network: bool,
    /// Whether there is a TPM 2.0.
    pub tpm: bool,
    /// Whether the agent's port exists.
    pub agent: bool,
    /// When it counts as booted.
    pub goal: Goal,
    /// Whether the guest turns the machine off by itself once its goal is reached.
    pub ends_itself: bool,
    /// When to give up.
    #[serde(skip)]
    pub limit: Duration,
    /// More resets than this by the guest are a loop.
    pub max_resets: u32,
    /// Bytes that the VMM may write to one file of the host: what its guest writes to a disk ends there.
    #[serde(skip)]
    pub write_limit: u64,
    /// Whether what the guest writes to its disks is kept: then they are files made for that, and not somebody's images.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keep_writes: bool,
    /// A saved machine to go on from, in place of booting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore: Option<PathBuf>,
    /// Arguments added to the VMM's command line as they are.
    pub extra_args: Vec<String>,
}
