//! The commands that start virtual machines, and what they share: which machine, on which host, with which accelerator.

pub(crate) mod boot;
pub(crate) mod image;
mod inspect;
pub(crate) mod measure;
pub(crate) mod probe;
mod show;
pub(crate) mod verify;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum};
use lightest_boot::accel;
use lightest_boot::driver::CannotStart;
use lightest_boot::host::Host;
use lightest_boot::images::{ImageError, Store};
use lightest_boot::plan::{self, PlanError, Wishes};
use lightest_boot::spec::{Accelerator, BootSpec};
use lightest_model::config::{Config, Form};
use lightest_model::grammar::Grammar;

use crate::commands::parse;
use crate::failure::Failure;
use crate::{facts, output};

/// What a machine is asked to be, beside its configuration.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct MachineArgs {
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

    /// Reads a configuration; its VMM must be one that the lab has a driver for.
    pub(crate) fn config(&self, text: &str) -> Result<Config, Failure> {
        let config =
            Grammar::new(self.catalog).parse_config(text).map_err(|error| parse::failure(text, &error))?;
        match config.vmm.as_deref() {
            Some("qemu") => Ok(config),
            Some(vmm) => Err(Failure::host_cannot(format!("this host has no {vmm} to boot `{config}` with"))
                .help(format!("try the lab's stand-in: `{}`", stand_in(&config)))),
            None => {
                Err(Failure::new(format!("`{config}` names no VMM"))
                    .help(format!("try `{}`", stand_in(&config))))
            }
        }
    }

    /// Works out the machine of a configuration; guests are built when they are not there.
    pub(crate) fn plan(&self, config: &Config, args: &MachineArgs) -> Result<Planned, Failure> {
        let say = &mut |what: &str| output::message(what);
        let arch = plan::arch(config);
        let (accelerator, accelerator_reason) = match args.accel {
            Accel::Tcg => (Accelerator::Tcg, "asked for".to_owned()),
            Accel::Kvm => (Accelerator::Kvm, "asked for".to_owned()),
            Accel::Auto => {
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
        let spec = plan::plan(config, &args.wishes(), accelerator, &self.host, &self.store, say)
            .map_err(|error| plan_failure(&error))?;
        Ok(Planned { spec, accelerator_reason })
    }
}

fn stand_in(config: &Config) -> Config {
    Config { vmm: Some("qemu".to_owned()), ..config.clone() }
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
