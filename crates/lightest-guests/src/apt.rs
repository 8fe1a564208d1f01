//! Debian packages without installing them: a private apt state in the cache, so that no root is needed and the host's own
//! configuration of architectures stays as it is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use crate::{ImageError, compiler, hash_file};
use lightest_model::config::Arch;

/// Lists of packages older than this are fetched again.
const LISTS_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// A package file in the cache.
#[derive(Clone, Debug)]
pub(crate) struct PackageFile {
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
}

impl PackageFile {
    /// `NAME_VERSION_ARCH.deb`, as apt names it.
    pub(crate) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

/// One architecture's packages.
pub(crate) struct Apt {
    root: PathBuf,
    arch: &'static str,
}

impl Apt {
    /// Uses the sources that the host is configured with.
    pub(crate) fn open(cache: &Path, arch: Arch) -> Result<Self, ImageError> {
        let arch = match arch {
            Arch::X64 => "amd64",
            Arch::Aarch64 => "arm64",
            Arch::S390x => "s390x",
        };
        let apt = Self { root: cache.join("apt").join(arch), arch };
        for dir in ["state/lists/partial", "cache/archives/partial", "packages"] {
            let dir = apt.root.join(dir);
            fs::create_dir_all(&dir).map_err(ImageError::io(&dir))?;
        }
        let status = apt.root.join("status");
        if !status.exists() {
            fs::write(&status, b"").map_err(ImageError::io(&status))?;
        }
        apt.refresh()?;
        Ok(apt)
    }

    fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let root = self.root.display();
        for option in [
            format!("APT::Architecture={}", self.arch),
            format!("APT::Architectures={}", self.arch),
            format!("Dir::State={root}/state"),
            format!("Dir::State::status={root}/status"),
            format!("Dir::Cache={root}/cache"),
            "Acquire::Languages=none".to_owned(),
            "APT::Sandbox::User=root".to_owned(),
        ] {
            command.arg("-o").arg(option);
        }
        command.env("LC_ALL", "C.UTF-8").current_dir(self.root.join("packages"));
        command
    }

    fn run(command: &mut Command) -> Result<Output, ImageError> {
        let output = command.output().map_err(|error| ImageError::Tool {
            what: format!("{} cannot be started: {error}", command.get_program().display()),
        })?;
        if output.status.success() {
            return Ok(output);
        }
        let text = String::from_utf8_lossy(&output.stderr);
        let said: Vec<&str> = text.lines().filter(|line| !line.starts_with("W:")).collect();
        let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
        let verb = args.iter().skip_while(|arg| arg.contains('=') || *arg == "-o");
        let verb: Vec<_> = verb.map(AsRef::as_ref).collect();
        Err(ImageError::Tool {
            what: format!("{} {}: {}", command.get_program().display(), verb.join(" "), said.join("; ")),
        })
    }

    /// Runs what reads the lists. They are fetched anew by the next run where it fails: an archive may have dropped what they
    /// name, or may be added. Not by this one, whose packages are of one state.
    fn asked(&self, command: &mut Command) -> Result<Output, ImageError> {
        Self::run(command).map_err(|error| {
            let _ = fs::remove_file(self.root.join("refreshed"));
            match error {
                ImageError::Tool { what }
                    if what.contains("Unable to locate package") || what.contains("No packages found") =>
                {
                    let where_else =
                        "one of apt's archives must have it: some packages are in Debian's security archive alone";
                    ImageError::Tool { what: format!("{what}; {where_else}") }
                }
                other => other,
            }
        })
    }

    fn refresh(&self) -> Result<(), ImageError> {
        let stamp = self.root.join("refreshed");
        let fresh = fs::metadata(&stamp)
            .and_then(|meta| meta.modified())
            .is_ok_and(|when| SystemTime::now().duration_since(when).is_ok_and(|age| age < LISTS_AGE));
        if fresh {
            return Ok(());
        }
        // Somebody else's source may be down: what matters is whether our packages are found afterwards.
        let refreshed = Self::run(self.program("apt-get").arg("update"));
        let lists = self.root.join("state/lists");
        let any = fs::read_dir(&lists).map_err(ImageError::io(&lists))?;
        if any.flatten().all(|entry| !entry.file_name().to_string_lossy().contains("Packages")) {
            refreshed?;
        }
        fs::write(&stamp, b"").map_err(ImageError::io(&stamp))
    }

    /// The first dependency of a meta-package that starts with the given text.
    pub(crate) fn dependency(&self, package: &str, prefix: &str) -> Result<Option<String>, ImageError> {
        Ok(self.dependencies(package)?.into_iter().find(|name| name.starts_with(prefix)))
    }

    /// Dependencies of a package.
    pub(crate) fn dependencies(&self, package: &str) -> Result<Vec<String>, ImageError> {
        let output = self.asked(self.program("apt-cache").args(["depends", "--important", package]))?;
        Ok(compiler::names(&String::from_utf8_lossy(&output.stdout)).map(str::to_owned).collect())
    }

    /// The file of today's version of a package, from the cache when it is there.
    pub(crate) fn fetch(&self, package: &str) -> Result<PackageFile, ImageError> {
        let mut query = self.program("apt-get");
        // For a file that exists already, apt would print nothing.
        query.current_dir(self.root.join("state"));
        let output = self.asked(query.args(["download", "--print-uris", package]))?;
        let text = String::from_utf8_lossy(&output.stdout);
        // 'URI' FILE SIZE HASH
        let file = text.lines().find_map(|line| line.split_whitespace().nth(1));
        let file = file.ok_or_else(|| ImageError::Tool {
            what: format!("apt-get knows no file for the package {package}"),
        })?;
        let path = self.root.join("packages").join(file);
        if !path.exists() {
            // apt checks the archive's signature and the file's hash, and renames when the file is whole.
            self.asked(self.program("apt-get").args(["download", package]))?;
        }
        let sha256 = hash_file(&path)?;
        Ok(PackageFile { path, sha256 })
    }
}

/// Hands every regular file of a package whose path passes the filter to the visitor; paths have no leading `./`.
pub(crate) fn unpack(
    package: &Path,
    wanted: &dyn Fn(&str) -> bool,
    visit: &mut dyn FnMut(&str, Vec<u8>),
) -> Result<(), ImageError> {
    use io::Read as _;
    let mut child = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(package)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .map_err(ImageError::io(package))?;
    let pipe = child.stdout.take().expect("it was asked for");
    let mut archive = tar::Archive::new(pipe);
    let mut read = || -> io::Result<()> {
        for entry in archive.entries()? {
            let mut entry = entry?;
            let path = entry.path()?.to_string_lossy().into_owned();
            let path = path.strip_prefix("./").unwrap_or(&path);
            if entry.header().entry_type().is_file() && wanted(path) {
                let path = path.to_owned();
                let mut content = Vec::new();
                entry.read_to_end(&mut content)?;
                visit(&path, content);
            }
        }
        Ok(())
    };
    let result = read();
    drop(archive);
    let status = child.wait().map_err(ImageError::io(package))?;
    result.map_err(ImageError::io(package))?;
    if status.success() {
        Ok(())
    } else {
        Err(ImageError::Tool { what: format!("dpkg-deb cannot read {}", package.display()) })
    }
}
