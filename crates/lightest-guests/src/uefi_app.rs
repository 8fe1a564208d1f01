//! Makes the UEFI test application, by itself and on a disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::disk::BootDisk;
use crate::recipe::UefiApp;
use crate::toolchain::{Toolchain, run, uefi_target};
use crate::{BuildRecord, ImageError, hash};
use lightest_model::config::Arch;

/// Name and text of each source file.
const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/application_sources.rs"));
/// The application's file in the guest's directory.
pub(crate) const APPLICATION: &str = "application.efi";
/// The disk's.
pub(crate) const DISK: &str = "disk.img";
/// QEMU takes no smaller file as a kernel.
const LEAST: usize = 8192;

/// Changes with the application.
pub(crate) fn source_hash() -> String {
    let all = SOURCES.iter().map(|(name, text)| format!("{name}\n{text}"));
    hash(all.collect::<String>().as_bytes())
}

pub(crate) fn make(
    recipe: &UefiApp,
    cache: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<BuildRecord, ImageError> {
    let arch = recipe.arch;
    let toolchain = Toolchain::open(cache, progress)?;
    let core = toolchain.uefi_core(arch, progress)?;
    progress("compiling the application");
    let sources = toolchain.sources(SOURCES)?;
    let output = sources.path().join(APPLICATION);
    run(toolchain
        .rustc(&sources.path().join("no-sysroot"), uefi_target(arch)?)
        .arg(format!("--remap-path-prefix={}=guest_test_uefi", sources.path().display()))
        .args(["--crate-name=guest_test_uefi", "-Clinker-flavor=lld-link", "-Cstrip=symbols"])
        // The time stamp in the header, and a name of a file of symbols, would differ each time.
        .args(["-Clink-arg=/Brepro", "-Clink-arg=/DEBUG:NONE"])
        .arg(format!("-Clinker={}", toolchain.linker().display()))
        .arg(format!("--extern=core={}", core.join("libcore.rlib").display()))
        .arg(format!("-L{}", core.display()))
        .arg(sources.path().join("main.rs"))
        .arg("-o")
        .arg(&output))?;
    let mut application = fs::read(&output).map_err(ImageError::io(&output))?;
    if application.len() < LEAST {
        application.resize(LEAST, 0);
    }
    progress("writing the disk");
    let place = match arch {
        Arch::X64 => "EFI/BOOT/BOOTX64.EFI",
        Arch::Aarch64 => "EFI/BOOT/BOOTAA64.EFI",
        Arch::S390x => return Err(ImageError::Tool { what: "there is no UEFI on s390x".to_owned() }),
    };
    let mut disk = BootDisk::default();
    disk.file(place, application.clone());
    let disk = disk.write(cache)?;
    let mut inputs = BTreeMap::new();
    inputs.insert("application-source".to_owned(), source_hash());
    inputs.insert("application".to_owned(), hash(&application));
    Ok(BuildRecord {
        inputs,
        files: vec![(APPLICATION.to_owned(), application), (DISK.to_owned(), disk)],
        cmdline: String::new(),
    })
}
