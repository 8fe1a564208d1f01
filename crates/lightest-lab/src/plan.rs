//! From a configuration to a machine: which guest, which devices, which goal.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lightest_model::config::{Config, Form};

use crate::abilities::{BootPath, Method};
use crate::accel;
use crate::driver::{CannotStart, Driver};
use crate::spec::{Accelerator, BootSpec, Disk, DiskBus, FirmwareBoot, Goal, ImageFormat, Payload};
use lightest_guests::host::Host;
use lightest_guests::{Built, ImageError, Store, recipe};
use lightest_inspect::format;

/// The user's options for a boot.
#[derive(Clone, Debug, Default)]
pub struct BootOptions {
    /// The accelerator; `None`: the best of this host.
    pub accelerator: Option<Accelerator>,
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
    /// GiB that the guest may write to each of its disks, which are files of the host meanwhile.
    pub disk_writes_gib: u32,
    /// Added to the VMM's command line.
    pub extra_args: Vec<String>,
}

/// Why a configuration cannot be booted.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A guest is needed and cannot be had.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The VMM is missing, or cannot make such a machine.
    #[error(transparent)]
    CannotStart(#[from] CannotStart),
    /// The lab has no way to do this.
    #[error("{what}")]
    Unsupported {
        /// What.
        what: String,
        /// The alternative.
        help: Option<String>,
    },
}

fn unsupported(what: impl Into<String>) -> PlanError {
    PlanError::Unsupported { what: what.into(), help: None }
}

/// A machine that was checked: its driver can make it, and its program is there.
#[derive(Clone)]
pub struct Plan {
    /// Who boots it.
    pub driver: &'static dyn Driver,
    /// The driver's program on this host.
    pub program: PathBuf,
    /// The machine.
    pub spec: BootSpec,
    /// Why this accelerator was chosen.
    pub accelerator_reason: String,
}

impl Plan {
    /// Checks a machine that was described by hand.
    ///
    /// # Errors
    /// When the driver cannot make it, or its program is not there.
    pub fn new(driver: &'static dyn Driver, spec: BootSpec, host: &Host) -> Result<Self, CannotStart> {
        let program = driver.find(spec.arch, host)?;
        Self::checked(driver, program, spec, "given".to_owned())
    }

    fn checked(
        driver: &'static dyn Driver,
        program: PathBuf,
        spec: BootSpec,
        accelerator_reason: String,
    ) -> Result<Self, CannotStart> {
        match driver.abilities().refusal(driver.title(), &spec) {
            Some(why) => Err(CannotStart::Unsupported(why)),
            None => Ok(Self { driver, program, spec, accelerator_reason }),
        }
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

/// An option that was given, and that none of the configurations respects: what runs would not be what was asked for.
#[must_use]
pub fn ignored_option(configs: &[Config], options: &BootOptions) -> Option<&'static str> {
    let direct = |config: &Config| config.boot.starts_with("linux_direct");
    let (any_direct, any_other) = (configs.iter().any(direct), !configs.iter().all(direct));
    let given = [
        ("--image", options.image.is_some() && !any_other),
        ("--kernel", options.kernel.is_some() && !any_direct),
        ("--initrd", options.initrd.is_some() && !any_direct),
        ("--append", options.append.is_some() && !any_direct),
    ];
    given.into_iter().find_map(|(option, is)| is.then_some(option))
}

/// How the driver boots such configurations, whatever their guests.
fn boot_path(driver: &dyn Driver, config: &Config) -> Result<&'static BootPath, PlanError> {
    if let Some(isolation) = config.isolation {
        return Err(unsupported(format!("the lab has no driver that isolates a guest with {isolation}")));
    }
    let method = Method::of_boot(&config.boot)
        .ok_or_else(|| unsupported(format!("the lab has no way to boot by `{}`", config.boot)))?;
    driver.abilities().path(driver.title(), method, config.arch).map_err(unsupported)
}

