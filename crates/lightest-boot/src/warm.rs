//! Saved machines: one that was booted before goes on from where its agent answered, instead of booting again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::driver::{CannotStart, Driver};
use crate::host::Host;
use crate::images::{Store, hash, hash_file};
use crate::machine::{Machine, Watch};
use crate::outcome::Failure;
use crate::spec::{BootSpec, Payload};

/// Saving writes all of the guest's memory that is in use.
const SAVE_LIMIT: Duration = Duration::from_secs(60);

/// Why there is no saved machine.
#[derive(Debug)]
pub enum WarmError {
    /// Such a machine cannot be saved.
    Unsupported(String),
    /// It cannot be started.
    CannotStart(CannotStart),
    /// It does not boot.
    Failed(Failure),
    /// It cannot be saved.
    CannotSave(String),
}

impl std::fmt::Display for WarmError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unsupported(what) | Self::CannotSave(what) => f.write_str(what),
            Self::CannotStart(error) => error.fmt(f),
            Self::Failed(failure) => failure.fmt(f),
        }
    }
}

/// The specification of a machine that goes on from a saved one; boots and saves it first when that was not done before.
///
/// # Errors
/// When such a machine cannot be saved, or does not boot.
pub fn warmed(
    driver: &'static dyn Driver,
    spec: &BootSpec,
    host: &Host,
    store: &Store,
    say: &mut dyn FnMut(&str),
    watch: &mut Watch<'_>,
) -> Result<BootSpec, WarmError> {
    let state = state_file(driver, spec, host, store)?;
    if !state.exists() {
        say("booting once and saving the machine");
        save(driver, spec, host, &state, watch)?;
    }
    let mut warm = spec.clone();
    warm.restore = Some(state);
    Ok(warm)
}

fn save(
    driver: &'static dyn Driver,
    spec: &BootSpec,
    host: &Host,
    state: &Path,
    watch: &mut Watch<'_>,
) -> Result<(), WarmError> {
    let dir = state.parent().unwrap_or(Path::new("/"));
    let cannot = |error: std::io::Error| WarmError::CannotSave(format!("{}: {error}", dir.display()));
    fs::create_dir_all(dir).map_err(cannot)?;
    let aside = tempfile::Builder::new().prefix(".new-").tempfile_in(dir).map_err(cannot)?;
    let mut machine = Machine::start(driver, spec, host, watch).map_err(WarmError::CannotStart)?;
    machine.boot(watch).map_err(WarmError::Failed)?;
    machine.save(aside.path(), SAVE_LIMIT).map_err(WarmError::CannotSave)?;
    aside.persist(state).map_err(|error| cannot(error.error))?;
    Ok(())
}

/// A name that changes with everything that a saved machine depends on.
fn state_file(
    driver: &dyn Driver,
    spec: &BootSpec,
    host: &Host,
    store: &Store,
) -> Result<PathBuf, WarmError> {
    let unsupported = |what: &str| Err(WarmError::Unsupported(what.to_owned()));
    if !driver.abilities().warm {
        return unsupported("this VMM's driver cannot save a machine");
    }
    if !spec.agent {
        return unsupported(
            "only a machine whose guest has an agent can be saved: it tells when the guest is up",
        );
    }
    if !spec.disks.is_empty() {
        return unsupported("a machine with disks cannot be saved: what it wrote to them is not kept");
    }
    if spec.tpm {
        return unsupported("a machine with a TPM cannot be saved: the TPM's state is not kept");
    }
    let Payload::LinuxDirect { kernel, initrd, .. } = &spec.payload else {
        return unsupported("only Linux Direct machines can be saved");
    };
    let mut text = format!("{spec:?}");
    for file in [kernel, initrd] {
        // Built guests lie under a name that is a hash already; reading them again would cost what a restore saves.
        if !file.starts_with(store.dir()) {
            text.push_str(&hash_file(file).map_err(|error| WarmError::CannotSave(error.to_string()))?);
        }
    }
    // Another version of the VMM may not understand what this one saved.
    let vmm = driver.find(spec.arch, host).map_err(|missing| WarmError::CannotStart(missing.into()))?;
    let meta = fs::metadata(&vmm).ok();
    text.push_str(&format!(
        "{} {:?}",
        vmm.display(),
        meta.and_then(|meta| Some((meta.len(), meta.modified().ok()?)))
    ));
    Ok(store.dir().join("warm").join(format!("{}.state", &hash(text.as_bytes())[..24])))
}
