//! The options of the commands that start virtual machines, in the help of every build.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use crate::args::Format;

// What a machine is asked to be, beside its configuration. No documentation: it would stand in the help of every command that has
// these options.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct MachineArgs {
    /// The VMM that boots a configuration of the lab, or one that names none [default: qemu]: see `lightest list vmms`
    #[arg(long, value_name = "VMM")]
    pub(crate) vmm: Option<String>,
    /// Accelerator, which executes the guest
    #[arg(long, value_enum, default_value = "auto", value_name = "WHICH")]
    pub(crate) accel: Accel,
    /// Memory, in MiB
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) memory: Option<u32>,
    /// Processors
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) cpus: Option<u32>,
    /// Add a network card whose network reaches nothing outside
    #[arg(long)]
    pub(crate) network: bool,
    /// Add a TPM 2.0
    #[arg(long)]
    pub(crate) tpm: bool,
    /// Boot this disk image instead of the configuration's guest; the file is never written to
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Option<PathBuf>,
    /// Install the agent in that image by cloud-init, with a NoCloud seed on a second disk
    #[arg(long, requires = "image")]
    pub(crate) seed: bool,
    /// Start this kernel instead of the built one (Linux Direct)
    #[arg(long, value_name = "FILE")]
    pub(crate) kernel: Option<PathBuf>,
    /// Start with this initial file system instead of the built one (Linux Direct)
    #[arg(long, value_name = "FILE")]
    pub(crate) initrd: Option<PathBuf>,
    /// Add to the kernel's command line (Linux Direct)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) append: Option<String>,
    /// Count the guest as booted when this text shows on the console
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) until: Option<String>,
    /// Expect this many resets by the guest before it counts as booted
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) resets: u32,
    /// Give up after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) timeout: u32,
    /// GiB that the guest may write to each disk; kept in a temporary file while it runs
    #[arg(long, value_name = "GIB", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub(crate) disk_writes: u32,
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

#[derive(Debug, ClapArgs)]
pub(crate) struct Boot {
    /// Configurations, such as `lab_linux_direct_x64` or `lab_uefi_x64(none)`
    #[arg(value_name = "CONFIG", required = true)]
    pub(crate) configs: Vec<String>,
    #[command(flatten)]
    pub(crate) machine: MachineArgs,
    /// Run this many machines at a time [default: as many as there are processors and memory for]
    #[arg(long, short, value_name = "N")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
    /// Resume from a snapshot instead of booting; the first time, boot and save one
    #[arg(long)]
    pub(crate) warm: bool,
    /// Copy the guest's console to standard error
    #[arg(long)]
    pub(crate) console: bool,
    /// Seconds to wait for the guest to shut down
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) shutdown_timeout: u32,
    /// Shut down by the power button instead of asking the agent
    #[arg(long)]
    pub(crate) power_button: bool,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    /// A program to run in the guest once it is up, with its arguments
    #[arg(last = true, value_name = "PROGRAM")]
    pub(crate) program: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Measure {
    /// Configurations; several are booted in turns, so that a disturbance affects all of them
    #[arg(value_name = "CONFIG", required = true)]
    pub(crate) configs: Vec<String>,
    #[command(flatten)]
    pub(crate) machine: MachineArgs,
    /// Measured boots of each configuration
    #[arg(long, short = 'n', value_name = "N", default_value = "10")]
    pub(crate) boots: std::num::NonZeroUsize,
    /// Unmeasured warm-up boots of each configuration
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) warmups: usize,
    /// Shut down by the power button instead of asking the agent
    #[arg(long)]
    pub(crate) power_button: bool,
    /// Wait this many seconds before shutting down, as a test must with a guest that ignores an early request
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) settle: u32,
    /// Seconds to wait for the guest to shut down
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) shutdown_timeout: u32,
    /// Append a line of JSON for each configuration to this file; FILE.partial keeps the boots of an unfinished series
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Probe {
    /// A configuration whose guest has an agent; with `--image` alone, the image is read and nothing is booted
    #[arg(value_name = "CONFIG", required_unless_present = "image")]
    pub(crate) config: Option<String>,
    #[command(flatten)]
    pub(crate) machine: MachineArgs,
    /// Append the answers of the running guest, with their circumstances, to this file as a line of JSON
    #[arg(long, value_name = "FILE", requires = "config")]
    pub(crate) out: Option<PathBuf>,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Verify {
    /// Configurations [default: every guest of the lab]
    #[arg(value_name = "CONFIG")]
    pub(crate) configs: Vec<String>,
    #[command(flatten)]
    pub(crate) machine: MachineArgs,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Image {
    #[command(subcommand)]
    pub(crate) what: What,
}

// What is done with guests; see above.
#[derive(Debug, Subcommand)]
pub(crate) enum What {
    /// Build guests from Debian's packages and keep them in the cache
    Build {
        /// Names of guests [default: all but those whose build takes minutes]
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// How to print the answer
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// List the guests that can be built, and where the built ones are
    List {
        /// How to print the answer
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
}
