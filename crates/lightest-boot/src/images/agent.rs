//! The agent's binary for a guest's architecture.

use std::path::Path;

use super::{ImageError, hash};
use crate::spec::Arch;

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
pub(crate) fn binary(arch: Arch, _cache: &Path) -> Result<Vec<u8>, ImageError> {
    if arch == NATIVE_ARCH && !NATIVE.is_empty() {
        return Ok(NATIVE.to_vec());
    }
    Err(ImageError::Tool { what: format!("this build of lightest has no agent for {}", arch.name()) })
}
