//! The commands that start virtual machines, and what they share: which machine, on which host, with which accelerator.

pub(crate) mod boot;
pub(crate) mod image;
mod inspect;
pub(crate) mod measure;
pub(crate) mod probe;
mod show;
pub(crate) mod verify;
pub(crate) mod vmms;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum};
use lightest_boot::accel;
use lightest_boot::driver::{self, CannotStart, Driver};
use lightest_boot::drivers;
use lightest_boot::host::Host;
use lightest_boot::images::{ImageError, Store};
use lightest_boot::plan::{self, PlanError, Wishes};
use lightest_boot::spec::{Accelerator, BootSpec};
use lightest_model::config::{Config, Form};
use lightest_model::grammar::Grammar;

use crate::commands::parse;
use crate::failure::Failure;
use crate::{facts, output};

/// The VMM that stands in for those that are not here.
const USUAL: &str = "qemu";

/// What a machine is asked to be, beside its configuration.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct MachineArgs {
    /// The VMM, where the configuration names none: see `lightest list vmms`
    #[arg(long, value_name = "VMM")]
    pub(crate) vmm: Option<String>,
    /// What executes the guest
    #[arg(long, value_enum, default_value = "auto", value_name = "WHICH")]
    pub(crate) accel: Accel,
    /// Memory, in MiB
    #[arg(long, value_name = "MIB")]
    pub(crate) memory: Option<u32>,
    /// Processors
    #[arg(long, value_name = "N")]
    pub(crate) cpus: Option<u32>,
    /// Add a network card whose network reaches nothing outside
    #[arg(long)]
    pub(crate) network: bool,
    /// Add a TPM 2.0
    #[arg(long)]
    pub(crate) tpm: bool,
    /// Boot this disk image in place of the configuration's guest; it is never written to
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Option<PathBuf>,
    /// Bring the agent into that image by cloud-init, with a NoCloud seed on a second disk
    #[arg(long, requires = "image")]
    pub(crate) seed: bool,
    /// Start this kernel in place of the built one
    #[arg(long, value_name = "FILE")]
    pub(crate) kernel: Option<PathBuf>,
    /// Start with this initial file system in place of the built one
    #[arg(long, value_name = "FILE")]
    pub(crate) initrd: Option<PathBuf>,
    /// Add to the kernel's command line
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) append: Option<String>,
    /// Count it as booted when this text is on the console
    #[arg(long, value_name = "TEXT")]
    pub(crate) until: Option<String>,
    /// Expect this many resets by the guest before it counts as booted
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) resets: u32,
    /// Give up after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub(crate) timeout: u32,
    /// Add an argument to the VMM's command line
    #[arg(long = "vmm-arg", value_name = "ARG", allow_hyphen_values = true)]
    pub(crate) vmm_args: Vec<String>,
}

/// An accelerator, or whichever this host can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Accel {
    /// Found by a trial boot.
    Auto,
    /// QEMU's translator.
    Tcg,
    /// Linux's hypervisor.
    Kvm,
}

impl MachineArgs {
    fn wishes(&self) -> Wishes {
        Wishes {
            memory_mib: self.memory,
            cpus: self.cpus,
            network: self.network,
            tpm: self.tpm,
            image: self.image.clone(),
            seed: self.seed,
            kernel: self.kernel.clone(),
            initrd: self.initrd.clone(),
            append: self.append.clone(),
            until: self.until.clone(),
            resets: self.resets,
            limit: Some(Duration::from_secs(self.timeout.into())),
            extra_args: self.vmm_args.clone(),
        }
    }
}

/// The lab: this host, the user's cache, and the facts.
pub(crate) struct Lab {
    pub(crate) host: Host,
    pub(crate) store: Store,
    pub(crate) catalog: &'static lightest_model::catalog::Catalog,
}

/// A machine that can be started, and how it was decided what executes it.
pub(crate) struct Planned {
    pub(crate) driver: &'static dyn Driver,
    pub(crate) spec: BootSpec,
    pub(crate) accelerator_reason: String,
}

impl Lab {
    pub(crate) fn open(catalog: Option<&Path>) -> Result<Self, Failure> {
        Ok(Self {
            host: Host::discover(),
            store: Store::of_user().map_err(|error| image_failure(&error))?,
            catalog: facts::catalog(catalog)?,
        })
    }

    /// Reads a configuration. Where the VMM is named beside it, the lab's own guests are legal, as they are on its usual VMM.
    pub(crate) fn config(&self, text: &str, args: &MachineArgs) -> Result<Config, Failure> {
        let grammar = Grammar::new(self.catalog);
        let error = match grammar.parse_config(text) {
            Ok(config) => return Ok(config),
            Err(error) => error,
        };
        if args.vmm.is_some()
            && let Ok(config) = grammar.parse_config(&format!("{USUAL}_{text}"))
        {
            return Ok(Config { vmm: None, ..config });
        }
        Err(parse::failure(text, &error))
    }

