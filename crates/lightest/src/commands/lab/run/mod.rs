//! How the commands that start virtual machines work, and what they share: which machine, on which host, with which accelerator.

mod boot;
mod image;
mod measure;
mod probe;
mod show;
mod verify;
mod vmms;

use std::time::Duration;

use lightest_guests::host::Host;
use lightest_guests::{ImageError, Store};
use lightest_lab::driver::{CannotStart, Driver};
use lightest_lab::drivers;
use lightest_lab::plan::{self, BootOptions, Plan, PlanError};
use lightest_lab::spec::Accelerator;
use lightest_lab::verify::VMM;
use lightest_model::config::Config;

use super::LabCommand;
use super::options::{Accel, MachineArgs};
use crate::commands::parse;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::schema::vmms::Vmm;
use crate::session::Session;
use crate::{input, output};

/// The program that drives the lab where no other is named.
const USUAL: &str = "qemu";

/// Runs one of the lab's commands.
pub(crate) fn run(command: LabCommand<'_>, session: &Session) -> Result<u8, Failure> {
    let (machine, out) = match command {
        LabCommand::Boot(args) => (Some(&args.machine), None),
        LabCommand::Measure(args) => (Some(&args.machine), args.out.as_deref()),
        LabCommand::Probe(args) => (Some(&args.machine), args.out.as_deref()),
        LabCommand::Verify(args) => (Some(&args.machine), None),
        LabCommand::Image(_) => (None, None),
    };
    // Before guests are built, which may take minutes.
    out.map_or(Ok(()), output::Appender::can_open)?;
    machine.map_or(Ok(()), can_be_read)?;
    match command {
        LabCommand::Boot(args) => boot::run(args, session),
        LabCommand::Measure(args) => measure::run(args, session),
        LabCommand::Probe(args) => probe::run(args, session),
        LabCommand::Verify(args) => verify::run(args, session),
        LabCommand::Image(args) => image::run(args, session),
    }
}

/// Sees that the files that a machine starts with can be read, which is the user's business and not the host's.
fn can_be_read(args: &MachineArgs) -> Result<(), Failure> {
    for (option, file) in [("--image", &args.image), ("--kernel", &args.kernel), ("--initrd", &args.initrd)] {
        if let Some(file) = file {
            let wrong =
                |error: input::ReadError| error.failure(file).note(format!("it is named by `{option}`"));
            input::open(file).map_err(wrong)?;
        }
    }
    Ok(())
}

/// The VMMs that the lab has drivers for: for programs, and as text.
pub(crate) fn vmms() -> Result<(Vec<Vmm>, String), Failure> {
    Ok(vmms::listed())
}

fn boot_options(args: &MachineArgs) -> BootOptions {
    BootOptions {
        accelerator: match args.accel {
            Accel::Auto => None,
            Accel::Tcg => Some(Accelerator::Tcg),
            Accel::Kvm => Some(Accelerator::Kvm),
        },
        memory_mib: args.memory,
        cpus: args.cpus,
        network: args.network,
        tpm: args.tpm,
        image: args.image.clone(),
        seed: args.seed,
        kernel: args.kernel.clone(),
        initrd: args.initrd.clone(),
        append: args.append.clone(),
        until: args.until.clone(),
        resets: args.resets,
        limit: Some(Duration::from_secs(args.timeout.into())),
        disk_writes_gib: args.disk_writes,
        extra_args: args.vmm_args.clone(),
    }
}

/// The lab: this host, the user's cache, and the facts.
pub(crate) struct Lab {
    pub(crate) host: Host,
    pub(crate) store: Store,
    pub(crate) catalog: &'static lightest_model::catalog::Catalog,
}

impl Lab {
    pub(crate) fn open(session: &Session) -> Result<Self, Failure> {
        Ok(Self {
            host: Host::discover(),
            store: Store::of_user().map_err(|error| image_failure(&error))?,
            catalog: session.catalog_of(Framework::of_lab())?,
        })
    }

