//! Makes a disk with a general-purpose distribution: an EFI partition that starts a kernel, and a root file system.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt::Apt;
use crate::host::Host;
use crate::recipe::{FullDisk, SmallDisk};
use crate::toolchain::run;
use crate::uefi_app::DISK;
use crate::{BuildRecord, ImageError, hash, small_disk};
use lightest_model::config::Arch;

/// Any numbers will do, as long as they are always the same.
const ROOT_ID: &str = "4c696768-7465-7374-0000-000000000001";
const HASH_SEED: &str = "4c696768-7465-7374-0000-000000000002";

pub(crate) fn make(
    recipe: &FullDisk,
    host: &Host,
    cache: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<BuildRecord, ImageError> {
    let small = SmallDisk {
        arch: recipe.arch,
        cmdline: recipe.cmdline.clone(),
        uefi_loader: recipe.uefi_loader.clone(),
        bios: false,
        kernel: recipe.kernel.clone(),
        initrd: recipe.initrd.clone(),
    };
    let mut made = small_disk::make(&small, host, cache, progress)?;
    progress("installing the distribution (minutes)");
    let aside = tempfile::Builder::new().prefix(".new-").tempdir_in(cache).map_err(ImageError::io(cache))?;
    let root = aside.path().join("root.img");
    let hook = aside.path().join("hook");
    let own_files = aside.path().join("files");
    fs::create_dir_all(&own_files).map_err(ImageError::io(&own_files))?;
    for (name, content) in &recipe.files {
        let path = own_files.join(name);
        let dir = path.parent().unwrap_or(&own_files);
        fs::create_dir_all(dir).map_err(ImageError::io(dir))?;
        fs::write(&path, content).map_err(ImageError::io(&path))?;
    }
    let kernel = kernel_package(recipe, cache)?;
    let script = hook_script(recipe, &root, &own_files, &kernel, host);
    fs::write(&hook, script).map_err(ImageError::io(&hook))?;
    let may_run = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&hook, may_run).map_err(ImageError::io(&hook))?;
    let architecture = match recipe.arch {
        Arch::X64 => "amd64",
        Arch::Aarch64 => "arm64",
        Arch::S390x => "s390x",
    };
    run(Command::new(host.program_or_name("mmdebstrap"))
        .env("SOURCE_DATE_EPOCH", "315532800")
        .arg("--variant=minbase")
        .arg(format!("--architectures={architecture}"))
        .arg(format!("--include={}", recipe.packages.join(",")))
        .arg(format!("--customize-hook={} \"$1\"", hook.display()))
        .args(["--format=null", &recipe.suite]))?;
    let root = fs::read(&root).map_err(ImageError::io(&root))?;
    made.inputs.insert("root".to_owned(), hash(&root));
    let parts = made.files.into_iter().map(|(name, content)| {
        let content = if name == DISK { super::disk::with_second_partition(content, &root) } else { content };
        (name, content)
    });
    Ok(BuildRecord { files: parts.collect(), ..made })
}

/// The package that the kernel comes from: the root file system gets its modules, as a distribution's has them.
fn kernel_package(recipe: &FullDisk, cache: &Path) -> Result<PathBuf, ImageError> {
    let apt = Apt::open(cache, recipe.arch)?;
    let package = apt.dependency(&recipe.kernel.package, "linux-image-")?;
    Ok(apt.fetch(&package.unwrap_or_else(|| recipe.kernel.package.clone()))?.path)
}

/// The script's variables, and the script, which runs where the root file system is, be it as root or in a namespace of its own.
fn hook_script(recipe: &FullDisk, root: &Path, files: &Path, kernel: &Path, host: &Host) -> String {
    let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
    format!(
        "#!/bin/sh\ntree={}\nfiles={}\nkernel={}\nmke2fs={}\nroot={}\n\
         root_id={}\nhash_seed={}\nmib={}\n{}",
        quoted(&root.with_extension("tree")),
        quoted(files),
        quoted(kernel),
        quoted(Path::new(&host.program_or_name("mke2fs"))),
        quoted(root),
        ROOT_ID,
        HASH_SEED,
        recipe.root_mib,
        include_str!("full_disk.sh"),
    )
}