    /// Works out the machine of a configuration; guests are built when they are not there.
    pub(crate) fn plan(&self, config: &Config, args: &MachineArgs) -> Result<Planned, Failure> {
        let say = &mut |what: &str| output::message(what);
        let arch = plan::arch(config);
        let driver = driver_of(config, args.vmm.as_deref())?;
        plan::possible(driver, config).map_err(|error| plan_failure(&error))?;
        driver.find(arch, &self.host).map_err(|missing| {
            let failure = start_failure(&CannotStart::Missing(missing));
            if driver.name() == USUAL {
                failure
            } else {
                failure.note(format!("the lab's stand-in is `{}`", stand_in(config)))
            }
        })?;
        if let Some(warning) = driver.proof().warning() {
            output::message(&format!("{}: {warning}", driver.title()));
        }
        let (accelerator, accelerator_reason) = match (args.accel, driver::only_accelerator(driver)) {
            (Accel::Tcg, _) => (Accelerator::Tcg, "asked for".to_owned()),
            (Accel::Kvm, _) => (Accelerator::Kvm, "asked for".to_owned()),
            (Accel::Auto, Some(only)) => (only, driver::NATIVE_REASON.to_owned()),
            (Accel::Auto, None) => {
                // The pair that a trial of KVM boots, when it is wanted anyway.
                if config.guest.form == Form::Direct
                    && let Some(name) = plan::recipe_name(config)
                {
                    self.store.ensure(&name, &self.host, say).map_err(|error| image_failure(&error))?;
                }
                let choice = accel::choose(arch, &self.host, &self.store);
                (choice.accelerator(), choice.reason)
            }
        };
        let spec = plan::plan(driver, config, &args.wishes(), accelerator, &self.host, &self.store, say)
            .map_err(|error| plan_failure(&error))?;
        Ok(Planned { driver, spec, accelerator_reason })
    }
}

/// Who boots it: the VMM that the configuration names, or else the one that was named beside it.
fn driver_of(config: &Config, beside: Option<&str>) -> Result<&'static dyn Driver, Failure> {
    let name = match (config.vmm.as_deref(), beside) {
        (Some(named), Some(other)) if named != other => {
            return Err(Failure::new(format!("`{config}` names {named}, and `--vmm` names {other}"))
                .help(format!("leave the VMM out: `{}`", Config { vmm: None, ..config.clone() })));
        }
        (Some(name), _) | (None, Some(name)) => name,
        (None, None) => {
            return Err(Failure::new(format!("`{config}` names no VMM"))
                .help(format!("try `{}`, or name one with `--vmm`", stand_in(config))));
        }
    };
    drivers::named(name).ok_or_else(|| {
        let all: Vec<_> = drivers::ALL.iter().map(|driver| format!("`{}`", driver.name())).collect();
        Failure::new(format!("the lab has no driver for a VMM called `{name}`"))
            .help(format!("it has {}", all.join(", ")))
    })
}

fn stand_in(config: &Config) -> Config {
    Config { vmm: Some(USUAL.to_owned()), ..config.clone() }
}

pub(crate) fn image_failure(error: &ImageError) -> Failure {
    let failure = match error {
        ImageError::Missing(_) | ImageError::NotBuilt { .. } => Failure::host_cannot(error.to_string()),
        _ => Failure::new(error.to_string()),
    };
    match error {
        ImageError::Missing(missing) => failure.help(missing.command()),
        _ => failure,
    }
}

fn plan_failure(error: &PlanError) -> Failure {
    match error {
        PlanError::Image(error) => image_failure(error),
        PlanError::Unsupported { what, help } => {
            let failure = Failure::host_cannot(what.clone());
            match help {
                Some(help) => failure.help(help.clone()),
                None => failure,
            }
        }
    }
}

pub(crate) fn start_failure(error: &CannotStart) -> Failure {
    match error {
        CannotStart::Missing(missing) => Failure::host_cannot(missing.to_string()).help(missing.command()),
        CannotStart::Unsupported(_) => Failure::host_cannot(error.to_string()),
        CannotStart::Io { .. } => Failure::new(error.to_string()),
    }
}

/// Adds lines to a file that is replaced whole.
pub(crate) fn append<T: serde::Serialize>(path: &Path, lines: &[T]) -> Result<(), Failure> {
    let cannot =
        |error: std::io::Error| Failure::new(format!("{} cannot be written: {error}", path.display()));
    let mut text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(cannot(error)),
    };
    for one in lines {
        let line = serde_json::to_string(one).map_err(|error| cannot(error.into()))?;
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(dir).map_err(cannot)?;
    let mut file = tempfile::NamedTempFile::new_in(dir).map_err(cannot)?;
    file.write_all(&text).map_err(cannot)?;
    file.persist(path).map_err(|error| cannot(error.error))?;
    Ok(())
}
