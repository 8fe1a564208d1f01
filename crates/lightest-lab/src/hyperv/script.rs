//! The Hyper-V driver: the script that makes, starts, watches and removes the machine.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{EVENT_LOG, FACTS, quote};
use crate::driver::{CannotStart, Endpoint, Prepared, path_text};
use crate::process::{CommandLine, Streams};
use crate::spec::{BootSpec, Disk, DiskBus, ImageFormat, Payload};
use lightest_guests::host::Host;

/// The part that is the same for every machine.
pub(super) const SESSION: &str = include_str!("session.ps1");

pub(super) fn prepare(
    spec: &BootSpec,
    host: &Host,
    program: &Path,
    dir: &Path,
) -> Result<Prepared, CannotStart> {
    if !spec.extra_args.is_empty() {
        return Err(CannotStart::Unsupported("Hyper-V has no command line to add arguments to".to_owned()));
    }
    let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or("lightest");
    let mut disks = Vec::new();
    for disk in &spec.disks {
        disks.push((windows_path(disk, host)?, disk.bus == DiskBus::Cdrom));
    }
    let script = script(spec, name, &disks);
    // In two bytes a letter: what PowerShell decodes itself, without another layer of quotes.
    let utf16: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let fixed = ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-EncodedCommand"];
    let mut args: Vec<String> = fixed.map(str::to_owned).into();
    args.push(STANDARD.encode(utf16));
    Ok(Prepared {
        line: CommandLine { program: path_text(program)?.to_owned(), args },
        streams: Streams::Pipes,
        helpers: Vec::new(),
        control: Endpoint::OwnStreams,
        consoles: Vec::new(),
        agent: None,
        paused: false,
    })
}

/// The script for one machine: its settings, then the part that is the same for all.
pub(super) fn script(spec: &BootSpec, name: &str, disks: &[(String, bool)]) -> String {
    let generation = if matches!(spec.payload, Payload::Pcat(_)) { 1 } else { 2 };
    let disks = disks.iter().map(|(path, cdrom)| {
        format!("@{{ Path = {}; Cdrom = {} }}", quote::text(path), quote::truth(*cdrom))
    });
    let ids = FACTS.event.iter().map(|event| event.id.to_string());
    let mut text = String::from("$Settings = @{\n");
    let settings = [
        ("Name", quote::text(name)),
        ("Generation", generation.to_string()),
        ("MemoryMiB", spec.memory_mib.to_string()),
        ("Processors", spec.cpus.to_string()),
        ("Network", quote::truth(spec.network).to_owned()),
        ("Disks", quote::list(disks)),
        ("EventLog", quote::text(EVENT_LOG)),
        ("EventIds", quote::list(ids)),
    ];
    for (key, value) in settings {
        let _ = writeln!(text, "    {key} = {value}");
    }
    text.push_str("}\n");
    text.push_str(SESSION);
    text
}

/// A path as Windows writes it.
fn windows_path(disk: &Disk, host: &Host) -> Result<String, CannotStart> {
    let path = path_text(&disk.file)?;
    let ending = disk.file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let fits = match disk.format {
        ImageFormat::Vhd => ending.eq_ignore_ascii_case("vhd"),
        ImageFormat::Vhdx => ending.eq_ignore_ascii_case("vhdx"),
        ImageFormat::Raw => disk.bus == DiskBus::Cdrom,
        ImageFormat::Qcow2 => false,
    };
    if !fits {
        let format = disk.format.name();
        return Err(CannotStart::Unsupported(format!(
            "{path}: Hyper-V knows a `{format}` image by the ending of its name only, and this one has another"
        )));
    }
    let Some(wslpath) = host.program("wslpath") else { return Ok(path.to_owned()) };
    let failed = format!("cannot find out what Windows calls {path}");
    let output =
        Command::new(wslpath).args(["-w", path]).output().map_err(CannotStart::io(failed.clone()))?;
    let path = String::from_utf8(output.stdout).ok().filter(|_| output.status.success());
    let path = path.ok_or_else(|| CannotStart::io(failed)(std::io::Error::other("wslpath refused")))?;
    Ok(path.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_uses_no_cmdlet_of_hyper_v_that_is_not_among_the_facts() {
        let words = SESSION.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'));
        let verbs = [
            "New-", "Set-", "Add-", "Get-", "Start-", "Stop-", "Suspend-", "Resume-", "Restart-", "Remove-",
            "Enable-",
        ];
        // Parts of PowerShell itself.
        let own = ["New-Object", "New-Item", "Get-Date", "Get-Command", "Remove-Item"];
        let mut seen = 0;
        for word in words.filter(|word| verbs.iter().any(|verb| word.starts_with(verb))) {
            if !own.contains(&word) {
                assert!(FACTS.command.iter().any(|known| known.name == word), "{word}");
                seen += 1;
            }
        }
        assert!(seen > 15);
    }

    #[test]
    fn the_part_that_all_machines_share_is_never_filled_in() {
        assert!(!SESSION.contains("Invoke-Expression") && !SESSION.contains("iex "));
    }
}
