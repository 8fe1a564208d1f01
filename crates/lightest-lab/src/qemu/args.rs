//! The QEMU driver: its command line.

use std::fs;
use std::path::{Path, PathBuf};

use lightest_agent::PORT_NAME;

use crate::driver::{CannotStart, Endpoint, Prepared, path_text};
use crate::process::{Args, CommandLine, Streams};
use crate::spec::{Accelerator, Arch, BootSpec, DiskBus, FirmwareBoot, Payload};
use crate::swtpm;
use lightest_guests::host::Host;

/// Code and variables of each architecture's UEFI firmware, as Debian installs them.
fn firmware(arch: Arch) -> Result<(&'static str, &'static str), CannotStart> {
    match arch {
        Arch::X64 => Ok(("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd")),
        Arch::Aarch64 => Ok(("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd")),
        Arch::S390x => Err(CannotStart::Unsupported("there is no UEFI firmware for s390x".to_owned())),
    }
}

impl Args {
    /// A socket that we listen on, so that nobody has to wait for QEMU to make it.
    fn socket(&mut self, id: &str, path: &Path) {
        self.pair("-chardev", format!("socket,id={id},path={}", escaped(path)));
    }
}

/// QEMU's option syntax ends a value at a comma; two commas are one.
fn escaped(path: &Path) -> String {
    path.display().to_string().replace(',', ",,")
}

pub(super) fn prepare(
    spec: &BootSpec,
    program: &Path,
    host: &Host,
    dir: &Path,
) -> Result<Prepared, CannotStart> {
    let mut args = Args(Vec::new());
    let control = dir.join("qmp");
    let console = dir.join("con");
    let mut consoles = vec![Endpoint::WeListen(console.clone())];

    // Nothing that was not asked for: devices cost boot time and surprise tests.
    args.flag("-nodefaults");
    args.flag("-no-user-config");
    args.pair("-display", "none");
    args.pair("-accel", spec.accelerator.name());
    args.pair("-machine", machine(spec));
    args.pair("-cpu", processor(spec));
    args.pair("-m", spec.memory_mib.to_string());
    args.pair("-smp", spec.cpus.to_string());
    args.socket("control", &control);
    args.pair("-mon", "chardev=control,mode=control");
    args.socket("console", &console);
    args.pair("-serial", "chardev:console");

    match &spec.payload {
        Payload::LinuxDirect { kernel, initrd, cmdline } => {
            args.pair("-kernel", path_text(kernel)?);
            args.pair("-initrd", path_text(initrd)?);
            args.pair("-append", cmdline.as_str());
        }
        Payload::Uefi(boot) => {
            let vars = copy_variables(spec.arch, dir)?;
            let (code, _) = firmware(spec.arch)?;
            args.pair("-drive", format!("if=pflash,unit=0,format=raw,readonly=on,file={code}"));
            args.pair("-drive", format!("if=pflash,unit=1,format=raw,file={}", escaped(&vars)));
            match boot {
                FirmwareBoot::App(app) => args.pair("-kernel", path_text(app)?),
                // AAVMF waits five seconds for somebody to press a key before it boots; OVMF does not.
                _ if spec.arch == Arch::Aarch64 => args.pair("-boot", "menu=on,splash-time=0"),
                _ => {}
            }
        }
        Payload::Pcat(_) => {
            // SeaBIOS logs to its debug port only.
            let debug = dir.join("dbg");
            args.socket("debug", &debug);
            args.pair("-device", "isa-debugcon,iobase=0x402,chardev=debug");
            consoles.push(Endpoint::WeListen(debug));
        }
    }
    disks(spec, &mut args)?;
    if spec.network {
        args.pair("-netdev", "user,id=net,restrict=on");
        args.pair("-device", "virtio-net-pci,netdev=net,romfile=");
    }
    let agent = spec.agent.then(|| {
        let port = dir.join("agt");
        args.socket("agent", &port);
        // Each port more costs the guest two queues at start, whether used or not.
        args.pair("-device", "virtio-serial-pci,max_ports=2");
        args.pair("-device", format!("virtserialport,chardev=agent,name={PORT_NAME}"));
        Endpoint::WeListen(port)
    });
    let mut helpers = Vec::new();
    if spec.tpm {
        helpers.push(tpm(spec, host, dir, &mut args)?);
    }
    if let Some(state) = &spec.restore {
        let state = path_text(state)?;
        if state.contains(['\'', '\\']) {
            return Err(CannotStart::Unsupported(format!(
                "{state}: the name has a character that a shell would read"
            )));
        }
        args.pair("-incoming", format!("exec:exec cat '{state}'"));
    }
    args.0.extend(spec.extra_args.iter().cloned());

    Ok(Prepared {
        line: CommandLine { program: path_text(program)?.to_owned(), args: args.0 },
        streams: Streams::None,
        helpers,
        control: Endpoint::WeListen(control),
        consoles,
        agent,
        paused: false,
    })
}

