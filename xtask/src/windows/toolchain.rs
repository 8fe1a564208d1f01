//! A compiler with the sources of its standard library, and a linker for Windows: Debian's packages, unpacked into a cache and
//! not installed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::run::{cargo, root, run, say};

/// Debian's linker for Windows, and what it links with.
const MINGW: [&str; 6] = [
    "binutils-mingw-w64-x86-64",
    "gcc-mingw-w64-base",
    "gcc-mingw-w64-x86-64-win32",
    "gcc-mingw-w64-x86-64-win32-runtime",
    "mingw-w64-common",
    "mingw-w64-x86-64-dev",
];
const GCC: &str = "x86_64-w64-mingw32-gcc-win32";

/// As in `guests/toolchain.toml`, from which the lab takes the same compiler.
#[derive(Deserialize)]
struct Compiler {
    host: Vec<String>,
    source: String,
    std: String,
}

/// The unpacked packages.
pub(super) struct Toolchain {
    folder: PathBuf,
    tree: PathBuf,
}

impl Toolchain {
    /// Fetches and unpacks what is not in the folder yet.
    pub(super) fn open(folder: &Path) -> Result<Self, String> {
        let path = root().join("guests/toolchain.toml");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let compiler: Compiler =
            toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut packages = compiler.host;
        packages.extend([compiler.source, compiler.std]);
        packages.extend(MINGW.map(str::to_owned));
        let toolchain = Self { folder: folder.to_owned(), tree: folder.join("toolchain") };
        let (stamp, wanted) = (folder.join("unpacked"), packages.join(" "));
        if fs::read_to_string(&stamp).is_ok_and(|unpacked| unpacked == wanted) {
            return Ok(toolchain);
        }
        say("fetching a compiler for Windows (200 MB, kept in target/windows)");
        let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
        let archives = folder.join("archives");
        for old in [&archives, &toolchain.tree] {
            if old.exists() {
                fs::remove_dir_all(old).map_err(failed)?;
            }
            fs::create_dir_all(old).map_err(failed)?;
        }
        let download = || {
            let mut download = Command::new("apt-get");
            // The sandbox's user may not write here, and root may.
            download.args(["-qq", "-o", "APT::Sandbox::User=root", "download"]).args(&packages);
            download.current_dir(&archives);
            match download.status() {
                Ok(status) if status.success() => Ok(()),
                Ok(status) => Err(format!("`apt-get download {wanted}` failed: {status}")),
                Err(error) => Err(format!("`apt-get` could not be started: {error}")),
            }
        };
        download().or_else(|_| {
            // The lists may be missing, or older than the archive.
            let mut update = Command::new("apt-get");
            update.args(["update", "-qq"]);
            run(update)?;
            download()
        })?;
        for archive in fs::read_dir(&archives).map_err(failed)? {
            let mut unpack = Command::new("dpkg-deb");
            unpack.arg("--extract").arg(archive.map_err(failed)?.path()).arg(&toolchain.tree);
            run(unpack)?;
        }
        fs::remove_dir_all(&archives).map_err(failed)?;
        fs::write(&stamp, wanted).map_err(failed)?;
        Ok(toolchain)
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

    /// PATH with the linker's folder last: it holds a rustc, too.
    fn path(&self) -> std::ffi::OsString {
        let mut folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
        folders.push(self.tree.join("usr/bin"));
        env::join_paths(folders).unwrap_or_default()
    }
}
