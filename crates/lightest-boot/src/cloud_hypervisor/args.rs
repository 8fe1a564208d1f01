//! The Cloud Hypervisor driver: its command line.

use std::path::{Path, PathBuf};
use std::process::Command;

use lightest_agent::VSOCK_PORT;

use crate::driver::{CannotStart, Endpoint, Prepared, path_text, plain_path};
use crate::host::{Host, PREFIX};
use crate::process::{CommandLine, Streams};
use crate::spec::{Arch, BootSpec, Disk, ImageFormat, Payload};
use crate::swtpm;

/// What the syntax of options reads as its own.
const SYNTAX: [char; 4] = [',', '"', '[', ']'];
/// Any number that is not reserved: what the guest is called does not matter to the host.
const GUEST_CID: u32 = 3;

pub(super) fn prepare(
    spec: &BootSpec,
    host: &Host,
    program: &Path,
    room: &Path,
) -> Result<Prepared, CannotStart> {
    let mut args: Vec<String> = Vec::new();
    let mut pair = |name: &str, value: String| args.extend([name.to_owned(), value]);
    let in_room =
        |name: &str| -> Result<String, CannotStart> { Ok(plain_path(&room.join(name), &SYNTAX)?.to_owned()) };
    let (api, console) = (in_room("api")?, in_room("con")?);
    pair("--api-socket", format!("path={api}"));
    pair("--event-monitor", "fd=1".to_owned());
    pair("--cpus", format!("boot={}", spec.cpus));
    pair("--memory", format!("size={}M", spec.memory_mib));
    pair("--serial", format!("socket={console}"));
    // By default it takes the terminal, which carries the events here.
    pair("--console", "off".to_owned());
    match &spec.payload {
        Payload::LinuxDirect { kernel, initrd, cmdline } => {
            pair("--kernel", path_text(kernel)?.to_owned());
            pair("--initramfs", path_text(initrd)?.to_owned());
            pair("--cmdline", cmdline.clone());
        }
        Payload::Uefi(_) | Payload::Pcat(_) => {
            pair("--firmware", path_text(&firmware(spec.arch, host)?)?.to_owned());
        }
    }
    for (number, disk) in spec.disks.iter().enumerate() {
        let copy = copied(disk, number, room)?;
        let format = disk.format.name();
        pair("--disk", format!("path={},image_type={format}", plain_path(&copy, &SYNTAX)?));
    }
    let mut helpers = Vec::new();
    if spec.tpm {
        let (line, socket) = swtpm::helper(host, room, &["--flags", "startup-clear"])?;
        pair("--tpm", format!("socket={}", plain_path(&socket, &SYNTAX)?));
        helpers.push((line, socket));
    }
    let agent = if spec.agent {
        pair("--vsock", format!("cid={GUEST_CID},socket={}", in_room("v")?));
        Some(Endpoint::WeListen(room.join(format!("v_{VSOCK_PORT}"))))
    } else {
        None
    };
    args.extend(spec.extra_args.iter().cloned());
    Ok(Prepared {
        line: CommandLine { program: path_text(program)?.to_owned(), args },
        streams: Streams::Pipes,
        helpers,
        control: Endpoint::VmmListens(api.into()),
        events: Some(Endpoint::OwnStreams),
        consoles: vec![Endpoint::VmmListens(console.into())],
        agent,
        paused: false,
    })
}

fn firmware(arch: Arch, host: &Host) -> Result<PathBuf, CannotStart> {
    let (name, usual) = match arch {
        Arch::X64 => ("CLOUD_HYPERVISOR_FIRMWARE_X64", "CLOUDHV.fd"),
        Arch::Aarch64 => ("CLOUD_HYPERVISOR_FIRMWARE_AARCH64", "CLOUDHV_EFI.fd"),
    };
    let named = host.named(name).ok_or_else(|| {
        CannotStart::Unsupported(format!(
            "Cloud Hypervisor brings no UEFI firmware: name a file ({usual}) in the environment variable {PREFIX}{name}"
        ))
    })?;
    std::path::absolute(named).map_err(CannotStart::io(format!("{}: no such path", named.display())))
}

/// A copy that the guest may write to: the image itself is never opened for writing.
fn copied(disk: &Disk, number: usize, room: &Path) -> Result<PathBuf, CannotStart> {
    let ending = match disk.format {
        ImageFormat::Raw => "raw",
        ImageFormat::Qcow2 => "qcow2",
        ImageFormat::Vhd => "vhd",
        ImageFormat::Vhdx => "vhdx",
    };
    let copy = room.join(format!("disk{number}.{ending}"));
    let failed = format!("cannot copy {}", disk.file.display());
    // Holes stay holes, and blocks are shared where the file system can.
    let output = Command::new("cp")
        .args(["--sparse=always", "--reflink=auto", "--"])
        .args([&disk.file, &copy])
        .output()
        .map_err(CannotStart::io(failed.clone()))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(CannotStart::io(failed)(std::io::Error::other(why)));
    }
    Ok(copy)
}
