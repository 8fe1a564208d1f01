//! Programs for UEFI firmware: for which architecture, and whether they carry a signature.

use object::LittleEndian as LE;
use object::pe;
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, PeFile64};
use serde::Serialize;

use crate::volume::Volume;
use lightest_model::config::Arch;

/// Where firmware looks on a medium that it knows nothing about.
const PLACES: [(&str, Arch); 2] =
    [("EFI/BOOT/BOOTX64.EFI", Arch::X64), ("EFI/BOOT/BOOTAA64.EFI", Arch::Aarch64)];
/// Loaders are some megabytes at most, unified kernels some dozens.
const MOST: u64 = 128 * 1024 * 1024;
/// Names in certificates that common firmware trusts.
const TRUSTED: [&str; 3] =
    ["Microsoft Corporation UEFI CA 2011", "Microsoft UEFI CA 2023", "Microsoft Windows Production PCA 2011"];

/// A boot loader in the place that firmware tries by default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BootLoader {
    /// The partition that it is on.
    pub partition: u32,
    /// Its path there.
    pub path: String,
    /// Its architecture; absent when it is no program for a known one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub arch: Option<Arch>,
    /// Whether it carries a signature; by whom is not checked.
    pub signed: bool,
    /// A signer that common firmware trusts, by the name in the signature; the signature itself is not verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// Whether it is shim, by what it states about itself.
    pub shim: bool,
}

/// The boot loaders of a file system.
pub(crate) fn loaders(volume: &Volume, partition: u32) -> Vec<BootLoader> {
    let found = PLACES.iter().filter_map(|(path, _)| Some((path, volume.read(path, MOST).ok()??)));
    found.map(|(path, program)| read(partition, path, &program)).collect()
}

/// The place for an architecture's loader.
pub(crate) fn place(arch: Arch) -> &'static str {
    PLACES.iter().find(|(_, of)| *of == arch).map_or("", |(path, _)| path)
}

fn read(partition: u32, path: &str, program: &[u8]) -> BootLoader {
    let mut loader =
        BootLoader { partition, path: path.to_owned(), arch: None, signed: false, signer: None, shim: false };
    let Ok(file) = PeFile64::parse(program) else { return loader };
    let headers = file.nt_headers();
    loader.arch = match headers.file_header().machine.get(LE) {
        pe::IMAGE_FILE_MACHINE_AMD64 => Some(Arch::X64),
        pe::IMAGE_FILE_MACHINE_ARM64 => Some(Arch::Aarch64),
        _ => None,
    };
    let is_program = headers.optional_header().subsystem() == pe::IMAGE_SUBSYSTEM_EFI_APPLICATION;
    loader.arch = loader.arch.filter(|_| is_program);
    loader.shim = contains(program, b"\nshim,") || contains(program, b"UEFI shim");
    // The only directory whose address is a place in the file.
    let security = file.data_directories().get(pe::IMAGE_DIRECTORY_ENTRY_SECURITY);
    let (start, size) = security.map_or((0, 0), |entry| entry.address_range());
    let end = (start as usize).saturating_add(size as usize);
    if let Some(signature) = program.get(start as usize..end).filter(|signature| !signature.is_empty()) {
        loader.signed = true;
        let name = TRUSTED.into_iter().find(|name| contains(signature, name.as_bytes()));
        loader.signer = name.map(str::to_owned);
    }
    loader
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(all, part).is_some()
}
