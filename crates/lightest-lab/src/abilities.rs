//! The machines that a VMM can run, and the only place that words a refusal.

use crate::spec::{Accelerator, Arch, BootSpec, DiskBus, FirmwareBoot, ImageFormat, Payload};

/// A way to boot, with the architectures that have it and the bus that a boot disk hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BootPath {
    /// How.
    pub method: Method,
    /// Where.
    pub archs: &'static [Arch],
    /// Which bus carries a disk that firmware boots from.
    pub disk: DiskBus,
}

/// A way to boot, without its guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A kernel and its initial file system.
    LinuxDirect,
    /// UEFI firmware.
    Uefi,
    /// A PC's BIOS.
    Pcat,
}

impl Method {
    /// As configurations write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LinuxDirect => "linux_direct",
            Self::Uefi => "uefi",
            Self::Pcat => "pcat",
        }
    }

    /// That of a boot method's word in a configuration.
    #[must_use]
    pub fn of_boot(word: &str) -> Option<Self> {
        match word {
            "linux_direct" | "linux_direct_bzimage" => Some(Self::LinuxDirect),
            "uefi" => Some(Self::Uefi),
            "pcat" => Some(Self::Pcat),
            _ => None,
        }
    }

    /// That of a payload.
    #[must_use]
    pub fn of(payload: &Payload) -> Self {
        match payload {
            Payload::LinuxDirect { .. } => Self::LinuxDirect,
            Payload::Uefi(_) => Self::Uefi,
            Payload::Pcat(_) => Self::Pcat,
        }
    }
}

/// The abilities of a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// The ways to boot.
    pub paths: &'static [BootPath],
    /// Accelerators; the first is the default of a VMM without a choice.
    pub accelerators: &'static [Accelerator],
    /// Image formats that it takes; the file is never written to.
    pub formats: &'static [ImageFormat],
    /// Whether firmware can be handed one UEFI application.
    pub uefi_app: bool,
    /// Boot methods whose firmware reports that it found nothing to boot.
    pub nothing_to_boot: &'static [Method],
    /// Whether a CD-ROM can be added.
    pub cdrom: bool,
    /// Whether a network card can be added that reaches nothing outside.
    pub network: bool,
    /// The machines to which a TPM 2.0 can be added.
    pub tpm: &'static [(Method, Arch)],
    /// Why others cannot have one, where that needs words.
    pub no_tpm: Option<&'static str>,
    /// The transport of the agent's messages; none where guests have no agent.
    pub agent: Option<&'static str>,
    /// Whether a machine can be saved and restored.
    pub warm: bool,
}

impl Abilities {
    /// How a machine of that kind boots; `title` is the VMM's.
    ///
    /// # Errors
    /// Why nothing boots like that.
    pub fn path(&self, title: &str, method: Method, arch: Arch) -> Result<&'static BootPath, String> {
        let mut paths = self.paths.iter();
        paths.find(|path| path.method == method && path.archs.contains(&arch)).ok_or_else(|| {
            match (method, arch) {
                (Method::Pcat, Arch::Aarch64) => "there is no BIOS on aarch64".to_owned(),
                _ => format!("{title} has no way to boot {arch} by `{}`", method.name()),
            }
        })
    }

    /// Whether a machine of that kind can have a TPM 2.0.
    #[must_use]
    pub fn has_tpm(&self, method: Method, arch: Arch) -> bool {
        self.tpm.contains(&(method, arch))
    }

    /// Why such a machine cannot be made; `title` is the VMM's.
    #[must_use]
    pub fn refusal(&self, title: &str, spec: &BootSpec) -> Option<String> {
        let method = Method::of(&spec.payload);
        if let Err(why) = self.path(title, method, spec.arch) {
            return Some(why);
        }
        if !self.accelerators.contains(&spec.accelerator) {
            return Some(format!("{title} does not run guests with `{}`", spec.accelerator.name()));
        }
        match &spec.payload {
            Payload::Pcat(FirmwareBoot::App(_)) => {
                return Some("a PC's BIOS cannot start a UEFI application".to_owned());
            }
            Payload::Uefi(FirmwareBoot::App(_)) if !self.uefi_app => {
                return Some(format!(
                    "{title} cannot hand a UEFI application to its firmware without a disk"
                ));
            }
            Payload::Uefi(FirmwareBoot::Nothing) | Payload::Pcat(FirmwareBoot::Nothing)
                if !self.nothing_to_boot.contains(&method) =>
            {
                let method = method.name();
                return Some(format!(
                    "{title} does not report when a machine that boots by `{method}` finds nothing to boot"
                ));
            }
            _ => {}
        }
        for disk in &spec.disks {
            // A CD is bytes as they are, and read-only.
            if disk.bus != DiskBus::Cdrom && !self.formats.contains(&disk.format) {
                let taken: Vec<_> = self.formats.iter().map(|format| format.name()).collect();
                let (format, taken) = (disk.format.name(), taken.join(", "));
                return Some(format!("{title} cannot be given a `{format}` image; it takes {taken}"));
            }
            match disk.bus {
                DiskBus::Cdrom if !self.cdrom => return Some(format!("{title} has no CD-ROM")),
                DiskBus::Ide if spec.arch == Arch::Aarch64 => {
                    return Some("there is no IDE on aarch64".to_owned());
                }
                _ => {}
            }
        }
        if spec.network && !self.network {
            return Some(format!("{title} has no network card that reaches nothing outside"));
        }
        if spec.tpm && !self.has_tpm(method, spec.arch) {
            return Some(match self.no_tpm {
                Some(why) => why.to_owned(),
                None => format!("{title} has no TPM for a machine that boots by `{}`", method.name()),
            });
        }
        if (spec.restore.is_some() || spec.keep_writes) && !self.warm {
            return Some(format!("{title} cannot resume from a snapshot"));
        }
        None
    }
}
