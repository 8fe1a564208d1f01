//! A TPM 2.0 by swtpm, a process of its own beside the VMM.

use std::fs;
use std::path::{Path, PathBuf};

use crate::driver::{CannotStart, path_text};
use crate::process::CommandLine;
use lightest_guests::host::Host;

/// The process to start first, and the socket that shows that it is ready; `more` is added to its command line.
pub(crate) fn helper(host: &Host, dir: &Path, more: &[&str]) -> Result<(CommandLine, PathBuf), CannotStart> {
    host.require(&["tpm"])?;
    let socket = dir.join("tpm");
    let state = dir.join("tpmstate");
    fs::create_dir_all(&state).map_err(CannotStart::io("cannot make a directory for the TPM"))?;
    let mut args: Vec<String> = ["socket", "--tpm2", "--terminate", "--tpmstate"].map(str::to_owned).into();
    args.push(format!("dir={}", path_text(&state)?));
    args.push("--ctrl".to_owned());
    args.push(format!("type=unixio,path={}", path_text(&socket)?));
    args.extend(more.iter().map(|word| (*word).to_owned()));
    Ok((CommandLine { program: host.program_or_name("swtpm"), args }, socket))
}
