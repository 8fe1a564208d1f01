//! A compiler with the sources of its standard library, and a linker for Windows: Debian's packages, unpacked into a cache and
//! not installed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::compiler::{self, Packages};
use crate::run::{capture, cargo, read_toml, report, run};

const GCC: &str = "x86_64-w64-mingw32-gcc-win32";

/// `xtask/windows.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Windows {
    linker: Vec<String>,
}

/// The unpacked packages.
pub(super) struct Toolchain {
    folder: PathBuf,
    tree: PathBuf,
}

/// Debian's packages of the compiler, of the sources of its library, and of the linker for Windows.
pub(super) fn packages() -> Result<Vec<String>, String> {
    let list = Packages::read()?;
    let depends = |package: &str| {
        let mut cache = Command::new("apt-cache");
        cache.args(["depends", "--important", package]).env("LC_ALL", "C.UTF-8");
        Ok(compiler::names(&capture(cache)?).map(str::to_owned).collect())
    };
    let compiler = list.compiler(&depends).or_else(|error| {
        // Why it was needed matters more than that it could not be done.
        update().map_err(|_| error)?;
        list.compiler(&depends)
    })?;
    let windows: Windows = read_toml("xtask/windows.toml")?;
    Ok([compiler, vec![list.source, list.std], windows.linker].concat())
}

/// The lists may be missing, or older than the archive.
fn update() -> Result<(), String> {
    let mut update = Command::new("apt-get");
    update.args(["update", "-qq"]);
    run(update)
}

impl Toolchain {
    /// The toolchain of a folder, unpacked or not.
    pub(super) fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), tree: folder.join("toolchain") }
    }

    fn stamp(&self) -> PathBuf {
        self.folder.join("unpacked")
    }

    fn archives(&self) -> PathBuf {
        self.folder.join("archives")
    }

    /// Whether it is unpacked, of these packages.
    pub(super) fn is_there(&self, packages: &[String]) -> bool {
        fs::read_to_string(self.stamp()).is_ok_and(|unpacked| unpacked == packages.join(" "))
    }

    /// Fetches packages.
    pub(super) fn fetch(&self, packages: &[String]) -> Result<(), String> {
        report("fetching a compiler for Windows (200 MB, kept in target/windows)");
        self.fresh(&self.archives())?;
        let download = || {
            let mut download = Command::new("apt-get");
            // The sandbox's user may not write here, and root may.
            download.args(["-qq", "-o", "APT::Sandbox::User=root", "download"]).args(packages);
            download.current_dir(self.archives());
            match download.status() {
                Ok(status) if status.success() => Ok(()),
                Ok(status) => Err(format!("`apt-get download {}` failed: {status}", packages.join(" "))),
                Err(error) => Err(format!("`apt-get` could not be started: {error}")),
            }
        };
        download().or_else(|_| {
            update()?;
            download()
        })
    }

    /// Unpacks what was fetched.
    pub(super) fn unpack(&self, packages: &[String]) -> Result<(), String> {
        self.fresh(&self.tree)?;
        for archive in fs::read_dir(self.archives()).map_err(|error| self.failed(&error))? {
            let mut unpack = Command::new("dpkg-deb");
            let archive = archive.map_err(|error| self.failed(&error))?.path();
            unpack.arg("--extract").arg(archive).arg(&self.tree);
            run(unpack)?;
        }
        fs::remove_dir_all(self.archives()).map_err(|error| self.failed(&error))?;
        fs::write(self.stamp(), packages.join(" ")).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> String {
        format!("{}: {error}", self.folder.display())
    }

    /// Empties one of its folders.
    fn fresh(&self, folder: &Path) -> Result<(), String> {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|error| self.failed(&error))?;
        }
        fs::create_dir_all(folder).map_err(|error| self.failed(&error))
    }

    /// Where it keeps what it makes.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Cargo with this compiler; the standard library of the target is built first, from its sources.
    pub(super) fn cargo(&self, target: &str) -> Command {
        let mut command = cargo();
        command
            .env("RUSTC", self.tree.join("usr/bin/rustc"))
            .env("LD_LIBRARY_PATH", self.tree.join("usr/lib/x86_64-linux-gnu"))
            // Debian's compiler is a stable one; building its library is not stable.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
            .env(format!("CARGO_TARGET_{}_LINKER", target.replace('-', "_").to_uppercase()), GCC)
            .env("PATH", self.path())
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("RUSTFLAGS");
        command
    }

    /// The program that was built for a target.
    pub(super) fn built(&self, target: &str) -> PathBuf {
        self.folder.join("target").join(target).join("debug/lightest.exe")
    }

    /// Compiles C for Windows.
    pub(super) fn gcc(&self) -> Command {
        let mut command = Command::new(self.tree.join("usr/bin").join(GCC));
        command.env("PATH", self.path());
        command
    }

    /// PATH with the linker's folder last: it contains a rustc, too.
    fn path(&self) -> std::ffi::OsString {
        let mut folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
        folders.push(self.tree.join("usr/bin"));
        env::join_paths(folders).unwrap_or_default()
    }
}
