//! The work of PID 1 before it can talk to the host: mounts, and the kernel modules of the port.

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::process::Command;

use crate::sys;

/// The list that the image builder writes: one module file a line, in the order to load.
const BOOT_MODULES: &str = "/lib/lightest/boot-modules";

/// Mounts what the port needs and loads its modules; failures are printed on the console and survived.
pub(crate) fn prepare() {
    for (kind, target) in [(c"proc", c"/proc"), (c"sysfs", c"/sys"), (c"devtmpfs", c"/dev")] {
        if let Err(error) = sys::mount_virtual(kind, target) {
            // EBUSY: the kernel mounted it itself.
            if error.kind() != std::io::ErrorKind::ResourceBusy {
                eprintln!("lightest-agent: cannot mount {target:?}: {error}");
            }
        }
    }
    let Ok(list) = fs::read_to_string(BOOT_MODULES) else {
        return;
    };
    load(list.lines());
    drivers();
}

/// Loads the drivers of virtio devices that nobody drives yet; on a machine without extra devices there are none.
fn drivers() {
    let Ok(devices) = fs::read_dir("/sys/bus/virtio/devices") else { return };
    let mut wanted = Vec::new();
    for device in devices.flatten() {
        let device = device.path();
        if !device.join("driver").exists()
            && let Ok(alias) = fs::read_to_string(device.join("modalias"))
        {
            wanted.push(alias.trim_end().to_owned());
        }
    }
    if !wanted.is_empty() {
        let loaded = Command::new("modprobe").arg("-qa").args(&wanted).env("PATH", "/bin:/sbin").status();
        if let Err(error) = loaded {
            eprintln!("lightest-agent: cannot load drivers: {error}");
        }
    }
}

fn load<'a>(list: impl Iterator<Item = &'a str>) {
    for path in list.filter(|line| !line.is_empty()) {
        let loaded = File::open(path).and_then(|file| sys::load_module(file.as_fd()));
        match loaded {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                eprintln!("lightest-agent: cannot load {path}: {error}");
            }
            _ => {}
        }
    }
}

/// Mounts what programs expect; nothing here keeps the host waiting.
pub(crate) fn finish() {
    for (kind, target, path) in [
        (c"tmpfs", c"/tmp", "/tmp"),
        (c"tmpfs", c"/run", "/run"),
        (c"devpts", c"/dev/pts", "/dev/pts"),
        (c"tmpfs", c"/dev/shm", "/dev/shm"),
    ] {
        let made = fs::create_dir_all(path).and_then(|()| sys::mount_virtual(kind, target));
        if let Err(error) = made {
            eprintln!("lightest-agent: cannot mount {path}: {error}");
        }
    }
}
