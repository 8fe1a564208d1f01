//! From a configuration to a machine: which guest, which devices, which goal.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lightest_model::config::{Config, Form};

use crate::abilities::Method;
use crate::driver::Driver;
use crate::format;
use crate::host::Host;
use crate::images::{Built, ImageError, Store, recipe};
use crate::spec::{Accelerator, Arch, BootSpec, Disk, DiskBus, FirmwareBoot, Goal, ImageFormat, Payload};

/// What the user may change about a boot.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Memory in MiB.
    pub memory_mib: Option<u32>,
    /// Processors.
    pub cpus: Option<u32>,
    /// A network card.
    pub network: bool,
    /// A TPM 2.0.
    pub tpm: bool,
    /// The user's own disk image in place of the configuration's guest.
    pub image: Option<PathBuf>,
    /// A NoCloud seed that brings the agent into the user's own image.
    pub seed: bool,
    /// The user's own kernel in place of the built one.
    pub kernel: Option<PathBuf>,
    /// The user's own initial file system in place of the built one.
    pub initrd: Option<PathBuf>,
    /// Added to the kernel's command line.
    pub append: Option<String>,
    /// A text on the console in place of the usual goal.
    pub until: Option<String>,
    /// Resets by the guest before it counts as booted.
    pub resets: u32,
    /// When to give up.
    pub limit: Option<Duration>,
    /// Added to the VMM's command line.
    pub extra_args: Vec<String>,
}

/// Why a configuration is no machine.
#[derive(Debug)]
pub enum PlanError {
    /// A guest is needed and cannot be had.
    Image(ImageError),
    /// The lab has no way to do this.
    Unsupported {
        /// What.
        what: String,
        /// What to do instead.
        help: Option<String>,
    },
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(error) => error.fmt(f),
            Self::Unsupported { what, .. } => f.write_str(what),
        }
    }
}

impl std::error::Error for PlanError {}