    /// Reads a configuration. Where the VMM is named beside it, the lab's own guests are legal, as they are on its usual VMM.
    pub(crate) fn config(&self, text: &str, args: &MachineArgs) -> Result<Config, Failure> {
        let spelling = Framework::of_lab().dialect().spelling();
        let spelling = spelling.ok_or_else(|| Failure::new("the lab's configurations have no spelling"))?;
        let error = match spelling.config(self.catalog, text) {
            Ok(config) => return Ok(config),
            Err(error) => error,
        };
        if args.vmm.is_some()
            && let Ok(config) = spelling.config(self.catalog, &format!("{VMM}_{text}"))
        {
            return Ok(Config { vmm: None, ..config });
        }
        Err(parse::failure(text, error))
    }

    /// Reads the configurations of a command.
    pub(crate) fn configs(&self, texts: &[String], args: &MachineArgs) -> Result<Vec<Config>, Failure> {
        let configs = texts.iter().map(|text| self.config(text, args)).collect::<Result<Vec<_>, _>>()?;
        if !configs.is_empty() {
            refuse_ignored_options(&configs, args)?;
        }
        Ok(configs)
    }

    /// Works out the machine of a configuration; guests are built when they are not there.
    pub(crate) fn plan(&self, config: &Config, args: &MachineArgs) -> Result<Plan, Failure> {
        let driver = driver_of(config, args.vmm.as_deref())?;
        let progress = &mut |what: &str| output::message(what);
        let name = spelled(config);
        let plan = plan::plan(driver, config, &name, &boot_options(args), &self.host, &self.store, progress);
        plan.map_err(|error| {
            let failure = plan_failure(&error);
            match error {
                PlanError::CannotStart(CannotStart::Missing(_)) if driver.name() != USUAL => {
                    failure.note(format!("the lab's stand-in is `{}`", spelled(&stand_in(config))))
                }
                _ => failure,
            }
        })
    }
}

/// Refuses an option that none of the configurations respects.
pub(crate) fn refuse_ignored_options(configs: &[Config], args: &MachineArgs) -> Result<(), Failure> {
    let Some(option) = plan::ignored_option(configs, &boot_options(args)) else { return Ok(()) };
    let (which, way) = match configs {
        [config] => (format!("`{}`", spelled(config)), "it"),
        _ => ("any of these configurations".to_owned(), "one"),
    };
    Err(Failure::new(format!("`{option}` has no effect on {which}")).help(match option {
        "--image" => format!("leave it out, or boot {way} by `uefi` or `pcat`, which read a disk"),
        _ => format!("leave it out, or boot {way} by `linux_direct`, which starts a kernel"),
    }))
}

/// Who boots it: the program that was named beside a configuration of the lab, or else the VMM that the configuration names.
pub(crate) fn driver_of(config: &Config, beside: Option<&str>) -> Result<&'static dyn Driver, Failure> {
    let name = match (config.vmm.as_deref(), beside) {
        (Some(VMM), beside) => beside.unwrap_or(USUAL),
        (Some(named), Some(other)) if named != other => {
            return Err(Failure::new(format!(
                "`{}` names {named}, and `--vmm` names {other}",
                spelled(config)
            ))
            .help(format!("leave the VMM out: `{}`", spelled(&Config { vmm: None, ..config.clone() }))));
        }
        (Some(name), _) | (None, Some(name)) => name,
        (None, None) => {
            return Err(Failure::new(format!("`{}` names no VMM", spelled(config)))
                .help(format!("try `{}`, or name one with `--vmm`", spelled(&stand_in(config)))));
        }
    };
    drivers::named(name).ok_or_else(|| {
        let all: Vec<_> = drivers::ALL.iter().map(|driver| format!("`{}`", driver.name())).collect();
        Failure::new(format!("the lab has no driver for a VMM called `{name}`"))
            .help(format!("it has {}", all.join(", ")))
    })
}

/// A configuration as the command line takes it.
pub(crate) fn spelled(config: &Config) -> String {
    Framework::of_lab().dialect().name_of(config)
}

fn stand_in(config: &Config) -> Config {
    Config { vmm: Some(VMM.to_owned()), ..config.clone() }
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
        PlanError::CannotStart(error) => start_failure(error),
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