fn machine(spec: &BootSpec) -> &'static str {
    match (&spec.payload, spec.arch) {
        (Payload::Pcat(_), _) => "pc",
        (_, Arch::X64) => "q35",
        (_, Arch::Aarch64) => "virt",
        (_, Arch::S390x) => "s390-ccw-virtio",
    }
}

fn processor(spec: &BootSpec) -> &'static str {
    match (spec.accelerator, spec.arch) {
        (Accelerator::Kvm, _) => "host",
        // Under TCG `max` emulates pointer authentication, which makes a boot five times slower.
        (_, Arch::Aarch64) => "cortex-a57",
        (_, Arch::S390x) => "max",
        (_, Arch::X64) => match spec.payload {
            Payload::LinuxDirect { .. } => "qemu64",
            // Somebody's own image may want x86-64-v2 or v3.
            Payload::Uefi(_) | Payload::Pcat(_) => "max",
        },
    }
}

/// A fresh copy for each machine: variables of another machine name devices that this one lacks.
fn copy_variables(arch: Arch, dir: &Path) -> Result<PathBuf, CannotStart> {
    let (_, template) = firmware(arch)?;
    let vars = dir.join("vars.fd");
    fs::copy(template, &vars).map_err(CannotStart::io(format!("cannot copy {template}")))?;
    Ok(vars)
}

fn disks(spec: &BootSpec, args: &mut Args) -> Result<(), CannotStart> {
    for (number, disk) in spec.disks.iter().enumerate() {
        // `snapshot`: writes go to a nameless temporary file, never to the image.
        let snapshot = if spec.keep_writes { "off" } else { "on" };
        args.pair(
            "-drive",
            format!(
                "if=none,id=disk{number},snapshot={snapshot},format={},file={}",
                disk.format.qemu_name(),
                escaped(&disk.file)
            ),
        );
        let order = format!("bootindex={}", number + 1);
        let device = match (disk.bus, spec.arch, &spec.payload) {
            (DiskBus::Virtio, ..) => format!("virtio-blk-pci,drive=disk{number},{order}"),
            (DiskBus::Nvme, ..) => {
                format!("nvme,drive=disk{number},serial=lightest{number},{order}")
            }
            (DiskBus::Scsi, ..) => {
                args.pair("-device", format!("virtio-scsi-pci,id=scsi{number}"));
                format!("scsi-hd,bus=scsi{number}.0,drive=disk{number},{order}")
            }
            (DiskBus::Ide, Arch::X64, _) => format!("ide-hd,drive=disk{number},{order}"),
            (DiskBus::Cdrom, Arch::X64, _) => format!("ide-cd,drive=disk{number},{order}"),
            (DiskBus::Cdrom, Arch::Aarch64 | Arch::S390x, _) => {
                args.pair("-device", format!("virtio-scsi-pci,id=scsi{number}"));
                format!("scsi-cd,bus=scsi{number}.0,drive=disk{number},{order}")
            }
            (DiskBus::Ide, Arch::Aarch64 | Arch::S390x, _) => {
                return Err(CannotStart::Unsupported(format!("there is no IDE on {}", spec.arch)));
            }
        };
        args.pair("-device", device);
    }
    Ok(())
}

fn tpm(
    spec: &BootSpec,
    host: &Host,
    dir: &Path,
    args: &mut Args,
) -> Result<(CommandLine, PathBuf), CannotStart> {
    let (line, socket) = swtpm::helper(host, dir, &[])?;
    args.socket("tpm", &socket);
    args.pair("-tpmdev", "emulator,id=tpm,chardev=tpm");
    let device = match spec.arch {
        Arch::X64 => "tpm-tis,tpmdev=tpm",
        Arch::Aarch64 => "tpm-tis-device,tpmdev=tpm",
        Arch::S390x => return Err(CannotStart::Unsupported("QEMU has no TPM for s390x".to_owned())),
    };
    args.pair("-device", device);
    Ok((line, socket))
}