impl From<ImageError> for PlanError {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

fn unsupported(what: impl Into<String>) -> PlanError {
    PlanError::Unsupported { what: what.into(), help: None }
}

/// The model's word for an architecture in the lab's.
#[must_use]
pub fn arch(config: &Config) -> Arch {
    match config.arch {
        lightest_model::config::Arch::X64 => Arch::X64,
        lightest_model::config::Arch::Aarch64 => Arch::Aarch64,
    }
}

/// The recipe of the configuration's guest, when it is one that is made here.
#[must_use]
pub fn recipe_name(config: &Config) -> Option<String> {
    match config.guest.form {
        Form::Direct => Some(format!("linux_direct_{}", config.arch.word())),
        Form::Vhd | Form::Iso | Form::UefiApp => Some(config.guest.id.clone()),
        Form::None => None,
    }
}

/// Whether the driver can boot such configurations at all, whatever their guests.
///
/// # Errors
/// With what it cannot do.
pub fn possible(driver: &dyn Driver, config: &Config) -> Result<(), PlanError> {
    if let Some(isolation) = config.isolation {
        return Err(unsupported(format!("the lab has no driver that isolates a guest with {isolation}")));
    }
    let method = match config.boot.as_str() {
        "linux_direct" | "linux_direct_bzimage" => Method::LinuxDirect,
        "uefi" => Method::Uefi,
        "pcat" => Method::Pcat,
        other => return Err(unsupported(format!("the lab has no way to boot by `{other}`"))),
    };
    match driver.abilities().no_way(driver.title(), method, arch(config)) {
        Some(why) => Err(unsupported(why)),
        None => Ok(()),
    }
}

/// Works out the machine; guests that are not built yet are built, and `say` hears of it.
///
/// # Errors
/// When the lab cannot boot such a thing, or the guest cannot be had.
pub fn plan(
    driver: &dyn Driver,
    config: &Config,
    wishes: &Wishes,
    accelerator: Accelerator,
    host: &Host,
    store: &Store,
    say: &mut dyn FnMut(&str),
) -> Result<BootSpec, PlanError> {
    let arch = arch(config);
    let abilities = driver.abilities();
    possible(driver, config)?;
    let bus = |method| abilities.way(method, arch).map_or(DiskBus::Virtio, |way| way.disk);
    let mut spec = BootSpec {
        config: config.to_string(),
        arch,
        accelerator,
        payload: Payload::Uefi(FirmwareBoot::Nothing),
        disks: Vec::new(),
        memory_mib: wishes.memory_mib.unwrap_or(256),
        cpus: wishes.cpus.unwrap_or(1),
        network: wishes.network,
        tpm: wishes.tpm,
        agent: false,
        goal: Goal::NothingToBoot,
        ends_itself: false,
        limit: wishes.limit.unwrap_or(Duration::from_secs(120)),
        max_resets: wishes.resets,
        keep_writes: false,
        restore: None,
        extra_args: wishes.extra_args.clone(),
    };
    let mut built = |name: Option<String>| -> Result<Built, PlanError> {
        let name = name.unwrap_or_default();
        match store.ensure(&name, host, say) {
            Err(ImageError::Unknown { .. }) => Err(PlanError::Unsupported {
                what: format!("the lab makes no guest `{name}`"),
                help: Some("boot your own copy of its image with `--image FILE`".to_owned()),
            }),
            other => Ok(other?),
        }
    };
    let from_disk = matches!(config.guest.form, Form::Vhd | Form::Iso);
    match config.boot.as_str() {
        "linux_direct" | "linux_direct_bzimage" => {
            let needs_built = wishes.kernel.is_none() || wishes.initrd.is_none();
            let pair = if needs_built { Some(built(recipe_name(config))?) } else { None };
            let file = |own: &Option<PathBuf>, name: &str| match (own, &pair) {
                (Some(own), _) => absolute(own),
                (None, Some(pair)) => Ok(pair.file(name)),
                (None, None) => Err(unsupported("a kernel and an initial file system are needed")),
            };
            if config.boot == "linux_direct_bzimage" && wishes.kernel.is_none() {
                return Err(PlanError::Unsupported {
                    what: "the lab keeps its kernels uncompressed".to_owned(),
                    help: Some("name a bzImage with `--kernel FILE`".to_owned()),
                });
            }
            let mut cmdline = match &pair {
                Some(pair) => pair.cmdline.clone(),
                None => String::new(),
            };
            if let Some(more) = &wishes.append {
                cmdline = format!("{cmdline} {more}").trim().to_owned();
            }
            spec.payload = Payload::LinuxDirect {
                kernel: file(&wishes.kernel, "kernel")?,
                initrd: file(&wishes.initrd, "initrd.cpio")?,
                cmdline,
            };
            spec.agent = true;
            spec.goal = Goal::AgentReady { resets: wishes.resets };
        }
        boot @ ("uefi" | "pcat") => {
            let mut firmware = FirmwareBoot::Nothing;
            if from_disk || wishes.image.is_some() {
                firmware = FirmwareBoot::Disks;
                let file = match &wishes.image {
                    Some(image) => absolute(image)?,
                    None => built(recipe_name(config))?.file("disk.img"),
                };
                let bus = bus(if boot == "uefi" { Method::Uefi } else { Method::Pcat });
                spec.disks.push(disk(file, bus, config.guest.form)?);
                let seeded = wishes.seed
                    || (wishes.image.is_none()
                        && recipe_name(config).is_some_and(|name| recipe::wants_seed(&name)));
                if seeded {
                    let file = store.seed(arch, &mut |_| ())?;
                    let bus = if bus == DiskBus::Ide { DiskBus::Virtio } else { bus };
                    spec.disks.push(Disk { file, format: ImageFormat::Raw, bus });
                }
                spec.agent = true;
                spec.goal = Goal::AgentReady { resets: wishes.resets };
            } else if config.guest.form == Form::UefiApp {
                let application = built(recipe_name(config))?;
                firmware = FirmwareBoot::App(application.file("application.efi"));
                spec.goal = Goal::ConsoleLine("guest_test_uefi: all checks passed".to_owned());
                spec.ends_itself = true;
            }
            spec.payload = if boot == "uefi" { Payload::Uefi(firmware) } else { Payload::Pcat(firmware) };
        }
        other => {
            return Err(unsupported(format!("the lab has no way to boot by `{other}`")));
        }
    }
    if let Some(text) = &wishes.until {
        spec.goal = Goal::ConsoleLine(text.clone());
    }
    if let (Goal::AgentReady { .. }, None) = (&spec.goal, abilities.agent) {
        return Err(PlanError::Unsupported {
            what: format!("{} has no channel to the agent in a guest", driver.title()),
            help: Some("say what shows on the console that it booted, with `--until TEXT`".to_owned()),
        });
    }
    spec.agent &= abilities.agent.is_some();
    if let Some(why) = abilities.refusal(driver.title(), &spec) {
        return Err(unsupported(why));
    }
    Ok(spec)
}

fn absolute(path: &Path) -> Result<PathBuf, PlanError> {
    // The VMM runs in a directory of its own.
    std::path::absolute(path)
        .ok()
        .filter(|path| path.is_file())
        .ok_or_else(|| unsupported(format!("{}: there is no such file", path.display())))
}

fn disk(file: PathBuf, usual: DiskBus, form: Form) -> Result<Disk, PlanError> {
    let format =
        format::of_file(&file).map_err(|error| unsupported(format!("{}: {error}", file.display())))?;
    let bus = if form == Form::Iso { DiskBus::Cdrom } else { usual };
    Ok(Disk { file, format, bus })
}