/// Works out the machine of a configuration, which reports call `name`; a guest that is not built yet is built, and `progress` gets each step.
///
/// # Errors
/// When the VMM is missing, the lab cannot boot such a thing, or the guest cannot be had.
pub fn plan(
    driver: &'static dyn Driver,
    config: &Config,
    name: &str,
    options: &BootOptions,
    host: &Host,
    store: &Store,
    progress: &mut dyn FnMut(&str),
) -> Result<Plan, PlanError> {
    let arch = config.arch;
    let path = boot_path(driver, config)?;
    let program = driver.find(arch, host).map_err(CannotStart::from)?;
    if let Some(warning) = driver.proof().warning() {
        progress(&format!("{}: {warning}", driver.title()));
    }
    let (accelerator, reason) = accel::decide(driver, config, options.accelerator, host, store, progress)?;
    let mut spec = BootSpec {
        config: name.to_owned(),
        arch,
        accelerator,
        payload: Payload::Uefi(FirmwareBoot::Nothing),
        disks: Vec::new(),
        memory_mib: options.memory_mib.unwrap_or(256),
        cpus: options.cpus.unwrap_or(1),
        network: options.network,
        tpm: options.tpm,
        agent: false,
        goal: Goal::NothingToBoot,
        ends_itself: false,
        limit: options.limit.unwrap_or(Duration::from_secs(120)),
        max_resets: options.resets,
        keep_writes: false,
        write_limit: u64::from(options.disk_writes_gib.max(1)) << 30,
        restore: None,
        extra_args: options.extra_args.clone(),
    };
    let mut built = |name: Option<String>| -> Result<Built, PlanError> {
        let name = name.unwrap_or_default();
        match store.ensure(&name, host, progress) {
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
            let needs_built = options.kernel.is_none() || options.initrd.is_none();
            let pair = if needs_built { Some(built(recipe_name(config))?) } else { None };
            let file = |own: &Option<PathBuf>, name: &str| match (own, &pair) {
                (Some(own), _) => absolute(own),
                (None, Some(pair)) => Ok(pair.file(name)),
                (None, None) => Err(unsupported("a kernel and an initial file system are needed")),
            };
            if config.boot == "linux_direct_bzimage" && options.kernel.is_none() {
                return Err(PlanError::Unsupported {
                    what: "the lab keeps its kernels uncompressed".to_owned(),
                    help: Some("name a bzImage with `--kernel FILE`".to_owned()),
                });
            }
            let mut cmdline = match &pair {
                Some(pair) => pair.cmdline.clone(),
                None => String::new(),
            };
            if let Some(more) = &options.append {
                cmdline = format!("{cmdline} {more}").trim().to_owned();
            }
            spec.payload = Payload::LinuxDirect {
                kernel: file(&options.kernel, "kernel")?,
                initrd: file(&options.initrd, "initrd.cpio")?,
                cmdline,
            };
            spec.agent = true;
            spec.goal = Goal::AgentReady { resets: options.resets };
        }
        boot @ ("uefi" | "pcat") => {
            let mut firmware = FirmwareBoot::Nothing;
            if from_disk || options.image.is_some() {
                firmware = FirmwareBoot::Disks;
                let file = match &options.image {
                    Some(image) => absolute(image)?,
                    None => built(recipe_name(config))?.file("disk.img"),
                };
                let bus = path.disk;
                spec.disks.push(disk(file, bus, config.guest.form)?);
                let seeded = options.seed
                    || (options.image.is_none()
                        && recipe_name(config).is_some_and(|name| recipe::wants_seed(&name)));
                if seeded {
                    let file = store.seed(arch, &mut |_| ())?;
                    let bus = if bus == DiskBus::Ide { DiskBus::Virtio } else { bus };
                    spec.disks.push(Disk { file, format: ImageFormat::Raw, bus });
                }
                spec.agent = true;
                spec.goal = Goal::AgentReady { resets: options.resets };
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
    if let Some(text) = &options.until {
        spec.goal = Goal::ConsoleLine(text.clone());
    }
    let agent = driver.abilities().agent;
    if let (Goal::AgentReady { .. }, None) = (&spec.goal, agent) {
        return Err(PlanError::Unsupported {
            what: format!("{} has no channel to the agent in a guest", driver.title()),
            help: Some(
                "name a text that shows on the console when it has booted, with `--until TEXT`".to_owned(),
            ),
        });
    }
    spec.agent &= agent.is_some();
    Ok(Plan::checked(driver, program, spec, reason)?)
}

fn absolute(path: &Path) -> Result<PathBuf, PlanError> {
    // The VMM runs in a directory of its own.
    let absolute = std::path::absolute(path).ok().filter(|path| path.exists());
    let absolute =
        absolute.ok_or_else(|| unsupported(format!("{}: there is no such file", path.display())))?;
    if !absolute.is_file() {
        return Err(unsupported(format!("{}: it is not a regular file", path.display())));
    }
    Ok(absolute)
}

fn disk(file: PathBuf, usual: DiskBus, form: Form) -> Result<Disk, PlanError> {
    let format =
        format::standalone(&file).map_err(|error| unsupported(format!("{}: {error}", file.display())))?;
    let bus = if form == Form::Iso { DiskBus::Cdrom } else { usual };
    Ok(Disk { file, format, bus })
}
