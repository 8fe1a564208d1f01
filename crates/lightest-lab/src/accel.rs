//! Which accelerator this host can use: found by a real boot, never by a file's existence.

use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::driver::Driver;
use crate::machine::Machine;
use crate::plan::{Plan, recipe_name};
use crate::qemu::{self, Qemu};
use crate::spec::{Accelerator, Arch, BootSpec, Goal, Payload};
use lightest_guests::host::Host;
use lightest_guests::{ImageError, Store, hash};
use lightest_model::config::{Config, Form};

/// A guest that KVM really runs answers within a second or two.
const TRIAL_LIMIT: Duration = Duration::from_secs(10);

/// An accelerator, and why this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Whether KVM is used.
    pub kvm: bool,
    /// For people.
    pub reason: String,
}

impl Choice {
    fn tcg(reason: impl Into<String>) -> Self {
        Self { kvm: false, reason: reason.into() }
    }

    /// The accelerator.
    #[must_use]
    pub fn accelerator(&self) -> Accelerator {
        if self.kvm { Accelerator::Kvm } else { Accelerator::Tcg }
    }
}

/// The accelerator of a VMM without a choice.
fn only(driver: &dyn Driver) -> Option<Accelerator> {
    match driver.abilities().accelerators {
        [Accelerator::Native, ..] => Some(Accelerator::Native),
        _ => None,
    }
}

/// The accelerator that was asked for, the only one that the VMM has, or the best that this host can use; and why that one.
///
/// # Errors
/// When the guest that a trial of KVM boots is wanted anyway, and cannot be built.
pub(crate) fn decide(
    driver: &dyn Driver,
    config: &Config,
    wanted: Option<Accelerator>,
    host: &Host,
    store: &Store,
    progress: &mut dyn FnMut(&str),
) -> Result<(Accelerator, String), ImageError> {
    if let Some(wanted) = wanted {
        return Ok((wanted, "asked for".to_owned()));
    }
    if let Some(only) = only(driver) {
        return Ok((only, "the VMM uses the host's hypervisor".to_owned()));
    }
    if config.guest.form == Form::Direct
        && let Some(name) = recipe_name(config)
    {
        store.ensure(&name, host, progress)?;
    }
    let choice = choose(config.arch, host, store);
    Ok((choice.accelerator(), choice.reason))
}

/// Finds out, by a trial boot of the Linux Direct pair where there is hope; the answer is kept until the host boots again.
#[must_use]
pub fn choose(arch: Arch, host: &Host, store: &Store) -> Choice {
    let native = match arch {
        Arch::X64 => cfg!(target_arch = "x86_64"),
        Arch::Aarch64 => cfg!(target_arch = "aarch64"),
        Arch::S390x => cfg!(target_arch = "s390x"),
    };
    if !native {
        return Choice::tcg(format!("{} is not this host's architecture", arch.word()));
    }
    if let Err(error) = fs::File::options().read(true).write(true).open("/dev/kvm") {
        return Choice::tcg(format!("/dev/kvm cannot be opened: {error}"));
    }
    let Some(qemu) = host.program(qemu::program(arch)) else {
        return Choice::tcg("there is no QEMU to try KVM with");
    };
    let kept = store.dir().join(format!("accelerator-{}.json", circumstances(&qemu)));
    if let Some(choice) = fs::read(&kept).ok().and_then(|json| serde_json::from_slice(&json).ok()) {
        return choice;
    }
    let name = format!("linux_direct_{}", arch.word());
    let Ok(built) = store.find(&name) else {
        return Choice::tcg(format!(
            "KVM is not proven on this host: `lightest image build {name}` makes the guest to try it with"
        ));
    };
    let spec = BootSpec {
        config: "trial of KVM".to_owned(),
        arch,
        accelerator: Accelerator::Kvm,
        payload: Payload::LinuxDirect {
            kernel: built.file("kernel"),
            initrd: built.file("initrd.cpio"),
            cmdline: built.cmdline,
        },
        disks: Vec::new(),
        memory_mib: 256,
        cpus: 1,
        network: false,
        tpm: false,
        agent: true,
        goal: Goal::AgentReady { resets: 0 },
        ends_itself: false,
        limit: TRIAL_LIMIT,
        max_resets: 0,
        keep_writes: false,
        write_limit: crate::spec::WRITE_LIMIT,
        restore: None,
        extra_args: Vec::new(),
    };
    let started = Plan::new(&Qemu, spec, host).and_then(|plan| Machine::start(&plan, host, &mut |_| ()));
    let result = match started {
        Err(error) => Err(error.to_string()),
        Ok(mut machine) => machine.boot(&mut |_| ()).map_err(|failure| failure.to_string()),
    };
    let choice = match result {
        Ok(()) => Choice { kvm: true, reason: "a guest booted under KVM".to_owned() },
        Err(why) => Choice::tcg(format!("/dev/kvm exists, but no guest boots under it: {why}")),
    };
    // An answer that cannot be kept is only asked for again.
    if let Ok(json) = serde_json::to_vec(&choice) {
        let _ = fs::write(&kept, json);
    }
    choice
}

/// The key of a cached answer: the host's boot, and the VMM's file.
fn circumstances(qemu: &Path) -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let meta = fs::metadata(qemu).ok();
    let size = meta.as_ref().map_or(0, fs::Metadata::len);
    let time = meta.and_then(|meta| meta.modified().ok()?.duration_since(UNIX_EPOCH).ok());
    let text = format!("{boot}{size}{time:?}");
    hash(text.as_bytes())[..12].to_owned()
}
