//! Saved machines: one that was booted before goes on from where its agent answered, instead of booting again.
//!
//! What a guest with disks wrote until then is part of what is saved: it boots on overlays of its own, which are kept beside the
//! machine's state. A machine that goes on writes to overlays over those, so that it can go on again and again from the same point,
//! and nothing is ever written to the images themselves.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::driver::{CannotStart, path_text};
use crate::machine::{Machine, Watch};
use crate::outcome::Failure;
use crate::plan::Plan;
use crate::spec::{BootSpec, Disk, DiskBus, FirmwareBoot, ImageFormat, Payload};
use lightest_guests::host::Host;
use lightest_guests::{Store, hash, hash_file};

/// Saving writes all of the guest's memory that is in use.
const SAVE_LIMIT: Duration = Duration::from_secs(120);
/// The machine's state, in the directory of a saved machine.
const STATE: &str = "state";

/// Why there is no saved machine.
#[derive(Debug, thiserror::Error)]
pub enum WarmError {
    /// Such a machine cannot be saved.
    #[error("{0}")]
    Unsupported(String),
    /// It cannot be started.
    #[error(transparent)]
    CannotStart(CannotStart),
    /// It does not boot.
    #[error(transparent)]
    Failed(Failure),
    /// It cannot be saved.
    #[error("{0}")]
    CannotSave(String),
}

/// The specification of a machine that goes on from a saved one; boots and saves it first when that was not done before.
///
/// # Errors
/// When such a machine cannot be saved, or does not boot.
pub fn warmed(
    plan: &Plan,
    host: &Host,
    store: &Store,
    progress: &mut dyn FnMut(&str),
    watch: &mut Watch<'_>,
) -> Result<Plan, WarmError> {
    let place = store.dir().join("warm").join(name(plan, store)?);
    if !place.join(STATE).exists() {
        progress("booting once and saving the machine");
        save(plan, host, &place, watch)?;
    }
    let mut warm = plan.clone();
    for (number, disk) in writable(&mut warm.spec) {
        disk.file = place.join(overlay(number));
        disk.format = ImageFormat::Qcow2;
    }
    warm.spec.restore = Some(place.join(STATE));
    Ok(warm)
}

/// The disks that a guest can write to, with their numbers.
fn writable(spec: &mut BootSpec) -> impl Iterator<Item = (usize, &mut Disk)> {
    spec.disks.iter_mut().enumerate().filter(|(_, disk)| disk.bus != DiskBus::Cdrom)
}

fn overlay(number: usize) -> String {
    format!("disk{number}.qcow2")
}

fn save(plan: &Plan, host: &Host, place: &Path, watch: &mut Watch<'_>) -> Result<(), WarmError> {
    let dir = place.parent().unwrap_or(Path::new("/"));
    let cannot = |error: io::Error| WarmError::CannotSave(format!("{}: {error}", dir.display()));
    fs::create_dir_all(dir).map_err(cannot)?;
    // All or nothing: it gets its name when it is complete.
    let aside = tempfile::Builder::new().prefix(".new-").tempdir_in(dir).map_err(cannot)?;
    let mut kept = plan.clone();
    kept.spec.keep_writes = !kept.spec.disks.is_empty();
    for (number, disk) in writable(&mut kept.spec) {
        let file = aside.path().join(overlay(number));
        make_overlay(host, disk, &file)?;
        disk.file = file;
        disk.format = ImageFormat::Qcow2;
    }
    let mut machine = Machine::start(&kept, host, watch).map_err(WarmError::CannotStart)?;
    machine.boot(watch).map_err(WarmError::Failed)?;
    machine.save(&aside.path().join(STATE), SAVE_LIMIT).map_err(WarmError::CannotSave)?;
    // The VMM has written the whole file and must not write any more.
    drop(machine);
    match fs::rename(aside.path(), place) {
        Ok(()) => {
            let _ = aside.keep();
            Ok(())
        }
        // Somebody else saved the same machine meanwhile.
        Err(_) if place.join(STATE).exists() => Ok(()),
        Err(error) => Err(cannot(error)),
    }
}

/// A file that takes what is written, over an image that is only read.
fn make_overlay(host: &Host, disk: &Disk, file: &Path) -> Result<(), WarmError> {
    host.require(&["disk"]).map_err(|missing| WarmError::CannotStart(missing.into()))?;
    let paths = path_text(&disk.file).and_then(|image| Ok((image, path_text(file)?)));
    let (image, file) = paths.map_err(WarmError::CannotStart)?;
    let output = Command::new(host.program_or_name("qemu-img"))
        .args(["create", "-q", "-f", "qcow2", "-F", disk.format.qemu_name(), "-b", image, file])
        .output()
        .map_err(|error| WarmError::CannotSave(format!("qemu-img: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(WarmError::CannotSave(format!("an overlay over {image} cannot be made: {why}")))
}

/// A name that changes with everything that a saved machine depends on.
fn name(plan: &Plan, store: &Store) -> Result<String, WarmError> {
    let unsupported = |what: &str| Err(WarmError::Unsupported(what.to_owned()));
    let spec = &plan.spec;
    if !plan.driver.abilities().warm {
        return unsupported("this VMM's driver cannot save a machine");
    }
    if !spec.agent {
        return unsupported(
            "only a machine whose guest has an agent can be saved: the agent reports when the guest is up",
        );
    }
    let mut text = format!("2 {spec:?}");
    let mut files: Vec<&PathBuf> = Vec::new();
    match &spec.payload {
        Payload::LinuxDirect { kernel, initrd, .. } => files.extend([kernel, initrd]),
        Payload::Uefi(FirmwareBoot::App(_)) => {
            return unsupported("a UEFI application ends by itself: there is nothing to go on from");
        }
        Payload::Uefi(_) | Payload::Pcat(_) => {}
    }
    for file in files {
        // Built guests lie under a name that is a hash already; reading them again would cost what a restore saves.
        if !file.starts_with(store.dir()) {
            text.push_str(&hash_file(file).map_err(|error| WarmError::CannotSave(error.to_string()))?);
        }
    }
    for disk in &spec.disks {
        // Images are large: the time of the last write shows whether one is the same.
        text.push_str(&written(&disk.file)?);
    }
    // Another version of the VMM may not understand what this one saved.
    text.push_str(&written(&plan.program)?);
    Ok(hash(text.as_bytes())[..24].to_owned())
}

/// Which file it is, how long it is, and when it was written.
fn written(file: &Path) -> Result<String, WarmError> {
    let cannot = |error: io::Error| WarmError::CannotSave(format!("{}: {error}", file.display()));
    let meta = fs::metadata(file).map_err(cannot)?;
    let (inode, length) = (meta.ino(), meta.len());
    Ok(format!(" {} {inode} {length} {}.{:09}", file.display(), meta.mtime(), meta.mtime_nsec()))
}
