//! The agent's binary for a guest's architecture.

use std::fs;
use std::path::Path;

use crate::toolchain::{Toolchain, run};
use crate::{ImageError, hash};
use lightest_model::config::Arch;

/// Compiled by `build.rs` for the architecture that this program runs on; empty when it could not.
const NATIVE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/agent"));
/// Name and text of each source file.
const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/agent_sources.rs"));

#[cfg(target_arch = "x86_64")]
const NATIVE_ARCH: Arch = Arch::X64;
#[cfg(not(target_arch = "x86_64"))]
const NATIVE_ARCH: Arch = Arch::Aarch64;

/// Changes with the agent, whatever architecture it is compiled for.
pub(crate) fn source_hash() -> String {
    let all = SOURCES.iter().map(|(name, text)| format!("{name}\n{text}"));
    hash(all.collect::<String>().as_bytes())
}

/// The static binary.
pub(crate) fn binary(
    arch: Arch,
    cache: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<u8>, ImageError> {
    if arch == NATIVE_ARCH && !NATIVE.is_empty() {
        return Ok(NATIVE.to_vec());
    }
    if arch != Arch::Aarch64 {
        return Err(ImageError::Tool {
            what: format!("this build of lightest has no agent for {}", arch.word()),
        });
    }
    let toolchain = Toolchain::open(cache, progress)?;
    progress("compiling the agent for aarch64");
    let sources = toolchain.sources(SOURCES)?;
    let standard = toolchain.standard_library(arch)?;
    let libc = toolchain.static_libc()?;
    let library = sources.path().join("liblightest_agent.rlib");
    let output = sources.path().join("agent");
    // The same flags as in `build.rs`.
    let common = |toolchain: &Toolchain| {
        let mut command = toolchain.rustc(&standard, "aarch64-unknown-linux-gnu");
        command.arg(format!("--remap-path-prefix={}=agent", sources.path().display()));
        command
    };
    run(common(&toolchain)
        .args(["--crate-type=rlib", "--crate-name=lightest_agent"])
        .arg(sources.path().join("lib.rs"))
        .arg("-o")
        .arg(&library))?;
    let mut link = common(&toolchain);
    link.args(["--crate-name=agent", "-Ctarget-feature=+crt-static", "-Crelocation-model=static"])
        .args(["-Cstrip=symbols", "-Clinker-flavor=ld.lld"])
        .arg(format!("-Clinker={}", toolchain.linker().display()))
        .arg(format!("--extern=lightest_agent={}", library.display()));
    for dir in libc.dirs() {
        link.arg(format!("-L{}", dir.display()));
    }
    for object in libc.first() {
        link.arg(format!("-Zpre-link-arg={}", object.display()));
    }
    for argument in ["--start-group", "-lgcc", "-lgcc_eh", "-lc", "--end-group"] {
        link.arg(format!("-Clink-arg={argument}"));
    }
    for object in libc.last() {
        link.arg(format!("-Clink-arg={}", object.display()));
    }
    run(link.arg(sources.path().join("main.rs")).arg("-o").arg(&output))?;
    fs::read(&output).map_err(ImageError::io(&output))
}
