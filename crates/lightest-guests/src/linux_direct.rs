//! Makes the Linux Direct pair: a kernel as its distribution built it, and an initial file system around the agent.

use std::collections::BTreeMap;
use std::path::Path;

use crate::apt::{self, Apt, PackageFile};
use crate::initrd::Initrd as Archive;
use crate::modules::{Module, Modules};
use crate::recipe::{Initrd, Kernel, LinuxDirect};
use crate::{BuildRecord, ImageError, agent, hash, kernel};
use lightest_model::config::Arch;

/// The kernel's file in the guest's directory.
pub(crate) const KERNEL: &str = "kernel";
/// The initial file system's.
pub(crate) const INITRD: &str = "initrd.cpio";

/// A kernel package, taken apart.
struct KernelParts {
    image: Vec<u8>,
    modules: Modules,
    release: String,
    built_in: Vec<String>,
}

/// The parts of a guest with our initial file system.
pub(crate) struct GuestParts {
    pub(crate) inputs: BTreeMap<String, String>,
    /// As its distribution ships it.
    pub(crate) kernel: Vec<u8>,
    pub(crate) initrd: Vec<u8>,
}

/// Fetches a kernel and packs the initial file system.
pub(crate) fn parts(
    arch: Arch,
    kernel: &Kernel,
    content: &Initrd,
    cache: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<GuestParts, ImageError> {
    let apt = Apt::open(cache, arch)?;
    let package = apt.dependency(&kernel.package, "linux-image-")?;
    let package = package.unwrap_or_else(|| kernel.package.clone());
    progress(&format!("fetching {package}"));
    let kernel_file = apt.fetch(&package)?;
    progress(&format!("fetching {}", content.busybox));
    let busybox_file = apt.fetch(&content.busybox)?;
    let agent = agent::binary(arch, cache, progress)?;
    progress("packing the initial file system");
    let taken = unpack_kernel(&kernel_file)?;
    let busybox = busybox(&busybox_file)?;
    let mut inputs = BTreeMap::new();
    for file in [&kernel_file, &busybox_file] {
        inputs.insert(file.name(), file.sha256.clone());
    }
    inputs.insert("agent".to_owned(), hash(&agent));
    inputs.insert("agent-source".to_owned(), agent::source_hash());
    let initrd = pack(content, &taken, busybox, agent)?;
    Ok(GuestParts { inputs, kernel: taken.image, initrd })
}

pub(crate) fn make(
    recipe: &LinuxDirect,
    cache: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<BuildRecord, ImageError> {
    let parts = parts(recipe.arch, &recipe.kernel, &recipe.initrd, cache, progress)?;
    let image = kernel::uncompressed(&parts.kernel).unwrap_or(parts.kernel);
    Ok(BuildRecord {
        inputs: parts.inputs,
        files: vec![(KERNEL.to_owned(), image), (INITRD.to_owned(), parts.initrd)],
        cmdline: recipe.cmdline.clone(),
    })
}

/// Debian moved files from `/` to `/usr`; the guest sees both as one.
fn merged(path: &str) -> &str {
    path.strip_prefix("usr/").unwrap_or(path)
}

fn unpack_kernel(package: &PackageFile) -> Result<KernelParts, ImageError> {
    let mut image = None;
    let mut modules = Modules::default();
    let mut release = String::new();
    let mut built_in = Vec::new();
    let wanted = |path: &str| {
        let path = merged(path);
        path.starts_with("boot/vmlinuz-")
            || (path.starts_with("lib/modules/")
                && (path.ends_with(".ko") || path.ends_with("/modules.builtin")))
    };
    apt::unpack(&package.path, &wanted, &mut |path, content| {
        let path = merged(path);
        if let Some(name) = path.strip_prefix("boot/vmlinuz-") {
            name.clone_into(&mut release);
            image = Some(content);
        } else if path.ends_with("/modules.builtin") {
            built_in = String::from_utf8_lossy(&content).lines().map(module_name).collect();
        } else {
            modules.add(path, content);
        }
    })?;
    let image = image.ok_or_else(|| ImageError::Tool { what: format!("no kernel in {}", package.name()) })?;
    Ok(KernelParts { image, modules, release, built_in })
}

fn module_name(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.trim_end_matches(".ko").replace('-', "_")
}

fn busybox(package: &PackageFile) -> Result<Vec<u8>, ImageError> {
    let mut found = None;
    apt::unpack(&package.path, &|path| merged(path) == "bin/busybox", &mut |_, content| {
        found = Some(content)
    })?;
    found.ok_or_else(|| ImageError::Tool { what: format!("no bin/busybox in {}", package.name()) })
}

fn pack(
    content: &Initrd,
    parts: &KernelParts,
    busybox: Vec<u8>,
    agent: Vec<u8>,
) -> Result<Vec<u8>, ImageError> {
    let mut initrd = Archive::default();
    for directory in ["dev", "etc", "mnt", "proc", "root", "run", "sys", "tmp", "sbin", "usr/bin"] {
        initrd.directory(directory);
    }
    initrd.console();
    initrd.file("init", 0o755, agent);
    for program in applets(&busybox) {
        initrd.link(&format!("bin/{program}"), "busybox");
    }
    initrd.file("bin/busybox", 0o755, busybox);
    initrd.file("etc/passwd", 0o644, b"root:x:0:0:root:/root:/bin/sh\n".to_vec());
    initrd.file("etc/group", 0o644, b"root:x:0:\n".to_vec());

    if let Some(script) = &content.first_program {
        initrd.file("sbin/first", 0o755, script.trim_start().as_bytes().to_vec());
    }
    let boot = parts.modules.closure(&content.boot_modules, &parts.built_in)?;
    let mut all = content.boot_modules.clone();
    all.extend(content.modules.iter().cloned());
    let all = parts.modules.closure(&all, &parts.built_in)?;
    for module in &all {
        initrd.file(&module.path[1..], 0o644, module.content.clone());
    }
    let order: String = boot.iter().map(|module: &&Module| format!("{}\n", module.path)).collect();
    initrd.file("lib/lightest/boot-modules", 0o644, order.into_bytes());
    let base = format!("/lib/modules/{}/", parts.release);
    let dependencies = parts.modules.dependency_file(&all, &base)?;
    let directory = base.trim_matches('/');
    initrd.file(&format!("{directory}/modules.dep"), 0o644, dependencies.into_bytes());
    let aliases = Modules::alias_file(&all);
    initrd.file(&format!("{directory}/modules.alias"), 0o644, aliases.into_bytes());
    let built_in: String = parts.built_in.iter().map(|name| format!("kernel/{name}.ko\n")).collect();
    initrd.file(&format!("{directory}/modules.builtin"), 0o644, built_in.into_bytes());
    Ok(initrd.pack())
}

/// The names under which a busybox answers: a table of NUL-ended names inside the binary, in alphabetical order.
///
/// Read instead of run, because the binary may be of another architecture.
fn applets(busybox: &[u8]) -> Vec<String> {
    let plausible = |name: &[u8]| {
        name.first().is_some_and(|byte| byte.is_ascii_lowercase() || *byte == b'[')
            && name.len() < 24
            && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_[.".contains(byte))
    };
    let needle = b"\0[\0[[\0";
    let Some(start) = busybox.windows(needle.len()).position(|window| window == needle) else {
        return vec!["sh".to_owned()];
    };
    let names = busybox[start + 1..].split(|byte| *byte == 0);
    names
        .take_while(|name| plausible(name))
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .filter(|name| name != "busybox" && name != "init")
        .collect()
}
