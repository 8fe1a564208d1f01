//! Makes a small disk that firmware boots: kernel, initial file system and boot loaders.

use std::path::Path;

use crate::apt::{self, Apt};
use crate::disk::BootDisk;
use crate::host::Host;
use crate::recipe::SmallDisk;
use crate::uefi_app::DISK;
use crate::{BuildRecord, ImageError, linux_direct};

pub(crate) fn make(
    recipe: &SmallDisk,
    host: &Host,
    cache: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<BuildRecord, ImageError> {
    let arch = recipe.arch;
    let mut parts = linux_direct::parts(arch, &recipe.kernel, &recipe.initrd, cache, progress)?;
    let loader = &recipe.uefi_loader;
    progress(&format!("fetching {}", loader.package));
    let package = Apt::open(cache, arch)?.fetch(&loader.package)?;
    parts.inputs.insert(package.name(), package.sha256.clone());
    let mut program = None;
    apt::unpack(&package.path, &|path| path == loader.file, &mut |_, content| program = Some(content))?;
    let program = program
        .ok_or_else(|| ImageError::Tool { what: format!("{} has no {}", package.name(), loader.file) })?;

    progress("writing the disk");
    let mut disk = BootDisk::default();
    disk.file(&loader.place, program);
    disk.file("kernel", parts.kernel);
    disk.file("initrd.cpio", parts.initrd);
    disk.file("loader/loader.conf", b"timeout 0\ndefault small\n".to_vec());
    let cmdline = &recipe.cmdline;
    let entry = format!("title small\nlinux /kernel\ninitrd /initrd.cpio\noptions {cmdline}\n");
    disk.file("loader/entries/small.conf", entry.into_bytes());
    let disk = if recipe.bios {
        let menu = format!(
            "SERIAL 0 115200\nDEFAULT small\nPROMPT 0\nLABEL small\n  KERNEL /kernel\n  INITRD /initrd.cpio\n  APPEND {cmdline}\n"
        );
        disk.file("syslinux.cfg", menu.into_bytes());
        disk.write_for_bios(cache, host)?
    } else {
        disk.write(cache)?
    };
    Ok(BuildRecord { inputs: parts.inputs, files: vec![(DISK.to_owned(), disk)], cmdline: String::new() })
}
