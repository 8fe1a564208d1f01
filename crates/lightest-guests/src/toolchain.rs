//! A compiler for guests that this machine's Rust cannot compile for: Debian's `rustc-web`, unpacked into the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::apt::{self, Apt, PackageFile};
use crate::compiler::Packages;
use crate::{ImageError, hash};
use lightest_model::config::Arch;

/// The parts of the compiler's source that compiling a `core` needs.
const CORE: [&str; 4] = ["core/", "compiler-builtins/", "stdarch/", "portable-simd/"];

/// The unpacked compiler.
pub(crate) struct Toolchain {
    cache: PathBuf,
    root: PathBuf,
    key: String,
    packages: Packages,
    host: Apt,
    linker: PathBuf,
}

impl Toolchain {
    /// Fetches and unpacks what is not there yet.
    pub(crate) fn open(cache: &Path, progress: &mut dyn FnMut(&str)) -> Result<Self, ImageError> {
        let failed = |what| ImageError::Tool { what };
        let packages = Packages::read().map_err(failed)?;
        let linker = linker()?;
        // The compiler's packages exist for this host's architecture; only x64 was tried.
        let host = Apt::open(cache, Arch::X64)?;
        progress("fetching a compiler for the guest (some 120 MB, kept in the cache)");
        let depends = |package: &str| host.dependencies(package).map_err(|error| error.to_string());
        let compiler = packages.compiler(&depends).map_err(failed)?;
        let files: Vec<PackageFile> =
            compiler.iter().map(|name| host.fetch(name)).collect::<Result<_, _>>()?;
        let all: String = files.iter().map(|file| file.sha256.as_str()).collect();
        let key = hash(all.as_bytes())[..16].to_owned();
        let root = unpacked(cache, &format!("rustc-{key}"), &files)?;
        Ok(Self { cache: cache.to_owned(), root, key, packages, host, linker })
    }

    /// A compiler call for a target, with the flags that all guests are compiled with.
    pub(crate) fn rustc(&self, sysroot: &Path, target: &str) -> Command {
        let mut command = Command::new(self.root.join("usr/bin/rustc"));
        command
            .env("LD_LIBRARY_PATH", self.root.join("usr/lib/x86_64-linux-gnu"))
            // Debian's compiler is a stable one; a `core` for UEFI is an unstable thing to want.
            .env("RUSTC_BOOTSTRAP", "1")
            .arg("--sysroot")
            .arg(sysroot)
            .args(["--target", target, "--edition=2024"])
            .args(["-Copt-level=s", "-Cpanic=abort", "-Ccodegen-units=1"]);
        command
    }

    /// The linker, for any target.
    pub(crate) fn linker(&self) -> &Path {
        &self.linker
    }

    /// Writes embedded sources where a compiler can read them.
    pub(crate) fn sources(&self, files: &[(&str, &str)]) -> Result<TempDir, ImageError> {
        let dir = tempfile::Builder::new()
            .prefix(".sources-")
            .tempdir_in(&self.cache)
            .map_err(ImageError::io(&self.cache))?;
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::write(&path, text).map_err(ImageError::io(&path))?;
        }
        Ok(dir)
    }

    /// A sysroot with the standard library of an architecture.
    pub(crate) fn standard_library(&self, arch: Arch) -> Result<PathBuf, ImageError> {
        let file = Apt::open(&self.cache, arch)?.fetch(&self.packages.std)?;
        let dir = unpacked(&self.cache, &format!("std-{}", &file.sha256[..16]), &[file])?;
        Ok(dir.join("usr"))
    }

    /// A C library for aarch64 to link statically with.
    pub(crate) fn static_libc(&self) -> Result<StaticLibc, ImageError> {
        let names = &self.packages.libc_aarch64;
        let files: Vec<PackageFile> =
            names.iter().map(|name| self.host.fetch(name)).collect::<Result<_, _>>()?;
        let all: String = files.iter().map(|file| file.sha256.as_str()).collect();
        let root = unpacked(&self.cache, &format!("libc-{}", &hash(all.as_bytes())[..16]), &files)?;
        let versions = root.join("usr/lib/gcc-cross/aarch64-linux-gnu");
        let version = fs::read_dir(&versions)
            .map_err(ImageError::io(&versions))?
            .find_map(|entry| Some(entry.ok()?.path()))
            .ok_or_else(|| ImageError::Tool { what: format!("{} is empty", versions.display()) })?;
        Ok(StaticLibc { libc: root.join("usr/aarch64-linux-gnu/lib"), gcc: version })
    }

    /// A directory with `core` and `compiler_builtins` compiled for UEFI on the architecture.
    pub(crate) fn uefi_core(
        &self,
        arch: Arch,
        progress: &mut dyn FnMut(&str),
    ) -> Result<PathBuf, ImageError> {
        let target = uefi_target(arch)?;
        let place = self.cache.join("toolchain").join(format!("core-{target}-{}", self.key));
        if place.exists() {
            return Ok(place);
        }
        progress(&format!("compiling core for {target} (half a minute, kept in the cache)"));
        let library = self.core_source()?;
        let aside = tempfile::Builder::new()
            .prefix(".new-")
            .tempdir_in(self.cache.join("toolchain"))
            .map_err(ImageError::io(&self.cache))?;
        let core = aside.path().join("libcore.rlib");
        let nowhere = aside.path().join("no-sysroot");
        let rustc = || {
            let mut command = self.rustc(&nowhere, target);
            command
                .args(["--crate-type=rlib", "--cap-lints=allow", "-Zforce-unstable-if-unmarked"])
                .arg(format!("--remap-path-prefix={}=library", library.display()));
            command
        };
        run(rustc().arg("--crate-name=core").arg(library.join("core/src/lib.rs")).arg("-o").arg(&core))?;
        let mut builtins = rustc();
        // What its build script would find out for these targets.
        for cfg in [
            "feature=\"compiler-builtins\"",
            "feature=\"mem\"",
            "feature=\"mem-unaligned\"",
            "f16_enabled",
            "f128_enabled",
            "optimizations_enabled",
        ] {
            builtins.args(["--cfg", cfg]);
        }
        run(builtins
            .env("OUT_DIR", aside.path())
            .arg("--crate-name=compiler_builtins")
            .arg(format!("--extern=core={}", core.display()))
            .arg(library.join("compiler-builtins/compiler-builtins/src/lib.rs"))
            .arg("-o")
            .arg(aside.path().join("libcompiler_builtins.rlib")))?;
        keep(aside, &place)?;
        Ok(place)
    }

    fn core_source(&self) -> Result<PathBuf, ImageError> {
        let file = self.host.fetch(&self.packages.source)?;
        let place = self.cache.join("toolchain").join(format!("source-{}", &file.sha256[..16]));
        if place.exists() {
            return Ok(place);
        }
        let toolchain = self.cache.join("toolchain");
        let aside = tempfile::Builder::new()
            .prefix(".new-")
            .tempdir_in(&toolchain)
            .map_err(ImageError::io(&toolchain))?;
        let mut failed = Ok(());
        let below = |path: &str| {
            // usr/src/rustc-VERSION/library/..; the tools' sources have folders of the same names.
            let mut parts = path.splitn(5, '/');
            let below = (parts.nth(3) == Some("library")).then(|| parts.next()).flatten()?;
            CORE.iter().any(|part| below.starts_with(part)).then(|| below.to_owned())
        };
        apt::unpack(&file.path, &|path| below(path).is_some(), &mut |path, content| {
            let Some(below) = below(path) else { return };
            let to = aside.path().join(below);
            let parent = to.parent().unwrap_or(aside.path());
            let written = fs::create_dir_all(parent).and_then(|()| fs::write(&to, content));
            if let Err(error) = written {
                failed = Err(ImageError::io(&to)(error));
            }
        })?;
        failed?;
        keep(aside, &place)?;
        Ok(place)
    }
}

