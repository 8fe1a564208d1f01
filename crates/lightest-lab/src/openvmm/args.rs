//! The OpenVMM driver: its command line.

use std::path::Path;

use lightest_agent::VSOCK_PORT;

use super::{CRASHED, TURNED_OFF};
use crate::driver::{CannotStart, Endpoint, Prepared, path_text, plain_path};
use crate::process::{Args, CommandLine, Streams};
use crate::spec::{Accelerator, Arch, BootSpec, Disk, DiskBus, FirmwareBoot, ImageFormat, Payload};
use lightest_guests::host::{Host, PREFIX};

/// Characters that end a path in the syntax of a disk.
const DISK_SYNTAX: [char; 2] = [',', ';'];
/// Characters that end a path in the syntax of a serial port.
const SERIAL_SYNTAX: [char; 2] = [',', '='];

pub(super) fn prepare(
    spec: &BootSpec,
    host: &Host,
    program: &Path,
    dir: &Path,
) -> Result<Prepared, CannotStart> {
    let mut args = Args(Vec::new());
    let console = dir.join("con");
    args.pair("--processors", spec.cpus.to_string());
    args.pair("--memory", format!("{}M", spec.memory_mib));
    if spec.accelerator == Accelerator::Kvm {
        args.pair("--hypervisor", "kvm");
    }
    // It continues once we are connected to its console, so that no output is lost.
    args.flag("--paused");
    args.pair("--com1", format!("listen={}", plain_path(&console, &SERIAL_SYNTAX)?));
    args.pair("--guest-shutdown-action", format!("exit:{TURNED_OFF}"));
    args.pair("--guest-crash-action", format!("exit:{CRASHED}"));
    args.pair("--guest-reset-action", "reset");
    match &spec.payload {
        Payload::LinuxDirect { kernel, initrd, cmdline } => {
            args.pair("--kernel", path_text(kernel)?);
            args.pair("--initrd", path_text(initrd)?);
            args.pair("--cmdline", cmdline.as_str());
        }
        Payload::Uefi(boot) => {
            args.flag("--uefi");
            args.pair("--uefi-firmware", path_text(&uefi_firmware(spec.arch, host)?)?);
            args.pair("--uefi-console-mode", "com1");
            if *boot == FirmwareBoot::Nothing {
                args.flag("--disable-frontpage");
            }
        }
        Payload::Pcat(_) => {
            args.flag("--pcat");
            // Where none is named, OpenVMM looks for the one that Windows has.
            if let Some(firmware) = host.named("OPENVMM_PCAT_FIRMWARE") {
                args.pair("--pcat-firmware", path_text(&absolute(firmware)?)?);
            }
        }
    }
    for disk in &spec.disks {
        let (option, value) = disk_option(disk, &spec.payload)?;
        args.pair(option, value);
    }
    let direct = matches!(spec.payload, Payload::LinuxDirect { .. });
    if spec.network {
        // Linux Direct has no VMBus here.
        args.pair(if direct { "--virtio-net" } else { "--net" }, "none");
    }
    if spec.tpm {
        args.flag("--tpm");
    }
    let agent = if spec.agent {
        let base = dir.join("v");
        let option = if direct { "--virtio-vsock-path" } else { "--vmbus-vsock-path" };
        args.pair(option, path_text(&base)?);
        Some(Endpoint::WeListen(dir.join(format!("v_{VSOCK_PORT}"))))
    } else {
        None
    };
    args.0.extend(spec.extra_args.iter().cloned());
    Ok(Prepared {
        line: CommandLine { program: path_text(program)?.to_owned(), args: args.0 },
        streams: Streams::Terminal,
        helpers: Vec::new(),
        control: Endpoint::OwnStreams,
        consoles: vec![Endpoint::VmmListens(console)],
        agent,
        paused: true,
    })
}

/// Every option's path is absolute: the VMM runs in a directory of its own.
fn absolute(path: &Path) -> Result<std::path::PathBuf, CannotStart> {
    std::path::absolute(path).map_err(CannotStart::io(format!("{}: no such path", path.display())))
}

fn uefi_firmware(arch: Arch, host: &Host) -> Result<std::path::PathBuf, CannotStart> {
    let name = match arch {
        Arch::X64 => "OPENVMM_UEFI_FIRMWARE_X64",
        Arch::Aarch64 => "OPENVMM_UEFI_FIRMWARE_AARCH64",
        Arch::S390x => return Err(CannotStart::Unsupported("OpenVMM has no s390x".to_owned())),
    };
    let named = host.named(name).ok_or_else(|| {
        CannotStart::Unsupported(format!(
            "OpenVMM brings no UEFI firmware: name a file (MSVM.fd) in the environment variable {PREFIX}{name}"
        ))
    })?;
    absolute(named)
}

fn disk_option(disk: &Disk, payload: &Payload) -> Result<(&'static str, String), CannotStart> {
    let path = plain_path(&disk.file, &DISK_SYNTAX)?;
    let ending = match disk.format {
        ImageFormat::Vhd => Some("vhd"),
        ImageFormat::Vhdx => Some("vhdx"),
        ImageFormat::Raw | ImageFormat::Qcow2 => None,
    };
    let named = disk.file.extension().and_then(|ending| ending.to_str()).filter(|ending| {
        // Any other ending is a raw image's.
        ["vhd", "vhdx", "vmgs"].contains(ending)
    });
    if named != ending {
        let format = disk.format.name();
        return Err(CannotStart::Unsupported(format!(
            "{path}: OpenVMM knows a `{format}` image by the ending of its name only, and this one has another"
        )));
    }
    Ok(match (disk.bus, payload) {
        (DiskBus::Cdrom, Payload::Pcat(_)) => ("--ide", format!("file:{path},dvd")),
        (DiskBus::Cdrom, _) => ("--disk", format!("file:{path},dvd")),
        // What the guest writes stays in memory.
        (_, Payload::Pcat(_)) => ("--ide", format!("memdiff:file:{path}")),
        (..) => ("--disk", format!("memdiff:file:{path}")),
    })
}
