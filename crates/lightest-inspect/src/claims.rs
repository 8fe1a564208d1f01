//! Results in the words of the catalog: each requirement with yes, no or unknown, and the place that shows it.

use lightest_model::catalog::Support;
use serde::Serialize;

use crate::linux::{System, looks};
use crate::partitions::{BIOS_BOOT, ESP, Table};
use crate::{Inspection, loader};
use lightest_model::config::Arch;

/// An answer about one requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Claim {
    /// The requirement.
    pub requirement: String,
    /// The answer: `yes`, `no` or `unknown`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub support: Support,
    /// Where it was read.
    pub place: String,
    /// The content of that place.
    pub seen: String,
}

fn claim(requirement: &str, support: Support, place: &str, seen: impl Into<String>) -> Claim {
    Claim { requirement: requirement.to_owned(), support, place: place.to_owned(), seen: seen.into() }
}

/// All that an inspection states about requirements.
pub(crate) fn of(inspection: &Inspection) -> Vec<Claim> {
    if inspection.disk_bytes.is_none() {
        return Vec::new();
    }
    let mut claims = architectures(inspection);
    claims.push(uefi(inspection));
    claims.push(pcat(inspection));
    claims.push(secure_boot(inspection));
    claims.push(serial(inspection));
    match &inspection.linux {
        Some(system) => linux(system, &mut claims),
        None => {
            let unread: Vec<&str> = inspection
                .partitions
                .iter()
                .filter(|part| !part.read)
                .map(|part| part.file_system.unwrap_or("unknown"))
                .collect();
            let seen = if unread.is_empty() {
                "no file system here is the root of a Linux".to_owned()
            } else {
                format!("not read: {}", unread.join(", "))
            };
            claims.push(claim("linux", Support::Unknown, "partitions", seen));
        }
    }
    claims
}

fn architectures(inspection: &Inspection) -> Vec<Claim> {
    let loaders = inspection.boot_loaders.iter().filter_map(|loader| Some((loader, loader.arch?)));
    loaders
        .map(|(loader, arch)| {
            let place = format!("partition {}: /{}", loader.partition, loader.path);
            claim(arch.word(), Support::Yes, &place, "a UEFI application for it")
        })
        .collect()
}

fn uefi(inspection: &Inspection) -> Claim {
    let usable = inspection.boot_loaders.iter().find(|loader| loader.arch.is_some());
    if let Some(loader) = usable {
        let place = format!("partition {}: /{}", loader.partition, loader.path);
        return claim("uefi", Support::Yes, &place, "a boot loader where firmware looks");
    }
    let unread = inspection.partitions.iter().any(|part| part.partition.kind == ESP && !part.read);
    if unread || inspection.partitions.is_empty() {
        return claim("uefi", Support::Unknown, "partitions", "no file system that could be read");
    }
    let places = format!("/{} nor /{}", loader::place(Arch::X64), loader::place(Arch::Aarch64));
    claim("uefi", Support::No, "every file system that was read", format!("neither {places} exists"))
}

fn pcat(inspection: &Inspection) -> Claim {
    let place = "first sector";
    if !inspection.bios_code {
        return claim("pcat", Support::No, place, "no code for a BIOS");
    }
    let next = match inspection.table {
        Table::Gpt => inspection.partitions.iter().any(|part| part.partition.kind == BIOS_BOOT),
        Table::Mbr => inspection.partitions.iter().any(|part| part.partition.active),
        Table::None => return claim("pcat", Support::Unknown, place, "the boot sector of a file system"),
    };
    let seen = if next {
        "code for a BIOS, and a partition for it"
    } else {
        "code, but no partition that a BIOS would go on with"
    };
    claim("pcat", if next { Support::Yes } else { Support::Unknown }, place, seen)
}

fn secure_boot(inspection: &Inspection) -> Claim {
    let Some(loader) = inspection.boot_loaders.iter().find(|loader| loader.arch.is_some()) else {
        return claim("secure-boot", Support::Unknown, "partitions", "no boot loader was found");
    };
    let place = format!("partition {}: /{}", loader.partition, loader.path);
    match (&loader.signer, loader.signed) {
        (Some(signer), _) => {
            let seen = format!("signed, by its own word under {signer}");
            claim("secure-boot", Support::Yes, &place, seen)
        }
        (None, true) => claim(
            "secure-boot",
            Support::Unknown,
            &place,
            "signed, but it names no signer that common firmware is known to trust",
        ),
        (None, false) => claim("secure-boot", Support::No, &place, "not signed"),
    }
}

fn serial(inspection: &Inspection) -> Claim {
    let consoles = ["console=ttyS", "console=ttyAMA", "console=hvc"];
    let found = inspection.command_lines.iter().flat_map(|line| line.split_whitespace());
    let mut found = found.filter(|word| consoles.iter().any(|console| word.starts_with(console)));
    let place = "boot loader's configuration";
    match found.next() {
        Some(word) => claim("serial", Support::Yes, place, word),
        None => claim("serial", Support::Unknown, place, "no serial console is named"),
    }
}

fn linux(system: &System, claims: &mut Vec<Claim>) {
    let place = &system.place;
    let name = system.os_release.get("PRETTY_NAME").cloned();
    let kernels: Vec<&str> = system.kernels.iter().map(|kernel| kernel.release.as_str()).collect();
    let seen = name.unwrap_or_else(|| format!("a root file system, kernels: {}", kernels.join(", ")));
    claims.push(claim("linux", Support::Yes, place, seen));
    // Without any program, /usr is elsewhere: then nothing is reported as absent.
    let absent = if system.programs.is_empty() { Support::Unknown } else { Support::No };
    let init = system.init_path.as_deref().unwrap_or("no init");
    let systemd = system.init_requirement.as_deref() == Some("systemd");
    claims.push(claim("systemd", if systemd { Support::Yes } else { absent }, place, init));
    let looks = looks();
    for look in &looks.look {
        claims.push(match system.present.get(&look.requirement) {
            Some(path) => claim(&look.requirement, Support::Yes, place, path),
            None => claim(&look.requirement, absent, place, format!("no {}", look.paths.join(", "))),
        });
    }
    let modules = system.kernels.iter().find(|kernel| kernel.modules.is_some());
    claims.push(match (modules, &system.modprobe) {
        (Some(kernel), Some(modprobe)) => {
            let count = kernel.modules.unwrap_or_default();
            let seen = format!("{count} modules of {} and {modprobe}", kernel.release);
            claim("kernel-modules", Support::Yes, place, seen)
        }
        (Some(_), None) => claim("kernel-modules", absent, place, "modules, but no modprobe"),
        (None, _) => claim("kernel-modules", absent, place, "no modules.dep of any kernel"),
    });
    for driver in &looks.driver {
        // The newest kernel is what boots; the list is in order of names.
        let answer = system.drivers.iter().rev().find_map(|drivers| drivers.answer(driver));
        claims.push(match answer {
            Some((there, file, seen)) => {
                let support = if there { Support::Yes } else { Support::No };
                claim(&driver.requirement, support, &format!("{place}: {file}"), seen)
            }
            None => claim(&driver.requirement, Support::Unknown, place, "no list of drivers was found"),
        });
    }
}