/// Start files and libraries of a C library.
pub(crate) struct StaticLibc {
    libc: PathBuf,
    gcc: PathBuf,
}

impl StaticLibc {
    pub(crate) fn dirs(&self) -> [&Path; 2] {
        [&self.libc, &self.gcc]
    }
    pub(crate) fn first(&self) -> [PathBuf; 3] {
        [self.libc.join("crt1.o"), self.libc.join("crti.o"), self.gcc.join("crtbeginT.o")]
    }
    pub(crate) fn last(&self) -> [PathBuf; 2] {
        [self.gcc.join("crtend.o"), self.libc.join("crtn.o")]
    }
}

/// Rust's name of the target.
pub(crate) fn uefi_target(arch: Arch) -> Result<&'static str, ImageError> {
    match arch {
        Arch::X64 => Ok("x86_64-unknown-uefi"),
        Arch::Aarch64 => Ok("aarch64-unknown-uefi"),
        Arch::S390x => Err(ImageError::Tool { what: "there is no UEFI on s390x".to_owned() }),
    }
}

/// LLD links for every target; each Rust toolchain brings one.
fn linker() -> Result<PathBuf, ImageError> {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = sysroot.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    if let Ok(sysroot) = sysroot
        && !sysroot.is_empty()
    {
        let lld = Path::new(&sysroot).join("lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld");
        if lld.exists() {
            return Ok(lld);
        }
    }
    Err(ImageError::Tool {
        what: "no rust-lld was found: install Rust with rustup, whose toolchains bring it".to_owned(),
    })
}

/// Unpacks packages side by side into a directory of the cache.
fn unpacked(cache: &Path, name: &str, files: &[PackageFile]) -> Result<PathBuf, ImageError> {
    let toolchain = cache.join("toolchain");
    let place = toolchain.join(name);
    if place.exists() {
        return Ok(place);
    }
    fs::create_dir_all(&toolchain).map_err(ImageError::io(&toolchain))?;
    let aside = tempfile::Builder::new()
        .prefix(".new-")
        .tempdir_in(&toolchain)
        .map_err(ImageError::io(&toolchain))?;
    for file in files {
        run(Command::new("dpkg-deb").arg("-x").arg(&file.path).arg(aside.path()))?;
    }
    keep(aside, &place)?;
    Ok(place)
}

fn keep(aside: TempDir, place: &Path) -> Result<(), ImageError> {
    // Another process may have been faster with the same bytes.
    if !place.exists() {
        fs::rename(aside.keep(), place).map_err(ImageError::io(place))?;
    }
    Ok(())
}

/// Runs a tool; its last words are the error.
pub(crate) fn run(command: &mut Command) -> Result<(), ImageError> {
    let program = command.get_program().display().to_string();
    let output = command
        .output()
        .map_err(|error| ImageError::Tool { what: format!("{program} cannot be started: {error}") })?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = stderr.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines[lines.len().saturating_sub(8)..].join("\n");
    Err(ImageError::Tool { what: format!("{program} failed ({}): {last}", output.status) })
}
